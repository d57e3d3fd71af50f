"""The organiser's own copy of a meeting: whether it still takes place, where we may look."""

from __future__ import annotations

from obctl.domain.cancellation import Proof
from obctl.domain.event import Event, EventId, EventType
from obctl.domain.global_object_id import without_date
from obctl.domain.left_out import is_left_out
from obctl.domain.losses import losses
from obctl.domain.reading import OrganizerSays
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.situation import Situation
from obctl.domain.values import replace
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, ObctlError
from obctl.store.company_log import was_restored
from obctl.store.database import Store


async def ask_organizers(gateway: Gateway, store: Store, situation: Situation) -> Situation:
    """The situation with what organisers' calendars say of meetings that were put back.

    Calendar repair puts back what should never have gone; whether it takes place, only the
    organiser's copy tells. So it is read when a meeting comes back, and if that goes again.
    """
    if not situation.reservations:
        return situation
    asked: dict[EventId, Reservation] = {
        event.id: reservation
        for reservation, event in situation.matching.pairs
        if _is_put_back(situation, reservation, event)
    }
    for loss in losses(situation):
        event_id = loss.reservation.event_id
        if (
            event_id
            and loss.proof is Proof.UNPROVEN
            and was_restored(store, loss.reservation.number, event_id)
        ):
            asked[event_id] = loss.reservation
    if not asked:
        return situation
    answers = {
        event_id: await ask_organizer(gateway, situation.room, reservation)
        for event_id, reservation in asked.items()
    }
    return situation.reread(replace(situation.reading, organizers=answers))


def _is_put_back(situation: Situation, reservation: Reservation, event: Event) -> bool:
    """Whether a cancelled reservation's meeting is there again, as another copy."""
    return (
        not reservation.is_active
        and reservation.number not in situation.agreed
        and event.takes_room
        and not event.is_organizer
        and event.id != reservation.event_id
    )


async def ask_organizer(gateway: Gateway, room: Room, reservation: Reservation) -> OrganizerSays:
    """What the organiser's calendar says of a meeting, or of one date of a series.

    Most companies let obctl read rooms only: then nothing is known.
    """
    address = reservation.organizer.email
    if not address or not reservation.ical_uid:
        return OrganizerSays.UNKNOWN
    # Graph is asked for people's calendars in the way it is asked for rooms'.
    calendar = replace(room, mailbox=address, object_id=None)
    try:
        copies = await gateway.find_by_ical_uid(calendar, without_date(reservation.ical_uid))
        living = [copy for copy in copies if not copy.is_cancelled]
        if not living:
            return OrganizerSays.CANCELLED if copies else OrganizerSays.GONE
        if reservation.original_start is None or living[0].type is not EventType.MASTER:
            return OrganizerSays.TAKES_PLACE
        return await _of_date(gateway, calendar, living[0], reservation)
    except CredentialRefused:
        raise
    except ObctlError:
        return OrganizerSays.UNKNOWN


async def _of_date(
    gateway: Gateway, calendar: Room, series: Event, reservation: Reservation
) -> OrganizerSays:
    master = await gateway.fetch_master(calendar, series.id)
    off = is_left_out(master, reservation, calendar.zone)
    if off is None:
        return OrganizerSays.UNKNOWN
    return OrganizerSays.CANCELLED if off else OrganizerSays.TAKES_PLACE
