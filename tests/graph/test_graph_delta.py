from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Ask
from builders import make_room
from recorded_graph import Answer, RecordedGraph, refusal

from obctl.domain.event import DeltaItem, DeltaLink, DeltaRound, EventId, EventType
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.errors import (
    CredentialRefused,
    DeltaLinkExpired,
    GraphUnavailable,
    LoopingNextLink,
    NotAuthorised,
    ObctlError,
    PartialRead,
    Throttled,
)
from obctl.graph.gateway import GraphGateway

ROOM = make_room("Atrium")
WINDOW = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2027, 3, 15, tzinfo=UTC))
DELTA = "/users/object-atrium/calendarView/delta()"
PREFER = 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=200'


def round_of(
    graph: RecordedGraph, *ids: str, after: str | None = None, then: str = "1", at: str = DELTA
) -> dict[str, Any]:
    """One page of a round: the last one of it, unless it goes on `after`."""
    link = {"@odata.nextLink": f"{graph.url}{at}?$skiptoken={after}"}
    if after is None:
        link = {"@odata.deltaLink": f"{graph.url}{at}?$deltatoken={then}"}
    return {
        "value": [{"id": one, "type": "occurrence", "seriesMasterId": "m"} for one in ids]
    } | link


def room(number: int) -> Room:
    return make_room(f"r{number}", mailbox=f"r{number}@x", object_id=f"R{number}")


def delta_of(number: int) -> str:
    return f"/users/R{number}/calendarView/delta()"


def links(graph: RecordedGraph, count: int) -> list[tuple[Room, DeltaLink]]:
    return [
        (room(n), DeltaLink(f"{graph.url}{delta_of(n)}?$deltatoken=t{n}")) for n in range(count)
    ]


def nothing_new(graph: RecordedGraph, number: int) -> Answer:
    link = f"{graph.url}{delta_of(number)}?$deltatoken=u{number}"
    return Answer({"value": [], "@odata.deltaLink": link})


def test_a_first_round_starts_with_empty_pages_and_ends_with_a_link(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(
        DELTA,
        round_of(graph, after="1"),
        round_of(graph, after="2"),
        round_of(graph, "o1", "o2", after="3"),
        round_of(graph, "o3", then="T"),
    )
    link = ask(lambda gateway: gateway.open_delta(ROOM, WINDOW))
    assert link == f"{graph.url}{DELTA}?$deltatoken=T"
    assert graph.seen[0].query == {
        "startDateTime": "2026-09-15T00:00:00Z",
        "endDateTime": "2027-03-15T00:00:00Z",
    }
    assert {seen.headers["prefer"] for seen in graph.seen} == {PREFER}


def test_a_round_tells_every_item_of_all_its_pages(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    graph.on(
        DELTA,
        round_of(graph, after="1"),
        round_of(graph, "o1", "o2", after="2"),
        round_of(graph, "o3", then="T"),
    )
    link = DeltaLink(f"{graph.url}{DELTA}?$deltatoken=S")
    rounds = ask(lambda gateway: gateway.follow_delta([(ROOM, link)]))
    found = rounds[ROOM.mailbox]
    assert [item.id for item in found.items] == ["o1", "o2", "o3"]
    assert found.link == f"{graph.url}{DELTA}?$deltatoken=T"
    assert found.items[0] == DeltaItem(
        EventId("o1"), removed=False, type=EventType.OCCURRENCE, series_master_id=EventId("m")
    )


def test_a_round_without_an_end_is_a_partial_read(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(DELTA, {"value": []})
    with pytest.raises(PartialRead) as raised:
        ask(lambda gateway: gateway.open_delta(ROOM, WINDOW))
    assert raised.value.code == "partial-read"


def test_a_chain_that_repeats_itself_under_new_links_ends(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(DELTA, *(round_of(graph, "o1", "o2", after=str(n)) for n in range(9)))
    with pytest.raises(LoopingNextLink) as raised:
        ask(lambda gateway: gateway.open_delta(ROOM, WINDOW))
    assert raised.value.code == "looping-next-link"
    assert len(graph.seen) == 2


def test_a_token_that_dies_within_the_round_asks_for_a_full_read(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(DELTA, round_of(graph, "o1", after="1"), refusal(410, "SyncStateNotFound"))
    with pytest.raises(DeltaLinkExpired):
        ask(lambda gateway: gateway.open_delta(ROOM, WINDOW))


def test_first_rounds_of_many_rooms_share_their_first_requests(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.serve_batch()
    for number in range(45):
        first = refusal(403, "ErrorAccessDenied") if number == 9 else nothing_new(graph, number)
        graph.on(delta_of(number), first)
    # the first round of one room has a second page
    graph.on(DELTA, round_of(graph, "o1", after="1"), round_of(graph, "o2", then="T"))
    rooms = [room(n) for n in range(45)]
    found = ask(lambda gateway: gateway.open_deltas([(one, WINDOW) for one in [*rooms, ROOM]]))
    assert isinstance(found.pop("r9@x"), NotAuthorised)
    assert found.pop(ROOM.mailbox) == f"{graph.url}{DELTA}?$deltatoken=T"
    assert found == {
        f"r{n}@x": f"{graph.url}{delta_of(n)}?$deltatoken=u{n}" for n in range(45) if n != 9
    }
    assert [seen.path for seen in graph.seen if not seen.batched] == ["/$batch"] * 3 + [DELTA]


def test_five_hundred_rooms_take_twenty_five_requests(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    for number in range(500):
        graph.on(delta_of(number), nothing_new(graph, number))
    rounds = ask(lambda gateway: gateway.follow_delta(links(graph, 500)))
    assert {mailbox: found.link for mailbox, found in rounds.items()} == {
        f"r{n}@x": f"{graph.url}{delta_of(n)}?$deltatoken=u{n}" for n in range(500)
    }
    assert len([seen for seen in graph.seen if not seen.batched]) == 25


def test_links_go_into_the_batch_as_they_were_stored(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    tail = f"{delta_of(0)}?$deltatoken=a%2Bb~%3D%3D'(1)"
    graph.on(delta_of(0), nothing_new(graph, 0))
    ask(lambda gateway: gateway.follow_delta([(room(0), DeltaLink(graph.url + tail))]))
    (inner,) = [seen for seen in graph.seen if seen.batched]
    assert inner.target == f"/v1.0{tail}"
    assert inner.headers["prefer"] == PREFER


def test_each_room_has_its_own_outcome(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    graph.on(delta_of(0), nothing_new(graph, 0))
    graph.on(delta_of(1), refusal(410, "SyncStateNotFound"))
    graph.on(delta_of(2), refusal(403, "ErrorAccessDenied"))
    graph.on(delta_of(3), refusal(429, "ApplicationThrottled", Retry_After="300"))
    graph.on(delta_of(4), round_of(graph, "o1", after="2", at=delta_of(4)))
    graph.on(delta_of(4), round_of(graph, "o2", then="T", at=delta_of(4)))
    rounds = ask(lambda gateway: gateway.follow_delta(links(graph, 5)))
    assert rounds["r0@x"].items == ()
    assert isinstance(rounds["r1@x"], DeltaLinkExpired)
    assert isinstance(rounds["r2@x"], NotAuthorised)
    assert isinstance(rounds["r3@x"], Throttled)
    assert [item.id for item in rounds["r4@x"].items] == ["o1", "o2"]
    assert "r1@x" in rounds["r1@x"].message


def test_a_page_that_no_decoder_follows_is_that_rooms_outcome(
    graph: RecordedGraph, ask: Ask
) -> None:
    deep = 10_000  # more than the decoder follows
    graph.serve_batch()
    graph.on(delta_of(0), nothing_new(graph, 0))
    graph.on(delta_of(1), round_of(graph, "o1", after="2", at=delta_of(1)))
    deeper = b'{"value": [{"id": "o2", "x": %s%s}]}' % (b"[" * deep, b"]" * deep)
    graph.on(delta_of(1), Answer(deeper))
    rounds = ask(lambda gateway: gateway.follow_delta(links(graph, 2)))
    assert rounds["r0@x"].items == ()
    assert isinstance(rounds["r1@x"], PartialRead)


@pytest.mark.parametrize("rest", ["0", "7", "45", None])
def test_nobody_waits_for_a_room_that_asks_for_rest(
    graph: RecordedGraph, ask: Ask, rest: str | None
) -> None:
    graph.serve_batch()
    graph.on(delta_of(0), nothing_new(graph, 0))
    graph.on(
        delta_of(1),
        refusal(429, "ApplicationThrottled", **({} if rest is None else {"Retry_After": rest})),
    )
    rounds = ask(lambda gateway: gateway.follow_delta(links(graph, 2)))
    assert isinstance(rounds["r0@x"], DeltaRound)
    error = rounds["r1@x"]
    assert isinstance(error, Throttled)
    assert error.rest == (0.5 if rest is None else int(rest))
    assert len([seen for seen in graph.seen if not seen.batched]) == 1


def test_nor_for_one_that_has_asked_for_rest_before(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    graph.on(delta_of(0), nothing_new(graph, 0))
    graph.on(delta_of(1), refusal(429, "ApplicationThrottled", Retry_After="7"))

    async def twice(gateway: GraphGateway) -> object:
        await gateway.follow_delta(links(graph, 2))
        return await gateway.follow_delta(links(graph, 2))

    rounds = ask(twice)
    assert isinstance(rounds["r0@x"], DeltaRound)
    assert isinstance(rounds["r1@x"], Throttled)
    assert 0 < rounds["r1@x"].rest <= 7
    assert graph.paths().count(delta_of(1)) == 1


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_server_without_batch_is_asked_one_by_one(
    graph: RecordedGraph, ask: Ask, status: int
) -> None:
    graph.on("/$batch", refusal(status, "BadRequest"), method="POST")
    graph.on(delta_of(0), nothing_new(graph, 0))
    graph.on(delta_of(1), refusal(410, "SyncStateNotFound"))
    rounds = ask(lambda gateway: gateway.follow_delta(links(graph, 2)))
    assert rounds["r0@x"].items == ()
    assert isinstance(rounds["r1@x"], DeltaLinkExpired)
    assert graph.seen[-1].headers["prefer"] == PREFER


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(refusal(401, "InvalidAuthenticationToken"), CredentialRefused, id="401"),
        pytest.param(refusal(503, "x", Retry_After="300"), GraphUnavailable, id="503"),
    ],
)
def test_a_failed_batch_is_the_failure_of_each_room_in_it(
    graph: RecordedGraph, ask: Ask, answer: Answer, kind: type[ObctlError]
) -> None:
    graph.on("/$batch", answer, method="POST")
    rounds = ask(lambda gateway: gateway.follow_delta(links(graph, 2)))
    assert [type(found) for found in rounds.values()] == [kind, kind]


def test_a_link_of_the_same_server_in_another_spelling_is_followed_alone(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on(f"/V1.0{delta_of(0)}", nothing_new(graph, 0))
    stored = DeltaLink(graph.url.replace("/v1.0", "/V1.0") + delta_of(0))
    rounds = ask(lambda gateway: gateway.follow_delta([(room(0), stored)]))
    assert rounds["r0@x"].items == ()


def test_no_links_are_no_requests(graph: RecordedGraph, ask: Ask) -> None:
    assert ask(lambda gateway: gateway.follow_delta([])) == {}
    assert graph.seen == []
