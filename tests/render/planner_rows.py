"""A row of the planner as the engine makes one, with the differences of its two sides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from builders import DAY, make_room

from obctl.domain.compare.comparison import compare
from obctl.domain.compare.planner import PlannerRow, plan_row
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.matching import match
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.sync.sides import Sides
from obctl.domain.time_span import days_span


def planner_row(
    room: Room | None = None,
    events: Iterable[Event] = (),
    reservations: Iterable[Reservation] = (),
    day: date = DAY,
    **changes: Any,
) -> PlannerRow:
    where = room or make_room()
    events, reservations = list(events), list(reservations)
    span = days_span(day, day, where.zone)
    reading = Reading(Scope(span, whole=True), tuple(events))
    differences = compare(match(Sides(where, tuple(reservations), {}, reading)), span)
    return plan_row(
        where, day, events=events, reservations=reservations, differences=differences, **changes
    )
