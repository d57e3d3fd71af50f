"""Causes counted: what comes first is what is mended first."""

from __future__ import annotations

from datetime import UTC, datetime

from builders import make_room

from obctl.domain.cause_counts import Found, Grouping, Kind, count_causes
from obctl.domain.difference import Cause, Confidence
from obctl.domain.room import Room, RoomId

ATRIUM = make_room("Atrium")
LIBERTY = make_room(
    "Liberty", id=RoomId(2), location="New York", time_zone="America/New_York"
)  # fmt: skip
ANNEX = make_room("Annex", id=RoomId(3), location=None)


def cause(code: str) -> Cause:
    return Cause(code, Confidence.LIKELY, (), "that it is not", f"mend {code}")


def found(
    code: str | None = "B",
    *,
    room: Room = ATRIUM,
    at: str = "2026-10-19T09:00",
    kind: Kind = Kind.DIFFERENCE,
    missed: str | None = None,
) -> Found:
    return Found(
        kind,
        cause(code) if code else None,
        room,
        datetime.fromisoformat(at).replace(tzinfo=UTC),
        "Budget",
        1,
        "E1",
        cause(missed) if missed else None,
    )


def counted(*items: Found, by: Grouping) -> list[tuple[str, int, int]]:
    return [(count.key, count.total, count.rooms) for count in count_causes(items, by)]


def test_the_most_frequent_cause_comes_first_and_of_equals_the_first_by_name() -> None:
    items = [found("C"), found("B"), found("D"), found("D", room=LIBERTY), found("A")]
    assert counted(*items, by=Grouping.CAUSE) == [
        ("D", 2, 2), ("A", 1, 1), ("B", 1, 1), ("C", 1, 1),
    ]  # fmt: skip


def test_what_has_no_cause_is_unexplained_and_counts() -> None:
    assert counted(found(None), by=Grouping.CAUSE) == [("unexplained", 1, 1)]


def test_rooms_and_locations_are_counted_with_their_causes() -> None:
    items = [found("A"), found("B"), found("B"), found("A", room=LIBERTY), found(room=ANNEX)]
    assert counted(*items, by=Grouping.ROOM) == [
        ("atrium@contoso.example", 3, 1), ("annex@contoso.example", 1, 1),
        ("liberty@contoso.example", 1, 1),
    ]  # fmt: skip
    assert counted(*items, by=Grouping.LOCATION) == [
        ("Amsterdam", 3, 1), ("", 1, 1), ("New York", 1, 1),
    ]  # fmt: skip
    assert count_causes(items, Grouping.ROOM)[0].by_cause == {"B": 2, "A": 1}


def test_weeks_are_those_of_the_rooms_zone_in_their_order() -> None:
    sunday_night = "2026-10-26T02:00"  # Sunday evening in New York, Monday in Amsterdam
    items = [
        found(at=sunday_night, room=LIBERTY), found(at=sunday_night), found(at=sunday_night),
        found(at="2027-01-01T12:00"),
    ]  # fmt: skip
    assert counted(*items, by=Grouping.WEEK) == [
        ("2026-W43", 1, 1), ("2026-W44", 2, 1), ("2026-W53", 1, 1),
    ]  # fmt: skip


def test_differences_and_requests_are_told_apart_and_the_first_is_the_example() -> None:
    later, sooner = found(at="2026-10-20T09:00"), found(kind=Kind.REQUEST, missed="subscription")
    (count,) = count_causes([later, sooner], Grouping.CAUSE)
    assert count.numbers == {Kind.DIFFERENCE: 1, Kind.REQUEST: 1}
    assert count.missed_because == {"subscription": 1}
    assert count.example is sooner
