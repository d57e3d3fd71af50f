"""A reservation whose event Outlook shows: merged, linked anew, revived, or left as it is."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import Event
from obctl.domain.reservation import (
    WRITE_PENDING,
    ExternalState,
    Reservation,
    Source,
    Status,
)
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.change import Change, Close, Rekey, Restore, Update
from obctl.domain.sync.merge import merge, status_of
from obctl.domain.sync.services_return import with_services_back
from obctl.domain.sync.situation import Situation
from obctl.domain.values import replace


def event_present(situation: Situation, reservation: Reservation, event: Event) -> Change | None:
    """What a reservation needs whose event Outlook shows; `None` where nothing is to be done."""
    agreed = situation.agreed.get(reservation.number)
    request = situation.requests.get(reservation.number)
    if not reservation.is_active:
        if agreed is not None:
            # cancelled in Officebooking while Outlook still has it: the push says why
            return None
        return restored(situation, reservation, event)
    if agreed is None:
        if reservation.external_state in WRITE_PENDING:
            return None
        # kept by a person after a rejected cancellation, and here it is again
        return restored(situation, reservation, event)
    merged = merge(reservation, agreed, event)
    after = replace(
        linked_to(merged.reservation, event),
        external_state=_state_when_there(reservation),
        attendees=event.attendees
        if reservation.source is Source.OUTLOOK
        else reservation.attendees,
    )
    if request and request.status is RequestStatus.OPEN:
        return Close(
            before=reservation,
            after=replace(after, external_state=ExternalState.IN_STEP, updated_at=situation.now),
            event=event,
            conflicts=merged.conflicts,
        )
    if after == reservation and not merged.conflicts:
        return None
    kind = Rekey if _same_but_for_ids(after, reservation) else Update
    return kind(
        before=reservation,
        after=replace(after, updated_at=situation.now),
        event=event,
        conflicts=merged.conflicts,
    )


def restored(situation: Situation, reservation: Reservation, event: Event) -> Restore:
    """The reservation once its meeting is there again, with the services that come back with it.

    In the room that shows the event, whichever room the meeting vanished from.
    """
    says = situation.reading.organizers.get(event.id)
    again = replace(
        from_event(linked_to(reservation, event), event),
        room=situation.room.id,
        time_zone=situation.room.time_zone,
        external_state=ExternalState.IN_STEP,
        updated_at=situation.now,
    )
    return Restore(
        before=reservation,
        after=with_services_back(again, situation.now, says),
        event=event,
        organizer_says=says,
    )


def linked_to(reservation: Reservation, event: Event) -> Reservation:
    """The reservation with the ids of the event that stands for it now."""
    return replace(
        reservation,
        event_id=event.id,
        ical_uid=event.ical_uid or reservation.ical_uid,
        series_key=event.series_key or reservation.series_key,
        series_master_id=event.series_master_id,
        original_start=event.original_start or _date_of_its_own(reservation, event),
    )


def _date_of_its_own(reservation: Reservation, event: Event) -> datetime | None:
    """A date that goes on alone in a room without its series is still that date."""
    return reservation.original_start if event.instance_date else None


def from_event(reservation: Reservation, event: Event) -> Reservation:
    """The reservation at the time Outlook has, where no agreed state says who changed what.

    Its status comes from the side where it was made.
    """
    status = Status.CONFIRMED
    if reservation.source is Source.OUTLOOK:
        status = status_of(event)
    elif reservation.is_active:
        status = reservation.status
    return replace(
        reservation, start=event.start, end=event.end, all_day=event.all_day, status=status
    )


def _state_when_there(reservation: Reservation) -> ExternalState:
    if reservation.external_state is ExternalState.NOT_ON_OUTLOOK:
        return ExternalState.IN_STEP
    return reservation.external_state


def _same_but_for_ids(after: Reservation, before: Reservation) -> bool:
    return (
        replace(
            after,
            event_id=before.event_id,
            ical_uid=before.ical_uid,
            series_key=before.series_key,
            series_master_id=before.series_master_id,
            original_start=before.original_start,
        )
        == before
    )


def is_out_of_date(agreed: AgreedState | None, event: Event) -> bool:
    """Whether the event is no longer as it was when both sides last agreed."""
    return agreed is not None and (
        agreed.change_key != event.change_key or agreed.event_subject != event.subject
    )
