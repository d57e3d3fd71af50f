"""Writes that Outlook is to get, put into the outbox together with what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from obctl.domain.agreed_state import AgreedState
from obctl.domain.outbox import OutboxItem, PushAction, transaction_id
from obctl.domain.reservation import ExternalState, Reservation, unlinked
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.errors import Refused
from obctl.store.agreed_states import find_agreed, forget_agreed, save_agreed
from obctl.store.outbox import add_to_outbox, mark_done, pending_for
from obctl.store.reservations import update_reservation


@dataclass(frozen=True, slots=True)
class CancelNotice:
    """What goes with a cancellation: a note, and whether the organiser hears of it."""

    note: str | None = None
    silent: bool = False


def enqueue(
    company: Company,
    reservation: Reservation,
    action: PushAction,
    *,
    repeat: str | None = None,
    notice: CancelNotice = CancelNotice(),
    agreed: AgreedState | None = None,
) -> OutboxItem:
    """Put one write into the outbox, due now."""
    return add_to_outbox(
        company.store,
        OutboxItem(
            id=0,
            reservation=reservation.number,
            room=reservation.room,
            action=action,
            transaction_id=transaction_id(
                company.config.company, reservation.number, reservation.version, company.now
            ),
            created_at=company.now,
            due_at=company.now,
            event_id=reservation.event_id,
            repeat=repeat,
            note=notice.note,
            silent=notice.silent,
            agreed=agreed,
        ),
    )


def cancel_pending(company: Company, pending: Sequence[OutboxItem], *actions: PushAction) -> None:
    """Nobody wants these writes any more."""
    for item in pending:
        if item.action in actions:
            mark_done(company.store, item.id, company.now)


def enqueue_change(company: Company, before: Reservation, after: Reservation) -> None:
    """Enqueue what makes Outlook show `after`, in place of what was pending for `before`."""
    if after.external_state is ExternalState.NOT_ON_OUTLOOK:
        return
    pending = pending_for(company.store, before.number)
    moved = before.room != after.room
    waiting = [
        item for item in pending if item.action is PushAction.CREATE and item.room == before.room
    ]
    if waiting and not moved:
        # the pending create writes the reservation as it is by then
        return
    if before.event_id is None and not waiting:
        if before.series_key and not moved:
            return
        # on its own from here: a series that goes to Outlook later leaves this date out
        alone = unlinked(after)
        update_reservation(company.store, alone)
        enqueue(company, alone, PushAction.CREATE)
        return
    if moved:
        _enqueue_move(company, before, after, pending)
        return
    # a create still pending is what an attempt may have left in another room: it goes from there
    cancel_pending(company, pending, PushAction.CHANGE)
    enqueue(company, after, PushAction.CHANGE)


def _enqueue_move(
    company: Company, before: Reservation, after: Reservation, pending: Sequence[OutboxItem]
) -> None:
    """The new room first; the old one is left once the reservation stands in the new."""
    if any(item.repeat for item in pending):
        raise Refused(
            f"reservation {before.number} stands for a series that is not in Outlook yet",
            hint="push it first: obctl sync run",
            code="push-pending",
        )
    cancel_pending(
        company, [item for item in pending if not _may_be_there(item)], PushAction.CREATE
    )
    cancel_pending(company, pending, PushAction.CHANGE)
    agreed = find_agreed(company.store, before.number)
    here = [item for item in pending if item.room == after.room]
    returning = next((item for item in here if item.action is PushAction.CANCEL), None)
    if returning is not None:
        # It never left: its event is still there.
        mark_done(company.store, returning.id, company.now)
        back = replace(after, event_id=returning.event_id)
        update_reservation(company.store, back)
        _agree_as_before(company, back, returning)
        enqueue(company, back, PushAction.CHANGE)
    else:
        alone = unlinked(after)
        update_reservation(company.store, alone)
        if not any(_may_be_there(item) for item in here):
            enqueue(company, alone, PushAction.CREATE)
    if before.event_id:
        enqueue(company, before, PushAction.CANCEL, agreed=agreed)


def _agree_as_before(company: Company, back: Reservation, leaving: OutboxItem) -> None:
    """Let what was agreed about the event that never left count again, not the other room's."""
    forget_agreed(company.store, [back.number])
    if leaving.agreed is not None:
        save_agreed(company.store, [replace(leaving.agreed, reservation=back.number)])


def _may_be_there(item: OutboxItem) -> bool:
    """Whether an attempt may have left an event behind, to be taken from the room it was tried in.

    Unless the reservation comes back: then its event stays.
    """
    return item.action is PushAction.CREATE and item.attempts > 0
