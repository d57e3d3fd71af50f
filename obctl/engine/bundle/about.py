"""What a bundle is about, and how much of the company that takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from obctl.domain.causes.story import Story
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, days_span, local_day
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.windows import read_span
from obctl.store.bundle_rows import Extent, rooms_with, seen_in_run
from obctl.store.rooms import load_rooms_ever

_AROUND = timedelta(days=2)
"""A comparison reads a day on either side of its days."""
_A_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Item:
    """One reservation or event as a person names it, and the story that it has."""

    wanted: str
    story: Story


@dataclass(frozen=True, slots=True)
class RoomDay:
    """One day of one room."""

    room: Room
    day: date


@dataclass(frozen=True, slots=True)
class OneRun:
    """One run, with the rooms and days of the meetings that it touched."""

    run: str


About = Item | RoomDay | OneRun


def extents(company: Company, about: About) -> list[Extent]:
    """How much to pack, the least first: the next is for where less would be told otherwise."""
    match about:
        case Item(story=story):
            near = _of_story(company, story)
        case RoomDay(room=room, day=day):
            near = Extent(frozenset({room.id}), _around(days_span(day, day, room.zone)))
        case OneRun(run=run):
            return [_of_run(company, run)]
    rooms = load_rooms_ever(company.store)
    own = [room for room in rooms if room.id in near.rooms]
    windows = [read_span(room, company.config.sync, company.now) for room in own]
    far = replace(near, span=_around(_hull([near.span, *windows])))
    return [near, far, replace(far, rooms=frozenset(room.id for room in rooms))]


def _of_story(company: Company, story: Story) -> Extent:
    sides = [item for item in (story.reservation, story.event) if item]
    shown = [*sides, *([story.agreed] if story.agreed else [])]
    zone = story.room.zone
    first = min((item.start for item in shown), default=company.now)
    last = max((item.end for item in shown), default=company.now)
    span = _around(days_span(local_day(first, zone), local_day(last, zone), zone))
    keys = frozenset(item.series_key for item in sides if item.series_key)
    ids = {item.event_id for item in (story.reservation, story.agreed) if item and item.event_id}
    ids |= {story.event.id} if story.event else set()
    return Extent(
        rooms=frozenset({story.room.id, *rooms_with(company.store, keys, span)}),
        span=span,
        numbers=frozenset({story.reservation.number} if story.reservation else ()),
        events=frozenset(ids),
        keys=keys,
    )


def days_of_run(company: Company, run: str) -> TimeSpan:
    """From the first to the last meeting that a run touched; at most a month of that."""
    _rooms, _numbers, starts = seen_in_run(company.store, run)
    first = min(starts, default=company.now)
    return TimeSpan(first, min(max(starts, default=company.now), first + _A_MONTH))


def _of_run(company: Company, run: str) -> Extent:
    """Of a run that touched meetings far apart, a month is packed whole, and the meetings all."""
    rooms, numbers, _starts = seen_in_run(company.store, run)
    span = _around(days_of_run(company, run))
    return Extent(frozenset(rooms), span, frozenset(numbers), run=run)


def _around(span: TimeSpan) -> TimeSpan:
    return span.widened(_AROUND).at_once


def _hull(spans: Iterable[TimeSpan]) -> TimeSpan:
    every = list(spans)
    return TimeSpan(min(span.start for span in every), max(span.end for span in every))
