"""Causes that look alike: one story told twice, apart in just the fact that separates them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import (
    BRAM,
    DAY,
    LAST_PASS,
    MADE,
    NOW,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_facts,
    make_log_entry,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_outbox_item,
    make_request,
    make_reservation,
    make_room,
    make_subscription,
    moment,
)

from obctl.domain.causes import RuledOut, explain
from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.difference import DifferenceKind
from obctl.domain.event import Person, Response
from obctl.domain.outbox import PushAction
from obctl.domain.recurrence import Recurrence
from obctl.domain.room import CalendarProcessing, RoomId
from obctl.domain.values import replace

LATE = moment("2026-09-14 10:00")
LIBRARY = make_room("Library", id=RoomId(2))
GONE = make_facts(
    reservation=make_reservation(key="K"), event_missing=True, last_known=make_event(key="K")
)
ENDED = Recurrence("weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 8), days=("tuesday",))
HOLE = make_facts(
    reservation=make_occurrence_reservation(event=None),
    master=make_master(cancelled=None),
    same_series=(
        make_occurrence("O0", starts="2026-09-08 09:00"),
        make_occurrence("O2", starts="2026-09-22 09:00"),
    ),
)
TAIL = make_facts(
    reservation=make_occurrence_reservation(event=None, starts="2027-06-01 09:00"),
    room=make_room(processing=CalendarProcessing(booking_window_in_days=100)),
    same_series=(make_occurrence("O0", starts="2026-09-15 09:00"),),
)
ATTENDED = {"response": Response.NOT_RESPONDED, "show_as": "tentative"}
MOVED = {"fields": {"start": ("09", "11"), "end": ("10", "12")}}
CANCELLED_HERE = make_cancelled_reservation()

PAIRS = [
    pytest.param(
        replace(GONE, event=make_event(key="K", is_cancelled=True), event_missing=False),
        "cancelled-but-kept-on-calendar",
        GONE,
        "hard-deleted-by-delegate",
        id="asked by id: isCancelled or 404",
    ),
    pytest.param(
        GONE,
        "hard-deleted-by-delegate",
        replace(GONE, rekeyed=make_event("NEW", key="K")),
        "id-changed-after-mailbox-move",
        id="the series key in this room",
    ),
    pytest.param(
        GONE,
        "hard-deleted-by-delegate",
        replace(GONE, elsewhere=((LIBRARY, make_event("E2", key="K", created_at=LATE)),)),
        "moved-to-other-room",
        id="the series key in the other rooms",
    ),
    pytest.param(
        replace(GONE, now=moment("2026-12-24 09:00"), vanished_together=0),
        "retention-purged",
        replace(GONE, now=moment("2026-09-17 09:00"), vanished_together=0),
        "hard-deleted-by-delegate",
        id="how long it is over",
    ),
    pytest.param(
        replace(GONE, now=moment("2026-09-17 09:00"), vanished_together=12),
        "retention-purged",
        replace(GONE, now=moment("2026-09-17 09:00"), vanished_together=3),
        "hard-deleted-by-delegate",
        id="how many vanished together",
    ),
    pytest.param(
        replace(GONE, history=(make_log_entry("event.deleted", "09:12"),), now=moment("11:00")),
        "no-show-released",
        replace(GONE, history=(make_log_entry("event.deleted", LATE),)),
        "hard-deleted-by-delegate",
        id="gone minutes after its start",
    ),
    pytest.param(
        replace(GONE, last_known=make_event(key="K", response=Response.NOT_RESPONDED)),
        "room-declined",
        GONE,
        "hard-deleted-by-delegate",
        id="whether the room ever accepted",
    ),
    pytest.param(
        GONE,
        "hard-deleted-by-delegate",
        replace(GONE, request=make_request()),
        "cancel-awaiting-approval",
        id="an open request",
    ),
    pytest.param(
        HOLE,
        "occurrence-cancelled-silently",
        replace(HOLE, same_room=(make_event("E9", organizer=BRAM, starts="09:30"),)),
        "conflict-partially-declined-series",
        id="another busy event covers the hole",
    ),
    pytest.param(
        replace(TAIL, same_room=(make_event("E9", organizer=BRAM, starts="2027-06-01 09:30"),)),
        "recurrence-horizon",
        replace(
            TAIL,
            same_room=(make_event("E9", organizer=BRAM, starts="2027-06-01 09:30"),),
            same_series=(*TAIL.same_series, make_occurrence("O9", starts="2027-06-08 09:00")),
        ),
        "conflict-partially-declined-series",
        id="a tail, or a hole in the middle",
    ),
    pytest.param(
        TAIL,
        "recurrence-horizon",
        make_facts(event=make_occurrence(starts="2027-06-01 09:00")),
        "outside-sync-window",
        id="the room's limit or ours",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=moment("2025-12-31 23:00")),
            subscriptions=(make_subscription(),),
        ),
        "created-before-activation",
        make_facts(event=make_event(created_at=LATE), subscriptions=(make_subscription(),)),
        "missed-notification",
        id="the room's copy before or after the activation",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("O2", created_at=LATE),
            siblings=(make_occurrence_reservation(1001, starts="2026-09-15 09:00"),),
        ),
        "series-not-yet-expanded",
        make_facts(
            event=make_occurrence("O2", created_at=MADE),
            siblings=(make_occurrence_reservation(1001, starts="2026-09-15 09:00"),),
        ),
        "unexplained",
        id="a nightly run since the series was created",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:00", time_zone="UTC"),
            **MOVED,
        ),
        "timezone-shift",
        make_facts(
            reservation=make_reservation(starts="00:00", ends="2026-09-16 00:00"),
            event=make_event(day=DAY, time_zone="UTC"),
            **MOVED,
        ),
        "all-day-boundary",
        id="isAllDay",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:00", time_zone="UTC", modified_at=LATE),
            **MOVED,
        ),
        "timezone-shift",
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:15", time_zone="UTC", modified_at=LATE),
            **MOVED,
        ),
        "awaiting-next-pass",
        id="an offset, or really moved",
    ),
    pytest.param(
        make_facts(
            DifferenceKind.DUPLICATE,
            event=make_occurrence("N1", master="N"),
            same_room=(make_occurrence("O1"),),
        ),
        "duplicate-import",
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(recurrence=ENDED),
            same_room=(make_occurrence("N1", master="N", starts="09:30"),),
        ),
        "series-split",
        id="at the same dates, or one after the other",
    ),
    pytest.param(
        make_facts(DifferenceKind.DUPLICATE, event=make_event("E2"), same_room=(make_event("E1"),)),
        "duplicate-import",
        make_facts(
            DifferenceKind.OVERLAP,
            event=make_direct_event("E2"),
            same_room=(make_event("E1"),),
        ),
        "double-booked-by-direct-write",
        id="the same meeting or another",
    ),
    pytest.param(
        make_facts(event=make_direct_event()),
        "booked-directly-in-room-mailbox",
        make_facts(event=make_direct_event("E2"), same_room=(make_event("E1", starts="09:30"),)),
        "double-booked-by-direct-write",
        id="whether something else was there",
    ),
    pytest.param(
        make_facts(event=make_direct_event(transaction_id="other-7")),
        "booked-directly-in-room-mailbox",
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_direct_event(transaction_id="obctl-1001-1-0123456789abcdef"),
            outbox=make_outbox_item(PushAction.CANCEL, attempts=1, failed=True),
        ),
        "push-failed",
        id="our own marker",
    ),
    pytest.param(
        make_facts(reservation=CANCELLED_HERE, event=make_direct_event()),
        "push-failed",
        make_facts(reservation=CANCELLED_HERE, event=make_event()),
        "push-not-organizer",
        id="isOrganizer of the room's copy",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=NOW - timedelta(minutes=6), **ATTENDED)),
        "tentative-not-accepted",
        make_facts(event=make_event(created_at=NOW - timedelta(minutes=4), **ATTENDED)),
        "event-still-settling",
        id="age",
    ),
    pytest.param(
        make_facts(event=make_event(**ATTENDED)),
        "tentative-not-accepted",
        make_facts(event=make_event(organizer=Person("O", "o@fabrikam.example"), **ATTENDED)),
        "external-organizer-ignored",
        id="an internal or external organiser",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(expires_at=LAST_PASS),),
        ),
        "subscription-expired",
        make_facts(
            event=make_event(created_at=LATE), subscriptions=(make_subscription(lost=True),)
        ),
        "subscription-removed",
        id="past its expiry, or forgotten before",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=LATE), subscriptions=(make_subscription(),)),
        "missed-notification",
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(),),
            inbox_waiting=True,
        ),
        "awaiting-next-pass",
        id="an empty inbox",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=LATE), subscriptions=(make_subscription(),)),
        "missed-notification",
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(created_at=LATE + timedelta(hours=1)),),
        ),
        "awaiting-next-pass",
        id="a subscription that came after the change",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K"),
        ),
        "restored-by-calendar-repair",
        make_facts(
            reservation=make_cancelled_reservation(event="E1", key="K"),
            event=make_event("E1", key="K"),
        ),
        "push-not-organizer",
        id="a new id or the old one",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=LATE), organizer=OrganizerAnswer.NOT_FOUND),
        "organizer-left-orphan",
        make_facts(event=make_event(created_at=LATE), organizer=OrganizerAnswer.FOUND),
        "awaiting-next-pass",
        id="the directory's answer",
    ),
]


@pytest.mark.parametrize(("one", "code", "other", "other_code"), PAIRS)
def test_one_fact_tells_two_causes_apart(
    one: Facts, code: str, other: Facts, other_code: str
) -> None:
    assert (explain(one).cause.code, explain(other).cause.code) == (code, other_code)


def test_a_look_alike_is_ruled_out_by_the_test_that_separates_it() -> None:
    facts = make_facts(reservation=make_reservation(), event=make_event(is_cancelled=True))
    assert explain(facts).ruled_out == (
        RuledOut("hard-deleted-by-delegate", "asked by id, Outlook would answer 404"),
        RuledOut(
            "moved-to-other-room", "another mapped room would have the meeting at the same time"
        ),
        RuledOut(
            "cancel-awaiting-approval",
            "an open cancellation request would be waiting (external state 100)",
        ),
    )


def test_a_false_removal_is_ruled_out_only_by_the_answer_to_its_id() -> None:
    asked = {item.code for item in explain(GONE).ruled_out}
    unasked = {item.code for item in explain(replace(GONE, event_missing=False)).ruled_out}
    assert asked - unasked == {"delta-false-removal"}


def test_a_look_alike_that_holds_too_is_not_ruled_out() -> None:
    facts = replace(GONE, request=make_request())
    explanation = explain(facts)
    assert explanation.cause.code == "cancel-awaiting-approval"
    assert "hard-deleted-by-delegate" not in {item.code for item in explanation.ruled_out}
