"""calendarView/delta: what changed since a token, with every trap the real one sets.

A token is opaque and holds the window. Occurrences come as stubs, a series is sent whole when
anything in it changed, a removed occurrence leaves no trace, what lies outside the window shows as
removed, a page is longer than asked for when a series expands, an item may come twice, and tokens
die when a mailbox has made too many of them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from obctl.sandbox.identity import immutable_id, ordinary_id
from obctl.sandbox.item import Item, Shown, shown_item
from obctl.sandbox.mailbox import Mailbox, Tombstone, instances, overlaps
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.wire import Style, write_event, write_stub

SYNC_STATES_KEPT = 32
_KEY = b"obctl sandbox change feed"


class Token(msgspec.Struct, frozen=True, array_like=True):
    """What a next link or delta link carries."""

    kind: Literal["skip", "delta"]
    mailbox: str
    start: datetime
    end: datetime
    since: int
    """Changes up to this one were delivered in earlier rounds."""
    seen: int
    """Changes up to this one were delivered in this round."""
    state: int
    """The sync state this token stands on."""
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One answer: items and the token of the link that follows."""

    items: list[dict[str, Any]]
    next: Token | None
    delta: Token | None


class UnknownToken(Exception):
    """Raised for a token that was rewritten, or that was made for something else."""


def first_token(mailbox: Mailbox, start: datetime, end: datetime) -> Token:
    """The beginning of an initial round."""
    return Token("skip", str(mailbox.id), start, end, 0, 0, 0)


def seal(token: Token) -> str:
    """The token as text nobody can read or forge by accident."""
    data = msgspec.msgpack.encode(token)
    digest = hashlib.blake2b(data, key=_KEY, digest_size=12).digest()
    return base64.urlsafe_b64encode(digest + _mask(data, digest)).decode().rstrip("=")


def unseal(text: str, kind: str) -> Token:
    """The token in `text`; raises `UnknownToken` for one that this service did not make."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        digest, data = raw[:12], _mask(raw[12:], raw[:12])
        token = msgspec.msgpack.decode(data, type=Token)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise UnknownToken from error
    if hashlib.blake2b(data, key=_KEY, digest_size=12).digest() != digest or token.kind != kind:
        raise UnknownToken
    return token


def read_page(mailbox: Mailbox, token: Token, style: Style, size: int) -> Page:
    """The page a token asks for; raises `UnknownToken` for another mailbox's."""
    if token.mailbox != str(mailbox.id):
        raise UnknownToken
    _check_alive(mailbox, token)
    initial = token.since == 0 and token.state == 0
    if initial and token.pages == 0 and _starts_empty(mailbox.id):
        return Page([], _next(token, token.seen), None)
    seen = token.seen
    items: list[dict[str, Any]] = []
    first: list[dict[str, Any]] = []
    groups = 0
    for changed in _changes(mailbox, max(token.since, token.seen)):
        if len(items) >= size:
            return Page(items, _next(token, seen), None)
        group = _group(mailbox, changed, token, style, initial=initial)
        groups += bool(group)
        first = first or group
        items.extend(group)
        seen = changed.sequence
    if not initial and groups > 1:
        items.extend(first)
    return Page(items, None, _round_done(mailbox, token))


def expire_tokens(mailbox: Mailbox) -> None:
    """Forget every sync state of a mailbox, as cache pressure does."""
    mailbox.sync_states.clear()


def _changes(mailbox: Mailbox, after: int) -> list[Item | Tombstone]:
    if mailbox.sequence <= after:
        return []
    found: list[Item | Tombstone] = [
        item for item in mailbox.items.values() if item.sequence > after
    ]
    found.extend(stone for stone in mailbox.tombstones.values() if stone.sequence > after)
    found.sort(key=lambda one: one.sequence)
    return found


def _group(
    mailbox: Mailbox, changed: Item | Tombstone, token: Token, style: Style, *, initial: bool
) -> list[dict[str, Any]]:
    """What one changed item contributes; a series is never split."""
    if isinstance(changed, Item):
        shown = list(_in_window(mailbox, changed, token, style))
        if shown or initial:
            return shown
    elif initial:
        return []
    gone = (
        style.event_id(mailbox, changed)
        if isinstance(changed, Item)
        else _tombstone_id(mailbox, changed, style)
    )
    return [
        {"@odata.type": "#microsoft.graph.event", "id": gone, "@removed": {"reason": "deleted"}}
    ]


def _in_window(
    mailbox: Mailbox, item: Item, token: Token, style: Style
) -> Iterator[dict[str, Any]]:
    if item.kind != "seriesMaster":
        if overlaps(item.start_at, item.end_at, token.start, token.end):
            yield _typed(write_event(mailbox, shown_item(item), style))
        return
    occurrences = instances(item, token.start, token.end)
    if not occurrences:
        return
    yield _typed(write_event(mailbox, shown_item(item), style))
    for shown in occurrences:
        yield _occurrence(mailbox, item, shown, style)


def _occurrence(mailbox: Mailbox, master: Item, shown: Shown, style: Style) -> dict[str, Any]:
    if shown.kind == "exception":
        return _typed(write_event(mailbox, shown, style, master))
    return write_stub(mailbox, shown, style)


def _typed(event: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.event"} | event


def _tombstone_id(mailbox: Mailbox, stone: Tombstone, style: Style) -> str:
    if style.immutable:
        return immutable_id(mailbox.id, stone.key)
    return ordinary_id(mailbox.id, stone.entry)


def _next(token: Token, seen: int) -> Token:
    return msgspec.structs.replace(token, kind="skip", seen=seen, pages=token.pages + 1)


def _round_done(mailbox: Mailbox, token: Token) -> Token:
    mailbox.last_sync_state += 1
    mailbox.sync_states.append(mailbox.last_sync_state)
    del mailbox.sync_states[:-SYNC_STATES_KEPT]
    return msgspec.structs.replace(
        token,
        kind="delta",
        since=mailbox.sequence,
        seen=mailbox.sequence,
        state=mailbox.last_sync_state,
        pages=0,
    )


def _check_alive(mailbox: Mailbox, token: Token) -> None:
    if token.state and token.state not in mailbox.sync_states:
        raise Refusal(
            410,
            "SyncStateNotFound",
            f"The sync state generation is not found; generation={token.state:x}.",
        )


def _starts_empty(mailbox: UUID) -> bool:
    """Some mailboxes answer the first request of a round with no items and a next link."""
    return mailbox.bytes[0] % 4 == 0


def _mask(data: bytes, seed: bytes) -> bytes:
    stream = hashlib.shake_128(_KEY + seed).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))
