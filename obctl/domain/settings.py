"""The policy of a company: the `[sync]`, `[push]` and `[log]` tables of its configuration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SeriesPolicy(StrEnum):
    """When the instances of a new series become reservations."""

    NIGHTLY = "nightly"
    """A live notification creates the first instance only, the nightly run all of them."""
    IMMEDIATE = "immediate"


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """`[sync]`; days are days in the room's zone."""

    ignore_cancellation_requests: bool = False
    past_days: int = 1
    future_days: int = 180
    series: SeriesPolicy = SeriesPolicy.NIGHTLY
    settle_seconds: int = 120
    concurrency: int = 8
    max_cancelled_percent: int = 50
    max_cancelled_floor: int = 10
    heartbeat_url: str | None = None
    """Called after a good night over all rooms, so that its silence is noticed elsewhere."""


@dataclass(frozen=True, slots=True)
class LogSettings:
    """`[log]`; `None` keeps the company log for ever."""

    keep_days: int | None = None


@dataclass(frozen=True, slots=True)
class PushSettings:
    """`[push]`: whether the organiser is invited to what Officebooking writes into Outlook."""

    invite_organizer: bool = False
