"""`sync report`: what a person has to know in the morning, on a screen, as data and as a page."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from builders import LAST_PASS, NOW, make_event, make_reservation
from desk import ATRIUM, LIBERTY, Desk, lines

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.difference import Cause, Confidence
from obctl.domain.sync.cancellation import Reason
from obctl.sandbox.server import SandboxServer
from obctl.store.cancellation_requests import add_request
from obctl.store.database import Store
from obctl.store.rooms import save_inconclusive
from obctl.store.runs import finish_run, start_run

FIELDS = [
    "company", "time_zone", "since", "until", "runs", "last_run", "rooms", "changed", "requests",
    "stopped", "undecided", "unreadable", "inconclusive", "stale", "failed_writes", "causes",
    "differences",
]  # fmt: skip


CAUSE = Cause("organizer-cancelled", Confidence.LIKELY, (), "that it is there", "approve it")


def entry(action: Action, message: str, *, hours: float = 1, **more: Any) -> LogEntry:
    fields: dict[str, Any] = {"room": ATRIUM, "actor": "nightly run", **more}
    return LogEntry(at=NOW - timedelta(hours=hours), action=action, message=message, **fields)


def ran(store: Store, exit_code: int | None = 0) -> None:
    start_run(store, "night", kind="sync", at=LAST_PASS)
    if exit_code is not None:
        finish_run(store, "night", at=LAST_PASS, exit_code=exit_code, report={})


def told(desk: Desk, *words: str) -> dict[str, Any]:
    answer = desk.run("sync", "report", "-o", "json", *words)
    assert (answer.exit_code, answer.stderr) == (0, "")
    item: dict[str, Any] = json.loads(answer.stdout)
    return item


def test_the_report_of_a_quiet_night_says_so(read_desk: Desk) -> None:
    read_desk._write(ran)
    item = told(read_desk)
    assert list(item) == FIELDS
    assert (item["company"], item["time_zone"]) == ("contoso", "Europe/Amsterdam")
    assert (item["since"], item["until"]) == ("2026-09-13T12:00:00Z", "2026-09-14T12:00:00Z")
    assert [(run["run"], run["exit"]) for run in item["runs"]] == [("night", 0)]
    assert item["changed"] == {
        "by_action": {}, "by_room": {}, "entries": [], "entries_left_out": 0,
    }  # fmt: skip
    shown = lines(read_desk.run("sync", "report").stdout)
    assert "every room is in step as of its last pass, and nothing waits for a person" in " ".join(
        " ".join(shown).split()
    )


def test_a_night_that_never_was_is_the_first_thing_said(read_desk: Desk) -> None:
    shown = read_desk.run("sync", "report").stdout
    assert "in short  no run in this time, and none before" in shown
    assert "every room is in step" not in shown


def test_a_company_without_rooms_is_not_in_step(empty_desk: Desk) -> None:
    empty_desk._write(ran)
    shown = empty_desk.run("sync", "report").stdout
    assert "in short  no room is mapped: nothing is kept in step" in shown
    assert "every room is in step" not in shown


def test_a_run_without_an_end_is_no_good_one(read_desk: Desk) -> None:
    read_desk._write(lambda store: ran(store, None))
    shown = read_desk.run("sync", "report").stdout
    assert "1 of 1 run left something undone" in shown
    assert "no end" in shown


def test_what_changed_is_counted_and_what_somebody_may_miss_is_told(read_desk: Desk) -> None:
    read_desk._write(ran)
    read_desk.logged(
        entry(Action.EVENT_CREATED, "made"),
        entry(Action.EVENT_CREATED, "made"),
        entry(Action.EVENT_CREATED, "made long before", hours=30),
        entry(Action.EVENT_MOVED, "moved to Liberty", subject="Budget", reservation=1001),
        entry(Action.RESERVATION_CANCELLED, "cancelled", actor="mia", reservation=1002),
    )
    changed = told(read_desk)["changed"]
    assert changed["by_action"] == {
        "event.created": 2, "event.moved": 1, "reservation.cancelled": 1,
    }  # fmt: skip
    assert changed["by_room"] == {"atrium@contoso.example": changed["by_action"]}
    assert [(e["action"], e["actor"]) for e in changed["entries"]] == [
        ("event.moved", "nightly run"), ("reservation.cancelled", "mia"),
    ]  # fmt: skip
    assert told(read_desk, "--since", "2d")["changed"]["by_action"]["event.created"] == 3


def test_of_very_much_the_latest_is_told_and_the_rest_counted(read_desk: Desk) -> None:
    read_desk.logged(
        *(entry(Action.EVENT_CANCELLED, f"gone {n}", hours=20 - n / 100) for n in range(230))
    )
    changed = told(read_desk)["changed"]
    assert (len(changed["entries"]), changed["entries_left_out"]) == (200, 30)
    assert changed["entries"][-1]["message"] == "gone 229"


def asked(store: Store) -> None:
    number = make_reservation().number
    add_request(store, number, reason=Reason.UNPROVEN, cause=CAUSE, at=LAST_PASS)


def test_what_waits_for_a_person_is_told_with_its_cause(read_desk: Desk) -> None:
    read_desk._write(ran)
    read_desk.reservations(make_reservation())
    read_desk._write(asked)
    item = told(read_desk)
    assert [(r["id"], r["reason"], r["requested_at"]) for r in item["requests"]] == [
        (1, "unproven", "2026-09-14T01:00:00Z")
    ]
    assert item["causes"] == {"organizer-cancelled": 1}
    assert "1 cancellation request waiting for a person" in read_desk.run("sync", "report").stdout


def test_an_inconclusive_room_is_told_with_the_first_night_it_was(read_desk: Desk) -> None:
    read_desk._write(ran)
    read_desk.logged(
        entry(Action.ROOM_INCONCLUSIVE, "forbidden", hours=60),
        entry(Action.ROOM_INCONCLUSIVE, "forbidden", hours=35),
        entry(Action.ROOM_INCONCLUSIVE, "forbidden", hours=11),
    )
    passed = (NOW - timedelta(hours=40)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def write(store: Store) -> None:
        save_inconclusive(store, ATRIUM, "mailbox-permission-lost")
        store.run("UPDATE rooms SET last_synced_at = ? WHERE id = ?", (passed, ATRIUM))

    read_desk._write(write)
    assert told(read_desk)["inconclusive"] == [
        {
            "room": "atrium@contoso.example",
            "condition": "mailbox-permission-lost",
            "since": "2026-09-13T01:00:00Z",
            "last_synced_at": passed,
        }
    ]
    shown = read_desk.run("sync", "report").stdout
    assert "1 room inconclusive" in shown
    assert "1 room without a good pass in the last 26 hours" in shown


def test_a_live_night_with_a_guard_stop_is_told(live_desk: Desk, tenant: SandboxServer) -> None:
    room = tenant.rooms[0]
    live_desk.run("rooms", "add", room)
    exchange = tenant.tenant
    meetings = [
        exchange.book("anna@contoso.example", [room], f"M{n}", f"2026-10-24T{n:02}:00",
                     f"2026-10-24T{n:02}:30")
        for n in range(1, 4)
    ]  # fmt: skip
    exchange.advance(seconds=10)
    for key, value in [("max_cancelled_percent", "1"), ("max_cancelled_floor", "0")]:
        assert live_desk.run("config", "set", f"sync.{key}", value).exit_code == 0
    assert live_desk.run("sync", "run").exit_code == 0
    for meeting in meetings:
        exchange.delete(room, meeting)
    assert live_desk.run("sync", "run").exit_code == 6
    item = told(live_desk)
    (stop,) = item["stopped"]
    assert (stop["room"], stop["look"]) == (room, f"obctl sync run --room {room} --dry-run")
    assert [run["exit"] for run in item["runs"]] == [0, 6]
    shown = live_desk.run("sync", "report").stdout
    assert "1 room stopped by the guard" in shown
    assert "1 of 2 runs left something undone" in shown
    assert max(map(len, lines(shown))) <= 80


class Page(HTMLParser):
    """Which elements a page has, what they refer to, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture
def page(read_desk: Desk, tmp_path: Path) -> Page:
    read_desk._write(ran)
    evil = '<script>alert(1)</script>\x1b[31m&amp; "x" [bold]'
    read_desk.reservations(make_reservation(subject=evil))
    read_desk._write(asked)
    read_desk.logged(entry(Action.EVENT_CANCELLED, f"gone: {evil}", subject=evil))
    file = tmp_path / "morning.html"
    answer = read_desk.run("sync", "report", "--html", str(file))
    assert (answer.exit_code, answer.stdout, answer.stderr) == (0, "", f"{file} written\n")
    assert file.stat().st_mode & 0o777 == 0o600
    return Page(file.read_text(encoding="utf-8"))


def test_the_page_stands_alone(page: Page) -> None:
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & set(page.tags)
    assert {name for name, _ in page.attributes} <= {
        "lang", "charset", "name", "content", "http-equiv", "class", "scope",
    }  # fmt: skip
    assert ("lang", "en") in page.attributes
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert ("content", policy) in page.attributes
    assert page.open == []
    assert "url(" not in page.words
    assert "@import" not in page.words


def test_what_comes_from_outlook_is_text_in_the_page(page: Page) -> None:
    assert 'gone: <script>alert(1)</script>\\x1b[31m&amp; "x" [bold]' in page.words
    assert "\x1b" not in page.words


def test_the_page_has_what_the_screen_has(page: Page) -> None:
    for words in [
        "contoso", "1 cancellation request waiting for a person", "Waiting for a person",
        "Inconclusive", "Stopped by the guard", "Failed writes to Outlook", "What changed",
        "Causes of the cancellations", "Europe/Amsterdam",
    ]:  # fmt: skip
        assert words in page.words


def test_a_page_that_cannot_be_written_is_exit_2(read_desk: Desk) -> None:
    answer = read_desk.run("sync", "report", "--html", "/nowhere/x.html")
    assert answer.exit_code == 2
    assert "/nowhere/x.html cannot be written" in answer.stderr


def test_differences_of_the_coming_week_are_counted_by_their_cause(read_desk: Desk) -> None:
    read_desk._write(ran)
    read_desk.events(LIBERTY, make_event("E9", subject="Budget"))
    item = told(read_desk)["differences"]
    assert (item["from"], item["to"], item["not_read"]) == ("2026-09-14", "2026-09-20", [])
    assert sum(item["by_cause"].values()) == 1
    shown = read_desk.run("sync", "report").stdout
    assert "Differences from 2026-09-14 to 2026-09-20" in shown
    assert "in short  1 difference in the coming week" in shown


def test_where_too_little_was_read_no_difference_is_not_claimed(desk: Desk) -> None:
    item = told(desk)["differences"]
    assert item["not_read"] == ["atrium@contoso.example", "liberty@contoso.example"]
    shown = " ".join(desk.run("sync", "report").stdout.split())
    assert "none where they could be looked for; not looked at, as too little was read" in shown
