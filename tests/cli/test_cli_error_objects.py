"""Errors of the reading commands where JSON was asked for: one object on stderr, no data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from uuid import UUID

import pytest
from desk import Desk


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("rooms", "show", "Cellar", "-o", "json"), 2, "unknown-room"),
        (("planner", "someday", "--format=json"), 2, "bad-day"),
        (("log", "show", "99", "-ojsonl"), 2, "unknown-entry"),
        (("services", "cancel", "x", "-o", "json"), 2, "usage"),
        (("rooms", "discover", "-o", "json"), 5, "graph-unavailable"),
    ],
)
def test_an_error_is_an_object(
    desk: Desk, words: tuple[str, ...], exit_code: int, code: str
) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "obctl", *words],
        env={**os.environ, **desk.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stdout) == (exit_code, "")
    error = json.loads(answer.stderr)["error"]
    assert list(error) == ["code", "message", "hint", "graph", "client_request_id"]
    assert error["code"] == code


def test_a_person_is_told_by_what_name_support_finds_the_request(desk: Desk) -> None:
    answer = desk.run("rooms", "discover")
    (line,) = [line for line in answer.stderr.splitlines() if "client-request-id" in line]
    assert UUID(line.split()[-1])
    assert desk.run("rooms", "show", "Cellar").stderr.count("client-request-id") == 0
