"""One fact has one cause, wherever it is asked about: all rooms, one room, one day, one item.

And what a run then does, and what its requests carry, is what was said before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from builders import DAY
from night import AMSTERDAM, NAMES, Night, mailbox_of, ordered, weekly

from obctl.domain.causes.story import Story
from obctl.domain.difference import Cause, Confidence, Difference
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.change import Cancel, Create, Move, Request
from obctl.domain.time_span import local_day
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.sandbox.steps import MoveMailbox, Processing
from obctl.sandbox.tenant import Meeting
from obctl.store.cancellation_requests import load_requests

LAST = DAY + timedelta(days=28)
THURSDAY, FRIDAY = date(2026, 9, 17), date(2026, 10, 2)
SECOND = DAY + timedelta(weeks=1)
LEFT, ENTERED = "Rembrandt", "Vermeer"

Item = tuple[str, str, str]
"""A room, what differs there by reservation or event, and how."""
Said = dict[Item, dict[str, Cause]]
"""Of each item, by the way it was asked about, the cause."""
Act = Callable[[Night, Meeting], object]


def ask_diff(
    night: Night, rooms: Sequence[str], days: tuple[date, date], *, cached: bool = False
) -> list[RoomComparison]:
    async def look(gateway: Gateway) -> list[RoomComparison]:
        outlook = Outlook(night.company, None if cached else gateway)
        chosen = [room for room in night.rooms if room.name in rooms]
        return await compare_rooms(night.company, outlook, chosen, *days)

    return night.ask(look)


def ask_explain(night: Night, wanted: str, *, cached: bool = False) -> Story:
    async def look(gateway: Gateway) -> Story:
        outlook = Outlook(night.company, None if cached else gateway)
        return await explain_item(night.company, outlook, wanted)

    return night.ask(look)


def item_of(room: RoomComparison, found: Difference) -> Item:
    return room.room.name, str(found.reservation or found.event_id), found.kind.value


def ask_every_way(night: Night) -> Said:
    """What is said of everything that differs in a month, by each way to ask."""
    said: Said = defaultdict(dict)

    def note(way: str, rooms: Sequence[RoomComparison]) -> None:
        for room in rooms:
            for found in room.differences:
                assert found.cause is not None
                said[item_of(room, found)][way] = found.cause

    month = (DAY, LAST)
    rooms = ask_diff(night, NAMES, month)
    note("diff", rooms)
    for name in NAMES:
        note("diff --room", ask_diff(night, [name], month))
    note("diff --location", ask_diff(night, [LEFT, "Hals"], month))
    note("diff --location", ask_diff(night, [ENTERED, "Hals"], month))
    found = [(room, one) for room in rooms for one in room.differences]
    for day in sorted({local_day(one.start, AMSTERDAM) for _room, one in found}):
        note("diff of the day", ask_diff(night, NAMES, (day, day)))
        for name in NAMES:
            note("diff of the day --room", ask_diff(night, [name], (day, day)))
    for room, one in found:
        named = [str(one.reservation)] if one.reservation else []
        for wanted in (*named, *([one.event_id] if one.event_id else [])):
            cause = ask_explain(night, wanted).cause
            assert cause is not None
            said[item_of(room, one)][f"explain {wanted}"] = cause
    return said


def by_code(said: Said) -> dict[tuple[str, str], set[str]]:
    """The codes of what differs, by room and kind."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (room, _what, kind), ways in said.items():
        found[room, kind] |= {cause.code for cause in ways.values()}
    return found


def contradictions(said: Said) -> list[tuple[Item, dict[str, tuple[str, str]]]]:
    """The items of which two things are said, or of which somebody knows nothing."""
    told = {
        item: {way: (cause.code, cause.confidence.value) for way, cause in ways.items()}
        for item, ways in said.items()
    }
    return [
        (item, ways)
        for item, ways in told.items()
        if "diff" not in ways or len({*ways.values()}) > 1
    ]


GONE, NEW = "missing_in_outlook", "missing_in_officebooking"
SPLIT = {(LEFT, GONE): {"series-split"}, (ENTERED, NEW): {"series-split"}}
MOVED = {(LEFT, GONE): {"moved-to-other-room"}, (ENTERED, NEW): {"moved-to-other-room"}}


def another_week(night: Night, meeting: Meeting) -> None:
    night.change(meeting, rooms=ENTERED, start="2026-10-01 11:00", end="2026-10-01 12:00")


def and_cancelled(act: Act) -> Act:
    def acted(night: Night, meeting: Meeting) -> None:
        act(night, meeting)
        night.sleep(0, hours=1)
        night.cancel(meeting)

    return acted


def to_thursdays(night: Night, meeting: Meeting) -> None:
    days = weekly(THURSDAY, count=4)
    night.change(meeting, recurrence=days, start="17 09:00", end="17 10:00", rooms=ENTERED)


def rest(night: Night, meeting: Meeting, start: str, first: date) -> None:
    """This and following, upstairs: the series ends, another one goes on there."""
    night.change(meeting, recurrence=weekly(count=2))
    more = {"recurrence": weekly(first, count=2)}
    night.book(ENTERED, "Board", f"{start} 09:00", f"{start} 10:00", **more)


def copied(night: Night, meeting: Meeting) -> None:
    """Booked anew in another room, and the first one cancelled: two meetings with two keys."""
    night.book(ENTERED, "Board", "09:00", "10:00")
    night.cancel(meeting)


SINGLE: dict[str, tuple[Act, dict[tuple[str, str], set[str]]]] = {
    "another room": (lambda n, m: n.change(m, rooms=ENTERED), MOVED),
    "another room and week": (another_week, MOVED),
    "renamed, and another room and week": (
        lambda n, m: (n.change(m, subject="Quarter"), another_week(n, m)),
        MOVED,
    ),
    "deleted by a delegate": (
        lambda n, m: n.delete(LEFT, m),
        {(LEFT, GONE): {"hard-deleted-by-delegate"}},
    ),
    "a second room": (
        lambda n, m: n.change(m, rooms=f"{LEFT} {ENTERED}"),
        {(ENTERED, NEW): {"awaiting-next-pass"}},
    ),
    "new ids": (
        lambda n, _: n.act(MoveMailbox(room=mailbox_of(LEFT))),
        {(LEFT, "changed"): {"id-changed-after-mailbox-move"}},
    ),
    "declined": (
        lambda n, m: n.tenant.respond(mailbox_of(LEFT), m, "declined"),
        {(LEFT, GONE): {"room-declined"}},
    ),
    "a copy with another key": (
        copied,
        {
            (LEFT, GONE): {"cancelled-but-kept-on-calendar"},
            (ENTERED, NEW): {"awaiting-next-pass"},
        },
    ),
    "cancelled": (
        lambda n, m: n.cancel(m),
        {(LEFT, GONE): {"cancelled-but-kept-on-calendar"}},
    ),
    "another room, and cancelled there": (
        and_cancelled(lambda n, m: n.change(m, rooms=ENTERED)),
        {(LEFT, GONE): {"moved-to-other-room"}},
    ),
    "another room and week, and cancelled there": (
        and_cancelled(another_week),
        {(LEFT, GONE): {"moved-to-other-room"}},
    ),
    "a second room, and cancelled": (
        and_cancelled(lambda n, m: n.change(m, rooms=f"{LEFT} {ENTERED}")),
        {(LEFT, GONE): {"cancelled-but-kept-on-calendar"}},
    ),
}  # fmt: skip

SERIES: dict[str, tuple[Act, dict[tuple[str, str], set[str]]]] = {
    "a series to another room": (lambda n, m: n.change(m, rooms=ENTERED), MOVED),
    "a series to another room and days": (to_thursdays, MOVED),
    "the rest in another room": (lambda n, m: rest(n, m, "29", date(2026, 9, 29)), SPLIT),
    "the rest in another room on Fridays": (lambda n, m: rest(n, m, "2026-10-02", FRIDAY), SPLIT),
    "one date to another room": (lambda n, m: n.change(m, day=SECOND, rooms=ENTERED), MOVED),
    "one date cancelled": (
        lambda n, m: n.cancel(m, day=SECOND),
        {(LEFT, GONE): {"occurrence-cancelled-silently"}},
    ),
    "one date to another room and week": (
        lambda n, m: n.change(
            m, day=SECOND, rooms=ENTERED, start="24 11:00", end="24 12:00"
        ),
        MOVED,
    ),
}  # fmt: skip


def prepared(night: Night, *, keeps: bool = True, lunch: bool = False, **more: object) -> Meeting:
    """A meeting in step, beside others, so that nothing is lost as a whole."""
    for name in NAMES:
        settings = {"RemoveCanceledMeetings": not keeps}
        night.act(Processing(room=mailbox_of(name), settings=settings))
        night.book(name, f"Stand-up {name}", "16:00", "16:15", organizer="bram")
        night.book(name, f"Late {name}", "2026-10-06 16:00", "2026-10-06 16:15", organizer="bram")
    meeting = night.book(LEFT, "Board", "09:00", "10:00", **more)
    night.run()
    if lunch:
        for item in night.all():
            if item.subject == "Board":
                night.cater(item.number)
    return meeting


def judged_alike(night: Night, expected: dict[tuple[str, str], set[str]]) -> Said:
    said = ask_every_way(night)
    assert by_code(said) == expected
    assert contradictions(said) == []
    return said


@pytest.mark.parametrize(("act", "expected"), SINGLE.values(), ids=SINGLE.keys())
def test_what_befell_a_meeting_has_one_cause_wherever_it_is_asked_about(
    night: Night, act: Act, expected: dict[tuple[str, str], set[str]]
) -> None:
    act(night, prepared(night, lunch=True))
    said = judged_alike(night, expected)
    assert_the_run_agrees(night, said)


@pytest.mark.parametrize("lunch", [False, True], ids=["plain", "catered"])
@pytest.mark.parametrize(("act", "expected"), SERIES.values(), ids=SERIES.keys())
def test_what_befell_a_series_has_one_cause_wherever_it_is_asked_about(
    night: Night, act: Act, expected: dict[tuple[str, str], set[str]], lunch: bool
) -> None:
    act(night, prepared(night, lunch=lunch, recurrence=weekly(count=4)))
    before = ordered(night)
    said = judged_alike(night, expected)
    assert_the_run_agrees(night, said)
    if expected in (MOVED, SPLIT):
        assert ordered(night) == before


@pytest.mark.parametrize("act", ["another room and week", "another room"])
def test_a_meeting_that_left_no_trace_in_its_room_is_found_in_the_other_one(
    night: Night, act: str
) -> None:
    meeting = prepared(night, keeps=False)
    SINGLE[act][0](night, meeting)
    assert_the_run_agrees(night, judged_alike(night, MOVED))


UNREAD: dict[str, tuple[Act, str, tuple[str, str], tuple[str, Confidence], str]] = {
    "deleted, and a room that may have it gives no answer": (
        lambda n, m: n.delete(LEFT, m),
        ENTERED,
        (LEFT, GONE),
        ("hard-deleted-by-delegate", Confidence.POSSIBLE),
        "rooms.not_asked",
    ),
    "cancelled, and a room that may have it gives no answer": (
        lambda n, m: n.cancel(m),
        ENTERED,
        (LEFT, GONE),
        ("cancelled-but-kept-on-calendar", Confidence.LIKELY),
        "rooms.not_asked",
    ),
    "another room, and the old one gives no answer": (
        lambda n, m: n.change(m, rooms=ENTERED),
        LEFT,
        (ENTERED, NEW),
        ("moved-to-other-room", Confidence.POSSIBLE),
        "room.left.answer",
    ),
    "a second room, and the first one gives no answer": (
        lambda n, m: n.change(m, rooms=f"{LEFT} {ENTERED}"),
        LEFT,
        (ENTERED, NEW),
        ("moved-to-other-room", Confidence.POSSIBLE),
        "room.left.answer",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "silent", "where", "told", "fact"), UNREAD.values(), ids=UNREAD.keys()
)
def test_a_room_that_gives_no_answer_takes_certainty_from_a_cause_and_is_named(
    night: Night, act: Act, silent: str, where: tuple[str, str], told: tuple[str, Confidence],
    fact: str,
) -> None:  # fmt: skip
    night.fail("forbidden", "anna")
    act(night, prepared(night))
    night.fail("forbidden", silent)
    said = judged_alike(night, {where: {told[0]}})
    for ways in said.values():
        for cause in ways.values():
            assert essence(cause) == told
            assert fact in {item.fact for item in cause.evidence}


def test_where_the_organisers_copy_has_the_room_still_no_silent_room_has_the_meeting(
    night: Night,
) -> None:
    meeting = prepared(night)
    night.delete(LEFT, meeting)
    night.fail("forbidden", "Hals")
    said = judged_alike(night, {(LEFT, GONE): {"hard-deleted-by-delegate"}})
    confident = {cause.confidence for ways in said.values() for cause in ways.values()}
    assert confident == {Confidence.CERTAIN}


@pytest.mark.parametrize("act", ["another room and week", "another room"])
def test_a_meeting_that_moved_while_its_room_was_not_read_is_told_as_moved(
    night: Night, act: str
) -> None:
    meeting = prepared(night, lunch=True)
    SINGLE[act][0](night, meeting)
    night.fail("forbidden", LEFT)
    night.run(again=False)
    night.recover()
    said = judged_alike(night, {(LEFT, GONE): {"moved-to-other-room"}})
    assert_the_run_agrees(night, said)


def test_a_meeting_that_moved_on_is_where_it_is_now(night: Night) -> None:
    meeting = prepared(night)
    another_week(night, meeting)
    night.change(meeting, rooms="Hals")
    expected = {(LEFT, GONE): {"moved-to-other-room"}, ("Hals", NEW): {"moved-to-other-room"}}
    assert_the_run_agrees(night, judged_alike(night, expected))


def test_one_of_two_rooms_that_was_given_up_is_no_move_to_the_other(night: Night) -> None:
    meeting = night.book(f"{LEFT} {ENTERED}", "Board", "09:00", "10:00")
    night.book(LEFT, "Stays", "12:00", "13:00", organizer="bram")
    night.run()
    another_week(night, meeting)
    said = judged_alike(
        night,
        {
            (LEFT, GONE): {"cancelled-but-kept-on-calendar"},
            (ENTERED, "changed"): {"awaiting-next-pass"},
        },
    )
    assert_the_run_agrees(night, said)


def assert_the_run_agrees(night: Night, said: Said) -> None:
    """What is planned, and what requests carry, is what was said of it before."""
    told = {what: ways["diff"] for (_room, what, _kind), ways in said.items()}
    report = night.run(dry_run=True, full=True, again=False)
    for change in (change for plan in report.plans for change in plan.changes):
        if isinstance(change, Create):
            assert told[change.event.id].code != "moved-to-other-room"
            continue
        before = told.get(str(change.before.number))
        if isinstance(change, Move):
            assert before is not None
            assert before.code in ("moved-to-other-room", "series-split")
            assert change.event is not None
            if (new := told.get(change.event.id)) is not None:
                assert new.code == before.code
        if isinstance(change, Request | Cancel):
            assert before is not None
            assert change.cause is not None
            assert essence(change.cause) == essence(before)
    assert_the_store_speaks_for_itself(night)
    night.run(again=False)
    for request in load_requests(night.store, RequestStatus.OPEN):
        assert request.cause is not None
        assert essence(request.cause) == essence(told[str(request.reservation)])
    assert_the_store_speaks_for_itself(night)


def assert_the_store_speaks_for_itself(night: Night) -> None:
    """With `--cached` no other cause is certain than Outlook would bear out, and all are dated."""
    live = ask_diff(night, NAMES, (DAY, LAST))
    known = {item_of(room, one): one.cause for room in live for one in room.differences}
    for room in ask_diff(night, NAMES, (DAY, LAST), cached=True):
        for one in room.differences:
            cause, there = one.cause, known.get(item_of(room, one))
            assert cause is not None
            if there is None or there.code != cause.code:
                assert cause.confidence is not Confidence.CERTAIN
            assert "outlook.as_of" in {item.fact for item in cause.evidence}


def essence(cause: Cause) -> tuple[str, Confidence]:
    return cause.code, cause.confidence
