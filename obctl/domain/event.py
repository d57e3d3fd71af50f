"""An event in a room's calendar as Microsoft Graph shows it (resource type `event`, v1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

from msgspec import Struct

if TYPE_CHECKING:
    from obctl.domain.recurrence import Recurrence

EventId = NewType("EventId", str)
SeriesKey = NewType("SeriesKey", str)
DeltaLink = NewType("DeltaLink", str)


class EventType(StrEnum):
    """Graph's `event.type`."""

    SINGLE = "singleInstance"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    MASTER = "seriesMaster"


class Response(StrEnum):
    """The room's own answer, Graph's `responseStatus.response`."""

    NONE = "none"
    ORGANIZER = "organizer"
    TENTATIVE = "tentativelyAccepted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_RESPONDED = "notResponded"


class Person(Struct, frozen=True):
    """A name and an address; either may be missing."""

    name: str | None
    email: str | None


def plain(text: str) -> str:
    """A text with its white space evened out: what people see of a subject or a name."""
    return " ".join(text.split())


def same_address(one: str | None, other: str | None) -> bool:
    """Whether two mail addresses are the same, however they are spelled; so are two unknown."""
    return one == other or (one or "").casefold() == (other or "").casefold()


def person(name: str | None, address: str | None) -> Person:
    """Somebody as Exchange names them; an address that no mail reaches is none."""
    return Person(name or None, None if not address or is_directory_name(address) else address)


def is_directory_name(address: str) -> bool:
    """Whether it is a name of Exchange's own directory (`/o=ExchangeLabs/ou=…/cn=Recipients/cn=…`).

    Exchange shows it, bare or wrapped as IMCEAEX, in place of the address of somebody whose mailbox
    was deleted or moved (legacyExchangeDN in the Exchange documentation).
    """
    if "=" not in address:
        return False  # nearly always, and asked of everybody in every event
    bare = address.strip().lower().removeprefix("ex:")
    return bare.startswith(("/o=", "/ou=", "/cn=", "imceaex-"))


def same_person(one: Person, other: Person) -> bool:
    """Whether both have the same address, or the same name where one of them shows no address.

    Whoever has neither is nobody in particular.
    """
    if one.email and other.email:
        return one.email == other.email or one.email.casefold() == other.email.casefold()
    return bool(one.name and other.name) and _folded(one.name) == _folded(other.name)


def _folded(name: str | None) -> str:
    return plain(name or "").casefold()


class EventKey(Struct, frozen=True):
    """What stays the same for one meeting date whatever its id: the series key and original start.

    `original_start` is `None` for an event that belongs to no series. Graph's `iCalUId` alone is no
    key: it may or may not differ per occurrence.
    """

    series_key: SeriesKey
    original_start: datetime | None


class Event(Struct, frozen=True):
    """One event, occurrence or exception.

    `start` and `end` are UTC instants; those of an all-day event are the midnights of its days in
    the room's zone. `payload` holds the bytes Graph sent, verbatim.
    """

    id: EventId
    type: EventType
    start: datetime
    end: datetime
    subject: str = ""
    all_day: bool = False
    organizer: Person = Person(None, None)
    series_master_id: EventId | None = None
    original_start: datetime | None = None
    ical_uid: str | None = None
    series_key: SeriesKey | None = None
    born_at: datetime | None = None
    """When the meeting was first created, from inside `iCalUId`; survives re-created copies."""
    instance_date: date | None = None
    """The original date inside `iCalUId`: only an exception or orphan instance has one."""
    foreign_origin: bool = False
    """The meeting was born outside Exchange (`vCal-Uid` inside `iCalUId`)."""
    is_cancelled: bool = False
    is_organizer: bool = False
    is_draft: bool = False
    response: Response = Response.NONE
    show_as: str = "busy"
    sensitivity: str = "normal"
    attendees: int | None = None
    """People invited, rooms and equipment not counted."""
    room_invited: bool | None = None
    """Whether the room itself stands among the attendees; `None` where the list is hidden."""
    time_zone: str | None = None
    """Graph's `originalStartTimeZone`, as sent: a Windows or IANA name, or something custom."""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    change_key: str | None = None
    etag: str | None = None
    """What a write names to say which state of the event it means; only of an event just read."""
    transaction_id: str | None = None
    unknown: tuple[str, ...] = ()
    """Fields of ours for which Graph sent what nobody can read; they hold their defaults."""
    payload: bytes = b""

    @property
    def key(self) -> EventKey | None:
        """The stable key, or `None` where Exchange gave no `iCalUId`."""
        if self.series_key is None:
            return None
        return EventKey(self.series_key, self.original_start)

    @property
    def takes_room(self) -> bool:
        """Whether this event claims the room: neither cancelled, declined nor a draft."""
        return not (self.is_cancelled or self.is_draft or self.response is Response.DECLINED)

    @property
    def is_tentative(self) -> bool:
        """Whether the room has not accepted yet."""
        return self.response in (Response.TENTATIVE, Response.NOT_RESPONDED)


@dataclass(frozen=True, slots=True)
class SeriesMaster:
    """A series master with what Graph tells only when asked for it by `$select` and `$expand`.

    `cancelled_dates` is `None` where Graph does not say (national clouds lack the property): then
    only asking by id can show a cancelled occurrence. Dates are in the series' zone.
    """

    event: Event
    recurrence: Recurrence | None
    cancelled_dates: frozenset[date] | None = None
    exceptions: int | None = None

    @property
    def is_single(self) -> bool:
        """Whether its organiser took the recurrence off: one meeting under the series' id."""
        return self.event.type is EventType.SINGLE


@dataclass(frozen=True, slots=True)
class DeltaItem:
    """One item of a delta round: at best a hint where to look.

    An occurrence is a stub, and `removed` also means "changed outside the window".
    """

    id: EventId
    removed: bool
    type: EventType | None = None
    series_master_id: EventId | None = None


@dataclass(frozen=True, slots=True)
class DeltaRound:
    """A whole round: the items in order, last one wins, and the link that starts the next.

    `nameless` says that some items name no event: something else changed, nobody knows what.
    """

    items: tuple[DeltaItem, ...]
    link: DeltaLink
    nameless: bool = False
