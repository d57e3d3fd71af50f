"""Graph has a bad night: what it spoils is one room's, and the next night makes up for it."""

from __future__ import annotations

import pytest
from night import NAMES, Night, mailbox_of


def booked_everywhere(night: Night) -> None:
    for name in NAMES:
        night.book(name, "Known", "09:00", "10:00")
    night.run()
    for name in NAMES:
        night.book(name, "New", "11:00", "12:00")


KNOWN = [f"{name} 09-15 09:00-10:00" for name in NAMES]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_connection_cut_in_one_rooms_answer_leaves_the_others_alone(
    night: Night, full: bool
) -> None:
    booked_everywhere(night)
    night.fail("cut", "Vermeer")
    report = night.run(full=full)
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    (problem,) = report.problems
    assert (problem.room, problem.code) == (mailbox_of("Vermeer"), "partial-read")
    assert [len(night.reservations(name)) for name in NAMES] == [2, 1, 2]
    night.recover()
    assert night.run().created == 1
