"""A support bundle: what it says of itself, and what was said of its items when it was made."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

FORMAT = 1
"""How bundles are laid out; a newer layout is refused."""


Instant = Annotated[datetime, Meta(tz=True)]


class BundleRoom(Struct, frozen=True):
    """A room of which a bundle holds everything within its days."""

    id: int
    mailbox: str
    name: str
    time_zone: str


class Manifest(Struct, frozen=True):
    """What a bundle holds, when it was made, and by what.

    `about` is what it was asked for, in words; of the `rooms` it holds all from `start` to `end`.
    """

    format: int
    obctl: str
    schema: int
    made_at: Instant
    about: str
    masked: bool
    rooms: tuple[BundleRoom, ...]
    start: Instant
    end: Instant
    reservations: int
    events: int
    entries: int
    python: str
    sqlite: str
    platform: str
    libraries: dict[str, str]
    digests: dict[str, str]
    """SHA-256 of the other files."""
    outlook_as_of: Instant | None = None
    """When Outlook's side was read, if that was for the bundle; else each room's last pass did."""
    run_active: bool = False
    """Whether a run was at work just then: else one without an end was killed."""


class Verdict(Struct, frozen=True):
    """What was said when a bundle was made.

    `live` says that Graph answered; else `why_cached` says why the store was asked instead.
    """

    live: bool
    why_cached: str | None
    explain: dict[str, Any] | None = None
    diff: dict[str, Any] | None = None
    run: dict[str, Any] | None = None


class SaidBefore(Struct, frozen=True):
    """The verdict of a bundle, and when it was given."""

    made_at: datetime
    verdict: Verdict
