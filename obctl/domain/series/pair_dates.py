"""A new series in Outlook: which of its dates stands for which reservation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.series.same_date import day_in_series


@dataclass(frozen=True, slots=True)
class SeriesDates:
    """The pairs, and what found no partner on either side."""

    pairs: tuple[tuple[Reservation, Event], ...]
    without_event: tuple[Reservation, ...]
    without_reservation: tuple[Event, ...]


def pair_dates(
    reservations: Iterable[Reservation], occurrences: Iterable[Event], zone: ZoneInfo
) -> SeriesDates:
    """Pair by the start that the series gives a date, then by the day, which is what repeats.

    At an hour that the clocks skip, Exchange may start a date at another instant than we do.
    """
    waiting = {reservation.number: reservation for reservation in reservations}
    by_start = {r.original_start: r.number for r in waiting.values() if r.original_start}
    pairs: list[tuple[Reservation, Event]] = []
    others: list[Event] = []
    for event in occurrences:
        number = by_start.pop(event.original_start, None) if event.original_start else None
        if number is None:
            others.append(event)
        else:
            pairs.append((waiting.pop(number), event))
    by_day = {day_in_series(r, zone): r.number for r in waiting.values()}
    left: list[Event] = []
    for event in others:
        number = by_day.pop(day_in_series(event, zone), None)
        if number is None:
            left.append(event)
        else:
            pairs.append((waiting.pop(number), event))
    return SeriesDates(tuple(pairs), tuple(waiting.values()), tuple(left))
