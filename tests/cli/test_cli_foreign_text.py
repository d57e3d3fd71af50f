"""Half an emoji, or bytes that are no UTF-8, in what Outlook says: read, shown, kept, compared."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from between import Bad, Between
from desk import Desk

from obctl.sandbox.server import SandboxServer
from obctl.sandbox.tenant import Meeting

pytestmark = pytest.mark.usefixtures("hasty")

ROOM = "ams-1.02@contoso.example"
OTHER = "ams-1.01@contoso.example"
TEXTS = {"half": (rb"Par\ud83cty", "Par�ty"), "bytes": (b"Par\xffty", "Par�ty")}


@pytest.fixture
def between(tenant: SandboxServer) -> Iterator[Between]:
    with Between(tenant.port) as found:
        yield found


@pytest.fixture(params=TEXTS.values(), ids=TEXTS)
def text(request: pytest.FixtureRequest) -> tuple[bytes, str]:
    """How it is written, and how it is read."""
    found: tuple[bytes, str] = request.param
    return found


@pytest.fixture
def desk(tmp_path: Path, tenant: SandboxServer, between: Between, text: tuple[bytes, str]) -> Desk:
    """Two rooms in step; in one a meeting that Outlook cannot spell."""
    tenant.tenant.book(
        organizer="anna@contoso.example", rooms=[ROOM], subject="Partyxx",
        start="2026-10-20T20:00", end="2026-10-20T21:00",
    )  # fmt: skip
    tenant.tenant.advance(minutes=5)
    written, _read = text

    def spell(good: bytes) -> bytes:
        return good.replace(b"Partyxx", written).replace(
            b'"hasAttachments"', b'"x":"' + written + b'","hasAttachments"'
        )

    between.spoil("*", Bad(change=spell), method="GET")
    found = Desk(
        tmp_path / "home", url=between.url, environment={"OBCTL_NOW": "2026-10-19T05:30:00Z"}
    )
    for room in (ROOM, OTHER):
        assert found.run("rooms", "add", room, "--time-zone", "Europe/Amsterdam").exit_code == 0
    run = found.run("sync", "run")
    assert run.exit_code == 0, run.output
    return found


def booked(desk: Desk, *more: str) -> dict[str, Any]:
    words = ("reservations", "list", "--on", "2026-10-20", "--room", ROOM, *more, "-o", "json")
    found = [one for one in json.loads(desk.run(*words).stdout) if "Par" in one["subject"]]
    (one,) = found
    item: dict[str, Any] = one
    return item


def test_the_room_is_read_and_the_text_holds_a_replacement_character(
    desk: Desk, text: tuple[bytes, str]
) -> None:
    assert booked(desk)["subject"] == text[1]
    assert booked(desk, "--text", "Par")["subject"] == text[1]
    answer = desk.run("reservations", "list", "--text", "Par", "--on", "2026-10-20", "-o", "csv")
    assert answer.exit_code == 0
    assert list(csv.DictReader(io.StringIO(answer.stdout)))
    assert text[1] in desk.run("reservations", "list", "--on", "2026-10-20", "--room", ROOM).stdout


def test_the_log_keeps_the_bytes_as_they_came(
    desk: Desk, text: tuple[bytes, str], tmp_path: Path
) -> None:
    number = str(booked(desk)["number"])
    found = json.loads(desk.run("log", "search", "--reservation", number, "-o", "json").stdout)
    entry = str(next(one["id"] for one in found if one["action"] == "event.created"))
    shown = desk.run("log", "show", entry, "--payload").stdout_bytes
    assert text[0] in shown
    assert b'"subject":"' + text[0] + b'"' in shown.replace(b'": "', b'":"')
    assert (
        json.loads(desk.run("log", "show", entry, "-o", "json").stdout)["payload"]["subject"]
        == text[1]
    )
    assert text[1] in desk.run("log", "show", entry).stdout
    for words in ((), ("--mask",)):
        file = tmp_path / "log.jsonl"
        assert desk.run("log", "export", str(file), *words).exit_code == 0
        lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert any(line["id"] == int(entry) for line in lines)
        file.unlink()


SHOWING = [
    ("planner", "2026-10-20", "--room", ROOM),
    ("diff", "2026-10-20", "--room", ROOM),
    ("explain", "{number}"),
    ("reservations", "show", "{number}"),
    ("log", "event", "{event}"),
    ("log", "tail"),
    ("log", "at", "2026-10-19T05:30:00Z", "--room", ROOM),
    ("sync", "status"),
]


@pytest.mark.parametrize("words", SHOWING, ids=lambda words: " ".join(words[:2]))
@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_every_command_shows_it(
    desk: Desk, text: tuple[bytes, str], words: tuple[str, ...], format: str
) -> None:
    item = booked(desk)
    typed = [word.format(number=item["number"], event=item["event_id"]) for word in words]
    answer = desk.run(*typed, "-o", format)
    # 2: shown in no such format; 3: the differences of others
    assert answer.exit_code in (0, 2, 3), answer.output
    assert answer.stdout_bytes.decode() or answer.exit_code == 2


def test_the_second_night_and_a_comparison_find_no_difference(
    desk: Desk, text: tuple[bytes, str]
) -> None:
    run = desk.run("sync", "run", "--room", ROOM, "--full", "-o", "json")
    assert run.exit_code == 0
    assert set(json.loads(run.stdout)["changes"].values()) == {0}
    differences = json.loads(desk.run("diff", "2026-10-20", "--room", ROOM, "-o", "json").stdout)
    assert text[1] not in {one["subject"] for one in differences["differences"]}


def test_what_a_person_keeps_is_written_to_outlook_again_under_the_name_it_is_known_by(
    desk: Desk, tenant: SandboxServer, text: tuple[bytes, str]
) -> None:
    box = tenant.tenant.exchange.directory.mailboxes[ROOM]
    item = next(one for one in box.items.values() if one.subject == "Partyxx")
    tenant.tenant.delete(ROOM, Meeting(item.uid, item.organizer.address))
    run = desk.run("sync", "run")
    assert run.exit_code == 0, run.output
    (asked,) = json.loads(desk.run("cancellations", "list", "-o", "json").stdout)
    answer = desk.run("cancellations", "status", str(asked["id"]), "-o", "json")
    assert json.loads(answer.stdout)["last_known"]["subject"] == text[1]
    answer = desk.run("cancellations", "reject", str(asked["id"]), "--push-back", "--yes")
    assert answer.exit_code == 0, answer.output
    assert text[1] in {one.subject for one in box.items.values()}


def test_the_answer_to_any_get_is_printed_as_it_came(desk: Desk, text: tuple[bytes, str]) -> None:
    item = booked(desk)
    answer = desk.run("graph", "get", f"users/{ROOM}/events/{item['event_id']}")
    assert text[0] in answer.stdout_bytes
