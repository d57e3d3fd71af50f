"""A plan can be judged, shown and recognised: the guard, its words, the fingerprint."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import (
    BRAM,
    NOW,
    make_event,
    make_reservation,
    make_room,
    make_situation,
)

from obctl.domain.difference import Cause, Confidence
from obctl.domain.reservation import Reservation, Service, ServiceKind, Status
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import Proof, Reason
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Change,
    Close,
    Conflict,
    Create,
    Move,
    Rekey,
    Request,
    Restore,
    Update,
    Withdrawal,
)
from obctl.domain.sync.plan import LeftAlone, Plan, fingerprint_of, plan_object
from obctl.domain.sync.reconcile import plan_room
from obctl.domain.values import replace
from obctl.errors import UnsafePlan

FINGERPRINT = "f2c65a631b7dca41f3771331d5810928e53c84e172b11576a892811f3455d6ca"


def going(
    number: int = 1001,
    *,
    kind: type[Withdrawal] = Request,
    proof: Proof = Proof.UNPROVEN,
    services: tuple[Service, ...] = (),
) -> Withdrawal:
    before = make_reservation(number, event=f"E{number}", services=services)
    if kind is Request:
        return Request(before, before, None, proof, Reason.UNPROVEN)
    if kind is Absorb:
        return Absorb(before, before, None, proof, make_reservation(2001))
    return Cancel(before, before, None, proof)


def leaving(count: int, **more: Any) -> Plan:
    return Plan(make_room(), tuple(going(1001 + n, **more) for n in range(count)))


def is_stopped(plan: Plan, linked: int, **settings: int) -> bool:
    try:
        plan.ensure_safe(linked, SyncSettings(**settings))
    except UnsafePlan:
        return True
    return False


@pytest.mark.parametrize(
    ("count", "linked", "settings", "stopped"),
    [
        pytest.param(0, 0, {}, False, id="nothing-at-all"),
        pytest.param(10, 10, {}, False, id="all-but-not-more-than-the-floor"),
        pytest.param(11, 11, {}, True, id="one-above-the-floor"),
        pytest.param(11, 22, {}, False, id="just-the-share"),
        pytest.param(11, 21, {}, True, id="just-above-the-share"),
        pytest.param(12, 23, {}, True, id="above-both"),
        pytest.param(100, 200, {}, False, id="many-but-just-the-share"),
        pytest.param(101, 200, {}, True, id="many-and-above-the-share"),
        pytest.param(1, 1, {"max_cancelled_floor": 0}, True, id="no-floor"),
        pytest.param(1, 2, {"max_cancelled_floor": 0}, False, id="no-floor-just-the-share"),
        pytest.param(11, 1000, {"max_cancelled_percent": 1}, True, id="one-percent-is-exceeded"),
        pytest.param(11, 1100, {"max_cancelled_percent": 1}, False, id="one-percent-is-met"),
        pytest.param(11, 1000, {"max_cancelled_percent": 0}, True, id="no-share-allowed"),
        pytest.param(99, 99, {"max_cancelled_percent": 100}, False, id="all-may-go"),
    ],
)
@pytest.mark.parametrize("kind", [Cancel, Absorb, Request])
def test_too_much_at_once_is_above_the_floor_and_above_the_share(
    count: int, linked: int, settings: dict[str, int], stopped: bool, kind: type[Withdrawal]
) -> None:
    assert is_stopped(leaving(count, kind=kind), linked, **settings) is stopped


@pytest.mark.parametrize("kind", [Update, Rekey, Restore, Close, Move])
def test_what_does_not_withdraw_never_trips_the_guard(
    kind: type[Update | Rekey | Restore | Close | Move],
) -> None:
    one = make_reservation()
    changes = tuple(kind(one, one, make_event()) for _ in range(40))
    assert not is_stopped(Plan(make_room(), (*changes, Create(one, make_event()))), 40)


@pytest.mark.parametrize(("proven", "stopped"), [(29, True), (30, False)])
def test_what_outlook_proves_does_not_count(proven: int, stopped: bool) -> None:
    plan = Plan(
        make_room(),
        tuple(
            going(1001 + n, proof=Proof.PROVEN if n < proven else Proof.UNPROVEN) for n in range(40)
        ),
    )
    assert is_stopped(plan, 40, max_cancelled_percent=25) is stopped


def test_the_refusal_shows_the_consequences_and_the_way_on() -> None:
    lunch = Service(1, make_reservation().number, ServiceKind.CATERING, "Lunch", 20)
    visitors = Service(2, make_reservation().number, ServiceKind.VISITOR, "Guests", 4)
    off = replace(lunch, cancelled=True)
    changes = [going(1001 + n, services=(lunch, visitors)) for n in range(3)]
    changes += [going(1004 + n, services=(off,)) for n in range(11)]
    with pytest.raises(UnsafePlan) as stopped:
        Plan(make_room(), tuple(changes)).ensure_safe(20, SyncSettings())
    assert (stopped.value.exit_code, stopped.value.code) == (6, "guard-tripped")
    assert stopped.value.message == (
        "14 of 20 reservations of Atrium would go, 3 with catering for 60 people,"
        " 3 with 12 visitors; Outlook gives no proof that they were cancelled (limit: 50 % and 10)"
    )
    assert stopped.value.hint == (
        "look first: obctl sync run --room atrium@contoso.example --dry-run\n"
        "if they are really gone:"
        " obctl sync run --room atrium@contoso.example --allow-cancellations"
    )


def test_without_catering_the_refusal_names_none() -> None:
    with pytest.raises(UnsafePlan, match=r"^11 of 12 reservations of Atrium would go; Outlook"):
        leaving(11).ensure_safe(12, SyncSettings())


CAUSE = Cause("hard-deleted-by-delegate", Confidence.LIKELY, (), "", "")
PLANNED = Update(
    before=make_reservation(),
    after=make_reservation(starts="11:00"),
    event=make_event(starts="11:00"),
)


def fingerprint(*changes: Change, **more: Any) -> str:
    return Plan(make_room(), changes, **more).fingerprint()


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(PLANNED, event=make_event(change_key="9")), id="change-key"),
        pytest.param(
            replace(PLANNED, after=replace(PLANNED.after, updated_at=NOW)), id="when-it-was-made"
        ),
        pytest.param(replace(PLANNED, event=make_event(payload=b"{}")), id="the-original"),
    ],
)
def test_two_plans_that_do_the_same_have_one_fingerprint(other: Change) -> None:
    assert fingerprint(other) == fingerprint(PLANNED)


def test_what_is_no_change_is_no_part_of_the_fingerprint() -> None:
    event, reservation = make_event(), make_reservation()
    assert fingerprint(PLANNED) == fingerprint(
        PLANNED,
        agreements=((reservation, event),),
        left_alone=(LeftAlone("E9", "outside-sync-window"),),
    )


def changed(**fields: Any) -> Update:
    return replace(PLANNED, after=replace(PLANNED.after, **fields))


CONFLICT = Conflict("time", "a", "b", "c", "outlook")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(changed(start=PLANNED.after.start + timedelta(minutes=1)), id="start"),
        pytest.param(changed(end=PLANNED.after.end + timedelta(minutes=1)), id="end"),
        pytest.param(changed(subject="Quarter"), id="subject"),
        pytest.param(changed(organizer=BRAM), id="organiser"),
        pytest.param(changed(status=Status.TENTATIVE), id="status"),
        pytest.param(changed(room=2), id="room"),
        pytest.param(changed(event_id="E2"), id="event"),
        pytest.param(changed(number=1002), id="reservation"),
        pytest.param(Restore(PLANNED.before, PLANNED.after, PLANNED.event), id="kind"),
        pytest.param(replace(PLANNED, conflicts=(CONFLICT,)), id="conflict"),
        pytest.param(
            replace(PLANNED, before=make_reservation(starts="08:00")), id="what-it-was-before"
        ),
    ],
)
def test_a_plan_that_does_something_else_has_another_fingerprint(other: Change) -> None:
    assert fingerprint(other) != fingerprint(PLANNED)


GOING = Cancel(make_reservation(), make_reservation(), None, Proof.UNPROVEN)
ASKED = Request(make_reservation(), make_reservation(), None, Proof.UNPROVEN, Reason.UNPROVEN)
ENDING = Absorb(
    make_reservation(), make_reservation(), None, Proof.UNPROVEN, make_reservation(1002)
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(GOING, replace(GOING, proof=Proof.PROVEN), id="proof"),
        pytest.param(GOING, replace(GOING, cause=CAUSE), id="cause"),
        pytest.param(
            GOING,
            replace(GOING, before=make_reservation(services=(Service(
                7, make_reservation().number, ServiceKind.CATERING, "Lunch", 2
            ),))),
            id="services",
        ),
        pytest.param(ASKED, replace(ASKED, reason=Reason.CONFLICT), id="reason"),
        pytest.param(ASKED, GOING, id="asked-or-done"),
        pytest.param(ENDING, GOING, id="whether-it-goes-on"),
        pytest.param(ENDING, replace(ENDING, goes_on_as=make_reservation(1003)), id="sibling"),
    ],
)  # fmt: skip
def test_withdrawals_that_differ_have_different_fingerprints(
    one: Withdrawal, other: Withdrawal
) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_one_change_more_is_another_plan() -> None:
    assert len({fingerprint(), fingerprint(PLANNED), fingerprint(PLANNED, going())}) == 3


def test_the_order_in_which_a_room_was_read_makes_no_other_plan() -> None:
    events = [make_event(f"E{n}", starts=f"{n:02}:00", organizer=BRAM) for n in range(8, 14)]
    kept: list[Reservation] = [
        make_reservation(1001 + n, event=f"G{n}", starts=f"{n:02}:00") for n in range(8, 14)
    ]
    one = plan_room(make_situation(kept, events))
    other = plan_room(make_situation(kept[::-1], events[::-1]))
    assert len(one.changes) == 12
    assert one.fingerprint() == other.fingerprint()


def test_a_reviewed_plan_is_known_again_by_every_version_of_obctl() -> None:
    changes: list[dict[str, Any]] = [{"kind": "create", "subject": "Réunion", "fields": {}}]
    assert fingerprint_of(changes) == FINGERPRINT
    assert fingerprint_of([dict(reversed(changes[0].items()))]) == FINGERPRINT


def test_a_plan_as_data_says_what_becomes_of_what() -> None:
    plan = plan_room(
        make_situation(
            [make_reservation()],
            [
                make_event(starts="11:00"),
                make_event("OLD", starts="2026-12-24 09:00", key="far"),
            ],
        )
    )
    assert plan_object(plan) == {
        "room": "atrium@contoso.example",
        "changes": [
            {
                "kind": "update",
                "reservation": 1001,
                "event_id": "E1",
                "subject": "Budget",
                "start": "2026-09-15T11:00:00Z",
                "end": "2026-09-15T12:00:00Z",
                "organizer": "anna@contoso.example",
                "status": "confirmed",
                "fields": {
                    "start": {"from": "2026-09-15T09:00:00Z", "to": "2026-09-15T11:00:00Z"},
                    "end": {"from": "2026-09-15T10:00:00Z", "to": "2026-09-15T12:00:00Z"},
                },
                "conflicts": [],
                "proof": None,
                "reason": None,
                "cause": None,
                "services_cancelled": [],
                "services_moved": [],
                "services_restored": [],
                "services_left": [],
                "goes_on_as": None,
            }
        ],
        "left_alone": [{"event_id": "OLD", "code": "outside-sync-window"}],
    }


def test_a_plan_counts_what_it_does() -> None:
    plan = Plan(
        make_room(),
        (
            going(kind=Cancel),
            going(1002),
            going(1003),
            replace(PLANNED, conflicts=(CONFLICT, CONFLICT)),
        ),
    )
    assert plan.count(Request) == 2
    assert plan.count(Cancel, Request) == 3
    assert plan.count(Create) == 0
    assert plan.conflicts == 1
