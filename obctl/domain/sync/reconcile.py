"""Planning: (agreed states, reservations, Outlook as read, policy, now) -> one ordered plan.

One function for every scope: one event, one series, one room. Each branch is something that
happened in the world. Cancellations come last in a plan; what is past is never cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import Enum, auto

from obctl.domain.agreed_state import AgreedState, agree_again
from obctl.domain.event import Event, EventType
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
)
from obctl.domain.room_answer import in_room_since
from obctl.domain.sync.absent import event_missing, is_changed_here, is_undecided
from obctl.domain.sync.change import Absorb, Cancel, Change, Create, Move, Request, Restore
from obctl.domain.sync.goes_on import with_successors
from obctl.domain.sync.losses import Loss, losses
from obctl.domain.sync.matching import Matching
from obctl.domain.sync.merge import status_of
from obctl.domain.sync.plan import LeftAlone, Plan
from obctl.domain.sync.present import event_present, is_out_of_date, restored
from obctl.domain.sync.sibling import find_siblings
from obctl.domain.sync.situation import Situation
from obctl.domain.values import replace


class News(Enum):
    """Whether an event without a reservation is new; one that could be may be left alone."""

    NONE = auto()
    CREATE = auto()


def plan_room(situation: Situation) -> Plan:
    """What this pass does to one room."""
    situation = replace(situation, matching=_settled(situation))
    matched = situation.matching.by_event()
    lost = sorted(losses(situation), key=_by_start)
    siblings = find_siblings(situation, lost)
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
            match _news_of(situation, event, started):
                case News.CREATE:
                    changes.append(_come(situation, event))
                    if event.series_master_id:
                        started.add(event.series_master_id)
                case LeftAlone() as left:
                    left_alone.append(left)
                case News.NONE:
                    pass
        elif event.takes_room:
            change = event_present(situation, reservation, event)
            if change:
                changes.append(change)
            elif is_out_of_date(situation.agreed.get(reservation.number), event):
                agreements.append((reservation, event))
    undecided: list[Reservation] = []
    for loss in lost:
        sibling = siblings.get(loss.reservation.number)
        if sibling is None and is_undecided(situation, loss):
            undecided.append(loss.reservation)
        elif change := event_missing(situation, loss, sibling):
            changes.append(change)
    return Plan(
        situation.room,
        tuple(changes),
        tuple(agreements),
        tuple(left_alone),
        tuple(
            reservation
            for reservation in undecided
            # of the others a person was asked already
            if reservation.external_state is not ExternalState.CANCELLATION_REQUEST
        ),
    )


def _settled(situation: Situation) -> Matching:
    """The matching once the other rooms have had their say."""
    elsewhere = situation.elsewhere
    spoken_for = elsewhere.claimed.keys() | elsewhere.ambiguous.keys()
    taken = situation.leaving | situation.owned | spoken_for
    return with_successors(
        situation.matching, now=situation.now, taken=taken, moved=elsewhere.moved.keys()
    )


def _by_start(loss: Loss) -> tuple[datetime, ReservationNumber]:
    return loss.reservation.start, loss.reservation.number


def _news_of(situation: Situation, event: Event, started: Iterable[str]) -> News | LeftAlone:
    """What an event without a reservation is to Officebooking."""
    if not event.takes_room:
        return News.NONE
    if event.id in situation.leaving or event.id in situation.elsewhere.claimed:
        return News.NONE
    if event.id in situation.owned:
        return News.NONE
    if not situation.window.overlaps(event.start, event.end):
        return LeftAlone(event.id, "outside-sync-window")
    known_since = in_room_since(event)
    if known_since and known_since < situation.room.activated_at:
        return LeftAlone(event.id, "created-before-activation")
    if (
        situation.first_instances_only
        and event.series_master_id
        and event.series_master_id in started
    ):
        return LeftAlone(event.id, "series-not-yet-expanded")
    return News.CREATE


def _come(situation: Situation, event: Event) -> Create | Restore:
    """A new event: a new reservation, or that of another room where the meeting was before."""
    perhaps = situation.elsewhere.ambiguous.get(event.id)
    before = situation.went_elsewhere.get(event.id)
    if perhaps is None and before is not None:
        return restored(situation, before, event)
    return Create(new_reservation(situation, event), event, perhaps)


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


def agreed_after(
    change: Change, saved: Reservation, agreed: AgreedState | None, now: datetime
) -> AgreedState | None:
    """The agreed state once `change` is saved as `saved`; `None` where nothing is agreed anew.

    `agreed` is the one before.
    """
    if isinstance(change, Cancel | Absorb | Request):
        return None
    if isinstance(change, Move) and change.interim is not None and is_changed_here(change.interim):
        # what both sides agreed on about the interim reservation is handed over with it
        return None
    return agree_again(agreed, saved, change.event, now)
