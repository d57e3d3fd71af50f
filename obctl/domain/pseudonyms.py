"""Pseudonyms for what leaves the company: names, addresses and what meetings are about.

The same input has the same pseudonym throughout one export, so that a story can still be followed.
In originals a short list says which properties are harmless; everything else that is text goes,
because Graph adds properties and people write names anywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from obctl.domain.actor import person_in
from obctl.domain.company_log import LogEntry
from obctl.domain.foreign_text import read_json
from obctl.domain.values import replace

_HARMLESS = frozenset({
    "id", "uid", "iCalUId", "changeKey", "type", "showAs", "sensitivity", "importance", "response",
    "time", "status", "dateTime", "timeZone", "createdDateTime", "lastModifiedDateTime",
    "originalStart", "originalStartTimeZone", "originalEndTimeZone", "recurrenceTimeZone",
    "seriesMasterId", "occurrenceId", "transactionId", "contentType", "locationType",
    "uniqueIdType", "onlineMeetingProvider", "firstDayOfWeek", "daysOfWeek", "index", "startDate",
    "endDate", "cancelledOccurrences", "changeType", "subscriptionId", "lifecycleEvent",
    "subscriptionExpirationDateTime", "tenantId", "@odata.type", "@odata.etag", "@odata.id",
})  # fmt: skip
_NAMES = frozenset({"name", "displayName"})
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+\.[^\s<>\"'(),;:.]+")
_MASKED = "@masked.invalid"
# How messages name who acts, where the entry itself does not; and quote the reason a person gave.
_BY = re.compile(r"(?<=approved by |rejected by )[^\s:]+|(?<=, by )\S+$")
_NOTE = re.compile(r"^((?:approved|rejected) by [^:]+: [^:]+): .*$", re.DOTALL)


class Pseudonyms:
    """Hands out pseudonyms, numbered in the order in which things turn up."""

    def __init__(
        self, rooms: Iterable[tuple[str, str]] = (), *, harmless: frozenset[str] = frozenset()
    ) -> None:
        """`rooms` are addresses and names of rooms, which keep being told from persons.

        `harmless` are properties of JSON to be left as they are, besides those of events.
        """
        self._harmless = _HARMLESS | harmless
        self._numbers: dict[str, dict[str, int]] = {"address": {}, "name": {}, "subject": {}}
        self._heard: dict[tuple[str, object], dict[str, str]] = {}
        self._rooms: dict[str, str] = {}
        for number, (address, name) in enumerate(rooms, start=1):
            self._rooms[address.casefold()] = f"room-{number}@masked.invalid"
            self._rooms.setdefault(name.casefold(), f"Room {number}")

    def address(self, text: str) -> str:
        """For an e-mail address; upper and lower case are the same."""
        key = text.casefold()
        room = self._rooms.get(key)
        return room or f"person-{self._number('address', key)}@masked.invalid"

    def name(self, text: str) -> str:
        """For a person's or a room's name."""
        if _ADDRESS.fullmatch(text):
            return self.address(text)
        key = " ".join(text.casefold().split())
        room = self._rooms.get(key)
        return room or f"Name {self._number('name', key)}"

    def subject(self, text: str) -> str:
        return f"Subject {self._number('subject', ' '.join(text.split()))}" if text else text

    def entry(self, entry: LogEntry) -> LogEntry:
        """A log entry without what tells of people; entries are to be given in their order.

        A message may quote what earlier entries about the same item named.
        """
        quoted: dict[str, str] = {}
        for about in (("reservation", entry.reservation), ("event", entry.event_id)):
            if about[1] is not None:
                quoted |= self._heard.setdefault(about, {})
        if entry.subject:
            quoted[entry.subject] = self.subject(entry.subject)
            quoted[repr(entry.subject)[1:-1]] = self.subject(entry.subject)
        payload = self._payload(entry.payload, quoted)
        actor = self._actor(entry.actor) if entry.actor else None
        for about in (("reservation", entry.reservation), ("event", entry.event_id)):
            if about[1] is not None:
                self._heard[about] |= quoted
        return replace(
            entry,
            email=self.address(entry.email) if entry.email else entry.email,
            subject=self.subject(entry.subject) if entry.subject else entry.subject,
            message=self._message(_renamed(entry, actor), quoted, by_whom=actor is None),
            actor=actor,
            payload=payload,
        )

    def document(self, value: Any) -> Any:
        """JSON of Graph in the same shape, every text of people replaced."""
        return self._original(value, "", {})

    def _actor(self, actor: str) -> str:
        person = person_in(actor)
        return actor.removesuffix(person) + self.name(person) if person else actor

    def _payload(self, payload: bytes | None, quoted: dict[str, str]) -> bytes | None:
        if payload is None:
            return None
        try:
            content = read_json(payload)
        except ValueError:
            return b'"(masked)"'
        return json.dumps(self._original(content, "", quoted), ensure_ascii=False).encode()

    def _original(self, value: Any, key: str, quoted: dict[str, str]) -> Any:
        """Outlook's JSON in the same shape, every text of people replaced."""
        match value:
            case Mapping():
                return {
                    name: self._original(item, str(name), quoted) for name, item in value.items()
                }
            case list():
                return [self._original(item, key, quoted) for item in value]
            case str() if value and key not in self._harmless:
                return self._text(value, key, quoted)
            case _:
                return value

    def _text(self, value: str, key: str, quoted: dict[str, str]) -> str:
        if key in _NAMES:
            quoted[value] = self.name(value)
            return quoted[value]
        if key == "subject":
            quoted[value] = quoted[repr(value)[1:-1]] = self.subject(value)
            return quoted[value]
        kind, colon, rest = value.rpartition(":")
        if kind.casefold() in ("", "smtp") and _ADDRESS.fullmatch(rest):
            return f"{kind}{colon}{self.address(rest)}"
        return "(masked)"

    def _message(self, text: str, quoted: Mapping[str, str], *, by_whom: bool) -> str:
        """A sentence of ours with every foreign text replaced that it is known to quote.

        `by_whom`: whoever it is said to be done by has no pseudonym in it yet.
        """
        known = {original.casefold(): masked for original, masked in quoted.items()} | self._rooms
        words = sorted((re.escape(word) for word in known if word.strip()), key=len, reverse=True)
        if words:
            either = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
            text = either.sub(lambda found: known.get(found[0].casefold(), "(masked)"), text)
        text = _ADDRESS.sub(
            lambda found: found[0] if found[0].endswith(_MASKED) else self.address(found[0]), text
        )
        text = _NOTE.sub(r"\1: (masked)", text)
        return _BY.sub(lambda found: self.name(found[0]), text) if by_whom else text

    def _number(self, kind: str, text: str) -> int:
        numbers = self._numbers[kind]
        return numbers.setdefault(text, len(numbers) + 1)


def _renamed(entry: LogEntry, actor: str | None) -> str:
    """The message, naming who acts by `actor` instead."""
    if entry.actor is None or actor is None:
        return entry.message
    return entry.message.replace(f"by {entry.actor}", f"by {actor}")
