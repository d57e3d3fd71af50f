"""What the engine needs of the world: Graph, a clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from obctl.domain.availability import Schedule
from obctl.domain.directory import DirectoryEntry
from obctl.domain.event import DeltaLink, DeltaRound, Event, EventId, SeriesMaster
from obctl.domain.event_changes import EventChanges
from obctl.domain.listed import Listed
from obctl.domain.outbox import EventDraft
from obctl.domain.room import FoundRoom, Room
from obctl.domain.subscription import GraphSubscription
from obctl.domain.time_span import TimeSpan
from obctl.domain.token_claims import TokenClaims
from obctl.domain.unreadable_event import Listing
from obctl.errors import ObctlError


class Gateway(Protocol):
    """Microsoft Graph as the engine uses it.

    Every method may raise `NotAuthorised`, `GraphUnavailable`, `Throttled`, `NotFound` and
    `GraphRefused`; a page chain is read to its end or the method raises. Rooms are asked for by
    `room.user`; all-day items come out as the local midnights of `room.zone`. An event that cannot
    be understood stands beside the others in a `Listing`, and is raised as `EventUnreadable` where
    it is the one that was asked for.
    """

    async def look_up(self, address: str) -> DirectoryEntry | None:
        """Whose an address or object id is; `None` where the directory knows nobody (404)."""

    async def look_up_account(self, address: str) -> DirectoryEntry | None:
        """`look_up`, and whether the account is enabled, as far as we may know that."""

    async def look_up_all(
        self, addresses: Sequence[str]
    ) -> dict[str, DirectoryEntry | ObctlError | None]:
        """`look_up` of many, 20 to a `$batch`, keyed as given; errors are values here."""

    async def look_up_ids(
        self, object_ids: Sequence[str]
    ) -> dict[str, DirectoryEntry | ObctlError | None]:
        """Whose many object ids are, 15 to a question and 20 questions to a `$batch`.

        `None` where nobody has the id; errors are values here, one for all of a question.
        """

    async def look_up_accounts(
        self, addresses: Sequence[str]
    ) -> dict[str, DirectoryEntry | ObctlError | None]:
        """`look_up_account` of many, 20 to a `$batch`, keyed as given; errors are values here."""

    async def fetch_first_rooms(self) -> Listed[str]:
        """The addresses on the first page of all rooms, in one request."""

    async def fetch_places(self) -> Listed[FoundRoom]:
        """All rooms Graph lists, each with the name of its room list, else of its building.

        Raises `PartialRead` where it lists some and none can be read.
        """

    async def fetch_purpose(self, user: str) -> str | None:
        """What a mailbox is for (`room`, `user`, `shared`, …), by address or object id.

        `None` where Graph does not say. It takes `MailboxSettings.Read`.
        """

    async def fetch_view(self, room: Room, span: TimeSpan) -> Listing:
        """Every single event, occurrence and exception that overlaps `span` (calendarView)."""

    async def fetch_views(
        self, rooms: Sequence[Room], span: TimeSpan, *, patient: bool = True
    ) -> dict[str, Listing | ObctlError]:
        """`fetch_view` of many rooms, 20 to a `$batch`, keyed by `room.mailbox`.

        Errors are values here: one room's failure is no other's. Unless `patient`, nobody waits for
        a mailbox that asks for rest.
        """

    async def fetch_spans(
        self, wanted: Sequence[tuple[Room, TimeSpan]]
    ) -> dict[tuple[str, TimeSpan], Listing | ObctlError]:
        """`fetch_views` of rooms and spans, keyed by `room.mailbox` and span."""

    async def fetch_event(self, room: Room, event_id: EventId) -> Event:
        """One event by id, cancelled ones included. Raises `NotFound`."""

    async def fetch_events(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[tuple[str, EventId], Event | ObctlError]:
        """`fetch_event` of many, 20 to a `$batch`, keyed by `room.mailbox` and id.

        Errors are values here.
        """

    async def fetch_master(self, room: Room, master_id: EventId) -> SeriesMaster:
        """A series master with its pattern and cancelled dates. Raises `NotFound`."""

    async def fetch_masters(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[tuple[str, EventId], SeriesMaster | ObctlError]:
        """`fetch_master` of many, as `fetch_events`."""

    async def fetch_instances(self, room: Room, master_id: EventId, span: TimeSpan) -> Listing:
        """All occurrences and exceptions of a series in `span`. Raises `NotFound`."""

    async def fetch_all_instances(
        self, wanted: Sequence[tuple[Room, EventId, TimeSpan]]
    ) -> dict[tuple[str, EventId, TimeSpan], Listing | ObctlError]:
        """`fetch_instances` of many, 20 to a `$batch`, keyed by `room.mailbox`, id and span.

        Errors are values here.
        """

    async def find_by_ical_uid(self, room: Room, ical_uid: str) -> Listing:
        """Singles and masters with this `iCalUId` in the room's calendar."""

    async def find_all_by_ical_uid(
        self, wanted: Sequence[tuple[Room, str]]
    ) -> dict[tuple[str, str], Listing | ObctlError]:
        """`find_by_ical_uid` of many, 20 to a `$batch`, keyed by `room.mailbox` and `iCalUId`.

        Errors are values here.
        """

    async def open_delta(self, room: Room, span: TimeSpan) -> DeltaLink:
        """The delta link at the end of a first round over `span`."""

    async def open_deltas(
        self, windows: Sequence[tuple[Room, TimeSpan]]
    ) -> dict[str, DeltaLink | ObctlError]:
        """`open_delta` of many rooms, 20 to a `$batch`, keyed by `room.mailbox`.

        Errors are values here. Nobody waits for a mailbox that asks for rest.
        """

    async def follow_delta(
        self, links: Sequence[tuple[Room, DeltaLink]]
    ) -> dict[str, DeltaRound | ObctlError]:
        """The next round of many delta links at once, keyed by `room.mailbox`.

        `DeltaLinkExpired` among the values asks for a full read, and so does `ForeignLink`: the
        link is not one of this room. Nobody waits for a mailbox that asks for rest: its error names
        the `rest`, and the caller asks again.
        """

    async def fetch_schedules(
        self, rooms: Sequence[Room], span: TimeSpan
    ) -> dict[str, Schedule | ObctlError]:
        """Free and busy times by mailbox (`getSchedule`, 20 to a request).

        Errors are values here; what an answer says nothing of is unknown, never free.
        """

    async def create_event(self, room: Room, draft: EventDraft) -> Event:
        """Write an event on the room's own calendar; the room becomes its organiser."""

    async def change_event(self, room: Room, event: Event, changes: EventChanges) -> Event:
        """Change an event the room organises. Raises `EventChanged` where it is not as read."""

    async def cancel_event(self, room: Room, event_id: EventId, comment: str) -> None:
        """Cancel an event the room organises."""

    async def delete_event(self, room: Room, event_id: EventId) -> None:
        """Take an event off the room's calendar; nobody is told whom the room did not invite."""

    async def decline_event(
        self, room: Room, event_id: EventId, comment: str, *, send: bool
    ) -> None:
        """Decline somebody else's meeting; `send` tells its organiser, with the comment."""

    async def create_subscription(
        self,
        room: Room,
        *,
        notification_url: str,
        lifecycle_url: str | None,
        client_state: str,
        expires_at: datetime,
    ) -> GraphSubscription:
        """Subscribe to the room's events. Raises `GraphRefused` with status 409 on a duplicate."""

    async def renew_subscription(
        self, subscription_id: str, expires_at: datetime
    ) -> GraphSubscription:
        """Extend a subscription. Raises `NotFound` where Graph has dropped it."""

    async def reauthorize_subscription(self, subscription_id: str) -> None:
        """Answer a `reauthorizationRequired` lifecycle event."""

    async def delete_subscription(self, subscription_id: str) -> None:
        """End a subscription. Raises `NotFound` where Graph has dropped it."""

    async def fetch_subscriptions(self) -> Listed[GraphSubscription]:
        """All subscriptions of this application in the tenant.

        Raises `PartialRead` where there are some and none can be read.
        """

    async def token_claims(self) -> TokenClaims | None:
        """What our token says of us; `None` where it cannot be read. Asks Graph nothing."""

    async def probe_writing(
        self, rooms: Sequence[Room], like: EventId
    ) -> dict[str, ObctlError | None]:
        """What each room answers to the change of an event that does not exist, by mailbox.

        Nothing is written. `NotFound` and `EventChanged` come from calendars that may be written,
        `MailboxPermissionLost` from others; `None` is an answer that should not be. `like` is the
        id of any event.
        """

    async def get(self, path: str) -> bytes:
        """Any GET below `/v1.0`, the original JSON (the command `graph get`)."""


Connect = Callable[[], Awaitable[Gateway]]
"""How a use case that may not need Graph comes by its gateway: each call gives the same one.

Raises `ConfigError` for settings that cannot work.
"""
