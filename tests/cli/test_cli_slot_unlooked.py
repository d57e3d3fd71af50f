"""A slot that could not be looked at: saved and pending, or refused with nothing saved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bad_answers import BAD, error
from between import Bad, Between
from desk import Desk

from obctl.engine.push.slot_guard import Unlooked, when_not_looked
from obctl.errors import (
    CredentialRefused,
    DeltaLinkExpired,
    EventChanged,
    ForeignLink,
    GraphDetail,
    GraphRefused,
    GraphUnavailable,
    LoopingNextLink,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
    PartialRead,
    ResyncRequired,
    Throttled,
    Unforeseen,
)
from obctl.sandbox.server import SandboxServer

pytestmark = pytest.mark.usefixtures("hasty")

ROOM = "ams-1.02@contoso.example"
VIEW = "/users/*/calendar/calendarview"
PENDING = (5, 21)
"""The exit code, and the external state of what was saved: the outbox looks again."""

OUTCOMES: list[tuple[str, Bad, tuple[int, int | None]]] = [
    ("400", error(400, "ErrorInvalidRequest"), (6, None)),
    ("401", error(401, "InvalidAuthenticationToken"), (4, None)),
    ("403", error(403, "ErrorAccessDenied"), (4, None)),
    ("404", BAD["404"], (2, None)),
    ("404 in markup", BAD["404 in markup"], (2, None)),
    ("405", error(405, "MethodNotAllowed"), (6, None)),
    ("408", error(408, "RequestTimeout"), PENDING),
    ("409", error(409, "Conflict"), PENDING),
    ("410", BAD["410"], PENDING),
    ("412", error(412, "ErrorIrresolvableConflict"), PENDING),
    ("423", error(423, "Locked"), PENDING),
    ("429", error(429, "ApplicationThrottled"), PENDING),
    ("500", error(500, "UnknownError"), PENDING),
    ("501", error(501, "NotImplemented"), (6, None)),
    ("503", error(503, "ErrorServerBusy"), PENDING),
    ("504", error(504, "UnknownError"), PENDING),
    ("redirect", BAD["redirect"], PENDING),
    ("looping", BAD["looping"], PENDING),
    ("elsewhere", BAD["elsewhere"], PENDING),
    ("markup", BAD["markup"], PENDING),
    ("cut", BAD["cut"], PENDING),
    ("empty", BAD["empty"], PENDING),
    ("nothing", BAD["nothing"], PENDING),
    ("null", BAD["null"], PENDING),
    ("a list", BAD["a list"], PENDING),
    ("an object", BAD["an object"], PENDING),
    ("no text", BAD["no text"], PENDING),
]
every_failure = pytest.mark.parametrize(
    ("bad", "outcome"), [one[1:] for one in OUTCOMES], ids=[one[0] for one in OUTCOMES]
)


@pytest.fixture
def between(tenant: SandboxServer) -> Iterator[Between]:
    with Between(tenant.port) as found:
        yield found


@pytest.fixture
def desk(tmp_path: Path, between: Between) -> Desk:
    found = Desk(
        tmp_path / "home", url=between.url, environment={"OBCTL_NOW": "2026-10-19T05:30:00Z"}
    )
    assert found.run("rooms", "add", ROOM, "--time-zone", "Europe/Amsterdam").exit_code == 0
    return found


def create(desk: Desk) -> Any:
    return desk.run(
        "reservations", "create", "--room", ROOM, "--subject", "Ours",
        "--start", "2026-10-20T20:00", "--duration", "1h", "--organizer", "anna@contoso.example",
        "-o", "json",
    )  # fmt: skip


def ours(desk: Desk) -> list[tuple[str, int]]:
    found = json.loads(desk.run("reservations", "list", "--text", "Ours", "-o", "json").stdout)
    return [(item["start"], item["external_state"]) for item in found]


def told(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.stderr.splitlines()[-1])["error"]
    return found


@every_failure
def test_a_new_reservation(
    desk: Desk, between: Between, bad: Bad, outcome: tuple[int, int | None]
) -> None:
    between.spoil(VIEW, bad)
    answer = create(desk)
    code, state = outcome
    assert answer.exit_code == code, answer.output
    assert ours(desk) == ([("2026-10-20T18:00:00Z", state)] if state else [])
    assert told(answer)["hint"]


@every_failure
def test_a_reservation_that_is_to_change(
    desk: Desk, between: Between, bad: Bad, outcome: tuple[int, int | None]
) -> None:
    number = str(json.loads(create(desk).stdout)["number"])
    between.spoil(VIEW, bad)
    answer = desk.run("reservations", "change", number, "--start", "2026-10-20T22:00", "-o", "json")
    code, state = outcome
    assert answer.exit_code == code, answer.output
    if state:
        assert ours(desk) == [("2026-10-20T20:00:00Z", state)]
    else:
        ((start, unchanged),) = ours(desk)
        assert start == "2026-10-20T18:00:00Z"
        assert unchanged != 21
    assert told(answer)["hint"]


def refused(status: int) -> GraphRefused:
    return GraphRefused("x", graph=GraphDetail(status, "x"))


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (GraphUnavailable("x"), Unlooked.PENDING),
        (PartialRead("x"), Unlooked.PENDING),
        (LoopingNextLink("x"), Unlooked.PENDING),
        (ForeignLink("x"), Unlooked.PENDING),
        (Throttled("x"), Unlooked.PENDING),
        (DeltaLinkExpired("x"), Unlooked.PENDING),
        (EventChanged("x"), Unlooked.PENDING),
        (refused(409), Unlooked.PENDING),
        (refused(423), Unlooked.PENDING),
        (refused(400), Unlooked.BY_GUARD),
        (refused(501), Unlooked.BY_GUARD),
        (NotAuthorised("x"), Unlooked.REFUSED),
        (CredentialRefused("x"), Unlooked.REFUSED),
        (MailboxPermissionLost("x"), Unlooked.REFUSED),
        (NotFound("x"), Unlooked.REFUSED),
        (MailboxGone("x"), Unlooked.REFUSED),
        (ResyncRequired("x"), Unlooked.REFUSED),
        (Unforeseen("x"), Unlooked.REFUSED),
    ],
    ids=lambda value: value.name if isinstance(value, Unlooked) else type(value).__name__,
)
def test_the_table_of_failures_and_outcomes(failure: ObctlError, outcome: Unlooked) -> None:
    assert when_not_looked(failure) is outcome
