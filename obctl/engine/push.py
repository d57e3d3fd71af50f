"""Officebooking -> Outlook: what the outbox owes is written, once, whatever happens between.

A create is repeated with the same `transactionId` until Graph has confirmed it, and looks for its
own event first; only then do reservation, agreed state and outbox change, in one transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from obctl.domain.change import Conflict
from obctl.domain.company_log import LogEntry
from obctl.domain.event import Event, EventId
from obctl.domain.merge import merge
from obctl.domain.push import EventChanges, EventDraft, OutboxItem, PushAction
from obctl.domain.reservation import Reservation, Status
from obctl.domain.room import Room, RoomId
from obctl.domain.series import parse_rrule
from obctl.domain.time_span import TimeSpan, instant_text
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.pushed import record_cancelled, record_failure, record_in_step
from obctl.errors import GraphRefused, NotFound, ObctlError, Refused
from obctl.store.agreed_states import find_agreed
from obctl.store.outbox import load_owed, mark_attempt, owed_for
from obctl.store.reservations import find_reservation, load_by_series
from obctl.store.rooms import find_room_by_id

_CONFLICT = 409


@dataclass(frozen=True, slots=True)
class PushResult:
    """One owed write after an attempt; `error` is `None` where Outlook has it now.

    `overlaps` are other meetings that turned up in the same slot meanwhile.
    """

    reservation: int
    error: ObctlError | None = None
    overlaps: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """One owed write with everything it is about."""

    item: OutboxItem
    reservation: Reservation
    room: Room
    run: str | None = None
    series: tuple[Reservation, ...] = field(default=())

    def entry(self, company: Company, action: str, words: str) -> LogEntry:
        """The log entry about this write."""
        return LogEntry(
            at=company.now,
            action=action,
            message=f"reservation {self.reservation.number}: {self.item.action}: {words}",
            room=self.room.id,
            email=self.reservation.organizer.email,
            subject=self.reservation.subject,
            reservation=self.reservation.number,
            event_id=self.item.event_id or self.reservation.event_id,
            run=self.run,
        )


async def push_owed(
    company: Company, gateway: Gateway, *, run: str | None, rooms: Collection[RoomId]
) -> list[PushResult]:
    """Push everything that is due for these rooms; failures stay owed with a later due time."""
    due = [item for item in load_owed(company.store, due_by=company.now) if item.room in rooms]
    return [await _push(company, gateway, item, run) for item in due if not _waits(company, item)]


async def push_reservation(company: Company, gateway: Gateway, number: int) -> list[PushResult]:
    """Push at once what is owed for one reservation, due or not."""
    return [
        await _push(company, gateway, item, None)
        for item in owed_for(company.store, number)
        if not _waits(company, item)
    ]


def _waits(company: Company, item: OutboxItem) -> bool:
    """Whether a reservation that moves must first stand in its new room before it leaves the old.

    Asked when its turn has come: the create before it may just have succeeded.
    """
    if item.action is not PushAction.CANCEL:
        return False
    owed = owed_for(company.store, item.reservation)
    active = find_reservation(company.store, item.reservation).is_active
    return active and any(other.action is PushAction.CREATE for other in owed)


async def _push(
    company: Company, gateway: Gateway, item: OutboxItem, run: str | None
) -> PushResult:
    reservation = find_reservation(company.store, item.reservation)
    series: tuple[Reservation, ...] = ()
    whole = item.event_id is not None and item.event_id == reservation.series_master_id
    if reservation.series_key and (item.repeat or whole):
        dates = load_by_series(company.store, [reservation.series_key])
        series = tuple(date for date in dates if date.room == item.room)
    owed = Owed(item, reservation, find_room_by_id(company.store, item.room), run, series)
    try:
        overlaps: tuple[Event, ...] = ()
        match item.action:
            case PushAction.CREATE if not any(r.is_active for r in (reservation, *series)):
                await _withdraw(company, gateway, owed)
            case PushAction.CREATE:
                overlaps = await _create(company, gateway, owed)
            case PushAction.CHANGE:
                await _change(company, gateway, owed)
            case PushAction.CANCEL:
                await _cancel(company, gateway, owed)
    except ObctlError as error:
        record_failure(company, owed, error)
        return PushResult(reservation.number, error)
    return PushResult(reservation.number, overlaps=overlaps)


async def _create(company: Company, gateway: Gateway, owed: Owed) -> tuple[Event, ...]:
    reservation, room = owed.reservation, owed.room
    draft = draft_of(company, owed)
    span = TimeSpan(draft.start, draft.end)
    view = await gateway.fetch_view(room, span)
    event = _own(view, owed.item) if owed.item.attempts else None
    if event is None:
        ensure_free(room, view)
        # From here on the event may exist although nobody was told.
        mark_attempt(company.store, owed.item.id)
        event = await _post(gateway, owed, draft)
    if owed.item.repeat:
        await _link_series(company, gateway, owed, event)
        return ()
    event = await gateway.fetch_event(room, event.id)
    if (event.start, event.end) != (reservation.start, reservation.end):
        event = await gateway.change_event(room, event.id, _changes(owed))
    record_in_step(company, owed, [(reservation, event)], "push.created")
    around = await gateway.fetch_view(room, span)
    return tuple(other for other in _taking(around) if other.id != event.id)


async def _withdraw(company: Company, gateway: Gateway, owed: Owed) -> None:
    """Cancel what an attempt may have left behind of a reservation nobody wants any more."""
    draft = draft_of(company, owed)
    view = await gateway.fetch_view(owed.room, TimeSpan(draft.start, draft.end))
    event = _own(view, owed.item)
    if event is not None and event.takes_room:
        await gateway.cancel_event(owed.room, event.id, owed.item.note or "")
    record_cancelled(company, owed)


async def _post(gateway: Gateway, owed: Owed, draft: EventDraft) -> Event:
    try:
        return await gateway.create_event(owed.room, draft)
    except GraphRefused as error:
        if error.graph is None or error.graph.status != _CONFLICT:
            raise
        # An earlier attempt with this transaction id succeeded and its answer was lost.
        view = await gateway.fetch_view(owed.room, TimeSpan(draft.start, draft.end))
        found = _own(view, owed.item)
        if found is None:
            raise
        return found


def _own(view: Collection[Event], item: OutboxItem) -> Event | None:
    """The event an earlier attempt of this write left behind; a series' master for a series."""
    for event in view:
        if event.transaction_id == item.transaction_id:
            if event.series_master_id:
                return replace(event, id=event.series_master_id)
            return event
    return None


def _taking(view: Collection[Event]) -> list[Event]:
    return [event for event in view if event.takes_room and event.show_as != "free"]


def ensure_free(room: Room, view: Collection[Event], *, but: EventId | None = None) -> None:
    """Raise `Refused` where Outlook has somebody in the slot: Exchange itself would not object.

    `but` is the event that is to be moved, which is in nobody's way.
    """
    taking = [event for event in _taking(view) if event.id != but]
    if taking:
        first = taking[0]
        raise Refused(
            f"{room.name} is taken in Outlook: {first.subject!r} from {instant_text(first.start)}"
            f" to {instant_text(first.end)}",
            hint="obctl rooms free --from … --to … shows what is free",
            code="slot-taken",
        )


async def _link_series(company: Company, gateway: Gateway, owed: Owed, master: Event) -> None:
    """Link each reservation of the series to its occurrence of the one Graph series.

    A date that was changed or called off here before Outlook had the series follows at once.
    """
    days = [r.original_start or r.start for r in owed.series]
    span = TimeSpan(min(days) - timedelta(days=1), max(days) + timedelta(days=2))
    wanted = {r.original_start: r for r in owed.series if r.is_active}
    pairs: list[tuple[Reservation, Event]] = []
    for event in await gateway.fetch_instances(owed.room, master.id, span):
        reservation = wanted.get(event.original_start)
        if reservation is None:
            await gateway.cancel_event(owed.room, event.id, "")
            continue
        there = (event.start, event.end, event.subject)
        if there == (reservation.start, reservation.end, reservation.subject):
            pairs.append((reservation, event))
            continue
        changes = _changes(replace(owed, reservation=reservation))
        pairs.append((reservation, await gateway.change_event(owed.room, event.id, changes)))
    record_in_step(company, owed, pairs, "push.created")


async def _change(company: Company, gateway: Gateway, owed: Owed) -> None:
    if owed.item.event_id is None:
        raise NotFound(f"reservation {owed.reservation.number} has no event in Outlook")
    event_id, reservation = owed.item.event_id, owed.reservation
    conflicts: tuple[Conflict, ...] = ()
    agreed = find_agreed(company.store, reservation.number)
    if agreed is not None:
        # Somebody may have changed it in Outlook since: that is merged, not overwritten.
        there = await _event_now(company, gateway, owed, event_id)
        event_id = there.id
        merged = merge(reservation, agreed, there)
        reservation, conflicts = merged.reservation, merged.conflicts
        owed = replace(owed, reservation=reservation)
        if (reservation.start, reservation.end) != (there.start, there.end):
            span = TimeSpan(reservation.start, reservation.end)
            ensure_free(owed.room, await gateway.fetch_view(owed.room, span), but=event_id)
    mark_attempt(company.store, owed.item.id)
    event = await gateway.change_event(owed.room, event_id, _changes(owed))
    record_in_step(company, owed, [(reservation, event)], "push.updated", conflicts)


async def _cancel(company: Company, gateway: Gateway, owed: Owed) -> None:
    item = owed.item
    mark_attempt(company.store, item.id)
    if item.event_id is not None:
        try:
            event = await _event_now(company, gateway, owed, item.event_id)
            note = item.note or ""
            if event.is_cancelled:
                pass
            elif event.is_organizer:
                await gateway.cancel_event(owed.room, event.id, note)
            else:
                await gateway.decline_event(owed.room, event.id, note, send=not item.silent)
        except NotFound as error:
            if error.code == "mailbox-gone":
                raise
            # gone already: what was wanted is so
    record_cancelled(company, owed)


async def _event_now(company: Company, gateway: Gateway, owed: Owed, event_id: EventId) -> Event:
    """The event to write, by its id or, since a mailbox may have been moved, by its key.

    Raises `NotFound` where it is really gone.
    """
    try:
        return await gateway.fetch_event(owed.room, event_id)
    except NotFound as error:
        reservation = owed.reservation
        if error.code == "mailbox-gone" or reservation.key is None:
            raise
        last = find_agreed(company.store, reservation.number) or reservation
        view = await gateway.fetch_view(owed.room, TimeSpan(last.start, last.end))
        for event in view:
            if event.key == reservation.key:
                if event.series_master_id and event_id == reservation.series_master_id:
                    return replace(event, id=event.series_master_id)
                return event
        raise


def _changes(owed: Owed) -> EventChanges:
    reservation = owed.reservation
    return EventChanges(
        subject=reservation.subject,
        start=reservation.start,
        end=reservation.end,
        all_day=reservation.all_day,
        time_zone=owed.room.time_zone,
    )


def draft_of(company: Company, owed: Owed) -> EventDraft:
    """The event that stands for a reservation on the room's own calendar."""
    reservation, room, item = owed.reservation, owed.room, owed.item
    organizer = reservation.organizer
    address = f"<{organizer.email}>" if organizer.email else None
    who = " ".join(filter(None, [organizer.name, address]))
    start, recurrence = reservation.start, None
    if item.repeat:
        # its first date may have been moved here since: that one follows when it is linked
        start = reservation.original_start or start
        recurrence = parse_rrule(item.repeat, start.astimezone(room.zone))
    return EventDraft(
        subject=reservation.subject,
        start=start,
        end=start + (reservation.end - reservation.start),
        all_day=reservation.all_day,
        time_zone=room.time_zone,
        transaction_id=item.transaction_id,
        body=f"Officebooking reservation {reservation.number} for {who}",
        location=room.name,
        tentative=reservation.status is Status.TENTATIVE,
        recurrence=recurrence,
        invite=organizer if company.config.push.invite_organizer else None,
    )
