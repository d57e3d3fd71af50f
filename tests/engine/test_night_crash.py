"""Killed at any instant, the next run goes on with nothing lost, doubled or repeated."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from mortal import Mortals
from night import NAMES, Building, Night, mailbox_of, nightfall, weekly

from obctl.domain.event import EventId
from obctl.errors import AnotherRunActive
from obctl.store.inbox import Notification, NotificationKind, add_notifications, inbox_summary
from obctl.store.runs import run_lock


@pytest.fixture
def mortals() -> Iterator[Mortals]:
    found = Mortals()
    yield found
    found.close()


def prepare(night: Night) -> None:
    """A night with a bit of everything ahead: moves, cancellations, series, owed writes."""
    moving = night.book("Rembrandt", "Moving", "09:00", "10:00")
    shifting = night.book("Rembrandt", "Shifting", "10:00", "11:00")
    ending = night.book("Rembrandt", "Ending", "11:00", "12:00")
    vanishing = night.book("Rembrandt", "Vanishing", "13:00", "14:00")
    series = night.book("Vermeer", "Board", "15:00", "16:00", recurrence=weekly(count=4))
    (changing,) = night.make("Hals", "Changing", "09:00", "10:00")
    (leaving,) = night.make("Hals", "Leaving", "11:00", "12:00")
    night.run()
    numbers = {item.subject: item.number for item in night.all()}
    night.cater(numbers["Moving"])
    night.cater(numbers["Shifting"])
    night.change(shifting, rooms="Hals")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.recover()
    night.change(moving, rooms="Vermeer")
    night.cancel(ending)
    night.delete("Rembrandt", vanishing)
    night.change(
        series, day=night.tenant.now().date().replace(day=22), start="23 15:00", end="23 16:00"
    )
    night.book("Rembrandt", "Fresh", "15:00", "16:00", recurrence=weekly(count=3))
    night.make("Vermeer", "Made here", "17:00", "18:00", push=False)
    weeks = night.make(
        "Hals", "Coaching", "13:00", "14:00", repeat="FREQ=WEEKLY;COUNT=4", push=False
    )
    night.edit(weeks[1].number, start="22 14:30", end="22 15:30", push=False)
    night.call_off(weeks[2].number, push=False)
    night.edit(changing.number, start="16 09:00", end="16 10:00", push=False)
    night.call_off(leaving.number, push=False)


def state(night: Night) -> dict[str, Any]:
    """Everything people and the next run can see, instants of writing aside."""
    return {
        "reservations": [
            (item.number, item.event_id, item.series_key, item.version, item.services)
            for item in night.all()
        ],
        "shown": night.reservations(),
        "agreed": [
            tuple(row)
            for row in night.store.rows(
                "SELECT reservation, event_id, start_at, subject, version FROM agreed_states"
                " ORDER BY reservation"
            )
        ],
        "requests": night.requests(None),
        "owed": night.owed(),
        "outlook": [line for room in NAMES for line in night.outlook(room)],
        "meetings": [len(night.tenant.meetings_in(mailbox_of(room))) for room in NAMES],
        "log": sorted(
            action for action in night.log() if not action.startswith(("sync.", "reservation."))
        ),
    }


def test_runs_killed_again_and_again_end_like_an_undisturbed_one(
    building: Building, tmp_path: Path, mortals: Mortals
) -> None:
    for folder in ("calm", "killed"):
        (tmp_path / folder).mkdir()
    with nightfall(building, tmp_path / "calm") as night:
        prepare(night)
        night.run()
        expected = state(night)
    with nightfall(building, tmp_path / "killed") as night:
        prepare(night)
        home = tmp_path / "killed" / "home"
        dies_at = 1
        while mortals.run(home, night.company.now, dies_at=dies_at):
            dies_at += 3
        assert dies_at > 90
        assert state(night) == expected
        assert night.run().changes == 0
    assert len(expected["requests"]) == 1


@pytest.mark.parametrize("statements", [60, 100])
def test_a_run_killed_once_late_ends_like_an_undisturbed_one(
    building: Building, tmp_path: Path, mortals: Mortals, statements: int
) -> None:
    for folder in ("calm", "killed"):
        (tmp_path / folder).mkdir()
    with nightfall(building, tmp_path / "calm") as night:
        prepare(night)
        night.run()
        expected = state(night)
    with nightfall(building, tmp_path / "killed") as night:
        prepare(night)
        assert mortals.run(tmp_path / "killed" / "home", night.company.now, dies_at=statements)
        night.run()
        assert state(night) == expected


def test_killed_at_any_instant_a_new_event_is_looked_at_once_more_and_no_oftener(
    building: Building, tmp_path: Path, mortals: Mortals
) -> None:
    with nightfall(building, tmp_path, names=("Hals",)) as night:
        meeting = night.book("Hals", "Budget", "09:00", "10:00", settle=False)
        event, room = EventId(night.id_of("Hals", meeting)), night.room("Hals").id
        word = Notification(
            NotificationKind.CHANGE, "created", "S1", room, night.company.now, event
        )
        add_notifications(night.store, [word])
        later = night.company.now + timedelta(seconds=night.company.config.sync.settle_seconds)
        for now, owed in ((night.company.now, 1), (later, 0)):
            dies_at = 1
            while mortals.run(tmp_path / "home", now, dies_at=dies_at):
                dies_at += 2
            assert inbox_summary(night.store) == (0, None)
            assert len(night.store.rows("SELECT * FROM settling")) == owed
        looks = [row["what"] for row in night.store.rows("SELECT what FROM inbox")]
        assert looks == ["created", "settled"]
        assert len(night.reservations()) == 1


def test_two_runs_at_once_are_one_run_and_a_word_about_it(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    with (
        run_lock(night.company.config.folder),
        pytest.raises(AnotherRunActive, match=f"process {os.getpid()}") as told,
    ):
        night.run()
    assert told.value.exit_code == 5
    assert night.run().created == 1


def test_the_lock_of_a_dead_run_is_taken_over(
    night: Night, tmp_path: Path, mortals: Mortals
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    assert mortals.run(tmp_path / "home", night.company.now, dies_at=20)
    assert (night.company.config.folder / "run.pid").exists()
    assert night.run().created == 1
    assert not (night.company.config.folder / "run.pid").exists()
