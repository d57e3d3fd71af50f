"""What each column of the store may hold of others, and how that is masked in a support bundle.

A column that stands in no line here is a reason to refuse the bundle: a schema that grows has to
say what of it may leave the company.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from obctl.domain.actor import person_in
from obctl.domain.foreign_text import read_json
from obctl.domain.masked_json import GRAPH_WORDS, masked_object, masked_original
from obctl.domain.masked_message import Sentences
from obctl.domain.masking import Mask

_REQUEST = re.compile(r"[0-9a-fA-F-]{8,64}")


class Holds(Enum):
    """What stands in a column."""

    OURS = "numbers, instants, flags and words of ours"
    WORD = "one word of Graph's, or the id of a request"
    ADDRESS = "a mail address"
    NAME = "the name of a person, a room or a place"
    SUBJECT = "what a meeting is called"
    TEXT = "what somebody wrote"
    ID = "an id of Graph's"
    ZONE = "a time zone, as somebody's program calls it"
    ACTOR = "who acts"
    MESSAGE = "a sentence of ours that may quote others"
    CODE = "a word that programs compare"
    OBJECT = "JSON of ours"
    PRIVY = "what is nobody's business, masked or not"


_NOTHING = "removed"
"""In the place of a secret: that there is one may matter."""

_O, _W, _A, _N, _S = Holds.OURS, Holds.WORD, Holds.ADDRESS, Holds.NAME, Holds.SUBJECT
_T, _I, _Z, _M, _J, _X = (
    Holds.TEXT, Holds.ID, Holds.ZONE, Holds.MESSAGE, Holds.OBJECT, Holds.PRIVY,
)  # fmt: skip
_PERSON = {"organizer_name": _N, "organizer_email": _A}
_SERIES = {"ical_uid": _I, "series_key": _I, "series_master_id": _I, "original_start_at": _O}
_TIMES = {"start_at": _O, "end_at": _O, "all_day": _O}

COLUMNS: Mapping[str, Mapping[str, Holds]] = {
    "rooms": {
        "id": _O, "mailbox": _A, "name": _N, "location": _N, "floor": _N, "capacity": _O,
        "time_zone": _Z, "activated_at": _O, "object_id": _I, "processing": _J,
        "last_synced_at": _O, "verdict": _O, "condition": Holds.CODE, "delta_link": _X,
        "read_start_at": _O, "read_end_at": _O, "planned_end_at": _O, "applied": _O,
        "removed_at": _O, "place_id": _I, "stopped_at": _O, "stopped_why": _M,
        "remembered_since_at": _O,
    },
    "reservations": _TIMES | _PERSON | _SERIES | {
        "number": _O, "room": _O, "subject": _S, "time_zone": _Z, "status": _O,
        "external_state": _O, "source": _O, "event_id": _I, "attendees": _O, "notes": _T,
        "version": _O, "created_at": _O, "updated_at": _O,
    },
    "services": {
        "id": _O, "reservation": _O, "kind": _O, "description": _T, "quantity": _O, "status": _O,
        "locked_from_at": _O, "cancelled_at": _O, "cancelled_by": Holds.ACTOR,
        "cancelled_with": _M,
    },
    "events": _TIMES | _PERSON | _SERIES | {
        "id": _O, "room": _O, "event_id": _I, "type": _O, "subject": _S, "born_at": _O,
        "instance_on": _O, "foreign_origin": _O, "is_cancelled": _O, "is_organizer": _O,
        "is_draft": _O, "response": _O, "show_as": _W, "sensitivity": _W, "attendees": _O,
        "room_invited": _O, "time_zone": _Z, "created_at": _O, "modified_at": _O,
        "change_key": _I, "transaction_id": _I, "payload": _O, "gone_at": _O,
    },
    "agreed_states": _TIMES | _PERSON | {
        "reservation": _O, "event_id": _I, "subject": _S, "event_subject": _S, "version": _O,
        "change_key": _I, "agreed_at": _O, "tried": _J,
    },
    "cancellation_requests": {
        "id": _O, "reservation": _O, "reason": _O, "cause": _J, "requested_at": _O, "status": _O,
        "decided_at": _O, "decided_by": Holds.ACTOR, "note": _T,
    },
    "company_log": {
        "id": _O, "at": _O, "action": _O, "room": _O, "email": _A, "subject": _S,
        "reservation": _O, "event_id": _I, "run": _O, "request_id": _W, "message": _M,
        "payload": _O, "actor": Holds.ACTOR, "client_request_id": _W, "left_room": _O,
    },
    "subscriptions": {
        "id": _I, "room": _O, "resource": _I, "notification_url": _I, "lifecycle_url": _I,
        "client_state": _X, "created_at": _O, "expires_at": _O, "lost": _O,
        "last_notification_at": _O, "granted_at": _O,
    },
    "inbox": {
        "id": _O, "received_at": _O, "kind": _O, "what": _O, "subscription": _I, "room": _O,
        "event_id": _I, "handled_at": _O,
    },
    "outbox": {
        "id": _O, "reservation": _O, "room": _O, "action": _O, "transaction_id": _I,
        "created_at": _O, "due_at": _O, "attempts": _O, "failed": _O, "error_code": Holds.CODE,
        "error": _M, "request_id": _W, "event_id": _I, "repeat": _O, "note": _T, "silent": _O,
        "done_at": _O, "tried_start_at": _O, "tried_end_at": _O, "agreed": _J, "written_at": _O,
    },
    "runs": {
        "id": _O, "kind": _O, "started_at": _O, "finished_at": _O, "exit_code": _O, "report": _J,
    },
    "possible_moves": {"reservation": _O, "instead_of": _O},
    "settling": {"room": _O, "event_id": _I, "due_at": _O},
    "undecided": {"reservation": _O, "room": _O, "since": _O, "unread": _M},
    "unreadable_events": _SERIES | {
        "room": _O, "handle": _I, "event_id": _I, "since": _O, "wrong": _M, "subject": _S,
        "start_at": _O, "end_at": _O, "transaction_id": _I, "fingerprint": _I, "payload": _O,
    },
}  # fmt: skip
"""Every table whose rows go into a bundle, `payloads` aside: there is JSON of Graph's in it."""
LEFT_OUT = frozenset(
    {
        "migrations", "payloads", "log_words", "reservation_words", "stale_words", "log_changes",
        "imported_reservations",
    }
)  # fmt: skip
"""Tables that are written anew or stay at home: the schema's own, indexes of words, the originals,
what the store was before, and under which ids a file's meetings were imported.
"""
_NO_TABLE: Mapping[str, Holds] = {}


def masked_value(holds: Holds, value: Any, mask: Mask, sentences: Sentences) -> Any:
    """A value as it may leave the company."""
    if holds is Holds.PRIVY:
        return without_secret(holds, value)
    if holds is Holds.OURS or not isinstance(value, str):
        return value if not isinstance(value, bytes) else None
    match holds:
        case Holds.WORD:
            known = value in GRAPH_WORDS or _REQUEST.fullmatch(value)
            return value if known else mask.identifier(value)
        case Holds.ADDRESS:
            return mask.address(value)
        case Holds.NAME:
            return value if value.isdecimal() and len(value) < 4 else mask.name(value)
        case Holds.SUBJECT:
            return mask.subject(value)
        case Holds.TEXT:
            return mask.text(value)
        case Holds.ID:
            return mask.identifier(value)
        case Holds.ZONE:
            return mask.time_zone(value)
        case Holds.ACTOR:
            person = person_in(value)
            return value.removesuffix(person) + mask.name(person) if person else value
        case Holds.MESSAGE:
            return sentences.message(value)
        case Holds.CODE:
            return sentences.code(value)
        case Holds.OBJECT:
            return _masked_text(value, lambda item: masked_object(item, mask, sentences))


def without_secret(holds: Holds, value: Any) -> Any:
    """A value of a bundle that is not masked."""
    return _NOTHING if holds is Holds.PRIVY and value is not None else value


def masked_payload(data: bytes, mask: Mask) -> bytes:
    """An original of Graph's, masked; what is no JSON goes whole."""
    try:
        content = read_json(data)
    except ValueError:
        return b'"(masked)"'
    masked = masked_original(content, mask)
    return json.dumps(masked, ensure_ascii=False).encode(errors="replace")


def holds(table: str, column: str) -> Holds | None:
    """What a column of a table holds; `None` where nobody has said so."""
    return COLUMNS.get(table, _NO_TABLE).get(column)


def _masked_text(value: str, masked: Callable[[Any], Any]) -> str:
    try:
        return json.dumps(masked(json.loads(value)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return "null"
