"""Reading an event in which Graph sent something odd: what can be lived with, and what cannot.

Not on the way of ordinary events, which are decoded in one go.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import msgspec

from obctl.domain.foreign_text import decode
from obctl.graph.times import read_instant, read_wall
from obctl.graph.wire import EmailAddress, EventWire, Recipient, WallTime

NEEDED = frozenset(
    {
        "id",  # which one it is
        "start", "end", "isAllDay",  # when
        "type", "seriesMasterId",  # of which series
        "isCancelled", "isDraft",  # whether it takes place at all
    }
)  # fmt: skip
"""Fields without which an event can neither be placed nor told from others."""
LIVABLE: Mapping[str, tuple[str, ...]] = {
    "subject": ("subject",),
    "organizer": ("organizer",),
    # Whose meeting it is and who organises it are only understood together.
    "isOrganizer": ("is_organizer", "organizer"),
    "attendees": ("attendees",),
    "hideAttendees": ("attendees",),
    "originalStart": ("original_start",),
    "iCalUId": ("ical_uid",),
    "responseStatus": ("response",),
    "showAs": ("show_as",),
    "sensitivity": ("sensitivity",),
    "originalStartTimeZone": ("time_zone",),
    "createdDateTime": ("created_at",),
    "lastModifiedDateTime": ("modified_at",),
    "changeKey": ("change_key",),
    "transactionId": ("transaction_id",),
    "@odata.etag": ("etag",),
}
"""All others: what is odd there is unknown, and so are these fields of `Event`."""
_ANYTHING = msgspec.json.Decoder()
_INSTANTS = ("originalStart", "createdDateTime", "lastModifiedDateTime")
_FIELDS = {field.encode_name: field for field in msgspec.structs.fields(EventWire)}


def read_leniently(payload: bytes) -> tuple[EventWire | None, str, tuple[str, ...]]:
    """The event without what is odd and can be lived with, and the names of what is unknown so.

    `None`, and what is wrong, where a field that is needed is odd.
    """
    content = _content(payload)
    if content is None:
        return None, "it is no JSON object", ()
    kept: dict[str, Any] = {}
    wrong: list[str] = []
    unknown: list[str] = []
    for name in _FIELDS:
        if name not in content:
            continue
        try:
            kept[name] = _value(name, content[name])
        except (ValueError, OverflowError) as error:
            if name in NEEDED:
                wrong.append(f"{name}: {plain(error)}")
            else:
                unknown += LIVABLE[name]
    named = {text.partition(":")[0] for text in wrong}
    wrong += [
        f"{name}: missing" for name in ("id", "start", "end") if name not in kept.keys() | named
    ]
    if wrong:
        return None, "; ".join(wrong), ()
    return msgspec.convert(kept, EventWire), "", tuple(dict.fromkeys(unknown))


def told_of(payload: bytes) -> dict[str, Any]:
    """Every field that can be read by itself, as `read_leniently` would take it."""
    content = _content(payload) or {}
    found: dict[str, Any] = {}
    for name in _FIELDS.keys() & content.keys():
        try:
            found[name] = _value(name, content[name])
        except (ValueError, OverflowError):
            continue
    return found


def is_object(payload: bytes) -> bool:
    """Whether it is JSON, and could be an event."""
    return _content(payload) is not None


def read_each(raw: bytes | msgspec.Raw, struct: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields of a `struct` that can be read by themselves, by our names for them."""
    content = _content(bytes(raw)) or {}
    found: dict[str, Any] = {}
    for field in _fields(struct):
        with suppress(ValueError, KeyError):
            found[field.name] = msgspec.convert(content[field.encode_name], field.type)
    return found


@cache
def _fields(struct: type[msgspec.Struct]) -> tuple[msgspec.structs.FieldInfo, ...]:
    """What a struct is made of; finding out costs more than reading one."""
    return msgspec.structs.fields(struct)


def _content(payload: bytes) -> dict[str, Any] | None:
    try:
        content = decode(_ANYTHING, payload)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _value(name: str, value: Any) -> Any:
    """One field, checked as far as it means something by itself. Raises `ValueError`."""
    match name:
        case "organizer":
            return _recipient(value)
        case "attendees" if isinstance(value, list):
            if None in value:
                raise ValueError("somebody among them is null")
            return [_recipient(one) for one in value]
        case "id" if value == "":
            raise ValueError("empty")
        case "start" | "end":
            wall = msgspec.convert(value, WallTime)
            read_wall(wall)
            return wall
    found = msgspec.convert(value, _FIELDS[name].type)
    if name in _INSTANTS:
        read_instant(found)
    return found


def _recipient(value: Any) -> Recipient | None:
    """Somebody, by as much of name and address as is text."""
    if value is None:
        return None
    found = msgspec.convert(value, dict[str, Any])
    address = found.get("emailAddress")
    if address is None:
        return Recipient(None, _text(found.get("type")))
    known = msgspec.convert(address, dict[str, Any])
    return Recipient(
        EmailAddress(_text(known.get("name")), _text(known.get("address"))),
        _text(found.get("type")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def plain(error: Exception) -> str:
    """What is wrong, in words that need no quotes."""
    text = str(error).replace("`", "")
    return text[:1].lower() + text[1:]
