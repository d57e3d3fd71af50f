"""Before anything counts as gone, Graph is asked for it by name.

A read that leaves out what a question by id still finds was no read to trust.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from obctl.domain.counted import counted
from obctl.domain.event import Event, EventId, EventType, SeriesMaster, same_person
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.room import Room
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.losses import losses
from obctl.domain.sync.matching import perhaps_continued
from obctl.domain.sync.other_days import unread_days
from obctl.domain.sync.proof import is_called_off, is_cut_off, series_id
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.sibling import is_missed, stand_beside
from obctl.domain.sync.situation import Situation
from obctl.domain.time_span import MOST_AT_ONCE, TimeSpan
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.outlook.inconclusive import partial_read
from obctl.engine.outlook.items import fetch_by_id, not_given
from obctl.engine.ports import Gateway
from obctl.errors import MailboxGone, NotFound, ObctlError

_CANARIES = 3
_FEW = 2
_NEARBY = timedelta(days=1)
_A_WEEK = timedelta(days=7)
"""Within it lies what a date became that "this and following" moved to another day."""


async def verify(
    gateway: Gateway,
    situation: Situation,
    removed: frozenset[EventId] = frozenset(),
    *,
    kept: Collection[Reservation] = (),
    trust_empty: bool = False,
) -> Situation:
    """The situation with every vanished event asked for by id, master and key.

    What a person `kept` without its event is looked for nearby. `removed` are the ids a delta round
    reported as removed. Raises `Inconclusive` (partial-read) where the read contradicts the
    answers, or shows an empty calendar that nothing explains; a person may have said that it is
    empty (`trust_empty`).
    """
    losing = losses(situation)
    lost = [loss.reservation for loss in losing if loss.event is None]
    replaced = perhaps_continued(situation.matching)
    missed = not situation.reading.scope.whole and any(
        is_missed(loss, situation.now) for loss in losing
    )
    if not (lost or replaced or kept or missed):
        return situation
    room, reading = situation.room, situation.reading
    if lost and reading.scope.whole and not reading.events and not trust_empty:
        await _trust_emptiness(gateway, situation, lost, removed)
    series = {series_id(reading, reservation) for reservation in (*lost, *replaced)}
    situation = await with_masters(gateway, situation, filter(None, series))
    reading = situation.reading
    if former := _former_series(room, reading, reading.masters):
        situation = situation.reread(replace(reading, events=reading.events + tuple(former)))
    situation = await _asked_by_id(gateway, situation)
    situation = await _with_days_beyond(gateway, situation)
    if not reading.scope.whole and (found := await _nearby(gateway, situation, kept)):
        reading = situation.reading
        situation = situation.reread(replace(reading, events=reading.events + tuple(found)))
    return situation


async def with_masters(
    gateway: Gateway, situation: Situation, series: Iterable[EventId]
) -> Situation:
    """The situation with the masters of these series, as far as nobody asked for them yet."""
    reading = situation.reading
    masters, unreadable = dict(reading.masters), list[UnreadableEvent]()
    for master_id in sorted(set(series) - masters.keys()):
        master = await _master(gateway, situation.room, master_id)
        if isinstance(master, UnreadableEvent):
            unreadable.append(master)
        else:
            masters[master_id] = master
    if not unreadable and masters.keys() == reading.masters.keys():
        return situation
    return situation.reread(replace(reading, masters=masters).with_unreadable(unreadable))


async def _asked_by_id(gateway: Gateway, situation: Situation) -> Situation:
    """The situation with each lost event asked for by its id, where nothing tells of it yet.

    Raises `Inconclusive` (partial-read) where one is there that should have been read.
    """
    room, reading = situation.room, situation.reading
    gone, asked = set(reading.gone), set[EventId]()
    for loss in losses(situation):
        event_id = loss.reservation.event_id
        if loss.event or event_id is None or event_id in gone:
            continue
        if is_called_off(situation.sides, loss.reservation):
            continue
        its_series = series_id(reading, loss.reservation)
        if its_series and its_series in reading.masters and reading.masters[its_series] is None:
            # the whole series is gone: its occurrences went with it
            gone.add(event_id)
        else:
            asked.add(event_id)
    found: list[Event] = []
    unreadable: list[UnreadableEvent] = []
    nameless = sum(event.id is None for event in reading.unreadable)
    for event_id, event in (await fetch_by_id(gateway, room, asked, reading.scope.span)).items():
        if isinstance(event, UnreadableEvent):
            unreadable.append(event)
            continue
        if event is None or event.type is EventType.MASTER:
            # gone, or a series now, none of whose dates is this one
            gone.add(event_id)
            continue
        if event.takes_room and _should_show(reading, event):
            # it may be what was read without its id
            nameless -= 1
            if nameless < 0:
                raise partial_read(room, f"it left out {event_id}, which is there")
        found.append(event)
    if not (found or unreadable) and gone == reading.gone:
        return situation
    known = {event.id for event in found}
    events = tuple(event for event in reading.events if event.id not in known) + tuple(found)
    reading = replace(reading, gone=frozenset(gone), events=events)
    return situation.reread(reading.with_unreadable(unreadable))


def _should_show(reading: Reading, event: Event) -> bool:
    """Whether a reading that does not show a living event left it out."""
    span = reading.scope.span
    if reading.scope.whole:
        return span.overlaps(event.start, event.end)
    return event.series_master_id in reading.scope.series and span.start <= event.start < span.end


def _former_series(
    room: Room, reading: Reading, masters: Mapping[EventId, SeriesMaster | None]
) -> list[Event]:
    """The single meetings that series became, as far as the reading lacks them."""
    known = {event.id for event in reading.events}
    found = []
    for master in masters.values():
        if master is None or not master.is_single or master.event.id in known:
            continue
        event = master.event
        in_view = reading.scope.span.overlaps(event.start, event.end)
        if reading.scope.whole and event.takes_room and in_view:
            raise partial_read(room, f"it left out {event.id}, which is there")
        found.append(event)
    return found


async def _trust_emptiness(
    gateway: Gateway,
    situation: Situation,
    lost: list[Reservation],
    removed: frozenset[EventId],
) -> None:
    """Raise `Inconclusive` for a calendar that reads empty and is not, or may not be."""
    canaries = {reservation.event_id for reservation in lost[:_CANARIES] if reservation.event_id}
    span = situation.reading.scope.span
    for event_id, event in (await fetch_by_id(gateway, situation.room, canaries, span)).items():
        if event.payload if isinstance(event, UnreadableEvent) else event and event.takes_room:
            raise partial_read(situation.room, f"it came empty, but {event_id} is there")
    unexplained = [
        reservation
        for reservation in lost
        if reservation.event_id not in removed
        and reservation.external_state is not ExternalState.CANCELLATION_REQUEST
    ]
    if len(unexplained) > _FEW:
        mailbox = situation.room.mailbox
        raise partial_read(
            situation.room,
            f"it came empty where {counted(len(lost), 'event was', 'events were')} known",
            otherwise=f"\nif it is empty: obctl sync run --room {mailbox} --allow-cancellations",
        )


async def _with_days_beyond(gateway: Gateway, situation: Situation) -> Situation:
    """The situation with dates beyond what was read, of series that meet on other days now."""
    beyond = unread_days(situation.matching, situation.now)
    if not beyond:
        return situation
    reading = situation.reading
    known = {event.id for event in reading.events}
    span = TimeSpan(reading.scope.span.end, max(span.end for span in beyond.values()))
    view = await gateway.fetch_view(situation.room, span)
    # an ended series may go on as another that is new here
    new = {event.series_master_id for event in situation.matching.lone_events}
    wanted = (beyond.keys() | new) - {None}
    more = tuple(e for e in view if e.series_master_id in wanted and e.id not in known)
    return situation.reread(replace(reading, events=reading.events + more)) if more else situation


async def _master(
    gateway: Gateway, room: Room, master_id: EventId
) -> SeriesMaster | UnreadableEvent | None:
    try:
        return await gateway.fetch_master(room, master_id)
    except MailboxGone:
        raise
    except NotFound:
        return None
    except ObctlError as error:
        return not_given(master_id, error)


async def _nearby(
    gateway: Gateway, situation: Situation, kept: Iterable[Reservation]
) -> list[Event]:
    """Events a day around what is still lost: an id that merely changed shows up here.

    So does the series in which a date goes on that a split took out of its own, and the other copy
    of a meeting that is there twice, whatever its day.
    """
    lost = losses(situation)
    moved_on = [
        loss.reservation
        for loss in lost
        if loss.event is None and is_cut_off(situation.sides, loss.reservation)
    ]
    missed = [loss.reservation for loss in lost if is_missed(loss, situation.now)]
    still = [*missed, *moved_on, *kept]
    if not still:
        return []
    organizers = [reservation.organizer for reservation in moved_on]
    around = _A_WEEK if moved_on else _NEARBY
    span = TimeSpan(
        min(reservation.start for reservation in still) - around,
        max(reservation.end for reservation in still) + around,
    )
    if span.length > MOST_AT_ONCE:
        # somebody's meeting goes on for years: where it overlaps what was read, it shows
        span = span.inside(situation.reading.scope.span.widened(_NEARBY))
    keys = {reservation.key for reservation in still if reservation.key}
    seen = {event.id for event in situation.reading.events}
    view = await gateway.fetch_view(situation.room, span)
    shown = {event.id for event in view}
    far = _copies_of(situation, missed) - seen - shown
    by_id = (await fetch_by_id(gateway, situation.room, far, span)).values()
    copies = [*view, *(event for event in by_id if isinstance(event, Event))]
    beside = {event.id for event in stand_beside(missed, copies, situation.room.zone)}
    return [
        event
        for event in copies
        if event.id not in seen
        and (
            event.id in beside
            or event.key in keys
            or (event.original_start and any(same_person(event.organizer, o) for o in organizers))
        )
    ]


def _copies_of(situation: Situation, missed: Iterable[Reservation]) -> set[EventId]:
    """The events of other reservations that have the same meeting date."""
    by_key: dict[str | None, list[Reservation]] = {}
    for reservation in missed:
        by_key.setdefault(reservation.series_key, []).append(reservation)
    return {
        other.event_id
        for other in situation.reservations
        if other.event_id
        and other.is_active
        and any(
            reservation.number != other.number
            and is_same_date(reservation, other, situation.room.zone)
            for reservation in by_key.get(other.series_key, ())
        )
    }
