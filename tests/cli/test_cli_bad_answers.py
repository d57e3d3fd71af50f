"""Every command that asks Graph, against every answer that is none: no exit 1, no false "nothing".

The company is made once, and copied for each command.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bad_answers import BAD
from between import Between
from builders import make_subscription
from desk import Desk
from listening import endpoint

from obctl.sandbox.server import SandboxServer
from obctl.sandbox.tenant import Meeting
from obctl.store.subscriptions import save_subscription

pytestmark = pytest.mark.usefixtures("hasty")

ROOM = "ams-1.02@contoso.example"
OTHER = "ams-1.01@contoso.example"
NEW = "ams-1.03@contoso.example"
INSIDE = "/[!$]*"
"""Everything but `$batch`: what is in it comes back bad instead."""


@dataclass
class Company:
    """A company with a room in step, and what is there to be asked about."""

    between: Between
    home: Path
    url: str
    number: str = ""
    request: str = ""

    def copied(self, folder: Path) -> Desk:
        desk = Desk.__new__(Desk)
        desk.home, desk.url, desk.settings = folder, self.between.url, {}
        shutil.copytree(self.home, folder)
        desk.environment = {
            "OBCTL_HOME": str(folder),
            "OBCTL_NOW": "2026-10-19T05:30:00Z",
            "OBCTL_GRAPH_TOKEN": "any",
            "LOGNAME": "mia",
            "OBCTL_COMPANY": "",
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "TERM": "dumb",
        }
        return desk


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("company") / "home"
    with SandboxServer(frozen=True) as tenant, Between(tenant.port) as between, endpoint() as url:
        desk = Desk(home, url=between.url, environment={"OBCTL_NOW": "2026-10-19T05:30:00Z"})
        found = Company(between, home, url)
        for subject, day in (("Kept", 20), ("Gone", 21)):
            tenant.tenant.book(
                organizer="anna@contoso.example", rooms=[ROOM], subject=subject,
                start=f"2026-10-{day}T20:00", end=f"2026-10-{day}T21:00",
            )  # fmt: skip
        tenant.tenant.advance(minutes=5)
        for room in (ROOM, OTHER):
            assert desk.run("rooms", "add", room, "--time-zone", "Europe/Amsterdam").exit_code == 0
        assert desk.run("sync", "run").exit_code == 0
        box = tenant.tenant.exchange.directory.mailboxes[ROOM]
        gone = next(one for one in box.items.values() if one.subject == "Gone")
        tenant.tenant.delete(ROOM, Meeting(gone.uid, gone.organizer.address))
        assert desk.run("sync", "run").exit_code == 0
        kept = desk.run("reservations", "list", "--text", "Kept", "-o", "json")
        (item,) = json.loads(kept.stdout)
        found.number = str(item["number"])
        (request,) = json.loads(desk.run("cancellations", "list", "-o", "json").stdout)
        found.request = str(request["id"])
        with desk.store() as store, store.transaction():
            save_subscription(store, make_subscription(notification_url=url, lifecycle_url=None))
        yield found


@pytest.fixture
def desk(company: Company, tmp_path: Path) -> Iterator[Desk]:
    yield company.copied(tmp_path / "copy")
    company.between.clear()


COMMANDS: dict[str, tuple[str, ...]] = {
    "rooms free": ("rooms", "free", "--from", "2026-10-24T13:00", "--to", "2026-10-24T14:00"),
    "rooms add": ("rooms", "add", NEW),
    "doctor": ("doctor",),
    "cancellations status": ("cancellations", "status", "{request}"),
    "explain": ("explain", "{number}"),
    "planner": ("planner", "2026-10-20", "--room", ROOM),
    "diff": ("diff", "2026-10-20", "--room", ROOM),
    "subscriptions list": ("subscriptions", "list"),
    "subscriptions create": ("subscriptions", "create", OTHER, "--notification-url", "{url}"),
    "subscriptions renew": ("subscriptions", "renew", ROOM),
    "subscriptions remove": ("subscriptions", "remove", ROOM),
    "sync run": ("sync", "run", "--full"),
}
NOT_THERE = ("404", "404 in markup")
NO_LONGER = ("410",)
UNREADABLE = ("markup", "cut", "redirect", "empty", "null", "a list", "an object", "no text")
ASTRAY = ("looping", "elsewhere")

# What each command ends with. Of commands that read no pages no page can lead astray.
OUTCOMES: list[tuple[str, int, int, int, int | None]] = [
    # command, not there, no longer, unreadable, astray
    ("rooms free", 8, 5, 8, None),
    ("rooms add", 2, 5, 5, None),
    ("doctor", 3, 3, 3, 3),
    ("cancellations status", 0, 0, 0, 0),
    ("explain", 8, 8, 8, 8),
    ("planner", 8, 5, 8, 8),
    ("diff", 8, 8, 8, 8),
    ("subscriptions list", 2, 0, 0, 0),
    ("subscriptions create", 2, 5, 5, None),
    ("subscriptions renew", 2, 5, 5, None),
    ("subscriptions remove", 0, 0, 5, None),
    ("sync run", 8, 5, 8, 8),
]
ROWS = [
    (command, name, code)
    for command, *codes in OUTCOMES
    for names, code in zip((NOT_THERE, NO_LONGER, UNREADABLE, ASTRAY), codes, strict=True)
    if code is not None
    for name in names
    # a list of changes is an object too, and so is an answer to a write that says nothing
    if (command, name) not in {("subscriptions remove", "empty"), ("subscriptions remove", "cut"),
                               ("subscriptions remove", "an object")}
]  # fmt: skip


def run(company: Company, desk: Desk, command: str, *more: str) -> Any:
    words = [
        word.format(request=company.request, number=company.number, url=company.url)
        for word in COMMANDS[command]
    ]
    return desk.run(*words, *more)


@pytest.mark.parametrize(("command", "name", "code"), ROWS)
def test_a_bad_answer_ends_with_the_right_code_and_a_word_to_go_on(
    company: Company, desk: Desk, command: str, name: str, code: int
) -> None:
    company.between.spoil(INSIDE, BAD[name])
    answer = run(company, desk, command)
    assert answer.exit_code == code, answer.output
    assert "nexpected" not in answer.stderr
    match command:
        case "cancellations status":
            assert "unknown: Outlook could not be asked everywhere" in answer.stdout
        case "doctor":
            assert "✗" in answer.stdout
        case "explain":
            assert "verdict  inconclusive: " in answer.stdout
        case "diff":
            assert "not compared" in answer.stdout
        case "subscriptions list" if code == 0:
            assert answer.stderr.startswith("Graph cannot be asked, this is the ledger alone: ")
        case "subscriptions remove" if code == 0:
            assert ROOM in answer.stdout
        case _:
            assert answer.stderr.strip()
            assert "is free" not in answer.stdout


def test_one_that_may_not_be_removed_stays_in_the_ledger(company: Company, desk: Desk) -> None:
    company.between.spoil(INSIDE, BAD["markup"])
    assert run(company, desk, "subscriptions remove").exit_code == 5
    company.between.clear()
    listed = json.loads(desk.run("subscriptions", "list", "-o", "json").stdout)
    assert [one["room"] for one in listed] == [ROOM]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("404", 2), ("404 in markup", 2), ("410", 5), ("redirect", 5), ("markup", 0), ("cut", 0),
        ("null", 0), ("a list", 0), ("no text", 0), ("looping", 0), ("elsewhere", 0),
    ],
)  # fmt: skip
def test_any_answer_to_any_get_is_printed_as_it_came(
    company: Company, desk: Desk, name: str, code: int
) -> None:
    company.between.spoil(INSIDE, BAD[name])
    answer = desk.run("graph", "get", f"users/{ROOM}/events")
    assert answer.exit_code == code
    if code:
        assert answer.stdout == ""
        assert len(answer.stderr.splitlines()) > 1
    elif BAD[name].body:
        assert answer.stdout_bytes == BAD[name].body


@pytest.mark.parametrize("name", ["empty", "nothing"])
def test_an_empty_answer_to_any_get_is_no_sign_that_nothing_is_there(
    company: Company, desk: Desk, name: str
) -> None:
    company.between.spoil(INSIDE, BAD[name])
    answer = desk.run("graph", "get", f"users/{ROOM}/events")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr.startswith("Graph's answer is empty")


@pytest.mark.parametrize("name", ["markup", "cut", "404", "410"])
def test_an_import_from_a_file_asks_nobody(company: Company, desk: Desk, name: str) -> None:
    company.between.spoil("*", BAD[name])
    before = len(company.between.asked)
    file = desk.home / "rooms.csv"
    file.write_text(f"mailbox,name\n{NEW},New\n", "utf-8")
    assert desk.run("rooms", "import", str(file)).exit_code == 0
    assert len(company.between.asked) == before
