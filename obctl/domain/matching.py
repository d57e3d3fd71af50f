"""Which reservation belongs to which event, and which reservation lost its event.

By id first, then by what survives every change of id: series key and original start.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from obctl.domain.cancellation import Proof
from obctl.domain.event import Event, EventId
from obctl.domain.meeting_date import is_on_its_day, is_same_date
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.series_date import is_cut_off, proof_of, series_id
from obctl.domain.situation import Situation

_SAME_DATE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Loss:
    """A reservation whose event Outlook no longer has as it was: with what proves it."""

    reservation: Reservation
    proof: Proof
    event: Event | None


def match(situation: Situation) -> dict[EventId, Reservation]:
    """Which reservation each event read belongs to.

    By id, then by series key and original start, then by series key and date: a series moved to
    another hour has new original starts, and often new ids. Then come the dates that a split took
    out of one series and gave to another, and last the dates that were cancelled under another id.
    An active reservation goes before a cancelled one.
    """
    if not situation.reservations:
        return {}
    ranked = sorted(situation.reservations, key=lambda r: (not r.is_active, r.number))
    open_ = _Open(ranked, situation.reading.events)
    open_.join(lambda r: r.event_id, lambda e: e.id)
    # From here on ids have changed: two living events may share a key (a copied meeting), and the
    # one that kept its id keeps its reservation.
    open_.only_living()
    same = partial(is_same_date, room_zone=situation.room.zone)
    open_.join(lambda r: r.key, lambda e: e.key, fits=same)
    open_.join(lambda r: r.series_key, lambda e: e.series_key, fits=same)
    # A series that became one meeting under its id, where Exchange gave no key.
    open_.join(
        lambda r: r.series_master_id,
        lambda e: e.id,
        fits=partial(is_on_its_day, room_zone=situation.room.zone),
    )
    open_.join(
        lambda r: r.organizer.email if is_cut_off(situation, r) else None,
        lambda e: e.organizer.email if e.original_start else None,
        fits=_goes_on,
    )
    open_.only_cancelled_dates()
    open_.join(
        lambda r: r.key if r.is_active else None,
        lambda e: e.key,
        fits=lambda r, e: e.series_master_id == series_id(situation.reading, r),
    )
    return open_.found


def unheard(situation: Situation) -> list[Reservation]:
    """Reservations that a reading of some events touches, though it tells nothing of their own.

    Another event would take them, or their series is read under another id. A meeting may be there
    twice: then the one that has the reservation keeps it.
    """
    reading = situation.reading
    if reading.scope.whole or not reading.events:
        return []
    heard = {event.id for event in reading.events} | reading.gone
    keys = {event.series_key for event in reading.events if event.series_key}
    silent = {
        reservation.number: reservation
        for reservation in situation.reservations
        if reservation.series_key in keys
        and reservation.event_id
        and reservation.event_id not in heard
        and not reading.scope.covers(reservation)
    }
    if not silent:
        return []
    series = {e.series_master_id: e.series_key for e in reading.events if e.series_master_id}
    anew = set(series.values())
    touched = {reservation.number for reservation in match(situation).values()}
    return [
        reservation
        for number, reservation in silent.items()
        if number in touched
        or (
            reservation.is_active
            and reservation.series_master_id
            and reservation.series_master_id not in series
            and reservation.series_key in anew
            and reading.scope.span.overlaps(reservation.start, reservation.end)
        )
    ]


class _Open:
    """Reservations and events that have found no partner yet."""

    def __init__(self, reservations: Iterable[Reservation], events: Iterable[Event]) -> None:
        self.found: dict[EventId, Reservation] = {}
        self._reservations = {item.number: item for item in reservations}
        self._events = {item.id: item for item in events}
        self._leftovers: list[Event] = []

    def only_living(self) -> None:
        """Leave out events that claim nothing: a leftover takes nobody's reservation."""
        self._leftovers = [item for item in self._events.values() if not item.takes_room]
        self._events = {item.id: item for item in self._events.values() if item.takes_room}

    def only_cancelled_dates(self) -> None:
        """Go on with what was left out and is, in its series, the only word about a date."""
        self._events = {
            item.id: item
            for item in self._leftovers
            if item.is_cancelled and item.series_master_id and item.original_start
        }

    def join(
        self,
        ours: Callable[[Reservation], Hashable],
        theirs: Callable[[Event], Hashable],
        fits: Callable[[Reservation, Event], bool] = lambda _reservation, _event: True,
    ) -> None:
        """Pair what has equal keys; `None` equals nothing."""
        if not self._reservations:
            return
        waiting: dict[Hashable, list[Reservation]] = {}
        for reservation in self._reservations.values():
            key = ours(reservation)
            if key is not None:
                waiting.setdefault(key, []).append(reservation)
        for event in list(self._events.values()):
            candidates = waiting.get(theirs(event), [])
            partner = next((item for item in candidates if fits(item, event)), None)
            if partner is not None:
                candidates.remove(partner)
                self.found[event.id] = partner
                del self._events[event.id]
                del self._reservations[partner.number]


def _same_date(reservation: Reservation, event: Event) -> bool:
    if reservation.original_start is None or event.original_start is None:
        return False
    return abs(reservation.original_start - event.original_start) < _SAME_DATE


def _goes_on(reservation: Reservation, event: Event) -> bool:
    """Whether a date of a series that was split ("this and following") goes on as `event`."""
    same_time = (event.start, event.end) == (reservation.start, reservation.end)
    same_subject = event.subject in (reservation.subject, event.organizer.name)
    return (
        event.series_key != reservation.series_key
        and _same_date(reservation, event)
        and (same_time or same_subject)
    )


def perhaps_continued(situation: Situation) -> list[Reservation]:
    """Reservations in whose place a date of another series has turned up: it may have been split.

    Only their masters can tell (`is_cut_off`).
    """
    if not any(reservation.series_master_id for reservation in situation.reservations):
        return []
    matched = match(situation)
    held = {reservation.number for reservation in matched.values()}
    new: dict[str | None, list[Event]] = {}
    for event in situation.reading.events:
        if event.id not in matched and event.original_start and event.takes_room:
            new.setdefault(event.organizer.email, []).append(event)
    return [
        reservation
        for reservation in situation.reservations
        if reservation.series_master_id
        and reservation.is_active
        and reservation.number not in held
        and any(_goes_on(reservation, event) for event in new.get(reservation.organizer.email, ()))
    ]


def losses(situation: Situation, matched: Mapping[EventId, Reservation]) -> list[Loss]:
    """The active, linked, not yet past reservations that lost their event, with the proof.

    What a person kept without its event is linked no more, and counts once its meeting turned up.
    """
    held = {reservation.number for reservation in matched.values()}
    lost: list[Loss] = []
    counted = situation.agreed.keys() | situation.elsewhere.moved.keys()
    linked = [r for r in situation.reservations if r.is_active and r.number in counted]
    by_number = {reservation.number: reservation for reservation in linked}
    for event in situation.reading.events:
        owner = matched.get(event.id)
        if owner and owner.number in by_number and not event.takes_room and not event.is_draft:
            lost.append(Loss(owner, Proof.PROVEN, event))
    lost += [
        Loss(reservation, proof_of(situation, reservation), None)
        for reservation in linked
        if reservation.number not in held and situation.reading.scope.covers(reservation)
    ]
    return [loss for loss in lost if loss.reservation.end > situation.now]


def kept_without_event(situation: Situation) -> list[Reservation]:
    """Reservations that a person kept though Outlook lost their meetings, and that have none."""
    kept = [
        reservation
        for reservation in situation.reservations
        if reservation.external_state is ExternalState.NOT_ON_OUTLOOK
        and reservation.is_active
        and reservation.end > situation.now
        and situation.reading.scope.covers(reservation)
    ]
    if not kept:
        return []
    matched = match(situation)
    living = {
        matched[event.id].number
        for event in situation.reading.events
        if event.id in matched and event.takes_room
    }
    return [reservation for reservation in kept if reservation.number not in living]
