"""Pseudonyms from a key: the same for the same thing wherever it stands, told by nobody without it.

What the causes compare stays comparable. Addresses that are the same but for upper and lower case
have the same pseudonym, and so have their domains, part by part, since a room's may lie below a
person's. A subject that begins with its organiser's name, as Exchange rewrites it, begins with that
name's pseudonym. Texts that differ in white space alone still do.

Pseudonyms are made of hexadecimal digits, so that no name is spelled by chance.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable

from obctl.domain.event import plain
from obctl.domain.outbox import OWN
from obctl.domain.zones import has_windows_name, iana_name
from obctl.errors import UnknownZone

ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_OWN = re.compile(rf"({re.escape(OWN)}\d{{1,19}}-\d{{1,19}}-)[0-9a-f]{{16}}")
_UNNAMED = "new event"
"""Outlook's title of a new item: it tells of nobody, and a cause looks for it."""
_MOST_WORDS = 12
_SPACES = 24


class Mask:
    """Makes pseudonyms, and keeps what it replaced: sentences of ours quote it (`masked_message`).

    `rooms` are the rooms' addresses, `organizers` the names that subjects may begin with.
    """

    def __init__(
        self, key: bytes, *, rooms: Iterable[str] = (), organizers: Iterable[str] = ()
    ) -> None:
        self._key = key
        self._rooms = {address.strip().casefold() for address in rooms}
        self._organizers = {plain(name) for name in organizers if name and name.strip()}
        self.replaced: dict[str, str] = {}
        """Each text that was replaced, with its pseudonym."""

    def address(self, text: str) -> str:
        """For a mail address."""
        if not text.strip():
            return text
        folded = text.strip().casefold()
        local, at, domain = folded.rpartition("@")
        what = "room" if folded in self._rooms else "person"
        host = self._domain(domain) if at else "invalid"
        return self._kept(text, f"{what}-{self._digits('address', local or folded)}@{host}")

    def domain(self, text: str) -> str:
        """For the name of a mail domain or a host."""
        return self._kept(text, self._domain(text.strip().casefold())) if text.strip() else text

    def name(self, text: str) -> str:
        """For the name of a person, a room or a place; as comparable as its spelling was."""
        if not text.strip():
            return text
        if ADDRESS.fullmatch(text.strip()):
            return self.address(text)
        seen = plain(text)
        masked = f"Name {self._digits('name', seen.casefold())}"
        if seen == seen.lower():
            masked = masked.lower()
        elif seen == seen.upper():
            masked = masked.upper()
        return self._kept(text, self._spaced(text, masked))

    def subject(self, text: str) -> str:
        """For what a meeting is called."""
        if not text.strip() or text.strip().casefold() == _UNNAMED:
            return text
        return self._kept(text, self._spaced(text, self._subject(plain(text))))

    def text(self, text: str) -> str:
        """For anything else that people wrote."""
        if not text.strip():
            return text
        return self._kept(text, f"Text {self._digits('text', text)}")

    def identifier(self, text: str) -> str:
        """For an id: Exchange's hold mailboxes, and other calendars put addresses into theirs."""
        if not text:
            return text
        if own := _OWN.fullmatch(text):  # it names the reservation, and that is looked for
            return self._kept(text, own[1] + self._digits("id", text, 16))
        return self._kept(text, f"id-{self._digits('id', text, 20)}")

    def time_zone(self, text: str) -> str:
        """A zone as it is, where it is one; some programs send a text of their own."""
        try:
            iana_name(text)
        except UnknownZone:
            return text if has_windows_name(text) else self.text(text)
        return text

    def _subject(self, seen: str) -> str:
        """What the booking attendant put together is masked in its parts."""
        name = next((start for start in _starts(seen) if start in self._organizers), None)
        if name is None:
            return f"Subject {self._digits('subject', seen)}"
        between = re.match(r"[ :-]*", seen[len(name) :])
        rest = seen[len(name) + (between.end() if between else 0) :]
        glue = between[0] if between else ""
        return self.name(name) + glue + (self._subject(rest) if rest else "")

    def _domain(self, text: str) -> str:
        labels = text.strip(".").split(".")
        masked = [
            self._digits("domain", ".".join(labels[position:]), 6)
            for position in range(len(labels))
        ]
        return ".".join([*masked, "invalid"])

    def _spaced(self, text: str, masked: str) -> str:
        """Blanks at the end tell a text from one that differs from it in white space alone."""
        if text == plain(text):
            return masked
        bits = int(self._digits("spaces", text, 8), 16)
        return masked + "".join("\t" if bits >> place & 1 else " " for place in range(_SPACES))

    def _digits(self, kind: str, text: str, number: int = 10) -> str:
        said = f"{kind}\0{text}".encode(errors="surrogatepass")
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:number]

    def _kept(self, text: str, masked: str) -> str:
        self.replaced[text] = masked
        return masked


def _starts(seen: str) -> list[str]:
    """What a subject may begin with that is a name, longest first."""
    ends = [found.start() for found in re.finditer(r"[ :-]", seen)][:_MOST_WORDS]
    return [seen, *(seen[:end] for end in reversed(ends))]
