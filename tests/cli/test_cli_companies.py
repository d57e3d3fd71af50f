"""`obctl companies`: each company tells how it stands, and one that cannot hides no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from builders import LAST_PASS, make_reservation
from desk import Desk, lines

from obctl.domain.sync.cancellation import Reason
from obctl.engine.admin.init import create_company
from obctl.store.cancellation_requests import add_request
from obctl.store.database import Store
from obctl.store.runs import finish_run, start_run

FIELDS = [
    "name", "folder", "rooms", "last_run", "stale", "cancellation_requests", "outbox_failed",
    "verdict", "inconclusive", "problem", "hint",
]  # fmt: skip


def ran(exit_code: int | None = 0, at: datetime = LAST_PASS) -> Callable[[Store], None]:
    def write(store: Store) -> None:
        start_run(store, "night", kind="sync", at=at)
        if exit_code is not None:
            finish_run(store, "night", at=at, exit_code=exit_code, report={})

    return write


def asked(store: Store) -> None:
    add_request(store, make_reservation().number, reason=Reason.UNPROVEN, cause=None, at=LAST_PASS)


def told(desk: Desk, *words: str) -> tuple[int, list[dict[str, Any]], str]:
    answer = desk.run("companies", *words, "-o", "json")
    return answer.exit_code, json.loads(answer.stdout), answer.stderr


def test_a_company_is_told_with_its_rooms_its_last_run_and_what_waits(read_desk: Desk) -> None:
    read_desk.reservations(make_reservation())
    read_desk._write(ran())
    read_desk._write(asked)
    code, items, said = told(read_desk)
    assert (code, said) == (0, "")
    assert [list(item) for item in items] == [FIELDS]
    assert items == [
        {
            "name": "contoso",
            "folder": str(read_desk.home / "contoso"),
            "rooms": 2,
            "last_run": {"run": "night", "finished_at": "2026-09-14T01:00:00Z", "exit": 0},
            "stale": False,
            "cancellation_requests": 1,
            "outbox_failed": 0,
            "verdict": "waiting",
            "inconclusive": 0,
            "problem": None,
            "hint": None,
        }
    ]


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ([ran(0)], "ok"),
        ([ran(8)], "failed"),
        ([ran(None)], "unfinished"),
        ([ran(6), asked], "failed"),
        ([ran(0), asked], "waiting"),
    ],
)
def test_one_word_says_how_a_company_stands(
    read_desk: Desk, written: list[Callable[[Store], None]], verdict: str
) -> None:
    read_desk.reservations(make_reservation())
    for write in written:
        read_desk._write(write)
    assert [item["verdict"] for item in told(read_desk)[1]] == [verdict]


def test_a_room_that_was_never_passed_makes_its_company_stale(desk: Desk) -> None:
    desk._write(ran(0))
    desk._write(lambda store: store.run("UPDATE rooms SET last_synced_at = NULL WHERE id = 1"))
    assert [(item["stale"], item["verdict"]) for item in told(desk)[1]] == [(True, "stale")]


def test_how_old_a_pass_may_be_is_asked_for(read_desk: Desk) -> None:
    read_desk._write(ran(0))
    assert [item["stale"] for item in told(read_desk, "--max-age", "10h")[1]] == [True]


def test_a_company_without_rooms_is_not_in_step(empty_desk: Desk) -> None:
    (item,) = told(empty_desk)[1]
    assert (item["rooms"], item["stale"], item["verdict"]) == (0, True, "no-rooms")


def test_broken_companies_are_named_and_hide_no_other(read_desk: Desk) -> None:
    home = read_desk.home
    read_desk._write(ran(0))
    create_company(home, "adatum", {})
    (home / "adatum" / "config.toml").write_text("[sync]\npast_days = 'many'\n", encoding="utf-8")
    create_company(home, "fabrikam", {})
    (home / "fabrikam" / "store.db").write_bytes(b"not a store" * 400)
    create_company(home, "tailspin", {})
    (home / "tailspin" / "config.toml").unlink()
    code, items, said = told(read_desk)
    assert code == 8
    assert [(item["name"], item["verdict"]) for item in items] == [
        ("adatum", "broken"), ("contoso", "ok"), ("fabrikam", "broken"), ("tailspin", "broken"),
    ]  # fmt: skip
    assert items[0]["rooms"] is items[0]["stale"] is items[0]["last_run"] is None
    assert "past_days" in items[0]["problem"]
    for name, words in [
        ("adatum", "past_days"), ("fabrikam", "damaged"), ("tailspin", "config.toml"),
    ]:  # fmt: skip
        assert any(line.startswith(f"{name}: ") for line in said.splitlines())
        assert words in said


def test_no_company_is_said_and_no_failure(tmp_path: Path, desk: Desk) -> None:
    desk.environment["OBCTL_HOME"] = str(tmp_path / "nothing")
    answer = desk.run("companies")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "there is no company in" in answer.stderr
    assert "obctl init" in answer.stderr


def test_a_screen_of_80_columns_holds_them(read_desk: Desk) -> None:
    read_desk._write(ran(0))
    create_company(read_desk.home, "a-company-with-a-rather-long-name-2026", {})
    answer = read_desk.run("companies")
    shown = lines(answer.stdout)
    assert max(map(len, shown)) <= 80
    assert shown == [
        "company                        rooms  last run (UTC)    exit  requests  verdict",
        "─" * 80,
        "a-company-with-a-rather-long-      0  never                          0  no-rooms",
        "name-2026",
        "contoso                            2  2026-09-14 01:00     0         0  ok",
    ]


def test_csv_has_a_line_for_each_company(read_desk: Desk) -> None:
    create_company(read_desk.home, "adatum", {})
    answer = read_desk.run("companies", "-o", "csv")
    head, *rows = answer.stdout.splitlines()
    assert head.startswith("name,folder,rooms,")
    assert [row.partition(",")[0] for row in rows] == ["adatum", "contoso"]
