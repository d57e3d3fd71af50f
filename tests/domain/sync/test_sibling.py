"""Where a meeting goes on whose reservation lost it: each row something a room may show."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import (
    BRAM,
    NOW,
    make_agreed_with,
    make_cancelled_reservation,
    make_event,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_request,
    make_reservation,
    make_room,
    make_situation,
    moment,
)

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import Event, Response
from obctl.domain.reservation import ExternalState, Reservation, Service, ServiceKind
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.change import Absorb, Cancel, Change, Withdrawal
from obctl.domain.sync.plan import Plan, plan_object
from obctl.domain.sync.reading import OrganizerSays
from obctl.domain.sync.reconcile import plan_room
from obctl.domain.sync.sibling import waiting_beside
from obctl.domain.sync.situation import Destination, Elsewhere, Situation
from obctl.domain.values import replace
from obctl.errors import UnsafePlan

IGNORE = SyncSettings(ignore_cancellation_requests=True)
LUNCH = Service(1, make_reservation().number, ServiceKind.CATERING, "Lunch", 12)
LOCKED = replace(LUNCH, locked_from=NOW)
NEXT = "2026-09-22 09:00"

both = pytest.mark.parametrize("settings", [SyncSettings(), IGNORE], ids=["ask", "ignore"])


def lost(**changes: Any) -> Reservation:
    """A reservation with lunch whose event `GONE` is nowhere any more."""
    return make_reservation(
        **{"event": "GONE", "key": "K", "services": (LUNCH,), "attendees": 3} | changes
    )


def lost_date(**changes: Any) -> Reservation:
    return make_occurrence_reservation(**{"event": "GONE", "services": (LUNCH,)} | changes)


def stays(**changes: Any) -> Reservation:
    return make_reservation(**{"number": 1002, "event": "E2", "key": "K"} | changes)


def copy(**changes: Any) -> Event:
    """The event of `stays()`."""
    return make_event("E2", **{"key": "K"} | changes)


def told(plan: Plan) -> list[str]:
    """What becomes of reservation 1001, in a few words."""
    words = []
    for change in plan.changes:
        if change.after.number != 1001:
            continue
        heir = f" for {change.goes_on_as.number}" if isinstance(change, Absorb) else ""
        words.append(f"{change.kind}{heir}")
    return words


def pair(ours: Reservation, theirs: Reservation, *events: Event, **more: Any) -> Situation:
    return make_situation([ours, theirs], events, **more)


SIBLINGS = [
    pytest.param(pair(lost(), stays(), copy()), id="same-key"),
    pytest.param(
        pair(lost(), stays(starts="11:00"), copy(starts="11:00")), id="same-key-at-another-hour"
    ),
    pytest.param(
        pair(lost(key="A"), stays(key="B"), copy(key="B")), id="same-slot-organiser-and-subject"
    ),
    pytest.param(
        pair(lost(key=None), stays(key="B"), copy(key="B")), id="same-slot-without-a-key"
    ),
    pytest.param(
        pair(lost(key="A"), stays(key="B"), copy(key="B", subject="Anna de Vries")),
        id="same-slot-and-a-subject-that-exchange-rewrote",
    ),
    pytest.param(
        pair(
            lost_date(),
            make_occurrence_reservation(1002, event="E2", master="N", key="key-of-M"),
            make_occurrence("E2", master="N", key="key-of-M"),
        ),
        id="same-date-of-a-series-that-is-there-twice",
    ),
    pytest.param(
        pair(
            lost_date(),
            make_occurrence_reservation(1002, event="E2", original="09:00", starts="13:00"),
            make_occurrence("E2", original="09:00", starts="13:00"),
        ),
        id="same-date-at-another-hour",
    ),
    pytest.param(
        pair(lost(), stays(), copy(response=Response.NOT_RESPONDED)), id="not-accepted-yet"
    ),
    pytest.param(
        pair(lost(), stays(), copy(), make_event("GONE", key="K", is_cancelled=True)),
        id="the-lost-copy-is-cancelled",
    ),
    pytest.param(
        pair(lost(), stays(), copy(), make_event("GONE", key="K", response=Response.DECLINED)),
        id="the-lost-copy-is-declined",
    ),
    pytest.param(pair(lost(services=(LOCKED,)), stays(), copy()), id="locked"),
    pytest.param(pair(lost(services=()), stays(), copy()), id="nothing-ordered"),
    pytest.param(pair(lost(), stays(), copy(), now=moment("09:30")), id="running"),
    pytest.param(
        pair(lost(), stays(), copy(), elsewhere=Elsewhere(undecided=frozenset({1001}))),
        id="while-another-room-cannot-be-read",
    ),
    pytest.param(
        pair(lost(), stays(), copy(), requests={1001: make_request()}), id="a-person-was-asked"
    ),
    pytest.param(
        make_situation(
            [lost(), stays()], [copy()], whole=False, asked=["GONE"]
        ),
        id="read-in-part",
    ),
]  # fmt: skip


@both
@pytest.mark.parametrize("situation", SIBLINGS)
def test_what_goes_on_beside_ends_without_a_question(
    situation: Situation, settings: SyncSettings
) -> None:
    assert told(plan_room(replace(situation, settings=settings))) == ["cancel for 1002"]


@both
def test_what_was_put_back_and_goes_again_needs_no_organiser_where_it_goes_on_beside(
    settings: SyncSettings,
) -> None:
    situation = pair(lost(), stays(), copy(), settings=settings)
    says = {"GONE": OrganizerSays.UNKNOWN}
    situation = situation.reread(replace(situation.reading, organizers=says))
    assert told(plan_room(situation)) == ["cancel for 1002"]


@both
def test_what_is_cancelled_with_nothing_ordered_just_ends(settings: SyncSettings) -> None:
    off = make_event("GONE", key="K", is_cancelled=True)
    situation = pair(lost(services=()), stays(), copy(), off, settings=settings)
    assert told(plan_room(situation)) == ["cancel"]


def changed_here() -> dict[int, AgreedState]:
    ours, theirs = lost(), stays()
    return {1001: make_agreed_with(ours, version=0), 1002: make_agreed_with(theirs)}


def test_what_was_changed_here_is_left_to_a_person_and_else_follows() -> None:
    situation = pair(lost(), stays(), copy(), agreed=changed_here())
    assert told(plan_room(situation)) == ["request"]
    assert told(plan_room(replace(situation, settings=IGNORE))) == ["cancel for 1002"]


NEAR_MISSES = [
    pytest.param(pair(lost(), stays(), copy(is_cancelled=True)), id="cancelled-too"),
    pytest.param(pair(lost(), stays(), copy(response=Response.DECLINED)), id="declined"),
    pytest.param(pair(lost(), stays(), copy(is_draft=True)), id="a-draft"),
    pytest.param(pair(lost(), stays()), id="lost-in-the-same-pass"),
    pytest.param(
        pair(
            lost_date(),
            make_occurrence_reservation(1002, event="E2", starts=NEXT),
            make_occurrence("E2", starts=NEXT),
        ),
        id="another-date-of-the-series",
    ),
    pytest.param(
        pair(lost_date(), stays(), make_master("E2", key="key-of-M").event), id="a-master"
    ),
    pytest.param(
        pair(
            lost(key="A"),
            stays(key="B", starts="09:30", ends="10:30"),
            copy(key="B", starts="09:30", ends="10:30"),
        ),
        id="half-an-hour-later",
    ),
    pytest.param(
        pair(lost(key="A"), stays(key="B", ends="09:30"), copy(key="B", ends="09:30")),
        id="a-shorter-one",
    ),
    pytest.param(
        pair(lost(key="A"), stays(key="B", organizer=BRAM), copy(key="B", organizer=BRAM)),
        id="another-organiser",
    ),
    pytest.param(
        pair(lost(key="A"), stays(key="B", subject="Board"), copy(key="B", subject="Board")),
        id="another-subject",
    ),
    pytest.param(
        pair(
            lost(),
            stays(starts="07:00"),
            copy(starts="07:00"),
            now=moment("08:30"),
        ),
        id="over",
    ),
    pytest.param(
        pair(lost(), stays(), copy(), leaving=frozenset({"E2"})), id="a-push-removes-it"
    ),
    pytest.param(
        pair(
            lost(),
            make_cancelled_reservation(1002, event="E2", key="K"),
            copy(),
            agreed={1001: make_agreed_with(lost()), 1002: make_agreed_with(stays())},
        ),
        id="cancelled-in-officebooking",
    ),
]  # fmt: skip


@pytest.mark.parametrize("situation", NEAR_MISSES)
def test_what_only_looks_alike_gets_nothing(situation: Situation) -> None:
    assert told(plan_room(situation)) == ["request"]
    (change,) = [
        change
        for change in plan_room(replace(situation, settings=IGNORE)).changes
        if change.after.number == 1001
    ]
    assert isinstance(change, Cancel)
    assert change.services_cancelled == (1,)


def test_a_meeting_that_left_for_another_room_moves_there_with_its_services() -> None:
    vermeer = make_room("Vermeer", id=2)
    moved = {1001: Destination(vermeer, make_event("V1", key="K"))}
    situation = pair(lost(), stays(), copy(), elsewhere=Elsewhere(moved=moved))
    assert told(plan_room(situation)) == ["move"]


def heir(*others: tuple[Reservation, Event]) -> int | None:
    situation = make_situation(
        [lost_date(), *(ours for ours, _ in others)], [event for _, event in others]
    )
    (change,) = [c for c in plan_room(situation).changes if c.after.number == 1001]
    return heir_of(change)


def test_the_same_date_goes_before_the_same_slot_and_the_nearer_before_the_farther() -> None:
    slot = make_reservation(1002, event="E2"), make_event("E2")
    far, near = (
        (
            make_occurrence_reservation(number, event=name, starts=at, original="09:00"),
            make_occurrence(name, starts=at, original="09:00"),
        )
        for number, name, at in [(1003, "E3", "15:00"), (1004, "E4", "13:00")]
    )
    assert heir(slot, far, near) == heir(near, far, slot) == 1004
    assert heir(far, slot) == 1003
    assert heir(slot) == 1002


def test_of_two_alike_the_same_one_is_taken_however_they_were_read() -> None:
    twins = [
        (make_reservation(number, event=name), make_event(name))
        for number, name in [(1002, "E2"), (1003, "E3")]
    ]
    assert heir(*twins) == heir(*twins[::-1]) == 1002


def test_a_series_that_ends_as_a_whole_hands_over_date_by_date() -> None:
    days = ("09:00", NEXT)
    ours = [lost_date(number=1001 + n, event=f"G{n}", starts=day) for n, day in enumerate(days)]
    theirs = [
        make_occurrence_reservation(2001 + n, event=f"O{n}", master="N", key="key-of-M", starts=day)
        for n, day in enumerate(days)
    ]
    events = [
        make_occurrence(f"O{n}", master="N", key="key-of-M", starts=day)
        for n, day in enumerate(days)
    ]
    plan = plan_room(make_situation([*ours, *theirs], events, masters=["M"]))
    followed = {c.after.number: heir_of(c) for c in ending(plan)}
    assert followed == {1001: 2001, 1002: 2002}


def ending(plan: Plan) -> list[Withdrawal]:
    return plan.withdrawals


def heir_of(change: Change) -> int | None:
    return change.goes_on_as.number if isinstance(change, Absorb) else None


# -- what was booked anew in the slot ----------------------------------------------------------


@both
@pytest.mark.parametrize("services", [(LUNCH,), ()], ids=["catering", "nothing"])
def test_what_was_deleted_and_booked_anew_keeps_its_reservation(
    settings: SyncSettings, services: tuple[Service, ...]
) -> None:
    situation = make_situation([lost(services=services)], [make_event()], settings=settings)
    (change,) = plan_room(situation).changes
    assert (change.kind, change.after.number, change.after.event_id) == ("rekey", 1001, "E1")


def test_what_was_called_off_and_booked_anew_keeps_what_was_ordered() -> None:
    old = make_event("GONE", key="K", is_cancelled=True)
    situation = make_situation([lost()], [old, make_event()])
    (change,) = plan_room(situation).changes
    assert (change.kind, change.after.event_id) == ("rekey", "E1")
    bare = make_situation([lost(services=())], [old, make_event()])
    assert [change.kind for change in plan_room(bare).changes] == ["rekey"]


@both
@pytest.mark.parametrize("off", [None, {"is_cancelled": True}], ids=["gone", "cancelled"])
def test_services_follow_to_what_moves_here_from_another_room(
    off: dict[str, Any] | None, settings: SyncSettings
) -> None:
    """Whichever room is planned first: the move may be done already, or still to come."""
    coming = make_reservation(1002, room=2, event="V1", key="K2")
    events = [copy(key="K2"), *([make_event("GONE", key="K", **off)] if off else [])]
    before = make_situation(
        [lost()], events, elsewhere=Elsewhere(claimed={"E2": coming}), settings=settings
    )
    after = make_situation([lost(), stays(key="K2")], events, settings=settings)
    assert told(plan_room(before)) == told(plan_room(after)) == ["cancel for 1002"]


def test_a_hidden_subject_does_not_make_another_meeting_of_what_outlook_called_off() -> None:
    """Rooms show the organiser's name in place of subjects; what is told is that it is off."""
    hidden = make_event(subject="Anna de Vries")
    off = make_event("GONE", key="K", is_cancelled=True)
    assert told(plan_room(make_situation([lost()], [off, hidden]))) == ["request"]
    assert told(plan_room(make_situation([lost()], [hidden]))) == ["rekey"]
    beside = pair(lost(), stays(key="B"), copy(key="B", subject="Anna de Vries"), off)
    assert told(plan_room(beside)) == ["request"]


@both
def test_the_copy_of_a_cancelled_reservation_is_the_meeting_of_the_one_that_stands(
    settings: SyncSettings,
) -> None:
    gone = make_cancelled_reservation(1002, event="E2", key="K")
    agreed = {1001: make_agreed_with(lost())}
    plan = plan_room(pair(lost(), gone, copy(), agreed=agreed, settings=settings))
    assert [(c.kind, c.after.number, c.after.event_id) for c in plan.changes] == [
        ("rekey", 1001, "E2")
    ]


def test_an_open_request_closes_when_the_meeting_was_booked_anew() -> None:
    situation = make_situation([lost()], [make_event()], requests={1001: make_request()})
    (change,) = plan_room(situation).changes
    assert (change.kind, change.after.event_id) == ("close", "E1")


def test_of_two_lost_copies_one_goes_on_as_the_new_event_and_the_other_follows() -> None:
    other = lost(number=1002, event="LOST", services=())
    plan = plan_room(make_situation([lost(), other], [make_event()]))
    assert [(c.kind, c.after.number, heir_of(c)) for c in plan.changes] \
        == [("rekey", 1001, None), ("cancel", 1002, 1001)]  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            {"elsewhere": Elsewhere(ambiguous={"E1": make_reservation(room=2)})},
            id="perhaps-of-a-room-that-cannot-be-read",
        ),
        pytest.param({"owned": frozenset({"E1"})}, id="our-own-push"),
        pytest.param({"leaving": frozenset({"E1"})}, id="leaving"),
    ],
)
def test_what_belongs_to_somebody_else_is_not_taken(more: dict[str, Any]) -> None:
    assert told(plan_room(make_situation([lost()], [make_event()], **more))) == ["request"]


# -- what a reading in part leaves open, the guard, the plan as data ---------------------------


@pytest.mark.parametrize(
    ("more", "found"),
    [
        pytest.param({}, [1001], id="a-copy-is-shown"),
        pytest.param({"asked": ["GONE"]}, [], id="it-was-asked-for"),
        pytest.param({"whole": True}, [], id="all-was-read"),
    ],
)
def test_what_waits_for_a_person_is_asked_for_when_its_meeting_shows(
    more: dict[str, Any], found: list[int]
) -> None:
    waiting = lost(external_state=ExternalState.CANCELLATION_REQUEST)
    situation = pair(waiting, stays(), copy(), **{"whole": False} | more)
    assert [item.number for item in waiting_beside(situation)] == found
    assert waiting_beside(pair(lost(), stays(), copy(), whole=False)) == []


def test_the_guard_counts_what_ends_and_tells_no_lunch_lost_that_is_not() -> None:
    at = [f"2026-09-{day} 09:00" for day in (15, 16, 17)]
    ours = [
        lost(number=1001 + n, event=f"G{n}", key=f"K{n}", starts=day) for n, day in enumerate(at)
    ]
    theirs = [
        stays(number=2001 + n, event=f"E{n}", key=f"K{n}", starts=day) for n, day in enumerate(at)
    ]
    events = [make_event(f"E{n}", key=f"K{n}", starts=day) for n, day in enumerate(at)]
    plan = plan_room(make_situation([*ours, *theirs], events))
    careful = SyncSettings(max_cancelled_percent=40, max_cancelled_floor=2)
    with pytest.raises(UnsafePlan) as refused:
        plan.ensure_safe(6, careful)
    assert "3 of 6" in refused.value.message
    assert "catering" not in refused.value.message


def test_a_plan_as_data_names_the_reservation_and_the_services_that_go_there() -> None:
    called_off = replace(LUNCH, id=2, cancelled=True)
    plan = plan_room(pair(lost(services=(LUNCH, called_off)), stays(), copy()))
    (shown,) = [c for c in plan_object(plan)["changes"] if c["reservation"] == 1001]
    assert (shown["goes_on_as"], shown["services_moved"]) == (1002, [1])
    assert shown["services_cancelled"] == []


def test_a_closed_request_is_no_reason_to_ask_again() -> None:
    closed = {1001: make_request(status=RequestStatus.REJECTED)}
    assert told(plan_room(pair(lost(), stays(), copy(), requests=closed))) == ["cancel for 1002"]


def test_a_date_called_off_in_a_living_series_goes_on_as_the_stray_beside_it() -> None:
    stray = make_event("E2", key="key-of-M", starts="10:00", instance_date=date(2026, 9, 15))
    alone = stays(key="key-of-M", starts="10:00")
    master = make_master(cancelled=(date(2026, 9, 15),))
    plan = plan_room(pair(lost_date(), alone, stray, masters=[master]))
    assert told(plan) == ["cancel for 1002"]
