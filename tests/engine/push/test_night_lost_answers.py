"""Writes whose answer was lost: Outlook may have them, whatever the desk decides next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import DAY
from killed_process import KilledProcesses
from night import NAMES, Night, TenantServer, at, at_once, mailbox_of, nightfall

from obctl.domain.values import replace
from obctl.engine.push.enqueue import CancelNotice
from obctl.engine.reservations.cancel import cancel_reservation
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.sandbox.steps import Recreate
from obctl.store.database import open_store

INTERVIEW = "09-15 09:00-10:00 Interview"


def lost(night: Night, room: str = "Rembrandt") -> int:
    """A reservation that Outlook took without our hearing of it."""
    with cut(night, room):
        (reservation,) = night.make(room, "Interview", "09:00", "10:00")
    assert night.outlook(room) == [f"{room} {INTERVIEW}"]
    assert int(night.only().external_state) == 21
    return reservation.number


@contextmanager
def cut(night: Night, room: str = "Rembrandt", method: str = "POST") -> Iterator[None]:
    night.fail("cut", room, method=method, times=1)
    yield
    night.recover()


def morning(night: Night) -> None:
    """What is pending is due, twice: nothing is left to do for a second run."""
    for _ in range(2):
        night.sleep()
        assert night.run().push_failed == 0
    assert night.pending() == []


def outlook(night: Night) -> list[str]:
    return [line for room in NAMES for line in night.outlook(room)]


def meetings(night: Night) -> int:
    """How many meetings Exchange has in all rooms, series being one."""
    return sum(len(night.tenant.meetings_in(mailbox_of(room))) for room in NAMES)


def cancel(night: Night, number: int) -> None:
    night.call_off(number, push=False)


def rename(night: Night, number: int) -> None:
    night.edit(number, subject="Second interview", push=False)


def postpone(night: Night, number: int) -> None:
    night.edit(number, start="18 11:00", end="18 12:00", push=False)


def move(room: str) -> Callable[[Night, int], None]:
    def to(night: Night, number: int) -> None:
        night.edit(number, room=room, push=False)

    to.__name__ = room.lower()
    return to


def run(night: Night, _number: int) -> None:
    night.run(again=False)


def wait(night: Night, _number: int) -> None:
    night.sleep(0, minutes=30)


def lose_again(night: Night, _number: int) -> None:
    """Whatever room it is to stand in now, that answer is lost too."""
    for room in ("Vermeer", "Hals"):
        night.fail("cut", room, method="POST", times=1)
    night.sleep(0, minutes=30)
    night.run(again=False)
    night.recover()


VERMEER, HALS, BACK = move("Vermeer"), move("Hals"), move("Rembrandt")


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([cancel], []),
        ([rename], ["Rembrandt 09-15 09:00-10:00 Second interview"]),
        ([postpone], ["Rembrandt 09-18 11:00-12:00 Interview"]),
        ([postpone, cancel], []),
        ([postpone, wait, lose_again, cancel], []),
        ([VERMEER], [f"Vermeer {INTERVIEW}"]),
        ([VERMEER, run], [f"Vermeer {INTERVIEW}"]),
        ([VERMEER, cancel], []),
        ([VERMEER, run, cancel], []),
        ([VERMEER, HALS], [f"Hals {INTERVIEW}"]),
        ([VERMEER, lose_again], [f"Vermeer {INTERVIEW}"]),
        ([VERMEER, lose_again, HALS], [f"Hals {INTERVIEW}"]),
        ([VERMEER, lose_again, HALS, lose_again, cancel], []),
        ([VERMEER, lose_again, BACK], [f"Rembrandt {INTERVIEW}"]),
        ([VERMEER, BACK], [f"Rembrandt {INTERVIEW}"]),
        ([VERMEER, BACK, cancel], []),
        ([VERMEER, run, BACK], [f"Rembrandt {INTERVIEW}"]),
        ([postpone, VERMEER], ["Vermeer 09-18 11:00-12:00 Interview"]),
        ([VERMEER, postpone, BACK, rename], ["Rembrandt 09-18 11:00-12:00 Second interview"]),
    ],
)
@pytest.mark.parametrize("at_once", [False, True], ids=["by-the-run", "at-once"])
def test_what_an_attempt_left_behind_follows_the_reservation(
    night: Night, steps: list[Callable[[Night, int], None]], left: list[str], at_once: bool
) -> None:
    number = lost(night)
    for step in steps:
        step(night, number)
        if at_once:
            night.push(number)
    morning(night)
    assert outlook(night) == night.reservations() == left
    assert meetings(night) == len(left)
    assert [int(item.external_state) for item in night.all()] == [10 if left else 110]


def test_the_old_room_is_left_only_once_the_new_one_is_had(night: Night) -> None:
    number = lost(night)
    night.book("Vermeer", "Budget", "09:00", "10:00")
    night.edit(number, room="Vermeer")
    assert night.outlook("Rembrandt") == [f"Rembrandt {INTERVIEW}"]
    night.edit(number, room="Hals")
    assert night.outlook("Rembrandt") == []
    assert night.outlook("Hals") == [f"Hals {INTERVIEW}"]


def test_an_attempt_that_wrote_nothing_leaves_nothing_to_take_back(night: Night) -> None:
    night.fail("server-error", "Rembrandt", method="POST")
    (reservation,) = night.make("Rembrandt", "Interview", "09:00", "10:00")
    night.recover()
    night.edit(reservation.number, room="Vermeer")
    assert (outlook(night), night.pending()) == ([f"Vermeer {INTERVIEW}"], [])


def test_a_mailbox_made_anew_forgets_what_an_attempt_left_behind(night: Night) -> None:
    night.run()
    number = lost(night)
    night.edit(number, room="Vermeer", push=False)
    night.act(Recreate(room=mailbox_of("Rembrandt")))
    night.run(again=False)
    assert night.outlook("Vermeer") == [f"Vermeer {INTERVIEW}"]


@pytest.mark.parametrize("scope", list(SeriesScope))
@pytest.mark.parametrize("nth", [0, 1])
def test_dates_of_a_series_whose_answer_was_lost_are_called_off(
    night: Night, scope: SeriesScope, nth: int
) -> None:
    with cut(night):
        four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.call_off(four[nth].number, scope=scope, push=False)
    morning(night)
    assert night.outlook("Rembrandt") == night.reservations()
    gone = {SeriesScope.ONE: 1, SeriesScope.FOLLOWING: 4 - nth, SeriesScope.ALL: 4}[scope]
    assert len(night.reservations()) == 4 - gone
    assert meetings(night) == (1 if gone < 4 else 0)
    assert {int(item.external_state) for item in night.all()} <= {10, 110}


def test_a_series_called_off_after_its_first_date_was_moved_is_found(night: Night) -> None:
    with cut(night):
        four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    night.edit(four[0].number, start="18 11:00", end="18 12:00", push=False)
    night.call_off(four[0].number, scope=SeriesScope.ALL, push=False)
    morning(night)
    assert (outlook(night), meetings(night)) == ([], 0)


def test_a_series_is_found_though_its_first_date_was_deleted_in_outlook(night: Night) -> None:
    with cut(night):
        four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    (series,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.cancel(series, day=DAY)
    night.call_off(four[0].number, scope=SeriesScope.ALL, push=False)
    morning(night)
    assert (outlook(night), meetings(night)) == ([], 0)


def test_a_series_takes_no_date_that_somebody_has_in_outlook(night: Night) -> None:
    night.book("Rembrandt", "Budget", "29 09:30", "29 10:30")
    four = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4")
    assert night.outlook("Rembrandt") == ["Rembrandt 09-29 09:30-10:30 Budget"]
    night.call_off(four[2].number, push=False)
    morning(night)
    assert len(night.outlook("Rembrandt")) == 4
    assert night.outlook("Rembrandt") == night.reservations()


class TestMeanwhile:
    """Somebody at the desk decides while Graph is being asked."""

    @pytest.fixture
    def meanwhile(self, night: Night) -> Iterator[Callable[[str, Callable[..., None]], None]]:
        """`meanwhile("POST", act)`: `act` happens as the first such request arrives."""
        stores = []

        def arrange(method: str, act: Callable[..., None]) -> None:
            def on_call(called: str, mailbox: str | None, _route: str) -> None:
                if called != method or mailbox != mailbox_of("Rembrandt"):
                    return
                night.watched.on_call = lambda *_: None
                store = open_store(night.company.config.store_path)
                stores.append(store)
                act(replace(night.company, store=store))
                store.close()

            night.watched.on_call = on_call

        yield arrange
        assert stores, "it never happened"

    @pytest.mark.parametrize(
        ("what", "left"),
        [
            ("cancel", []),
            ("postpone", ["Rembrandt 09-18 11:00-12:00 Interview"]),
            ("move", [f"Vermeer {INTERVIEW}"]),
        ],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_decision_made_while_the_event_is_written_is_not_lost(
        self, night: Night, meanwhile: Callable[..., None], what: str, left: list[str], method: str
    ) -> None:
        (reservation,) = night.make("Rembrandt", "Interview", "09:00", "10:00", push=False)
        number = reservation.number
        vermeer = night.room("Vermeer")

        def act(company) -> None:
            if what == "cancel":
                at_once(cancel_reservation(company, None, number, SeriesScope.ONE, CancelNotice()))
                return
            edit = Edit(room=vermeer)
            if what == "postpone":
                edit = Edit(start=at("18 11:00"), end=at("18 12:00"))
            at_once(change_reservation(company, None, number, edit, SeriesScope.ONE))

        meanwhile(method, act)
        night.push(number)
        night.sleep(0, minutes=30)
        night.run(again=False)
        morning(night)
        assert outlook(night) == night.reservations() == left
        assert meetings(night) == len(left)

    def test_a_cancellation_while_a_change_is_written_is_not_lost(
        self, night: Night, meanwhile: Callable[..., None]
    ) -> None:
        (reservation,) = night.make("Rembrandt", "Interview", "09:00", "10:00")
        number = reservation.number
        night.run()
        meanwhile(
            "PATCH",
            lambda company: at_once(
                cancel_reservation(company, None, number, SeriesScope.ONE, CancelNotice())
            ),
        )
        night.edit(number, subject="Second interview")
        morning(night)
        assert (outlook(night), night.reservations()) == ([], [])


def test_a_store_put_back_from_a_backup_takes_nobody_elses_event_for_its_own(night: Night) -> None:
    """Numbers are given again then; the events of the reservations that had them still stand."""
    backup = night.store.path.with_name("backup.db")
    night.store.backup(backup)
    night.make("Rembrandt", "Interview", "09:00", "10:00")
    night.sleep(0, hours=1)
    restored = open_store(backup)
    try:
        after = Night(night.tenant_server, replace(night.company, store=restored))
        after.make("Rembrandt", "Board", "18 09:00", "18 10:00")
        after.run()
        assert after.outlook("Rembrandt") == after.reservations()
        assert [line.split()[-1] for line in after.reservations()] == ["Interview", "Board"]
    finally:
        restored.close()


def test_a_store_put_back_from_before_a_push_finds_what_it_wrote(night: Night) -> None:
    (reservation,) = night.make("Rembrandt", "Interview", "09:00", "10:00", push=False)
    backup = night.store.path.with_name("backup.db")
    night.store.backup(backup)
    night.push(reservation.number)
    restored = open_store(backup)
    try:
        after = Night(night.tenant_server, replace(night.company, store=restored))
        assert after.run().pushed == 1
        assert after.outlook("Rembrandt") == after.reservations() == [f"Rembrandt {INTERVIEW}"]
    finally:
        restored.close()


@pytest.mark.parametrize("story", ["move", "cancel", "back", "series"])
def test_killed_at_any_instant_nothing_stays_behind(
    tenant_server: TenantServer, tmp_path: Path, story: str
) -> None:
    killed_processes = KilledProcesses()
    try:
        with nightfall(tenant_server, tmp_path) as night:
            number = lost(night)
            night.edit(number, start="18 11:00", end="18 12:00", room="Vermeer", push=False)
            if story == "cancel":
                night.call_off(number, push=False)
            if story == "back":
                night.edit(number, room="Rembrandt", push=False)
            if story == "series":
                with cut(night, "Hals"):
                    dates = night.make(
                        "Hals", "Coaching", "22 09:00", "22 10:00", repeat="FREQ=WEEKLY;COUNT=3"
                    )
                night.edit(dates[1].number, start="30 09:00", end="30 10:00", push=False)
                night.call_off(dates[2].number, push=False)
            night.sleep()
            dies_at = 1
            home, now = tmp_path / "home", night.company.now
            while killed_processes.run(home, now, "sync", "run", dies_at=dies_at).killed:
                dies_at += 2
                # what failed because it died waits a while
                night.store.run("UPDATE outbox SET due_at = created_at")
            morning(night)
            room = {"cancel": [], "back": ["Rembrandt"]}.get(story, ["Vermeer"])
            expected = [f"{name} 09-18 11:00-12:00 Interview" for name in room]
            if story == "series":
                expected += ["Hals 09-22 09:00-10:00 Coaching", "Hals 09-30 09:00-10:00 Coaching"]
            assert sorted(outlook(night)) == sorted(night.reservations()) == sorted(expected)
            assert meetings(night) == len(room) + (story == "series")
    finally:
        killed_processes.close()
