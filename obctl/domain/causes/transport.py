"""Transport: why a change in Outlook has not been seen yet.

These answer "why did obctl not know", not "what happened". So they are the cause only where nothing
tells more about the change itself; beside another cause they are its `missed_because`. All of them
need a change after the last good pass: what a pass has seen, no lost notification explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, found, name, sync
from obctl.domain.causes.predicates import (
    SETTLED,
    come_back,
    date_dropped,
    last_pass,
    unreserved,
    was_beyond_window,
)
from obctl.domain.causes.zone_offset import is_doubtful, zone_offset
from obctl.domain.company_log import Action
from obctl.domain.difference import Cause, Confidence, DifferenceKind
from obctl.domain.event import Event
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.subscription import Subscription


@dataclass(frozen=True, slots=True)
class _Change:
    """A change in Outlook after the last good pass; `at` is `None` where only that is known."""

    at: datetime | None
    confidence: Confidence
    since: datetime | None

    def moments(self, now: datetime) -> tuple[datetime, ...]:
        """The instants between which it happened."""
        return (self.at,) if self.at else (self.since or now, now)


def missed(facts: Facts) -> Cause | None:
    """Why a subscription did not tell of the change, where one should have."""
    return subscription_removed(facts) or subscription_expired(facts) or notification_lost(facts)


def subscription_removed(facts: Facts) -> Cause | None:
    """Graph dropped the subscription before its time."""
    change = _unheard(facts)
    if change is None or _covering(facts, change):
        return None
    moments = change.moments(facts.now)
    lost = [
        line
        for line in facts.subscriptions
        if line.lost and line.expires_at > moments[0] and line.created_at <= moments[-1]
    ]
    if not lost:
        return None
    line = max(lost, key=lambda one: one.expires_at)
    return found(
        "subscription-removed",
        LIKELY if change.at else POSSIBLE,
        {
            "subscription.id": line.id,
            "subscription.lost": line.lost,
            "subscription.expires_at": line.expires_at,
            "subscription.lifecycle_url": line.lifecycle_url or "none",
            "subscription.last_notification_at": line.last_notification_at,
            **_when(change),
        },
        refuted_by="Graph still lists the subscription, or it had reached its expiry",
        remedy=f"obctl subscriptions create {name(facts.room)}, then {sync(facts.room)}",
    )


def subscription_expired(facts: Facts) -> Cause | None:
    """Nobody renewed the subscription, and the change came after its end."""
    change = _unheard(facts)
    if change is None or _covering(facts, change):
        return None
    moments = change.moments(facts.now)
    expired = [line for line in facts.subscriptions if line.expires_at <= moments[-1]]
    if not expired:
        return None
    line = max(expired, key=lambda one: one.expires_at)
    silent = line.last_notification_at is None or line.last_notification_at <= line.expires_at
    return found(
        "subscription-expired",
        CERTAIN if change.at and silent and not line.lost else LIKELY,
        {
            "subscription.id": line.id,
            "subscription.expires_at": line.expires_at,
            "subscription.last_notification_at": line.last_notification_at,
            **_when(change),
        },
        refuted_by="another subscription covered the room when the change was made",
        remedy=f"obctl subscriptions create {name(facts.room)}, then {sync(facts.room)}",
    )


def notification_lost(facts: Facts) -> Cause | None:
    """The subscription was alive all the time, and still nobody was told of this change."""
    change = _unheard(facts)
    line = _covering(facts, change) if change else None
    if change is None or line is None:
        return None
    if change.at is not None and facts.now - change.at < SETTLED:
        return None
    return found(
        "missed-notification",
        LIKELY if change.at else POSSIBLE,
        {
            "subscription.id": line.id,
            "subscription.created_at": line.created_at,
            "subscription.expires_at": line.expires_at,
            "subscription.last_notification_at": line.last_notification_at,
            "event.notified_at": facts.notified_at or "never",
            **_when(change),
        },
        refuted_by="a notification for this event is in the inbox or in the company log",
        remedy=f"{sync(facts.room)}; see that the listener answers within three seconds",
    )


def awaiting_next_pass(facts: Facts) -> Cause | None:
    """The change is newer than the last look at the room, and nothing else brings news."""
    change = _unseen(facts)
    if change is None or (not facts.inbox_waiting and _covering(facts, change)):
        return _came_into_window(facts)
    waits = facts.inbox_waiting
    never = change.since is None
    remedy = f"none, the next run brings it; now: {sync(facts.room)}"
    if not waits and not facts.subscriptions:
        remedy += f"; to be told at once: obctl subscriptions create {name(facts.room)}"
    return found(
        "awaiting-next-pass",
        change.confidence,
        {
            **_when(change),
            "room.last_good_pass": change.since or "never",
            "subscriptions": len(facts.subscriptions),
            "inbox_waiting": waits or None,
        },
        refuted_by="a pass over the room has ended well, and the difference is still there"
        if never
        else "the change is older than the room's last good pass",
        remedy=remedy,
    )


def _came_into_window(facts: Facts) -> Cause | None:
    """The days that are kept in step have gone on since the last pass, up to this meeting."""
    event = unreserved(facts)
    if event is None or not was_beyond_window(facts, event):
        return None
    return found(
        "awaiting-next-pass",
        CERTAIN,
        {
            "event.start": event.start,
            "room.planned_end": facts.planned_end,
            "window.end": facts.window.end,
            "room.last_good_pass": last_pass(facts),
        },
        refuted_by="the meeting starts before the end of the days that the last pass kept in step",
        remedy=f"none, the next run brings it; now: {sync(facts.room)}",
    )


def _unheard(facts: Facts) -> _Change | None:
    """The change, unless its notification has come, and was worked off or waits for that."""
    change = None if facts.inbox_waiting else _unseen(facts)
    if change is None or facts.notified_at is None:
        return change
    if change.at is None:
        told = change.since is None or facts.notified_at > change.since
    else:
        told = facts.notified_at >= change.at
    return None if told else change


def _unseen(facts: Facts) -> _Change | None:
    since = last_pass(facts)
    match facts.difference.kind:
        case DifferenceKind.MISSING_IN_OFFICEBOOKING if not facts.reservation or come_back(facts):
            return _appeared(facts.event, since)
        case DifferenceKind.CHANGED:
            return _edited(facts, since)
        case DifferenceKind.MISSING_IN_OUTLOOK if facts.reservation is not None:
            return _left(facts, facts.reservation, since)
        case _:
            return None


def _appeared(event: Event | None, since: datetime | None) -> _Change | None:
    if event is None:
        return None
    if since is None:
        return _Change(event.created_at, CERTAIN, None)
    if event.created_at is not None and event.created_at >= since:
        return _Change(event.created_at, CERTAIN, since)
    if event.modified_at is not None and event.modified_at >= since:
        # it was there for the last pass, but perhaps not for this room or these days
        return _Change(event.modified_at, LIKELY, since)
    return None


def _edited(facts: Facts, since: datetime | None) -> _Change | None:
    event, agreed = facts.event, facts.agreed
    if event is None or event.modified_at is None:
        return None
    if since is not None and event.modified_at < since:
        return None
    if agreed is None:
        return _Change(event.modified_at, LIKELY, since)
    if "event_id" in facts.difference.fields:
        # alike in all that people see, and another event: it was booked anew since
        return _appeared(event, since)
    before = (agreed.start, agreed.end, agreed.all_day, agreed.event_subject, agreed.organizer)
    after = (event.start, event.end, event.all_day, event.subject, event.organizer)
    if before == after and "status" not in facts.difference.fields:
        # Outlook is as it was: the reservation changed, and that is no news from there
        return None
    zones = zone_offset(facts, facts.reservation, event) if facts.reservation else None
    sure = before != after and not _in_room_alone(facts, event) and not is_doubtful(zones)
    return _Change(event.modified_at, CERTAIN if sure else LIKELY, since)


def _in_room_alone(facts: Facts, event: Event) -> bool:
    """Whether the organiser has it at another time: somebody wrote into the room's copy."""
    copy = facts.organizer_copy
    return copy is not None and (copy.event.start, copy.event.end) != (event.start, event.end)


def _left(facts: Facts, reservation: Reservation, since: datetime | None) -> _Change | None:
    if facts.event is not None:
        moment = facts.event.modified_at
        late = since is None or (moment is not None and moment >= since)
        return _Change(moment, LIKELY, since) if late else None
    if reservation.event_id is None:
        return None
    gone = [e.at for e in facts.history if e.action == Action.EVENT_DELETED]
    if gone:
        return _left_at(gone[-1], since)
    dropped_at = facts.master.event.modified_at if facts.master and date_dropped(facts) else None
    if dropped_at is not None:
        # Graph leaves no trace of a date that was taken out, but for the change of its series
        return _left_at(dropped_at, since)
    # a pass that had missed the event would have cancelled the reservation or asked for it
    in_step = reservation.external_state is ExternalState.IN_STEP
    seen = since is not None and (not in_step or reservation.end <= since)
    agreed_at = facts.agreed.agreed_at if facts.agreed else None
    there_until = max((moment for moment in (since, agreed_at) if moment), default=None)
    return None if seen else _Change(None, LIKELY, there_until)


def _left_at(moment: datetime, since: datetime | None) -> _Change | None:
    return _Change(moment, LIKELY, since) if since is None or moment >= since else None


def _covering(facts: Facts, change: _Change) -> Subscription | None:
    moments = change.moments(facts.now)
    covering = (s for s in facts.subscriptions if all(s.covers(moment) for moment in moments))
    return next(covering, None)


def _when(change: _Change) -> dict[str, datetime | None]:
    return {"changed_at": change.at}
