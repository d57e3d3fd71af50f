"""A plan is shown before it is an act: dry runs, plan files, full reads, run records."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from night import Night, mailbox_of

from obctl.domain.sync.plan import plan_object
from obctl.engine.admin.status import current_status
from obctl.engine.sync.plan_file import ReviewedPlan, load_plan, save_plan
from obctl.engine.sync.resync import forget_reading
from obctl.errors import UsageError
from obctl.sandbox.steps import Recreate
from obctl.store.runs import load_runs


def everything(night: Night) -> dict[str, list[tuple]]:
    tables = [
        row[0] for row in night.store.rows("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    return {
        name: [tuple(row) for row in night.store.rows(f"SELECT * FROM {name}")] for name in tables
    }


def test_a_dry_run_writes_nothing_and_shows_what_a_run_then_does(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.book("Vermeer", "Board", "09:00", "10:00")
    night.run()
    night.cancel(meeting)
    night.book("Vermeer", "New", "11:00", "12:00")
    night.make("Hals", "Owed", "09:00", "10:00", push=False)
    before = everything(night)
    dry = night.run(dry_run=True)
    assert everything(night) == before
    wet = night.run()
    assert (dry.created, dry.cancelled) == (wet.created, wet.cancelled) == (1, 1)
    kinds = [change["kind"] for plan in dry.plans for change in plan_object(plan)["changes"]]
    assert sorted(kinds) == ["cancel", "create"]


def test_a_dry_run_of_a_full_read_does_not_move_the_delta_link(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    before = everything(night)
    night.run(dry_run=True, full=True)
    assert everything(night) == before


def reviewed(night: Night, file: Path, *, full: bool = False) -> ReviewedPlan:
    report = night.run(dry_run=True, full=full)
    save_plan(file, night.company, report, [room.mailbox for room in night.rooms], full=full)
    return load_plan(file, night.company)


def test_a_reviewed_plan_is_applied_exactly(night: Night, tmp_path: Path) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, start="11:00", end="12:00")
    night.book("Vermeer", "New", "11:00", "12:00")
    plan = reviewed(night, tmp_path / "plan.json")
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.created, report.updated) == (0, 1, 1)
    assert night.reservations() == [
        "Rembrandt 09-15 11:00-12:00 Budget",
        "Vermeer 09-15 11:00-12:00 New",
    ]


def test_a_plan_overtaken_in_one_room_is_refused_in_all(night: Night, tmp_path: Path) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.book("Vermeer", "Board", "09:00", "10:00")
    plan = reviewed(night, tmp_path / "plan.json")
    night.book("Vermeer", "Later", "11:00", "12:00")
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.ok, report.stopped, report.changes) == (6, 0, 3, 0)
    assert [(p.room, p.code) for p in report.problems] == [(mailbox_of("Vermeer"), "stale-plan")]
    assert night.all() == []
    (told,) = night.store.rows("SELECT run, room FROM company_log WHERE action='guard.tripped'")
    assert tuple(told) == (report.run, night.room("Vermeer").id)


def test_a_plan_that_the_guard_stops_in_one_room_is_refused_in_all(
    night: Night, tmp_path: Path
) -> None:
    meetings = [
        night.book("Rembrandt", f"No {n}", f"{15 + n} 09:00", f"{15 + n} 10:00", settle=False)
        for n in range(12)
    ]
    night.settle()
    night.run()
    for meeting in meetings:
        night.delete("Rembrandt", meeting)
    night.book("Vermeer", "New", "11:00", "12:00")
    plan = reviewed(night, tmp_path / "plan.json")
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.stopped, report.changes) == (6, 3, 0)
    assert [problem.code for problem in report.problems] == ["guard-tripped"]
    assert len(night.all()) == len(meetings)
    allowed = night.run(expected=plan.fingerprints, allow_cancellations=True)
    assert (allowed.exit_code, allowed.created, allowed.cancellation_requests) == (0, 1, 12)


def test_a_plan_whose_room_cannot_be_read_any_more_is_refused_in_all(
    night: Night, tmp_path: Path
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.book("Vermeer", "Board", "09:00", "10:00")
    plan = reviewed(night, tmp_path / "plan.json")
    night.fail("forbidden", "Vermeer")
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.changes) == (6, 0)
    assert [problem.code for problem in report.problems] == ["mailbox-permission-lost"]
    assert night.all() == []


def test_a_room_that_has_two_plans_in_one_run_is_applied_like_any_other(
    night: Night, tmp_path: Path
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.delete("Rembrandt", meeting)
    night.run()
    night.change(meeting, rooms="Vermeer")
    night.book("Rembrandt", "Other", "13:00", "14:00")
    plan = reviewed(night, tmp_path / "plan.json")
    assert len(plan.fingerprints[mailbox_of("Rembrandt")]) == 2
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.created, report.moved) == (0, 1, 1)


def test_a_plan_is_applied_though_a_room_it_does_not_change_cannot_be_read(
    night: Night, tmp_path: Path
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.fail("forbidden", "Vermeer")
    plan = reviewed(night, tmp_path / "plan.json")
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.created, report.inconclusive) == (8, 1, 1)


def test_a_plan_leaves_the_outbox_and_the_inbox_to_the_next_run(
    night: Night, tmp_path: Path
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.make("Hals", "Owed", "09:00", "10:00", push=False)
    plan = reviewed(night, tmp_path / "plan.json")
    report = night.run(expected=plan.fingerprints)
    assert (report.exit_code, report.created, report.pushed) == (0, 1, 0)
    assert night.run().pushed == 1


def test_the_plan_of_a_full_read_is_applied_by_a_full_read(night: Night, tmp_path: Path) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    plan = reviewed(night, tmp_path / "plan.json", full=True)
    assert plan.full
    assert not reviewed(night, tmp_path / "plan.json").full


def test_a_plan_is_refused_where_a_room_without_changes_has_some_now(
    night: Night, tmp_path: Path
) -> None:
    plan = reviewed(night, tmp_path / "plan.json")
    night.book("Vermeer", "Later", "11:00", "12:00")
    assert night.run(expected=plan.fingerprints).exit_code == 6
    assert night.all() == []


def test_a_plan_applied_twice_is_stale_the_second_time(night: Night, tmp_path: Path) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    plan = reviewed(night, tmp_path / "plan.json")
    assert night.run(expected=plan.fingerprints).exit_code == 0
    assert night.run(expected=plan.fingerprints).exit_code == 6
    assert len(night.all()) == 1


def test_a_plan_may_be_applied_later_the_same_night(night: Night, tmp_path: Path) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    plan = reviewed(night, tmp_path / "plan.json")
    night.sleep(0, hours=3)
    assert night.run(expected=plan.fingerprints).exit_code == 0


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": 99}', "no json"],
    ids=["empty", "list", "object", "old", "text"],
)
def test_what_is_no_plan_is_refused(night: Night, tmp_path: Path, content: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(UsageError):
        load_plan(file, night.company)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ('{"format": 1,\n"rooms": ["a",,]}', r"\(line 2\)"),
        (
            '{"format": 1, "company": "contoso", "made_at": "", "rooms": ["a", 7]}',
            r"Expected `str`, got `int` - at `\$\.rooms, entry 2`",
        ),
    ],
    ids=["no json", "a room that is none"],
)
def test_where_a_file_is_no_plan_is_said(
    night: Night, tmp_path: Path, content: str, where: str
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(content)
    with pytest.raises(UsageError, match=where):
        load_plan(file, night.company)


def test_the_entry_that_was_edited_is_named(night: Night, tmp_path: Path) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.book("Vermeer", "New", "11:00", "12:00")
    file = tmp_path / "plan.json"
    reviewed(night, file)
    plan = json.loads(file.read_text())
    rooms = [entry["room"] for entry in plan["plans"]]
    file.write_text(file.read_text().replace("New", "Old"))
    entry = rooms.index(mailbox_of("Vermeer")) + 1
    with pytest.raises(UsageError, match=rf"is another one \(entry {entry} of its plans\)"):
        load_plan(file, night.company)
    del plan["plans"][entry - 1]
    file.write_text(json.dumps(plan))
    with pytest.raises(UsageError, match=f"its plan for {mailbox_of('Vermeer')} is missing"):
        load_plan(file, night.company)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("Budget", "Picnic"),
        lambda text: text.replace(mailbox_of("Rembrandt"), mailbox_of("Hals"), 2),
    ],
    ids=["another subject", "another room"],
)
def test_a_plan_that_was_edited_is_refused(
    night: Night, tmp_path: Path, edit: Callable[[str], str]
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    file = tmp_path / "plan.json"
    reviewed(night, file)
    file.write_text(edit(file.read_text()))
    with pytest.raises(UsageError, match="was changed after it was made"):
        load_plan(file, night.company)


def test_a_resync_accepts_a_mailbox_made_anew(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.act(Recreate(room=mailbox_of("Rembrandt")))
    assert night.run().exit_code == 8
    forget_reading(night.company, night.room("Rembrandt"))
    report = night.run("Rembrandt", full=True)
    assert (report.cancelled, report.cancellation_requests) == (0, 1)
    assert night.requests() == [(1, "unproven")]


def test_the_status_tells_what_wants_attention(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    assert current_status(night.company, timedelta(hours=26))[1] is False
    night.fail("forbidden", "Rembrandt")
    night.run()
    status, attention = current_status(night.company, timedelta(hours=26))
    assert attention
    assert [room["condition"] for room in status["rooms"]] == [
        None,
        "mailbox-permission-lost",
        None,
    ]
    night.recover()
    night.run()
    night.sleep(2)
    status, attention = current_status(night.company, timedelta(hours=26))
    assert [room["stale"] for room in status["rooms"]] == [True, True, True]


def test_every_run_leaves_its_record_and_every_change_its_run(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    report = night.run()
    (record,) = load_runs(night.store)
    assert (record.id, record.exit_code) == (report.run, 0)
    runs = {
        row["run"]
        for row in night.store.rows("SELECT run FROM company_log WHERE action LIKE 'event.%'")
    }
    assert runs == {report.run}
