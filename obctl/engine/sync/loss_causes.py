"""Why the events of a room went: the cause that a cancellation and its request carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from obctl.domain.causes import cause_of_cancellation
from obctl.domain.causes.asked_organizer import asked_of_organizer, with_reply
from obctl.domain.causes.build_facts import Answers, AsOf, build_facts, master_id_of
from obctl.domain.causes.facts import Facts
from obctl.domain.difference import Cause, Difference, DifferenceKind
from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.losses import Loss, losses
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.situation import Situation
from obctl.domain.values import replace
from obctl.engine.compare.recorded import load_recorded
from obctl.engine.outlook.organizer_copy import Organizers
from obctl.store.company_log import was_restored
from obctl.store.database import Store
from obctl.store.rooms import load_rooms
from obctl.store.subscriptions import load_subscriptions

_MOST_ASKED = 20
"""Meetings of one room: where more went at once, no single organiser knows why."""


def causes_of(store: Store, situation: Situation) -> Mapping[int, Cause]:
    """The cause of each loss, by reservation number."""
    replies = situation.reading.replies
    causes: dict[int, Cause] = {}
    for loss, known in facts_of_losses(store, situation):
        event_id = loss.reservation.event_id
        reply = replies.get(event_id) if event_id and asked_of_organizer(known) else None
        facts = with_reply(known, reply) if reply else known
        causes[loss.reservation.number] = cause_of_cancellation(facts)
    return causes


async def ask_organizers(organizers: Organizers, store: Store, situation: Situation) -> Situation:
    """The situation with what organisers' calendars say of meetings that went or were put back.

    Calendar repair puts back what should never have gone; whether it takes place, only the
    organiser's copy tells. So it is read when a meeting comes back, and if that goes again. For
    other meetings that went, it may say why.
    """
    if not situation.reservations:
        return situation
    restored = _put_back(store, situation)
    asked = _gone_without_trace(store, situation) | restored
    if not asked:
        return situation
    replies = await organizers.ask_all(situation.room, asked)
    says = {event_id: replies[event_id].says for event_id in restored}
    return situation.reread(replace(situation.reading, organizers=says, replies=replies))


def facts_of_losses(store: Store, situation: Situation) -> list[tuple[Loss, Facts]]:
    """What is known of each loss, except what its organiser's calendar says."""
    lost = losses(situation)
    mapped = load_rooms(store) if lost else []
    return [(loss, _facts(store, situation, loss, mapped)) for loss in lost]


def _facts(store: Store, situation: Situation, loss: Loss, mapped: Sequence[Room]) -> Facts:
    room, reading, reservation = situation.room, situation.reading, loss.reservation
    difference = Difference(
        kind=DifferenceKind.MISSING_IN_OUTLOOK,
        room=room.id,
        start=reservation.start,
        end=reservation.end,
        subject=reservation.subject,
        reservation=reservation.number,
        event_id=loss.event.id if loss.event else reservation.event_id,
        ical_uid=loss.event.ical_uid if loss.event else reservation.ical_uid,
    )
    recorded = load_recorded(
        store,
        situation.sides,
        difference,
        mapped=mapped,
        subscriptions=tuple(load_subscriptions(store, room.id)),
    )
    master_id = master_id_of(reading, loss.event, reservation, recorded.last_known)
    moved = situation.elsewhere.moved.get(reservation.number)
    place = (moved.room, moved.event) if moved else None
    answers = Answers(
        master=reading.masters.get(master_id) if master_id else None,
        master_missing=master_id is not None and _answered_404(reading, master_id),
        elsewhere=(place,) if place else (),
        called_off_elsewhere=tuple(situation.elsewhere.called_off.get(reservation.number, ())),
        goes_on=place,
        not_asked=tuple(r for r in situation.elsewhere.unread if r.id != room.id),
    )
    as_of = AsOf(situation.now, situation.settings, situation.window)
    return build_facts(situation.sides, as_of, difference, recorded, answers)


def _answered_404(reading: Reading, master_id: EventId) -> bool:
    return master_id in reading.masters and reading.masters[master_id] is None


def _put_back(store: Store, situation: Situation) -> dict[EventId, Reservation]:
    """The meetings that calendar repair brought back, and those that went again since."""
    found = {
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
            found[event_id] = loss.reservation
    return found


def _is_put_back(situation: Situation, reservation: Reservation, event: Event) -> bool:
    """Whether a cancelled reservation's meeting is there again, as another copy."""
    return (
        not reservation.is_active
        and reservation.number not in situation.agreed
        and event.takes_room
        and not event.is_organizer
        and event.id != reservation.event_id
    )


def _gone_without_trace(store: Store, situation: Situation) -> dict[EventId, Reservation]:
    """The meetings whose organisers may know why they went."""
    found: dict[EventId, Reservation] = {}
    meetings: set[str] = set()
    for _loss, facts in facts_of_losses(store, situation):
        reservation = asked_of_organizer(facts)
        if reservation is None or reservation.event_id is None:
            continue
        meetings.add(reservation.series_key or reservation.event_id)
        if len(meetings) > _MOST_ASKED:
            break
        found[reservation.event_id] = reservation
    return found
