"""A calendar item as one mailbox holds it: a single meeting, a series master or an exception."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from obctl.sandbox.recurrence import Recurrence
from obctl.sandbox.times import to_utc

ItemKind = Literal["singleInstance", "seriesMaster", "exception"]
ShownKind = Literal["singleInstance", "occurrence", "exception", "seriesMaster"]
Response = Literal[
    "none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"
]


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an SMTP address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """Someone invited, and what they answered."""

    person: Person
    type: str = "required"
    response: Response = "none"
    responded_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Item:
    """Everything one mailbox knows of one meeting."""

    key: int
    """Stays for life; the immutable id is made from it."""
    entry: int
    """Changes when the item is re-filed; the ordinary id is made from it."""
    uid: str
    """GlobalObjectId without an occurrence's date: the same in every mailbox."""
    start: datetime
    end: datetime
    zone: str
    end_zone: str
    organizer: Person
    created: datetime
    modified: datetime
    kind: ItemKind = "singleInstance"
    version: int = 0
    sequence: int = 0
    """The mailbox's change counter when this item last changed."""
    subject: str = ""
    body: str = ""
    body_type: str = "html"
    all_day: bool = False
    attendees: tuple[Attendee, ...] = ()
    is_organizer: bool = False
    response: Response = "notResponded"
    responded_at: datetime | None = None
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    is_cancelled: bool = False
    is_draft: bool = False
    hide_attendees: bool = False
    response_requested: bool = True
    allow_new_time_proposals: bool = True
    reminder_on: bool = True
    reminder_minutes: int = 15
    categories: tuple[str, ...] = ()
    locations: tuple[dict[str, Any], ...] = ()
    transaction_id: str | None = None
    is_online_meeting: bool = False
    online_meeting_provider: str = "unknown"
    join_url: str | None = None
    recurrence: Recurrence | None = None
    original_day: date | None = None
    """On an exception: the day it stands for."""
    cancelled_days: frozenset[date] = frozenset()
    exceptions: dict[date, Item] = field(default_factory=dict)
    start_at: datetime = field(init=False)
    end_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.place(self.start, self.end, self.zone, self.end_zone)

    def place(self, start: datetime, end: datetime, zone: str, end_zone: str) -> None:
        """Put the item at a wall-clock time."""
        self.start, self.end, self.zone, self.end_zone = start, end, zone, end_zone
        self.start_at, self.end_at = to_utc(start, zone), to_utc(end, end_zone)

    @property
    def length(self) -> timedelta:
        """How long it lasts by the clock on the wall."""
        return self.end - self.start

    def exception_on(self, day: date) -> Item:
        """A new exception of this master for `day`, still equal to the plain occurrence."""
        start = datetime.combine(day, self.start.time())
        return replace(
            self,
            kind="exception",
            original_day=day,
            start=start,
            end=start + self.length,
            recurrence=None,
            cancelled_days=frozenset(),
            exceptions={},
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as a view shows it: itself, or one occurrence of it."""

    item: Item
    """The item that holds the fields: for a plain occurrence, the master."""
    kind: ShownKind
    start_at: datetime
    end_at: datetime
    start: datetime
    end: datetime
    day: date | None = None
    """The original day of an occurrence or exception."""


def shown_item(item: Item) -> Shown:
    """A single instance, an exception, or a master with the times of its first occurrence."""
    return Shown(
        item, item.kind, item.start_at, item.end_at, item.start, item.end, item.original_day
    )


def shown_occurrence(master: Item, day: date) -> Shown:
    """The occurrence of `master` on `day`, changed or not."""
    exception = master.exceptions.get(day)
    if exception is not None:
        return shown_item(exception)
    start = datetime.combine(day, master.start.time())
    end = start + master.length
    return Shown(
        master,
        "occurrence",
        to_utc(start, master.zone),
        to_utc(end, master.end_zone),
        start,
        end,
        day,
    )


def original_start(master: Item, day: date) -> datetime:
    """The instant at which the series would have put the occurrence of `day`."""
    return to_utc(datetime.combine(day, master.start.time()), master.zone)
