"""Whether an emptier mailbox is the one that was mapped, where no object id on record says so.

Ids of events belong to one mailbox. The one that was mapped is known by naming what it lost as
removed, or by still holding, under the id on record, what is older than that. A mailbox made anew
under the room's address can do neither, whatever was written into it since.
"""

from __future__ import annotations

from obctl.domain.event import Event, EventId
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.losses import losses
from obctl.domain.sync.situation import Situation
from obctl.engine.outlook.items import fetch_by_id
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway

_MOST = 20
"""Meetings asked for: what one `$batch` holds."""


async def ensure_same_mailbox(
    gateway: Gateway, identities: Identities, situation: Situation, removed: frozenset[EventId]
) -> None:
    """Raise `Inconclusive` (identity-unproven) for losses that another mailbox would show too.

    `removed` are the ids that a delta round reported as removed.
    """
    lost = _suggested(situation, removed)
    if lost and not await _holds_older(gateway, situation, lost):
        raise await identities.unproven(situation.room, len(lost))


def _suggested(situation: Situation, removed: frozenset[EventId]) -> list[Reservation]:
    """The reservations that would be given up because nothing of their meetings is there.

    A series tells of its dates where it is the one on record: a mailbox made anew may have been
    invited to fewer of them, or have declined some. What waits for a person goes on waiting, unless
    nobody is to be asked.
    """
    unasked = situation.settings.ignore_cancellation_requests
    return [
        loss.reservation
        for loss in losses(situation)
        if loss.event is None
        and not (loss.proof is Proof.PROVEN and _has_its_series(situation, loss.reservation))
        and removed.isdisjoint(_ids(loss.reservation))
        and (unasked or loss.reservation.external_state is not ExternalState.CANCELLATION_REQUEST)
    ]


def _has_its_series(situation: Situation, reservation: Reservation) -> bool:
    """Whether the mailbox holds the reservation's series under the id on record."""
    masters, own = situation.reading.masters, reservation.series_master_id
    return own is not None and masters.get(own) is not None


async def _holds_older(gateway: Gateway, situation: Situation, lost: list[Reservation]) -> bool:
    """Whether the mailbox holds a known meeting made before both sides agreed on any lost one."""
    agreed = situation.agreed
    seen = min(agreed[reservation.number].agreed_at for reservation in lost)
    linked = [r for r in situation.reservations if r.number in agreed]
    oldest_first = sorted(linked, key=lambda r: (agreed[r.number].agreed_at, r.number))
    known = dict.fromkeys(r.series_master_id or r.event_id for r in oldest_first)
    asked = [event_id for event_id in known if event_id and event_id not in situation.reading.gone]
    span = situation.reading.scope.span
    found = await fetch_by_id(gateway, situation.room, asked[:_MOST], span) if asked else {}
    events = (event for event in found.values() if isinstance(event, Event))
    return any(event.created_at and event.created_at < seen for event in events)


def _ids(reservation: Reservation) -> set[EventId]:
    return {i for i in (reservation.event_id, reservation.series_master_id) if i is not None}
