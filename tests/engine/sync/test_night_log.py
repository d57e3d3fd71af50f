"""Each change, and each refusal to change, stands in the company log with its run's id."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from busy_night import prepare
from night import Night, mailbox_of

from obctl.domain.causes.story import Story
from obctl.domain.company_log import LogEntry
from obctl.domain.settings import LogSettings
from obctl.domain.sync.run_report import RunReport
from obctl.domain.values import replace
from obctl.engine.admin.status import current_status
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.errors import Refused, ResyncRequired, UsageError
from obctl.sandbox.steps import Recreate, Rewrite
from obctl.store.company_log import LogFilter, search_log
from obctl.store.runs import load_runs


def entries(night: Night, run: str) -> list[LogEntry]:
    return sorted(search_log(night.store, LogFilter(run=run)), key=lambda entry: entry.id or 0)


def rows(night: Night) -> dict[tuple[str, int], tuple[Any, ...]]:
    """What people can see change, row by row, with the reservation each is about."""
    queries = {
        "reservation": "SELECT * FROM reservations",
        "service": "SELECT reservation AS number, * FROM services",
        "request": "SELECT reservation AS number, * FROM cancellation_requests",
    }
    return {
        (kind, row["number"]): tuple(row)
        for kind, query in queries.items()
        for row in night.store.rows(query)
    }


@dataclass
class Told:
    """A run with what it changed and what it said of that."""

    report: RunReport
    changed: set[int]
    entries: list[LogEntry]

    def actions(self, number: int | None = None) -> list[str]:
        return [e.action for e in self.entries if number is None or e.reservation == number]


def run(night: Night, **options: Any) -> Told:
    """A night; whatever it changed has an entry of this very run."""
    before = rows(night)
    report = night.run(again=False, **options)
    after = rows(night)
    changed = {key[1] for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    told = Told(report, changed, entries(night, report.run))
    assert changed <= {entry.reservation for entry in told.entries}
    assert {entry.actor for entry in told.entries} == {night.company.actor}
    assert told.actions()[0] == "sync.started"
    assert told.actions()[-1] == "sync.finished"
    rooms = {room.mailbox: room.id for room in night.rooms}
    refusals = {(e.room, e.message) for e in told.entries}
    for problem in report.problems:
        if problem.room:
            assert (rooms[problem.room], f"{problem.code}: {problem.message}") in refusals
    return told


def story(night: Night, number: int) -> Story:
    async def ask(gateway: Any) -> Story:
        return await explain_item(night.company, Outlook(night.company, gateway), str(number))

    return night.ask(ask)


def test_every_change_of_a_busy_night_is_told_with_its_run(night: Night) -> None:
    prepare(night)
    told = run(night)
    numbers = {item.subject: item.number for item in night.all()}
    assert len(told.changed) > 10
    assert told.actions(numbers["Moving"]) == ["event.moved"]
    assert told.actions(numbers["Ending"]) == ["event.cancelled", "cancellation.processed"]
    assert told.actions(numbers["Vanishing"]) == ["event.deleted", "cancellation.requested"]
    assert told.actions(numbers["Changing"])[0] == "push.updated"
    assert told.actions(numbers["Leaving"])[0] == "push.cancelled"
    assert told.actions(numbers["Made here"])[0] == "push.created"
    for subject, number in numbers.items():
        if number in told.changed:
            shown = {entry.id for entry in story(night, number).story}
            about = {entry.id for entry in told.entries if entry.reservation == number}
            assert about <= shown, subject


def test_every_entry_says_who_acted(night: Night) -> None:
    prepare(night)
    run(night)
    night.approve()
    everything = search_log(night.store, LogFilter())
    assert len(everything) > 20
    assert {entry.actor for entry in everything} == {night.company.actor}


def test_a_request_that_closes_itself_is_told(night: Night) -> None:
    meeting = night.book("Rembrandt Vermeer", "Budget", "09:00", "10:00")
    night.run()
    (number,) = [one.number for one in night.all() if one.room == night.room("Rembrandt").id]
    night.cater(number)
    night.change(meeting, rooms="Vermeer")
    assert run(night).actions(number) == ["event.cancelled", "cancellation.requested"]
    night.change(meeting, rooms="Rembrandt Vermeer")
    assert run(night).actions(number) == ["cancellation.closed"]


def test_what_the_setting_processes_later_is_told(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.delete("Rembrandt", meeting)
    assert run(night).actions(number) == ["event.deleted", "cancellation.requested"]
    night.configure(ignore_cancellation_requests=True)
    assert run(night, full=True).actions(number) == ["event.deleted", "cancellation.processed"]


def test_a_conflict_is_told_with_all_three_values(night: Night) -> None:
    (made,) = night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = made.number
    night.edit(number, start="13:00", end="14:00", push=False)
    (meeting,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.change(meeting, start="15:00", end="16:00")
    told = run(night)
    merged = [entry for entry in told.entries if entry.action == "conflict.merged"]
    assert [entry.reservation for entry in merged] == [number]
    for hour in ("T11:00:00Z", "T13:00:00Z", "T07:00:00Z"):
        assert hour in merged[0].message


def test_what_was_no_difference_is_told_as_such(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.server.service.handles["budget"] = meeting
    new = {"subject": "Anna de Vries Budget"}
    night.act(Rewrite(mailbox=mailbox_of("Rembrandt"), meeting="budget", fields=new))
    told = run(night)
    assert (told.changed, told.actions(number)) == (set(), ["event.updated"])
    assert [(one.field, one.cause_code) for one in story(night, number).normalised] == [
        ("subject", "subject-rewritten")
    ]


def test_a_push_that_outlook_refuses_is_told(night: Night) -> None:
    night.run()
    (made,) = night.make("Rembrandt", "Desk", "09:00", "10:00", push=False)
    night.book("Rembrandt", "First", "09:00", "10:00")
    told = run(night)
    assert told.actions(made.number) == ["push.failed"]
    (failed,) = [entry for entry in told.entries if entry.action == "push.failed"]
    assert "is taken in Outlook: 'First'" in failed.message
    assert failed.id in {entry.id for entry in story(night, made.number).story}


def test_a_room_a_guard_stopped_is_told_room_and_reservation(night: Night) -> None:
    meetings = [
        night.book("Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30", settle=False)
        for hour in range(8, 20)
    ]
    night.settle()
    night.run()
    for meeting in meetings[1:]:
        night.delete("Rembrandt", meeting)
    told = run(night)
    assert told.report.exit_code == 6
    assert told.actions() == ["sync.started", "guard.tripped", "sync.finished"]
    assert told.changed == set()
    stopped = night.all()[-1].number
    assert "guard.tripped" in [entry.action for entry in story(night, stopped).story]


def test_a_room_that_could_not_be_read_is_told_until_a_good_pass(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.change(meeting, start="11:00", end="12:00")
    night.sleep(hours=1)
    night.fail("forbidden", "Rembrandt")
    told = run(night)
    assert told.actions() == ["sync.started", "room.inconclusive", "sync.finished"]
    night.recover()
    refused = [entry for entry in story(night, number).story if entry.run == told.report.run]
    assert [entry.message.partition(":")[0] for entry in refused] == ["mailbox-permission-lost"]
    night.sleep(hours=1)
    assert run(night).actions(number) == ["event.updated"]
    assert refused[0].id not in {entry.id for entry in story(night, number).story}


def test_a_plan_that_is_not_the_reviewed_one_is_told(night: Night) -> None:
    night.run()
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    told = run(night, expected={mailbox_of("Rembrandt"): ["another"]})
    assert told.report.exit_code == 6
    assert told.actions() == ["sync.started", "guard.tripped", "sync.finished"]


def test_what_a_notification_led_to_has_a_run_of_its_own(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.notify("Rembrandt", night.id_of("Rembrandt", meeting))
    (entry,) = search_log(night.store, LogFilter(action="event.created"))
    assert entry.run
    assert entry.reservation == night.only().number


def test_what_a_person_decided_is_told_with_who(night: Night) -> None:
    night.configure(max_cancelled_floor=100)
    meetings = [
        night.book("Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30")
        for hour in (9, 11, 13)
    ]
    night.run()
    for meeting, (decide, told) in zip(
        meetings,
        (
            (night.approve, "cancellation.approved"),
            (night.reject, "cancellation.rejected"),
            (lambda: night.reject(push_back=True), "cancellation.rejected"),
        ),
        strict=True,
    ):
        night.delete("Rembrandt", meeting)
        number = next(iter(run(night).changed))
        decide()
        asked, *_, decided = [e for e in story(night, number).story if "cancellation." in e.action]
        assert asked.action == "cancellation.requested"
        assert decided.action == told
        assert "Sam" in decided.message


AT_NINE, AT_HALF_PAST, AT_ELEVEN, AT_ONE = (
    f"Tue 2026-09-15 {clock} (Europe/Amsterdam)" for clock in ("09:00", "09:30", "11:00", "13:00")
)
REFUSED = {
    "change of somebody's meeting": (
        lambda night: night.edit(1, start="10:00", end="11:00"),
        f"reservation 1 not changed: 'Budget' {AT_NINE}: push-not-organizer: ",
    ),
    "a change to a taken slot": (
        lambda night: night.edit(2, start="09:30", end="10:30"),
        f"reservation 2 not changed: 'Ours' {AT_ONE}: slot-taken: ",
    ),
    "a new reservation in a taken slot": (
        lambda night: night.make("Rembrandt", "Other", "09:30", "10:30"),
        f"not reserved: 'Other' {AT_HALF_PAST}: slot-taken: ",
    ),
    "a change in a room locked out": (
        lambda night: night.edit(3, subject="Other"),
        f"reservation 3 not changed: 'Remade' {AT_NINE}: resync-required: ",
    ),
    "a cancellation in a room locked out": (
        lambda night: night.call_off(3),
        f"reservation 3 not cancelled: 'Remade' {AT_NINE}: resync-required: ",
    ),
    "a new reservation in a room locked out": (
        lambda night: night.make("Hals", "Other", "11:00", "12:00"),
        f"not reserved: 'Other' {AT_ELEVEN}: resync-required: ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_guard_refuses_a_person_is_told_and_changes_nothing_else(
    night: Night, case: str
) -> None:
    act, message = REFUSED[case]
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.make("Rembrandt", "Ours", "13:00", "14:00")
    night.make("Hals", "Remade", "09:00", "10:00")
    night.act(Recreate(room=mailbox_of("Hals")))
    night.run(again=False)
    before = (rows(night), night.pending(), night.log())
    with pytest.raises((Refused, ResyncRequired)) as told:
        act(night)
    assert before == (rows(night), night.pending(), night.log()[:-1])
    (entry,) = search_log(night.store, LogFilter(action="reservation.refused"))
    assert entry.message == message + told.value.message
    assert entry.room == night.room("Hals" if "locked out" in case else "Rembrandt").id
    if entry.reservation:
        assert entry in story(night, entry.reservation).story


def test_what_cannot_be_at_all_is_no_refusal(night: Night) -> None:
    night.make("Rembrandt", "Ours", "13:00", "14:00")
    with pytest.raises(UsageError):
        night.edit(1, start="15:00", end="14:00")
    with pytest.raises(UsageError):
        night.edit(2, subject="Nobody's")
    assert "reservation.refused" not in night.log()


def test_a_subscription_that_cannot_be_renewed_is_told_with_its_run(night: Night) -> None:
    night.run()
    night.store.run(
        "INSERT INTO subscriptions (id, room, resource, notification_url, client_state, created_at,"
        " expires_at) VALUES ('S', ?, 'x', 'https://127.0.0.1:9/notifications', 'x',"
        " '2026-09-01T00:00:00Z', '2026-09-02T00:00:00Z')",
        (night.room("Rembrandt").id,),
    )
    told = run(night)
    assert told.actions() == [
        "sync.started",
        "subscription.lost",
        "subscription.failed",
        "sync.finished",
    ]
    assert told.report.exit_code == 0


@pytest.mark.parametrize("full", [False, True], ids=["delta", "full"])
def test_what_graph_refused_is_logged_with_both_names_of_the_request(
    night: Night, full: bool
) -> None:
    night.run()
    night.fail("forbidden", "Rembrandt")
    night.run(full=full)
    (entry,) = search_log(night.store, LogFilter(action="room.inconclusive"))
    assert entry.request_id
    assert entry.client_request_id


def keep(night: Night, days: int | None) -> None:
    config = replace(night.company.config, log=LogSettings(keep_days=days))
    night.company = replace(night.company, config=config)


def test_a_night_prunes_what_the_log_keeps_no_longer(night: Night) -> None:
    """By the run, as an entry of the run; but for the story of what is still to come."""
    night.book("Rembrandt", "Over", "15 09:00", "15 10:00")
    night.book("Rembrandt", "To come", "2026-11-20 09:00", "2026-11-20 10:00")
    night.configure(future_days=90)
    night.run()
    before = night.log()
    night.sleep(days=50)
    night.run()
    assert night.log()[: len(before)] == before
    keep(night, 40)
    report = night.run(again=False)
    (pruned,) = search_log(night.store, LogFilter(action="log.pruned"))
    assert (pruned.run, pruned.actor) == (report.run, night.company.actor)
    assert "older than Thu 2026-09-24 14:10 (Europe/Amsterdam) removed" in pruned.message
    assert "1 older one kept for what is not over" in pruned.message
    old = night.company.now - timedelta(days=40)
    left = [entry for entry in search_log(night.store, LogFilter()) if entry.at < old]
    assert [entry.subject for entry in left] == ["To come"]


def test_a_night_that_could_not_prune_says_so_and_is_done_all_the_same(night: Night) -> None:
    """Somebody else writes from the run's end on, until its record is put right."""
    night.book("Rembrandt", "Over", "15 09:00", "15 10:00")
    night.run()
    night.sleep(days=90)
    keep(night, 40)
    clock, before = night.company.clock, len(load_runs(night.store))
    night.store.run("PRAGMA busy_timeout = 0")
    path = night.store.row("SELECT file FROM pragma_database_list WHERE name = 'main'")
    assert path is not None
    with closing(sqlite3.connect(path["file"], isolation_level=None)) as other:

        def locking() -> datetime:
            ended = len([run for run in load_runs(night.store) if run.finished_at]) > before
            if ended and not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
            return clock()

        def unlocking(sql: str) -> None:
            if sql.startswith("UPDATE runs SET finished_at") and other.in_transaction:
                other.execute("ROLLBACK")

        night.store.connection.set_trace_callback(unlocking)
        night.company = replace(night.company, clock=locking)
        report = night.run(again=False)
        night.store.connection.set_trace_callback(None)
    night.company = replace(night.company, clock=clock)
    (told,) = [problem for problem in report.told if problem.code == "log-not-pruned"]
    assert told.message.startswith("the log was not pruned, the next run tries again: ")
    assert report.exit_code == 0
    assert "log.pruned" not in night.log()
    status, attention = current_status(night.company, timedelta(days=1))
    assert (status["log_not_pruned"], attention) == (told.message, False)
    night.run(again=False)
    status, _ = current_status(night.company, timedelta(days=1))
    assert (status["log_not_pruned"], "log.pruned" in night.log()) == (None, True)


def test_a_night_with_nothing_to_prune_does_not_speak_of_it(night: Night) -> None:
    keep(night, 40)
    night.book("Rembrandt", "Budget", "15 09:00", "15 10:00")
    night.run()
    assert "log.pruned" not in night.log()


def test_a_rehearsal_prunes_nothing(night: Night) -> None:
    night.book("Rembrandt", "Over", "15 09:00", "15 10:00")
    night.run()
    night.sleep(days=90)
    keep(night, 30)
    before = night.log()
    night.run(dry_run=True)
    assert night.log() == before
