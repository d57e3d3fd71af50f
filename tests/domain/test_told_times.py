from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders import BRAM, make_event, make_reservation

from obctl.domain.reservation import Reservation
from obctl.domain.sync.change import Update
from obctl.domain.sync.change_log import entry_of
from obctl.domain.told_times import Before, before_of, moment_in, was_text

NINE = datetime(2026, 9, 15, 9, tzinfo=UTC)
TEN = datetime(2026, 9, 15, 10, tzinfo=UTC)
MEETING = make_reservation(1, attendees=5)
EVIL = "x; it was from Tue 2026-09-15 01:00 (UTC) to Tue 2026-09-15 02:00 (UTC)"


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (MEETING, Before()),
        (make_reservation(1, attendees=5, subject=EVIL), Before()),
        (make_reservation(1, attendees=8), Before(attendees=(8, 5))),
        (make_reservation(1), Before(attendees=(None, 5))),
        (
            make_reservation(1, attendees=5, starts="08:00", ends="10:00"),
            Before(datetime(2026, 9, 15, 8, tzinfo=UTC), TEN),
        ),
        (
            make_reservation(1, attendees=6, ends="11:00"),
            Before(NINE, datetime(2026, 9, 15, 11, tzinfo=UTC), (6, 5)),
        ),
    ],
    ids=["same", "subject", "people", "people not known", "earlier", "longer, with more people"],
)
def test_what_a_change_by_hand_tells_is_read_again(before: Reservation, told: Before) -> None:
    message = f"reservation 1 changed in Officebooking: {EVIL!r} Tue 2026-09-15 11:00"
    message += f" (Europe/Amsterdam){was_text(before, MEETING)}"
    assert before_of(message) == told


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (
            make_reservation(1, starts="08:00", ends="10:00"),
            Before(datetime(2026, 9, 15, 8, tzinfo=UTC)),
        ),
        (make_reservation(1, ends="11:00"), Before(end=datetime(2026, 9, 15, 11, tzinfo=UTC))),
        (make_reservation(1, subject=EVIL), Before()),
        (make_reservation(1, organizer=BRAM), Before()),
    ],
    ids=["start", "end", "subject", "organiser"],
)
def test_what_a_run_tells_is_read_again(before: Reservation, told: Before) -> None:
    after = make_reservation(1)
    message = entry_of(Update(before, after, make_event()), after.number, {}).message
    assert before_of(message) == told


def test_a_time_in_the_hour_that_comes_twice_is_that_very_one() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Amsterdam, for the second time
    before = make_reservation(1, starts=second, ends=datetime(2026, 10, 25, 3, tzinfo=UTC))
    assert before_of(f"x{was_text(before, MEETING)}").start == second


@pytest.mark.parametrize(
    "message",
    [
        "",
        "reservation 1 changed in Officebooking: 'A' Tue 2026-09-15 11:00 (Europe/Amsterdam)",
        "x; it was from Tue 2026-13-15 11:00 (UTC) to Tue 2026-09-15 12:00 (Nowhere/At all)",
    ],
    ids=["nothing", "an older version's", "no time"],
)
def test_what_is_not_told_is_not_guessed(message: str) -> None:
    assert before_of(message).start is None


def test_the_time_after_a_word_is_found() -> None:
    words = "3 entries older than Tue 2026-09-15 11:00 (Europe/Amsterdam) removed, by mia"
    assert moment_in(words, "older than") == NINE
    assert moment_in("removed", "older than") is None
