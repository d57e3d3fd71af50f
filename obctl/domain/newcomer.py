"""Whether an event that nobody in Officebooking knows becomes a reservation."""

from __future__ import annotations

from obctl.domain.event import Event
from obctl.domain.situation import Situation


def why_left_alone(situation: Situation, event: Event) -> str | None:
    """The code of why an event without reservation stays so; "" for no news; `None`: reserve it."""
    if not event.takes_room:
        return ""
    if event.id in situation.leaving or event.id in situation.elsewhere.claimed:
        return ""
    if event.id in situation.owned:
        return ""
    if not situation.window.overlaps(event.start, event.end):
        return "outside-sync-window"
    known_since = event.created_at or event.born_at
    if known_since and known_since < situation.room.activated_at:
        return "created-before-activation"
    return None
