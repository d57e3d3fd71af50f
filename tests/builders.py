"""Domain values with readable defaults: a test names only what it is about.

The defaults agree with each other: `make_reservation()` and `make_event()` are the two halves of
one meeting in step. Times are texts in UTC: "09:00" is that hour on `DAY`, "2026-03-12 09:00" is
spelled out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from obctl.domain.agreed_state import AgreedState, agree
from obctl.domain.causes.facts import Facts
from obctl.domain.company_log import Action, Entry, LogEntry
from obctl.domain.difference import Difference, DifferenceKind, FieldValues
from obctl.domain.event import (
    Event,
    EventId,
    EventType,
    Person,
    Response,
    SeriesKey,
    SeriesMaster,
)
from obctl.domain.outbox import OutboxItem, PushAction
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.room import Room, RoomId
from obctl.domain.settings import SyncSettings
from obctl.domain.subscription import Subscription
from obctl.domain.sync.cancellation import CancellationRequest, Reason
from obctl.domain.sync.matching import match
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.sync.sides import Sides
from obctl.domain.sync.situation import Situation
from obctl.domain.time_span import TimeSpan, days_span
from obctl.store.database import Store
from obctl.store.journal import Journal

DAY = date(2026, 9, 15)
"""A Tuesday; Amsterdam is two hours ahead of UTC."""
NOW = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
LAST_PASS = datetime(2026, 9, 14, 1, 0, tzinfo=UTC)
MADE = datetime(2026, 9, 10, 8, 0, tzinfo=UTC)
ACTIVATED = datetime(2026, 1, 1, tzinfo=UTC)
ANNA = Person("Anna de Vries", "anna@contoso.example")
BRAM = Person("Bram Bakker", "bram@contoso.example")


def moment(value: str | datetime) -> datetime:
    """A UTC instant from "09:00" (on `DAY`) or "2026-03-12 09:00"."""
    if isinstance(value, datetime):
        return value
    text = value.removesuffix("Z").replace("T", " ")
    if " " not in text:
        text = f"{DAY.isoformat()} {text}"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def make_room(name: str = "Atrium", **changes: Any) -> Room:
    fields: dict[str, Any] = {
        "id": RoomId(1),
        "mailbox": f"{name.lower()}@contoso.example",
        "name": name,
        "location": "Amsterdam",
        "floor": "1",
        "capacity": 8,
        "time_zone": "Europe/Amsterdam",
        "activated_at": ACTIVATED,
        "object_id": f"object-{name.lower()}",
        "last_synced_at": LAST_PASS,
    }
    return Room(**fields | changes)


def make_event(
    id: str = "E1",  # noqa: A002 - the field is called so
    *,
    starts: str | datetime = "09:00",
    ends: str | datetime | None = None,
    day: date | None = None,
    key: str | None = "same",
    **changes: Any,
) -> Event:
    """An accepted meeting of Anna's; `day` makes it an all-day one, `key` is its series key."""
    start, end = _times(starts, ends, day)
    series_key = f"key-of-{id}" if key == "same" else key
    fields: dict[str, Any] = {
        "id": EventId(id),
        "type": EventType.SINGLE,
        "start": start,
        "end": end,
        "all_day": day is not None,
        "subject": "Budget",
        "organizer": ANNA,
        "ical_uid": series_key and f"uid-{series_key}",
        "series_key": series_key and SeriesKey(series_key),
        "response": Response.ACCEPTED,
        "attendees": 3,
        "room_invited": True,
        "time_zone": "W. Europe Standard Time",
        "created_at": MADE,
        "modified_at": changes.get("created_at", MADE),
        "change_key": "1",
    }
    return Event(**fields | changes)


def make_direct_event(id: str = "E1", **changes: Any) -> Event:  # noqa: A002
    """An event written straight into the room's own calendar: the room is its organiser."""
    fields: dict[str, Any] = {
        "organizer": Person("Atrium", "atrium@contoso.example"),
        "is_organizer": True,
        "response": Response.ORGANIZER,
        "attendees": 0,
        "room_invited": False,
    }
    return make_event(id, **fields | changes)


def make_occurrence(
    id: str = "O1",  # noqa: A002
    *,
    master: str = "M",
    original: str | datetime | None = None,
    starts: str | datetime = "09:00",
    **changes: Any,
) -> Event:
    """An instance of the series `master`, at its original time unless told otherwise."""
    fields: dict[str, Any] = {
        "key": f"key-of-{master}",
        "type": EventType.OCCURRENCE,
        "series_master_id": EventId(master),
        "original_start": moment(original or starts),
    }
    return make_event(id, starts=starts, **fields | changes)


def make_master(
    id: str = "M",  # noqa: A002
    *,
    recurrence: Recurrence | None = None,
    cancelled: tuple[date, ...] | None = (),
    exceptions: int | None = 0,
    **changes: Any,
) -> SeriesMaster:
    """A weekly series on Tuesdays from the first of September on, without end."""
    event = make_event(
        id, type=EventType.MASTER, starts=changes.pop("starts", "2026-09-01 09:00"), **changes
    )
    weekly = Recurrence(
        "weekly", 1, date(2026, 9, 1), days=("tuesday",), time_zone="Europe/Amsterdam"
    )
    dates = None if cancelled is None else frozenset(cancelled)
    return SeriesMaster(event, recurrence or weekly, dates, exceptions)


def make_reservation(
    number: int = 1001,
    *,
    event: str | None = "E1",
    starts: str | datetime = "09:00",
    ends: str | datetime | None = None,
    day: date | None = None,
    key: str | None = "same",
    **changes: Any,
) -> Reservation:
    """A confirmed reservation of Anna's in step with event `event` (`None`: not on Outlook)."""
    start, end = _times(starts, ends, day)
    series_key = (f"key-of-{event}" if event else None) if key == "same" else key
    fields: dict[str, Any] = {
        "number": ReservationNumber(number),
        "room": RoomId(1),
        "subject": "Budget",
        "organizer": ANNA,
        "start": start,
        "end": end,
        "time_zone": "Europe/Amsterdam",
        "all_day": day is not None,
        "status": Status.CONFIRMED,
        "external_state": ExternalState.IN_STEP if event else ExternalState.NOT_ON_OUTLOOK,
        "source": Source.OUTLOOK if event else Source.OFFICEBOOKING,
        "created_at": MADE,
        "updated_at": MADE,
        "event_id": event and EventId(event),
        "ical_uid": series_key and f"uid-{series_key}",
        "series_key": series_key and SeriesKey(series_key),
    }
    return Reservation(**fields | changes)


def make_occurrence_reservation(
    number: int = 1001,
    *,
    event: str | None = "O1",
    master: str = "M",
    original: str | datetime | None = None,
    starts: str | datetime = "09:00",
    **changes: Any,
) -> Reservation:
    """The reservation of `make_occurrence()`."""
    fields: dict[str, Any] = {
        "key": f"key-of-{master}",
        "series_master_id": EventId(master),
        "original_start": moment(original or starts),
    }
    return make_reservation(number, event=event, starts=starts, **fields | changes)


def make_cancelled_reservation(number: int = 1001, **changes: Any) -> Reservation:
    fields: dict[str, Any] = {
        "status": Status.CANCELLED,
        "external_state": ExternalState.CANCELLED,
    }
    return make_reservation(number, **fields | changes)


def make_agreed(
    reservation: Reservation | None = None, event: Event | None = None, **changes: Any
) -> AgreedState:
    """The agreed state of the two, as of the last pass."""
    state = agree(reservation or make_reservation(), event or make_event(), LAST_PASS)
    fields = {name: getattr(state, name) for name in AgreedState.__struct_fields__}
    return AgreedState(**fields | changes)


def make_situation(
    reservations: Iterable[Reservation] = (),
    events: Iterable[Event] = (),
    *,
    agreed: Mapping[int, AgreedState] | None = None,
    whole: bool = True,
    asked: Iterable[str] = (),
    series: Iterable[str] = (),
    masters: Iterable[SeriesMaster | str] = (),
    **changes: Any,
) -> Situation:
    """The room read whole, or only the events and series `asked` for; a text is a master gone.

    What is linked was in step as it stands in `reservations` unless `agreed` says otherwise.
    """
    held = tuple(reservations)
    if agreed is None:
        agreed = {item.number: make_agreed_with(item) for item in held if item.event_id}
    scope = Scope(
        span=changes.pop("span", span_of(days=30)),
        whole=whole,
        events=frozenset(EventId(item) for item in asked),
        series=frozenset(EventId(item) for item in series),
    )
    found = {
        EventId(item if isinstance(item, str) else item.event.id): None
        if isinstance(item, str)
        else item
        for item in masters
    }
    sides = Sides(
        changes.pop("room", None) or make_room(),
        held,
        agreed,
        changes.pop("reading", None) or Reading(scope, tuple(events), found),
    )
    fields: dict[str, Any] = {
        "matching": match(sides),
        "settings": SyncSettings(),
        "window": scope.span,
        "now": NOW,
    }
    return Situation(**fields | changes)


def make_agreed_with(reservation: Reservation, **changes: Any) -> AgreedState:
    """The agreed state of a reservation whose event looked just like it."""
    event = make_event(
        reservation.event_id or "E1",
        starts=reservation.start,
        ends=reservation.end,
        all_day=reservation.all_day,
        subject=reservation.subject,
        organizer=reservation.organizer,
    )
    return make_agreed(reservation, event, **changes)


def make_request(id: int = 7, **changes: Any) -> CancellationRequest:  # noqa: A002
    fields: dict[str, Any] = {
        "id": id,
        "reservation": ReservationNumber(1001),
        "reason": Reason.SERVICES_BOOKED,
        "cause": None,
        "requested_at": LAST_PASS,
    }
    return CancellationRequest(**fields | changes)


def make_outbox_item(action: PushAction = PushAction.CREATE, **changes: Any) -> OutboxItem:
    fields: dict[str, Any] = {
        "id": 1,
        "reservation": ReservationNumber(1001),
        "room": RoomId(1),
        "action": action,
        "transaction_id": "obctl-1001-1-0123456789abcdef",
        "created_at": MADE,
        "due_at": MADE,
    }
    return OutboxItem(**fields | changes)


def make_subscription(**changes: Any) -> Subscription:
    """A subscription that covers the days around `NOW`."""
    fields: dict[str, Any] = {
        "id": "S1",
        "room": RoomId(1),
        "resource": "users/object-atrium/events",
        "notification_url": "https://hooks.contoso.example/notifications",
        "lifecycle_url": "https://hooks.contoso.example/lifecycle",
        "client_state": "secret",
        "created_at": NOW - timedelta(days=3),
        "expires_at": NOW + timedelta(days=3),
    }
    return Subscription(**fields | changes)


def make_log_entry(action: str, at: str | datetime = NOW, **changes: Any) -> LogEntry:
    fields: dict[str, Any] = {"at": moment(at), "action": action, "message": action}
    return LogEntry(**fields | changes)


def write_log(store: Store, entries: Iterable[LogEntry]) -> None:
    """Append entries as they are, each with its own instant, run and actor."""
    with store.transaction():
        for entry in entries:
            about = {name: getattr(entry, name) for name in Entry.__struct_fields__}
            journal = Journal(store, entry.actor or "somebody", lambda at=entry.at: at, entry.run)
            journal.write([Entry(**about | {"action": Action(entry.action)})])


def make_facts(
    kind: DifferenceKind | None = None,
    *,
    reservation: Reservation | None = None,
    event: Event | None = None,
    fields: dict[str, tuple[Any, Any]] | None = None,
    **changes: Any,
) -> Facts:
    """Facts about a difference; its kind follows from the sides given where it is not named.

    `fields` are pairs (Officebooking, Outlook). The room was passed over last night, and nothing
    changed since.
    """
    room = changes.pop("room", None) or make_room()
    now = changes.pop("now", NOW)
    if kind is None:
        kind = _kind(reservation, event)
    shown = event if kind is DifferenceKind.MISSING_IN_OFFICEBOOKING else reservation or event
    difference = Difference(
        kind=kind,
        room=room.id,
        start=shown.start if shown else moment("09:00"),
        end=shown.end if shown else moment("10:00"),
        subject=shown.subject if shown else "Budget",
        reservation=reservation.number if reservation else None,
        event_id=event.id if event else reservation.event_id if reservation else None,
        ical_uid=event.ical_uid if event else None,
        fields={name: FieldValues(*values) for name, values in (fields or {}).items()},
    )
    settings = changes.pop("settings", SyncSettings())
    defaults: dict[str, Any] = {
        "difference": difference,
        "room": room,
        "now": now,
        "settings": settings,
        "window": days_span(
            now.date() - timedelta(days=settings.past_days),
            now.date() + timedelta(days=settings.future_days),
            room.zone,
        ),
        "reservation": reservation,
        "event": event,
        "last_run_at": room.last_synced_at,
        "domains": frozenset({"contoso.example"}),
    }
    return Facts(**defaults | changes)


def span_of(day: date = DAY, days: int = 1) -> TimeSpan:
    """The UTC days from `day` on."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return TimeSpan(start, start + timedelta(days=days))


def _kind(reservation: Reservation | None, event: Event | None) -> DifferenceKind:
    if reservation is None or (event and event.takes_room and not reservation.is_active):
        return DifferenceKind.MISSING_IN_OFFICEBOOKING
    if event is None or not event.takes_room:
        return DifferenceKind.MISSING_IN_OUTLOOK
    return DifferenceKind.CHANGED


def _times(
    starts: str | datetime, ends: str | datetime | None, day: date | None
) -> tuple[datetime, datetime]:
    if day is not None:
        span = days_span(day, day, make_room().zone)
        return span.start, span.end
    start = moment(starts)
    return start, moment(ends) if ends else start + timedelta(hours=1)
