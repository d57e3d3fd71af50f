"""Series through the nights: every change of shape, with services that stay with their date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import DAY
from night import Night, daily, mailbox_of, numbers, weekly

from obctl.sandbox.steps import InviteToOne, MoveMailbox

FIRST, SECOND, THIRD, FOURTH = (DAY + timedelta(weeks=week) for week in range(4))


def board(night: Night, **more):
    """A weekly series of four Tuesdays, in step, by date."""
    recurrence = more.pop("recurrence", None) or weekly(count=4)
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=recurrence, **more)
    night.run()
    return meeting, {f"{item.start:%m-%d}": item.number for item in night.all()}


def test_every_date_of_a_new_series_becomes_a_reservation(night: Night) -> None:
    _, made = board(night)
    assert list(made) == ["09-15", "09-22", "09-29", "10-06"]


def test_an_exception_moved_to_another_day_takes_its_services_along(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-22"])
    night.change(meeting, day=SECOND, start="24 15:00", end="24 16:00")
    assert night.run().changes == 1
    assert numbers(night) == {"09-15": made["09-15"], "09-24": made["09-22"],
                              "09-29": made["09-29"], "10-06": made["10-06"]}  # fmt: skip
    (moved,) = [item for item in night.all() if item.number == made["09-22"]]
    assert [service.cancelled for service in moved.services] == [False]


def test_an_exception_may_have_a_subject_of_its_own(night: Night) -> None:
    meeting, _ = board(night)
    night.change(meeting, day=SECOND, subject="Board, with guests")
    assert night.run().changes == 1
    assert night.reservations()[1] == "Rembrandt 09-22 09:00-10:00 Board, with guests"


def test_an_occurrence_called_off_without_a_tombstone_is_cancelled(night: Night) -> None:
    meeting, made = board(night)
    night.cancel(meeting, day=SECOND)
    report = night.run()
    assert (report.cancelled, report.changes) == (1, 1)
    assert numbers(night) == {day: made[day] for day in ("09-15", "09-29", "10-06")}
    assert "event.cancelled" in night.log()


def test_an_occurrence_called_off_with_catering_waits_for_a_person(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-22"])
    night.cancel(meeting, day=SECOND)
    assert night.run().cancellation_requests == 1
    assert night.requests() == [(made["09-22"], "services-booked")]


def test_a_delegate_who_deletes_one_occurrence_leaves_the_others(night: Night) -> None:
    meeting, made = board(night)
    night.delete("Rembrandt", meeting, day=THIRD)
    night.run()
    assert len(numbers(night)) == 3
    assert made["09-29"] not in numbers(night).values()


def test_a_shortened_series_loses_its_tail_and_nothing_else(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, recurrence=weekly(until=SECOND))
    report = night.run()
    assert (report.cancelled, report.cancellation_requests) == (2, 0)
    assert numbers(night) == {day: made[day] for day in ("09-15", "09-22")}


def test_an_extended_series_gains_its_new_dates_and_keeps_the_old(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, recurrence=weekly(count=5))
    assert night.run().created == 1
    assert numbers(night) == {**made, "10-13": made["10-06"] + 1}


def test_a_series_moved_to_another_hour_keeps_its_reservations(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.change(meeting, start="13:00", end="14:00")
    report = night.run()
    assert (report.created, report.cancelled, report.cancellation_requests) == (0, 0, 0)
    assert numbers(night) == made
    assert night.reservations()[0] == "Rembrandt 09-15 13:00-14:00 Board"


def test_a_series_moved_to_another_hour_keeps_its_reservations_over_a_full_read(
    night: Night,
) -> None:
    meeting, made = board(night)
    night.change(meeting, start="13:00", end="14:00")
    night.run(full=True)
    assert numbers(night) == made


def test_a_series_moved_across_midnight_utc_keeps_its_reservations(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, start="00:30", end="01:30")
    night.run()
    assert sorted(numbers(night).values()) == sorted(made.values())


def test_a_new_pattern_that_wipes_exceptions_keeps_dates_that_stay(night: Night) -> None:
    meeting, made = board(night)
    night.change(meeting, day=SECOND, start="22 15:00", end="22 16:00")
    night.run()
    night.change(meeting, start="11:00", end="12:00")
    night.run()
    assert numbers(night) == made
    assert {line.split()[2] for line in night.reservations()} == {"11:00-12:00"}


def test_a_split_series_goes_on_under_the_same_reservations(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.split(meeting, THIRD)
    report = night.run()
    assert (report.cancelled, report.cancellation_requests, report.created) == (0, 0, 0)
    assert numbers(night) == made
    (catered,) = [item for item in night.all() if item.services]
    assert (catered.number, catered.services[0].cancelled) == (made["09-29"], False)


def test_a_series_split_at_its_first_date_goes_on_under_another_key(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.split(meeting, date(2026, 9, 15))
    night.run()
    assert night.outlook("Rembrandt") == [line for line in night.reservations() if "[" not in line]
    (catered,) = [item for item in night.all() if item.services]
    assert catered.is_active
    assert not catered.services[0].cancelled


def test_a_series_split_to_another_hour_takes_the_services_along(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["09-29"])
    night.split(meeting, THIRD, start="2026-09-29T14:00")
    night.run()
    assert [line.split()[1:3] for line in night.reservations()] == [
        ["09-15", "09:00-10:00"],
        ["09-22", "09:00-10:00"],
        ["09-29", "14:00-15:00"],
        ["10-06", "14:00-15:00"],
    ]
    assert numbers(night) == made


def test_a_series_split_twice_in_one_day_is_followed_to_its_end(night: Night) -> None:
    meeting, made = board(night)
    rest = night.split(meeting, SECOND)
    night.split(rest, FOURTH)
    night.run()
    assert numbers(night) == made


def test_the_whole_series_called_off_is_cancelled_date_by_date(night: Night) -> None:
    meeting, made = board(night)
    night.cater(made["10-06"])
    night.cancel(meeting)
    report = night.run()
    assert (report.cancelled, report.cancellation_requests) == (3, 1)
    assert night.reservations() == ["Rembrandt 10-06 09:00-10:00 Board [100]"]


def test_the_whole_series_deleted_by_a_delegate_waits_for_a_person(night: Night) -> None:
    meeting, made = board(night)
    night.delete("Rembrandt", meeting)
    report = night.run()
    assert (report.cancelled, report.cancellation_requests) == (0, 4)
    assert [reason for _, reason in night.requests()] == ["unproven"] * 4
    assert sorted(number for number, _ in night.requests()) == sorted(made.values())


def test_a_series_that_began_long_ago_is_read_from_its_master(night: Night) -> None:
    start = date(2026, 6, 2)
    meeting = night.book(
        "Rembrandt", "Old", "2026-06-02 09:00", "2026-06-02 10:00", recurrence=weekly(start)
    )
    night.run()
    first = len(night.all())
    assert first >= 4
    night.cancel(meeting, day=date(2026, 9, 22))
    assert night.run().cancelled == 1
    assert len(night.reservations()) == first - 1


def test_one_invited_date_of_somebodys_series_is_one_reservation(night: Night) -> None:
    meeting = night.book("Vermeer", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.server.service.handles["it"] = meeting
    night.act(InviteToOne(meeting="it", mailbox=mailbox_of("Rembrandt"), day=SECOND))
    night.run()
    assert night.reservations("Rembrandt") == ["Rembrandt 09-22 09:00-10:00 Board"]
    assert len(night.reservations("Vermeer")) == 4


def test_a_moved_mailbox_keeps_its_series_by_key_and_date(night: Night) -> None:
    _, made = board(night)
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    report = night.run()
    assert (report.updated, report.changes) == (4, 4)
    assert numbers(night) == made


def test_a_moved_mailbox_during_an_edit_is_an_edit(night: Night) -> None:
    meeting, made = board(night)
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    night.change(meeting, day=SECOND, start="22 15:00", end="22 16:00")
    night.cancel(meeting, day=THIRD)
    night.run()
    assert numbers(night) == {day: made[day] for day in ("09-15", "09-22", "10-06")}
    assert night.reservations()[1] == "Rembrandt 09-22 15:00-16:00 Board"


def test_all_day_meetings_are_whole_days_here(night: Night) -> None:
    night.tenant.book_directly(
        mailbox_of("Rembrandt"), "Fair", "2026-10-24T00:00", "2026-10-27T00:00", all_day=True
    )
    night.configure(future_days=60)
    night.run()
    assert night.reservations() == ["Rembrandt 10-24 3 days Fair"]


def test_an_all_day_series_over_the_change_of_clocks_falls_on_its_days(night: Night) -> None:
    night.configure(future_days=60)
    start = date(2026, 10, 22)
    night.book(
        "Rembrandt", "Fair", "2026-10-22 00:00", "2026-10-23 00:00",
        recurrence=daily(start, count=6), all_day=True,
    )  # fmt: skip
    night.run()
    assert night.reservations() == [f"Rembrandt 10-{day} all day Fair" for day in range(22, 28)]


def test_an_all_day_occurrence_called_off_after_the_change_of_clocks_is_the_right_one(
    night: Night,
) -> None:
    night.configure(future_days=60)
    start = date(2026, 10, 22)
    meeting = night.book(
        "Rembrandt", "Fair", "2026-10-22 00:00", "2026-10-23 00:00",
        recurrence=daily(start, count=6), all_day=True,
    )  # fmt: skip
    night.run()
    night.cancel(meeting, day=date(2026, 10, 26))
    assert night.run().cancelled == 1
    assert "Rembrandt 10-26 all day Fair" not in night.reservations()
    assert len(night.reservations()) == 5


def test_an_all_day_series_from_the_other_side_of_the_world_falls_on_its_days(
    night: Night,
) -> None:
    """Midnight in Samoa is 13:00 here: nearer to the midnight after."""
    for day in (16, 17, 18):
        night.book("Rembrandt", f"Budget {day}", f"{day} 13:00", f"{day} 14:00")
    meeting = night.tenant.book(
        "anna@contoso.example", [mailbox_of("Rembrandt")], "Fair",
        "2026-09-15T00:00:00", "2026-09-16T00:00:00", time_zone="Pacific/Pago_Pago",
        all_day=True, recurrence=weekly(count=4),
    )  # fmt: skip
    night.settle()
    night.run()
    kept = night.reservations()
    assert [item for item in kept if "Fair" in item] == [
        f"Rembrandt {day} all day Fair" for day in ("09-15", "09-22", "09-29", "10-06")
    ]
    night.fail("partial", "Rembrandt")
    report = night.run(full=True)
    assert (report.exit_code, [problem.code for problem in report.problems]) == (
        8,
        ["partial-read"],
    )
    assert (night.reservations(), night.requests()) == (kept, [])
    night.recover()
    night.cancel(meeting, day=SECOND)
    assert night.run().cancelled == 1
    assert [item for item in kept if item not in night.reservations()] == [
        "Rembrandt 09-22 all day Fair"
    ]


def test_a_series_keeps_its_hour_when_the_clocks_change(night: Night) -> None:
    night.configure(future_days=60)
    start = date(2026, 10, 20)
    night.book(
        "Rembrandt",
        "Board",
        "2026-10-20 09:00",
        "2026-10-20 10:00",
        recurrence=weekly(start, count=2),
    )
    night.run()
    assert night.reservations() == [
        "Rembrandt 10-20 09:00-10:00 Board",
        "Rembrandt 10-27 09:00-10:00 Board",
    ]
    assert [item.start.hour for item in night.all()] == [7, 8]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "Pacific/Auckland"])
def test_a_series_of_another_zone_loses_just_the_date_called_off(night: Night, zone: str) -> None:
    meeting = night.tenant.book(
        "anna@contoso.example", [mailbox_of("Rembrandt")], "Far",
        "2026-09-16T08:00", "2026-09-16T09:00",
        recurrence=daily(date(2026, 9, 16), count=5), time_zone=zone,
    )  # fmt: skip
    night.settle()
    night.run()
    before = night.reservations()
    assert len(before) == 5
    night.cancel(meeting, day=date(2026, 9, 18))
    assert night.run().cancelled == 1
    assert night.reservations() == [line for n, line in enumerate(before) if n != 2]


def test_conflicting_dates_declined_one_by_one_are_holes_and_no_losses(night: Night) -> None:
    from obctl.sandbox.steps import Processing

    rules = {"ConflictPercentageAllowed": 50, "MaximumConflictInstances": 3}
    night.act(Processing(room=mailbox_of("Rembrandt"), settings=rules))
    night.book("Rembrandt", "First", "22 09:00", "22 10:00", organizer="bram")
    night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    assert [line.split()[1] + line.split()[3] for line in night.reservations()] == [
        "09-15Board",
        "09-22First",
        "09-29Board",
        "10-06Board",
    ]
