"""What a room's Set-CalendarProcessing says of a request: in policy, out of it, or in conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from obctl.sandbox.directory import Processing, Room
from obctl.sandbox.item import Item, Shown, shown_item
from obctl.sandbox.mailbox import Mailbox, instances
from obctl.sandbox.times import to_wall

_OPENS, _CLOSES = time(8), time(17)
_SATURDAY = 5
_FAR = timedelta(days=1825)


def is_in_policy(room: Room, item: Item, now: datetime) -> bool:
    """Whether a request keeps to the room's rules, other bookings aside."""
    rules = room.processing
    if item.recurrence is not None and not rules.allow_recurring_meetings:
        return False
    minutes = (item.end_at - item.start_at) / timedelta(minutes=1)
    if minutes < rules.minimum_duration_in_minutes:
        return False
    if rules.maximum_duration_in_minutes and minutes > rules.maximum_duration_in_minutes:
        return False
    if rules.enforce_capacity and room.capacity is not None and _people(item) > room.capacity:
        return False
    if rules.schedule_only_during_work_hours and not _in_work_hours(room, item):
        return False
    return _within_horizon(rules, item, horizon(rules, now))


def horizon(rules: Processing, now: datetime) -> datetime:
    """How far ahead the room can be booked."""
    return now + timedelta(days=rules.booking_window_in_days)


def cut_at(item: Item, last: date) -> None:
    """Let the room's copy of a series end where its booking window does."""
    if item.recurrence is None:
        return
    ends = item.recurrence.last_day()
    if ends is not None and ends <= last:
        return
    span = replace(item.recurrence.range, type="endDate", end=last, occurrences=0)
    item.recurrence = replace(item.recurrence, range=span)
    for day in [day for day in item.exceptions if day > last]:
        del item.exceptions[day]


def clashes(mailbox: Mailbox, item: Item, now: datetime) -> tuple[list[Shown], int]:
    """What of a request meets another booking, and how many occurrences it has in all."""
    if item.recurrence is None:
        every = [shown_item(item)]
    else:
        every = instances(item, min(item.start_at, now), max(item.start_at, now) + _FAR)
    return [one for one in every if is_taken(mailbox, item, one)], len(every)


def is_taken(mailbox: Mailbox, item: Item, shown: Shown) -> bool:
    """Whether another meeting has the room at that time."""
    return any(other.item.uid != item.uid for other in mailbox.busy(shown.start_at, shown.end_at))


def tolerates(rules: Processing, clashing: int, of: int) -> bool:
    """Whether a series is taken although some of it clashes; without a limit set none may."""
    limits = []
    if rules.conflict_percentage_allowed:
        limits.append(clashing * 100 <= rules.conflict_percentage_allowed * of)
    if rules.maximum_conflict_instances:
        limits.append(clashing <= rules.maximum_conflict_instances)
    return bool(limits) and all(limits)


def _people(item: Item) -> int:
    return 1 + sum(one.type != "resource" for one in item.attendees)


def _in_work_hours(room: Room, item: Item) -> bool:
    start, end = to_wall(item.start_at, room.zone), to_wall(item.end_at, room.zone)
    same_day = start.date() == end.date()
    return (
        same_day
        and start.weekday() < _SATURDAY
        and start.time() >= _OPENS
        and end.time() <= _CLOSES
    )


def _within_horizon(rules: Processing, item: Item, limit: datetime) -> bool:
    if item.start_at > limit:
        return False
    if item.recurrence is None or not rules.enforce_scheduling_horizon:
        return True
    last = item.recurrence.last_day()
    return last is not None and last <= limit.date()
