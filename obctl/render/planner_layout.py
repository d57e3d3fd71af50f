"""Where everything of the planner's drawing lies: which bar in which lane, from where to where.

Pure, and without a unit: a place on a line is a share from 0 (its axis begins) to 1 (it ends). What
an item is, and which hours are shown, `planner_items` has decided; how it looks is for
`planner_svg`.

An axis runs along real time. On the night in which the clocks go back two of its hours bear the
same number, and where they go forward a number is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.compare.planner import PlannerDay, PlannerRow, View
from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import TimeSpan, days_span, utc
from obctl.render.planner_items import Item, by_place, hours_shown, items_of, not_read
from obctl.render.planner_lanes import lanes

_STEP = timedelta(minutes=30)  # Lord Howe Island puts its clocks forward by half an hour


@dataclass(frozen=True, slots=True)
class Axis:
    """The part of a room's day that is drawn, with the places where hours begin."""

    span: TimeSpan
    ticks: tuple[tuple[float, str], ...]

    def place(self, moment: datetime) -> float:
        """Where an instant lies; at the nearer end if it is not drawn."""
        if not self.span.length:  # a day that a zone skipped when it crossed the date line
            return 0.0
        return min(max((moment - self.span.start) / self.span.length, 0.0), 1.0)

    def shows(self, moment: datetime) -> bool:
        return self.span.start <= moment < self.span.end


@dataclass(frozen=True, slots=True)
class Placed:
    """An item on its line; `before` and `after` say that it goes on beyond the day."""

    item: Item
    start: float
    end: float
    before: bool
    after: bool
    shared: bool
    """Something else on this side takes a part of the same time."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a room: `side` is whose, `unread` says what of it is not known.

    An unread lane has no bars, and does not mean that there is nothing.
    """

    side: View
    bars: tuple[Placed, ...] = ()
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class RoomLines:
    room: Room
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """The rooms of one location and zone, below one axis; `now` where the now-line crosses it."""

    location: str
    zone: str
    axis: Axis
    rooms: tuple[RoomLines, ...]
    now: float | None


@dataclass(frozen=True, slots=True)
class DayDrawing:
    day: PlannerDay
    places: tuple[Place, ...]


def lay_out(days: Sequence[PlannerDay], now: datetime, *, least: float) -> list[DayDrawing]:
    """All days below the same hours; no bar is shorter than `least`, a share of the axis."""
    items = {(day.day, row.room.id): items_of(row, day.view) for day in days for row in day.rows}
    hours = hours_shown(item for found in items.values() for item in found)
    return [
        DayDrawing(
            day,
            tuple(
                _place(day, location, rows, items, hours, now, least)
                for location, _zone, rows in by_place(day.rows)
            ),
        )
        for day in days
    ]


def axis_of(day: date, zone: ZoneInfo, hours: tuple[int, int]) -> Axis:
    """Those hours of a day as it passes in `zone`; 0 and 24 are its beginning and its end."""
    whole, (first, last) = days_span(day, day, zone), hours
    shown = TimeSpan(
        whole.start if first == 0 else _clock(day, zone, first),
        whole.end if last == 24 else _clock(day, zone, last),
    )
    ticks: list[tuple[float, str]] = []
    moment = shown.start
    while moment < shown.end:
        local = moment.astimezone(zone)
        if local.minute == 0:
            ticks.append(((moment - shown.start) / shown.length, f"{local:%H}"))
        moment += _STEP
    return Axis(shown, tuple(ticks))


def placed(items: Iterable[Item], axis: Axis, *, least: float) -> list[Placed]:
    """The items of one side where they lie, in the order of their start."""
    ordered = sorted(items, key=lambda item: (item.start, item.end))
    found: list[Placed] = []
    for item in ordered:
        start = min(axis.place(item.start), 1.0 - least)
        end = max(axis.place(item.end), start + least)
        shared = any(_share(item, other) for other in ordered if other is not item)
        found.append(
            Placed(item, start, end, item.start < item.day.start, item.end > item.day.end, shared)
        )
    return found


def _place(
    day: PlannerDay,
    location: str,
    rows: Sequence[PlannerRow],
    items: Mapping[tuple[date, RoomId], Sequence[Item]],
    hours: tuple[int, int],
    now: datetime,
    least: float,
) -> Place:
    axis = axis_of(day.day, rows[0].room.zone, hours)
    rooms = tuple(
        RoomLines(row.room, tuple(_lanes(row, day.view, items[day.day, row.room.id], axis, least)))
        for row in rows
    )
    crossed = axis.place(now) if axis.shows(now) else None
    return Place(location, rows[0].room.time_zone, axis, rooms, crossed)


def _lanes(
    row: PlannerRow, view: View, items: Sequence[Item], axis: Axis, least: float
) -> list[Lane]:
    """At least one for each side that is shown: an empty one says that there is nothing."""
    found: list[Lane] = []
    sides = (View.OFFICE365, View.OFFICEBOOKING) if view is View.BOTH else (view,)
    for side in sides:
        unread = not_read(row) if side is View.OFFICE365 else None
        bars = placed((item for item in items if item.side is side), axis, least=least)
        if bars or unread is None:
            found += [Lane(side, tuple(lane)) for lane in lanes(bars) or [[]]]
        if unread is not None:
            found.append(Lane(side, unread=unread))
    return found


def _share(item: Item, other: Item) -> bool:
    if "✕" in (item.sign, other.sign):
        return False
    return item.start < other.end and other.start < item.end


def _clock(day: date, zone: ZoneInfo, hour: int) -> datetime:
    return utc(datetime.combine(day, time(hour), zone))
