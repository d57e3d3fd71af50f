"""What the application may do in the tenant: refused as Graph refuses, shown in its token."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from notification_sink import Sink
from sandbox_client import ANNA, OTHER_ROOM, ROOM, WINDOW, Graph, error_of, event

from obctl.errors import ConfigError
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.state import save_state
from obctl.sandbox.tenant_file import load_tenant

DENIED = (403, "ErrorAccessDenied")
WHEN = {
    name: {"dateTime": f"2026-10-{day}T00:00:00", "timeZone": "UTC"}
    for name, day in (("startTime", 19), ("endTime", 23))
}
Granted = Callable[..., tuple[SandboxServer, Graph]]


@pytest.fixture
def granted(tenant_file: Path) -> Iterator[Granted]:
    """Starts the tenant with these lines in its `[permissions]`."""
    with ExitStack() as opened:

        def start(*lines: str, **how: Any) -> tuple[SandboxServer, Graph]:
            text = tenant_file.read_text("utf-8")
            tenant_file.write_text("\n".join([text, "[permissions]", *lines, ""]), "utf-8")
            server = opened.enter_context(SandboxServer(tenant_file, frozen=True, **how))
            return server, opened.enter_context(Graph(server.url))

        yield start


def view(graph: Graph, mailbox: str) -> int:
    return graph.send("GET", f"/users/{mailbox}/calendarView?{WINDOW}").status_code


def test_without_the_table_everything_is_granted(graph: Graph) -> None:
    assert [view(graph, one) for one in (ROOM, ANNA)] == [200, 200]
    assert graph.send("GET", "/places/graph.room").status_code == 200


def test_by_default_an_rbac_scope_opens_the_rooms_and_nobody_else(granted: Granted) -> None:
    _, graph = granted()
    assert [view(graph, one) for one in (ROOM, OTHER_ROOM, ANNA)] == [200, 200, 403]
    assert error_of(graph.send("GET", f"/users/{ANNA}/calendar")) == DENIED
    graph.post(f"/users/{ROOM}/events", event(rooms=()))
    assert error_of(graph.send("POST", f"/users/{ANNA}/events", event())) == DENIED
    # Whose mailbox it is and what rooms there are is a matter of other permissions.
    assert graph.send("GET", f"/users/{ANNA}").status_code == 200
    assert graph.send("GET", "/places/graph.room").status_code == 200
    assert error_of(graph.send("GET", "/users/nobody@contoso.example/calendar"))[0] == 404


def test_a_scope_may_leave_rooms_out(granted: Granted) -> None:
    server, graph = granted(f'scope = ["{ROOM}"]')
    assert [view(graph, one) for one in (ROOM, OTHER_ROOM)] == [200, 403]
    by_id = server.tenant.exchange.directory.mailboxes[OTHER_ROOM].id
    assert view(graph, str(by_id)) == 403
    calls = [
        {"id": str(n), "method": "GET", "url": f"/users/{one}/calendarView?{WINDOW}"}
        for n, one in enumerate((ROOM, OTHER_ROOM))
    ]
    answers = graph.post("/$batch", {"requests": calls})["responses"]
    assert {one["id"]: one["status"] for one in answers} == {"0": 200, "1": 403}


@pytest.mark.parametrize(
    ("lines", "read", "write"),
    [
        (('roles = ["Calendars.Read"]', "scoped = []"), 200, 403),
        (('roles = ["Calendars.ReadWrite"]', "scoped = []"), 200, 400),
        (("roles = []", 'scoped = ["Calendars.Read"]'), 200, 403),
        (("roles = []", 'scoped = ["Calendars.ReadWrite"]'), 200, 400),
        (("roles = []", "scoped = []"), 403, 403),
        # Grants add up: an unscoped one defeats the scope.
        (('roles = ["Calendars.Read"]', f'scope = ["{OTHER_ROOM}"]'), 200, 403),
    ],
)
def test_reading_and_writing_are_granted_apart(
    granted: Granted, lines: tuple[str, ...], read: int, write: int
) -> None:
    _, graph = granted(*lines)
    assert view(graph, ROOM) == read
    for method, path in (
        ("POST", "events"),
        ("PATCH", "events/none"),
        ("DELETE", "events/none"),
        ("POST", "events/none/decline"),
    ):
        found = graph.send(method, f"/users/{ROOM}/{path}", {"start": 7})
        assert found.status_code == write, path


def test_places_want_their_own_permission(granted: Granted) -> None:
    _, graph = granted('roles = ["User.ReadBasic.All", "Calendars.Read"]')
    for path in ("places/graph.room", "places/graph.roomList", f"places/{ROOM}/graph.room"):
        refused = graph.send("GET", f"/{path}")
        assert error_of(refused) == (403, "UnknownError")
        message = json.loads(refused.json()["error"]["message"])
        assert message["code"] == "invalid_permissions"


@pytest.mark.parametrize(
    ("lines", "statuses", "shown"),
    [
        (('roles = ["User.Read.All"]',), [200, 200], True),
        (('roles = ["User.ReadBasic.All"]',), [200, 403], None),
        (('roles = ["User.ReadBasic.All"]', 'beyond_basic = "absent"'), [200, 200], None),
        (('roles = ["Place.Read.All"]',), [403, 403], None),
    ],
)
def test_the_directory_shows_what_its_role_covers(
    granted: Granted, lines: tuple[str, ...], statuses: list[int], shown: bool | None
) -> None:
    _, graph = granted(*lines)
    paths = [f"/users/{ANNA}?$select=id,mail", f"/users/{ANNA}?$select=id,accountEnabled"]
    found = [graph.send("GET", path) for path in paths]
    assert [one.status_code for one in found] == statuses
    assert found[1].json().get("accountEnabled") == shown


def test_a_directory_that_refuses_although_granted_is_a_switch(tenant_file: Path) -> None:
    text = tenant_file.read_text("utf-8").replace(
        "seed = 7", 'seed = 7\ndirectory_permission = "none"'
    )
    tenant_file.write_text(text + '[permissions]\nroles = ["User.ReadBasic.All"]\n', "utf-8")
    with SandboxServer(tenant_file, frozen=True) as server, Graph(server.url) as graph:
        assert graph.send("GET", f"/users/{ROOM}").status_code == 403
        assert claims_of(server.access_token())["roles"] == ["User.ReadBasic.All"]


def schedules(graph: Graph) -> Any:
    return graph.send(
        "POST", f"/users/{ROOM}/calendar/getSchedule", {"schedules": [ROOM, ANNA]} | WHEN
    )


def test_free_busy_of_a_mailbox_out_of_scope_is_an_error_inside_the_answer(
    granted: Granted,
) -> None:
    _, graph = granted()
    room, anna = schedules(graph).json()["value"]
    assert "error" not in room
    assert anna["error"]["responseCode"] == "ErrorNoFreeBusyAccess"


def test_free_busy_and_subscriptions_may_not_see_an_rbac_grant(
    granted: Granted, sink: Sink
) -> None:
    server, graph = granted('schedules = "unscoped-only"', 'subscriptions = "unscoped-only"')
    assert error_of(schedules(graph)) == DENIED
    assert view(graph, ROOM) == 200
    body = sink.subscription(ROOM, server)
    assert error_of(graph.send("POST", "/subscriptions", body)) == (403, "ExtensionError")


@pytest.mark.parametrize(
    ("scoped", "status"), [("Calendars.Read", 201), ("Calendars.ReadWrite", 403)]
)
def test_a_subscription_wants_the_permission_to_read_by_name(
    granted: Granted, sink: Sink, scoped: str, status: int
) -> None:
    server, graph = granted(f'scoped = ["{scoped}"]')
    found = graph.send("POST", "/subscriptions", sink.subscription(ROOM, server))
    assert found.status_code == status
    assert graph.send("GET", "/subscriptions").status_code == (200 if status == 201 else 403)


def test_a_subscription_to_a_mailbox_out_of_scope_is_refused(granted: Granted, sink: Sink) -> None:
    server, graph = granted(f'scope = ["{OTHER_ROOM}"]')
    found = graph.send("POST", "/subscriptions", sink.subscription(ROOM, server))
    assert error_of(found) == (403, "ExtensionError")


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return found


def test_the_token_shows_unscoped_grants_alone(granted: Granted) -> None:
    server, _ = granted('roles = ["Place.Read.All", "User.ReadBasic.All"]')
    claims = claims_of(server.access_token())
    assert claims["roles"] == ["Place.Read.All", "User.ReadBasic.All"]
    assert claims["tid"] == "7d6f2c1e-4b0a-4c58-9e3d-52a1f0b7c914"
    assert claims["aud"] == "https://graph.microsoft.com"
    assert datetime.fromtimestamp(claims["exp"], UTC) > datetime(2026, 10, 19, 5, 30, tzinfo=UTC)


def test_the_token_is_given_out_and_taken(granted: Granted) -> None:
    server, graph = granted()
    token = graph.control("GET", "token")["token"]
    assert token == server.access_token()
    with Graph(server.url, token) as other:
        assert view(other, ROOM) == 200


def test_a_sandbox_with_one_token_gives_out_that_one(granted: Granted) -> None:
    server, _ = granted(token="only-this")
    assert server.access_token() == "only-this"


def test_answers_carry_the_tenant_s_clock(graph: Graph, sandbox: SandboxServer) -> None:
    answer = graph.send("GET", f"/users/{ROOM}")
    assert answer.headers.get_list("date") == [answer.headers["date"]]
    assert parsedate_to_datetime(answer.headers["date"]) == sandbox.tenant.now()


def test_permissions_outlive_the_process(granted: Granted, tmp_path: Path) -> None:
    server, _ = granted(f'scope = ["{ROOM}"]')
    save_state(tmp_path / "state.json", server.service)
    with (
        SandboxServer(state=tmp_path / "state.json", frozen=True) as again,
        Graph(again.url) as graph,
    ):
        assert [view(graph, one) for one in (ROOM, OTHER_ROOM)] == [200, 403]


def test_mistakes_of_the_table_are_told_with_their_lines(tenant_file: Path) -> None:
    text = tenant_file.read_text("utf-8")
    first = len(text.splitlines()) + 1
    lines = [
        "[permissions]", 'roles = ["Calendar.Read"]', 'scoped = ["Place.Read.All"]',
        'scope = ["nobody@contoso.example"]', 'schedules = "maybe"',
    ]  # fmt: skip
    tenant_file.write_text(text + "\n".join(lines) + "\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_tenant(tenant_file)
    told = [line.strip() for line in caught.value.message.splitlines()[1:]]
    assert [line.partition(":")[0] for line in told] == [f"line {first + n}" for n in (1, 2, 3, 4)]
    assert "did you mean Calendars.Read" in told[0]
