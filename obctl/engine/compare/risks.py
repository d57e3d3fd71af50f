"""Risks: meetings on which both sides agree, and with which something is wrong all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from obctl.domain.causes import cause_in_step
from obctl.domain.causes.asked_organizer import asked_of_organizer
from obctl.domain.difference import Cause
from obctl.domain.event import Event
from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.engine.compare.diff import RoomComparison
from obctl.engine.compare.gather_facts import Gathered, facts_at_rest

_TOGETHER = 400
"""So many meetings are asked about at once: of a large tenant not all are held in memory."""
_NOT_SAID = (None, OrganizerSays.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Risk:
    """A meeting in step, and what is about to part its two sides or leaves a room taken."""

    room: Room
    reservation: Reservation
    event: Event
    cause: Cause


@dataclass(frozen=True, slots=True)
class Looked:
    """The risks of many meetings; of some, `unasked` in number, the organiser could not be asked.

    Their calendars are out of scope or elsewhere, or only the store was to be read.
    """

    risks: tuple[Risk, ...]
    unasked: int


async def risks_in(gathered: Gathered, compared: Sequence[RoomComparison]) -> Looked:
    """The risks of rooms that were compared; each meeting in step costs questions of its own."""
    meetings = [(item, *pair) for item in compared for pair in _in_step(item)]
    risks: list[Risk] = []
    unasked = 0
    for first in range(0, len(meetings), _TOGETHER):
        part = meetings[first : first + _TOGETHER]
        looked = await gathered.outlook.rounds.together(_look(gathered, *one) for one in part)
        for risk, asked in looked:
            risks += [risk] if risk else []
            unasked += not asked
    return Looked(tuple(risks), unasked)


def may_be_at_risk(reservation: Reservation | None, event: Event) -> bool:
    """Whether something may be said of it though nothing differs: it takes place, or may yet."""
    if reservation is None:
        return event.is_draft
    return reservation.is_active and event.takes_room


def _in_step(item: RoomComparison) -> Iterator[tuple[Reservation, Event]]:
    """The meetings of the days in which nothing differs."""
    if item.matching is None:
        return
    differing = {difference.reservation for difference in item.differences}
    for reservation, event in item.matching.pairs:
        in_days = item.span.overlaps(reservation.start, reservation.end)
        if in_days and reservation.number not in differing and may_be_at_risk(reservation, event):
            yield reservation, event


async def _look(
    gathered: Gathered, item: RoomComparison, reservation: Reservation, event: Event
) -> tuple[Risk | None, bool]:
    """The risk, if there is one, and whether all was asked that could tell of one."""
    if item.matching is None:
        return None, False
    facts = await facts_at_rest(gathered, item.matching.sides, reservation, event)
    cause = cause_in_step(facts)
    asked = asked_of_organizer(facts) is None or facts.organizer_says not in _NOT_SAID
    return Risk(item.room, reservation, event, cause) if cause else None, asked
