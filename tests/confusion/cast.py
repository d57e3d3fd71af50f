"""Who and what one story is played with: rooms, people and meetings that are its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confusion.story import Setting, Story

DOMAIN = "contoso.example"
PEOPLE = {"anna": "Anna de Vries", "bram": "Bram Bakker"}
_ROOMS = ("rooms", "room", "mailbox", "to")


@dataclass(frozen=True)
class Cast:
    """The names of one story in a tenant where it is the `key`th."""

    story: Story
    key: int
    setting: Setting

    def mailbox(self, letter: str) -> str:
        return f"{letter.lower()}{self.key}@{DOMAIN}"

    def room_name(self, letter: str) -> str:
        return f"Zaal {letter}{self.key}"

    def address(self, name: str) -> str:
        """Of a person of the company, or of a stranger by their address."""
        return name if "@" in name else f"{name}{self.key}@{DOMAIN}"

    def handle(self, name: str) -> str:
        return f"{self.key}/{name}"

    @property
    def letters(self) -> tuple[str, ...]:
        """The rooms that the story speaks of."""
        return tuple(sorted({"A", *self._spoken()}))

    @property
    def mailboxes(self) -> list[str]:
        return [self.mailbox(letter) for letter in self.letters]

    def _spoken(self) -> Iterator[str]:
        for act in self.story.acts:
            for name in _ROOMS:
                told: Any = act.do.given.get(name, "")
                words = told.split() if isinstance(told, str) else told
                yield from (word for word in words if re.fullmatch("[A-Z]", word))

    def toml(self) -> str:
        """Its rooms and people in a tenant file."""
        rooms = "".join(
            _ROOM.format(mailbox=self.mailbox(letter), name=self.room_name(letter))
            for letter in self.letters
        )
        people = "".join(
            _PERSON.format(mailbox=self.address(name), name=f"{shown} {self.key}")
            for name, shown in PEOPLE.items()
        )
        return rooms + people


TENANT = """
[tenant]
domain = "contoso.example"
time_zone = "Europe/Amsterdam"
clock = "{clock}"
seed = {seed}

[[locations]]
name = "Amsterdam"
email = "amsterdam@contoso.example"
"""
_ROOM = """
[[rooms]]
mailbox = "{mailbox}"
name = "{name}"
location = "Amsterdam"
capacity = 8
[rooms.processing]
BookingWindowInDays = 1080
EnforceSchedulingHorizon = false
MaximumDurationInMinutes = 0
DeleteSubject = false
AddOrganizerToSubject = false
"""
_PERSON = """
[[people]]
name = "{name}"
mailbox = "{mailbox}"
"""
