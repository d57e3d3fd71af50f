from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asking import Ask
from builders import make_room, moment
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.domain.availability import BusySpan, Schedule, is_free
from obctl.domain.time_span import TimeSpan
from obctl.errors import (
    GraphRefused,
    GraphUnavailable,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
    PartialRead,
    Throttled,
)

ROOM = make_room("Atrium")
OTHER = make_room("Boiler")
DAY = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2026, 9, 16, tzinfo=UTC))
HOUR = TimeSpan(moment("09:00"), moment("10:00"))
FREE = Schedule()
ASKING = "/users/object-atrium/calendar/getSchedule"


def schedule(mailbox: str, *items: tuple[str, str, str], **others: Any) -> dict[str, Any]:
    return {
        "scheduleId": mailbox,
        "availabilityView": "0" * 288,
        "scheduleItems": [
            {
                "status": status,
                "start": {"dateTime": f"2026-09-15T{start}:00.0000000", "timeZone": "UTC"},
                "end": {"dateTime": f"2026-09-15T{end}:00.0000000", "timeZone": "UTC"},
            }
            for status, start, end in items
        ],
    } | others


def free(seen: Seen) -> Answer:
    return Answer({"value": [schedule(mailbox) for mailbox in seen.body["schedules"]]})


def test_what_takes_the_room_is_busy_in_any_spelling(graph: RecordedGraph, ask: Ask) -> None:
    items = [
        ("Busy", "09:00", "10:00"),
        ("tentative", "10:00", "11:00"),
        ("oof", "11:00", "12:00"),
        ("free", "12:00", "13:00"),
        ("WorkingElsewhere", "13:00", "14:00"),
        ("unheardOf", "14:00", "15:00"),
    ]
    answer = {"value": [schedule("ATRIUM@contoso.example", *items)]}
    graph.on(ASKING, answer, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM], DAY))
    assert busy[ROOM.mailbox] == Schedule(
        (
            BusySpan(moment("09:00"), moment("10:00"), "busy"),
            BusySpan(moment("10:00"), moment("11:00"), "tentative"),
            BusySpan(moment("11:00"), moment("12:00"), "oof"),
            BusySpan(moment("14:00"), moment("15:00"), "unheardof"),
        )
    )
    assert graph.seen[0].body == {
        "schedules": ["atrium@contoso.example"],
        "startTime": {"dateTime": "2026-09-15T00:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-09-16T00:00:00", "timeZone": "UTC"},
        "availabilityViewInterval": 5,
    }


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        ("ErrorMailRecipientNotFound", MailboxGone, "mailbox-gone"),
        ("ErrorAccessDenied", MailboxPermissionLost, "mailbox-permission-lost"),
        ("ErrorNoFreeBusyAccess", MailboxPermissionLost, "mailbox-permission-lost"),
        ("ErrorProxyRequestProcessingFailed", GraphRefused, "graph-refused"),
        ("", GraphRefused, "graph-refused"),
    ],
)
def test_one_rooms_error_inside_a_good_answer_is_its_value(
    graph: RecordedGraph, ask: Ask, code: str, kind: type[ObctlError], word: str
) -> None:
    error = {"message": "no", "responseCode": code}
    answer = {"value": [schedule(ROOM.mailbox, error=error), schedule(OTHER.mailbox)]}
    graph.on(ASKING, answer, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM, OTHER], DAY))
    found = busy[ROOM.mailbox]
    assert isinstance(found, ObctlError)
    assert (type(found), found.code) == (kind, word)
    assert busy[OTHER.mailbox] == FREE


def test_a_room_left_out_of_the_answer_is_not_free(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(ASKING, {"value": [schedule(OTHER.mailbox)]}, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM, OTHER], DAY))
    assert isinstance(busy[ROOM.mailbox], GraphUnavailable)


def _of(graph: RecordedGraph, ask: Ask, *schedules: Any, span: TimeSpan = HOUR) -> Any:
    graph.on(ASKING, {"value": list(schedules)}, method="POST")
    return ask(lambda gateway: gateway.fetch_schedules([ROOM], span))[ROOM.mailbox]


def _span(starts: str, ends: str, status: str = "busy") -> BusySpan:
    return BusySpan(moment(starts), moment(ends), status)


FREE_HOUR = "0" * 12


@pytest.mark.parametrize(
    ("view", "items", "found"),
    [
        # the view alone, as for an application that may see no more than that
        (FREE_HOUR, (), Schedule()),
        ("022" + "0" * 9, (), Schedule((_span("09:05", "09:10"), _span("09:10", "09:15")))),
        (
            "1" + "3" + "7" + "0" * 9,
            (),
            Schedule(
                (
                    _span("09:00", "09:05", "tentative"),
                    _span("09:05", "09:10", "oof"),
                    _span("09:10", "09:15", "unknown"),
                )
            ),
        ),
        # an item knows its minutes, and accounts for the slots it lies in
        ("2" + "0" * 11, (("busy", "08:00", "09:02"),), Schedule((_span("08:00", "09:02"),))),
        ("1" + "0" * 11, (("busy", "09:00", "09:05"),), Schedule((_span("09:00", "09:05"),))),
        # busy wins where they disagree
        (FREE_HOUR, (("busy", "09:10", "09:20"),), Schedule((_span("09:10", "09:20"),))),
        (
            "2" + "0" * 11,
            (("free", "09:00", "10:00"), ("tentative", "09:00", "09:05")),
            Schedule((_span("09:00", "09:05", "tentative"), _span("09:00", "09:05"))),
        ),
        # what nothing is said of is unknown
        ("", (), Schedule((), (HOUR,))),
        ("0" * 6, (), Schedule((), (TimeSpan(moment("09:30"), HOUR.end),))),
        (
            None,
            (("busy", "09:00", "09:20"), ("free", "09:30", "10:00")),
            Schedule((_span("09:00", "09:20"),), (TimeSpan(moment("09:20"), moment("09:30")),)),
        ),
        ("0" * 500, (), Schedule()),
        ("0" * 12 + "2", (), Schedule()),
    ],
)
def test_items_and_merged_view_are_held_against_each_other(
    graph: RecordedGraph,
    ask: Ask,
    view: str | None,
    items: tuple[tuple[str, str, str], ...],
    found: Schedule,
) -> None:
    assert _of(graph, ask, schedule(ROOM.mailbox, *items, availabilityView=view)) == found


@pytest.mark.parametrize("items", [None, [], "left out"])
def test_a_merged_view_counts_where_no_items_are_shown(
    graph: RecordedGraph, ask: Ask, items: Any
) -> None:
    one = schedule(ROOM.mailbox, availabilityView="2" * 12, scheduleItems=items)
    if items == "left out":
        del one["scheduleItems"]
    found = _of(graph, ask, one)
    assert not is_free(HOUR, found.busy)
    assert found.knows(HOUR)


@pytest.mark.parametrize("missing", [{}, {"availabilityView": None, "scheduleItems": None}])
def test_neither_view_nor_items_say_nothing(
    graph: RecordedGraph, ask: Ask, missing: dict[str, Any]
) -> None:
    found = _of(graph, ask, {"scheduleId": ROOM.mailbox} | missing)
    assert found == Schedule((), (HOUR,))
    assert not found.knows(HOUR)


def test_a_schedule_that_comes_twice_counts_twice(graph: RecordedGraph, ask: Ask) -> None:
    free, taken = (
        schedule(ROOM.mailbox.upper(), availabilityView=FREE_HOUR),
        schedule(f" {ROOM.mailbox} ", ("busy", "09:10", "09:20"), availabilityView=FREE_HOUR),
    )
    for pair in ((free, taken), (taken, free)):
        assert _of(graph, ask, *pair) == Schedule((_span("09:10", "09:20"),))


def test_a_schedule_that_comes_once_more_with_an_error_is_an_error(
    graph: RecordedGraph, ask: Ask
) -> None:
    failed = schedule(ROOM.mailbox, error={"message": "no", "responseCode": "5006"})
    found = _of(graph, ask, schedule(ROOM.mailbox, availabilityView=FREE_HOUR), failed)
    assert isinstance(found, GraphRefused)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"scheduleItems": [{"status": "busy"}]},
        {"scheduleItems": "none"},
        {"availabilityView": 22},
        {"error": "no"},
        {"scheduleItems": [
            {"start": {"dateTime": "2026-09-15T10:00"}, "end": {"dateTime": "2026-09-15T09:00"}},
        ]},
        {"scheduleItems": [{"start": {"dateTime": "soon"}, "end": {"dateTime": "later"}}]},
    ],
)  # fmt: skip
def test_a_schedule_that_cannot_be_read_is_that_rooms_own_trouble(
    graph: RecordedGraph, ask: Ask, spoilt: dict[str, Any]
) -> None:
    answer = {
        "value": [
            {"availabilityView": "nobody's"},
            {"scheduleId": 7},
            schedule(ROOM.mailbox) | spoilt,
            schedule(OTHER.mailbox),
        ]
    }
    graph.on(ASKING, answer, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM, OTHER], DAY))
    assert isinstance(busy[ROOM.mailbox], PartialRead)
    assert busy[OTHER.mailbox] == FREE


def test_another_mailbox_is_asked_where_the_answer_of_one_cannot_be_read(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(ASKING, Answer(b"<html></html>"), method="POST")
    graph.on("/users/object-boiler/calendar/getSchedule", free, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM, OTHER], DAY))
    assert busy == {ROOM.mailbox: FREE, OTHER.mailbox: FREE}


def test_rooms_are_asked_for_twenty_at_a_time(graph: RecordedGraph, ask: Ask) -> None:
    rooms = [make_room(f"R{number}") for number in range(45)]
    for room in rooms:
        graph.on(f"/users/{room.user}/calendar/getSchedule", free, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules(rooms, DAY))
    assert busy == {room.mailbox: FREE for room in rooms}
    assert sorted(len(seen.body["schedules"]) for seen in graph.seen) == [5, 20, 20]


def test_a_long_span_is_asked_for_in_parts(graph: RecordedGraph, ask: Ask) -> None:
    item = ("busy", "09:00", "10:00")
    view = "0" * 2880  # half hours: a long span is asked for in coarser slots
    answer = {"value": [schedule(ROOM.mailbox, item, availabilityView=view)]}
    graph.on(ASKING, answer, method="POST")
    span = TimeSpan(DAY.start, DAY.start + timedelta(days=150))
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM], span))
    assert busy[ROOM.mailbox] == Schedule((BusySpan(moment("09:00"), moment("10:00")),) * 3)
    days = [seen.body["startTime"]["dateTime"][:10] for seen in graph.seen]
    assert days == ["2026-09-15", "2026-11-14", "2027-01-13"]


def test_a_mailbox_that_may_not_be_asked_does_not_hide_the_others(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(ASKING, refusal(404, "MailboxNotEnabledForRESTAPI"), method="POST")
    error = {"message": "no", "responseCode": "ErrorMailRecipientNotFound"}
    answer = {"value": [schedule(ROOM.mailbox, error=error), schedule(OTHER.mailbox)]}
    graph.on("/users/object-boiler/calendar/getSchedule", answer, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM, OTHER], DAY))
    assert isinstance(busy[ROOM.mailbox], NotFound)
    assert busy[OTHER.mailbox] == FREE


def test_where_no_mailbox_may_be_asked_each_has_its_error(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(ASKING, refusal(403, "ErrorAccessDenied"), method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM], DAY))
    assert isinstance(busy[ROOM.mailbox], NotAuthorised)


def test_a_throttled_question_about_all_is_an_error(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(ASKING, refusal(429, "ApplicationThrottled", Retry_After="300"), method="POST")
    with pytest.raises(Throttled):
        ask(lambda gateway: gateway.fetch_schedules([ROOM], DAY))
