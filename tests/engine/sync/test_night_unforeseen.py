"""Something nobody foresaw, met by one room's data: that room fails, and the others are done.

The store's tables are open to other programs: one of them wrote what obctl never does.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from killed_process import KilledProcesses
from night import NAMES, Night, mailbox_of

from obctl.domain.room import Verdict
from obctl.domain.subscription import Occasion
from obctl.engine.run import SyncHooks, run_sync
from obctl.engine.sync.plan_room import PassOptions
from obctl.store.company_log import LogFilter, search_log
from obctl.store.inbox import Notification, NotificationKind, add_notifications, inbox_summary
from obctl.store.runs import load_runs

WORDS = "a defect of obctl: ValueError: Invalid isoformat string: 'soon'"


def booked_everywhere(night: Night) -> None:
    for name in NAMES:
        night.book(name, "Known", "09:00", "10:00")
    night.run()
    for name in NAMES:
        night.book(name, "New", "11:00", "12:00")


def spoil(night: Night, table: str, column: str, name: str, value: str = "soon") -> None:
    """Somebody writes nonsense about one room into the store."""
    reservations = "SELECT number FROM reservations WHERE room = :room"
    of_room = {"agreed_states": f"reservation IN ({reservations})", "rooms": "id = :room"}
    night.store.run(
        f"UPDATE {table} SET {column} = :value WHERE {of_room.get(table, 'room = :room')}",
        {"value": value, "room": night.room(name).id},
    )


def logged(night: Night, action: str) -> list[tuple[int | None, str]]:
    found = search_log(night.store, LogFilter(action=action))
    return [(entry.room, entry.message) for entry in found]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
@pytest.mark.parametrize(
    ("table", "column"), [("agreed_states", "start_at"), ("rooms", "read_start_at")]
)
def test_one_room_fails_and_the_others_are_done(
    night: Night, table: str, column: str, full: bool
) -> None:
    booked_everywhere(night)
    spoil(night, table, column, "Vermeer")
    report = night.run(full=full)
    assert (report.ok, report.failed, report.exit_code) == (2, 1, 8)
    (problem,) = report.problems
    assert (problem.room, problem.code, problem.message) == (
        mailbox_of("Vermeer"), "unexpected", WORDS,
    )  # fmt: skip
    assert logged(night, "sync.failed") == [(night.room("Vermeer").id, f"unexpected: {WORDS}")]
    assert [len(night.reservations(name)) for name in NAMES] == [2, 1, 2]


def test_a_room_that_failed_is_as_before_and_done_once_it_is_mended(night: Night) -> None:
    booked_everywhere(night)
    reading = "SELECT * FROM rooms", "SELECT * FROM events"
    before = [list(map(tuple, night.store.rows(rows))) for rows in reading]
    judged = night.room("Vermeer")
    spoil(night, "agreed_states", "start_at", "Vermeer")
    night.run("Vermeer", full=True)
    night.run("Vermeer")
    failed = night.room("Vermeer")
    assert (failed.verdict, failed.condition) == (Verdict.INCONCLUSIVE, "unexpected")
    night.store.run(
        "UPDATE rooms SET verdict = ?, condition = NULL WHERE id = ?", (judged.verdict, judged.id)
    )
    assert before == [list(map(tuple, night.store.rows(rows))) for rows in reading]
    spoil(night, "agreed_states", "start_at", "Vermeer", "2026-09-15T07:00:00Z")
    assert night.run().created == 3


@pytest.mark.parametrize(
    ("debug", "traced"), [((), False), (("--debug",), True)], ids=["plain", "debug"]
)
def test_the_traceback_is_for_those_who_ask(
    night: Night,
    tmp_path: Path,
    killed_processes: KilledProcesses,
    debug: tuple[str, ...],
    traced: bool,
) -> None:
    booked_everywhere(night)
    spoil(night, "agreed_states", "start_at", "Vermeer")
    end = killed_processes.run(tmp_path / "home", night.company.now, *debug, "sync", "run")
    assert end.code == 8
    assert f"{mailbox_of('Vermeer')}: unexpected: {WORDS}" in end.err
    assert ("Traceback (most recent call last)" in end.err) == traced


def test_what_waits_for_a_room_is_drained_in_the_others(night: Night) -> None:
    booked_everywhere(night)
    for name in NAMES:
        item = Notification(
            NotificationKind.CHANGE, Occasion.UPDATED, "s", night.room(name).id, night.company.now
        )
        add_notifications(night.store, [item])
    spoil(night, "inbox", "kind", "Vermeer")
    report = night.run()
    (problem,) = report.problems
    assert (problem.room, problem.code, report.exit_code) == (
        mailbox_of("Vermeer"), "unexpected", 0,
    )  # fmt: skip
    assert inbox_summary(night.store)[0] == 1
    assert len(night.reservations()) == 6


def test_a_ledger_that_cannot_be_read_keeps_no_notification_waiting(night: Night) -> None:
    booked_everywhere(night)
    night.store.run(
        "INSERT INTO subscriptions (id, room, resource, notification_url, client_state, created_at,"
        " expires_at) VALUES ('s', 1, '', '', '', 'soon', 'soon')"
    )
    item = Notification(
        NotificationKind.CHANGE, Occasion.UPDATED, "s", night.room("Hals").id, night.company.now
    )
    add_notifications(night.store, [item])
    report = night.run(again=False)
    assert [(problem.room, problem.code) for problem in report.problems] == [(None, "unexpected")]
    assert (inbox_summary(night.store)[0], report.created) == (0, 3)
    assert len(night.reservations()) == 6


def test_one_write_fails_and_the_others_are_in_outlook(night: Night) -> None:
    numbers = [night.make(name, "Interview", "09:00", "10:00")[0].number for name in NAMES]
    for number in numbers:
        night.edit(number, subject="Second interview", push=False)
    spoil(night, "agreed_states", "agreed_at", "Vermeer")
    report = night.run(again=False)
    assert (report.pushed, report.push_failed) == (2, 1)
    assert report.problems[0].message == f"reservation {numbers[1]}: {WORDS}"
    assert night.pending() == [(numbers[1], "change")]
    assert logged(night, "push.failed") == [
        (night.room("Vermeer").id, f"reservation {numbers[1]}: change: unexpected: {WORDS}")
    ]
    spoil(night, "agreed_states", "agreed_at", "Vermeer", "2026-09-15T07:00:00Z")
    night.sleep()
    night.run()
    assert [int(item.external_state) for item in night.all()] == [10, 10, 10]


def test_an_outbox_that_cannot_be_read_keeps_no_room_from_its_pass(night: Night) -> None:
    booked_everywhere(night)
    night.make("Vermeer", "Interview", "15:00", "16:00", push=False)
    spoil(night, "outbox", "action", "Vermeer", "burn")
    report = night.run(again=False)
    assert [(problem.room, problem.code) for problem in report.problems] == [(None, "unexpected")]
    assert (report.created, report.ok) == (3, 3)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyError("x"), 1, "ended early: KeyError: 'x'"),
        (KeyboardInterrupt(), 130, "ended early: KeyboardInterrupt"),
        (asyncio.CancelledError(), 130, "ended early: CancelledError"),
    ],
    ids=["a defect", "Ctrl-C", "let go"],
)
def test_the_record_of_a_run_says_a_defect_from_an_interruption(
    night: Night, error: BaseException, code: int, words: str
) -> None:
    def stumble(step: str) -> None:
        if step == "reading rooms":
            raise error

    with pytest.raises(type(error)):
        night.ask(
            lambda gateway: run_sync(
                night.company, gateway, night.rooms, PassOptions(), SyncHooks(step=stumble)
            )
        )
    assert load_runs(night.store, limit=1)[0].exit_code == code
    assert logged(night, "sync.failed") == [(None, words)]


@pytest.mark.parametrize("column", ["updated_at", "start_at"])
def test_a_write_whose_reservation_cannot_be_read_is_told_and_tried_again(
    night: Night, column: str
) -> None:
    numbers = [night.make(name, "Interview", "09:00", "10:00")[0].number for name in NAMES]
    for number in numbers:
        night.edit(number, subject="Second interview", push=False)
    kept = night.store.row(f"SELECT {column} FROM reservations WHERE number = ?", (numbers[1],))
    spoil(night, "reservations", column, "Vermeer")
    report = night.run(again=False)
    assert (report.pushed, report.push_failed) == (2, 1)
    (entry,) = search_log(night.store, LogFilter(action="push.failed"))
    assert (entry.run, entry.reservation, entry.room) == (
        report.run, numbers[1], night.room("Vermeer").id,
    )  # fmt: skip
    assert entry.message.startswith(f"reservation {numbers[1]}: change: unexpected: a defect")
    assert night.pending() == [(numbers[1], "change")]
    state = "SELECT external_state FROM reservations WHERE number = ?"
    assert night.store.row(state, (numbers[1],))[0] == 21
    spoil(night, "reservations", column, "Vermeer", kept[0])
    night.sleep()
    night.run()
    assert [int(item.external_state) for item in night.all()] == [10, 10, 10]
    assert night.pending() == []
