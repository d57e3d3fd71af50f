"""What is recorded of a push that failed: why, and when the write is due again."""

from __future__ import annotations

from http import HTTPStatus

from obctl.domain.company_log import Action, Entry
from obctl.domain.outbox import OutboxItem, wait_after
from obctl.domain.reservation import WRITE_PENDING, ExternalState
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.push.confirm import save_state
from obctl.engine.push.delivery import Delivery
from obctl.errors import CredentialRefused, GraphRefused, ObctlError, Unforeseen
from obctl.store.outbox import mark_failed
from obctl.store.reservations import change_state, find_reservation

_PASSING = (  # 4xx that say: not just now
    HTTPStatus.CONFLICT,
    HTTPStatus.LOCKED,
    HTTPStatus.FAILED_DEPENDENCY,
    HTTPStatus.TOO_EARLY,
)


def record_failure(company: Company, delivery: Delivery, error: ObctlError) -> None:
    """The write stays pending, due again after a wait; unless it was cancelled meanwhile."""
    store, now = company.store, company.now
    code = error.graph.code if error.graph and error.graph.code else error.code
    wait = wait_after(delivery.item.attempts, final=is_final(error))
    with store.transaction():
        still_pending = mark_failed(
            store,
            delivery.item.id,
            error_code=code,
            error=error.message,
            request_id=error.request_id,
            due_at=now if isinstance(error, CredentialRefused) else now + wait,
        )
        for date in delivery.series or (delivery.reservation,) if still_pending else ():
            fresh = find_reservation(store, date.number)
            if fresh.external_state in WRITE_PENDING:
                save_state(company, fresh, ExternalState.PUSH_FAILED)
        entry = delivery.entry(Action.PUSH_FAILED, f"{code}: {error.message}")
        ids = {"request_id": error.request_id, "client_request_id": error.client_request_id}
        company.journal.write([replace(entry, **ids)])


def record_defect(company: Company, item: OutboxItem, error: Unforeseen) -> None:
    """`record_failure` of a write that could not even be looked at: its own data may be the cause.

    So nothing but the write itself is read.
    """
    store, now = company.store, company.now
    with store.transaction():
        if not mark_failed(
            store,
            item.id,
            error_code=error.code,
            error=error.message,
            request_id=None,
            due_at=now + wait_after(item.attempts, final=False),
        ):
            return
        change_state(store, item.reservation, ExternalState.PUSH_PENDING, ExternalState.PUSH_FAILED)
        entry = Entry(
            action=Action.PUSH_FAILED,
            message=f"reservation {item.reservation}: {item.action}: {error.code}: {error.message}",
            room=item.room,
            reservation=item.reservation,
            event_id=item.event_id,
        )
        company.journal.write([entry])


def is_final(error: ObctlError) -> bool:
    """Whether Graph refuses the write itself: only a change, here or there, helps."""
    return (
        type(error) is GraphRefused
        and error.graph is not None
        and error.graph.status not in _PASSING
    )
