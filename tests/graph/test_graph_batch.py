"""Many mailboxes asked at once: what one of them does is no other's trouble."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from email.utils import format_datetime

import pytest
from asking import Ask, Result
from builders import NOW, make_room
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.config import CredentialKind, GraphSettings
from obctl.domain.event import EventId
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing
from obctl.errors import GraphDetail, GraphUnavailable, ObctlError, Throttled
from obctl.graph.gateway import GraphGateway, open_gateway
from obctl.graph.mailbox_gate import Gate, MailboxResting
from obctl.graph.transport import BoundedRetries

ROOMS = [make_room(f"R{number}") for number in range(20)]
SPAN = TimeSpan(NOW, NOW.replace(hour=23))
EMPTY = Answer({"value": []})
SAID = GraphDetail(429, "ApplicationThrottled")
IN_YEARS = format_datetime(NOW.replace(year=NOW.year + 9), usegmt=True)

Views = dict[str, "tuple[object, ...] | ObctlError"]


def view_of(room: int) -> str:
    return f"/users/object-r{room}/calendar/calendarView"


def views(rooms: int) -> Callable[[GraphGateway], Awaitable[Views]]:
    return lambda gateway: gateway.fetch_views(ROOMS[:rooms], SPAN)  # type: ignore[return-value]


def kinds(found: Views) -> list[type]:
    return [type(one) for one in found.values()]


@pytest.fixture
def silent() -> Iterator[Callable[[Seen], Answer]]:
    """Does not answer before the test is over."""
    over = threading.Event()

    def wait(_seen: Seen) -> Answer:
        over.wait()
        return EMPTY

    yield wait
    over.set()


def hasty(
    graph: RecordedGraph,
    question: Callable[[GraphGateway], Awaitable[Result]],
    *,
    silence: float,
) -> Result:
    """As `ask`, but of a client that does not wait long for an answer."""

    async def session() -> Result:
        settings = GraphSettings(url=graph.url, credential=CredentialKind.TOKEN)
        async with open_gateway(settings, token="letmein", silence=silence) as gateway:
            return await question(gateway)

    return asyncio.run(session())


def test_mailboxes_that_keep_silent_are_the_only_ones_without_an_answer(
    graph: RecordedGraph, silent: Callable[[Seen], Answer]
) -> None:
    graph.serve_batch()
    for room in range(20):
        graph.on(view_of(room), silent if room in (0, 1, 2, 7) else EMPTY)
    found = hasty(graph, views(20), silence=2)
    late = [mailbox for mailbox, one in found.items() if one != ()]
    assert late == [ROOMS[room].mailbox for room in (0, 1, 2, 7)]
    assert kinds(found).count(GraphUnavailable) == 4
    assert found[late[0]].message == f"Graph did not answer in time: the calendar of {late[0]}"


def test_silent_mailboxes_however_many_keep_no_other_from_being_asked(
    graph: RecordedGraph, silent: Callable[[Seen], Answer]
) -> None:
    graph.serve_batch()
    for room in range(20):
        graph.on(view_of(room), EMPTY if room > 16 else silent)
    found = hasty(graph, views(20), silence=1)
    assert kinds(found) == [GraphUnavailable] * 17 + [Listing] * 3


def test_a_mailbox_that_was_only_glanced_at_is_asked_again_once_another_has_answered(
    graph: RecordedGraph, silent: Callable[[Seen], Answer]
) -> None:
    graph.serve_batch()
    for room in range(10):
        graph.on(view_of(room), *[silent] * (room < 9), *[EMPTY] * (room > 7))
    assert kinds(hasty(graph, views(10), silence=1)) == [GraphUnavailable] * 8 + [Listing] * 2
    assert graph.paths().count(view_of(8)) == 2


def test_a_graph_that_answers_nothing_is_asked_about_each_mailbox_once(
    graph: RecordedGraph, silent: Callable[[Seen], Answer]
) -> None:
    graph.on("/$batch", silent, method="POST")
    for room in range(20):
        graph.on(view_of(room), silent)
    assert kinds(hasty(graph, views(20), silence=1)) == [GraphUnavailable] * 20
    assert sorted(graph.paths()) == sorted(map(view_of, range(20)))


def test_a_connection_that_breaks_at_once_is_no_sign_that_graph_is_down(
    graph: RecordedGraph, ask: Ask
) -> None:
    broken = Answer(hang_up=True)
    graph.on("/$batch", broken, method="POST")
    for room in range(20):
        graph.on(view_of(room), broken if room == 0 else EMPTY)
    assert kinds(ask(views(20))) == [GraphUnavailable] + [Listing] * 19


def test_a_batch_that_a_gateway_gave_up_is_asked_one_by_one(graph: RecordedGraph, ask: Ask) -> None:
    gave_up = refusal(504, "UnknownError", Retry_After="300")
    graph.on("/$batch", gave_up, method="POST")
    for room in range(3):
        graph.on(view_of(room), gave_up if room == 1 else EMPTY)
    assert kinds(ask(views(3))) == [Listing, GraphUnavailable, Listing]


@pytest.mark.parametrize(
    "until", ["300", IN_YEARS, "9" * 400], ids=["seconds", "date", "longer than any float"]
)
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("batched", [True, False], ids=["batched", "alone"])
def test_a_mailbox_that_asks_for_rest_is_left_alone(
    graph: RecordedGraph, ask: Ask, status: int, until: str, batched: bool
) -> None:
    graph.serve_batch()
    for room in range(2):
        tired = refusal(status, "ApplicationThrottled", Retry_After=until)
        graph.on(view_of(room), tired if room == 0 else EMPTY)

    async def ask_again_and_again(gateway: GraphGateway) -> list[ObctlError]:
        if batched:
            first = (await views(2)(gateway))["r0@contoso.example"]
        else:
            with pytest.raises(ObctlError) as raised:
                await gateway.fetch_view(ROOMS[0], SPAN)
            first = raised.value
        with pytest.raises(ObctlError) as alone:
            await gateway.fetch_event(ROOMS[0], EventId("e"))
        again = await views(2)(gateway)
        assert again["r1@contoso.example"] == ()
        return [first, alone.value, again["r0@contoso.example"]]

    first, alone, again = ask(ask_again_and_again)
    assert graph.paths().count(view_of(0)) == 1
    assert "/users/object-r0/events/e" not in graph.paths()
    assert type(first) is (Throttled if status == 429 else GraphUnavailable)
    for error in (alone, again):
        assert isinstance(error, Throttled)
        assert error.message.startswith("Graph asks us to leave r0@contoso.example alone for anoth")
        assert error.graph == GraphDetail(status, "ApplicationThrottled", "req-1", "cli-1")


@pytest.mark.parametrize("batched", [True, False], ids=["batched", "alone"])
@pytest.mark.parametrize("answers", [True, False], ids=["meanwhile", "never"])
def test_a_mailbox_that_puts_off_every_question_is_waited_for_once_and_not_for_each(
    graph: RecordedGraph, ask: Ask, batched: bool, answers: bool
) -> None:
    graph.serve_batch()
    tired = refusal(429, "ApplicationThrottled", Retry_After="1")
    graph.on(view_of(0), *[tired, EMPTY] * 3 if answers else [tired])

    async def ask_thrice(gateway: GraphGateway) -> list[type]:
        gateway._graph.gate = Gate(most_rest=1.5)
        found: list[type] = []
        for _ in range(3):
            if batched:
                found += kinds(await views(1)(gateway))
                continue
            try:
                found.append(type(await gateway.fetch_view(ROOMS[0], SPAN)))
            except ObctlError as error:
                found.append(type(error))
        return found

    found = ask(ask_thrice)
    if answers:
        assert found == [Listing] * 3
    else:
        assert found[1:] == [MailboxResting] * 2
        assert issubclass(found[0], Throttled)
        assert len(graph.paths()) <= 4


def test_an_application_that_is_to_rest_asks_none_of_the_mailboxes(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/$batch", refusal(429, "TooManyRequests", Retry_After="300"), method="POST")

    async def twice(gateway: GraphGateway) -> list[Views]:
        return [await views(3)(gateway), await views(3)(gateway)]

    first, again = ask(twice)
    assert (kinds(first), kinds(again)) == ([Throttled] * 3, [MailboxResting] * 3)
    assert [seen.path for seen in graph.seen] == ["/$batch"]


def test_who_waits_for_its_turn_at_a_mailbox_hears_that_it_wants_rest() -> None:
    async def session() -> None:
        gate = Gate(per_mailbox=1)

        async def ask() -> None:
            async with gate.passed(["r@x"]):
                pytest.fail("nobody may ask")

        async with gate.passed(["R@x"]):
            waiting = asyncio.create_task(ask())
            await asyncio.sleep(0)
            gate.close(["r@X"], 60, SAID)
            gate.close(["r@X"], 1, SAID)
        with pytest.raises(MailboxResting, match="another 60 s"):
            await waiting
        async with gate.passed(["other@x"]):
            pass

    asyncio.run(session())


def test_a_short_rest_is_waited_for() -> None:
    async def session() -> float:
        gate, now = Gate(), asyncio.get_running_loop().time
        asked = now()
        gate.close(["r@x"], 0.1, SAID)
        async with gate.passed(["r@x"]):
            return now() - asked

    assert asyncio.run(session()) >= 0.1


def test_all_who_ask_a_mailbox_wait_when_one_of_them_is_told_to(
    graph: RecordedGraph, ask: Ask
) -> None:
    times: list[float] = []
    tired = refusal(429, "ApplicationThrottled", Retry_After="1")

    async def ask_five(gateway: GraphGateway) -> None:
        loop = asyncio.get_running_loop()

        def answer(_seen: Seen) -> Answer:
            times.append(loop.time())
            return tired if len(times) == 1 else EMPTY

        graph.on(view_of(0), answer)
        first = asyncio.create_task(gateway.fetch_view(ROOMS[0], SPAN))
        while not gateway._graph.gate._closed:  # noqa: ASYNC110  the gate tells nobody
            await asyncio.sleep(0.01)
        await asyncio.gather(first, *(gateway.fetch_view(ROOMS[0], SPAN) for _ in range(4)))

    ask(ask_five)
    assert len(times) == 6
    assert min(times[1:]) - times[0] >= 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("-1", 0),
        ("9" * 400, 365 * 86_400),
        ("9" * 5_000, None),
        ("soon", None),
        ("1.5", None),
        ("Thu, 31 Dec 9999 23:59:59 GMT", 365 * 86_400),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        (f"Wed, {'9' * 20} Oct 2015 07:28:00 GMT", None),
        (f"Wed, 21 Oct 2015 07:28:00 +{'9' * 20}", None),
    ],
)
def test_a_retry_after_is_a_number_of_seconds_or_says_nothing(
    text: str, seconds: float | None
) -> None:
    assert BoundedRetries().rest_asked_for(429, {"retry-after": text}) == seconds


def test_the_options_of_a_question_in_a_batch_are_no_encoded_ones(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.serve_batch()
    for name in ("atrium", "bistro"):
        graph.on(f"/users/object-{name}/events", EMPTY)
    rooms = [make_room("Atrium"), make_room("Bistro")]
    ask(lambda gateway: gateway.find_all_by_ical_uid([(room, "a&b%24'c'") for room in rooms]))
    inner = [seen for seen in graph.seen if seen.batched]
    assert len(inner) == 2
    for seen in inner:
        assert seen.query == {"$filter": "iCalUId eq 'a&b%24''c'''", "$top": "200"}
        assert "&$top=" in seen.target
