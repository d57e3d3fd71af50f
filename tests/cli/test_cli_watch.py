"""`--watch` on the command line: where it may be used, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
import typer
from desk import Desk

from obctl.cli.app import app
from obctl.cli.commands import Later


def parsed(*words: str) -> dict[str, object]:
    command = typer.main.get_command(app)
    for name in words[:1]:
        found = command.commands[name]
        command = found.load() if isinstance(found, Later) else found
    return dict(command.make_context(words[0], list(words[1:])).params)


@pytest.mark.parametrize(
    ("words", "seconds", "day"),
    [
        (("planner",), None, "today"),
        (("planner", "--watch"), 5, "today"),
        (("planner", "--watch", "30"), 30, "today"),
        (("planner", "--watch=2.5", "monday"), 2.5, "monday"),
        (("planner", "--watch", "tomorrow"), 5, "tomorrow"),
        (("planner", "tomorrow", "--watch", "--cached"), 5, "tomorrow"),
        (("planner", "--watch", "-1"), 5, "-1"),
    ],
    ids=str,
)
def test_the_number_of_seconds_may_be_left_out(
    words: tuple[str, ...], seconds: float | None, day: str
) -> None:
    found = parsed(*words)
    assert (found["again"], found["day"]) == (seconds, day)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sync", "status", "--watch"), "draws on a terminal"),
        (("planner", "--cached", "--watch"), "draws on a terminal"),
        (("sync", "status", "--watch", "-o", "json"), "json cannot be watched"),
        (("planner", "--watch", "-o", "csv"), "csv cannot be watched"),
        (("planner", "--watch", "--export", "day.svg"), "exclude each other"),
        (("sync", "status", "--watch", "0"), "--watch"),
    ],
    ids=str,
)
def test_what_cannot_be_watched_is_refused(desk: Desk, words: tuple[str, ...], said: str) -> None:
    answer = desk.run(*words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert said in answer.stderr


def test_a_line_comes_for_each_look_until_ctrl_c(desk: Desk) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "obctl", "sync", "status", "--watch", "0.5", "-o", "jsonl"],
        env=os.environ | desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as watching:
        lines = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.send_signal(signal.SIGINT)
        _, said = watching.communicate()
    assert watching.returncode == 130
    assert [len(line["rooms"]) for line in lines] == [2, 2]
    assert said.startswith("interrupted")
