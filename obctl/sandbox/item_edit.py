"""Changes to one calendar's item: fields, times, and what a series edit does to its exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from obctl.sandbox.item import Item
from obctl.sandbox.refusal import Refusal, invalid_request

_REWRITES_EXCEPTIONS = frozenset({"start", "end", "zone", "end_zone", "all_day"})


def edit(item: Item, day: date | None, changes: Mapping[str, Any]) -> None:
    """Apply `changes` to an item, or to its occurrence on `day`, in this mailbox only."""
    if day is None:
        _edit_whole(item, changes)
        return
    target = item.exceptions.get(day) or item.exception_on(day)
    _assign(target, changes)
    _check_boundary(item, day, target)
    item.exceptions[day] = target


def _edit_whole(item: Item, changes: Mapping[str, Any]) -> None:
    old = {name: getattr(item, name) for name in changes}
    _assign(item, changes)
    if item.recurrence is not None:
        _reshape(item, old, changes)


def _reshape(master: Item, old: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Exceptions follow what they had in common with the series; a new pattern wipes them."""
    was = old.get("recurrence")
    new_pattern = (
        was is not None
        and master.recurrence is not None
        and (
            was.pattern != master.recurrence.pattern
            or was.range.start != master.recurrence.range.start
        )
    )
    if new_pattern or any(
        name in _REWRITES_EXCEPTIONS and old[name] != changes[name] for name in old
    ):
        master.exceptions.clear()
        master.cancelled_days = frozenset()
        return
    for day in [day for day in master.exceptions if not _in_pattern(master, day)]:
        del master.exceptions[day]
    for exception in master.exceptions.values():
        shared = {
            name: value
            for name, value in changes.items()
            if name != "recurrence" and getattr(exception, name) == old[name]
        }
        _assign(exception, shared)


def _in_pattern(master: Item, day: date) -> bool:
    """Whether the pattern and range put an occurrence on `day`."""
    return master.recurrence is not None and bool(master.recurrence.days(day, day))


def _assign(item: Item, changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if name not in ("start", "end", "zone", "end_zone"):
            setattr(item, name, value)
    if changes.keys() & {"start", "end", "zone", "end_zone"}:
        start = changes.get("start", item.start)
        # A new start without a new end moves the meeting, it does not stretch it.
        end = changes.get("end", start + item.length if "start" in changes else item.end)
        zone = changes.get("zone", item.zone)
        end_zone = changes.get("end_zone", zone if "zone" in changes else item.end_zone)
        item.place(start, end, zone, end_zone)
    if item.end_at < item.start_at:
        raise invalid_request("The start of the event must lie before its end.")


def _check_boundary(master: Item, day: date, exception: Item) -> None:
    if master.recurrence is None:
        return
    before, after = master.recurrence.neighbours(day)
    placed = exception.start.date()
    if (before is not None and placed <= _placed(master, before)) or (
        after is not None and placed >= _placed(master, after)
    ):
        raise Refusal(
            400,
            "ErrorOccurrenceCrossingBoundary",
            "Modified occurrence is crossing or overlapping adjacent occurrence.",
        )


def _placed(master: Item, day: date) -> date:
    exception = master.exceptions.get(day)
    return exception.start.date() if exception else day
