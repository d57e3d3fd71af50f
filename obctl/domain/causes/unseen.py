"""What nobody looked at: it takes certainty from a cause, and stands in its evidence.

A meeting that its room lost may be in a room that gives no answer, and what the store remembers of
Outlook is as old as its last read. Neither makes another cause of it; none is certain that way.
"""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import Value, observed
from obctl.domain.causes.predicates import bereft
from obctl.domain.difference import Cause, Confidence
from obctl.domain.room import Room
from obctl.domain.values import replace

_ON_RECORD = frozenset({"cancel-awaiting-approval", "push-failed"})
"""What Officebooking alone decides; Outlook cannot speak against it."""

_WHEREVER_IT_IS = frozenset({
    "room-remapped", "id-changed-after-mailbox-move", "key-collision", "duplicate-import",
    "cancel-awaiting-approval", "moved-to-other-room", "outside-sync-window", "push-failed",
    "push-not-organizer",
})  # fmt: skip
"""Causes that hold whatever another room may have."""

_LESS = {
    Confidence.CERTAIN: Confidence.LIKELY,
    Confidence.LIKELY: Confidence.POSSIBLE,
    Confidence.POSSIBLE: Confidence.POSSIBLE,
}
_NAMED = 5


def as_far_as_seen(cause: Cause, facts: Facts) -> Cause:
    """The cause as sure as what was looked at allows, with what was not."""
    evidence: dict[str, Value] = {}
    confidence = cause.confidence
    if _may_be_elsewhere(cause, facts):
        confidence = _LESS[confidence]
        evidence["rooms.not_asked"] = names(facts.not_asked)
    if facts.remembered:
        if cause.code not in _ON_RECORD and confidence is Confidence.CERTAIN:
            confidence = Confidence.LIKELY
        evidence["outlook.as_of"] = facts.remembered_at or facts.last_run_at
    if not evidence:
        return cause
    return replace(cause, confidence=confidence, evidence=cause.evidence + observed(evidence))


def names(rooms: Sequence[Room]) -> str:
    """Some rooms, and how many there are besides."""
    some = ", ".join(sorted(room.mailbox for room in rooms)[:_NAMED])
    return f"{some} and {len(rooms) - _NAMED} more" if len(rooms) > _NAMED else some


def _may_be_elsewhere(cause: Cause, facts: Facts) -> bool:
    """Whether a lost meeting may be in a room that was not asked, for all that is known."""
    copy = facts.organizer_copy
    still_invited = copy is not None and copy.event.takes_room and copy.room_response is not None
    return (
        bool(facts.not_asked)
        and bereft(facts) is not None
        and cause.code not in _WHEREVER_IT_IS
        and not still_invited
    )
