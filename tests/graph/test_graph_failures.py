from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from asking import Ask
from builders import make_room
from kiota_http import _exceptions as kiota_errors
from recorded_graph import Answer, RecordedGraph, refusal

from obctl.config import CredentialKind, GraphSettings
from obctl.domain.event import EventId
from obctl.domain.time_span import TimeSpan
from obctl.errors import (
    CredentialRefused,
    DeltaLinkExpired,
    EventChanged,
    GraphDetail,
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
from obctl.graph import request
from obctl.graph.failures import error_for, translated
from obctl.graph.gateway import open_gateway
from obctl.graph.graph_error import from_answer

ROOM = make_room("Atrium")
EVENT = "/users/object-atrium/events/e1"
SPAN = TimeSpan(datetime(2026, 9, 15, tzinfo=UTC), datetime(2026, 9, 16, tzinfo=UTC))
NOT_AGAIN = "300"  # a Retry-After nobody waits for


@pytest.mark.parametrize(
    ("status", "code", "kind", "word"),
    [
        (400, "ErrorInvalidRequest", GraphRefused, "graph-refused"),
        (400, "ErrorOccurrenceCrossingBoundary", GraphRefused, "graph-refused"),
        (401, "InvalidAuthenticationToken", CredentialRefused, "not-authorised"),
        (403, "ErrorAccessDenied", MailboxPermissionLost, "mailbox-permission-lost"),
        (403, "Authorization_RequestDenied", MailboxPermissionLost, "mailbox-permission-lost"),
        (404, "ErrorItemNotFound", NotFound, "not-found"),
        (404, "erroritemnotfound", NotFound, "not-found"),
        (404, "MailboxNotEnabledForRESTAPI", MailboxGone, "mailbox-gone"),
        (404, "ErrorInvalidUser", MailboxGone, "mailbox-gone"),
        (404, "RESOURCENOTFOUND", MailboxGone, "mailbox-gone"),
        (404, "Request_ResourceNotFound", MailboxGone, "mailbox-gone"),
        (400, "ErrorCalendarOccurrenceIsDeletedFromRecurrence", NotFound, "not-found"),
        (500, "ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange", NotFound, "not-found"),
        (400, "ErrorTimeoutExpired", GraphUnavailable, "graph-unavailable"),
        (400, "ErrorMailboxStoreUnavailable", GraphUnavailable, "graph-unavailable"),
        (409, "Conflict", GraphRefused, "graph-refused"),
        (410, "SyncStateNotFound", GraphUnavailable, "graph-unavailable"),
        (410, "", GraphUnavailable, "graph-unavailable"),
        (400, "syncStateNotFound", GraphUnavailable, "graph-unavailable"),
        (404, "ResyncRequired", GraphUnavailable, "graph-unavailable"),
        (412, "ErrorIrresolvableConflict", EventChanged, "event-changed"),
        (409, "ErrorIrresolvableConflict", EventChanged, "event-changed"),
        (429, "ApplicationThrottled", Throttled, "throttled"),
        (509, "", Throttled, "throttled"),
        (500, "UnknownError", GraphUnavailable, "graph-unavailable"),
        (501, "NotImplemented", GraphRefused, "graph-refused"),
        (502, "", GraphUnavailable, "graph-unavailable"),
        (503, "ErrorMailboxMoveInProgress", GraphUnavailable, "graph-unavailable"),
        (504, "UnknownError", GraphUnavailable, "graph-unavailable"),
    ],
)
def test_an_error_answer_means_the_same_over_http_and_inside_a_batch(
    graph: RecordedGraph, ask: Ask, status: int, code: str, kind: type[ObctlError], word: str
) -> None:
    answer = refusal(status, code, Retry_After=NOT_AGAIN)
    graph.on(EVENT, answer)
    with pytest.raises(ObctlError) as raised:
        ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    inside = error_for(
        from_answer(status, answer.content, answer.headers), request.event(ROOM, EventId("e1"))
    )
    for error in (raised.value, inside):
        assert (type(error), error.code) == (kind, word)
        assert error.graph == GraphDetail(status, code, "req-1", "cli-1")
        assert "atrium@contoso.example" in error.message
        assert str(status) in error.message


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (410, "SyncStateNotFound"),
        (410, ""),
        (400, "syncStateNotFound"),
        (404, "ResyncRequired"),
    ],
)
def test_a_410_asks_to_start_over_where_a_delta_link_was_followed(
    graph: RecordedGraph, ask: Ask, status: int, code: str
) -> None:
    graph.on("/users/object-atrium/calendarView/delta()", refusal(status, code))
    with pytest.raises(DeltaLinkExpired) as raised:
        ask(lambda gateway: gateway.open_delta(ROOM, SPAN))
    assert raised.value.hint == "the next pass reads the room in full"


def test_a_410_of_a_subscription_is_one_that_is_gone(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions/s1", refusal(410, "ResourceGone"), method="PATCH")
    with pytest.raises(NotFound) as raised:
        ask(lambda gateway: gateway.renew_subscription("s1", SPAN.end))
    assert "obctl subscriptions renew --all" in (raised.value.hint or "")


def test_a_403_says_which_permission_and_which_policies(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(EVENT, refusal(403, "ErrorAccessDenied"))
    with pytest.raises(NotAuthorised) as raised:
        ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    assert "Calendars.Read" in raised.value.message
    assert "RBAC" in (raised.value.hint or "")
    assert "application access policy" in (raised.value.hint or "")


def test_a_403_on_a_write_wants_the_permission_to_write(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(EVENT + "/cancel", refusal(403, "ErrorAccessDenied"), method="POST")
    with pytest.raises(NotAuthorised, match=r"Calendars\.ReadWrite"):
        ask(lambda gateway: gateway.cancel_event(ROOM, EventId("e1"), "gone"))


def test_a_403_on_places_wants_the_permission_for_places(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/places/graph.roomList", refusal(403, "invalid_permissions"))
    with pytest.raises(NotAuthorised, match=r"Place\.Read\.All") as raised:
        ask(lambda gateway: gateway.fetch_places())
    assert raised.value.code == "not-authorised"


def test_any_404_of_a_whole_calendar_is_a_mailbox_that_is_gone(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/object-atrium/calendar/calendarView", refusal(404, "ErrorItemNotFound"))
    with pytest.raises(MailboxGone) as raised:
        ask(lambda gateway: gateway.fetch_view(ROOM, SPAN))
    assert raised.value.code == "mailbox-gone"


def test_a_404_of_a_subscription_is_about_the_subscription(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions/s1", refusal(404, "ResourceNotFound"), method="DELETE")
    with pytest.raises(NotFound) as raised:
        ask(lambda gateway: gateway.delete_subscription("s1"))
    assert raised.value.code == "not-found"


def test_a_code_that_only_the_inner_error_has_counts_too(graph: RecordedGraph, ask: Ask) -> None:
    body = {
        "error": {
            "code": "UnknownError",
            "message": "",
            "innerError": {"innerError": {"code": "SyncStateNotFound"}, "request-id": "req-9"},
        }
    }
    graph.on("/users/object-atrium/calendarView/delta()", Answer(body, 400))
    with pytest.raises(DeltaLinkExpired) as raised:
        ask(lambda gateway: gateway.open_delta(ROOM, SPAN))
    assert raised.value.graph == GraphDetail(400, "UnknownError", "req-9", None)
    inside = from_answer(400, Answer(body).content, {})
    assert "syncstatenotfound" in inside.codes


def test_the_ids_come_from_the_headers_where_the_body_is_a_gateways_page(
    graph: RecordedGraph, ask: Ask
) -> None:
    headers = {
        "Content-Type": "text/html",
        "request-id": "req-7",
        "client-request-id": "cli-7",
        "Retry-After": NOT_AGAIN,
    }
    graph.on(EVENT, Answer(b"<html>Bad gateway</html>", 502, headers))
    with pytest.raises(GraphUnavailable) as raised:
        ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    assert raised.value.graph == GraphDetail(502, "", "req-7", "cli-7")


def test_an_error_without_any_body_is_still_an_error(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(EVENT, Answer(None, 400))
    with pytest.raises(GraphRefused) as raised:
        ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    assert raised.value.graph == GraphDetail(400, "", None, None)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer({"value": []}, cut=True), id="fewer bytes than promised"),
        pytest.param(Answer(b'{"value": [{"id"'), id="half a page"),
        pytest.param(Answer(b"<html>Sign in</html>"), id="somebody's portal"),
        pytest.param(Answer(b""), id="nothing"),
        pytest.param(Answer({"items": []}), id="a page without values"),
        pytest.param(Answer({"value": None}), id="a page of null"),
        pytest.param(Answer(b'{"value": []}', headers={"Content-Encoding": "gzip"}), id="no gzip"),
    ],
)
def test_what_is_no_whole_page_is_a_partial_read(
    graph: RecordedGraph, ask: Ask, answer: Answer
) -> None:
    graph.on("/users/object-atrium/calendar/calendarView", answer)
    with pytest.raises(PartialRead) as raised:
        ask(lambda gateway: gateway.fetch_view(ROOM, SPAN))
    assert raised.value.code == "partial-read"
    assert raised.value.exit_code == 5


def test_a_connection_closed_unanswered_is_graph_being_away(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(EVENT, Answer(hang_up=True))
    with pytest.raises(GraphUnavailable) as raised:
        ask(lambda gateway: gateway.fetch_event(ROOM, EventId("e1")))
    assert raised.value.code == "graph-unavailable"


def _network_errors(kind: type[httpx.HTTPError]) -> list[type[httpx.HTTPError]]:
    return [kind, *(deeper for one in kind.__subclasses__() for deeper in _network_errors(one))]


@pytest.mark.parametrize(
    "kind", _network_errors(httpx.TransportError), ids=lambda kind: kind.__name__
)
def test_every_network_error_is_one_to_try_again(kind: type[httpx.TransportError]) -> None:
    with pytest.raises(GraphUnavailable) as raised, translated(request.calendar(ROOM)):
        raise kind("broken")
    assert isinstance(raised.value.__cause__, kind)


@pytest.mark.parametrize(
    "kind", kiota_errors.KiotaHTTPXError.__subclasses__(), ids=lambda kind: kind.__name__
)
def test_every_error_of_the_sdk_itself_is_translated(kind: type[Exception]) -> None:
    with pytest.raises(GraphRefused), translated(request.calendar(ROOM)):
        raise kind("broken")


def test_the_end_of_the_whole_time_is_one_to_try_again() -> None:
    with pytest.raises(GraphUnavailable, match="in time"), translated(request.calendar(ROOM)):
        raise TimeoutError


def test_nobody_listening_is_graph_that_cannot_be_reached() -> None:
    with RecordedGraph() as gone:
        url = gone.url

    async def session() -> None:
        settings = GraphSettings(url=url, credential=CredentialKind.TOKEN)
        async with open_gateway(settings, token="letmein") as gateway:
            await gateway.look_up("a")

    with pytest.raises(GraphUnavailable, match="cannot be reached"):
        asyncio.run(session())
