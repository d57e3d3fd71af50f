"""What a request asks of Graph, in the words of the messages about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from obctl.domain.event import EventId
from obctl.domain.room import Room
from obctl.errors import ObctlError


class Subject(Enum):
    """What a 403 or a 404 is about."""

    CALENDAR = auto()
    CHANGES = auto()
    EVENT = auto()
    DIRECTORY = auto()
    PLACES = auto()
    SUBSCRIPTION = auto()
    SUBSCRIPTIONS = auto()
    ANYTHING = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: a noun phrase for messages, and the permission Graph wants for it."""

    what: str
    subject: Subject
    permission: str = "Calendars.Read"
    mailbox: str | None = None
    """Whose limit of concurrent requests counts."""
    object_id: str | None = None
    """Its other name, where that is known: links may be spelled by either."""

    @property
    def is_answered_by_mailbox(self) -> bool:
        """Whether silence is the mailbox's; a subscription waits for the listener's handshake."""
        return self.mailbox is not None and self.subject in (Subject.CALENDAR, Subject.EVENT)


def calendar(room: Room) -> Asked:
    return _of(room, f"the calendar of {room.mailbox}", Subject.CALENDAR)


def delta_of(room: Room) -> Asked:
    return _of(room, f"the changes in {room.mailbox}", Subject.CHANGES)


def event(room: Room, event_id: EventId) -> Asked:
    return _of(room, f"event {event_id} in {room.mailbox}", Subject.EVENT)


def _of(room: Room, what: str, subject: Subject) -> Asked:
    return Asked(what, subject, mailbox=room.mailbox, object_id=room.object_id)


def writing(room: Room, event_id: EventId | None = None) -> Asked:
    """A write to an event, or to the calendar where there is no event yet."""
    return Asked(
        f"writing event {event_id} in {room.mailbox}"
        if event_id
        else f"writing to the calendar of {room.mailbox}",
        Subject.EVENT if event_id else Subject.CALENDAR,
        permission="Calendars.ReadWrite",
        mailbox=room.mailbox,
    )


def directory(address: str) -> Asked:
    return Asked(f"the directory's entry for {address}", Subject.DIRECTORY, "User.ReadBasic.All")


def places(what: str) -> Asked:
    return Asked(what, Subject.PLACES, "Place.Read.All")


def purpose(address: str) -> Asked:
    return Asked(
        f"what the mailbox {address} is for",
        Subject.DIRECTORY,
        "MailboxSettings.Read",
        mailbox=address,
    )


def anything(what: str) -> Asked:
    """A request whose permission only Graph knows."""
    return Asked(what, Subject.ANYTHING, "the permission it needs")


def subscription(subscription_id: str) -> Asked:
    return Asked(f"subscription {subscription_id}", Subject.SUBSCRIPTION)


def subscriptions(what: str, room: Room | None = None) -> Asked:
    """All of them, or a new one."""
    return Asked(what, Subject.SUBSCRIPTIONS, mailbox=room.mailbox if room else None)


@dataclass(frozen=True, slots=True)
class Errand:
    """One GET: its address below the base URL, and what it asks."""

    path: str
    asked: Asked


Outcomes = dict[str, bytes | ObctlError]
