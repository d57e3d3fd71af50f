"""The dates that a series must have by its master, and an answer does not show.

What is missing here may well be missing in Outlook too: national clouds do not say which dates were
called off, a room may decline some of a series, and a date may have been moved out of the span. It
is a reason to look again, never a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from obctl.domain.event import Event, EventType, SeriesMaster
from obctl.domain.recurrence import starts
from obctl.domain.time_span import TimeSpan, local_day
from obctl.domain.zones import zone
from obctl.errors import UnknownZone


def unshown(
    master: SeriesMaster, shown: Iterable[Event], span: TimeSpan, room_zone: ZoneInfo
) -> list[datetime]:
    """The starts in `span` that pattern and range give, and that neither side accounts for.

    They are `shown`, moved or not, or the master names their dates as cancelled.
    """
    if master.recurrence is None or master.event.is_cancelled:
        return []
    where, cancelled = room_zone, master.cancelled_dates or frozenset()
    if not master.event.all_day:
        try:
            where = zone(master.recurrence.time_zone or "")
        except UnknownZone:
            # on which day of the room a cancelled date falls is anybody's guess
            cancelled = frozenset()
    accounted_for = cancelled | {_day(event, where) for event in shown}
    first = master.event.start.astimezone(where)
    return [
        start.astimezone(UTC)
        for start in starts(master.recurrence, first, span.end)
        if span.start <= start < span.end and start.date() not in accounted_for
    ]


def _day(event: Event, where: ZoneInfo) -> date:
    """The day that a date has in its series: an exception's own start is another matter."""
    moved = event.type is EventType.EXCEPTION and event.original_start
    return local_day(moved or event.start, where)
