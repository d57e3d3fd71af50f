"""Ids as Exchange makes them: binary structures in base64, derived, never drawn at random.

Two id spaces exist for every item. The ordinary id holds the *entry*, which changes when an item
is re-filed; the immutable one holds the *key*, which does not. An occurrence's id is its master's
with the original day inside. GlobalObjectId, which Graph shows as iCalUId, is [MS-OXOCAL] 2.2.1.27.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from obctl.sandbox.refusal import malformed_id
from obctl.sandbox.times import day_of_ticks, day_ticks, filetime

_ORDINARY = b"\x00\x03\x24\x00"
_IMMUTABLE = b"\x00\x09\x00\x2e\x00"
_PLAIN = b"\x00"
_OCCURRENCE = b"\x01\x51\x00\x08"
_IMMUTABLE_PROVIDER = bytes.fromhex("1D840311AA6611CD9BC800AA002FC45A")
_GLOBAL_OBJECT_ID = bytes.fromhex("040000008200E00074C5B7101A82E008")
# Outlook's REST ids swap the two characters that the URL-safe alphabet of RFC 4648 uses.
_TO_REST = str.maketrans("/+", "-_")
_FROM_REST = str.maketrans("-_", "/+")


@dataclass(frozen=True, slots=True)
class ItemRef:
    """What an id says: which item (by entry or by key), and which occurrence of it."""

    immutable: bool
    number: int
    day: date | None


def guid(*parts: object) -> uuid.UUID:
    """A GUID that depends on `parts` alone."""
    text = "\x1f".join(str(part) for part in parts)
    return uuid.UUID(bytes=hashlib.blake2b(text.encode(), digest_size=16).digest(), version=4)


def ordinary_id(mailbox: uuid.UUID, entry: int, day: date | None = None) -> str:
    """The id an item has without a Prefer header."""
    store = (
        b"\x00\x00\x00\x00"
        + guid("store", mailbox).bytes
        + b"\x07\x00"
        + guid("folder", mailbox).bytes
        + b"\x00\x00\x00\x00\x01\x0d\x00\x00"
        + guid("items", mailbox).bytes
        + entry.to_bytes(6, "big")
        + b"\x00\x00"
    )
    head = _ORDINARY + str(mailbox).encode()
    return _rest(head + _instruction(day) + struct.pack("<H", len(store)) + store)


def immutable_id(mailbox: uuid.UUID, key: int, day: date | None = None) -> str:
    """The id an item has with `Prefer: IdType="ImmutableId"`."""
    store = (
        b"\x00\x00\x00\x00"
        + _IMMUTABLE_PROVIDER
        + b"\x0d\x00"
        + guid("items", mailbox).bytes
        + key.to_bytes(6, "big")
        + b"\x00\x00"
    )
    return _rest(_IMMUTABLE + store + _instruction(day))


def parse_id(mailbox: uuid.UUID, text: str) -> ItemRef | None:
    """The reference in `text`; None for a well-formed id of another mailbox."""
    try:
        data = base64.b64decode(text.translate(_FROM_REST), validate=True)
    except (binascii.Error, ValueError) as error:
        raise malformed_id() from error
    try:
        if data.startswith(_ORDINARY):
            return _parse_ordinary(mailbox, data)
        if data.startswith(_IMMUTABLE):
            return _parse_immutable(mailbox, data)
    except (OverflowError, IndexError) as error:
        raise malformed_id() from error
    raise malformed_id()


def change_key(mailbox: uuid.UUID, version: int) -> str:
    """The opaque stamp that moves with every edit."""
    stamp = b"\x0f\x00\x00\x00\x16\x00\x00\x00" + guid("items", mailbox).bytes
    return base64.b64encode(stamp + version.to_bytes(6, "big")).decode()


def global_object_id(created: datetime, data: bytes) -> str:
    """The hex GlobalObjectId of a meeting first made at `created`."""
    blob = (
        _GLOBAL_OBJECT_ID
        + b"\x00\x00\x00\x00"
        + struct.pack("<Q", filetime(created))
        + bytes(8)
        + struct.pack("<I", len(data))
        + data
    )
    return blob.hex().upper()


def dated_object_id(clean: str, day: date) -> str:
    """The same GlobalObjectId with an exception's original day in bytes 17 to 20."""
    return f"{clean[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{clean[40:]}"


def _instruction(day: date | None) -> bytes:
    return _PLAIN if day is None else _OCCURRENCE + struct.pack(">Q", day_ticks(day))


def _rest(data: bytes) -> str:
    return base64.b64encode(data).decode().translate(_TO_REST)


def _parse_ordinary(mailbox: uuid.UUID, data: bytes) -> ItemRef | None:
    day, rest = _parse_instruction(data[40:])
    if len(rest) != 72:
        raise malformed_id()
    if data[4:40] != str(mailbox).encode():
        return None
    return ItemRef(immutable=False, number=int.from_bytes(rest[64:70], "big"), day=day)


def _parse_immutable(mailbox: uuid.UUID, data: bytes) -> ItemRef | None:
    store = data[5:51]
    day, rest = _parse_instruction(data[51:])
    if len(store) != 46 or rest:
        raise malformed_id()
    if store[22:38] != guid("items", mailbox).bytes:
        return None
    return ItemRef(immutable=True, number=int.from_bytes(store[38:44], "big"), day=day)


def _parse_instruction(data: bytes) -> tuple[date | None, bytes]:
    if data[:1] == _PLAIN:
        return None, data[1:]
    if data[:4] == _OCCURRENCE:
        return day_of_ticks(int.from_bytes(data[4:12], "big")), data[12:]
    raise malformed_id()
