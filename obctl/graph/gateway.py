"""`GraphGateway`: the engine's `Gateway`, over Microsoft Graph."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from obctl.config import GraphSettings
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
from obctl.errors import NotFound, ObctlError, UsageError
from obctl.graph import (
    delta,
    directory,
    places,
    request,
    schedules,
    single_events,
    subscriptions,
    views,
    write_probe,
    writes,
)
from obctl.graph.client import Graph, open_graph
from obctl.graph.principal_name import mailboxes_in, way_on
from obctl.graph.transport import SILENCE, Heard


class GraphGateway:
    """Fits `engine.ports.Gateway`; each method's contract stands there."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    async def look_up(self, address: str) -> DirectoryEntry | None:
        return await directory.look_up(self._graph, address)

    async def look_up_account(self, address: str) -> DirectoryEntry | None:
        return await directory.look_up_account(self._graph, address)

    async def look_up_all(
        self, addresses: Sequence[str]
    ) -> dict[str, DirectoryEntry | ObctlError | None]:
        return await directory.look_up_all(self._graph, addresses)

    async def look_up_ids(
        self, object_ids: Sequence[str]
    ) -> dict[str, DirectoryEntry | ObctlError | None]:
        return await directory.look_up_ids(self._graph, object_ids)

    async def look_up_accounts(
        self, addresses: Sequence[str]
    ) -> dict[str, DirectoryEntry | ObctlError | None]:
        return await directory.look_up_accounts(self._graph, addresses)

    async def fetch_first_rooms(self) -> Listed[str]:
        return await places.fetch_first_rooms(self._graph)

    async def fetch_places(self) -> Listed[FoundRoom]:
        return await places.fetch_places(self._graph)

    async def fetch_purpose(self, user: str) -> str | None:
        return await places.fetch_purpose(self._graph, user)

    async def fetch_view(self, room: Room, span: TimeSpan) -> Listing:
        return await views.fetch_view(self._graph, room, span)

    async def fetch_views(
        self, rooms: Sequence[Room], span: TimeSpan, *, patient: bool = True
    ) -> dict[str, Listing | ObctlError]:
        return await views.fetch_views(self._graph, rooms, span, patient=patient)

    async def fetch_spans(
        self, wanted: Sequence[tuple[Room, TimeSpan]]
    ) -> dict[tuple[str, TimeSpan], Listing | ObctlError]:
        return await views.fetch_spans(self._graph, wanted)

    async def fetch_event(self, room: Room, event_id: EventId) -> Event:
        return await single_events.fetch_event(self._graph, room, event_id)

    async def fetch_events(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[tuple[str, EventId], Event | ObctlError]:
        return await single_events.fetch_events(self._graph, wanted)

    async def fetch_master(self, room: Room, master_id: EventId) -> SeriesMaster:
        return await single_events.fetch_master(self._graph, room, master_id)

    async def fetch_masters(
        self, wanted: Sequence[tuple[Room, EventId]]
    ) -> dict[tuple[str, EventId], SeriesMaster | ObctlError]:
        return await single_events.fetch_masters(self._graph, wanted)

    async def fetch_instances(self, room: Room, master_id: EventId, span: TimeSpan) -> Listing:
        return await views.fetch_instances(self._graph, room, master_id, span)

    async def fetch_all_instances(
        self, wanted: Sequence[tuple[Room, EventId, TimeSpan]]
    ) -> dict[tuple[str, EventId, TimeSpan], Listing | ObctlError]:
        return await views.fetch_all_instances(self._graph, wanted)

    async def find_by_ical_uid(self, room: Room, ical_uid: str) -> Listing:
        return await views.find_by_ical_uid(self._graph, room, ical_uid)

    async def find_all_by_ical_uid(
        self, wanted: Sequence[tuple[Room, str]]
    ) -> dict[tuple[str, str], Listing | ObctlError]:
        return await views.find_all_by_ical_uid(self._graph, wanted)

    async def open_delta(self, room: Room, span: TimeSpan) -> DeltaLink:
        return await delta.open_delta(self._graph, room, span)

    async def open_deltas(
        self, windows: Sequence[tuple[Room, TimeSpan]]
    ) -> dict[str, DeltaLink | ObctlError]:
        return await delta.open_deltas(self._graph, windows)

    async def follow_delta(
        self, links: Sequence[tuple[Room, DeltaLink]]
    ) -> dict[str, DeltaRound | ObctlError]:
        return await delta.follow_delta(self._graph, links)

    async def fetch_schedules(
        self, rooms: Sequence[Room], span: TimeSpan
    ) -> dict[str, Schedule | ObctlError]:
        return await schedules.fetch_schedules(self._graph, rooms, span)

    async def create_event(self, room: Room, draft: EventDraft) -> Event:
        return await writes.create_event(self._graph, room, draft)

    async def change_event(self, room: Room, event: Event, changes: EventChanges) -> Event:
        return await writes.change_event(self._graph, room, event, changes)

    async def cancel_event(self, room: Room, event_id: EventId, comment: str) -> None:
        await writes.cancel_event(self._graph, room, event_id, comment)

    async def delete_event(self, room: Room, event_id: EventId) -> None:
        await writes.delete_event(self._graph, room, event_id)

    async def decline_event(
        self, room: Room, event_id: EventId, comment: str, *, send: bool
    ) -> None:
        await writes.decline_event(self._graph, room, event_id, comment, send=send)

    async def create_subscription(
        self,
        room: Room,
        *,
        notification_url: str,
        lifecycle_url: str | None,
        client_state: str,
        expires_at: datetime,
    ) -> GraphSubscription:
        return await subscriptions.create(
            self._graph,
            room,
            notification_url=notification_url,
            lifecycle_url=lifecycle_url,
            client_state=client_state,
            expires_at=expires_at,
        )

    async def renew_subscription(
        self, subscription_id: str, expires_at: datetime
    ) -> GraphSubscription:
        return await subscriptions.renew(self._graph, subscription_id, expires_at)

    async def reauthorize_subscription(self, subscription_id: str) -> None:
        await subscriptions.reauthorize(self._graph, subscription_id)

    async def delete_subscription(self, subscription_id: str) -> None:
        await subscriptions.delete(self._graph, subscription_id)

    async def fetch_subscriptions(self) -> Listed[GraphSubscription]:
        return await subscriptions.fetch_all(self._graph)

    async def token_claims(self) -> TokenClaims | None:
        return await self._graph.claims()

    async def probe_writing(
        self, rooms: Sequence[Room], like: EventId
    ) -> dict[str, ObctlError | None]:
        return await write_probe.probe_writing(self._graph, rooms, like)

    async def get(self, path: str) -> bytes:
        """Raises `UsageError` for a path that leads out of `/v1.0`."""
        below = "/" + path.removeprefix(self._graph.url).lstrip("/")
        if "://" in below.partition("?")[0] or ".." in below.partition("?")[0].split("/"):
            raise UsageError(
                f"{path!r} is no path below {self._graph.url}",
                hint="for example users/room@contoso.com/events",
            )
        what = request.anything(f"GET {below}")
        try:
            info = self._graph.follow(self._graph.url + below, what)
            return await self._graph.send(info, what, mailboxes_in(below))
        except NotFound as error:
            error.hint = way_on(below, error) or error.hint
            raise


@asynccontextmanager
async def open_gateway(
    settings: GraphSettings,
    *,
    token: str | None = None,
    environ: Mapping[str, str] = os.environ,
    silence: float = SILENCE,
    heard: Heard | None = None,
    places_file: Path | None = None,
) -> AsyncIterator[GraphGateway]:
    """A gateway for one command; `token` is the text of OBCTL_GRAPH_TOKEN.

    A request is given up after `silence` seconds without a byte; `heard` is told of each answer.
    `places_file` is that by which the company's processes share those of each mailbox.

    Raises `ConfigError` for settings that cannot work; nothing is sent yet.
    """
    async with open_graph(
        settings,
        token=token,
        environ=environ,
        silence=silence,
        heard=heard,
        places_file=places_file,
    ) as graph:
        yield GraphGateway(graph)
