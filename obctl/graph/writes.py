"""The few writes obctl allows itself, and their JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from kiota_abstractions.method import Method

from obctl.domain.event import Event, EventId
from obctl.domain.event_changes import EventChanges
from obctl.domain.outbox import EventDraft
from obctl.domain.room import Room
from obctl.domain.values import replace
from obctl.domain.zones import has_windows_name, windows_name
from obctl.graph import request
from obctl.graph.client import Graph, posting
from obctl.graph.failures import ensure_done
from obctl.graph.times import is_ambiguous, write_day, write_wall
from obctl.graph.translate import read_answer


async def create_event(graph: Graph, room: Room, draft: EventDraft) -> Event:
    """POST to the room's own calendar; the same `transactionId` twice books once."""
    builder = graph.client.users.by_user_id(room.user).calendar.events
    what = request.writing(room)
    body = await graph.send(posting(builder, _new_event(room, draft)), what)
    return read_answer(body, room, what)


async def change_event(graph: Graph, room: Room, event: Event, changes: EventChanges) -> Event:
    """PATCH an event as it was read; Graph refuses where it is no longer so."""
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event.id)
    info = posting(builder, _changed_event(changes), Method.PATCH)
    if event.etag is not None:
        info.headers.try_add("If-Match", event.etag)
    what = request.writing(room, event.id)
    return read_answer(await graph.send(info, what), room, what, event.id)


async def cancel_event(graph: Graph, room: Room, event_id: EventId, comment: str) -> None:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id).cancel
    what = request.writing(room, event_id)
    ensure_done(await graph.send(posting(builder, {"comment": comment}), what), what)


async def delete_event(graph: Graph, room: Room, event_id: EventId) -> None:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id)
    what = request.writing(room, event_id)
    ensure_done(await graph.send(builder.to_delete_request_information(), what), what)


async def decline_event(
    graph: Graph, room: Room, event_id: EventId, comment: str, *, send: bool
) -> None:
    builder = graph.client.users.by_user_id(room.user).events.by_event_id(event_id).decline
    body: dict[str, Any] = {"sendResponse": send}
    if comment and send:
        # Graph refuses a comment, even an empty one, in an answer that is not sent.
        body["comment"] = comment
    what = request.writing(room, event_id)
    ensure_done(await graph.send(posting(builder, body), what), what)


def _new_event(room: Room, draft: EventDraft) -> dict[str, Any]:
    wall = _writer(fixed=draft.recurrence is not None, all_day=draft.all_day)
    body: dict[str, Any] = {
        "subject": draft.subject,
        "body": {"contentType": "text", "content": draft.body},
        "start": wall(draft.start, draft.time_zone),
        "end": wall(draft.end, draft.time_zone),
        "isAllDay": draft.all_day,
        "location": {"displayName": draft.location, "locationEmailAddress": room.mailbox},
        "showAs": "tentative" if draft.tentative else "busy",
        "transactionId": draft.transaction_id,
    }
    if draft.recurrence is not None:
        zone = windows_name(draft.time_zone)
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
        wall = _writer(fixed=False, all_day=time.all_day)
        body["start"] = wall(time.start, time.time_zone)
        body["end"] = wall(time.end, time.time_zone)
        body["isAllDay"] = time.all_day
    return body


def _writer(*, fixed: bool, all_day: bool) -> Callable[[datetime, str], dict[str, str]]:
    """How a time is written: a series is `fixed` to its zone, there the wall clock is meant."""
    if fixed:
        return write_wall
    return write_day if all_day else _wall_or_utc


def _wall_or_utc(moment: datetime, time_zone: str) -> dict[str, str]:
    """The wall clock of `time_zone`; UTC in the hour it shows twice, or unknown to Exchange."""
    told = has_windows_name(time_zone) and not is_ambiguous(moment, time_zone)
    return write_wall(moment, time_zone if told else "UTC")
