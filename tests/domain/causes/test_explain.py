"""Which of several causes wins, what is said beside it, and why a change was not seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders import (
    BRAM,
    DAY,
    LAST_PASS,
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
    make_request,
    make_reservation,
    make_room,
    make_subscription,
    moment,
)
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.causes import MEANING, cause_of_cancellation, explain
from obctl.domain.causes.explain import RULES
from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.difference import Cause, Confidence, DifferenceKind
from obctl.domain.event import Person, Response
from obctl.domain.reservation import ExternalState, Status
from obctl.domain.room import RoomId
from obctl.domain.values import replace

LATE = moment("2026-09-14 10:00")
LIBRARY = make_room("Library", id=RoomId(2))
EXPIRED = make_subscription(expires_at=LAST_PASS)


def evidence(cause: Cause) -> dict[str, object]:
    return {item.fact: item.value for item in cause.evidence}


WINNERS = [
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True),
            request=make_request(),
        ),
        "cancel-awaiting-approval",
        "cancelled-but-kept-on-calendar",
        id="a waiting request before what it is about",
    ),
    pytest.param(
        make_facts(event=make_direct_event("E2"), same_room=(make_event("E1", starts="09:30"),)),
        "double-booked-by-direct-write",
        "booked-directly-in-room-mailbox",
        id="a double booking before the direct write that made it",
    ),
    pytest.param(
        make_facts(
            event=make_event(
                organizer=Person("O", "o@fabrikam.example"), response=Response.NOT_RESPONDED
            )
        ),
        "external-organizer-ignored",
        "tentative-not-accepted",
        id="an outside sender before an unanswered request",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(key="K"),
            event=make_event(key="K", is_cancelled=True),
            elsewhere=((LIBRARY, make_event("E2", key="K")),),
        ),
        "moved-to-other-room",
        "cancelled-but-kept-on-calendar",
        id="a move before the cancelled copy it leaves",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True, modified_at=LATE),
        ),
        "cancelled-but-kept-on-calendar",
        "awaiting-next-pass",
        id="a cancellation before the pass it awaits",
    ),
    pytest.param(
        make_facts(event=make_direct_event(created_at=LATE)),
        "booked-directly-in-room-mailbox",
        "awaiting-next-pass",
        id="a direct write before the pass it awaits",
    ),
]


@pytest.mark.parametrize(("facts", "winner", "beside"), WINNERS)
def test_of_several_causes_the_more_telling_wins_and_names_the_other(
    facts: Facts, winner: str, beside: str
) -> None:
    cause = explain(facts).cause
    assert cause.code == winner
    assert beside in str(evidence(cause)["also_holds"])


def test_a_series_half_made_gives_way_to_anything_odd() -> None:
    facts = make_facts(
        event=make_occurrence("O2", created_at=LATE, response=Response.NOT_RESPONDED),
        siblings=(make_occurrence_reservation(1001),),
    )
    assert explain(facts).cause.code == "tentative-not-accepted"


def test_what_no_pass_will_bring_is_not_said_to_await_one() -> None:
    facts = make_facts(
        event=make_event(created_at=moment("2025-12-20 09:00")),
        room=make_room(last_synced_at=None),
    )
    assert "also_holds" not in evidence(explain(facts).cause)


MISSED = [
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True, modified_at=LATE),
            subscriptions=(EXPIRED,),
        ),
        "cancelled-but-kept-on-calendar",
        "subscription-expired",
        id="cancelled after the subscription had expired",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True, modified_at=LATE),
            subscriptions=(make_subscription(lost=True),),
        ),
        "cancelled-but-kept-on-calendar",
        "subscription-removed",
        id="cancelled after Graph had dropped the subscription",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True, modified_at=LATE),
            subscriptions=(make_subscription(),),
        ),
        "cancelled-but-kept-on-calendar",
        "missed-notification",
        id="cancelled under a live subscription that was silent",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True, modified_at=LATE),
            subscriptions=(make_subscription(),),
            notified_at=LATE,
        ),
        "cancelled-but-kept-on-calendar",
        None,
        id="cancelled, and notified",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True, modified_at=LATE),
            subscriptions=(EXPIRED,),
            inbox_waiting=True,
        ),
        "cancelled-but-kept-on-calendar",
        None,
        id="cancelled, and its notification waits",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(), event=make_event(is_cancelled=True, modified_at=LATE)
        ),
        "cancelled-but-kept-on-calendar",
        None,
        id="cancelled in a room without subscription",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(is_cancelled=True),
            subscriptions=(EXPIRED,),
        ),
        "cancelled-but-kept-on-calendar",
        None,
        id="cancelled before the last pass",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            last_known=make_event(),
            subscriptions=(EXPIRED,),
        ),
        "hard-deleted-by-delegate",
        "subscription-expired",
        id="gone at an unknown moment since the last pass",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=LATE), subscriptions=(EXPIRED,)),
        "subscription-expired",
        "subscription-expired",
        id="an ordinary meeting, made after the expiry",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=moment("2025-12-20 09:00"), modified_at=LATE),
            subscriptions=(EXPIRED,),
        ),
        "created-before-activation",
        None,
        id="no subscription would have brought an old meeting",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(event=None), subscriptions=(make_subscription(),)),
        "push-failed",
        None,
        id="Officebooking's own change is nothing Outlook tells of",
    ),
]


@pytest.mark.parametrize(("facts", "code", "missed"), MISSED)
def test_why_a_change_was_not_seen_stands_beside_its_cause(
    facts: Facts, code: str, missed: str | None
) -> None:
    explanation = explain(facts)
    because = explanation.missed_because
    assert (explanation.cause.code, because and because.code) == (code, missed)


def test_a_meeting_just_made_is_not_called_missed() -> None:
    facts = make_facts(
        reservation=make_reservation(),
        event=make_event(is_cancelled=True, modified_at=moment("2026-09-14 11:57")),
        subscriptions=(make_subscription(),),
    )
    assert explain(facts).missed_because is None


def test_an_event_that_did_not_change_since_both_agreed_awaits_nothing() -> None:
    reservation = make_reservation()
    facts = make_facts(
        reservation=reservation,
        event=make_event(modified_at=LATE),
        agreed=make_agreed(),
        fields={"subject": ("Plan", "Budget")},
    )
    assert explain(facts).cause.code == "unexplained"


GONE = make_facts(
    reservation=make_reservation(key="K"), event_missing=True, last_known=make_event(key="K")
)
CANCELLATIONS = [
    pytest.param(
        replace(GONE, event=make_event(key="K", is_cancelled=True)),
        "cancelled-but-kept-on-calendar",
        id="cancelled and kept",
    ),
    pytest.param(
        replace(GONE, last_known=make_event(key="K", is_cancelled=True)),
        "cancelled-but-kept-on-calendar",
        id="cancelled before it vanished",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(cancelled=(DAY,)),
        ),
        "occurrence-cancelled-silently",
        id="one date taken out of a series",
    ),
    pytest.param(GONE, "hard-deleted-by-delegate", id="deleted in the room"),
    pytest.param(
        replace(GONE, event=make_event(key="K", response=Response.DECLINED), event_missing=False),
        "room-declined",
        id="declined",
    ),
    pytest.param(
        replace(GONE, elsewhere=((LIBRARY, make_event("E2", key="K")),)),
        "moved-to-other-room",
        id="moved",
    ),
    pytest.param(replace(GONE, now=moment("2026-12-24 09:00")), "retention-purged", id="long over"),
    pytest.param(
        replace(GONE, rekeyed=make_event("NEW", key="K")),
        "id-changed-after-mailbox-move",
        id="not gone at all",
    ),
    pytest.param(
        replace(GONE, request=make_request()),
        "hard-deleted-by-delegate",
        id="the waiting request is not its own cause",
    ),
    pytest.param(
        replace(GONE, difference=replace(GONE.difference, kind=DifferenceKind.CHANGED)),
        "hard-deleted-by-delegate",
        id="whatever kind of difference was asked about",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(event=None)), "unexplained", id="never there"
    ),
]


@pytest.mark.parametrize(("facts", "code"), CANCELLATIONS)
def test_a_cancellation_has_its_own_cause(facts: Facts, code: str) -> None:
    assert cause_of_cancellation(facts).code == code


def test_every_rule_has_its_code_in_the_catalogue() -> None:
    assert set(RULES) | {"unexplained"} == set(MEANING)


# A small world of odd facts: whatever comes, there is an answer, and it is plain data.

EVENTS: st.SearchStrategy[Any] = st.builds(
    make_event,
    id=st.sampled_from(["E1", "E2"]),
    starts=st.sampled_from(["09:00", "11:00", "2027-06-01 09:00", "2026-09-14 11:30"]),
    key=st.sampled_from(["K", None]),
    is_cancelled=st.booleans(),
    is_organizer=st.booleans(),
    response=st.sampled_from(Response),
    show_as=st.sampled_from(["busy", "free", "tentative"]),
    subject=st.sampled_from(["Budget", "", "New Event", "Anna de Vries"]),
    organizer=st.sampled_from([make_event().organizer, BRAM, Person(None, None)]),
    created_at=st.sampled_from([None, LATE, moment("2025-12-20 09:00")]),
    modified_at=st.sampled_from([None, LATE]),
    time_zone=st.sampled_from([None, "UTC", "Customized Time Zone", ""]),
    original_start=st.sampled_from([None, moment("09:00")]),
    room_invited=st.sampled_from([None, False]),
)
RESERVATIONS: st.SearchStrategy[Any] = st.builds(
    make_reservation,
    event=st.sampled_from(["E1", None]),
    key=st.sampled_from(["K", None]),
    status=st.sampled_from(Status),
    external_state=st.sampled_from(ExternalState),
    original_start=st.sampled_from([None, moment("09:00")]),
    version=st.sampled_from([1, 2]),
)
MAYBE_EVENT = st.none() | EVENTS


@st.composite
def odd_facts(draw: st.DrawFn) -> Facts:
    reservation, event = draw(st.none() | RESERVATIONS), draw(MAYBE_EVENT)
    return make_facts(
        draw(st.sampled_from(DifferenceKind)),
        reservation=reservation,
        event=event,
        fields=draw(st.sampled_from([{}, {"start": ("9", "11")}, {"status": ("a", "b")}])),
        event_missing=draw(st.booleans()),
        last_known=draw(MAYBE_EVENT),
        rekeyed=draw(MAYBE_EVENT),
        master=draw(st.sampled_from([None, make_master(), make_master(cancelled=None)])),
        same_room=tuple(draw(st.lists(EVENTS, max_size=2))),
        siblings=tuple(draw(st.lists(RESERVATIONS, max_size=2))),
        elsewhere=tuple((LIBRARY, copy) for copy in draw(st.lists(EVENTS, max_size=1))),
        outbox=draw(st.sampled_from([None, make_outbox_item(attempts=1)])),
        request=draw(st.sampled_from([None, make_request()])),
        subscriptions=draw(st.sampled_from([(), (EXPIRED,), (make_subscription(),)])),
        agreed=draw(st.sampled_from([None, make_agreed()])),
        organizer=draw(st.sampled_from(OrganizerAnswer)),
        history=draw(st.sampled_from([(), (make_log_entry("event.deleted", "09:10"),)])),
        room=make_room(last_synced_at=draw(st.sampled_from([None, LAST_PASS]))),
    )


@given(odd_facts())
def test_whatever_the_facts_there_is_an_answer_in_plain_data(facts: Facts) -> None:
    explanation = explain(facts)
    for cause in (explanation.cause, explanation.missed_because, cause_of_cancellation(facts)):
        if cause is not None:
            assert cause.code in MEANING
            assert cause.remedy
            json.dumps([[item.fact, item.value] for item in cause.evidence])
    assert explanation.cause.code not in {item.code for item in explanation.ruled_out}


@given(odd_facts())
def test_without_evidence_nothing_is_certain(facts: Facts) -> None:
    cause = explain(facts).cause
    assert cause.confidence is not Confidence.CERTAIN or cause.evidence


def test_what_only_the_organiser_may_do_names_whom_to_ask() -> None:
    facts = make_facts(reservation=make_cancelled_reservation(), event=make_event())
    assert "anna@contoso.example" in explain(facts).cause.remedy
