"""What one pass does to one room: each row something that happened in the world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import (
    ANNA,
    BRAM,
    LAST_PASS,
    NOW,
    make_agreed,
    make_agreed_with,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_request,
    make_reservation,
    make_room,
    make_situation,
    moment,
    span_of,
)

from obctl.domain.difference import Cause, Confidence
from obctl.domain.event import Event, EventType, Response
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    Service,
    ServiceKind,
    Source,
    Status,
)
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import Proof, Reason, RequestStatus
from obctl.domain.sync.change import (
    Cancel,
    Change,
    Close,
    Create,
    Move,
    Rekey,
    Request,
    Restore,
    Update,
)
from obctl.domain.sync.matching import match
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.reading import OrganizerSays
from obctl.domain.sync.reconcile import agreed_after, plan_room
from obctl.domain.sync.situation import Destination, Elsewhere, Situation
from obctl.domain.values import replace

IGNORE = SyncSettings(ignore_cancellation_requests=True)
LUNCH = Service(1, make_reservation().number, ServiceKind.CATERING, "Lunch", 12)
LONG_AGO = datetime(2025, 6, 1, tzinfo=UTC)
NEXT, AFTER_NEXT = "2026-09-22 09:00", "2026-09-29 09:00"
ENDED = Recurrence(
    "weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 14), days=("tuesday",),
    time_zone="Europe/Amsterdam",
)  # fmt: skip
SERIES = [make_occurrence(f"O{n}", starts=day) for n, day in enumerate(("09:00", NEXT, AFTER_NEXT))]


def kinds(plan: Plan) -> list[str]:
    return [change.kind for change in plan.changes]


def planned(situation: Situation) -> Change:
    (change,) = plan_room(situation).changes
    return change


def in_step(**more: Any) -> Situation:
    """A meeting of Anna's on both sides, with something done to one of them."""
    event = more.pop("event", {})
    reservation = more.pop("reservation", {})
    return make_situation(
        [make_reservation(**reservation)],
        [] if event is None else [make_event(**event)],
        agreed={1001: make_agreed()},
        **more,
    )


# -- what Outlook has and Officebooking has not ------------------------------------------------


@pytest.mark.parametrize(
    ("events", "more", "outcome"),
    [
        pytest.param([make_event()], {}, ["create"], id="a-meeting"),
        pytest.param([make_direct_event()], {}, ["create"], id="written-into-the-room"),
        pytest.param([make_event(show_as="free")], {}, ["create"], id="shown-as-free"),
        pytest.param([make_event(is_cancelled=True)], {}, [], id="cancelled-before-we-saw-it"),
        pytest.param([make_event(response=Response.DECLINED)], {}, [], id="declined-by-the-room"),
        pytest.param([make_event(is_draft=True)], {}, [], id="still-a-draft"),
        pytest.param(
            [make_event(created_at=LONG_AGO)], {}, ["created-before-activation"],
            id="before-activation",
        ),
        pytest.param(
            [make_event(created_at=None, born_at=LONG_AGO)], {}, ["created-before-activation"],
            id="born-before-activation",
        ),
        pytest.param(
            [make_event(born_at=LONG_AGO)], {}, ["create"], id="an-old-meeting-invites-the-room"
        ),
        pytest.param(
            [make_event(created_at=None)], {}, ["create"], id="nobody-knows-how-old-it-is"
        ),
        pytest.param(
            [make_event(created_at=make_room().activated_at)], {}, ["create"], id="at-activation"
        ),
        pytest.param(
            [make_event(starts="2026-12-24 09:00")], {}, ["outside-sync-window"],
            id="after-the-window",
        ),
        pytest.param(
            [make_event(starts="2026-08-24 09:00")], {}, ["outside-sync-window"],
            id="before-the-window",
        ),
        pytest.param(
            [make_event()], {"elsewhere": Elsewhere(claimed={"E1": make_reservation(room=2)})}, [],
            id="moving-here",
        ),
        pytest.param([make_event()], {"leaving": frozenset({"E1"})}, [], id="leaving"),
        pytest.param(
            [make_event(transaction_id="obctl-1-1")], {"owned": frozenset({"E1"})}, [],
            id="our-own-push",
        ),
        pytest.param(
            [make_event(transaction_id="obctl-1-1")], {"owned": frozenset({"E2"})}, ["create"],
            id="what-grew-out-of-our-push",
        ),
        pytest.param([make_master().event], {}, [], id="a-master-is-no-date"),
        pytest.param(SERIES, {}, ["create"] * 3, id="a-new-series-at-night"),
        pytest.param(
            SERIES, {"first_instances_only": True}, ["create"] + ["series-not-yet-expanded"] * 2,
            id="a-new-series-notified",
        ),
        pytest.param(
            SERIES[::-1], {"first_instances_only": True},
            ["create"] + ["series-not-yet-expanded"] * 2,
            id="a-new-series-notified-read-backwards",
        ),
        pytest.param(
            [SERIES[0], make_occurrence("X", master="N", starts="13:00")],
            {"first_instances_only": True}, ["create"] * 2,
            id="two-new-series-notified",
        ),
        pytest.param(
            [make_event("S", starts="13:00"), make_event("T", starts="15:00")],
            {"first_instances_only": True}, ["create"] * 2,
            id="two-single-meetings-notified",
        ),
    ],
)  # fmt: skip
def test_what_nobody_reserved(
    events: list[Event], more: dict[str, Any], outcome: list[str]
) -> None:
    plan = plan_room(make_situation([], events, **more))
    assert kinds(plan) + [item.code for item in plan.left_alone] == outcome


def test_a_series_somebody_knows_a_date_of_is_left_for_the_night() -> None:
    plan = plan_room(
        make_situation(
            [make_occurrence_reservation(event="O0", attendees=3)],
            SERIES,
            first_instances_only=True,
        )
    )
    assert kinds(plan) == []
    assert [item.event_id for item in plan.left_alone] == ["O1", "O2"]


def test_a_new_reservation_is_what_outlook_shows() -> None:
    event = make_occurrence(
        original="09:00", starts="13:00", response=Response.NOT_RESPONDED, attendees=5
    )
    assert planned(make_situation([], [event])) == Create(
        after=Reservation(
            number=0,  # type: ignore[arg-type]
            room=make_room().id,
            subject="Budget",
            organizer=ANNA,
            start=moment("13:00"),
            end=moment("14:00"),
            time_zone="Europe/Amsterdam",
            all_day=False,
            status=Status.TENTATIVE,
            external_state=ExternalState.IN_STEP,
            source=Source.OUTLOOK,
            created_at=NOW,
            updated_at=NOW,
            event_id=event.id,
            ical_uid="uid-key-of-M",
            series_key=event.series_key,
            series_master_id=event.series_master_id,
            original_start=moment("09:00"),
            attendees=5,
        ),
        event=event,
    )


def test_an_event_still_settling_is_reserved_at_once() -> None:
    event = make_event(
        subject="New Event", response=Response.NOT_RESPONDED, created_at=NOW - timedelta(seconds=1)
    )
    after = planned(make_situation([], [event])).after
    assert (after.subject, after.status) == ("New Event", Status.TENTATIVE)


def test_once_settled_its_subject_and_state_are_taken() -> None:
    new = make_event(subject="New Event", response=Response.NOT_RESPONDED)
    known = replace(make_reservation(), subject="New Event", status=Status.TENTATIVE, attendees=3)
    settled = make_event(subject="Budget")
    situation = make_situation([known], [settled], agreed={1001: make_agreed(known, new)})
    after = planned(situation).after
    assert (after.subject, after.status) == ("Budget", Status.CONFIRMED)


# -- what both have ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "reservation", "fields"),
    [
        pytest.param({"starts": "11:00"}, {}, {"start", "end"}, id="moved-in-outlook"),
        pytest.param({"ends": "12:00"}, {}, {"end"}, id="longer-in-outlook"),
        pytest.param({"subject": "Quarter"}, {}, {"subject"}, id="renamed-in-outlook"),
        pytest.param({"organizer": BRAM}, {}, {"organizer"}, id="another-organiser"),
        pytest.param({"attendees": 9}, {}, {"attendees"}, id="more-people"),
        pytest.param(
            {"response": Response.TENTATIVE}, {}, {"status"}, id="the-room-is-tentative-now"
        ),
        pytest.param(
            {}, {"status": Status.TENTATIVE}, {"status"}, id="the-room-has-accepted-now"
        ),
        pytest.param(
            {}, {"external_state": ExternalState.NOT_ON_OUTLOOK}, {"external_state"},
            id="in-step-though-it-says-it-is-not-there",
        ),
        pytest.param({}, {}, set(), id="as-agreed"),
        pytest.param({"change_key": "9"}, {}, set(), id="stamped-but-as-agreed"),
        pytest.param({"subject": "Anna de Vries"}, {}, set(), id="subject-rewritten"),
        pytest.param({"subject": "Anna de Vries Budget"}, {}, set(), id="organiser-put-before"),
        pytest.param({"sensitivity": "private", "subject": "x"}, {}, set(), id="private"),
        pytest.param({"show_as": "free"}, {}, set(), id="shown-as-free"),
        pytest.param({}, {"notes": "window side", "version": 2}, set(), id="notes-are-ours"),
        pytest.param({}, {"services": (LUNCH,)}, set(), id="services-are-ours"),
        pytest.param({}, {"starts": "11:00", "version": 2}, set(), id="moved-here-not-pushed"),
        pytest.param(
            {"starts": "11:00"}, {"starts": "11:00", "version": 2}, set(), id="moved-alike"
        ),
        pytest.param(
            {"starts": "15:00"}, {"starts": "11:00", "version": 2}, {"start", "end"},
            id="moved-apart",
        ),
    ],
)  # fmt: skip
def test_what_changed_since_both_agreed(
    event: dict[str, Any], reservation: dict[str, Any], fields: set[str]
) -> None:
    reservation = {"attendees": 3} | reservation
    plan = plan_room(in_step(event=event, reservation=reservation))
    assert kinds(plan) == (["update"] if fields else [])
    if fields:
        (change,) = plan.changes
        assert change.before is not None
        assert change.before == make_reservation(**reservation)
        differing = {
            name
            for name in Reservation.__struct_fields__
            if getattr(change.before, name) != getattr(change.after, name)
        }
        assert differing == fields | {"updated_at"}


@pytest.mark.parametrize(
    ("event", "agreements"),
    [({"change_key": "9"}, 1), ({"subject": "Anna de Vries"}, 1), ({}, 0)],
    ids=["stamped", "rewritten", "the-same"],
)
def test_what_matters_to_nobody_is_only_noted(event: dict[str, Any], agreements: int) -> None:
    plan = plan_room(in_step(event=event, reservation={"attendees": 3}))
    assert (kinds(plan), len(plan.agreements)) == ([], agreements)


def test_a_conflict_keeps_outlooks_time_and_names_all_three() -> None:
    situation = in_step(
        event={"starts": "15:00"}, reservation={"starts": "11:00", "version": 2, "attendees": 3}
    )
    change = planned(situation)
    assert change.after.start == moment("15:00")
    (conflict,) = change.conflicts
    assert (conflict.field, conflict.kept) == ("time", "outlook")
    for value, hour in (
        (conflict.officebooking, 11),
        (conflict.outlook, 15),
        (conflict.agreed, 9),
    ):
        assert value.startswith(f"2026-09-15T{hour:02}:00:00Z")


def test_a_reservation_made_here_keeps_its_subject_people_and_state() -> None:
    here = make_reservation(
        source=Source.OFFICEBOOKING, subject="Ours", version=2, attendees=20,
        status=Status.TENTATIVE,
    )  # fmt: skip
    there = make_event(subject="Theirs", starts="11:00")
    agreed = {1001: make_agreed(make_reservation(source=Source.OFFICEBOOKING), make_event())}
    change = planned(make_situation([here], [there], agreed=agreed))
    after = change.after
    assert (after.subject, after.attendees, after.status, after.start) == (
        "Ours", 20, Status.TENTATIVE, moment("11:00"),
    )  # fmt: skip
    assert [(item.field, item.kept) for item in change.conflicts] == [("subject", "officebooking")]


@pytest.mark.parametrize(
    ("reservation", "event", "kind"),
    [
        pytest.param(
            make_reservation(event="OLD", key="K"), make_event("NEW", key="K"), "rekey",
            id="a-mailbox-move",
        ),
        pytest.param(
            make_reservation(event="OLD", key="K"),
            make_event("NEW", key="K", starts="11:00"),
            "update",
            id="a-new-id-and-a-new-time",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD"), make_occurrence("NEW"), "rekey",
            id="a-date-of-a-moved-mailbox",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD"),
            make_occurrence("NEW", type=EventType.EXCEPTION, master="M2", key="key-of-M"),
            "rekey",
            id="another-master-id",
        ),
    ],
)  # fmt: skip
def test_an_id_that_changed_is_taken_over(
    reservation: Reservation, event: Event, kind: str
) -> None:
    reservation = replace(reservation, attendees=3, services=(LUNCH,))
    change = planned(make_situation([reservation], [event]))
    assert change.kind == kind
    after = change.after
    assert (after.number, after.event_id, after.series_master_id, after.services) == (
        1001, event.id, event.series_master_id, (LUNCH,),
    )  # fmt: skip


def test_a_split_series_goes_on_with_its_services() -> None:
    reservations = [
        make_occurrence_reservation(event="A", starts=NEXT, services=(LUNCH,), attendees=3),
        make_occurrence_reservation(1002, event="B", starts=AFTER_NEXT, attendees=3),
    ]
    events = [
        make_occurrence("C1", master="N", starts="2026-09-22 10:00"),
        make_occurrence("C2", master="N", starts="2026-09-29 10:00"),
    ]
    plan = plan_room(make_situation(reservations, events, masters=[make_master(recurrence=ENDED)]))
    found = [(c.kind, c.after.number, c.after.event_id, c.after.services, c.after.start.hour)
             for c in plan.changes]  # fmt: skip
    assert found == [
        ("update", 1001, "C1", (LUNCH,), 10),
        ("update", 1002, "C2", (), 10),
    ]


@pytest.mark.parametrize(
    ("reservation", "agreed", "outcome"),
    [
        pytest.param(make_cancelled_reservation(), {}, ["restore"], id="cancelled-and-back"),
        pytest.param(
            make_cancelled_reservation(source=Source.OFFICEBOOKING), {}, ["restore"],
            id="made-here-cancelled-and-back",
        ),
        pytest.param(
            make_cancelled_reservation(), {1001: make_agreed()}, [],
            id="cancelled-here-and-not-pushed-yet",
        ),
        pytest.param(make_reservation(), {}, ["restore"], id="kept-by-a-person-and-back"),
        pytest.param(
            make_reservation(external_state=ExternalState.PUSH_PENDING), {}, [], id="push-pending"
        ),
        pytest.param(
            make_reservation(external_state=ExternalState.PUSH_FAILED), {}, [], id="push-failed"
        ),
    ],
)  # fmt: skip
def test_what_turns_up_again_is_revived(
    reservation: Reservation, agreed: dict[int, Any], outcome: list[str]
) -> None:
    plan = plan_room(make_situation([reservation], [make_event(starts="11:00")], agreed=agreed))
    assert kinds(plan) == outcome
    for change in plan.changes:
        assert change.after.status is Status.CONFIRMED
        assert change.after.external_state is ExternalState.IN_STEP
        assert change.after.number == 1001


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("make", [make_cancelled_reservation, make_reservation])
def test_what_is_there_again_is_when_outlook_has_it(
    make: Callable[..., Reservation], source: Source
) -> None:
    known = make(source=source, external_state=ExternalState.NOT_ON_OUTLOOK)
    change = planned(make_situation([known], [make_event(starts="11:00")], agreed={}))
    assert (type(change), change.after.start) == (Restore, moment("11:00"))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (RequestStatus.OPEN, ["close"]),
        (RequestStatus.REJECTED, []),
        (RequestStatus.CLOSED, []),
    ],
)
def test_an_open_request_whose_event_is_there_again_closes(
    status: RequestStatus, outcome: list[str]
) -> None:
    state = ExternalState.CANCELLATION_REQUEST if outcome else ExternalState.IN_STEP
    plan = plan_room(
        in_step(
            reservation={"external_state": state, "attendees": 3},
            requests={1001: make_request(status=status)},
        )
    )
    assert kinds(plan) == outcome
    for change in plan.changes:
        assert change.after.external_state is ExternalState.IN_STEP


# -- what Outlook no longer has ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("situation", "off", "on"),
    [
        pytest.param(in_step(event=None), "request unproven", "cancel", id="gone"),
        pytest.param(in_step(event={"is_cancelled": True}), "cancel", "cancel", id="cancelled"),
        pytest.param(
            in_step(event={"response": Response.DECLINED}), "cancel", "cancel", id="declined"
        ),
        pytest.param(
            in_step(event={"is_cancelled": True}, reservation={"services": (LUNCH,)}),
            "request services-booked", "cancel",
            id="cancelled-with-catering",
        ),
        pytest.param(
            make_situation(
                [make_occurrence_reservation(event="OLD", services=(LUNCH,))],
                [make_occurrence("NEW", is_cancelled=True)],
            ),
            "request services-booked", "cancel",
            id="a-date-cancelled-under-another-id-with-catering",
        ),
        pytest.param(
            in_step(event={"is_cancelled": True}, now=moment("09:30")),
            "request already-started", "cancel",
            id="cancelled-while-it-runs",
        ),
        pytest.param(
            in_step(event={"is_cancelled": True}, reservation={"version": 2}),
            "request conflict", "cancel",
            id="cancelled-and-changed-here",
        ),
        pytest.param(
            in_step(event=None, reservation={"version": 2}), "request conflict", "cancel",
            id="gone-and-changed-here",
        ),
        pytest.param(
            make_situation(
                [make_occurrence_reservation()], masters=[make_master(recurrence=ENDED)]
            ),
            "cancel", "cancel",
            id="outside-its-living-series",
        ),
    ],
)  # fmt: skip
def test_what_went_is_cancelled_or_asked_about(situation: Situation, off: str, on: str) -> None:
    def outcome(change: Change) -> str:
        return f"request {change.reason}" if isinstance(change, Request) else change.kind

    assert outcome(planned(situation)) == off
    assert outcome(planned(replace(situation, settings=IGNORE))) == on


NEVER = [
    pytest.param(
        make_situation([make_reservation(event="OLD", key="K")], [make_event("NEW", key="K")]),
        id="the-id-merely-changed",
    ),
    pytest.param(
        make_situation([make_occurrence_reservation(event="OLD")], [make_occurrence("NEW")]),
        id="the-id-of-a-date-merely-changed",
    ),
    pytest.param(make_situation([], asked=["NOBODY"]), id="an-id-nobody-knew"),
    pytest.param(in_step(event=None, now=moment("10:00")), id="over"),
    pytest.param(in_step(event=None, now=NOW + timedelta(days=400)), id="purged-by-retention"),
    pytest.param(
        in_step(event={"is_cancelled": True}, now=moment("10:00")), id="over-and-cancelled"
    ),
    pytest.param(
        make_situation([make_reservation(starts="2026-12-01 09:00")]), id="outside-what-was-read"
    ),
    pytest.param(in_step(event=None, whole=False), id="not-asked-for"),
    pytest.param(in_step(event=None, whole=False, asked=["E2"]), id="another-was-asked-for"),
    pytest.param(make_situation([make_reservation(event=None)]), id="never-on-outlook"),
    pytest.param(
        make_situation([make_reservation()], agreed={}), id="kept-by-a-person-and-still-gone"
    ),
    pytest.param(in_step(event={"is_draft": True}), id="a-draft"),
]


@pytest.mark.parametrize("situation", NEVER)
@pytest.mark.parametrize("settings", [SyncSettings(), IGNORE], ids=["ask", "ignore"])
@pytest.mark.parametrize("services", [(), (LUNCH,)], ids=["bare", "catering"])
def test_what_is_never_a_cancellation(
    situation: Situation, settings: SyncSettings, services: tuple[Service, ...]
) -> None:
    held = tuple(replace(item, services=services) for item in situation.reservations)
    matching = match(replace(situation.sides, reservations=held))
    plan = plan_room(replace(situation, matching=matching, settings=settings))
    assert not plan.withdrawals


def test_a_request_already_open_is_not_made_again() -> None:
    situation = in_step(event=None, requests={1001: make_request()})
    assert plan_room(situation).changes == ()
    assert kinds(plan_room(replace(situation, settings=IGNORE))) == ["cancel"]


@pytest.mark.parametrize("status", [RequestStatus.CLOSED, RequestStatus.REJECTED])
def test_what_was_back_and_goes_again_is_asked_about_again(status: RequestStatus) -> None:
    situation = in_step(event=None, requests={1001: make_request(status=status)})
    assert kinds(plan_room(situation)) == ["request"]


def test_a_processed_cancellation_takes_what_is_still_ordered() -> None:
    services = (LUNCH, replace(LUNCH, id=2, cancelled=True), replace(LUNCH, id=3))
    situation = in_step(event=None, reservation={"services": services}, settings=IGNORE)
    change = planned(situation)
    assert change.services_cancelled == (1, 3)
    assert (change.after.status, change.after.external_state) == (Status.CANCELLED, 110)


def test_a_request_keeps_the_slot_and_says_why() -> None:
    cause = Cause("hard-deleted-by-delegate", Confidence.LIKELY, (), "", "")
    change = planned(in_step(event=None, causes={1001: cause}))
    assert change == Request(
        before=make_reservation(),
        after=replace(make_reservation(), external_state=ExternalState(100), updated_at=NOW),
        event=None,
        proof=Proof.UNPROVEN,
        reason=Reason.UNPROVEN,
        cause=cause,
    )


def test_a_meeting_in_another_room_is_one_move_with_its_services() -> None:
    vermeer = make_room("Vermeer", id=2, time_zone="Europe/London")
    there = make_event("V1", key="key-of-E1", starts="11:00")
    moved = {1001: Destination(vermeer, there)}
    situation = in_step(
        event=None, reservation={"services": (LUNCH,)}, elsewhere=Elsewhere(moved=moved)
    )
    change = planned(replace(situation, settings=IGNORE))
    after = change.after
    assert isinstance(change, Move)
    assert (after.number, after.room, after.time_zone) == (1001, 2, "Europe/London")
    assert (after.event_id, after.start, after.services) == ("V1", moment("11:00"), (LUNCH,))


def test_a_meeting_that_got_a_reservation_meanwhile_goes_on_under_the_old_number() -> None:
    vermeer = make_room("Vermeer", id=2)
    there = make_event("V1", key="key-of-E1")
    interim = make_reservation(1002, event="V1", room=vermeer.id, notes="by the door")
    moved = {1001: Destination(vermeer, there, interim)}
    change = planned(
        in_step(
            event=None,
            reservation={"services": (LUNCH,), "notes": "beamer"},
            elsewhere=Elsewhere(moved=moved),
        )
    )
    assert isinstance(change, Move)
    assert change.interim == interim
    assert (change.after.number, change.after.room, change.after.event_id) == (1001, 2, "V1")
    assert (change.after.notes, change.after.services) == ("beamer\nby the door", (LUNCH,))


@pytest.mark.parametrize(
    ("here", "agreed", "subject"),
    [
        pytest.param({}, True, "Plan", id="changed-there"),
        pytest.param({"subject": "Here", "source": Source.OFFICEBOOKING}, True, "Here",
                     id="changed-on-both-sides"),
        pytest.param({}, False, "Budget", id="nothing-was-agreed-on"),
    ],
)  # fmt: skip
def test_a_meeting_that_moved_rooms_brings_its_changes_along(
    here: dict[str, Any], agreed: bool, subject: str
) -> None:
    there = make_event("V1", key="key-of-E1", subject="Plan", starts="11:00")
    situation = make_situation(
        [make_reservation(**here)],
        agreed={1001: make_agreed()} if agreed else {},
        elsewhere=Elsewhere(moved={1001: Destination(make_room("Vermeer", id=2), there)}),
    )
    change = planned(situation)
    assert isinstance(change, Move)
    assert change.after.start == moment("11:00")
    assert change.after.subject == subject


@pytest.mark.parametrize(
    ("source", "response", "status"),
    [
        (Source.OUTLOOK, Response.ACCEPTED, Status.CONFIRMED),
        (Source.OUTLOOK, Response.NOT_RESPONDED, Status.TENTATIVE),
        (Source.OFFICEBOOKING, Response.ACCEPTED, Status.CONFIRMED),
        (Source.OFFICEBOOKING, Response.NOT_RESPONDED, Status.CONFIRMED),
    ],
)
def test_how_firm_a_meeting_is_that_came_back_says_the_side_where_it_was_made(
    source: Source, response: Response, status: Status
) -> None:
    ours = make_cancelled_reservation(source=source)
    change = planned(make_situation([ours], [make_event(response=response)], agreed={}))
    assert isinstance(change, Restore)
    assert change.after.status is status


CANCELLED = {"is_cancelled": True}
HELD = {"external_state": ExternalState.CANCELLATION_REQUEST}


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize(
    ("event", "reservation", "allowed", "off", "on"),
    [
        # what Outlook shows, the reservation, a person said it is gone, what becomes of it
        pytest.param(None, {}, False, "waits", "waits", id="gone"),
        pytest.param(None, {"services": (LUNCH,)}, False, "waits", "waits", id="gone-catered"),
        pytest.param(None, {"version": 2}, False, "waits", "waits", id="gone-and-changed-here"),
        pytest.param(None, HELD, False, "", "", id="gone-and-a-person-was-asked"),
        pytest.param(None, {}, True, "unproven", "cancel", id="allowed"),
        pytest.param(
            None, {"services": (LUNCH,)}, True, "unproven", "unproven", id="allowed-catered"
        ),
        pytest.param(CANCELLED, {}, False, "cancel", "cancel", id="proven"),
        pytest.param(
            CANCELLED, {"services": (LUNCH,)}, False, "unproven", "unproven", id="proven-catered"
        ),
    ],
)  # fmt: skip
def test_what_is_gone_while_a_room_cannot_be_read(
    event: dict[str, Any] | None,
    reservation: dict[str, Any],
    allowed: bool,
    off: str,
    on: str,
    ignore: bool,
) -> None:
    situation = in_step(
        event=event,
        reservation=reservation,
        elsewhere=Elsewhere(undecided=frozenset({1001}), unread=(make_room("Vermeer"),)),
        settings=SyncSettings(ignore_cancellation_requests=ignore),
        cancellations_allowed=allowed,
    )
    plan = plan_room(situation)
    told = [getattr(change, "reason", change.kind) for change in plan.changes]
    told += ["waits" for _ in plan.undecided]
    assert told == ([on if ignore else off] if on else [])


@pytest.mark.parametrize(
    ("says", "waits"),
    [(OrganizerSays.CANCELLED, False), (OrganizerSays.TAKES_PLACE, True),
     (OrganizerSays.UNKNOWN, True), (OrganizerSays.GONE, True)],
)  # fmt: skip
def test_only_an_organiser_who_called_it_off_keeps_what_is_gone_from_waiting(
    says: OrganizerSays, waits: bool
) -> None:
    situation = in_step(event=None, elsewhere=Elsewhere(undecided=frozenset({1001})))
    reading = replace(situation.reading, organizers={make_reservation().event_id: says})
    plan = plan_room(situation.reread(reading))
    assert (bool(plan.undecided), bool(plan.changes)) == (waits, not waits)


def test_a_new_event_may_be_what_a_room_that_cannot_be_read_has_lost() -> None:
    lost = make_reservation(1001, room=2)
    elsewhere = Elsewhere(ambiguous={"E1": lost})
    (change,) = plan_room(make_situation([], [make_event()], elsewhere=elsewhere)).changes
    assert isinstance(change, Create)
    assert change.instead_of == lost


def test_a_plan_creates_before_it_cancels() -> None:
    """What a reader takes for a cancellation may be explained by what stands above it."""
    situation = make_situation(
        [make_reservation(event="GONE", starts="08:00"),
         make_reservation(1002, event="KEPT", starts="10:00")],
        [make_event("KEPT", starts="12:00", key="key-of-KEPT"), make_event("NEW", starts="14:00")],
    )  # fmt: skip
    assert kinds(plan_room(situation)) == ["update", "create", "request"]


@pytest.mark.parametrize("clock", [LAST_PASS, NOW, moment("2026-09-15 08:59")])
def test_an_unchanged_room_plans_nothing(clock: datetime) -> None:
    situation = in_step(reservation={"attendees": 3}, now=clock)
    assert plan_room(situation) == Plan(situation.room)


def test_the_window_is_the_rooms_days_when_the_clocks_change() -> None:
    """25 October 2026 has 25 hours in Amsterdam; its last one belongs to it."""
    last = make_event(starts="2026-10-25 22:30", ends="2026-10-25 23:00")
    beyond = make_event("E2", starts="2026-10-25 23:00")
    days = span_of(date(2026, 9, 15), days=60)
    window = replace(days, end=datetime(2026, 10, 25, 23, tzinfo=UTC))
    plan = plan_room(make_situation([], [last, beyond], span=days, window=window))
    assert [change.event and change.event.id for change in plan.changes] == ["E1"]
    assert [item.event_id for item in plan.left_alone] == ["E2"]


# -- what both sides agree on afterwards -------------------------------------------------------


@pytest.mark.parametrize("kind", [Update, Rekey, Restore, Close, Move])
def test_both_sides_agree_on_what_is_there(kind: type[Update]) -> None:
    event, saved = make_event(starts="11:00"), make_reservation(starts="11:00")
    state = agreed_after(kind(saved, saved, event), saved, None, NOW)
    assert state == make_agreed_with(saved, agreed_at=NOW)
    assert agreed_after(Create(saved, event), saved, None, NOW) == state


@pytest.mark.parametrize("event", [None, make_event(is_cancelled=True)], ids=["gone", "cancelled"])
def test_nothing_is_agreed_on_about_what_goes(event: Event | None) -> None:
    saved = make_reservation()
    for change in (
        Cancel(saved, saved, event, Proof.PROVEN),
        Request(saved, saved, event, Proof.PROVEN, Reason.SERVICES_BOOKED),
    ):
        assert agreed_after(change, saved, None, NOW) is None


@pytest.mark.parametrize(
    ("here", "there", "subject", "version"),
    [
        pytest.param({"subject": "Here"}, {}, "Budget", 1, id="subject-pending"),
        pytest.param({"starts": "11:00"}, {}, "Budget", 1, id="time-pending"),
        pytest.param({"subject": "Here"}, {"subject": "Here"}, "Here", 2, id="arrived"),
        pytest.param({"subject": "Here"}, {"subject": "There"}, "Budget", 1, id="both"),
        pytest.param({}, {"subject": "Anna de Vries"}, "Budget", 2, id="rewritten"),
    ],
)
def test_what_outlook_does_not_show_yet_is_not_agreed_on(
    here: dict[str, Any], there: dict[str, Any], subject: str, version: int
) -> None:
    saved, event = make_reservation(version=2, **here), make_event(change_key="new", **there)
    change = Update(saved, saved, event)
    state = agreed_after(change, saved, make_agreed(), NOW)
    assert state is not None
    assert (state.subject, state.version) == (subject, version)
    assert (state.event_subject, state.start) == (event.subject, event.start)
