"""The same change of all dates of a series: one write to the series, where that says the same.

Whatever speaks against it, or goes wrong, leaves each date to be written by itself, and to say why
it could not be. So does a crash: each date has a write of its own in the outbox until Outlook was
seen to show it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from obctl.domain.company_log import Action
from obctl.domain.event import Event, EventId
from obctl.domain.outbox import OutboxItem, PushAction
from obctl.domain.reservation import Reservation
from obctl.domain.sync.whole_series import DateEdit, one_write, whole_span
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import unreadable_in
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import NoLongerPending, record_in_step
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.push.slot_guard import ensure_free_at
from obctl.engine.push.update_event import begin_change, patch_as_read
from obctl.engine.rooms.lockout import ensure_writable
from obctl.errors import ObctlError
from obctl.store.agreed_states import find_agreed
from obctl.store.outbox import find_pending
from obctl.store.reservations import find_reservation, load_by_series
from obctl.store.rooms import find_room_by_id

_BY_SERIES = "in Outlook as reserved here, with its whole series"


class WholeSeries:
    """Looks at each series once in a push."""

    def __init__(self, company: Company, gateway: Gateway) -> None:
        self._company = company
        self._gateway = gateway
        self._looked_at: set[EventId] = set()

    async def write(self, item: OutboxItem, others: Iterable[OutboxItem]) -> list[PushResult]:
        """Write what `item` and others want of its whole series; the dates that Outlook shows so.

        The others are left: they are pending as before.
        """
        reservation = find_reservation(self._company.store, item.reservation)
        master_id = reservation.series_master_id
        if item.action is not PushAction.CHANGE or not master_id or master_id in self._looked_at:
            return []
        self._looked_at.add(master_id)
        deliveries = self._of_all_dates(reservation, [item, *others])
        try:
            return await self._write(deliveries, master_id) if deliveries else []
        except (ObctlError, NoLongerPending):
            return []

    def _of_all_dates(self, one: Reservation, items: Sequence[OutboxItem]) -> list[Delivery]:
        """What is to be changed of the series; nothing where some date of it is not among it."""
        store, room = self._company.store, find_room_by_id(self._company.store, one.room)
        wanted = {item.reservation for item in items if item.action is PushAction.CHANGE}
        dates = [
            date
            for date in load_by_series(store, [one.series_key or ""])
            if date.is_active and date.room == one.room
        ]
        linked = [date for date in dates if date.series_master_id == one.series_master_id]
        if len(linked) < 2 or any(date.number not in wanted for date in dates):
            return []
        pending = {
            item.reservation: found
            for item in items
            if item.action is PushAction.CHANGE and (found := find_pending(store, item.id))
        }
        return [
            Delivery(pending[date.number], date, room) for date in linked if date.number in pending
        ]

    async def _write(self, deliveries: Sequence[Delivery], master_id: EventId) -> list[PushResult]:
        company, gateway, room = self._company, self._gateway, deliveries[0].room
        ensure_writable([room])
        master = await gateway.fetch_master(room, master_id)
        span = whole_span(master)
        if span is None:
            return []
        shown = await gateway.fetch_instances(room, master_id, span)
        edits = self._edits(deliveries, shown)
        if unreadable_in(shown) or edits is None:
            return []
        changes = one_write(master, shown, edits, room.zone)
        if changes is None:
            return []
        if changes.time is not None:
            slots = [TimeSpan(edit.reservation.start, edit.reservation.end) for edit in edits]
            whole = TimeSpan(min(slot.start for slot in slots), max(slot.end for slot in slots))
            view = await gateway.fetch_view(room, whole)
            ensure_free_at(room, view, slots, [event.id for event in shown])
        with company.store.transaction():
            for delivery, edit in zip(deliveries, edits, strict=True):
                begin_change(company, delivery, edit.left(room.time_zone))
        if changes:
            await patch_as_read(gateway, room, master.event, changes)
            shown = await gateway.fetch_instances(room, master_id, span)
        return self._recorded(deliveries, shown)

    def _edits(
        self, deliveries: Sequence[Delivery], shown: Iterable[Event]
    ) -> list[DateEdit] | None:
        """Each date beside its event; `None` where one of them lacks it, or was never agreed."""
        there = {event.id: event for event in shown}
        edits: list[DateEdit] = []
        for delivery in deliveries:
            agreed = find_agreed(self._company.store, delivery.reservation.number)
            event = there.get(delivery.item.event_id) if delivery.item.event_id else None
            if agreed is None or event is None:
                return None
            edits.append(DateEdit(delivery.reservation, agreed, event))
        return edits

    def _recorded(self, deliveries: Sequence[Delivery], shown: Iterable[Event]) -> list[PushResult]:
        """The dates that Outlook shows as they shall be, each of which is in step then."""
        results: list[PushResult] = []
        there = {event.id: event for event in shown}
        for delivery in deliveries:
            number = delivery.reservation.number
            agreed = find_agreed(self._company.store, number)
            event = there.get(delivery.item.event_id) if delivery.item.event_id else None
            if agreed is None or event is None:
                continue
            edit = DateEdit(delivery.reservation, agreed, event)
            if edit.left(delivery.room.time_zone) or not edit.is_ours:
                continue
            try:
                pair = edit.reservation, event
                record_in_step(
                    self._company, delivery, [pair], Action.PUSH_UPDATED, message=_BY_SERIES
                )
            except ObctlError:
                continue  # somebody changed it here meanwhile: it is pending, and looked at again
            results.append(PushResult(number))
        return results
