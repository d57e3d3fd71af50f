"""All dates of a series changed: one write to the series where that says the same as one to each.

Exchange wipes what was changed or called off of single dates when a series gets another time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from killed_process import KilledProcesses, dies_at_request
from night import Night, at, at_once, mailbox_of, weekly

from obctl.domain.reservation import Reservation
from obctl.domain.values import replace
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.sandbox.tenant import Meeting
from obctl.store.company_log import LogFilter, search_log
from obctl.store.database import open_store

ROOM = "Rembrandt"
DAYS = ("09-15", "09-22", "09-29", "10-06")


def coaching(night: Night, **more: object) -> list[Reservation]:
    return night.make(ROOM, "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=4", **more)


def patches(night: Night) -> int:
    return sum(method == "PATCH" for method, _mailbox, _route in night.watched.calls)


def change_all(night: Night, **changes: str) -> int:
    """How many writes the change of all dates took."""
    night.watched.calls.clear()
    first = next(item for item in night.all() if item.is_active and item.end > night.company.now)
    on_its_day = {
        name: f"{first.start:%d} {text}" if name != "subject" and " " not in text else text
        for name, text in changes.items()
    }
    results = night.edit(first.number, scope=SeriesScope.ALL, **on_its_day)
    assert [result.error for result in results] == [None] * len(results)
    return patches(night)


def lines(*days: str, hours: str = "09:00-10:00", subject: str = "Coaching") -> list[str]:
    return [f"{ROOM} {day} {hours} {subject}" for day in days]


def ensure_in_step(night: Night, wanted: list[str]) -> None:
    assert night.outlook(ROOM) == night.reservations(ROOM) == wanted
    assert night.pending() == []
    assert night.run().changes == 0
    assert night.outlook(ROOM) == night.reservations(ROOM) == wanted


SUBJECT = {"subject": "Training"}
HOURS = {"start": "14:00", "end": "15:30"}


@pytest.mark.parametrize(
    ("changes", "hours", "subject"),
    [
        pytest.param(SUBJECT, "09:00-10:00", "Training", id="subject"),
        pytest.param(HOURS, "14:00-15:30", "Coaching", id="hours"),
        pytest.param({"end": "11:00"}, "09:00-11:00", "Coaching", id="longer"),
        pytest.param(SUBJECT | HOURS, "14:00-15:30", "Training", id="both"),
    ],
)
@pytest.mark.parametrize("push", [True, False], ids=["at-once", "nightly"])
def test_a_whole_series_takes_one_write(
    night: Night, changes: dict[str, str], hours: str, subject: str, push: bool
) -> None:
    numbers = [item.number for item in coaching(night)]
    night.run()
    seen = max(entry.id or 0 for entry in search_log(night.store, LogFilter()))
    if push:
        assert change_all(night, **changes) == 1
    else:
        night.edit(numbers[0], scope=SeriesScope.ALL, push=False, **changes)
        night.watched.calls.clear()
        assert night.run().pushed == 4
        assert patches(night) == 1
    ensure_in_step(night, lines(*DAYS, hours=hours, subject=subject))
    entries = search_log(night.store, LogFilter(action="push.*"))
    told = sorted(entry.reservation or 0 for entry in entries if (entry.id or 0) > seen)
    assert told == numbers
    assert [item.number for item in night.all()] == numbers


EXAM = date(2026, 9, 29)


def nothing(night: Night, four: list[Reservation], there: Meeting) -> None:
    """All dates are alike."""


def moved_here(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.edit(four[2].number, start="30 12:00", end="30 13:00")


def renamed_here(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.edit(four[2].number, subject="Exam")


def called_off_here(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.call_off(four[2].number)


def moved_there(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.change(there, day=EXAM, start="30 12:00", end="30 13:00")
    night.run()


def moved_there_unread(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.change(there, day=EXAM, start="30 12:00", end="30 13:00")


def called_off_there(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.cancel(there, day=EXAM)
    night.configure(ignore_cancellation_requests=True)
    night.run()


def goes_on_there(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.change(there, recurrence=weekly(count=5))


def goes_on_beyond_the_window(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.configure(future_days=25)
    night.change(there, recurrence=weekly(count=6))
    night.run()


def first_is_past(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.sleep(2)


def one_left_for_another_room(night: Night, four: list[Reservation], there: Meeting) -> None:
    night.edit(four[2].number, room="Vermeer")


Happening = Callable[[Night, list[Reservation], Meeting], None]


@pytest.mark.parametrize(
    ("happens", "subject", "hours"),
    [
        # what happened, then how many writes a new subject and new hours of all dates take
        (nothing, 1, 1),
        (moved_here, 1, 4),
        (renamed_here, 2, 4),
        (called_off_here, 1, 3),
        (moved_there, 1, 4),
        (moved_there_unread, 4, 3),
        (called_off_there, 1, 3),
        (goes_on_there, 4, 4),
        (goes_on_beyond_the_window, 4, 4),
        (first_is_past, 3, 3),
        (one_left_for_another_room, 1, 3),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
@pytest.mark.parametrize("change", [SUBJECT, HOURS], ids=["subject", "hours"])
def test_outlook_ends_as_if_each_date_had_been_written(
    night: Night, happens: Happening, subject: int, hours: int, change: dict[str, str]
) -> None:
    four = coaching(night)
    night.run()
    (there,) = night.tenant.meetings_in(mailbox_of(ROOM))
    happens(night, four, there)
    before = set(night.outlook(ROOM))
    assert change_all(night, **change) == (subject if change is SUBJECT else hours)
    (still,) = night.tenant.meetings_in(mailbox_of(ROOM))
    assert still == there
    night.run()
    beyond = lines("10-13", "10-20") if happens is goes_on_beyond_the_window else []
    assert night.outlook(ROOM) == night.reservations(ROOM) + beyond
    known = [item for item in night.all() if item.is_active and item.room == four[0].room]
    for item in known[:4]:
        assert (item.subject == "Training") is (change is SUBJECT and item.end > night.company.now)
    if happens is first_is_past:
        assert set(lines(DAYS[0])) == before & set(night.outlook(ROOM))
    if happens in (called_off_here, called_off_there, one_left_for_another_room):
        assert not any("09-29" in line for line in night.outlook(ROOM))
    if happens in (moved_here, moved_there, moved_there_unread):
        assert sum("09-30" in line for line in night.outlook(ROOM)) == 1


def test_dates_of_their_own_keep_their_day_and_length(night: Night) -> None:
    four = coaching(night)
    night.edit(four[2].number, start="30 12:00", end="30 14:00")
    assert change_all(night, start="14:00") == 4
    ensure_in_step(
        night,
        [
            "Rembrandt 09-15 14:00-15:00 Coaching",
            "Rembrandt 09-22 14:00-15:00 Coaching",
            "Rembrandt 09-30 14:00-16:00 Coaching",
            "Rembrandt 10-06 14:00-15:00 Coaching",
        ],
    )


def test_a_series_over_the_end_of_summer_time_keeps_its_hours(night: Night) -> None:
    night.make(ROOM, "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=8")
    assert change_all(night, **HOURS) == 1
    assert {line.split()[2] for line in night.outlook(ROOM)} == {"14:00-15:30"}
    assert night.outlook(ROOM) == night.reservations()
    assert night.run().changes == 0


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"start": "16 09:00", "end": "16 10:00"}, id="another-day"),
        pytest.param({"start": "15 00:00", "end": "16 00:00"}, id="whole-days"),
    ],
)
def test_what_a_series_cannot_say_is_written_to_each_date(
    night: Night, changes: dict[str, str]
) -> None:
    coaching(night)
    assert change_all(night, **changes) == 4
    assert night.outlook(ROOM) == night.reservations()
    assert len(night.outlook(ROOM)) == 4
    assert night.run().changes == 0


def test_some_of_the_dates_are_written_one_by_one(night: Night) -> None:
    four = coaching(night)
    night.watched.calls.clear()
    night.edit(four[1].number, scope=SeriesScope.FOLLOWING, **SUBJECT)
    assert patches(night) == 3
    assert {route.partition("?")[0].count("instances") for _, _, route in night.watched.calls} == {
        0
    }
    ensure_in_step(night, lines(DAYS[0]) + lines(*DAYS[1:], subject="Training"))


def test_where_the_series_refuses_each_date_is_written(night: Night) -> None:
    coaching(night)
    night.fail("bad-request", ROOM, method="PATCH", times=1)
    assert change_all(night, **SUBJECT) == 5
    ensure_in_step(night, lines(*DAYS, subject="Training"))


def test_a_slot_that_is_taken_keeps_only_its_own_date(night: Night) -> None:
    coaching(night)
    first = night.all()[0].number
    night.edit(first, scope=SeriesScope.ALL, push=False, **HOURS)
    night.book(ROOM, "Budget", "29 14:00", "29 15:00")
    report = night.run(again=False)
    assert (report.pushed, report.push_failed) == (3, 1)
    assert lines(DAYS[2])[0] in night.outlook(ROOM)
    assert [item for item in night.outlook(ROOM) if "14:00-15:30" in item] == lines(
        DAYS[0], DAYS[1], DAYS[3], hours="14:00-15:30"
    )


def test_the_answer_to_the_one_write_may_be_lost(night: Night) -> None:
    coaching(night)
    night.fail("cut", ROOM, method="PATCH", times=1)
    assert change_all(night, **HOURS) == 1
    ensure_in_step(night, lines(*DAYS, hours="14:00-15:30"))
    assert night.log("conflict.*") == []


def test_somebody_changes_a_date_here_while_the_series_is_written(night: Night) -> None:
    four = coaching(night)

    def meanwhile(method: str, mailbox: str | None, _route: str) -> None:
        if method == "PATCH" and mailbox == mailbox_of(ROOM):
            night.watched.on_call = lambda *_: None
            store = open_store(night.company.config.store_path)
            edit = Edit(start=at("22 16:00"), end=at("22 17:00"))
            company = replace(night.company, store=store)
            at_once(change_reservation(company, None, four[1].number, edit, SeriesScope.ONE))
            store.close()

    night.watched.on_call = meanwhile
    night.edit(four[0].number, scope=SeriesScope.ALL, **HOURS)
    night.run()
    assert night.outlook(ROOM) == night.reservations()
    assert [line.split()[2] for line in night.outlook(ROOM)] == [
        "14:00-15:30", "16:00-17:00", "14:00-15:30", "14:00-15:30",
    ]  # fmt: skip
    assert night.log("conflict.*") == []


def words(hour: int) -> list[str]:
    times = ["--start", f"2026-09-15T{hour:02}:00", "--end", f"2026-09-15T{hour:02}:30"]
    return ["reservations", "change", "1", *times, "--subject", f"Lesson {hour}", "--scope", "all"]


@pytest.mark.parametrize(("killed_at", "stride"), [("statement", 11), ("request", 1)])
def test_killed_at_any_instant_the_next_run_ends_it(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses, killed_at: str, stride: int
) -> None:
    """Also between Outlook's answer and what is recorded of it: nothing is written twice.

    Of the statements, hundreds, every eleventh.
    """
    coaching(night)
    home, instant, killed = tmp_path / "home", 0, True
    wrote_once = 0
    while killed:
        instant += stride
        hour = 10 + instant % 7
        before = night.outlook(ROOM)
        night.watched.calls.clear()
        if killed_at == "statement":
            killed = killed_processes.run(
                home, night.company.now, *words(hour), dies_at=instant
            ).killed
        else:
            killed = dies_at_request(night, killed_processes, home, instant, *words(hour)).killed
        night.run(again=False)
        assert night.outlook(ROOM) == night.reservations()
        wanted = lines(*DAYS, hours=f"{hour}:00-{hour}:30", subject=f"Lesson {hour}")
        assert night.outlook(ROOM) in (wanted, before)
        assert patches(night) <= 1
        wrote_once += patches(night)
        assert night.pending() == []
    assert instant > 4
    assert wrote_once > 0
    assert night.log("conflict.*") == []
