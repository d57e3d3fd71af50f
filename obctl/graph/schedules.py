"""Free and busy times: getSchedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus

import msgspec
from kiota_abstractions.method import Method

from obctl.domain.availability import BusySpan
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.errors import (
    CredentialRefused,
    GraphRefused,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
)
from obctl.graph import request
from obctl.graph.batch_once import SIZE, Inner, send_batch
from obctl.graph.client import Builder, Graph, posting
from obctl.graph.failures import cut_short
from obctl.graph.request import Asked
from obctl.graph.times import read_wall, write_wall
from obctl.graph.wire import ScheduleError, Schedules, ScheduleWire

_ROOMS = 20
_DAYS = timedelta(days=60)  # Graph allows less than 62
_NOT_BUSY = ("free", "workingelsewhere")
_SCHEDULES = msgspec.json.Decoder(Schedules)

Busy = dict[str, tuple[BusySpan, ...] | ObctlError]


async def fetch_schedules(graph: Graph, rooms: Sequence[Room], span: TimeSpan) -> Busy:
    """Busy spans by mailbox; a room that cannot be read has its error instead."""
    busy: Busy = {room.mailbox: () for room in rooms}
    chunks = [rooms[at : at + _ROOMS] for at in range(0, len(rooms), _ROOMS)]
    for part in _parts(span):
        for at in range(0, len(chunks), SIZE):
            for mailbox, found in (await _fetch_all(graph, chunks[at : at + SIZE], part)).items():
                before = busy[mailbox]
                if isinstance(before, ObctlError):
                    continue
                busy[mailbox] = found if isinstance(found, ObctlError) else before + found
    return busy


async def _fetch_all(graph: Graph, chunks: Sequence[Sequence[Room]], span: TimeSpan) -> Busy:
    """Twenty chunks to a `$batch`; what has no good answer there is asked for by itself."""
    if len(chunks) == 1:
        return await _fetch(graph, chunks[0], span)
    askers = [chunk[0] for chunk in chunks]
    inner = [
        Inner(Method.POST, _asker(graph, chunk[0]), _body(chunk, span), {}) for chunk in chunks
    ]
    what = request.calendar(askers[0])
    try:
        answers = await send_batch(graph, inner, what, [room.mailbox for room in askers])
    except CredentialRefused:
        raise
    except ObctlError:
        answers = [None for _ in chunks]
    found: Busy = {}
    for chunk, answer in zip(chunks, answers, strict=True):
        if answer is not None and answer.status == HTTPStatus.OK:
            found |= _read(bytes(answer.body), chunk, request.calendar(chunk[0]))
        else:
            found |= await _fetch(graph, chunk, span)
    return found


def _asker(graph: Graph, room: Room) -> Builder:
    """Any mailbox may ask for all of them."""
    return graph.client.users.by_user_id(room.user).calendar.get_schedule


def _body(rooms: Sequence[Room], span: TimeSpan) -> dict[str, object]:
    return {
        "schedules": [room.mailbox for room in rooms],
        "startTime": write_wall(span.start, "UTC"),
        "endTime": write_wall(span.end, "UTC"),
        "availabilityViewInterval": 30,
    }


def _parts(span: TimeSpan) -> Iterator[TimeSpan]:
    start = span.start
    while start < span.end:
        end = min(start + _DAYS, span.end)
        yield TimeSpan(start, end)
        start = end


async def _fetch(graph: Graph, rooms: Sequence[Room], span: TimeSpan) -> Busy:
    refused: Busy = {}
    for asker in rooms:
        # One that is gone or forbidden only fails itself.
        what = request.calendar(asker)
        try:
            answer = await graph.send(posting(_asker(graph, asker), _body(rooms, span)), what)
        except CredentialRefused:
            raise
        except (NotFound, NotAuthorised) as error:
            refused[asker.mailbox] = error
            continue
        return _read(answer, rooms, what)
    return refused


def _read(answer: bytes, rooms: Sequence[Room], what: Asked) -> Busy:
    try:
        schedules = _SCHEDULES.decode(answer).value
        by_mailbox = {one.schedule_id.casefold(): one for one in schedules}
        return {room.mailbox: _busy(by_mailbox, room) for room in rooms}
    except ValueError as error:
        raise cut_short(what) from error


def _busy(schedules: Mapping[str, ScheduleWire], room: Room) -> tuple[BusySpan, ...] | ObctlError:
    schedule = schedules.get(room.mailbox.casefold())
    if schedule is None:
        return cut_short(request.calendar(room))
    if schedule.error is not None:
        return _error(schedule.error, room)
    return tuple(
        BusySpan(read_wall(item.start), read_wall(item.end), status)
        for item in schedule.schedule_items or ()
        if (status := (item.status or "busy").lower()) not in _NOT_BUSY
    )


def _error(error: ScheduleError, room: Room) -> ObctlError:
    """The error of one room inside an answer that is otherwise fine."""
    code = error.response_code or ""
    said = f"free and busy times of {room.mailbox} ({code})"
    match code.lower():
        case "errormailrecipientnotfound" | "errornonexistentmailbox" | "errorinvaliduser":
            return MailboxGone(
                f"Graph finds no such mailbox: {said}",
                hint="restore or license the mailbox, or remove the room from obctl",
            )
        case "erroraccessdenied" | "errornofreebusyaccess":
            return MailboxPermissionLost(
                f"Graph forbids the {said}",
                hint="put the mailbox into the application's RBAC scope or access policy",
            )
        case _:
            return GraphRefused(f"Graph refuses the {said}: {error.message or 'no reason given'}")
