"""What is recorded after a push: both sides in step, cancelled, or failed and owed again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from obctl.domain.agreed_state import agree
from obctl.domain.change import Conflict
from obctl.domain.event import Event
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.errors import ObctlError
from obctl.store.agreed_states import forget_agreed, save_agreed
from obctl.store.company_log import append_log
from obctl.store.events import mark_gone, save_events
from obctl.store.outbox import mark_done, mark_failed
from obctl.store.reservations import update_reservation
from obctl.store.rooms import mark_applied

if TYPE_CHECKING:
    from obctl.engine.push import Owed

_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_MOST_DOUBLINGS = 10


def record_in_step(
    company: Company,
    owed: Owed,
    pairs: Sequence[tuple[Reservation, Event]],
    action: str,
    conflicts: Sequence[Conflict] = (),
) -> None:
    """Both sides are equal now: say so everywhere at once, with what was merged for it."""
    store, now = company.store, company.now
    with store.transaction():
        mark_done(store, owed.item.id, now)
        mark_applied(store, owed.room.id)
        payloads = save_events(store, owed.room.id, [event for _reservation, event in pairs])
        for reservation, event in pairs:
            linked = replace(
                reservation,
                event_id=event.id,
                ical_uid=event.ical_uid or reservation.ical_uid,
                series_key=event.series_key or reservation.series_key,
                series_master_id=event.series_master_id,
                original_start=event.original_start,
                external_state=ExternalState.IN_STEP,
                updated_at=now,
            )
            update_reservation(store, linked)
            save_agreed(store, [agree(linked, event, now)])
            entry = replace(owed, reservation=linked).entry(
                company, action, "in Outlook as reserved here"
            )
            append_log(store, [replace(entry, event_id=event.id)], payloads)
        append_log(
            store, [owed.entry(company, "conflict.merged", item.words) for item in conflicts]
        )


def record_cancelled(company: Company, owed: Owed) -> None:
    """Outlook has neither the event nor, for a whole series, any of its occurrences."""
    store, now = company.store, company.now
    pending = (ExternalState.PUSH_PENDING, ExternalState.PUSH_FAILED)
    gone = [
        reservation
        for reservation in owed.series
        if not reservation.is_active and reservation.external_state in pending
    ] or [owed.reservation]
    with store.transaction():
        mark_done(store, owed.item.id, now)
        mark_applied(store, owed.room.id)
        for reservation in gone:
            if not reservation.is_active:
                update_reservation(
                    store,
                    replace(reservation, external_state=ExternalState.CANCELLED, updated_at=now),
                )
                forget_agreed(store, [reservation.number])
        ids = {owed.item.event_id, *(r.event_id for r in gone if not r.is_active)}
        mark_gone(store, owed.room.id, [event_id for event_id in ids if event_id], now)
        append_log(store, [owed.entry(company, "push.cancelled", "no longer in Outlook")])


def record_failure(company: Company, owed: Owed, error: ObctlError) -> None:
    """The write stays owed, due again after a wait that doubles from attempt to attempt."""
    store, now = company.store, company.now
    wait = min(_FIRST_WAIT * 2 ** min(owed.item.attempts, _MOST_DOUBLINGS), _LONGEST_WAIT)
    code = error.graph.code if error.graph and error.graph.code else error.code
    request_id = error.graph.request_id if error.graph else None
    with store.transaction():
        mark_failed(
            store,
            owed.item.id,
            error_code=code,
            error=error.message,
            request_id=request_id,
            due_at=now + wait,
        )
        failed = ExternalState.PUSH_FAILED
        for reservation in owed.series or (owed.reservation,):
            if reservation.external_state in (ExternalState.PUSH_PENDING, failed):
                update_reservation(
                    store, replace(reservation, external_state=failed, updated_at=now)
                )
        entry = owed.entry(company, "push.failed", f"{code}: {error.message}")
        append_log(store, [replace(entry, request_id=request_id)])
