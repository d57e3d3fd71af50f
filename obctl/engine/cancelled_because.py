"""Why the events of a room went: the cause that a cancellation and its request carry."""

from __future__ import annotations

from collections.abc import Mapping

from obctl.domain.causes import cause_of_cancellation
from obctl.domain.difference import Cause, Difference, DifferenceKind
from obctl.domain.facts import Facts
from obctl.domain.losses import Loss
from obctl.domain.situation import Situation
from obctl.engine.vanished import vanished
from obctl.store.company_log import load_history
from obctl.store.database import Store
from obctl.store.events import find_event


def causes_of(store: Store, situation: Situation) -> Mapping[int, Cause]:
    """The cause of each loss, by reservation number."""
    lost = vanished(situation)
    return {
        loss.reservation.number: cause_of_cancellation(_facts(store, situation, loss))
        for loss in lost
    }


def _facts(store: Store, situation: Situation, loss: Loss) -> Facts:
    reservation, room = loss.reservation, situation.room
    event_id = reservation.event_id
    master_id = reservation.series_master_id
    masters = situation.reading.masters
    moved = situation.elsewhere.moved.get(reservation.number)
    return Facts(
        difference=Difference(
            kind=DifferenceKind.MISSING_IN_OUTLOOK,
            room=room.id,
            start=reservation.start,
            end=reservation.end,
            subject=reservation.subject,
            reservation=reservation.number,
            event_id=event_id,
            ical_uid=reservation.ical_uid,
        ),
        room=room,
        now=situation.now,
        settings=situation.settings,
        window=situation.window,
        reservation=reservation,
        agreed=situation.agreed.get(reservation.number),
        event=loss.event,
        event_missing=loss.event is None,
        last_known=find_event(store, room.id, event_id) if event_id else None,
        master=masters.get(master_id) if master_id else None,
        master_missing=master_id is not None and masters.get(master_id, master_id) is None,
        same_series=tuple(
            event
            for event in situation.reading.events
            if master_id and event.series_master_id == master_id
        ),
        same_room=tuple(
            event
            for event in situation.reading.events
            if event.start < reservation.end and event.end > reservation.start
        ),
        elsewhere=((moved.room, moved.event),) if moved else (),
        organizer_says=situation.reading.organizers.get(event_id) if event_id else None,
        last_run_at=room.last_synced_at,
        history=tuple(
            load_history(store, room.id, [event_id] if event_id else [], reservation.number)
        ),
    )
