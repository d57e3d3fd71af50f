"""Not due: there is no reservation because there should be none yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, Value, found, name, sync
from obctl.domain.causes.predicates import SETTLED, bereft, changed, is_past, last_pass, unreserved
from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, Response
from obctl.domain.settings import SeriesPolicy
from obctl.domain.time_span import later

RESTORED = 2
"""So many other meetings made anew in one minute were copied by a machine, not by people."""
_UNNAMED = "new event"
_TYPED_WITHIN = timedelta(minutes=15)
"""Who writes an invitation comes back to it sooner than that."""


def created_before_activation(facts: Facts) -> Cause | None:
    """The meeting stood in the calendar before the room was connected."""
    event = unreserved(facts)
    if event is None:
        return None
    activated = facts.room.activated_at
    master_made = facts.master.event.created_at if facts.master else None
    evidence: dict[str, Value] = {
        "event.created_at": event.created_at,
        "master.created_at": master_made,
        "room.activated_at": activated,
    }
    confidence: Confidence | None = None
    if _before(event.created_at, activated):
        confidence = CERTAIN
    elif _before(master_made, activated):
        confidence = LIKELY
    elif _before(event.born_at, activated) and _is_copied(facts, event):
        # its birth alone proves nothing: an old meeting may have invited the room later
        confidence = LIKELY
        evidence |= {
            "event.born_at": event.born_at,
            "event.answered_at": facts.answered_at,
            "made_anew_in_the_same_minute": facts.copied_together or None,
        }
    if confidence is None:
        return None
    return found(
        "created-before-activation",
        confidence,
        evidence,
        refuted_by="the room's copy, or its series, was created after the room was activated",
        remedy=f"obctl rooms import-existing {name(facts.room)}",
    )


def _is_copied(facts: Facts, event: Event) -> bool:
    """Whether the room's copy was made anew, as when its mailbox was moved or restored.

    Then the room had answered before the copy was made; and it is not the only one.
    """
    made = event.created_at
    if made is None:
        return True
    if facts.answered_at is not None:
        return facts.answered_at < made - SETTLED
    return facts.copied_together >= RESTORED


def _before(moment: datetime | None, limit: datetime) -> bool:
    return moment is not None and moment < limit


def outside_window(facts: Facts) -> Cause | None:
    """The meeting lies beyond the days obctl keeps in step."""
    event = unreserved(facts)
    if event is None or facts.window.overlaps(event.start, event.end):
        return None
    past = is_past(facts, event)
    days = facts.settings.past_days if past else facts.settings.future_days
    setting = "past_days" if past else "future_days"
    due = later(event.start, -timedelta(days=facts.settings.future_days))
    wait = "nothing: it is over" if past else f"nothing: it is due from {due.date()} on"
    return found(
        "outside-sync-window",
        CERTAIN,
        {
            "event.start": event.start,
            "window.start": facts.window.start,
            "window.end": facts.window.end,
            f"sync.{setting}": days,
        },
        refuted_by="the meeting overlaps the days in the configuration",
        remedy=f"{wait}; to have it now, raise {setting} under [sync] and {sync(facts.room)}",
    )


def still_settling(facts: Facts) -> Cause | None:
    """The meeting is minutes old, and Exchange has not finished with it."""
    event = unreserved(facts) or (facts.event if bereft(facts) else None)
    if event is None and (both := changed(facts)):
        only_answers = facts.difference.fields.keys() <= {"subject", "status"}
        event = both[1] if only_answers else None
    if event is None or event.is_cancelled:
        return None
    young = event.created_at is not None and facts.now - event.created_at < SETTLED
    sign = _unsettled(facts, event)
    if not sign or not (young or _is_half_typed(facts, event)):
        return None
    return found(
        "event-still-settling",
        LIKELY,
        {
            "event.created_at": event.created_at,
            "event.modified_at": event.modified_at,
            "now": facts.now,
            "sign": sign,
            "event.response": event.response,
            "event.subject": event.subject,
        },
        refuted_by="it looks the same a quarter of an hour after it was last touched"
        if _is_half_typed(facts, event)
        else "it looks the same five minutes after its creation",
        remedy=f"wait five minutes and look again; then {sync(facts.room)}",
    )


def _is_half_typed(facts: Facts, event: Event) -> bool:
    """Whether somebody is still writing it: a draft, or touched lately, unnamed and unanswered."""
    if event.is_draft:
        return True
    unanswered = event.response in (Response.NONE, Response.NOT_RESPONDED)
    touched = max(
        (moment for moment in (event.created_at, event.modified_at) if moment), default=None
    )
    lately = touched is not None and facts.now - touched < _TYPED_WITHIN
    return unanswered and lately and _is_unnamed(event)


def _is_unnamed(event: Event) -> bool:
    return event.subject.strip().casefold() == _UNNAMED


def _unsettled(facts: Facts, event: Event) -> str | None:
    if event.is_draft:
        return "a draft the organiser has not sent"
    if _is_unnamed(event):
        return "still has the title of a new item"
    pending = event.response is Response.NONE and event.show_as == "tentative"
    if event.is_tentative or pending:
        return "the room has not answered yet"
    if changed(facts):
        return "Exchange rewrites subjects seconds after a meeting was made"
    made = event.created_at
    live = made is not None and any(line.covers(made) for line in facts.subscriptions)
    if live and not facts.inbox_waiting and facts.notified_at is None:
        return "its notification may still be on the way"
    return None


def not_yet_expanded(facts: Facts) -> Cause | None:
    """A notification brought the first date of a new series; the night brings the others."""
    event = unreserved(facts)
    if event is None or event.series_master_id is None:
        return None
    if facts.settings.series is not SeriesPolicy.NIGHTLY:
        return None
    begun = [
        sibling
        for sibling in facts.siblings
        # a date that the room has had alone is none that this series brought
        if sibling.is_active and sibling.series_master_id == event.series_master_id
    ]
    made = (facts.master.event.created_at if facts.master else None) or event.created_at
    run = last_pass(facts)
    if not begun or (run is not None and (made is None or made < run)):
        return None
    return found(
        "series-not-yet-expanded",
        CERTAIN if made else LIKELY,
        {
            "series.created_at": made,
            "room.last_good_pass": run,
            "sync.series": facts.settings.series,
            "reserved_dates": len(begun),
            "first_reservation": min(sibling.number for sibling in begun),
        },
        refuted_by="a complete pass over the room has run since the series was created",
        remedy=f"none, tonight's run creates them; now: {sync(facts.room)}",
    )
