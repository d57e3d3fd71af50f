"""`obctl sandbox …` as a person or a script types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sandbox_client import ANNA, ROOM, Graph, event
from typer.testing import CliRunner, Result

from obctl.cli.sandbox import app
from obctl.errors import ObctlError
from obctl.sandbox.server import SandboxServer


@pytest.fixture
def served(tenant_file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "obctl", "sandbox", "serve", "--port", "0", "--tenant",
         str(tenant_file), "--token", "s3cret", "-o", "json"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OBCTL_NOW": "2026-10-20T00:00:00Z"},
    )  # fmt: skip
    assert process.stdout is not None
    yield process, process.stdout.readline()
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_is_and_ends_with_0(
    served: tuple[subprocess.Popen[str], str], number: signal.Signals
) -> None:
    process, line = served
    ready = json.loads(line)
    assert set(ready) == {"url", "rooms"}
    assert ready["rooms"] == [ROOM, "vermeer@contoso.example"]
    assert httpx.get(ready["url"] + "/organization").status_code == 401
    asked = CliRunner().invoke(app, ["token", "--url", ready["url"]])
    assert (asked.exit_code, asked.stdout) == (0, "s3cret\n")
    with Graph(ready["url"], token="s3cret") as graph:
        assert len(graph.get("/organization")["value"]) == 1
        assert graph.control("GET", "status")["now"].startswith("2026-10-20T00:0")
    process.send_signal(number)
    assert process.wait(10) == 0


def _run(sandbox: SandboxServer, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--url", sandbox.url])


def test_clock_trigger_fault_and_status_steer_a_running_sandbox(
    graph: Graph, sandbox: SandboxServer
) -> None:
    graph.post(f"/users/{ANNA}/events", event())
    assert _run(sandbox, "clock", "+8h").stdout == "it is 2026-10-19T13:30:00Z\n"
    assert _run(sandbox, "clock", "2026-10-20T08:00:00+02:00").exit_code == 0
    told = _run(sandbox, "trigger", "created", "--room", ROOM, "-o", "json")
    assert json.loads(told.stdout)["subject"] == "Triggered meeting"
    told = _run(sandbox, "fault", "throttled", "--room", ROOM, "--times", "2")
    assert told.stdout == f"throttled for {ROOM}, 2 times\n"
    assert graph.send("GET", f"/users/{ROOM}/events").status_code == 429
    assert _run(sandbox, "clear-faults").stdout == "no faults\n"
    status = _run(sandbox, "status")
    assert status.stdout.startswith("2026-10-20T06:00:00Z (standing still): 2 rooms, 4 events")


@pytest.mark.parametrize(
    "words",
    [
        ("clock", "tomorrow"),
        ("trigger", "created", "--room", "attic@contoso.example"),
        ("fault", "slow", "--room", "attic@contoso.example"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(
    sandbox: SandboxServer, words: tuple[str, ...]
) -> None:
    result = _run(sandbox, *words)
    assert isinstance(result.exception, ObctlError)
    assert result.exception.exit_code == 2


def test_where_no_sandbox_runs_the_command_says_so() -> None:
    result = CliRunner().invoke(app, ["status", "--url", "http://127.0.0.1:9/v1.0"])
    assert isinstance(result.exception, ObctlError)
    assert "no sandbox answers" in result.exception.message


def test_scenarios_are_listed_with_the_cause_they_act_out() -> None:
    listed = json.loads(CliRunner().invoke(app, ["scenarios", "-o", "json"]).stdout)
    assert {"file", "cause", "title"} == set(listed[0])
    assert "cancelled-but-kept-on-calendar" in {one["cause"] for one in listed}
