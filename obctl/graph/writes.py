"""The few writes obctl allows itself, and their JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kiota_abstractions.method import Method

from obctl.domain.event import Event, EventId
from obctl.domain.event_changes import EventChanges
from obctl.domain.outbox import EventDraft
from obctl.domain.room import Room
from obctl.domain.values import replace
from obctl.graph import request
from obctl.graph.client import Graph, posting
from obctl.graph.times import graph_zone, is_ambiguous, write_wall
from obctl.graph.translate import read_event


async def create_event(graph: Graph, room: Room, draft: EventDraft) -> Event:
    """POST to the room's own calendar; the same `transactionId` twice books once."""
    builder = graph.client.users.by_user_id(room.user).calendar.events
    body = await graph.send(posting(builder, _new_event(room, draft)), request.writing(room))
    return read_event(body, room)


async def change_event(graph: Graph, room: Room, event: Event, changes: EventChanges) -> Event:
    """PATCH an event as it was read; Graph refuses where it is no longer so."""
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event.id)
    info = posting(builder, _changed_event(changes), Method.PATCH)
    if event.etag is not None:
        info.headers.try_add("If-Match", event.etag)
    return read_event(await graph.send(info, request.writing(room, event.id)), room)


async def cancel_event(graph: Graph, room: Room, event_id: EventId, comment: str) -> None:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id).cancel
    await graph.send(posting(builder, {"comment": comment}), request.writing(room, event_id))


async def delete_event(graph: Graph, room: Room, event_id: EventId) -> None:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id)
    await graph.send(builder.to_delete_request_information(), request.writing(room, event_id))


async def decline_event(
    graph: Graph, room: Room, event_id: EventId, comment: str, *, send: bool
) -> None:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id).decline
    body: dict[str, Any] = {"sendResponse": send}
    if comment and send:
        # Graph refuses a comment, even an empty one, in an answer that is not sent.
        body["comment"] = comment
    await graph.send(posting(builder, body), request.writing(room, event_id))


def _new_event(room: Room, draft: EventDraft) -> dict[str, Any]:
    body: dict[str, Any] = {
        "subject": draft.subject,
        "body": {"contentType": "text", "content": draft.body},
        "start": _wall(draft.start, draft.time_zone, fixed=draft.recurrence is not None),
        "end": _wall(draft.end, draft.time_zone, fixed=draft.recurrence is not None),
        "isAllDay": draft.all_day,
        "location": {"displayName": draft.location, "locationEmailAddress": room.mailbox},
        "showAs": "tentative" if draft.tentative else "busy",
        "transactionId": draft.transaction_id,
    }
    if draft.recurrence is not None:
        zone = graph_zone(draft.time_zone)
        body["recurrence"] = replace(draft.recurrence, time_zone=zone).to_graph()
    if draft.invite is not None and draft.invite.email:
        address = {"address": draft.invite.email, "name": draft.invite.name or draft.invite.email}
        body["attendees"] = [{"emailAddress": address, "type": "required"}]
    return body


def _changed_event(changes: EventChanges) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if changes.subject is not None:
        body["subject"] = changes.subject
    if time := changes.time:
        body["start"] = _wall(time.start, time.time_zone)
        body["end"] = _wall(time.end, time.time_zone)
        body["isAllDay"] = time.all_day
    return body


def _wall(moment: datetime, time_zone: str, *, fixed: bool = False) -> dict[str, str]:
    """The wall clock of `time_zone`, or UTC in the hour that this clock shows twice.

    A series is `fixed` to its zone: there the wall clock is what is meant.
    """
    return write_wall(moment, time_zone if fixed or not is_ambiguous(moment, time_zone) else "UTC")
