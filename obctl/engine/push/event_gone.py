"""Changes whose event Outlook has cancelled or lost: not written, but decided at once.

What becomes of such a reservation is the same as in a pass over its event: a cancellation request,
or a cancellation where requests are ignored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from obctl.domain.event import EventId
from obctl.domain.outbox import PushAction
from obctl.domain.room import RoomId
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.sync.one_room import reconcile_notified
from obctl.errors import CancelledInOutlook, MailboxGone, NotFound, ObctlError
from obctl.store.outbox import pending_for
from obctl.store.rooms import find_room_by_id


def cancelled_there(delivery: Delivery) -> CancelledInOutlook:
    """The error of a change whose event is on the room's calendar, but cancelled."""
    return CancelledInOutlook(
        f"the meeting of reservation {delivery.reservation.number} was cancelled in Outlook",
        hint="the next pass decides what becomes of the reservation",
    )


def is_lost(error: ObctlError | None) -> bool:
    """Whether a change found no living event to write to."""
    return isinstance(error, NotFound | CancelledInOutlook) and not isinstance(error, MailboxGone)


async def decide_lost(company: Company, gateway: Gateway, results: Iterable[PushResult]) -> None:
    """Reconcile the reservations whose changes found no living event."""
    lost: dict[RoomId, set[EventId]] = defaultdict(set)
    for result in results:
        if not is_lost(result.error):
            continue
        for item in pending_for(company.store, result.reservation):
            if item.action is PushAction.CHANGE and item.event_id is not None:
                lost[item.room].add(item.event_id)
    for room, event_ids in lost.items():
        try:
            await reconcile_notified(
                company, gateway, find_room_by_id(company.store, room), frozenset(event_ids)
            )
        except ObctlError:
            # The change stays pending, and the next run meets the same in its pass.
            continue
