"""Where a rule begins and where it ends: the last value that counts, the first that does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import (
    ACTIVATED,
    BRAM,
    DAY,
    LAST_PASS,
    MADE,
    NOW,
    make_agreed,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_facts,
    make_log_entry,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_outbox_item,
    make_reservation,
    make_room,
    make_subscription,
    moment,
)

from obctl.domain.causes import explain
from obctl.domain.causes.facts import Facts
from obctl.domain.difference import DifferenceKind
from obctl.domain.event import Response
from obctl.domain.organizer_copy import OrganizerCopy
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import ExternalState
from obctl.domain.room import CalendarProcessing, RoomId
from obctl.domain.values import replace

SECOND, MINUTE, HOUR, A_DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)
START, END = moment("09:00"), moment("10:00")
GONE: dict[str, Any] = {"reservation": make_reservation(), "event_missing": True}
MOVED: dict[str, Any] = {"fields": {"start": ("09", "11"), "end": ("10", "12")}}
SUBSCRIBED: dict[str, Any] = {"subscriptions": (make_subscription(),)}
DAILY = Recurrence("daily", 1, MADE.date())


def just_made(ago: timedelta) -> Facts:
    return make_facts(event=make_event(created_at=NOW - ago), **SUBSCRIBED)


def moved_by_organizer(ago: timedelta) -> Facts:
    copy = OrganizerCopy(make_event("X", starts="11:00", modified_at=NOW - ago))
    return make_facts(
        DifferenceKind.CHANGED,
        reservation=make_reservation(),
        event=make_event(),
        organizer_copy=copy,
    )


def refused_after(wait: timedelta) -> Facts:
    return make_facts(
        reservation=make_cancelled_reservation(),
        event=make_event(),
        history=(
            make_log_entry("event.created", MADE),
            make_log_entry("reservation.cancelled", MADE + wait, run="R1"),
        ),
    )


def gone_at(at: datetime, ends: str = "12:00") -> Facts:
    return make_facts(
        reservation=make_reservation(ends=ends),
        event_missing=True,
        history=(make_log_entry("event.deleted", at),),
        now=moment("2026-09-15 13:00"),
    )


def declined_at(at: datetime) -> Facts:
    event = make_event(ends="12:00", response=Response.DECLINED, modified_at=at)
    return make_facts(
        reservation=make_reservation(ends="12:00"), event=event, now=moment("2026-09-15 13:00")
    )


def cut_short(said_after: timedelta, ends: str = "09:15", starts: str = "09:00") -> Facts:
    """Ended early, and the room's copy was written so long after that end."""
    event = make_event(starts=starts, ends=ends, modified_at=moment(ends) + said_after)
    return make_facts(
        reservation=make_reservation(), event=event, fields={"end": ("10", "09")}, now=END
    )


def over_for(time: timedelta, together: int = 0) -> Facts:
    return make_facts(**GONE, now=END + time, vanished_together=together)


def date_ahead(of_limit: timedelta) -> Facts:
    """A date of a series that the room never had, ten days and so much after its making."""
    starts = MADE + timedelta(days=10) + of_limit
    return make_facts(
        reservation=make_occurrence_reservation(event=None, starts=starts),
        room=make_room(processing=CalendarProcessing(booking_window_in_days=10)),
        master=make_master(recurrence=DAILY, created_at=MADE),
    )


def busy_during(
    starts: str, ends: str, share: int | None = None, instances: int | None = None
) -> Facts:
    """A date never seen, another meeting at that time, and how many conflicts the room allows."""
    allowed = CalendarProcessing(
        conflict_percentage_allowed=share, maximum_conflict_instances=instances
    )
    return make_facts(
        reservation=make_occurrence_reservation(event=None),
        room=make_room(processing=allowed),
        same_room=(make_event("E9", organizer=BRAM, starts=starts, ends=ends),),
    )


def written_over(starts: str, ends: str) -> Facts:
    return make_facts(
        event=make_direct_event(),
        same_room=(make_event("E9", organizer=BRAM, starts=starts, ends=ends),),
    )


def in_window(starts: datetime, ends: datetime) -> Facts:
    return make_facts(event=make_event(starts=starts, ends=ends))


def many(exceptions: int = 0, interval: int = 1, made: datetime = MADE) -> Facts:
    series = Recurrence("weekly", interval, MADE.date(), days=("tuesday",))
    return make_facts(
        event=make_occurrence(created_at=made),
        master=make_master(recurrence=series, exceptions=exceptions),
    )


def half_typed(age: timedelta, **more: Any) -> Facts:
    """An unnamed, unanswered event an hour old, last touched so long ago."""
    fields: dict[str, Any] = {
        "subject": "New event",
        "response": Response.NOT_RESPONDED,
        "show_as": "tentative",
        "created_at": NOW - HOUR,
        "modified_at": NOW - age,
    }
    return make_facts(event=make_event(**fields | more))


def all_day_off_by(starts: timedelta, ends: timedelta) -> Facts:
    there = make_event(day=DAY)
    return make_facts(
        reservation=make_reservation(
            starts=there.start + starts, ends=there.end + ends, all_day=True
        ),
        event=there,
        **MOVED,
    )


def shifted_by(shift: timedelta, zone: str) -> Facts:
    event = make_event(starts=START + shift, time_zone=zone)
    return make_facts(reservation=make_reservation(), event=event, **MOVED)


def changed_at(at: datetime) -> Facts:
    return make_facts(
        reservation=make_reservation(),
        event=make_event(starts="10:30", modified_at=at),
        agreed=make_agreed(),
        **MOVED,
    )


def deleted_at(at: datetime) -> Facts:
    return make_facts(**GONE, history=(make_log_entry("event.deleted", at),), **SUBSCRIBED)


def valid(since: datetime, until: datetime) -> Facts:
    """Made at ten, under a subscription that was valid for so long."""
    return make_facts(
        event=make_event(created_at=moment("2026-09-14 10:00")),
        subscriptions=(make_subscription(created_at=since, expires_at=until),),
    )


TEN = moment("2026-09-14 10:00")
FIRST, LAST = moment("2026-09-12 22:00"), moment("2027-03-13 23:00")
"""The window: yesterday to 180 days ahead, as days pass in Amsterdam."""

LIMITS = [
    ("made just now", just_made(5 * MINUTE - SECOND), "event-still-settling"),
    ("made five minutes ago", just_made(5 * MINUTE), "missed-notification"),
    ("half typed a quarter ago", half_typed(15 * MINUTE - SECOND), "event-still-settling"),
    ("half typed, and left alone", half_typed(15 * MINUTE), "tentative-not-accepted"),
    ("half typed, and nobody was asked", half_typed(MINUTE, response=Response.NONE),
     "event-still-settling"),
    ("named like a new one, and accepted", half_typed(6 * MINUTE, response=Response.ACCEPTED),
     "awaiting-next-pass"),
    ("named, and unanswered", half_typed(6 * MINUTE, subject="Budget"), "tentative-not-accepted"),
    ("the update is on its way", moved_by_organizer(5 * MINUTE - SECOND), "unexplained"),
    ("no update came in five minutes", moved_by_organizer(5 * MINUTE), "stale-room-copy"),
    ("refused at once", refused_after(timedelta(0)), "policy-mismatch-rejected"),
    ("refused in a quarter", refused_after(15 * MINUTE), "policy-mismatch-rejected"),
    ("refused later", refused_after(15 * MINUTE + SECOND), "push-not-organizer"),
    ("refused before it came", refused_after(-SECOND), "push-not-organizer"),
    ("gone before its start", gone_at(START - SECOND), "hard-deleted-by-delegate"),
    ("gone at its start", gone_at(START), "no-show-released"),
    ("gone an hour later", gone_at(START + HOUR), "no-show-released"),
    ("gone after an hour", gone_at(START + HOUR + SECOND), "hard-deleted-by-delegate"),
    ("gone at its end", gone_at(moment("09:30"), "09:30"), "no-show-released"),
    ("gone past its end", gone_at(moment("09:31"), "09:30"), "hard-deleted-by-delegate"),
    ("declined before its start", declined_at(START - SECOND), "room-declined"),
    ("declined at its start", declined_at(START), "no-show-released"),
    ("declined an hour later", declined_at(START + HOUR), "no-show-released"),
    ("declined after an hour", declined_at(START + HOUR + SECOND), "room-declined"),
    ("cut and written at once", cut_short(5 * MINUTE), "no-show-released"),
    ("cut beforehand", cut_short(-5 * MINUTE), "no-show-released"),
    ("cut, written later", cut_short(5 * MINUTE + SECOND), "no-show-released"),
    ("cut, written the day after", cut_short(20 * HOUR), "no-show-released"),
    ("cut long beforehand", cut_short(-5 * MINUTE - SECOND), "awaiting-next-pass"),
    ("not cut at all", cut_short(timedelta(0), ends="10:00"), "awaiting-next-pass"),
    ("begun later too", cut_short(timedelta(0), starts="09:05"), "awaiting-next-pass"),
    ("nine gone together", over_for(A_DAY, 9), "hard-deleted-by-delegate"),
    ("ten gone together", over_for(A_DAY, 10), "retention-purged"),
    ("ten gone, just over", over_for(timedelta(0), 10), "retention-purged"),
    ("ten gone, not over", over_for(-SECOND, 10), "hard-deleted-by-delegate"),
    ("over for thirty days", over_for(30 * A_DAY), "retention-purged"),
    ("not quite thirty", over_for(30 * A_DAY - SECOND), "hard-deleted-by-delegate"),
    ("within reach", date_ahead(timedelta(0)), "push-failed"),
    ("out of reach", date_ahead(SECOND), "recurrence-horizon"),
    ("busy until its start", busy_during("08:00", "09:00"), "push-failed"),
    ("busy at its start", busy_during("08:00", "09:01"), "conflict-partially-declined-series"),
    ("busy at its end", busy_during("09:59", "11:00"), "conflict-partially-declined-series"),
    ("busy from its end", busy_during("10:00", "11:00"), "push-failed"),
    ("no conflict is allowed", busy_during("09:00", "10:00", 0, 0), "push-failed"),
    ("a share is allowed", busy_during("09:00", "10:00", 1, 0),
     "conflict-partially-declined-series"),
    ("one conflict is allowed", busy_during("09:00", "10:00", 0, 1),
     "conflict-partially-declined-series"),
    ("one limit is not known", busy_during("09:00", "10:00", 0, None),
     "conflict-partially-declined-series"),
    ("written after one", written_over("08:00", "09:00"), "booked-directly-in-room-mailbox"),
    ("written into its end", written_over("08:00", "09:01"), "double-booked-by-direct-write"),
    ("written into its start", written_over("09:59", "11:00"), "double-booked-by-direct-write"),
    ("written before one", written_over("10:00", "11:00"), "booked-directly-in-room-mailbox"),
    ("over as the window begins", in_window(FIRST - HOUR, FIRST), "outside-sync-window"),
    ("into the window", in_window(FIRST - HOUR, FIRST + SECOND), "unexplained"),
    ("to the window's end", in_window(LAST - SECOND, LAST + HOUR), "unexplained"),
    ("from the window's end", in_window(LAST, LAST + HOUR), "outside-sync-window"),
    ("99 exceptions", many(exceptions=99), "unexplained"),
    ("100 exceptions", many(exceptions=100), "recurrence-unsupported"),
    ("every week", many(interval=1), "unexplained"),
    ("every other week", many(interval=2), "recurrence-unsupported"),
    ("odd as the pass began", many(interval=2, made=LAST_PASS), "recurrence-unsupported"),
    ("odd after the pass", many(interval=2, made=LAST_PASS + SECOND), "awaiting-next-pass"),
    ("a day off", all_day_off_by(A_DAY, A_DAY), "all-day-boundary"),
    ("a day off the other way", all_day_off_by(-A_DAY, -A_DAY), "all-day-boundary"),
    ("more than a day off", all_day_off_by(A_DAY, A_DAY + SECOND), "unexplained"),
    ("more than a day before", all_day_off_by(-A_DAY - SECOND, -A_DAY), "unexplained"),
    ("fourteen hours", shifted_by(14 * HOUR, "Mars Standard Time"), "timezone-shift"),
    ("fourteen hours back", shifted_by(-14 * HOUR, "Mars Standard Time"), "timezone-shift"),
    ("half an hour more", shifted_by(14.5 * HOUR, "Mars Standard Time"), "unexplained"),
    ("half an hour", shifted_by(30 * MINUTE, "Mars Standard Time"), "timezone-shift"),
    ("a quarter", shifted_by(15 * MINUTE, "Mars Standard Time"), "unexplained"),
    ("changed as the pass began", changed_at(LAST_PASS), "awaiting-next-pass"),
    ("changed before the pass", changed_at(LAST_PASS - SECOND), "unexplained"),
    ("made as the pass began", make_facts(event=make_event(created_at=LAST_PASS)),
     "awaiting-next-pass"),
    ("made before the pass", make_facts(event=make_event(created_at=LAST_PASS - SECOND)),
     "unexplained"),
    ("touched as the pass began", make_facts(event=make_event(modified_at=LAST_PASS)),
     "awaiting-next-pass"),
    ("touched before the pass", make_facts(event=make_event(modified_at=LAST_PASS - SECOND)),
     "unexplained"),
    ("made at the activation", make_facts(event=make_event(created_at=ACTIVATED)), "unexplained"),
    ("made before it", make_facts(event=make_event(created_at=ACTIVATED - SECOND)),
     "created-before-activation"),
    ("made anew with one other", make_facts(
        event=make_event(born_at=ACTIVATED - SECOND), copied_together=1), "unexplained"),
    ("made anew with two others", make_facts(
        event=make_event(born_at=ACTIVATED - SECOND), copied_together=2),
     "created-before-activation"),
    ("answered long before it was made", make_facts(
        event=make_event(born_at=ACTIVATED - SECOND), answered_at=MADE - 5 * MINUTE - SECOND),
     "created-before-activation"),
    ("answered as it was made", make_facts(
        event=make_event(born_at=ACTIVATED - SECOND), answered_at=MADE - 5 * MINUTE,
        copied_together=40), "unexplained"),
    ("answered before it was made, and born since", make_facts(
        event=make_event(born_at=ACTIVATED), answered_at=MADE - HOUR), "unexplained"),
    ("subscribed at that moment", valid(TEN, NOW + HOUR), "missed-notification"),
    ("subscribed after it", valid(TEN + SECOND, NOW + HOUR), "awaiting-next-pass"),
    ("expired after it", valid(MADE, TEN + SECOND), "missed-notification"),
    ("expired at that moment", valid(MADE, TEN), "subscription-expired"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "code"), [pytest.param(facts, code, id=name) for name, facts, code in LIMITS]
)
def test_a_cause_holds_up_to_its_limit(facts: Facts, code: str) -> None:
    assert explain(facts).cause.code == code


def cancelled_at(at: datetime | None) -> Facts:
    event = make_event(is_cancelled=True, modified_at=at)
    return make_facts(reservation=make_reservation(), event=event, **SUBSCRIBED)


def gone_unheard(**changes: Any) -> Facts:
    """Gone at an unknown moment since the last pass, under a subscription from and until then."""
    line = {"created_at": LAST_PASS, "expires_at": NOW + SECOND} | changes
    return make_facts(**GONE, last_known=make_event(), subscriptions=(make_subscription(**line),))


def no_longer_in_step(ends: datetime, state: ExternalState = ExternalState.IN_STEP) -> Facts:
    reservation = make_reservation(starts=ends - HOUR, ends=ends, external_state=state)
    return make_facts(reservation=reservation, event_missing=True, **SUBSCRIBED)


SILENT = "missed-notification"
MISSED = [
    ("deleted as the pass began", deleted_at(LAST_PASS), SILENT),
    ("deleted before the pass", deleted_at(LAST_PASS - SECOND), None),
    ("cancelled as the pass began", cancelled_at(LAST_PASS), SILENT),
    ("cancelled before the pass", cancelled_at(LAST_PASS - SECOND), None),
    ("cancelled at no known time", cancelled_at(None), None),
    ("cancelled five minutes ago", cancelled_at(NOW - 5 * MINUTE), SILENT),
    ("cancelled just now", cancelled_at(NOW - 5 * MINUTE + SECOND), None),
    ("gone, and subscribed throughout", gone_unheard(), SILENT),
    ("gone, and subscribed too late", gone_unheard(created_at=LAST_PASS + SECOND), None),
    ("gone, and expired now", gone_unheard(expires_at=NOW), "subscription-expired"),
    ("gone, and dropped", gone_unheard(lost=True), "subscription-removed"),
    ("gone, and dropped before", gone_unheard(lost=True, expires_at=LAST_PASS),
     "subscription-expired"),
    ("gone, and made now, dropped", gone_unheard(lost=True, created_at=NOW),
     "subscription-removed"),
    ("gone, and made later, dropped", gone_unheard(lost=True, created_at=NOW + SECOND), None),
    ("over after the pass", no_longer_in_step(LAST_PASS + SECOND), SILENT),
    ("over as the pass began", no_longer_in_step(LAST_PASS), None),
    ("a pass asked a person", no_longer_in_step(END, ExternalState.NOT_ON_OUTLOOK), None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "missed"), [pytest.param(facts, why, id=name) for name, facts, why in MISSED]
)
def test_what_was_missed_lies_between_the_last_pass_and_now(
    facts: Facts, missed: str | None
) -> None:
    because = explain(facts).missed_because
    assert (because and because.code) == missed


def copied_after(wait: timedelta) -> Facts:
    """The meeting stands in the room again, as a copy made so long after the first."""
    return make_facts(
        reservation=make_reservation(event="OLD", key="K"),
        event_missing=True,
        rekeyed=make_event("NEW", key="K", created_at=MADE + wait),
        last_known=make_event("OLD", key="K"),
    )


def born_before(wait: timedelta) -> Facts:
    event = make_event("NEW", key="K", born_at=MADE - wait)
    return make_facts(
        reservation=make_cancelled_reservation(event="OLD", key="K"),
        event=event,
        event_missing=True,
    )


def moved_here(made: datetime, starts: str = "09:00") -> Facts:
    there = make_event("E2", key="K", starts=starts, created_at=made)
    return make_facts(
        reservation=make_reservation(key="K"),
        event_missing=True,
        last_known=make_event(key="K"),
        elsewhere=((make_room("Library", id=RoomId(2)), there),),
    )


def written_on_top(made: datetime) -> Facts:
    return make_facts(
        DifferenceKind.OVERLAP,
        event=make_direct_event("E2", created_at=made),
        same_room=(make_event("E1"), make_event("E0", created_at=MADE - HOUR)),
    )


def heard(at: datetime, **more: Any) -> Facts:
    line = make_subscription(expires_at=LAST_PASS, last_notification_at=at, **more)
    return make_facts(event=make_event(created_at=TEN), subscriptions=(line,))


def days_apart(hours: timedelta, *, moved: bool) -> Facts:
    """An all-day item off by so much, as both agreed on it or moved in Outlook since."""
    reservation, event = make_reservation(day=DAY), make_event(day=DAY)
    there = make_event(starts=event.start + hours, ends=event.end + hours, all_day=True)
    agreed = make_agreed(reservation, event if moved else there)
    return make_facts(reservation=reservation, event=there, agreed=agreed, **MOVED)


def gone_at_check_in(organizers_end: str | None) -> Facts:
    copy = OrganizerCopy(make_event("X", ends=organizers_end)) if organizers_end else None
    return replace(gone_at(moment("09:12"), "10:00"), organizer_copy=copy)


def renamed_by_room(**settings: bool) -> Facts:
    return make_facts(
        reservation=make_reservation(),
        event=make_event(subject="Anna de Vries"),
        room=make_room(processing=CalendarProcessing(**settings)),
    )


def unsent(state: ExternalState, event: str | None = None, **outbox: Any) -> Facts:
    return make_facts(
        reservation=make_reservation(event=event, external_state=state),
        outbox=make_outbox_item(**outbox) if outbox else None,
    )


WAITS, FAILED = ExternalState.PUSH_PENDING, ExternalState.PUSH_FAILED

CONFIDENCE = [
    ("in full with its organiser", gone_at_check_in("10:00"), "likely"),
    ("cut short there too", gone_at_check_in("09:12"), "possible"),
    ("the organiser not asked", gone_at_check_in(None), "possible"),
    ("a room that adds names", renamed_by_room(add_organizer_to_subject=True), "certain"),
    ("a room that drops subjects", renamed_by_room(delete_subject=True), "certain"),
    (
        "a room that does neither",
        renamed_by_room(delete_subject=False, add_organizer_to_subject=False),
        "likely",
    ),
    ("a push that failed", unsent(FAILED), "certain"),
    ("a write that failed", unsent(WAITS, attempts=1, failed=True), "certain"),
    ("a write with an error", unsent(WAITS, attempts=1, error_code="ErrorItemSave"), "certain"),
    ("a write tried once", unsent(WAITS, attempts=1), "likely"),
    ("a write not tried yet", unsent(WAITS, attempts=0), "possible"),
    ("waiting with its series", unsent(WAITS), "possible"),
    ("never in Outlook", unsent(ExternalState.NOT_ON_OUTLOOK), "likely"),
    ("copied within a day", copied_after(A_DAY), "certain"),
    ("copied after more", copied_after(A_DAY + SECOND), "likely"),
    ("born a day before", born_before(A_DAY), "possible"),
    ("born earlier", born_before(A_DAY + SECOND), "likely"),
    ("in the other room later", moved_here(MADE + SECOND), "certain"),
    ("in both rooms at once", moved_here(MADE), "likely"),
    ("at another time there", moved_here(MADE + SECOND, "09:30"), "likely"),
    ("written after the others", written_on_top(MADE + SECOND), "certain"),
    ("written with another", written_on_top(MADE), "likely"),
    ("heard until it expired", heard(LAST_PASS), "certain"),
    ("heard after it expired", heard(LAST_PASS + SECOND), "likely"),
    ("lost, then expired", heard(LAST_PASS, lost=True), "likely"),
    ("the next day, moved there", days_apart(A_DAY, moved=True), "possible"),
    ("the next day, all along", days_apart(A_DAY, moved=False), "likely"),
    ("from another midnight", days_apart(2 * HOUR, moved=True), "likely"),
    ("half an hour past it", days_apart(30 * MINUTE, moved=True), "likely"),
]


@pytest.mark.parametrize(
    ("facts", "confidence"), [pytest.param(facts, how, id=name) for name, facts, how in CONFIDENCE]
)
def test_how_sure_a_cause_is_turns_at_its_limit(facts: Facts, confidence: str) -> None:
    assert explain(facts).cause.confidence == confidence


def after_the_switch(before: timedelta, beside: timedelta) -> Facts:
    """A date an hour off once the clocks went back; one before that and one after, off by so."""
    dates = {"2026-10-20 09:00": before, "2026-11-03 09:00": beside}
    return make_facts(
        reservation=make_occurrence_reservation(starts="2026-10-27 09:00"),
        event=make_occurrence(starts="2026-10-27 10:00", original="2026-10-27 09:00"),
        same_series=tuple(
            make_occurrence(f"O{n}", starts=moment(starts) + off, original=starts)
            for n, (starts, off) in enumerate(dates.items(), 2)
        ),
        siblings=tuple(
            make_occurrence_reservation(1000 + n, event=f"O{n}", starts=starts)
            for n, starts in enumerate(dates, 2)
        ),
        **MOVED,
    )


@pytest.mark.parametrize(
    ("before", "beside", "code"),
    [
        pytest.param(timedelta(0), HOUR, "timezone-shift", id="right before, all off after"),
        pytest.param(timedelta(0), timedelta(0), "unexplained", id="the next date is right"),
        pytest.param(HOUR, HOUR, "unexplained", id="off before the clocks changed too"),
    ],
)
def test_the_clocks_explain_what_is_off_on_their_far_side_alone(
    before: timedelta, beside: timedelta, code: str
) -> None:
    assert explain(after_the_switch(before, beside)).cause.code == code
