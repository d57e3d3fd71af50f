"""The decision: which cause a difference has, walking the rules in their order.

The first rule that holds wins. The order, and why:

1. Identity first: with the wrong room, id or key, everything else is read from the wrong item.
2. An open cancellation request: whatever became of the event, what keeps the two sides apart is a
   decision that a person has to make. The request itself carries the cause of the cancellation.
3. A move to another room, before declined, cancelled and gone: that is how the room that was
   left looks afterwards.
4. Not due; never taken; cancelled or gone; other hours; another series shape; our own pushes.
   Within these the more specific rule goes first: outside senders before unanswered requests, a
   direct write on top of another meeting before a direct write, a family's catch-all last.
5. A series that waits for the night, only where nothing above was odd.
6. Transport: a subscription that expired, was removed or stayed silent; then a change that merely
   awaits the next pass. What happened says more than why it was not seen, so a meeting that was
   cancelled, moved or shifted since the last pass keeps that as its cause, and names the silent
   subscription as `missed_because`. Only a change with nothing odd about it awaits the next pass:
   a new or edited meeting with no subscription, a waiting inbox, or a room never passed over.
7. Weak signs and cosmetics, then `unexplained`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from obctl.domain.causes import (
    cancelled,
    cosmetic,
    dates_not_taken,
    horizon,
    identity,
    moved,
    not_due,
    not_taken,
    push,
    series,
    time,
    transport,
    vanished,
)
from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import POSSIBLE, found, name, observed
from obctl.domain.causes.look_alikes import RuledOut, ruled_out
from obctl.domain.causes.unseen import as_far_as_seen
from obctl.domain.difference import Cause, Confidence, DifferenceKind
from obctl.domain.organizer_copy import OrganizerReply
from obctl.domain.values import replace

Rule = Callable[[Facts], Cause | None]

RULES: dict[str, Rule] = {
    "room-remapped": identity.room_remapped,
    "id-changed-after-mailbox-move": identity.id_changed,
    "key-collision": identity.key_collision,
    "duplicate-import": identity.duplicate_import,
    "cancel-awaiting-approval": cancelled.awaiting_approval,
    "moved-to-other-room": moved.moved_to_other_room,
    "created-before-activation": not_due.created_before_activation,
    "outside-sync-window": not_due.outside_window,
    "event-still-settling": not_due.still_settling,
    "external-organizer-ignored": not_taken.external_organizer,
    "tentative-not-accepted": not_taken.tentative,
    "recurrence-horizon": horizon.recurrence_horizon,
    "conflict-partially-declined-series": dates_not_taken.partially_declined,
    "room-declined": not_taken.declined,
    "policy-mismatch-rejected": not_taken.policy_mismatch,
    "location-text-only": not_taken.location_text_only,
    "cancelled-but-kept-on-calendar": cancelled.but_kept,
    "occurrence-cancelled-silently": cancelled.occurrence_silently,
    "retention-purged": vanished.retention_purged,
    "restored-by-calendar-repair": vanished.restored_by_repair,
    "no-show-released": vanished.no_show_released,
    "organizer-left-orphan": vanished.organizer_left,
    "hard-deleted-by-delegate": vanished.hard_deleted,
    "all-day-boundary": time.all_day_boundary,
    "timezone-shift": time.timezone_shift,
    "stale-room-copy": time.stale_room_copy,
    "exception-detached": series.exception_detached,
    "series-edit-wiped-exceptions": series.exceptions_wiped,
    "series-split": series.series_split,
    "recurrence-unsupported": series.recurrence_unsupported,
    "push-not-organizer": push.not_organizer,
    "push-failed": push.push_failed,
    "double-booked-by-direct-write": push.double_booked,
    "booked-directly-in-room-mailbox": push.booked_directly,
    "series-not-yet-expanded": not_due.not_yet_expanded,
    "subscription-removed": transport.subscription_removed,
    "subscription-expired": transport.subscription_expired,
    "missed-notification": transport.notification_lost,
    "awaiting-next-pass": transport.awaiting_next_pass,
    "forwarded": identity.forwarded,
    "subject-rewritten": cosmetic.subject_rewritten,
    "private-flag": cosmetic.private_flag,
    "show-as-free": cosmetic.show_as_free,
}
"""Every rule by the code it gives, in the order of the decision."""

NOT_A_MATTER_OF_NEWS = frozenset({
    "room-remapped", "id-changed-after-mailbox-move", "key-collision", "duplicate-import",
    "cancel-awaiting-approval", "created-before-activation", "outside-sync-window",
    "series-not-yet-expanded", "timezone-shift", "all-day-boundary", "stale-room-copy",
    "push-failed", "push-not-organizer", "awaiting-next-pass", "subject-rewritten",
    "private-flag", "show-as-free",
})  # fmt: skip
"""Causes that a notification would not have prevented."""

_NEWS = frozenset({
    "subscription-removed", "subscription-expired", "missed-notification", "awaiting-next-pass",
})  # fmt: skip

_WHY_IT_WENT = frozenset({
    "id-changed-after-mailbox-move", "moved-to-other-room", "room-declined", "recurrence-horizon",
    "conflict-partially-declined-series", "location-text-only", "cancelled-but-kept-on-calendar",
    "occurrence-cancelled-silently", "retention-purged", "restored-by-calendar-repair",
    "no-show-released", "hard-deleted-by-delegate", "series-edit-wiped-exceptions", "series-split",
})  # fmt: skip
"""Causes for which an event may be cancelled or gone."""

_COPY = "organizer.copy"
_CLOSED = "organizer.copy_closed"

_UNSEEN_BY_EITHER = (
    "stale-room-copy", "organizer-left-orphan", "recurrence-horizon", "forwarded",
)  # fmt: skip
"""What may be wrong, or about to be, with a meeting on which both sides agree."""

_UNSENT = ("event-still-settling",)
"""What there is to say of an event that takes no room yet: nobody has sent it."""


class Explanation(NamedTuple):
    """What explains a difference, why it was not seen, and what it was taken for and is not.

    `organizer` is what the organiser's calendar says, where it was asked.
    """

    cause: Cause
    missed_because: Cause | None
    ruled_out: tuple[RuledOut, ...]
    organizer: OrganizerReply | None = None


def explain(facts: Facts) -> Explanation:
    """The cause of one difference; the others that hold are named in its evidence."""
    holding = [cause for rule in RULES.values() if (cause := rule(facts)) is not None]
    cause = holding[0] if holding else _unexplained(facts)
    news = cause.code not in NOT_A_MATTER_OF_NEWS
    missed_because = transport.missed(facts) if news and holding else None
    also = [
        other.code
        for other in holding[1:]
        if other.confidence is not Confidence.POSSIBLE
        and (other.code not in _NEWS or (news and missed_because is None))
    ]
    if also:
        cause = replace(cause, evidence=cause.evidence + observed({"also_holds": ", ".join(also)}))
    cause = as_far_as_seen(_with_organizer(cause, facts), facts)
    excluded = ruled_out(cause.code, facts, _holds)
    return Explanation(cause, missed_because, excluded, reply_in(facts))


def cause_of_cancellation(facts: Facts) -> Cause:
    """Why the event of a reservation is cancelled or gone; for a cancellation request."""
    gone = replace(facts.difference, kind=DifferenceKind.MISSING_IN_OUTLOOK, fields={})
    facts = replace(facts, difference=gone)
    causes = (rule(facts) for code, rule in RULES.items() if code in _WHY_IT_WENT)
    cause = next((cause for cause in causes if cause is not None), _unexplained(facts))
    return as_far_as_seen(_with_organizer(cause, facts), facts)


def cause_in_step(facts: Facts) -> Cause | None:
    """What is wrong with a meeting all the same on which both sides agree, if anything is.

    That may be a risk: what is about to part the two sides, or leave the room taken for nobody.
    Of an event without a reservation it is why there is none and need not be.
    """
    codes = _UNSENT if facts.reservation is None else _UNSEEN_BY_EITHER
    holding = [cause for code in codes if (cause := RULES[code](facts)) is not None]
    if not holding:
        return None
    also = ", ".join(other.code for other in holding[1:] if other.confidence != Confidence.POSSIBLE)
    evidence = holding[0].evidence + observed({"also_holds": also or None})
    cause = _with_organizer(replace(holding[0], evidence=evidence), facts)
    return as_far_as_seen(cause, facts)


def reply_in(facts: Facts) -> OrganizerReply | None:
    """What the organiser's calendar said, where it was asked."""
    if facts.organizer_says is None:
        return None
    return OrganizerReply(facts.organizer_says, facts.organizer_copy, facts.organizer_closed)


def _with_organizer(cause: Cause, facts: Facts) -> Cause:
    """The cause with what the organiser's calendar says, be it that nobody may read it."""
    if facts.organizer_says is None:
        return cause
    told = any(item.fact == _COPY for item in cause.evidence)
    said = {_COPY: None if told else facts.organizer_says, _CLOSED: facts.organizer_closed}
    return replace(cause, evidence=cause.evidence + observed(said))


def _holds(code: str, facts: Facts) -> bool:
    return RULES[code](facts) is not None


def _unexplained(facts: Facts) -> Cause:
    reservation, event = facts.reservation, facts.event
    full = f"obctl sync run --room {name(facts.room)} --full"
    item = reservation.number if reservation else event.id if event else ""
    return found(
        "unexplained",
        POSSIBLE,
        {
            "difference.kind": facts.difference.kind,
            "difference.fields": ", ".join(sorted(facts.difference.fields)) or None,
            "reservation.status": reservation.status if reservation else None,
            "reservation.external_state": int(reservation.external_state) if reservation else None,
            "event.response": event.response if event else None,
            "event.created_at": event.created_at if event else None,
            "event.modified_at": event.modified_at if event else None,
            "answer.by_id": 404 if facts.event_missing else None,
            "room.last_good_pass": facts.last_run_at or facts.room.last_synced_at,
        },
        refuted_by="one of the catalogue's causes fits once more is known",
        remedy=f"{full}; if it stays: obctl explain {item} and obctl log search --room"
        f" {name(facts.room)}",
    )
