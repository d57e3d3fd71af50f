from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from asking import Ask
from builders import make_room, moment
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.config import Cloud
from obctl.domain.event import Event, EventId
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import EventUnreadable, Listing
from obctl.errors import (
    ForeignLink,
    GraphUnavailable,
    LoopingNextLink,
    MailboxGone,
    MailboxPermissionLost,
    NotFound,
    PartialRead,
    Throttled,
)

ROOM = make_room("Atrium")
DAY = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2026, 9, 16, tzinfo=UTC))
VIEW = "/users/object-atrium/calendar/calendarView"
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=200'


def wire(event_id: str, start: str = "09:00", end: str = "10:00", **others: Any) -> dict[str, Any]:
    return {
        "id": event_id,
        "type": "singleInstance",
        "start": {"dateTime": moment(start).isoformat()[:19] + ".0000000", "timeZone": "UTC"},
        "end": {"dateTime": moment(end).isoformat()[:19] + ".0000000", "timeZone": "UTC"},
    } | others


def page(*events: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"value": list(events)} | ({"@odata.nextLink": after} if after else {})


def test_a_view_asks_for_its_span_and_large_pages(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(VIEW, page(wire("e1")))
    events = ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
    assert [event.id for event in events] == ["e1"]
    assert graph.seen[0].query == {
        "startDateTime": "2026-09-15T00:00:00Z",
        "endDateTime": "2026-09-16T00:00:00Z",
        "$top": "200",
    }


def test_a_room_whose_object_id_is_unknown_is_asked_for_by_address(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/atrium@contoso.example/calendar/calendarView", page())
    assert ask(lambda gateway: gateway.fetch_view(make_room("Atrium", object_id=None), DAY)) == ()


def test_next_links_are_followed_as_written_with_the_same_preferences(
    graph: RecordedGraph, ask: Ask
) -> None:
    target = f"{VIEW}?%24skiptoken=a%2Bb%2F~c&$x=(1)'2'!*&empty=&y=%C3%A9"
    graph.on(
        VIEW,
        page(wire("e1"), after=f"{graph.url}{target}"),
        page(wire("e2", "11:00", "12:00")),
    )
    events = ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
    assert [event.id for event in events] == ["e1", "e2"]
    assert graph.seen[1].target == f"/v1.0{target}"
    assert [seen.headers["prefer"] for seen in graph.seen] == [PREFER, PREFER]


@pytest.mark.parametrize(
    ("others", "kept"),
    [
        pytest.param({"type": "seriesMaster"}, False, id="a master"),
        pytest.param({"start": "2026-09-14 22:00", "end": "2026-09-15 00:00"}, False, id="before"),
        pytest.param({"start": "2026-09-16 00:00", "end": "2026-09-16 01:00"}, False, id="after"),
        pytest.param(
            {"start": "2026-09-14 22:00", "end": "2026-09-15 00:01"}, True, id="reaching in"
        ),
        pytest.param({"start": "09:00", "end": "09:00"}, True, id="without length"),
        pytest.param({"isCancelled": True}, True, id="cancelled but kept"),
    ],
)
def test_a_view_holds_what_overlaps_its_span(
    graph: RecordedGraph, ask: Ask, others: dict[str, Any], kept: bool
) -> None:
    graph.on(VIEW, page(wire("e1", **others)))
    assert bool(ask(lambda gateway: gateway.fetch_view(ROOM, DAY))) is kept


def test_an_event_on_two_pages_is_there_once_as_it_came_last(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(
        VIEW,
        page(wire("e1", subject="old"), after=f"{graph.url}{VIEW}?page=2"),
        page(wire("e1", subject="new")),
    )
    (event,) = ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
    assert event.subject == "new"


def test_a_view_of_many_pages_that_fails_at_the_end_gives_nothing(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(
        VIEW,
        page(wire("e1"), after=f"{graph.url}{VIEW}?page=2"),
        refusal(503, "ErrorServerBusy", Retry_After="300"),
    )
    with pytest.raises(GraphUnavailable):
        ask(lambda gateway: gateway.fetch_view(ROOM, DAY))


@pytest.mark.parametrize(
    "link",
    [
        "https://graph.microsoft.com/v1.0/users/x",
        "http://127.0.0.1:1/v1.0/users/x",
        "/v1.0/users/x",
        "file:///etc/passwd",
    ],
)
def test_a_next_link_to_another_server_is_not_followed(
    graph: RecordedGraph, ask: Ask, link: str
) -> None:
    graph.on(VIEW, page(wire("e1"), after=link))
    with pytest.raises(ForeignLink) as raised:
        ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
    assert raised.value.code == "foreign-link"
    assert len(graph.seen) == 1


def _always_new_links(graph: RecordedGraph) -> Any:
    def reply(seen: Seen) -> Answer:
        number = int(seen.query.get("page", "0")) + 1
        return Answer(page(wire("e1"), after=f"{graph.url}{VIEW}?page={number}"))

    return reply


def _empty_for_ever(graph: RecordedGraph) -> Any:
    def reply(seen: Seen) -> Answer:
        number = int(seen.query.get("page", "0")) + 1
        return Answer(page(after=f"{graph.url}{VIEW}?page={number}"))

    return reply


@pytest.mark.parametrize(
    ("reply", "requests"),
    [
        pytest.param(
            lambda graph: Answer(page(wire("e1"), after=f"{graph.url}{VIEW}?page=2")),
            2,
            id="the same link again",
        ),
        pytest.param(_always_new_links, 2, id="the same page under new links"),
        pytest.param(_empty_for_ever, 50, id="empty pages without end"),
    ],
)
def test_links_that_lead_in_a_circle_end_the_read(
    graph: RecordedGraph, ask: Ask, reply: Any, requests: int
) -> None:
    graph.on(VIEW, reply(graph))
    with pytest.raises(LoopingNextLink) as raised:
        ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
    assert raised.value.code == "looping-next-link"
    assert len(graph.seen) == requests


def rooms(count: int) -> list[Room]:
    return [make_room(f"R{number}") for number in range(count)]


def test_views_of_many_rooms_come_twenty_to_a_batch(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    for room in rooms(45):
        graph.on(f"/users/{room.user}/calendar/calendarView", page(wire(room.user)))
    views = ask(lambda gateway: gateway.fetch_views(rooms(45), DAY))
    assert {mailbox: events[0].id for mailbox, events in views.items()} == {
        room.mailbox: room.user for room in rooms(45)
    }
    sizes = [len(seen.body["requests"]) for seen in graph.seen if not seen.batched]
    assert sorted(sizes) == [5, 20, 20]
    inner = [seen for seen in graph.seen if seen.batched]
    assert {seen.headers["prefer"] for seen in inner} == {PREFER}
    assert {seen.query["$top"] for seen in inner} == {"200"}


def test_later_pages_of_a_batched_view_are_read_too(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    graph.on(
        VIEW,
        page(wire("e1"), after=f"{graph.url}{VIEW}?page=2"),
        page(wire("e2", "11:00", "12:00")),
    )
    views = ask(lambda gateway: gateway.fetch_views([ROOM], DAY))
    assert [event.id for event in views[ROOM.mailbox]] == ["e1", "e2"]


def test_one_rooms_failure_is_no_others(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    answers = {
        "R0": Answer(page(wire("e0"))),
        "R1": refusal(403, "ErrorAccessDenied"),
        "R2": refusal(404, "MailboxNotEnabledForRESTAPI"),
        "R3": refusal(429, "ApplicationThrottled", Retry_After="300"),
        "R4": Answer({"items": []}),
        "R5": Answer(page(wire("e5"), after="https://evil.example/v1.0")),
        "R6": Answer(None),
    }
    for name, answer in answers.items():
        graph.on(f"/users/object-{name.lower()}/calendar/calendarView", answer)
    views = ask(lambda gateway: gateway.fetch_views(rooms(7), DAY))
    kinds = [type(views[room.mailbox]) for room in rooms(7)]
    assert kinds == [
        Listing, MailboxPermissionLost, MailboxGone, Throttled, PartialRead, ForeignLink,
        PartialRead,
    ]  # fmt: skip


def test_an_event_is_fetched_by_id_cancelled_or_not(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/object-atrium/events/e1", wire("e1", isCancelled=True))
    assert ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1"))).is_cancelled
    assert graph.seen[0].headers["prefer"] == PREFER


def test_many_events_are_fetched_by_id_twenty_to_a_batch(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    ids = [EventId(f"e{number}") for number in range(45)]
    for event_id in ids:
        graph.on(f"/users/object-atrium/events/{event_id}", wire(event_id))
    found = ask(lambda gateway: gateway.fetch_events([(ROOM, event_id) for event_id in ids]))
    assert [event.id for event in found.values() if isinstance(event, Event)] == ids
    assert list(found) == [(ROOM.mailbox, event_id) for event_id in ids]
    sizes = [len(seen.body["requests"]) for seen in graph.seen if not seen.batched]
    assert sizes == [20, 20, 5]
    assert {seen.headers["prefer"] for seen in graph.seen if seen.batched} == {PREFER}


def test_one_events_failure_is_no_others(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    answers = {
        "e0": Answer(wire("e0")),
        "e1": refusal(404, "ErrorItemNotFound"),
        "e2": refusal(400, "ErrorCalendarOccurrenceIsDeletedFromRecurrence"),
        "e3": refusal(429, "ApplicationThrottled", Retry_After="300"),
        "e4": Answer({"id": "e4"}),
    }
    for event_id, answer in answers.items():
        graph.on(f"/users/object-atrium/events/{event_id}", answer)
    ids = [EventId(event_id) for event_id in answers]
    found = ask(lambda gateway: gateway.fetch_events([(ROOM, event_id) for event_id in ids]))
    kinds = [type(found[ROOM.mailbox, event_id]) for event_id in ids]
    assert kinds == [Event, NotFound, NotFound, Throttled, EventUnreadable]


def test_no_event_at_all_is_no_request(graph: RecordedGraph, ask: Ask) -> None:
    assert ask(lambda gateway: gateway.fetch_events([])) == {}
    assert graph.seen == []


MASTER = wire("m1", type="seriesMaster", cancelledOccurrences=["OID.m1.2026-09-22"])


def test_a_master_is_asked_for_with_its_cancelled_dates(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/object-atrium/events/m1", MASTER)
    master = ask(lambda gateway: gateway.fetch_master(ROOM, EventId("m1")))
    assert master.cancelled_dates == {date(2026, 9, 22)}
    query = graph.seen[0].query
    assert query["$expand"] == "exceptionOccurrences"
    wanted = {"cancelledOccurrences", "exceptionOccurrences", "recurrence", "iCalUId"}
    assert wanted <= set(query["$select"].split(","))


def test_exceptions_that_come_in_pages_are_all_counted(graph: RecordedGraph, ask: Ask) -> None:
    path = "/users/object-atrium/events/m1"
    more = f"{path}/exceptionOccurrences"
    first = {
        "exceptionOccurrences": [wire("x1"), wire("x2")],
        "exceptionOccurrences@odata.nextLink": f"{graph.url}{more}?$skip=2",
    }
    graph.on(path, MASTER | first)
    graph.on(more, {"value": [wire("x3")]})
    master = ask(lambda gateway: gateway.fetch_master(ROOM, EventId("m1")))
    assert master.exceptions == 3


def test_a_server_that_does_not_know_the_properties_is_asked_without(
    graph: RecordedGraph, ask: Ask
) -> None:
    plain = {name: value for name, value in MASTER.items() if name != "cancelledOccurrences"}
    graph.on("/users/object-atrium/events/m1", refusal(400, "RequestBroker--ParseUri"), plain)
    master = ask(lambda gateway: gateway.fetch_master(ROOM, EventId("m1")))
    assert master.cancelled_dates is None
    assert graph.seen[1].query == {}


def test_of_many_masters_only_those_are_asked_for_plainly_that_are_refused_otherwise(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.serve_batch()
    plain = wire("m2", type="seriesMaster")
    graph.on("/users/object-atrium/events/m1", MASTER)
    graph.on("/users/object-atrium/events/m2", refusal(400, "RequestBroker--ParseUri"), plain)
    graph.on("/users/object-atrium/events/m3", refusal(404, "ErrorItemNotFound"))
    wanted = [(ROOM, EventId(name)) for name in ("m1", "m2", "m3")]
    found = ask(lambda gateway: gateway.fetch_masters(wanted))
    first, second, third = (found[ROOM.mailbox, event_id] for _, event_id in wanted)
    assert first.cancelled_dates == {date(2026, 9, 22)}
    assert second.cancelled_dates is None
    assert isinstance(third, NotFound)
    sizes = [len(seen.body["requests"]) for seen in graph.seen if not seen.batched]
    assert sizes == [3, 1]


@pytest.mark.parametrize("cloud", [Cloud.USGOV, Cloud.USGOV_DOD, Cloud.CHINA])
def test_national_clouds_are_asked_for_many_masters_plainly(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    wanted = [(ROOM, EventId(name)) for name in ("m1", "m2")]
    for _, event_id in wanted:
        graph.on(f"/users/object-atrium/events/{event_id}", wire(event_id, type="seriesMaster"))
    found = ask(lambda gateway: gateway.fetch_masters(wanted))
    assert [master.event.id for master in found.values()] == ["m1", "m2"]
    assert [seen.query for seen in graph.seen if seen.batched] == [{}, {}]
    assert len(graph.seen) == 3


@pytest.mark.parametrize("cloud", [Cloud.USGOV, Cloud.USGOV_DOD, Cloud.CHINA])
def test_national_clouds_are_not_asked_for_what_they_lack(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/object-atrium/events/m1", wire("m1", type="seriesMaster"))
    master = ask(lambda gateway: gateway.fetch_master(ROOM, EventId("m1")))
    assert master.cancelled_dates is None
    assert graph.seen[0].query == {}


def test_a_master_that_is_gone_is_not_asked_for_twice(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/object-atrium/events/m1", refusal(404, "ErrorItemNotFound"))
    with pytest.raises(NotFound):
        ask(lambda gateway: gateway.fetch_master(ROOM, EventId("m1")))
    assert len(graph.seen) == 1


def test_the_instances_of_a_series_are_asked_for_by_span(graph: RecordedGraph, ask: Ask) -> None:
    path = "/users/object-atrium/events/m1/instances"
    graph.on(path, page(wire("o1", type="occurrence"), wire("x1", type="exception")))
    events = ask(lambda gateway: gateway.fetch_instances(ROOM, EventId("m1"), DAY))
    assert [event.id for event in events] == ["o1", "x1"]
    assert graph.seen[0].query["startDateTime"] == "2026-09-15T00:00:00Z"


def test_an_ical_uid_is_quoted_for_the_filter(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/object-atrium/events", page(wire("e1")))
    (event,) = ask(lambda gateway: gateway.find_by_ical_uid(ROOM, "o'neill+1@x"))
    assert event.id == "e1"
    assert graph.seen[0].query["$filter"] == "iCalUId eq 'o''neill+1@x'"


BAD: dict[str, Any] = {"start": None}


def test_one_event_that_cannot_be_read_stands_beside_the_others(
    graph: RecordedGraph, ask: Ask
) -> None:
    answer = Answer(
        page(wire("e0"), wire("e1") | BAD, wire("e2") | {"end": None, "subject": "Budget"})
    )
    graph.on("/users/object-atrium/calendar/calendarView", answer)
    found = ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
    assert [event.id for event in found] == ["e0"]
    assert [(event.id, event.wrong) for event in found.unreadable] == [
        ("e1", "start: expected object, got null"),
        ("e2", "end: expected object, got null"),
    ]
    assert found.unreadable[1].subject == "Budget"
    assert json.loads(found.unreadable[1].payload)["end"] is None


@pytest.mark.parametrize(
    ("good", "bad", "is_read"),
    [
        pytest.param(0, 3, True, id="a few, and nothing else"),
        pytest.param(15, 4, False, id="four of nineteen"),
        pytest.param(16, 4, True, id="one in five"),
    ],
)
def test_a_list_full_of_events_that_cannot_be_read_is_not_to_be_trusted(
    graph: RecordedGraph, ask: Ask, good: int, bad: int, is_read: bool
) -> None:
    events = [wire(f"g{n}") for n in range(good)] + [wire(f"b{n}") | BAD for n in range(bad)]
    graph.on("/users/object-atrium/calendar/calendarView", Answer(page(*events)))
    if is_read:
        found = ask(lambda gateway: gateway.fetch_view(ROOM, DAY))
        assert (len(found), len(found.unreadable)) == (good, bad)
    else:
        with pytest.raises(PartialRead, match=f"{bad} of {good + bad} events cannot be read"):
            ask(lambda gateway: gateway.fetch_view(ROOM, DAY))


def test_an_event_without_its_id_is_the_one_that_was_asked_for(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/object-atrium/events/e1", Answer(wire("e1", id=None)))
    with pytest.raises(EventUnreadable) as raised:
        ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    assert (raised.value.event.id, raised.value.event.wrong) == ("e1", "id: expected str, got null")


def test_a_throttled_room_is_asked_again_alone(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    first, second = (f"/users/{room.user}/calendar/calendarView" for room in rooms(2))
    graph.on(first, page())
    graph.on(
        second,
        refusal(429, "ApplicationThrottled", Retry_After="0"),
        refusal(503, "ErrorServerBusy", Retry_After="0"),
        page(),
    )
    views = ask(lambda gateway: gateway.fetch_views(rooms(2), DAY))
    assert list(views.values()) == [(), ()]
    sizes = [len(seen.body["requests"]) for seen in graph.seen if not seen.batched]
    assert sizes == [2, 1, 1]


def test_a_room_that_stays_throttled_is_given_up(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    (room,) = rooms(1)
    path = f"/users/{room.user}/calendar/calendarView"
    graph.on(path, refusal(429, "ApplicationThrottled", Retry_After="0"))
    for patient, asked in ((True, 4), (False, 5)):
        views = ask(
            lambda gateway, patient=patient: gateway.fetch_views(rooms(1), DAY, patient=patient)
        )
        assert isinstance(views[room.mailbox], Throttled)
        assert graph.paths().count(path) == asked
