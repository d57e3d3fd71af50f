from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from asking import Ask
from builders import make_room
from recorded_graph import RecordedGraph, refusal

from obctl.domain.subscription import GraphSubscription
from obctl.errors import GraphRefused, GraphUnavailable, NotFound
from obctl.graph.gateway import GraphGateway

ROOM = make_room("Atrium")
ENDS = datetime(2026, 9, 20, 9, 30, tzinfo=UTC)
WIRE: dict[str, Any] = {
    "id": "s1",
    "resource": "users/object-atrium/events",
    "changeType": "created,updated,deleted",
    "notificationUrl": "https://h.example/n",
    "lifecycleNotificationUrl": None,
    "expirationDateTime": "2026-09-20T09:30:00.0000000Z",
    "clientState": None,
}
READ = GraphSubscription(
    id="s1",
    resource="users/object-atrium/events",
    notification_url="https://h.example/n",
    expires_at=ENDS,
    change_type="created,updated,deleted",
)


async def create(gateway: GraphGateway, lifecycle_url: str | None = None) -> GraphSubscription:
    return await gateway.create_subscription(
        ROOM,
        notification_url="https://h.example/n",
        lifecycle_url=lifecycle_url,
        client_state="random",
        expires_at=ENDS,
    )


def test_a_subscription_is_made_for_immutable_ids(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions", WIRE, method="POST")
    assert ask(lambda gateway: create(gateway, "https://h.example/l")) == READ
    assert 'IdType="ImmutableId"' in graph.seen[0].headers["prefer"]
    assert graph.seen[0].body == {
        "changeType": "created,updated,deleted",
        "resource": "users/object-atrium/events",
        "notificationUrl": "https://h.example/n",
        "lifecycleNotificationUrl": "https://h.example/l",
        "clientState": "random",
        "expirationDateTime": "2026-09-20T09:30:00Z",
        "latestSupportedTlsVersion": "v1_2",
    }


def test_without_a_lifecycle_address_none_is_sent(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions", WIRE, method="POST")
    ask(create)
    assert "lifecycleNotificationUrl" not in graph.seen[0].body


def test_a_duplicate_is_told_by_its_status(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions", refusal(409, "Conflict"), method="POST")
    with pytest.raises(GraphRefused) as raised:
        ask(create)
    assert raised.value.graph is not None
    assert raised.value.graph.status == 409


def test_a_failed_handshake_says_what_graph_said(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions", refusal(400, "InvalidRequest"), method="POST")
    with pytest.raises(GraphRefused, match="InvalidRequest happened"):
        ask(create)


def test_a_subscription_is_renewed(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions/s1", WIRE, method="PATCH")
    assert ask(lambda gateway: gateway.renew_subscription("s1", ENDS)) == READ
    assert graph.seen[0].body == {"expirationDateTime": "2026-09-20T09:30:00Z"}


def test_one_that_graph_dropped_cannot_be_renewed(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions/s1", refusal(404, "ResourceNotFound"), method="PATCH")
    with pytest.raises(NotFound):
        ask(lambda gateway: gateway.renew_subscription("s1", ENDS))


def test_reauthorising_and_deleting_answer_nothing(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/subscriptions/s1/reauthorize", {}, method="POST")
    graph.on("/subscriptions/s1", {}, method="DELETE")
    ask(lambda gateway: gateway.reauthorize_subscription("s1"))
    ask(lambda gateway: gateway.delete_subscription("s1"))
    assert [seen.method for seen in graph.seen] == ["POST", "DELETE"]


def test_all_pages_of_subscriptions_are_read(graph: RecordedGraph, ask: Ask) -> None:
    link = f"{graph.url}/subscriptions?$skiptoken=1"
    second = WIRE | {"id": "s2", "resource": None, "notificationUrl": None, "changeType": None}
    graph.on("/subscriptions", {"value": [WIRE], "@odata.nextLink": link}, {"value": [second]})
    first, other = ask(lambda gateway: gateway.fetch_subscriptions())
    assert first == READ
    assert (other.id, other.resource) == ("s2", "")


@pytest.mark.parametrize("ends", [None, "soon", "0001-01-01T00:00:00Z"])
def test_a_subscription_without_an_end_is_a_partial_read(
    graph: RecordedGraph, ask: Ask, ends: str | None
) -> None:
    graph.on("/subscriptions", {"value": [WIRE | {"expirationDateTime": ends}]})
    with pytest.raises(GraphUnavailable):
        ask(lambda gateway: gateway.fetch_subscriptions())


@pytest.mark.parametrize(
    ("bad", "known", "named"),
    [
        (WIRE | {"id": "s2", "expirationDateTime": "soon"}, "s2", "s2"),
        (WIRE | {"id": "s2", "expirationDateTime": None}, "s2", "s2"),
        (WIRE | {"id": "s2", "resource": 7}, "s2", "s2"),
        (WIRE | {"id": 2}, None, "users/object-atrium/events"),
        ("s2", None, "one without name"),
    ],
)
def test_a_subscription_that_cannot_be_read_is_named_beside_the_others(
    graph: RecordedGraph, ask: Ask, bad: Any, known: str | None, named: str
) -> None:
    graph.on("/subscriptions", {"value": [bad, WIRE]})
    found = ask(lambda gateway: gateway.fetch_subscriptions())
    assert found == [READ]
    (unreadable,) = found.unreadable
    assert (unreadable.id, unreadable.named) == (known, named)
    assert unreadable.wrong
