"""Reservations made in Officebooking, and in Outlook with them.

Reservation and outbox are committed in one transaction; pushing comes after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from obctl.domain.company_log import Action, Entry
from obctl.domain.event import Person, SeriesKey
from obctl.domain.outbox import PushAction
from obctl.domain.recurrence import parse_rrule, starts
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan, instant_text, local_day
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.push.enqueue import owe
from obctl.engine.push.slot_guard import ensure_free_now
from obctl.engine.reservations.refusals import refusals_logged
from obctl.engine.reservations.saved import Saved, push_saved
from obctl.engine.reservations.series_scope import ensure_free_here, is_all_day, record
from obctl.engine.rooms.lockout import ensure_not_locked_out
from obctl.errors import UnsupportedRecurrence, UsageError
from obctl.store.reservations import insert_reservations, next_number
from obctl.store.rooms import find_room_by_id

_MOST_OCCURRENCES = 730
_LONGEST_SERIES = timedelta(days=1820)  # Graph reads 1825 days at once; some are read around it
_EVER = timedelta(days=36525)


@dataclass(frozen=True, slots=True)
class Wish:
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


async def make_reservation(company: Company, connect: Connect | None, wish: Wish) -> Saved:
    """Make a reservation, or each date of a series, here and in Outlook.

    Without `connect` the write to Outlook is left to the next sync run.

    Raises `Refused` (slot-taken) where the room is taken, `ResyncRequired` where it is locked out,
    and `UsageError` for times that cannot be; nothing is saved then.
    """
    store = company.store
    with refusals_logged(company, _wanted(wish)):
        seen = store.changed_elsewhere()
        slots = _slots(company, wish)
        if connect is not None:
            await ensure_free_now(company, await connect(), wish.room, slots)
        with store.transaction():
            if store.changed_elsewhere() != seen:
                # somebody was here while Outlook was asked
                slots = _slots(company, wish)
            made = _made(company, wish, slots)
            insert_reservations(store, made)
            owe(company, made[0], PushAction.CREATE, repeat=wish.repeat)
            dates = f", {len(made)} dates" if wish.repeat else ""
            record(company, made[0], Action.RESERVATION_CREATED, f"made in Officebooking{dates}")
    return await push_saved(company, connect, made)


def _made(company: Company, wish: Wish, slots: Sequence[TimeSpan]) -> list[Reservation]:
    now, first = company.now, next_number(company.store)
    return [
        Reservation(
            number=ReservationNumber(first + position),
            room=wish.room.id,
            subject=wish.subject,
            organizer=wish.organizer,
            start=slot.start,
            end=slot.end,
            time_zone=wish.room.time_zone,
            all_day=is_all_day(slot, wish.room),
            status=Status.TENTATIVE if wish.tentative else Status.CONFIRMED,
            external_state=ExternalState.PUSH_PENDING,
            source=Source.OFFICEBOOKING,
            created_at=now,
            updated_at=now,
            # A key of our own until Exchange gives the series one.
            series_key=SeriesKey(f"obctl-{first}") if wish.repeat else None,
            original_start=slot.start if wish.repeat else None,
            attendees=wish.attendees,
            notes=wish.notes,
        )
        for position, slot in enumerate(slots)
    ]


def _wanted(wish: Wish) -> Entry:
    """What the log says should the wish be refused."""
    return Entry(
        action=Action.RESERVATION_REFUSED,
        message=f"not reserved: {wish.subject!r} {instant_text(wish.start)}",
        room=wish.room.id,
        email=wish.organizer.email,
        subject=wish.subject,
    )


def _slots(company: Company, wish: Wish) -> list[TimeSpan]:
    """The times that the wish would take, were it granted now."""
    if wish.end <= wish.start:
        raise UsageError("a reservation must end after it starts", code="bad-time")
    if not wish.subject.strip():
        raise UsageError("a reservation needs a subject", code="bad-subject")
    spans = _spans(wish)
    if spans[0].end <= company.now:
        raise UsageError(
            f"{instant_text(spans[0].start)} is past", hint="choose a later time", code="bad-time"
        )
    ensure_not_locked_out([find_room_by_id(company.store, wish.room.id)])
    for span in spans:
        ensure_free_here(company, wish.room, span, ignore=frozenset())
    return spans


def _spans(wish: Wish) -> list[TimeSpan]:
    if wish.repeat is None:
        return [TimeSpan(wish.start, wish.end)]
    zone = wish.room.zone
    local = wish.start.astimezone(zone)
    recurrence = parse_rrule(wish.repeat, local)
    if recurrence.end_date is None and recurrence.count is None:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} never ends", hint="add COUNT=… or UNTIL=YYYYMMDD"
        )
    found = [
        TimeSpan(start, start + (wish.end - wish.start))
        for start in starts(recurrence, local, wish.start + _EVER)
    ]
    if not found or found[0].start != wish.start:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} does not fall on {local:%A} {local.date()}",
            hint="start the series on its first date",
        )
    if found[-1].start - wish.start > _LONGEST_SERIES:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} goes on until {local_day(found[-1].start, zone)}: Graph shows no more"
            " than five years at once",
            hint="reserve fewer years",
        )
    if any(before.end > after.start for before, after in pairwise(found)):
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} comes back before a date of {wish.end - wish.start} is over",
            hint="make it shorter, or reserve it once",
        )
    if len(found) > _MOST_OCCURRENCES:
        raise UnsupportedRecurrence(
            f"{wish.repeat!r} gives {len(found)} dates; {_MOST_OCCURRENCES} is the most"
        )
    return found
