"""Killed at any instant, the next run goes on with nothing lost, doubled or repeated."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from busy_night import prepare, state
from killed_process import RUN, End, KilledProcesses, dies_at_request
from night import Night, TenantServer, nightfall

from obctl.domain.event import EventId
from obctl.domain.subscription import Occasion
from obctl.store.inbox import Notification, NotificationKind, add_notifications, inbox_summary


def test_runs_killed_again_and_again_end_like_an_undisturbed_one(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses, undisturbed: dict[str, Any]
) -> None:
    prepare(night)
    dies_at = 1
    while killed_processes.run(tmp_path / "home", night.company.now, *RUN, dies_at=dies_at).killed:
        dies_at += 3
    assert dies_at > 90
    assert state(night) == undisturbed
    assert night.run().changes == 0
    assert len(undisturbed["requests"]) == 1


@pytest.mark.parametrize("statements", range(10, 250, 15))
def test_a_run_killed_once_ends_like_an_undisturbed_one(
    night: Night,
    tmp_path: Path,
    killed_processes: KilledProcesses,
    undisturbed: dict[str, Any],
    statements: int,
) -> None:
    prepare(night)
    home, now = tmp_path / "home", night.company.now
    assert killed_processes.run(home, now, *RUN, dies_at=statements).killed
    assert killed_processes.run(home, now, *RUN).code == 0
    assert state(night) == undisturbed


def test_runs_killed_while_graph_does_what_they_asked_end_like_an_undisturbed_one(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses, undisturbed: dict[str, Any]
) -> None:
    """Each dies with one request more on its way: Graph gets it, nobody hears the answer."""
    prepare(night)
    asked_before_death = 1
    while dies_at_request(night, killed_processes, tmp_path / "home", asked_before_death).killed:
        asked_before_death += 1
    assert asked_before_death > 10
    assert state(night) == undisturbed
    assert night.run().changes == 0


def test_killed_at_any_instant_a_new_event_is_looked_at_once_more_and_no_oftener(
    tenant_server: TenantServer, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    with nightfall(tenant_server, tmp_path, names=("Hals",)) as night:
        meeting = night.book("Hals", "Budget", "09:00", "10:00", settle=False)
        event, room = EventId(night.id_of("Hals", meeting)), night.room("Hals").id
        item = Notification(
            NotificationKind.CHANGE, Occasion.CREATED, "S1", room, night.company.now, event
        )
        add_notifications(night.store, [item])
        later = night.company.now + timedelta(seconds=night.company.config.sync.settle_seconds)
        for now, pending in ((night.company.now, 1), (later, 0)):
            dies_at = 1
            while killed_processes.run(tmp_path / "home", now, *RUN, dies_at=dies_at).killed:
                dies_at += 2
            assert inbox_summary(night.store) == (0, None)
            assert len(night.store.rows("SELECT * FROM settling")) == pending
        received = [row["what"] for row in night.store.rows("SELECT what FROM inbox")]
        assert received == ["created", "settled"]
        assert len(night.reservations()) == 1


def create(number: int) -> list[str]:
    """The words of a reservation that nothing else overlaps."""
    day, hour = 15 + number // 20, number % 20
    start = f"2026-09-{day}T{hour:02}:00"
    words = ["reservations", "create", "--room", "Rembrandt", "--subject", f"Desk {number}"]
    return [*words, "--start", start, "--duration", "30m", "--organizer", "anna@contoso.example"]


def stands_once(night: Night) -> None:
    """After one more night: what is reserved stands in Outlook, once, and nothing else does."""
    assert night.run().exit_code == 0
    assert night.outlook("Rembrandt") == night.reservations("Rembrandt")
    assert night.pending() == []
    assert night.log("push.*") == ["push.created"] * len(night.all())


def test_a_reservation_being_made_is_there_in_full_or_not_at_all(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    home, now = tmp_path / "home", night.company.now
    dies_at = made = 1
    while killed_processes.run(home, now, *create(made), dies_at=dies_at).killed:
        dies_at += 2
        made += 1
    assert 1 < len(night.all()) < made
    stands_once(night)


def test_a_reservation_on_its_way_to_outlook_is_never_written_twice(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    asked = 1
    while dies_at_request(night, killed_processes, tmp_path / "home", asked, *create(asked)).killed:
        asked += 1
    assert 1 < len(night.all()) <= asked
    stands_once(night)


def test_the_second_of_two_runs_at_once_names_the_first(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    home, now = tmp_path / "home", night.company.now
    first: list[int] = []
    second: list[End] = []

    def while_it_reads(*_: object) -> None:
        night.watched.on_call = lambda *_: None
        other = KilledProcesses()
        second.append(other.run(home, now, *RUN))
        other.close()

    night.watched.on_call = while_it_reads
    assert killed_processes.run(home, now, *RUN, born=first.append).code == 0
    (refused,) = second
    assert (refused.code, refused.out) == (5, "")
    assert refused.err == (
        f"error: another run is active for this company (process {first[0]})\n"
        "  wait for it to end; `obctl sync status` shows what it did\n"
    )
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.log("sync.*") == ["sync.started", "sync.finished"]


def test_the_lock_of_a_dead_run_is_taken_over(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    home, now = tmp_path / "home", night.company.now
    assert dies_at_request(night, killed_processes, home, 1).killed
    assert (night.company.config.folder / "run.pid").exists()
    assert killed_processes.run(home, now, *RUN).code == 0
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert not (night.company.config.folder / "run.pid").exists()
