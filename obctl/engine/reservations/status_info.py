"""*Get Status Info*: what Outlook says now of the meeting that a person has to decide about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from obctl.domain.company_log import Action
from obctl.domain.event import Event, SeriesMaster
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.series.excluded_dates import is_left_out
from obctl.domain.series.meets_now import has_moved, in_words, nearest_start, next_start
from obctl.domain.sync.status_info import InOutlook, LivingSeries, StatusInfo
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.find_meeting import look_in, views_of
from obctl.errors import MailboxGone, NotFound, ObctlError
from obctl.store.cancellation_requests import find_request
from obctl.store.company_log import find_entry, load_history
from obctl.store.reservations import find_reservation
from obctl.store.rooms import find_room_by_id, load_rooms, not_mapped

if TYPE_CHECKING:
    from obctl.engine.ports import Gateway

_AROUND = timedelta(days=1)
_ALIVE = (
    Action.EVENT_CREATED,
    Action.EVENT_UPDATED,
    Action.EVENT_MOVED,
    Action.EVENT_RESTORED,
    Action.PUSH_CREATED,
    Action.PUSH_UPDATED,
)


async def get_status_info(company: Company, gateway: Gateway, number: int) -> StatusInfo:
    """Ask Outlook now: by id, then by series key around the date in all mapped rooms."""
    request = find_request(company.store, number)
    reservation = find_reservation(company.store, request.reservation)
    room = find_room_by_id(company.store, reservation.room)
    if not room.is_mapped:
        raise not_mapped(room)
    last_known = _last_alive(company, reservation)

    def info(outlook: InOutlook, event: Event | None = None, at: Room | None = None) -> StatusInfo:
        return StatusInfo(number, company.now, outlook, event, at, last_known)

    cancelled: Event | None = None
    if reservation.event_id:
        try:
            event = await gateway.fetch_event(room, reservation.event_id)
            if event.takes_room:
                return info(InOutlook.PRESENT, event, room)
            cancelled = event
        except MailboxGone:
            return info(InOutlook.UNKNOWN)
        except NotFound:
            pass  # by its key it may be found elsewhere
        except ObctlError:
            return info(InOutlook.UNKNOWN)
    moved, complete = await _find_by_key(company, gateway, reservation)
    if moved is not None:
        at, event = moved
        same = at.id == room.id and (event.start, event.end) == (
            reservation.start,
            reservation.end,
        )
        return info(InOutlook.PRESENT if same else InOutlook.MOVED, event, at)
    if cancelled is not None:
        return info(InOutlook.CANCELLED, cancelled, room)
    try:
        master = await _series_without(gateway, room, reservation)
    except ObctlError:
        return info(InOutlook.UNKNOWN)
    if master is not None:
        found = info(InOutlook.CANCELLED, master.event, room)
        return replace(found, series=_living(master, reservation, company.now, room))
    return info(InOutlook.GONE if complete else InOutlook.UNKNOWN)


async def _series_without(
    gateway: Gateway, room: Room, reservation: Reservation
) -> SeriesMaster | None:
    """The master of the reservation's series, where it shows that this date was taken out."""
    if reservation.series_master_id is None or reservation.original_start is None:
        return None
    try:
        master = await gateway.fetch_master(room, reservation.series_master_id)
    except MailboxGone:
        raise
    except NotFound:
        return None
    left_out = is_left_out(master, reservation, room.zone)
    return master if left_out or master.event.is_cancelled else None


def _living(
    master: SeriesMaster, reservation: Reservation, now: datetime, room: Room
) -> LivingSeries | None:
    """Where a series meets that goes on without the reservation's date."""
    if master.recurrence is None or master.event.is_cancelled:
        return None
    following = next_start(master, now, room.zone)
    if following is None:
        return None
    return LivingSeries(
        in_words(master.recurrence),
        following,
        nearest_start(master, reservation, now, room.zone),
        has_moved(master, reservation, room.zone),
    )


def _last_alive(company: Company, reservation: Reservation) -> bytes | None:
    """The original Outlook data from before the cancellation: the last the log holds alive."""
    ids = [reservation.event_id] if reservation.event_id else []
    for entry in reversed(load_history(company.store, reservation.room, ids, reservation.number)):
        if entry.action in _ALIVE and entry.id is not None:
            payload = find_entry(company.store, entry.id).payload
            if payload:
                return payload
    return None


async def _find_by_key(
    company: Company, gateway: Gateway, reservation: Reservation
) -> tuple[tuple[Room, Event] | None, bool]:
    """Where the meeting stands now, and whether every mapped room could be asked."""
    if reservation.key is None:
        return None, True
    span = TimeSpan(reservation.start, reservation.end).widened(_AROUND).at_once
    # its own room first: there it is the same meeting under another id
    rooms = sorted(load_rooms(company.store), key=lambda item: item.id != reservation.room)
    found, unasked = await look_in(views_of(gateway), [reservation], rooms, span)
    return next(((room, event) for _reservation, room, event in found), None), not unasked
