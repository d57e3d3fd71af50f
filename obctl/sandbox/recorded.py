"""A tenant that answers what a real one answered: a file that `obctl doctor --record` wrote.

Nothing is simulated. A question that was never asked there is refused (501 `NotRecorded`), and
every write that was not probed. Instants in a query do not count: a view of another day is answered
with the day that was recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from obctl.errors import ConfigError
from obctl.sandbox.clock import Clock
from obctl.sandbox.directory import Directory, Room
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.identity import guid
from obctl.sandbox.item import Person
from obctl.sandbox.permissions import Permissions
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse

FORMAT = "obctl-recording-1"
_BASE = b"{base}"
# What a query may have different from the one recorded.
_DELTA = "$deltatoken"
_QUOTED = re.compile(r"'([^']*)'")
_FREE = frozenset({"startDateTime", "endDateTime", "$top", "$select", "$skip"})


class RecordedRoom(msgspec.Struct):
    address: str
    id: str | None = None


class RecordedCall(msgspec.Struct):
    method: str
    path: str
    query: dict[str, str]
    status: int
    headers: dict[str, str]
    body: msgspec.Raw
    sent: Any = None


class File(msgspec.Struct):
    format: str
    rooms: list[RecordedRoom]
    exchanges: list[RecordedCall]
    roles: list[str] | None = None
    clock_ahead_seconds: float | None = None


class Recording:
    """The answers of a file, found by what is asked."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._addresses = {one.id.lower(): one.address for one in file.rooms if one.id}
        self._calls: dict[tuple[str, ...], list[RecordedCall]] = {}
        self._schedules: dict[str, Any] = {}
        self._entries: dict[str, Any] = {}
        for call in file.exchanges:
            segments = GraphRequest("GET", quote(call.path), {}, {}, b"", "").segments
            self._note_identity(segments, call)
            self._calls.setdefault(self._key(call.method, segments), []).append(call)
            if segments[-1].lower() == "getschedule" and call.status == 200:
                for one in msgspec.json.decode(call.body)["value"]:
                    self._schedules[str(one["scheduleId"]).lower()] = one

    def answer(self, request: GraphRequest) -> GraphResponse:
        """What was answered to this, or to the most similar of its kind."""
        segments = request.segments
        calls = self._calls.get(self._key(request.method, segments), [])
        if segments[-1].lower() == "getschedule":
            return self._schedule(request, calls)
        if segments == ("users",) and _by_ids(request.query):
            return self._people(request, [call for call in calls if _by_ids(call.query)])
        for free in (frozenset[str](), _FREE, _FREE | {_DELTA}):
            wanted = _without(request.query, free)
            for call in calls:
                # A later round is not the first one, whatever its token.
                same_kind = (_DELTA in call.query) == (_DELTA in request.query)
                if same_kind and _without(call.query, free) == wanted:
                    return _response(call, request.base)
        raise _not_recorded(request)

    def _schedule(self, request: GraphRequest, calls: list[RecordedCall]) -> GraphResponse:
        """Free and busy times by mailbox, whoever was asked for them together then."""
        names = [str(one) for one in request.parameters().get("schedules") or ()]
        found = [self._schedules.get(name.lower()) for name in names]
        if all(found):
            return GraphResponse(200, msgspec.json.encode({"value": found}))
        refused = [call for call in calls if call.status != 200]
        if refused:
            return _response(refused[-1], request.base)
        raise _not_recorded(request)

    def _people(self, request: GraphRequest, calls: list[RecordedCall]) -> GraphResponse:
        """Whose ids are these, whichever were asked for together then."""
        refused = [call for call in calls if call.status != 200]
        if refused:
            return _response(refused[-1], request.base)
        if not calls:
            raise _not_recorded(request)
        ids = {one.lower() for one in _QUOTED.findall(request.query["$filter"])}
        found = [entry for name, entry in self._entries.items() if name in ids]
        return GraphResponse(200, msgspec.json.encode({"value": found}))

    def _note_identity(self, segments: tuple[str, ...], call: RecordedCall) -> None:
        """A mailbox may be asked for by its id, once the directory has told it."""
        if segments[0].lower() != "users" or len(segments) > 2 or call.status != 200:
            return
        found = msgspec.json.decode(call.body)
        entries = found.get("value", [found]) if isinstance(found, dict) else []
        for entry in entries:
            if isinstance(entry, dict) and "id" in entry:
                self._entries[str(entry["id"]).lower()] = entry
                if len(segments) == 2:
                    self._addresses.setdefault(str(entry["id"]).lower(), segments[1])

    def _key(self, method: str, segments: tuple[str, ...]) -> tuple[str, ...]:
        folded = list(segments)
        if len(folded) > 1 and folded[0].lower() == "users":
            folded[1] = self._addresses.get(folded[1].lower(), folded[1])
        if method != "GET" and len(folded) > 3 and folded[2].lower() == "events":
            folded[3] = "*"  # the event that does not exist has another id each time
        return (method, *(one.lower() for one in folded[:2]), *folded[2:])


def read_recording(file: Path) -> Recording:
    """The recording in a file; raises `ConfigError` for one that holds none."""
    hint = "`obctl doctor --record FILE` writes one"
    try:
        found = msgspec.json.decode(file.read_bytes(), type=File)
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}", hint=hint) from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{file} is no recording of a tenant: {error}", hint=hint) from error
    if found.format != FORMAT:
        raise ConfigError(
            f"{file} is a recording of another kind: {found.format}",
            hint="record it again with this version of obctl",
        )
    return Recording(found)


def recorded_exchange(recording: Recording, clock: datetime | None, *, frozen: bool) -> Exchange:
    """An organisation of the recorded rooms, without a calendar; its clock is off as it was."""
    ahead = timedelta(seconds=recording.file.clock_ahead_seconds or 0)
    roles = tuple(recording.file.roles or ())
    directory = Directory(
        guid("recorded"), "masked.invalid", permissions=Permissions(roles=roles, scoped=())
    )
    for room in recording.file.rooms:
        directory.add_room(Room(Person(room.address, room.address)))
    now = clock or datetime.now(UTC)
    return Exchange(Clock(now - ahead, frozen=frozen), directory)


def _without(query: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    spared = names | {"startDateTime", "endDateTime"}
    return {name: value for name, value in query.items() if name not in spared}


def _response(call: RecordedCall, base: str) -> GraphResponse:
    body = bytes(call.body).replace(_BASE, base.encode())
    return GraphResponse(call.status, b"" if body == b"null" else body, dict(call.headers))


def _by_ids(query: Mapping[str, str]) -> bool:
    return query.get("$filter", "").startswith("id in ")


def _not_recorded(request: GraphRequest) -> Refusal:
    options = ", ".join(request.query)
    return Refusal(
        501, "NotRecorded", f"{request.method} {request.path} ({options}) is not in the recording."
    )
