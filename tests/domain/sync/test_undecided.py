"""What is said of reservations whose meetings may be in a room that could not be read."""

from __future__ import annotations

import pytest
from builders import make_reservation, make_room

from obctl.domain.company_log import Action
from obctl.domain.sync.plan import Plan
from obctl.domain.sync.undecided import postponed_entry, problem_of, unread_text

LIBRARY = make_room("Library")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(1, "r1@contoso.example", id="one"),
        pytest.param(
            5,
            "r1@contoso.example, r2@contoso.example, r3@contoso.example, r4@contoso.example,"
            " r5@contoso.example",
            id="as many as are named",
        ),
        pytest.param(
            7,
            "r1@contoso.example, r2@contoso.example, r3@contoso.example, r4@contoso.example,"
            " r5@contoso.example and 2 more",
            id="more are counted",
        ),
    ],
)
def test_of_many_rooms_a_few_are_named_and_the_rest_counted(count: int, words: str) -> None:
    assert unread_text([make_room(f"R{n}") for n in range(1, count + 1)]) == words


@pytest.mark.parametrize(
    ("count", "waiting"),
    [
        pytest.param(1, "a reservation waits: 1001", id="one"),
        pytest.param(2, "2 reservations wait: 1001, 1002", id="two"),
        pytest.param(
            6, "6 reservations wait: 1001, 1002, 1003, 1004, 1005 and 1 more", id="more than named"
        ),
    ],
)
def test_a_run_says_what_waits_in_a_room_and_for_which_rooms(count: int, waiting: str) -> None:
    plan = Plan(make_room(), undecided=tuple(make_reservation(1001 + n) for n in range(count)))
    problem = problem_of(plan, [LIBRARY])
    assert (problem.room, problem.code) == ("atrium@contoso.example", "rooms-unread")
    assert problem.message == (
        f"{waiting}; gone from the room, the meeting may have moved to one that could not be"
        " read: library@contoso.example"
    )
    assert problem.hint == (
        "if it is really gone: obctl sync run --room atrium@contoso.example --allow-cancellations"
    )


def test_the_log_says_why_a_reservation_begins_to_wait() -> None:
    entry = postponed_entry(make_reservation(), [LIBRARY])
    assert (entry.action, entry.reservation) == (Action.CANCELLATION_POSTPONED, 1001)
    assert entry.message.endswith("a room that could not be read: library@contoso.example")
