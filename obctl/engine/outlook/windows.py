"""Which days a pass keeps in step, and which it reads.

A pass reads further ahead than it plans: a day that enters the window later was read already, so an
unchanged room costs no reading. How much further differs from room to room, so that the nights on
which baselines are renewed are spread.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.time_span import TimeSpan, days_span, local_day

# A baseline lasts four to eight weeks: one room in forty is read anew a night, many to a request.
_AHEAD_DAYS = 28
_SPREAD_DAYS = 28


def policy_window(room: Room, settings: SyncSettings, now: datetime) -> TimeSpan:
    """The days in the room's zone that obctl keeps in step."""
    today = local_day(now, room.zone)
    return days_span(
        today - timedelta(days=settings.past_days),
        today + timedelta(days=settings.future_days),
        room.zone,
    )


def read_span(room: Room, settings: SyncSettings, now: datetime) -> TimeSpan:
    """The span a full read covers: the window, a day before it, four to eight weeks behind it."""
    window = policy_window(room, settings, now)
    ahead = timedelta(days=_AHEAD_DAYS + room.id % _SPREAD_DAYS)
    return TimeSpan(window.start - timedelta(days=1), window.end + ahead)
