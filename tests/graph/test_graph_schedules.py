from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asking import Ask
from builders import make_room, moment
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.domain.availability import BusySpan
from obctl.domain.time_span import TimeSpan
from obctl.errors import (
    GraphRefused,
    GraphUnavailable,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
    Throttled,
)

ROOM = make_room("Atrium")
OTHER = make_room("Boiler")
DAY = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2026, 9, 16, tzinfo=UTC))
ASKING = "/users/object-atrium/calendar/getSchedule"


def schedule(mailbox: str, *items: tuple[str, str, str], **others: Any) -> dict[str, Any]:
    return {
        "scheduleId": mailbox,
        "availabilityView": "0",
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
    assert busy[ROOM.mailbox] == (
        BusySpan(moment("09:00"), moment("10:00"), "busy"),
        BusySpan(moment("10:00"), moment("11:00"), "tentative"),
        BusySpan(moment("11:00"), moment("12:00"), "oof"),
        BusySpan(moment("14:00"), moment("15:00"), "unheardof"),
    )
    assert graph.seen[0].body == {
        "schedules": ["atrium@contoso.example"],
        "startTime": {"dateTime": "2026-09-15T00:00:00", "timeZone": "UTC"},
        "endTime": {"dateTime": "2026-09-16T00:00:00", "timeZone": "UTC"},
        "availabilityViewInterval": 30,
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
    assert busy[OTHER.mailbox] == ()


def test_a_room_left_out_of_the_answer_is_not_free(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(ASKING, {"value": [schedule(OTHER.mailbox)]}, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM, OTHER], DAY))
    assert isinstance(busy[ROOM.mailbox], GraphUnavailable)


def test_rooms_are_asked_for_twenty_at_a_time(graph: RecordedGraph, ask: Ask) -> None:
    rooms = [make_room(f"R{number}") for number in range(45)]
    for room in rooms:
        graph.on(f"/users/{room.user}/calendar/getSchedule", free, method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules(rooms, DAY))
    assert busy == {room.mailbox: () for room in rooms}
    batch, *singly = graph.seen
    inside = [one["body"]["schedules"] for one in batch.body["requests"]]
    assert [len(one) for one in inside] == [20, 20, 5]
    # This Graph knows no $batch: each is asked for by itself.
    assert [seen.body["schedules"] for seen in singly] == inside


def test_a_long_span_is_asked_for_in_parts(graph: RecordedGraph, ask: Ask) -> None:
    item = ("busy", "09:00", "10:00")
    graph.on(ASKING, {"value": [schedule(ROOM.mailbox, item)]}, method="POST")
    span = TimeSpan(DAY.start, DAY.start + timedelta(days=150))
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM], span))
    assert busy[ROOM.mailbox] == (BusySpan(moment("09:00"), moment("10:00"), "busy"),) * 3
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
    assert busy[OTHER.mailbox] == ()


def test_where_no_mailbox_may_be_asked_each_has_its_error(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(ASKING, refusal(403, "ErrorAccessDenied"), method="POST")
    busy = ask(lambda gateway: gateway.fetch_schedules([ROOM], DAY))
    assert isinstance(busy[ROOM.mailbox], NotAuthorised)


def test_a_throttled_question_about_all_is_an_error(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(ASKING, refusal(429, "ApplicationThrottled", Retry_After="300"), method="POST")
    with pytest.raises(Throttled):
        ask(lambda gateway: gateway.fetch_schedules([ROOM], DAY))
