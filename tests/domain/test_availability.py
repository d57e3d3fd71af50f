from __future__ import annotations

from builders import make_room, moment

from obctl.domain.availability import BusySpan, rank
from obctl.domain.time_span import TimeSpan

SPAN = TimeSpan(moment("09:00"), moment("10:00"))


def _busy(starts: str, ends: str) -> BusySpan:
    return BusySpan(moment(starts), moment(ends))


def test_rooms_are_ranked_by_how_tightly_they_fit() -> None:
    rooms = [
        make_room("Big", capacity=20),
        make_room("Unknown", capacity=None),
        make_room("Small", capacity=4),
        make_room("Fitting", capacity=6),
    ]
    busy = {room.mailbox: [] for room in rooms}
    found = [(free.room.name, free.fits) for free in rank(rooms, busy, [SPAN], 6)]
    assert found == [("Fitting", "exact"), ("Big", "larger")]
    found = [(free.room.name, free.fits) for free in rank(rooms, busy, [SPAN])]
    assert found == [
        ("Small", "exact"), ("Fitting", "exact"), ("Big", "exact"), ("Unknown", "exact"),
    ]  # fmt: skip


def test_a_room_is_free_between_what_touches_and_says_what_ends_there() -> None:
    rooms = [make_room("Before"), make_room("After"), make_room("Into")]
    busy = {
        rooms[0].mailbox: [_busy("08:00", "09:00")],
        rooms[1].mailbox: [_busy("10:00", "11:00")],
        rooms[2].mailbox: [_busy("08:00", "09:01")],
    }
    assert [(free.room.name, free.busy_until) for free in rank(rooms, busy, [SPAN])] == [
        ("After", None),
        ("Before", SPAN.start),
    ]


def test_a_room_of_which_nothing_is_known_is_not_free() -> None:
    assert rank([make_room()], {}, [SPAN]) == []
