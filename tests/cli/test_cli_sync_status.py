"""`sync status` and `sync history`: nothing that wants a person goes unsaid."""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest
from builders import LAST_PASS, NOW
from desk import ATRIUM, Desk, lines

from obctl.engine.admin.init import create_company
from obctl.store.database import Store
from obctl.store.rooms import save_pass, save_stopped
from obctl.store.runs import finish_run, run_lock, start_run

WHY = (
    "12 of 15 reservations of Atrium would go, 3 with catering for 60 people; Outlook gives no"
    " proof that they were cancelled (limit: 50 % and 10)"
)
MAILBOX = "atrium@contoso.example"
RUN = f"obctl sync run --room {MAILBOX}"


@pytest.fixture
def stopped(read_desk: Desk) -> Desk:
    """All is well but for one room that a guard stopped last night."""
    with read_desk.store() as store, store.transaction():
        save_stopped(store, ATRIUM, WHY, at=LAST_PASS)
    return read_desk


def test_a_company_in_step_has_nothing_stopped(read_desk: Desk) -> None:
    answer = read_desk.run("sync", "status", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert json.loads(answer.stdout)["stopped"] == []


def test_a_guard_stop_is_shown_with_the_way_on(stopped: Desk) -> None:
    answer = stopped.run("sync", "status")
    assert answer.exit_code == 3
    assert "12 of 15 reservations of Atrium would go" in " ".join(answer.stdout.split())
    assert any(line.endswith("stopped") and "Atrium" in line for line in lines(answer.stdout))
    assert lines(answer.stderr) == [
        f"{MAILBOX} is stopped until somebody has looked:",
        f"    {RUN} --dry-run",
        "and where that is right:",
        f"    {RUN} --allow-cancellations",
    ]
    assert "Europe/Amsterdam" in answer.stdout
    assert "Mon 2026-09-14 03:00" in " ".join(answer.stdout.split())
    assert max(len(line) for line in answer.stdout.splitlines()) <= 80


def test_a_guard_stop_is_data_for_scripts(stopped: Desk) -> None:
    answer = stopped.run("sync", "status", "-o", "json")
    assert (answer.exit_code, answer.stderr) == (3, "")
    assert json.loads(answer.stdout)["stopped"] == [
        {
            "room": MAILBOX,
            "since": "2026-09-14T01:00:00Z",
            "why": WHY,
            "look": f"obctl sync run --room {MAILBOX} --dry-run",
            "allow": f"obctl sync run --room {MAILBOX} --allow-cancellations",
        }
    ]


def test_a_good_pass_ends_it(stopped: Desk) -> None:
    with stopped.store() as store, store.transaction():
        save_pass(store, ATRIUM, synced_at=LAST_PASS)
    assert stopped.run("sync", "status").exit_code == 0


@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (("sync", "status"), 3, "no room is mapped, so nothing is kept in step"),
        (("diff", "today", "--cached"), 0, "no room is mapped, so nothing was compared"),
    ],
    ids=["status", "diff"],
)
def test_a_company_without_rooms_is_not_in_step(
    read_desk: Desk, words: tuple[str, ...], exit_code: int, said: str
) -> None:
    create_company(read_desk.home, "adatum", {})
    for format in ((), ("-o", "json")):
        answer = read_desk.run("--company", "adatum", *words, *format)
        assert (answer.exit_code, said in answer.stderr) == (exit_code, True)


def test_the_lists_of_rooms_do_not_call_it_ok(stopped: Desk) -> None:
    for words in (("rooms", "list"), ("rooms", "show", "Atrium")):
        assert "stopped by the guard" in " ".join(stopped.run(*words).stdout.split())


def test_a_run_that_goes_on_shows_so(read_desk: Desk) -> None:
    with read_desk.store() as store:
        start_run(store, "r1", kind="sync", at=LAST_PASS)
    with run_lock(read_desk.home / "contoso"):
        (run,) = json.loads(read_desk.run("sync", "history", "-o", "json").stdout)
    assert run["state"] == "running"


@pytest.mark.parametrize(
    "holder",
    [
        pytest.param(None, id="nothing left"),
        pytest.param(os.getpid(), id="its number is another process's now"),
        pytest.param(2**22 + 7, id="no such process"),
        pytest.param("no pid", id="no number"),
    ],
)
def test_a_run_that_was_killed_shows_so(read_desk: Desk, holder: object) -> None:
    state = "killed"
    with run_lock(read_desk.home / "contoso"):
        pass  # its file stays
    with read_desk.store() as store, store.transaction():
        for number in (1, 2, 3):
            start_run(store, f"r{number}", kind="sync", at=LAST_PASS + timedelta(hours=number))
        finish_run(store, "r2", at=NOW, exit_code=0, report={})
    if holder is not None:
        (read_desk.home / "contoso" / "run.pid").write_text(f"{holder}\n")
    found = json.loads(read_desk.run("sync", "history", "-o", "json").stdout)
    assert [(run["run"], run["exit"], run["state"]) for run in found] == [
        ("r3", None, state), ("r2", 0, "finished"), ("r1", None, "killed"),
    ]  # fmt: skip
    shown = lines(read_desk.run("sync", "history").stdout)
    assert [line.split()[1] for line in shown[2:]] == [state, "0", "killed"]
    status = read_desk.run("sync", "status")
    assert f"r3, {state}" in status.stdout
    last = json.loads(read_desk.run("sync", "status", "-o", "json").stdout)["last_run"]
    assert last["state"] == state


def test_a_log_that_was_not_pruned_is_told_and_is_no_alarm(read_desk: Desk) -> None:
    message = "the log was not pruned, the next run tries again: no space is left"
    report = {"problems": [{"room": None, "code": "log-not-pruned", "message": message}]}

    def ran(store: Store) -> None:
        start_run(store, "night", kind="sync", at=LAST_PASS)
        finish_run(store, "night", at=LAST_PASS, exit_code=0, report=report)

    read_desk._write(ran)
    answer = read_desk.run("sync", "status")
    assert answer.exit_code == 0
    assert message in " ".join(answer.stdout.split())
    assert (
        json.loads(read_desk.run("sync", "status", "-o", "json").stdout)["log_not_pruned"]
        == message
    )
