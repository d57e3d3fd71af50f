"""Reservations made in Officebooking, and in Outlook with them.

Reservation and outbox are committed in one transaction; pushing comes after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.company_log import Action, Entry
from obctl.domain.counted import counted
from obctl.domain.event import Person, SeriesKey
from obctl.domain.local_time import zoned_text
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.push.enqueue import enqueue
from obctl.engine.push.slot_guard import ensure_free_now
from obctl.engine.reservations.refusals import record, refusals_logged
from obctl.engine.reservations.repeated import repeated
from obctl.engine.reservations.saved import Saved, push_saved
from obctl.engine.reservations.slot import ensure_free_here, ensure_possible, is_all_day
from obctl.engine.rooms.lockout import ensure_writable
from obctl.errors import UsageError
from obctl.store.reservations import insert_reservations, next_number
from obctl.store.rooms import find_room_by_id


@dataclass(frozen=True, slots=True)
class NewReservation:
    """What somebody wants to reserve; instants are UTC."""

    room: Room
    subject: str
    start: datetime
    end: datetime
    organizer: Person
    repeat: str | None = None
    attendees: int | None = None
    notes: str | None = None
    tentative: bool = False


async def make_reservation(company: Company, connect: Connect | None, new: NewReservation) -> Saved:
    """Make a reservation, or each date of a series, here and in Outlook.

    Without `connect` the write to Outlook is left to the next sync run.

    Raises `Refused` (slot-taken) where the room is taken, `ResyncRequired` where it is locked out,
    and `UsageError` for times that cannot be; nothing is saved then.
    """
    store = company.store
    with refusals_logged(company, _refusal_entry(new)):
        seen = store.changed_elsewhere()
        slots = slots_of(company, new)
        if connect is not None:
            await ensure_free_now(company, await connect(), new.room, slots)
        with store.transaction():
            if store.changed_elsewhere() != seen:
                # somebody was here while Outlook was asked
                slots = slots_of(company, new)
            made = made_of(company, new, slots, next_number(store))
            insert_reservations(store, made)
            enqueue(company, made[0], PushAction.CREATE, repeat=new.repeat)
            dates = f", {counted(len(made), 'date')}" if new.repeat else ""
            record(company, made[0], Action.RESERVATION_CREATED, f"made in Officebooking{dates}")
    return await push_saved(company, connect, made)


def made_of(
    company: Company, new: NewReservation, slots: Sequence[TimeSpan], first: int
) -> list[Reservation]:
    """The reservations of these times, not saved yet, the first with the number `first`."""
    now = company.now
    return [
        Reservation(
            number=ReservationNumber(first + position),
            room=new.room.id,
            subject=new.subject,
            organizer=new.organizer,
            start=slot.start,
            end=slot.end,
            time_zone=new.room.time_zone,
            all_day=is_all_day(slot, new.room),
            status=Status.TENTATIVE if new.tentative else Status.CONFIRMED,
            external_state=ExternalState.PUSH_PENDING,
            source=Source.OFFICEBOOKING,
            created_at=now,
            updated_at=now,
            # A key of our own until Exchange gives the series one.
            series_key=SeriesKey(f"obctl-{first}") if new.repeat else None,
            original_start=slot.start if new.repeat else None,
            attendees=new.attendees,
            notes=new.notes,
        )
        for position, slot in enumerate(slots)
    ]


def _refusal_entry(new: NewReservation) -> Entry:
    """What the log says should it be refused."""
    return Entry(
        action=Action.RESERVATION_REFUSED,
        message=f"not reserved: {new.subject!r} {zoned_text(new.start, new.room.time_zone)}",
        room=new.room.id,
        email=new.organizer.email,
        subject=new.subject,
    )


def slots_of(company: Company, new: NewReservation) -> list[TimeSpan]:
    """The times that it would take, were it made now; raises as `make_reservation` by the store."""
    ensure_possible(TimeSpan(new.start, new.end))
    if not new.subject.strip():
        raise UsageError("a reservation needs a subject", code="bad-subject")
    spans = repeated(new.repeat, TimeSpan(new.start, new.end), new.room.zone)
    if spans[0].end <= company.now:
        raise UsageError(
            f"{zoned_text(spans[0].start, new.room.time_zone)} is past",
            hint="choose a later time",
            code="bad-time",
        )
    ensure_writable([find_room_by_id(company.store, new.room.id)])
    for span in spans:
        ensure_free_here(company, new.room, span, ignore=frozenset())
    return spans
