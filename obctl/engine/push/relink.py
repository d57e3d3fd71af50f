"""A meeting that was lost and is to be written again, where it came back by itself.

Wherever it is now, in its room or in another, it is linked and not written a second time; unless
another reservation has got it since: then a person has to say which of the two is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from obctl.domain.agreed_state import agree
from obctl.domain.company_log import Action
from obctl.domain.event import Event, EventType
from obctl.domain.ical_uid import without_date
from obctl.domain.outbox import changes_of
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.merge import merge
from obctl.domain.sync.situation import Destination
from obctl.domain.time_span import TimeSpan, later
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.find_meeting import find_elsewhere
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import begin_attempt, record_in_step
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.push.hidden import ensure_not_hidden
from obctl.engine.push.slot_guard import check_double_booking, ensure_free_at
from obctl.engine.push.update_event import as_written, patch_as_read
from obctl.errors import MailboxGone, NotFound, Refused, RoomsUnread, SlotTaken, TryLater
from obctl.store.cancellation_requests import newest_request
from obctl.store.events import find_event, known_among
from obctl.store.reservations import find_by_event, load_by_series
from obctl.store.rooms import find_room_by_id, load_rooms

_FAR = timedelta(days=14)


async def relink(
    company: Company, gateway: Gateway, delivery: Delivery, view: Collection[Event]
) -> PushResult | None:
    """Link the reservation to its meeting, if that is there again; `None` where it is not.

    `view` shows the room around the slot. Raises `Refused` (meeting-elsewhere) where another
    reservation has the meeting since, and `RoomsUnread` where a room could not be asked, the first
    time.
    """
    reservation = delivery.reservation
    if delivery.item.repeat or reservation.series_key is None:
        return None
    ensure_not_hidden(delivery.room, view, reservation)
    found = _its_own(company, delivery, view) or _its_own(
        company, delivery, await _whole_room(gateway, delivery)
    )
    if found is not None:
        return await _link(company, gateway, delivery, view, found)
    _ensure_nobody_has_it_since(company, reservation)
    if delivery.item.error_code == SlotTaken.code:
        # the other rooms were asked before it was refused for that; they are many
        ensure_free_at(delivery.room, view, [TimeSpan(reservation.start, reservation.end)])
    others = [room for room in load_rooms(company.store) if room.id != delivery.room.id]
    elsewhere = await find_elsewhere(gateway, company.store, [reservation], others)
    if destination := elsewhere.places.get(reservation.number):
        return await _follow(company, gateway, delivery, destination)
    if elsewhere.unasked and delivery.item.error_code != RoomsUnread.code:
        # Once: the next attempt may be able to ask, and a room that nobody can ever read keeps
        # nobody from his own.
        raise RoomsUnread(
            f"not all rooms could be read: the meeting of reservation {reservation.number} may be"
            " in another room now",
            hint="the next sync run looks again, and writes it if it is not found",
        )
    return None


def _its_own(company: Company, delivery: Delivery, events: Iterable[Event]) -> Event | None:
    reservation, room = delivery.reservation, delivery.room
    for event in events:
        known = event.id == reservation.event_id or is_same_date(reservation, event, room.zone)
        # a room may show a meeting twice: then the other one has a reservation of its own
        if known and event.takes_room and not _is_somebody_elses(company, reservation, event):
            return event
    return None


def _is_somebody_elses(company: Company, reservation: Reservation, event: Event) -> bool:
    return any(
        other.is_active and other.number != reservation.number
        for other in find_by_event(company.store, reservation.room, event.id)
    )


async def _whole_room(gateway: Gateway, delivery: Delivery) -> list[Event]:
    """What the room has of the meeting on whatever day: by its id, and by its key."""
    reservation, room = delivery.reservation, delivery.room
    found: list[Event] = []
    if reservation.event_id is not None:
        try:
            found.append(await gateway.fetch_event(room, reservation.event_id))
        except MailboxGone:
            raise
        except NotFound:
            pass  # its key may still lead to it
    uid = reservation.ical_uid
    for text in sorted({uid, without_date(uid)}) if uid else ():
        listed = await gateway.find_by_ical_uid(room, text)
        ensure_not_hidden(room, listed, reservation)
        found += listed
    day = reservation.original_start or reservation.start
    around = TimeSpan(day, later(day, reservation.end - reservation.start)).widened(_FAR)
    for series in [event for event in found if event.type is EventType.MASTER]:
        listed = await gateway.fetch_instances(room, series.id, around)
        ensure_not_hidden(room, listed, reservation)
        found += listed
    return [event for event in found if event.type is not EventType.MASTER]


def _ensure_nobody_has_it_since(company: Company, reservation: Reservation) -> None:
    """Raise `Refused` where a pass gave the meeting another reservation after it was lost here.

    One that is older shares the meeting: it was in both rooms from the first.
    """
    request = newest_request(company.store, reservation.number)
    if request is None:
        return
    for other in load_by_series(company.store, [reservation.series_key or ""]):
        if (
            other.number == reservation.number
            or not other.is_active
            or other.created_at <= request.requested_at
            or other.external_state is ExternalState.CANCELLATION_REQUEST
            or other.event_id is None
        ):
            continue
        room = find_room_by_id(company.store, other.room)
        if not room.is_mapped or not known_among(company.store, room.id, [other.event_id]):
            # gone from there as well, or nobody looks there any more
            continue
        event = find_event(company.store, room.id, other.event_id)
        if event is not None and is_same_date(reservation, event, room.zone):
            raise Refused(
                f"the meeting of reservation {reservation.number} is in {room.name} now, as"
                f" reservation {other.number}",
                hint="cancel the one that is not meant:"
                f" obctl reservations cancel {reservation.number}, or {other.number}",
                code="meeting-elsewhere",
            )


async def _link(
    company: Company, gateway: Gateway, delivery: Delivery, view: Collection[Event], found: Event
) -> PushResult:
    """Link a reservation to its meeting.

    Of somebody else's it takes over time and subject as they are.
    """
    room, reservation = delivery.room, delivery.reservation
    begin_attempt(company, delivery)
    event = await gateway.fetch_event(room, found.id)
    if not event.is_organizer:
        reservation = _as_there(reservation, event, company.now)
    elif changes := changes_of(reservation, None, event, room.time_zone):
        ensure_free_at(room, view, [TimeSpan(reservation.start, reservation.end)], [event.id])
        before, event = event, await patch_as_read(gateway, room, event, changes)
        reservation = as_written(reservation, before, changes, event, company.now)
    record_in_step(company, delivery, [(reservation, event)], Action.EVENT_RESTORED)
    problems = await check_double_booking(company, gateway, delivery, [(reservation, event)])
    return PushResult(reservation.number, problems=problems)


async def _follow(
    company: Company, gateway: Gateway, delivery: Delivery, destination: Destination
) -> PushResult:
    """The reservation goes to the room in which its meeting is."""
    room = destination.room
    begin_attempt(company, delivery)
    event = await gateway.fetch_event(room, destination.event.id)
    there = replace(delivery, room=room)
    moved = replace(
        _as_there(delivery.reservation, event, company.now), room=room.id, time_zone=room.time_zone
    )
    with company.store.transaction():
        if find_by_event(company.store, room.id, event.id):
            raise TryLater(
                f"the meeting of reservation {moved.number} got another reservation in {room.name}"
                " while it was looked for",
                code="changed-meanwhile",
            )
        record_in_step(
            company, there, [(moved, event)], Action.EVENT_MOVED, message=f"found in {room.name}"
        )
    problems = await check_double_booking(company, gateway, there, [(moved, event)])
    return PushResult(moved.number, problems=problems)


def _as_there(reservation: Reservation, event: Event, now: datetime) -> Reservation:
    """The reservation as the event is: every difference counts as a change made in Outlook."""
    as_here = replace(
        event,
        start=reservation.start,
        end=reservation.end,
        all_day=reservation.all_day,
        subject=reservation.subject,
        organizer=reservation.organizer,
    )
    return merge(reservation, agree(reservation, as_here, now), event).reservation
