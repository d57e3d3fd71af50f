"""A next or delta link is of this Graph, this mailbox and this query, or is not followed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Ask
from builders import make_room
from hypothesis import given
from hypothesis import strategies as st
from recorded_graph import Answer, RecordedGraph

from obctl.domain.event import DeltaLink, EventId
from obctl.domain.time_span import TimeSpan
from obctl.errors import ForeignLink, ObctlError
from obctl.graph import request
from obctl.graph.gateway import GraphGateway
from obctl.graph.links import ensure_goes_on
from obctl.graph.request import Asked, Errand

GRAPH = "https://graph.microsoft.com/v1.0"
ROOM = make_room("Atrium", mailbox="atrium@contoso.example", object_id="0b4f1cf6-54c8")
SPAN = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2027, 3, 15, tzinfo=UTC))

CHANGES = Errand("/users/0b4f1cf6-54c8/calendarView/delta()?a=b", request.delta_of(ROOM))
BY_ADDRESS = Errand("/users/atrium%40contoso.example/calendarView/delta()", CHANGES.asked)
VIEW = Errand("/users/0b4f1cf6-54c8/calendar/calendarView?a=b", request.calendar(ROOM))
FOUND = Errand("/users/0b4f1cf6-54c8/events?$filter=x", request.calendar(ROOM))
SERIES = Errand("/users/0b4f1cf6-54c8/events/AAMkAd-_%3D/instances", VIEW.asked)
LISTS = Errand("/places/graph.roomList?$top=100", request.places("the room lists"))
SUBSCRIPTIONS = Errand("/subscriptions", request.subscriptions("the list of subscriptions"))


@pytest.mark.parametrize(
    ("errand", "path"),
    [
        (CHANGES, "/users/0b4f1cf6-54c8/calendarView/delta?$deltatoken=R0usmcMDNGg0J1E"),
        (CHANGES, "/users/0b4f1cf6-54c8/calendarView/delta()?$skiptoken=R0usmcM"),
        (CHANGES, "/users('0b4f1cf6-54c8')/calendarView/delta?$skiptoken=R0usmcM"),
        (CHANGES, "/users('0B4F1CF6-54C8')/calendarview/microsoft.graph.delta()?$skiptoken=1"),
        (CHANGES, "/Users(%270b4f1cf6-54c8%27)/calendarView/graph.delta?$skiptoken=R0usmcM"),
        (CHANGES, "/users/atrium@contoso.example/calendarView/delta?$skiptoken=R0usmcM"),
        (CHANGES, "/users/Atrium%40Contoso.example/calendarView/delta?$skiptoken=R0usmcM"),
        (CHANGES, "/users('atrium@contoso.example')/calendar/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users('0b4f1cf6-54c8@6d2a-tenant')/calendarView/delta?$skiptoken=R0usmcM"),
        (CHANGES, "/users/0b4f1cf6-54c8/calendarView/delta?$deltatoken=a%2Bb~%3D%3D'(1)/../users"),
        (BY_ADDRESS, "/users/0b4f1cf6-54c8/calendarView/delta?$skiptoken=R0usmcM"),
        (VIEW, "/users/0b4f1cf6-54c8/calendarView?$skip=200"),
        (VIEW, "/users('0b4f1cf6-54c8')/calendar/calendarView?startDateTime=x&$skip=200"),
        (FOUND, "/users/0b4f1cf6-54c8/calendar/events?$skip=10"),
        (SERIES, "/users/0b4f1cf6-54c8/events/AAMkAd-_=/instances?$skip=10"),
        (SERIES, "/users('0b4f1cf6-54c8')/events('AAMkAd-_%3D')/instances?$skip=10"),
        (LISTS, "/places/microsoft.graph.roomlist?$skip=100"),
        (SUBSCRIPTIONS, "/subscriptions?$skiptoken=x"),
    ],
)
def test_however_the_same_mailbox_and_query_are_spelled_the_link_is_good(
    errand: Errand, path: str
) -> None:
    ensure_goes_on(GRAPH + path, errand, GRAPH)


@pytest.mark.parametrize(
    "origin",
    [
        "https://graph.microsoft.com:443/v1.0",
        "HTTPS://Graph.Microsoft.com/V1.0",
    ],
)
def test_the_same_server_in_another_spelling_is_the_same(origin: str) -> None:
    ensure_goes_on(origin + CHANGES.path, CHANGES, GRAPH)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example/v1.0",
        "https://graph.microsoft.com@evil.example/v1.0",
        "https://graph@graph.microsoft.com/v1.0",
        "https://graph:secret@graph.microsoft.com/v1.0",
        "https://@graph.microsoft.com/v1.0",
        "https://graph.microsoft.com.evil.example/v1.0",
        "https://graph.microsoft.com:8443/v1.0",
        "https://graph.microsoft.com:x/v1.0",
        "https://graph.microsoft.com:0/v1.0",
        "http://graph.microsoft.com/v1.0",
        "//graph.microsoft.com/v1.0",
        "/v1.0",
        "",
        "not a link",
        "https://graph.microsoft.com/beta",
        "https://graph.microsoft.com",
        "https://graph.microsoft.com/v1.0\n",
        "https://graph.microsoft.com/v1.0#",
        "https://graph.microsoft.com/v1.0/beta/..",
        "https://[graph.microsoft.com/v1.0",
    ],
)
@pytest.mark.parametrize("errand", [CHANGES, SUBSCRIPTIONS], ids=["changes", "subscriptions"])
def test_another_server_another_version_or_somebody_elses_name_is_refused(
    errand: Errand, origin: str
) -> None:
    with pytest.raises(ForeignLink):
        ensure_goes_on(origin + errand.path, errand, GRAPH)


@pytest.mark.parametrize(
    ("errand", "path"),
    [
        (CHANGES, "/users/other@contoso.example/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users/0b4f1cf6-54c9/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users('other@contoso.example')/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users('atrium@contoso.example@evil')/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/me/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/groups/0b4f1cf6-54c8/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users/0b4f1cf6-54c8/events/delta?$skiptoken=1"),
        (CHANGES, "/users/0b4f1cf6-54c8/messages/delta?$skiptoken=1"),
        (CHANGES, "/users/0b4f1cf6-54c8/calendarView?$skip=1"),
        (CHANGES, "/users/0b4f1cf6-54c8/calendars/AAMk/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users/x/../0b4f1cf6-54c8/calendarView/delta?$skiptoken=1"),
        (CHANGES, "/users/0b4f1cf6-54c8%2FcalendarView/delta?$skiptoken=1"),
        (CHANGES, "?$skiptoken=1"),
        (CHANGES, "/?$skiptoken=1"),
        (VIEW, "/users/0b4f1cf6-54c8/calendarView/delta?$skiptoken=1"),
        (VIEW, "/users/other@contoso.example/calendar/calendarView?$skip=1"),
        (FOUND, "/users/other@contoso.example/events?$skip=1"),
        (FOUND, "/users/0b4f1cf6-54c8/events/AAMk/instances?$skip=1"),
        (SERIES, "/users/0b4f1cf6-54c8/events/AAMkAD-_=/instances?$skip=1"),
        (SERIES, "/users/other@contoso.example/events/AAMkAd-_=/instances?$skip=1"),
        (LISTS, "/places/microsoft.graph.room?$skip=100"),
        (SUBSCRIPTIONS, "/users?$skiptoken=x"),
    ],
)
def test_another_mailbox_or_another_query_is_refused_and_the_question_named(
    errand: Errand, path: str
) -> None:
    with pytest.raises(ForeignLink) as raised:
        ensure_goes_on(GRAPH + path, errand, GRAPH)
    assert raised.value.message.endswith(errand.asked.what)


@given(st.text())
def test_any_text_is_a_good_link_or_a_foreign_one_and_nothing_else(text: str) -> None:
    for link in (text, f"{GRAPH}/{text}", f"https://{text}/v1.0{CHANGES.path}"):
        try:
            ensure_goes_on(link, CHANGES, GRAPH)
        except ForeignLink:
            continue


def test_a_room_whose_object_id_is_unknown_is_known_by_its_address_or_by_any_id() -> None:
    room = make_room("Atrium", mailbox="atrium@contoso.example", object_id=None)
    errand = Errand("/users/atrium%40contoso.example/calendarView/delta", request.delta_of(room))
    ensure_goes_on(GRAPH + errand.path, errand, GRAPH)
    by_id = "users('0b4f1cf6-54c8-4820-bbb7-2a1f4257ade5')"
    ensure_goes_on(f"{GRAPH}/{by_id}/calendarView/delta", errand, GRAPH)
    for other in ("0b4f1cf6-54c8", "other@contoso.example"):
        with pytest.raises(ForeignLink):
            ensure_goes_on(f"{GRAPH}/users/{other}/calendarView/delta", errand, GRAPH)
    with pytest.raises(ForeignLink):
        ensure_goes_on(f"{GRAPH}/{by_id}/calendarView/delta", CHANGES, GRAPH)
    nobody = Errand("/users/x/y", Asked("x", request.Subject.ANYTHING))
    ensure_goes_on(f"{GRAPH}/users/X/y", nobody, GRAPH)


Read = Callable[[GraphGateway], Awaitable[Any]]
USER = "/users/0b4f1cf6-54c8"


async def _followed(gateway: GraphGateway) -> object:
    link = DeltaLink(f"{gateway._graph.url}{USER}/calendarView/delta()?$deltatoken=1")
    return _raised((await gateway.follow_delta([(ROOM, link)]))[ROOM.mailbox])


def _raised(outcome: object) -> object:
    if isinstance(outcome, ObctlError):
        raise outcome
    return outcome


async def _viewed(gateway: GraphGateway) -> object:
    return _raised((await gateway.fetch_views([ROOM], SPAN))[ROOM.mailbox])


async def _opened(gateway: GraphGateway) -> object:
    return _raised((await gateway.open_deltas([(ROOM, SPAN)]))[ROOM.mailbox])


async def _found(gateway: GraphGateway) -> object:
    return _raised((await gateway.find_all_by_ical_uid([(ROOM, "u")]))[ROOM.mailbox, "u"])


PAGED: Sequence[tuple[str, str, Read]] = [
    ("view", f"{USER}/calendar/calendarView", lambda g: g.fetch_view(ROOM, SPAN)),
    ("views", f"{USER}/calendar/calendarView", _viewed),
    ("instances", f"{USER}/events/M/instances",
     lambda g: g.fetch_instances(ROOM, EventId("M"), SPAN)),
    ("by key", f"{USER}/events", lambda g: g.find_by_ical_uid(ROOM, "u")),
    ("by keys", f"{USER}/events", _found),
    ("first round", f"{USER}/calendarView/delta()", lambda g: g.open_delta(ROOM, SPAN)),
    ("first rounds", f"{USER}/calendarView/delta()", _opened),
    ("next round", f"{USER}/calendarView/delta()", _followed),
    ("room lists", "/places/graph.roomList", lambda g: g.fetch_places()),
    ("subscriptions", "/subscriptions", lambda g: g.fetch_subscriptions()),
]  # fmt: skip
ASTRAY = [
    "{host}@evil.example{path}?$skiptoken=1",
    "http://graph@{host}{path}?$skiptoken=1",
    "http://127.0.0.1:1{path}?$skiptoken=1",
    "http://{host}/users/other@contoso.example/calendarView/delta?$skiptoken=1",
    "http://{host}/me/messages?$skip=1",
    "",
]


@pytest.mark.parametrize("link", ASTRAY)
@pytest.mark.parametrize(("path", "read"), [one[1:] for one in PAGED], ids=[p[0] for p in PAGED])
def test_a_next_link_astray_is_refused_as_it_is_read_and_nothing_is_asked_there(
    graph: RecordedGraph, ask: Ask, path: str, read: Read, link: str
) -> None:
    graph.serve_batch()
    host = graph.url.removeprefix("http://")
    bad = link.format(host=host, path=path)
    graph.on(path, Answer({"value": [], "@odata.nextLink": bad}))
    with pytest.raises(ForeignLink):
        ask(read)
    assert {seen.path for seen in graph.seen} <= {path, "/$batch"}


@pytest.mark.parametrize("link", ASTRAY)
def test_the_exceptions_of_a_series_are_counted_in_this_mailbox_alone(
    graph: RecordedGraph, ask: Ask, link: str
) -> None:
    path = f"{USER}/events/M"
    bad = link.format(host=graph.url.removeprefix("http://"), path=f"{path}/exceptionOccurrences")
    noon = {"dateTime": "2026-09-15T12:00:00", "timeZone": "UTC"}
    shown = {"id": "M", "type": "seriesMaster", "start": noon, "end": noon}
    graph.on(path, Answer(shown | {"exceptionOccurrences@odata.nextLink": bad}))
    with pytest.raises(ForeignLink):
        ask(lambda gateway: gateway.fetch_master(ROOM, EventId("M")))
    assert {seen.path for seen in graph.seen} == {path}


@pytest.mark.parametrize("link", ASTRAY)
@pytest.mark.parametrize("read", [p[2] for p in PAGED if "round" in p[0]])
def test_a_delta_link_astray_is_refused_before_anybody_stores_it(
    graph: RecordedGraph, ask: Ask, read: Read, link: str
) -> None:
    graph.serve_batch()
    path = f"{USER}/calendarView/delta()"
    host = graph.url.removeprefix("http://")
    bad = link.format(host=host, path=path)
    graph.on(path, Answer({"value": [], "@odata.deltaLink": bad}))
    with pytest.raises(ForeignLink):
        ask(read)


@pytest.mark.parametrize("link", [*ASTRAY, "https://graph.microsoft.com/v1.0{path}", "not a link"])
def test_a_stored_link_astray_is_refused_and_not_sent_and_no_other_room_suffers(
    graph: RecordedGraph, ask: Ask, link: str
) -> None:
    other = make_room("Hall", mailbox="hall@x", object_id="H")
    path = "/users/H/calendarView/delta()"
    graph.serve_batch()
    good = f"{graph.url}{path}?$deltatoken=1"
    graph.on(path, Answer({"value": [], "@odata.deltaLink": good}))
    host = graph.url.removeprefix("http://")
    bad = DeltaLink(link.format(host=host, path=f"{USER}/calendarView/delta()"))
    rounds = ask(lambda gateway: gateway.follow_delta([(ROOM, bad), (other, DeltaLink(good))]))
    assert isinstance(rounds[ROOM.mailbox], ForeignLink)
    assert rounds["hall@x"].link == good
    assert {seen.path for seen in graph.seen} == {path, "/$batch"}
