"""What a run counts, what it shows, and with which code it ends."""

from __future__ import annotations

from typing import Any

import pytest
from builders import NOW, make_event, make_reservation, make_room, moment

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
)
from obctl.domain.sync.plan import LeftAlone, Plan, plan_object
from obctl.domain.sync.run_report import Problem, RunReport, run_object

ATRIUM, LIBRARY = make_room(), make_room("Library")
ONE, EVENT = make_reservation(), make_event()
CONFLICT = Conflict("start", "09:00", "10:00", "11:00", "outlook")
UNREAD = Problem("library@contoso.example", "mailbox-not-found", "no such mailbox", "look it up")
WAITS = Problem("atrium@contoso.example", "rooms-unread", "a reservation waits")

CHANGES: list[tuple[Change, str]] = [
    (Create(ONE, EVENT), "created"),
    (Update(ONE, ONE, EVENT), "updated"),
    (Rekey(ONE, ONE, EVENT), "updated"),
    (Restore(ONE, ONE, EVENT), "updated"),
    (Close(ONE, ONE, EVENT), "updated"),
    (Move(ONE, ONE, EVENT), "moved"),
    (Cancel(ONE, ONE, None, Proof.PROVEN), "cancelled"),
    (Absorb(ONE, ONE, None, Proof.PROVEN, make_reservation(2001)), "cancelled"),
    (Request(ONE, ONE, None, Proof.PROVEN, Reason.SERVICES_BOOKED), "cancellation_requests"),
]
COUNTED = ("created", "updated", "moved", "cancelled", "cancellation_requests", "conflicts")


def make_report(**changes: Any) -> RunReport:
    return RunReport("R1", NOW, **changes)


def test_a_run_that_did_nothing_has_counted_nothing() -> None:
    report = make_report()
    shown = run_object(report)
    assert shown["rooms"] == {"ok": 0, "failed": 0, "inconclusive": 0, "stopped": 0}
    assert shown["events"] == {"read": 0, "changed": 0}
    assert shown["changes"] == dict.fromkeys(COUNTED, 0)
    assert shown["pushed"] == {"ok": 0, "failed": 0}
    assert (shown["problems"], shown["finished_at"], shown["dry_run"]) == ([], None, False)
    assert shown["left_alone"] == {}
    assert (report.changes, report.exit_code) == (0, 0)


def test_what_was_left_alone_is_counted_once_for_each_room() -> None:
    report = make_report()
    old, far = LeftAlone("a", "created-before-activation"), LeftAlone("b", "outside-sync-window")
    report.leave_alone(Plan(make_room("Atrium"), left_alone=(old, far)))
    report.leave_alone(Plan(make_room("Atrium"), left_alone=(old, far)))
    report.leave_alone(Plan(make_room("Bistro"), left_alone=(old,)))
    assert run_object(report)["left_alone"] == {
        "created-before-activation": 2,
        "outside-sync-window": 1,
    }


@pytest.mark.parametrize(
    ("change", "counter"), [pytest.param(*row, id=type(row[0]).__name__) for row in CHANGES]
)
def test_each_change_counts_once(change: Change, counter: str) -> None:
    report = make_report()
    report.count(Plan(ATRIUM, (change,)))
    report.count(Plan(LIBRARY, (change, change)))
    assert run_object(report)["changes"] == {**dict.fromkeys(COUNTED, 0), counter: 3}
    assert (report.changes, report.events_changed) == (3, 3)


def test_a_conflict_is_counted_beside_the_change_it_came_with() -> None:
    report = make_report()
    report.count(Plan(ATRIUM, (Update(ONE, ONE, EVENT, (CONFLICT, CONFLICT)),)))
    assert (report.updated, report.conflicts, report.changes) == (1, 1, 1)


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        pytest.param({"ok": 3}, 0, id="all done"),
        pytest.param({"ok": 3, "push_failed": 1}, 0, id="a push that failed is tried again"),
        pytest.param({"failed": 1}, 8, id="a room failed"),
        pytest.param({"inconclusive": 1}, 8, id="a room could not be judged"),
        pytest.param({"ok": 1, "undecided": [WAITS]}, 8, id="something in a room waits"),
        pytest.param({"stopped": 1}, 6, id="a guard stopped a room"),
        pytest.param({"stopped": 1, "failed": 1, "ok": 1}, 6, id="the guard says more"),
    ],
)
def test_the_exit_code_says_whether_all_rooms_are_done(counts: dict[str, Any], code: int) -> None:
    assert make_report(**counts).exit_code == code


def test_what_a_run_did_is_shown_as_it_was_counted() -> None:
    report = make_report(
        finished_at=moment("2026-09-14 12:03"), ok=1, failed=2, inconclusive=3, stopped=4,
        events_read=5, events_changed=6, pushed=7, push_failed=8,
        problems=[UNREAD], undecided=[WAITS], plans=[Plan(ATRIUM, (CHANGES[0][0],))],
    )  # fmt: skip
    shown = run_object(report)
    assert shown["run"] == "R1"
    assert (shown["started_at"], shown["finished_at"]) == (
        "2026-09-14T12:00:00Z",
        "2026-09-14T12:03:00Z",
    )
    assert shown["rooms"] == {"ok": 1, "failed": 2, "inconclusive": 3, "stopped": 4}
    assert shown["events"] == {"read": 5, "changed": 6}
    assert shown["pushed"] == {"ok": 7, "failed": 8}
    assert [(item["room"], item["code"]) for item in shown["problems"]] == [
        ("library@contoso.example", "mailbox-not-found"),
        ("atrium@contoso.example", "rooms-unread"),
    ]
    assert "plans" not in shown


def test_a_dry_run_shows_the_plans_that_change_something() -> None:
    first, second = (Plan(ATRIUM, (change,)) for change, _counter in CHANGES[:2])
    report = make_report(dry_run=True, plans=[first, Plan(LIBRARY), second])
    assert run_object(report)["plans"] == [plan_object(first), plan_object(second)]
    assert report.fingerprints() == {ATRIUM.mailbox: [first.fingerprint(), second.fingerprint()]}
