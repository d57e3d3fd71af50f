"""Acts a scenario out: a sandbox, a company in a temporary folder, and what obctl makes of it.

obctl is run as a person runs it, as a command; nothing of it is imported here.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from obctl.errors import ObctlError
from obctl.sandbox.actions import perform
from obctl.sandbox.listening import Listener
from obctl.sandbox.scenario_file import Expectation, Scenario, load_scenario
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.service import make_service
from obctl.sandbox.steps import Listen, Obctl, ScenarioStep, StopListening
from obctl.sandbox.times import instant_text, parse_duration

_SECONDS = 120
_DIFF_EXITS = (0, 3, 8)
Narrate = Callable[[str], None]


@dataclass(slots=True)
class PlayResult:
    """What came of a scenario."""

    scenario: Scenario
    found: dict[str, Any] = field(default_factory=dict)
    """The answer of `obctl diff`."""
    problems: list[str] = field(default_factory=list)
    """Where it is not what the scenario expects."""

    @property
    def causes(self) -> list[str]:
        """The cause of every difference, each once."""
        differences = self.found.get("differences", [])
        return sorted({str(one["cause"]["code"]) for one in differences})

    @property
    def conditions(self) -> list[str]:
        """What makes rooms inconclusive, each once."""
        return sorted({one["condition"] for one in self.found.get("rooms", []) if one["condition"]})


class Company:
    """obctl on the command line, in a folder of its own, at the sandbox's time."""

    def __init__(self, server: SandboxServer, home: Path) -> None:
        self._server = server
        self._home = home

    def environment(self) -> dict[str, str]:
        """What every command of the company runs with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OBCTL_")}
        return kept | {
            "OBCTL_HOME": str(self._home),
            "OBCTL_COMPANY": "practice",
            "OBCTL_GRAPH_TOKEN": self._server.service.token or "practice",
            "OBCTL_NOW": instant_text(self._server.tenant.now()),
            "NO_COLOR": "1",
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": str(shutil.get_terminal_size().columns),
        }

    def run(self, *words: str, exits: tuple[int, ...] = (0,)) -> str:
        """Run a command; raises `ObctlError` if it ends otherwise than expected."""
        done = subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-m", "obctl", *words],
            env=self.environment(),
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode not in exits:
            raise ObctlError(
                f"obctl {shlex.join(words)} ended with {done.returncode}: "
                f"{(done.stderr or done.stdout).strip()}"
            )
        return done.stdout


def play(file: Path, narrate: Narrate | None = None) -> PlayResult:
    """Act `file` out and compare what obctl finds with what the scenario expects.

    With `narrate` the story is told line by line, and ends with `obctl diff` as a person sees it.
    """
    tell = narrate or (lambda _: None)
    scenario = load_scenario(file, frozen=True)
    verdict = PlayResult(scenario)
    service = make_service(scenario.exchange, scenario.handles)
    with (
        SandboxServer(service=service) as server,
        tempfile.TemporaryDirectory(prefix="obctl-play-") as folder,
    ):
        company = Company(server, Path(folder))
        _set_up(company, server, scenario)
        listener = Listener(company.environment, server)
        try:
            for step in scenario.steps:
                _take(step, server, company, listener, tell)
        finally:
            listener.stop()
        _judge(verdict, company)
        if narrate is not None:
            _show_diff(verdict, company, narrate)
    return verdict


def _set_up(company: Company, server: SandboxServer, scenario: Scenario) -> None:
    directory = server.service.exchange.directory
    company.run(
        "init", "practice", "--graph-url", server.url, "--tenant-id", str(directory.tenant_id),
        "--client-id", str(server.service.application_id), "--credential", "token",
        "--time-zone", directory.zone,
    )  # fmt: skip
    for name, value in scenario.settings.items():
        company.run(
            "config", "set", name, str(value).lower() if value in (True, False) else str(value)
        )
    activated = scenario.activated_at or server.tenant.now()
    for room in server.rooms:
        company.run("rooms", "add", room, "--activated-at", instant_text(activated))


def _take(
    step: ScenarioStep,
    server: SandboxServer,
    company: Company,
    listener: Listener,
    narrate: Narrate,
) -> None:
    wait = parse_duration(step.after)
    if wait:
        server.tenant.advance(wait)
        narrate(f"{step.after} later")
    match step:
        case Obctl():
            narrate(f"$ obctl {step.run}")
            told = company.run(*shlex.split(step.run), exits=step.exit)
            narrate(told.rstrip())
        case Listen():
            narrate("$ obctl listen &")
            listener.start()
            company.run(
                "subscriptions", "create", "--all", "--notification-url", listener.url,
                "--lifecycle-url", listener.url.replace("/notifications", "/lifecycle"),
            )  # fmt: skip
        case StopListening():
            listener.finish()
        case _:
            narrate(_folded(_told(step)))
            perform(server.service, step)


def _told(step: ScenarioStep) -> str:
    """A step in words: what happens, and to what."""
    data: dict[str, Any] = msgspec.to_builtins(step)
    what = data.pop("do")
    for name in ("after", "name"):
        data.pop(name, None)
    told = ", ".join(f"{name} {_words(value)}" for name, value in data.items())
    return f"* {what}: {told}" if told else f"* {what}"


def _folded(line: str) -> str:
    """A line that fits its width; what cannot be broken sticks out."""
    return textwrap.fill(
        line,
        max(20, shutil.get_terminal_size().columns),
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _words(value: object) -> str:
    match value:
        case {"pattern": {"type": kind}}:
            return str(kind)
        case dict():
            return " ".join(f"{name}={one}" for name, one in value.items())
        case list():
            return " ".join(str(one) for one in value)
        case _:
            return str(value)


def _judge(verdict: PlayResult, company: Company) -> None:
    expect = verdict.scenario.expect
    if expect.first is not None:
        words = (*_diff_words(expect), "-o", "json")
        verdict.found = json.loads(company.run(*words, exits=_DIFF_EXITS))
        _compare("causes", list(expect.causes), verdict.causes, verdict)
        _compare_condition(verdict)
        if expect.missed_because is not None:
            missed = {one["missed_because"] for one in verdict.found["differences"]}
            _compare("missed_because", [expect.missed_because], sorted(map(str, missed)), verdict)
    for action in expect.log:
        found = json.loads(company.run("log", "search", "--action", action, "-o", "json"))
        if not found:
            verdict.problems.append(f"the company log holds no {action}")
    if expect.normalised or expect.explained:
        _compare_explained(verdict, company)


def _show_diff(verdict: PlayResult, company: Company, narrate: Narrate) -> None:
    if verdict.scenario.expect.first is not None:
        words = _diff_words(verdict.scenario.expect)
        narrate(f"$ obctl {shlex.join(words)}")
        narrate(company.run(*words, exits=_DIFF_EXITS).rstrip())


def _diff_words(expect: Expectation) -> tuple[str, ...]:
    words = ("diff", str(expect.first))
    return words if expect.last is None else (*words, "--to", str(expect.last))


def _compare(name: str, wanted: list[str], found: list[str], verdict: PlayResult) -> None:
    if sorted(wanted) != sorted(found):
        verdict.problems.append(
            f"{name}: expected {', '.join(wanted) or 'none'}, found {', '.join(found) or 'none'}"
        )


def _compare_condition(verdict: PlayResult) -> None:
    wanted = verdict.scenario.expect.condition
    _compare("condition", [wanted] if wanted else [], verdict.conditions, verdict)


def _compare_explained(verdict: PlayResult, company: Company) -> None:
    reservations = json.loads(company.run("reservations", "list", "-o", "json"))
    if not reservations:
        verdict.problems.append("there is no reservation to explain")
        return
    told = json.loads(company.run("explain", str(reservations[0]["number"]), "-o", "json"))
    found = {one["cause"] for one in told["normalised"]}
    missing = set(verdict.scenario.expect.normalised) - found
    if missing:
        verdict.problems.append(f"explain does not name {', '.join(sorted(missing))}")
    if (wanted := verdict.scenario.expect.explained) is not None:
        code = told["cause"]["code"] if told["cause"] else "none"
        _compare("explained", [wanted], [code], verdict)
