"""What `doctor` says before a night: each way a tenant can be set up, each with its exit code."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from desk import Desk
from listening import endpoint
from pasting import ensure_pastable

from obctl.sandbox.faults import Fault
from obctl.sandbox.permissions import Permissions
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.words import FaultKind
from obctl.store.rooms import load_rooms, save_stopped
from obctl.store.runs import finish_run, start_run

pytestmark = pytest.mark.usefixtures("hasty")

ONE, TWO = "ams-1.01@contoso.example", "ams-1.02@contoso.example"
USUAL = ("Place.Read.All", "User.ReadBasic.All")
BOTH = ("Calendars.Read", "Calendars.ReadWrite")


@pytest.fixture
def mapped(live_desk: Desk) -> Desk:
    """Two rooms that a run has read."""
    for words in (("rooms", "add", ONE), ("rooms", "add", TWO), ("sync", "run")):
        answer = live_desk.run(*words)
        assert answer.exit_code == 0, answer.stderr
    return live_desk


class Told:
    """What `doctor` told, and how it ended."""

    def __init__(self, desk: Desk, *words: str) -> None:
        answer = desk.run("doctor", *words, "-o", "json")
        self.exit = answer.exit_code
        self.findings: list[dict[str, Any]] = json.loads(answer.stdout)
        ensure_pastable(self.findings)

    def of(self, check: str) -> list[dict[str, Any]]:
        return [one for one in self.findings if one["check"] == check]

    def one(self, check: str) -> dict[str, Any]:
        (found,) = self.of(check)
        return found

    def verdicts(self, *checks: str) -> list[str]:
        return [one["verdict"] for check in checks for one in self.of(check)]


def grants(tenant: SandboxServer, desk: Desk, **changes: Any) -> None:
    """What the application is granted; and its token on the desk, where the roles can be read."""
    directory = tenant.tenant.exchange.directory
    directory.permissions = Permissions(**{"roles": USUAL, "scoped": BOTH} | changes)
    directory.permission = directory.permissions.directory
    desk.environment["OBCTL_GRAPH_TOKEN"] = tenant.access_token()


def test_a_tenant_set_up_as_the_readme_says_has_a_good_night(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped)
    told = Told(mapped)
    assert told.exit == 0
    assert {one["check"]: one["verdict"] for one in told.findings} == {
        "configuration": "ok", "settings": "ok", "file modes": "ok", "store": "ok", "disk": "ok",
        "room identity": "ok",
        "rooms": "ok", "last run": "ok", "outbox": "ok", "roles": "ok", "graph places": "ok",
        "calendars": "ok", "free/busy": "ok", "writing": "unproven", "subscriptions": "ok",
        "subscribing": "unproven", "clock": "ok",
    }  # fmt: skip
    assert told.one("roles")["message"] == "Place.Read.All, User.ReadBasic.All"


@pytest.mark.parametrize(
    ("changes", "code", "expected"),
    [
        ({"scope": (ONE,)}, 4, {"calendars": ["problem", "ok"], "writing": ["unproven"]}),
        ({"scoped": ("Calendars.Read",)}, 4, {"calendars": ["ok"], "writing": ["problem"]}),
        ({"scoped": ()}, 4, {"calendars": ["problem"], "writing": [], "free/busy": []}),
        ({"roles": ("User.ReadBasic.All",)}, 4, {"graph places": ["problem"]}),
        # Nights go on without a directory, and believe less.
        ({"roles": ("Place.Read.All",)}, 3, {"room identity": ["problem"], "room": []}),
        (
            {"roles": (*USUAL, *BOTH), "scoped": ()},
            0,
            {"roles": ["ok", "warning"], "calendars": ["ok"], "writing": ["ok"]},
        ),
        ({"schedules": "unscoped-only"}, 0, {"free/busy": ["warning"], "calendars": ["ok"]}),
        # Who has no subscriptions needs no permission for them.
        ({"subscriptions": "unscoped-only"}, 0, {"subscribing": ["unproven"]}),
        ({"beyond_basic": "absent"}, 0, {"room": [], "room identity": ["ok"]}),
    ],
    ids=str,
)
def test_what_is_not_granted_is_told_by_what_it_stops(
    mapped: Desk,
    tenant: SandboxServer,
    changes: dict[str, Any],
    code: int,
    expected: Mapping[str, list[str]],
) -> None:
    grants(tenant, mapped, **changes)
    told = Told(mapped)
    assert {check: told.verdicts(check) for check in expected} == expected
    assert told.exit == code
    for one in told.findings:
        if one["verdict"] in ("problem", "warning"):
            assert one["remedy"], one


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (0, ("last run", "ok")),
        (4, ("last run", "warning")),
        (5, ("last run", "warning")),
        (6, ("guard", "problem")),
        (8, ("last run", "warning")),
        (1, ("last run", "problem")),
        (None, ("last run", "warning")),
    ],
)
def test_how_the_last_run_ended_is_told(
    mapped: Desk, tenant: SandboxServer, code: int | None, finding: tuple[str, str]
) -> None:
    now = tenant.tenant.now()
    with mapped.store() as store, store.transaction():
        start_run(store, "r1", kind="sync", at=now)
        if code is not None:
            finish_run(store, "r1", at=now, exit_code=code, report={"problems": []})
        if code == 6:
            save_stopped(store, load_rooms(store)[0].id, "too much", at=now)
    told = Told(mapped)
    (found,) = told.of("last run") + told.of("guard")
    assert (found["check"], found["verdict"]) == finding
    assert told.exit == (3 if finding[1] == "problem" else 0)
    if code == 6:
        assert found["rooms"] == [ONE]
        assert f"--room {ONE} --allow-cancellations" in found["remedy"]


def test_a_guard_stop_is_told_whatever_ran_since(mapped: Desk, tenant: SandboxServer) -> None:
    now = tenant.tenant.now()
    with mapped.store() as store, store.transaction():
        save_stopped(store, load_rooms(store)[0].id, "too much", at=now)
        start_run(store, "r2", kind="sync", at=now)
        finish_run(store, "r2", at=now, exit_code=0, report={})
    told = Told(mapped)
    assert (told.one("guard")["rooms"], told.exit) == ([ONE], 3)


def test_a_plan_that_was_refused_stopped_no_room(mapped: Desk, tenant: SandboxServer) -> None:
    now = tenant.tenant.now()
    with mapped.store() as store, store.transaction():
        start_run(store, "r1", kind="sync", at=now)
        finish_run(store, "r1", at=now, exit_code=6, report={})
    (found,) = Told(mapped).of("guard")
    assert found["remedy"] == "obctl sync show r1"


def test_writes_that_failed_are_told_with_the_reason(mapped: Desk, tenant: SandboxServer) -> None:
    tenant.service.faults.active.append(Fault("forbidden", mailbox=ONE, method="POST"))
    mapped.run(
        "reservations", "create", "--room", ONE, "--subject", "Ours", "--organizer",
        "anna@contoso.example", "--start", "2026-10-21T20:00", "--duration", "1h",
    )  # fmt: skip
    tenant.service.faults.clear()
    told = Told(mapped)
    outbox = told.one("outbox")
    assert (outbox["verdict"], outbox["rooms"], told.exit) == ("problem", [ONE], 3)
    assert "1 write failed, to be tried again" in outbox["message"]
    # What another room owes is no business of this one.
    assert Told(mapped, "--room", TWO).verdicts("outbox") == ["ok"]


def test_the_room_out_of_scope_is_named_and_no_other(mapped: Desk, tenant: SandboxServer) -> None:
    grants(tenant, mapped, scope=(ONE,))
    problem = next(one for one in Told(mapped).of("calendars") if one["verdict"] == "problem")
    assert (problem["rooms"], problem["permission"]) == ([TWO], True)
    assert TWO in problem["message"]
    assert problem["remedy"].startswith("Test-ServicePrincipalAuthorization ")
    assert problem["remedy"].endswith(f" -Resource {TWO}")


def test_an_opaque_token_is_said_to_show_nothing(mapped: Desk) -> None:
    told = Told(mapped)
    assert told.one("roles")["verdict"] == "unproven"
    assert told.exit == 0


def test_nothing_is_written(mapped: Desk, tenant: SandboxServer) -> None:
    grants(tenant, mapped)
    seen: list[tuple[str, str]] = []
    tenant.service.journal = lambda request: seen.append((request.method, request.path))
    before = msgspec.json.encode(tenant.tenant.exchange.directory.mailboxes)
    (found,) = Told(mapped).of("writing")
    assert found["verdict"] == "unproven"
    assert found["message"].startswith("2 of 2 rooms refuse no change of an event that does not")
    assert msgspec.json.encode(tenant.tenant.exchange.directory.mailboxes) == before
    posted = {path.rpartition("/")[2] for method, path in seen if method == "POST"}
    assert posted == {"$batch", "getSchedule"}
    changed = [path for method, path in seen if method == "PATCH"]
    known = {
        one["id"]
        for room in (ONE, TWO)
        for one in json.loads(mapped.run("graph", "get", f"users/{room}/events?$top=1000").stdout)[
            "value"
        ]
    }
    assert len(changed) == 2
    assert known.isdisjoint(path.rpartition("/")[2] for path in changed)
    assert {method for method, _ in seen} == {"GET", "POST", "PATCH"}


def test_where_no_event_was_ever_seen_writing_is_unproven(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, live_desk)
    for room in (ONE, TWO):
        tenant.tenant.exchange.directory.mailboxes[room].items.clear()
        assert live_desk.run("rooms", "add", room).exit_code == 0
    told = Told(live_desk)
    assert told.verdicts("writing") == ["unproven"]
    assert told.exit == 0
    grants(tenant, live_desk, scoped=("Calendars.Read",))
    assert Told(live_desk).verdicts("writing") == ["problem"]


def test_a_free_day_takes_an_event_that_was_read_before(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped)
    for room in (ONE, TWO):
        tenant.tenant.exchange.directory.mailboxes[room].items.clear()
    (found,) = Told(mapped).of("writing")
    assert found["message"].startswith("2 of 2 rooms refuse no change")


@pytest.mark.parametrize("kind", ["server-error", "mailbox-gone"])
def test_a_room_whose_answer_tells_nothing_is_unproven(
    mapped: Desk, tenant: SandboxServer, kind: FaultKind
) -> None:
    grants(tenant, mapped)
    tenant.service.faults.active.append(Fault(kind, mailbox=TWO, method="PATCH"))
    told = Told(mapped)
    nothing_told, not_refused = told.of("writing")
    assert TWO in nothing_told["message"]
    assert not_refused["message"].startswith("1 of 2 rooms refuse no change")


def test_one_room_that_answers_late_or_never_is_named_alone(
    mapped: Desk, tenant: SandboxServer
) -> None:
    tenant.service.faults.active.append(Fault("mailbox-gone", mailbox=TWO))
    told = Told(mapped)
    assert told.verdicts("calendars") == ["problem", "ok"]
    assert told.of("calendars")[0]["rooms"] == [TWO]
    assert told.exit == 3


def test_a_refused_credential_is_told_once_and_leaves_the_rest_unasked(
    mapped: Desk, tenant: SandboxServer
) -> None:
    tenant.service.faults.active.append(Fault("unauthorized"))
    told = Told(mapped)
    assert told.exit == 4
    assert told.one("graph")["permission"]
    assert told.one("not checked")["verdict"] == "unproven"
    assert told.verdicts("calendars", "writing") == []
    assert told.one("store")["verdict"] == "ok"


def test_where_nobody_answers_nothing_is_green(desk: Desk) -> None:
    told = Told(desk)
    assert told.exit == 3
    assert "ok" not in told.verdicts("graph", "graph places", "room", "calendars", "free/busy")
    assert "ok" not in told.verdicts("writing", "roles", "subscribing", "clock")


def test_a_room_alone_is_asked_alone_and_the_others_are_said_not_to_be(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped, scope=(ONE,))
    told = Told(mapped, "--room", ONE)
    assert told.exit == 0
    assert told.one("calendars")["message"] == "1 of 1 room can be read"
    assert told.one("not checked")["message"].startswith("1 other room,")
    assert Told(mapped, "--room", TWO).exit == 4
    assert Told(mapped, "--room", ONE, "--room", TWO).of("not checked") == []


def test_the_ledger_the_listener_and_graph_s_list_are_held_together(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped)
    with endpoint() as url:
        made = mapped.run("subscriptions", "create", ONE, "--notification-url", url)
        assert made.exit_code == 0, made.stderr
        told = Told(mapped)
        assert told.exit == 0
        assert told.verdicts("listener", "subscribing", "subscriptions") == ["ok", "ok", "ok"]
        deaf = told.one("settings")
        assert (deaf["verdict"], deaf["rooms"]) == ("warning", [TWO])
        tenant.service.subscriptions.active.clear()
        told = Told(mapped)
        assert told.one("subscriptions")["remedy"] == "obctl subscriptions renew --all"
        assert told.verdicts("subscribing") == ["unproven"]
        assert told.exit == 3
    told = Told(mapped)
    assert told.one("listener")["verdict"] == "problem"
    grants(tenant, mapped, subscriptions="unscoped-only")
    told = Told(mapped)
    assert told.one("subscribing")["permission"]
    assert told.exit == 4


@pytest.mark.parametrize(
    ("minutes", "verdict", "code"),
    [(0, "ok", 0), (1, "ok", 0), (3, "warning", 0), (-3, "warning", 0), (6, "problem", 3)],
)
def test_a_clock_that_differs_from_graph_s_is_told(
    mapped: Desk, tenant: SandboxServer, minutes: int, verdict: str, code: int
) -> None:
    now = tenant.tenant.now() + timedelta(minutes=minutes)
    mapped.environment["OBCTL_NOW"] = now.isoformat()
    told = Told(mapped)
    assert (told.one("clock")["verdict"], told.exit) == (verdict, code)


def test_a_run_too_long_ago_is_told(mapped: Desk, tenant: SandboxServer) -> None:
    tenant.tenant.advance(hours=30)
    mapped.environment["OBCTL_NOW"] = tenant.tenant.now().isoformat()
    last = Told(mapped).one("last run")
    assert (last["verdict"], last["remedy"]) == ("warning", "obctl sync run")
    assert last["message"].startswith("30 hours ago")


def test_before_the_first_run_the_night_is_unproven_yet(live_desk: Desk) -> None:
    live_desk.run("rooms", "add", ONE)
    told = Told(live_desk)
    assert (told.one("last run")["verdict"], told.exit) == ("unproven", 0)


def test_rooms_not_to_be_trusted_are_told_by_their_condition(
    mapped: Desk, tenant: SandboxServer
) -> None:
    tenant.service.faults.active.append(Fault("forbidden", mailbox=TWO))
    assert mapped.run("sync", "run").exit_code == 8
    tenant.service.faults.clear()
    told = Told(mapped)
    bad = told.one("inconclusive")
    assert (bad["rooms"], bad["remedy"]) == ([TWO], f"obctl sync run --room {TWO}")
    assert told.verdicts("last run") == ["warning"]
    assert told.exit == 3


def test_a_room_that_is_still_closed_is_not_told_to_be_read_again(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped, scope=(ONE,))
    assert mapped.run("sync", "run").exit_code == 8
    told = Told(mapped)
    (closed, _readable) = told.of("calendars")
    bad = told.one("inconclusive")
    assert bad["rooms"] == [TWO]
    assert closed["remedy"].endswith(f" -Resource {TWO}")
    assert bad["remedy"] == closed["remedy"]
    assert "sync run" not in (bad["hint"] or "")


def test_what_only_a_write_proves_has_a_command_that_makes_one(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped)
    told = Told(mapped)
    remedy = told.one("writing")["remedy"]
    assert remedy.startswith(
        f"obctl reservations create --room {ONE} --start 2026-10-20T05:00:00Z "
    )
    made = mapped.run(*shlex.split(remedy)[1:])
    assert made.exit_code == 0, made.stderr
    assert told.one("subscribing")["remedy"] == "obctl subscriptions create --help"


def test_where_to_subscribe_is_taken_from_the_ledger(mapped: Desk, tenant: SandboxServer) -> None:
    grants(tenant, mapped)
    with endpoint() as url:
        assert mapped.run("subscriptions", "create", ONE, "--notification-url", url).exit_code == 0
        tenant.service.subscriptions.active.clear()
        remedy = Told(mapped).one("subscribing")["remedy"]
        assert remedy == f"obctl subscriptions create {ONE} --notification-url {url}"
        assert mapped.run(*shlex.split(remedy)[1:]).exit_code == 0


def test_the_scope_is_the_one_that_config_grants_makes(mapped: Desk, tenant: SandboxServer) -> None:
    grants(tenant, mapped, scoped=("Calendars.Read",))
    (scope,) = set(re.findall(r"-Name ('[^']*')", mapped.run("config", "grants").stdout))
    assert Told(mapped).one("writing")["remedy"].endswith(f" -CustomResourceScope {scope}")


def test_an_application_that_nobody_names_is_not_made_up(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped, roles=(), scoped=())
    mapped.environment["OBCTL_GRAPH_TOKEN"] = "opaque"
    told = Told(mapped)
    assert told.one("graph places")["remedy"] == "obctl config grants"
    assert told.one("calendars")["remedy"] == "obctl config grants"
    mapped.environment["AZURE_CLIENT_ID"] = "11111111-2222-3333-4444-555555555555"
    told = Told(mapped)
    assert "11111111-2222-3333-4444-555555555555" in told.one("calendars")["remedy"]


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_store_that_others_can_read_has_a_command_to_paste(mapped: Desk) -> None:
    file = mapped.home / "contoso" / "store.db"
    file.chmod(0o644)
    modes = Told(mapped).one("file modes")
    assert modes["remedy"] == f"chmod go= '{file}'"
    assert os.system(modes["remedy"]) == 0
    assert Told(mapped).one("file modes")["verdict"] == "ok"


def test_a_table_keeps_each_remedy_on_a_line_of_its_own(
    mapped: Desk, tenant: SandboxServer
) -> None:
    grants(tenant, mapped, scoped=("Calendars.Read",))
    answer = mapped.run("doctor")
    assert answer.exit_code == 4
    assert "✗  writing" in answer.stdout
    told = [line.strip() for line in answer.stderr.splitlines()]
    assert any(
        line.startswith("New-ManagementRoleAssignment ")
        and line.endswith(" -CustomResourceScope 'obctl contoso rooms'")
        for line in told
    )


@pytest.fixture
def many(tmp_path: Path) -> Iterator[tuple[Desk, list[str]]]:
    """Sixty rooms that a run has read, and the calls that arrive from then on."""
    file = tmp_path / "tenant.toml"
    file.write_text(
        '[tenant]\nclock = "2026-10-19T05:30:00Z"\n[permissions]\n'
        "[generated]\nrooms = 60\nmeetings = 2\n",
        "utf-8",
    )
    calls: list[str] = []
    with SandboxServer(file, frozen=True) as server:
        desk = Desk(
            tmp_path / "home",
            url=server.url,
            environment={
                "OBCTL_NOW": "2026-10-19T05:30:00Z",
                "OBCTL_GRAPH_TOKEN": server.access_token(),
            },
        )
        assert desk.run("rooms", "discover", "--add").exit_code == 0
        for _ in range(2):
            assert desk.run("sync", "run").exit_code == 0
        server.service.journal = lambda request: calls.append(
            # What a batch holds has no connection of its own.
            request.path if "accept-encoding" in request.headers else ""
        )
        yield desk, calls


def test_many_rooms_cost_little_more_than_two_unchanged_nights(
    many: tuple[Desk, list[str]],
) -> None:
    desk, calls = many
    assert desk.run("sync", "run").exit_code == 0
    night = len(list(filter(None, calls)))
    calls.clear()
    told = Told(desk)
    assert told.exit == 0
    assert told.one("calendars")["message"] == "60 of 60 rooms can be read"
    assert told.of("writing")[0]["message"].startswith("20 of 20 ")
    doctor = [one for one in calls if one]
    # Two requests for twenty rooms, a view and free and busy times, and four more: their ids in
    # the directory, as a night asks for them, writing to 20, places, subscriptions.
    assert (night, len(doctor)) == (3 + 1, 2 * 3 + 4)
    assert told.of("writing")[1]["message"].startswith("40 more rooms were not tried")
