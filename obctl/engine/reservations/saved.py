"""What was saved here goes to Outlook at once, where that is wanted and anything is pending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from obctl.domain.reservation import Reservation
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.push.delivery import PushResult
from obctl.engine.push.dispatch import push_reservations
from obctl.errors import ObctlError
from obctl.store.outbox import pending_for


@dataclass(frozen=True, slots=True)
class Saved:
    """Reservations as they were saved, and what became of their writes to Outlook."""

    reservations: Sequence[Reservation]
    pushed: Sequence[PushResult] = ()
    failed: ObctlError | None = None
    """Why nothing could be pushed at all."""


async def push_saved(
    company: Company, connect: Connect | None, reservations: Sequence[Reservation]
) -> Saved:
    """Push what is pending for them; without `connect` that is left to the next sync run.

    Nothing is raised: the reservations are saved whatever becomes of their writes.
    """
    if connect is None:
        return Saved(reservations)
    numbers = [reservation.number for reservation in reservations]
    try:
        if not any(pending_for(company.store, number) for number in numbers):
            return Saved(reservations)
        return Saved(reservations, await push_reservations(company, await connect(), numbers))
    except ObctlError as error:
        return Saved(reservations, failed=error)
