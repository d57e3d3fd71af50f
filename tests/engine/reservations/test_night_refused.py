"""What Outlook will not take: told at the desk where it can be known, and never in others' way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from night import Night, mailbox_of

from obctl.engine.admin.status import current_status
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.errors import Refused

TUESDAYS = "FREQ=WEEKLY;COUNT=4"
"""15, 22 and 29 September, 6 October."""


def coaching(night: Night, *, repeat: str = TUESDAYS, push: bool = True) -> list[int]:
    made = night.make("Rembrandt", "Coaching", "09:00", "10:00", repeat=repeat, push=push)
    return [reservation.number for reservation in made]


def days(night: Night) -> list[str]:
    """The days on which the series stands in Outlook."""
    return [line.split()[1] for line in night.outlook("Rembrandt")]


def states(night: Night) -> list[int]:
    return [int(item.external_state) for item in sorted(night.all(), key=lambda it: it.number)]


def outbox(night: Night) -> dict[str, int]:
    item, _ = current_status(night.company, timedelta(hours=26))
    return item["outbox"]


def failed(night: Night) -> list[tuple[int, str, str, str]]:
    item, attention = current_status(night.company, timedelta(hours=26))
    assert attention
    return [
        (one["reservation"], one["room"], one["action"], one["code"])
        for one in item["failed_writes"]
    ]


def move_there(night: Night, day: int, to: str) -> None:
    """Somebody moves one date of our series in Outlook."""
    (series,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.change(series, day=date(2026, 9, day), start=f"{to} 09:00", end=f"{to} 10:00")


@pytest.mark.parametrize("push", [True, False], ids=["in-outlook", "not-pushed-yet"])
@pytest.mark.parametrize("start", ["15 11:00", "14 15:00", "29 11:00", "2026-10-01 09:00"])
def test_a_date_moved_to_or_past_the_day_of_its_neighbour_is_refused_at_once(
    night: Night, start: str, push: bool
) -> None:
    four = coaching(night, push=push)
    before = night.reservations()
    with pytest.raises(Refused, match="to or past the day of its neighbour") as told:
        night.edit(four[1], start=start, push=False)
    assert (told.value.code, told.value.exit_code) == ("occurrence-crossing", 6)
    assert f"obctl reservations cancel {four[1]}" in (told.value.hint or "")
    assert night.reservations() == before
    night.run()
    assert night.reservations() == night.outlook("Rembrandt")


def test_a_date_may_move_between_its_neighbours_and_within_its_day(night: Night) -> None:
    four = coaching(night)
    night.edit(four[0], start="21 09:00", end="21 10:00")
    night.edit(four[1], start="22 15:00", end="22 16:00")
    night.edit(four[3], start="2026-09-30 09:00", end="2026-09-30 10:00")
    assert days(night) == ["09-21", "09-22", "09-29", "09-30"]
    assert night.run().changes == 0


def test_a_date_that_was_called_off_is_no_neighbour_here(night: Night) -> None:
    four = coaching(night, push=False)
    night.call_off(four[1], push=False)
    night.edit(four[0], start="24 09:00", end="24 10:00", push=False)


def test_a_date_that_leaves_the_room_leaves_the_series_and_its_order(night: Night) -> None:
    four = coaching(night)
    night.edit(four[1], room="Vermeer", start="2026-10-01 09:00", end="2026-10-01 10:00")
    night.run()
    assert night.outlook("Vermeer") == ["Vermeer 10-01 09:00-10:00 Coaching"]


@pytest.mark.parametrize("shift", [1, -1], ids=["later", "earlier"])
@pytest.mark.parametrize("pushed", [True, False], ids=["in-outlook", "not-pushed-yet"])
@pytest.mark.parametrize("at_once", [True, False], ids=["at-once", "by-the-run"])
def test_a_series_of_every_day_moves_by_a_day(
    night: Night, shift: int, pushed: bool, at_once: bool
) -> None:
    made = night.make(
        "Rembrandt", "Stand-up", "17 09:00", "17 09:15", repeat="FREQ=DAILY;COUNT=4", push=pushed
    )
    day = 17 + shift
    night.edit(
        made[0].number, scope=SeriesScope.ALL, start=f"{day} 09:00", end=f"{day} 09:15",
        push=at_once,
    )  # fmt: skip
    if not at_once:
        night.run()
    assert days(night) == [f"09-{day + n}" for n in range(4)]
    assert (night.pending(), states(night)) == ([], [10] * 4)
    assert night.run().changes == 0


def test_a_date_refused_because_its_neighbour_moved_there_is_shown_and_waits_a_day(
    night: Night,
) -> None:
    four = coaching(night)
    move_there(night, 22, "18")
    (result,) = night.edit(four[0], start="20 09:00", end="20 10:00")
    assert result.error is not None
    assert result.error.graph is not None
    assert result.error.graph.code == "ErrorOccurrenceCrossingBoundary"
    assert outbox(night) == {"pending": 0, "failed": 1}
    code = "ErrorOccurrenceCrossingBoundary"
    assert failed(night) == [(four[0], mailbox_of("Rembrandt"), "change", code)]
    (logged,) = night.store.rows("SELECT message FROM company_log WHERE action = 'push.failed'")
    assert code in logged["message"]
    for _hours in range(19):
        night.sleep(0, hours=1)
        report = night.run("Rembrandt", again=False)
        assert (report.pushed, report.push_failed) == (0, 0)
    night.sleep(0, hours=5)
    assert night.run("Rembrandt", again=False).push_failed == 1


def test_a_refused_date_passes_with_the_next_run_once_a_neighbour_made_way(night: Night) -> None:
    four = coaching(night)
    move_there(night, 22, "18")
    night.edit(four[0], start="20 09:00", end="20 10:00")
    assert states(night)[0] == 21
    night.run("Rembrandt", again=False)
    night.edit(four[1], start="25 09:00", end="25 10:00")
    night.sleep(0, minutes=15)
    night.run("Rembrandt")
    assert days(night) == ["09-20", "09-25", "09-29", "10-06"]
    assert (night.pending(), states(night)) == ([], [10] * 4)


def refused_before_the_first_push(night: Night) -> list[int]:
    """Exchange may count the date that was called off as a neighbour all the same."""
    four = coaching(night, push=False)
    night.call_off(four[1], push=False)
    night.edit(four[0], start="24 09:00", end="24 10:00", push=False)
    return four


def test_a_refused_date_does_not_keep_its_series_from_being_linked(night: Night) -> None:
    four = refused_before_the_first_push(night)
    report = night.run("Rembrandt", again=False)
    assert (report.pushed, report.push_failed) == (2, 1)
    assert states(night) == [21, 110, 10, 10]
    assert days(night) == ["09-15", "09-29", "10-06"]
    assert night.pending() == [(four[0], "change")]
    assert outbox(night) == {"pending": 0, "failed": 1}
    assert night.log("push.*") == ["push.created"] * 3 + ["push.cancelled", "push.failed"]
    # nothing takes the refused date for Outlook's wish, and the next pass is quiet
    night.run("Rembrandt")
    assert night.run("Rembrandt", full=True).changes == 0
    assert "Rembrandt 09-24 09:00-10:00 Coaching [21]" in night.reservations()


def test_a_refused_date_is_mended_as_the_message_says(night: Night) -> None:
    four = refused_before_the_first_push(night)
    night.run("Rembrandt", again=False)
    night.call_off(four[0])
    night.make("Rembrandt", "Coaching", "24 09:00", "24 10:00")
    night.run()
    assert days(night) == ["09-24", "09-29", "10-06"]
    assert night.outlook("Rembrandt") == night.reservations()
    assert night.pending() == []


def test_a_refused_date_is_mended_by_another_day(night: Night) -> None:
    four = refused_before_the_first_push(night)
    night.run("Rembrandt", again=False)
    night.edit(four[0], start="21 09:00", end="21 10:00")
    night.run()
    assert days(night) == ["09-21", "09-29", "10-06"]
    assert night.outlook("Rembrandt") == night.reservations()


def test_a_bad_moment_at_one_date_does_not_keep_its_series_from_being_linked(night: Night) -> None:
    four = coaching(night, push=False)
    night.edit(four[1], start="22 11:00", end="22 12:00", push=False)
    night.call_off(four[2], push=False)
    night.fail("server-error", "Rembrandt", method="PATCH")
    night.run("Rembrandt", again=False)
    assert states(night) == [10, 21, 110, 10]
    night.recover()
    night.sleep(0, minutes=10)
    night.run("Rembrandt")
    assert night.outlook("Rembrandt") == night.reservations()
    assert (states(night), night.pending()) == ([10, 10, 110, 10], [])
