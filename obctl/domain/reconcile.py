"""Planning: (agreed states, reservations, Outlook as read, policy, now) -> one ordered plan.

One function for every scope: one event, one series, one room. Each branch is something that
happened in the world. Cancellations come last in a plan; what is past is never cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from obctl.domain.agreed_state import AgreedState, agree
from obctl.domain.cancellation import Proof, RequestStatus, Verdict, decide
from obctl.domain.change import Change, ChangeKind, Conflict
from obctl.domain.event import Event, EventType
from obctl.domain.matching import Loss, losses, match
from obctl.domain.merge import merge, status_of
from obctl.domain.plan import LeftAlone, Plan
from obctl.domain.reading import OrganizerSays
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.situation import Destination, Situation
from obctl.domain.values import replace


def plan_room(situation: Situation) -> Plan:
    """What this pass does to one room."""
    matched = match(situation)
    changes: list[Change] = []
    agreements: list[tuple[Reservation, Event]] = []
    left_alone: list[LeftAlone] = []
    started: set[str] = {
        reservation.series_master_id
        for reservation in situation.reservations
        if reservation.series_master_id
    }
    for event in sorted(situation.reading.events, key=lambda item: (item.start, item.id)):
        reservation = matched.get(event.id)
        if event.type is EventType.MASTER:
            continue
        if reservation is None:
            code = _why_left_alone(situation, event, started)
            if code is None:
                changes.append(
                    Change(
                        ChangeKind.CREATE,
                        after=new_reservation(situation, event),
                        event=event,
                        instead_of=situation.elsewhere.doubted.get(event.id),
                    )
                )
                if event.series_master_id:
                    started.add(event.series_master_id)
            elif code:
                left_alone.append(LeftAlone(event.id, code))
        elif event.takes_room:
            change = _still_there(situation, reservation, event)
            if change:
                changes.append(change)
            elif _out_of_date(situation.agreed.get(reservation.number), event):
                agreements.append((reservation, event))
    for loss in sorted(losses(situation, matched), key=_by_start):
        change = _lost(situation, loss)
        if change:
            changes.append(change)
    return Plan(situation.room, tuple(changes), tuple(agreements), tuple(left_alone))


def _by_start(loss: Loss) -> tuple[datetime, ReservationNumber]:
    return loss.reservation.start, loss.reservation.number


def _why_left_alone(situation: Situation, event: Event, started: Iterable[str]) -> str | None:
    """The code of why an event without reservation stays so; "" for no news; `None`: create."""
    if not event.takes_room:
        return ""
    if event.id in situation.leaving or event.id in situation.elsewhere.claimed:
        return ""
    if event.id in situation.owned:
        return ""
    if not situation.window.overlaps(event.start, event.end):
        return "outside-sync-window"
    known_since = event.created_at or event.born_at
    if known_since and known_since < situation.room.activated_at:
        return "created-before-activation"
    if (
        situation.first_instances_only
        and event.series_master_id
        and event.series_master_id in started
    ):
        return "series-not-yet-expanded"
    return None


def new_reservation(situation: Situation, event: Event) -> Reservation:
    """The reservation of an event nobody in Officebooking knows yet."""
    return Reservation(
        number=ReservationNumber(0),
        room=situation.room.id,
        subject=event.subject,
        organizer=event.organizer,
        start=event.start,
        end=event.end,
        time_zone=situation.room.time_zone,
        all_day=event.all_day,
        status=status_of(event),
        external_state=ExternalState.IN_STEP,
        source=Source.OUTLOOK,
        created_at=situation.now,
        updated_at=situation.now,
        event_id=event.id,
        ical_uid=event.ical_uid,
        series_key=event.series_key,
        series_master_id=event.series_master_id,
        original_start=event.original_start,
        attendees=event.attendees,
    )


def _still_there(situation: Situation, reservation: Reservation, event: Event) -> Change | None:
    agreed = situation.agreed.get(reservation.number)
    request = situation.requests.get(reservation.number)
    linked = linked_to(reservation, event)
    if not reservation.is_active:
        if agreed is not None:
            # cancelled in Officebooking while Outlook still has it: the push says why
            return None
        revived = replace(linked, external_state=ExternalState.IN_STEP, updated_at=situation.now)
        if reservation.source is Source.OUTLOOK:
            revived = _as_shown(revived, event)
        else:
            revived = replace(revived, status=Status.CONFIRMED)
        return Change(
            ChangeKind.RESTORE,
            after=revived,
            before=reservation,
            event=event,
            organizer_says=situation.reading.organizers.get(event.id),
        )
    if agreed is None:
        if reservation.external_state in (ExternalState.PUSH_PENDING, ExternalState.PUSH_FAILED):
            return None
        # kept by a person after a rejected cancellation, and here it is again
        again = replace(linked, external_state=ExternalState.IN_STEP, updated_at=situation.now)
        return Change(ChangeKind.RESTORE, after=again, before=reservation, event=event)
    merged = merge(reservation, agreed, event)
    after = replace(
        linked_to(merged.reservation, event),
        external_state=_state_when_there(reservation),
        attendees=event.attendees
        if reservation.source is Source.OUTLOOK
        else reservation.attendees,
    )
    if request and request.status is RequestStatus.OPEN:
        return Change(
            ChangeKind.CLOSE,
            after=replace(after, external_state=ExternalState.IN_STEP, updated_at=situation.now),
            before=reservation,
            event=event,
            conflicts=merged.conflicts,
        )
    if after == reservation and not merged.conflicts:
        return None
    kind = ChangeKind.UPDATE
    if _same_but_for_ids(after, reservation):
        kind = ChangeKind.REKEY
    return Change(
        kind,
        after=replace(after, updated_at=situation.now),
        before=reservation,
        event=event,
        conflicts=merged.conflicts,
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


def _as_shown(reservation: Reservation, event: Event) -> Reservation:
    return replace(
        reservation,
        start=event.start,
        end=event.end,
        all_day=event.all_day,
        status=status_of(event),
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


def _out_of_date(agreed: AgreedState | None, event: Event) -> bool:
    return agreed is not None and (
        agreed.change_key != event.change_key or agreed.event_subject != event.subject
    )


def _lost(situation: Situation, loss: Loss) -> Change | None:
    before = reservation = loss.reservation
    now = situation.now
    request = situation.requests.get(reservation.number)
    if destination := situation.elsewhere.moved.get(reservation.number):
        return _moved(situation, reservation, destination)
    agreed = situation.agreed.get(reservation.number)
    # Services that a room which cannot be read may call for are not cancelled unasked.
    undecided = reservation.number in situation.elsewhere.undecided
    waits = undecided and bool(reservation.ordered_services)
    organizer = _organizer_of_restored(situation, reservation)
    proof = Proof.PROVEN if organizer is OrganizerSays.CANCELLED else loss.proof
    # Nor is a meeting that was put back, while its organiser has it or cannot be asked.
    waits = waits or organizer in (OrganizerSays.TAKES_PLACE, OrganizerSays.UNKNOWN)
    decision = decide(
        reservation,
        proof=Proof.UNPROVEN if waits else proof,
        changed_here=agreed is not None and reservation.version != agreed.version,
        ignore_requests=situation.settings.ignore_cancellation_requests and not waits,
        now=now,
    )
    cause = situation.causes.get(reservation.number)
    if loss.event is not None and loss.event.id != reservation.event_id:
        reservation = linked_to(reservation, loss.event)
    match decision.verdict:
        case Verdict.NEVER:
            return None
        case Verdict.PROCESS:
            return Change(
                ChangeKind.CANCEL,
                after=replace(
                    reservation,
                    status=Status.CANCELLED,
                    external_state=ExternalState.CANCELLED,
                    updated_at=now,
                ),
                before=before,
                event=loss.event,
                proof=loss.proof,
                cause=cause,
                services_cancelled=tuple(item.id for item in reservation.ordered_services),
            )
        case Verdict.REQUEST:
            if request and request.status is RequestStatus.OPEN:
                # already waiting for a person: nothing new to say
                return None
            return Change(
                ChangeKind.REQUEST,
                after=replace(
                    reservation,
                    external_state=ExternalState.CANCELLATION_REQUEST,
                    updated_at=now,
                ),
                before=before,
                event=loss.event,
                proof=loss.proof,
                reason=decision.reason,
                cause=cause,
            )


def _organizer_of_restored(situation: Situation, reservation: Reservation) -> OrganizerSays | None:
    event_id = reservation.event_id
    return situation.reading.organizers.get(event_id) if event_id else None


def _moved(situation: Situation, reservation: Reservation, destination: Destination) -> Change:
    room, event, twin = destination.room, destination.event, destination.twin
    conflicts: tuple[Conflict, ...] = ()
    if twin is not None and _is_changed_here(twin):
        after = replace(twin, number=reservation.number, created_at=reservation.created_at)
    else:
        after = linked_to(reservation, event)
        if agreed := situation.agreed.get(reservation.number):
            merged = merge(after, agreed, event)
            after, conflicts = merged.reservation, merged.conflicts
        elif reservation.source is Source.OUTLOOK:
            after = _as_shown(after, event)
        after = replace(after, external_state=ExternalState.IN_STEP)
    after = replace(after, room=room.id, time_zone=room.time_zone, updated_at=situation.now)
    if twin is not None:
        after = replace(
            after,
            notes="\n".join(filter(None, (reservation.notes, twin.notes))) or None,
            services=reservation.services + twin.services,
        )
    return Change(
        ChangeKind.MOVE,
        after=after,
        before=reservation,
        event=event,
        conflicts=conflicts,
        twin=twin,
    )


def _is_changed_here(twin: Reservation) -> bool:
    return twin.version > 1


def agreed_after(change: Change, saved: Reservation, now: datetime) -> AgreedState | None:
    """The agreed state once `change` is saved as `saved`; `None` where nothing is agreed anew."""
    if change.event is None or change.kind in (ChangeKind.CANCEL, ChangeKind.REQUEST):
        return None
    if change.twin is not None and _is_changed_here(change.twin):
        # what both sides agreed on about the twin is handed over with it
        return None
    return agree(saved, change.event, now)
