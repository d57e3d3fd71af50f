"""Free and busy times: getSchedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from obctl.domain.availability import Schedule
from obctl.domain.foreign_text import decode, decode_parts
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
    PartialRead,
)
from obctl.graph import request
from obctl.graph.client import Graph, posting
from obctl.graph.failures import cut_short, no_mailbox_hint
from obctl.graph.merged_view import read_schedule
from obctl.graph.request import Asked
from obctl.graph.times import write_wall
from obctl.graph.wire import Page, ScheduleError, ScheduleOwner, ScheduleWire

_ROOMS = 20
_DAYS = timedelta(days=60)  # Graph allows less than 62
_FINE = timedelta(minutes=5)  # the finest slots of the merged view, and those of a long span
_COARSE = timedelta(minutes=30)
_A_DAY_OR_SO = timedelta(days=2)
_PAGE = msgspec.json.Decoder(Page)
_OWNER = msgspec.json.Decoder(ScheduleOwner)
_SCHEDULE = msgspec.json.Decoder(ScheduleWire)

Busy = dict[str, Schedule | ObctlError]


async def fetch_schedules(graph: Graph, rooms: Sequence[Room], span: TimeSpan) -> Busy:
    """What is known of each mailbox; a room that cannot be read has its error instead."""
    busy: Busy = {room.mailbox: Schedule() for room in rooms}
    for at in range(0, len(rooms), _ROOMS):
        chunk = rooms[at : at + _ROOMS]
        for part in _parts(span):
            for mailbox, found in (await _fetch(graph, chunk, part)).items():
                busy[mailbox] = _joined(busy[mailbox], found)
    return busy


def _joined(before: Schedule | ObctlError, after: Schedule | ObctlError) -> Schedule | ObctlError:
    if isinstance(before, ObctlError):
        return before
    return after if isinstance(after, ObctlError) else before + after


def _parts(span: TimeSpan) -> Iterator[TimeSpan]:
    start = span.start
    while start < span.end:
        end = min(start + _DAYS, span.end)
        yield TimeSpan(start, end)
        start = end


async def _fetch(graph: Graph, rooms: Sequence[Room], span: TimeSpan) -> Busy:
    slot = _FINE if span.length <= _A_DAY_OR_SO else _COARSE
    body = {
        "schedules": [room.mailbox for room in rooms],
        "startTime": write_wall(span.start, "UTC"),
        "endTime": write_wall(span.end, "UTC"),
        "availabilityViewInterval": slot // timedelta(minutes=1),
    }
    refused: Busy = {}
    for asker in rooms:
        # Any mailbox may ask for all of them; one that is gone or forbidden only fails itself.
        builder = graph.client.users.by_user_id(asker.user).calendar.get_schedule
        what = request.calendar(asker)
        try:
            by_owner = _by_owner(await graph.send(posting(builder, body), what), what)
        except CredentialRefused:
            raise
        except (NotFound, NotAuthorised, PartialRead) as error:
            refused[asker.mailbox] = error
            continue
        return {room.mailbox: _of(by_owner, room, span, slot) for room in rooms}
    return refused


def _by_owner(answer: bytes, what: Asked) -> dict[str, list[msgspec.Raw]]:
    """The schedules of each address, however it is spelled; one that names nobody is nobody's."""
    try:
        page, original = decode_parts(_PAGE, answer)
    except ValueError as error:
        raise cut_short(what) from error
    found: dict[str, list[msgspec.Raw]] = {}
    for raw in map(original, page.value):
        try:
            owner = decode(_OWNER, raw).schedule_id
        except msgspec.DecodeError:
            continue
        found.setdefault(_key(owner or ""), []).append(raw)
    return found


def _key(address: str) -> str:
    return address.strip().casefold()


def _of(
    by_owner: Mapping[str, Sequence[msgspec.Raw]], room: Room, span: TimeSpan, slot: timedelta
) -> Schedule | ObctlError:
    """What the answer says of `room`; where it says it twice, all of it counts."""
    found: Schedule | ObctlError | None = None
    for raw in by_owner.get(_key(room.mailbox), ()):
        try:
            wire = decode(_SCHEDULE, raw)
            one = (
                read_schedule(wire, span, slot) if wire.error is None else _error(wire.error, room)
            )
        except ValueError:  # msgspec's, datetime's and UnknownZone are ValueErrors
            one = cut_short(request.calendar(room))
        found = one if found is None else _joined(found, one)
    return cut_short(request.calendar(room)) if found is None else found


def _error(error: ScheduleError, room: Room) -> ObctlError:
    """The error of one room inside an answer that is otherwise fine."""
    code = error.response_code or ""
    said = f"free and busy times of {room.mailbox} ({code})"
    match code.lower():
        case "errormailrecipientnotfound" | "errornonexistentmailbox" | "errorinvaliduser":
            return MailboxGone(
                f"Graph finds no such mailbox: {said}",
                hint=no_mailbox_hint(room.mailbox),
            )
        case "erroraccessdenied" | "errornofreebusyaccess":
            return MailboxPermissionLost(
                f"Graph forbids the {said}",
                hint="put the mailbox into the application's RBAC scope or access policy",
            )
        case _:
            return GraphRefused(f"Graph refuses the {said}: {error.message or 'no reason given'}")
