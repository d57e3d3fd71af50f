"""The examples do what they say: each is run against the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from builders import NOW
from readme_reader import ROOT, table

from obctl.domain.room import RoomId
from obctl.sandbox.server import SandboxServer
from obctl.store.database import open_store
from obctl.store.rooms import save_stopped

EXAMPLES = ROOT / "examples"
ROOM = "ams-1.02@contoso.example"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell with this obctl on its PATH and a home of its own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "obctl"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m obctl "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / "temporary").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OBCTL_")}
    return kept | {
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "TMPDIR": str(tmp_path / "temporary"),
        "COLUMNS": "80",
        "OBCTL_HOME": str(tmp_path / "home"),
        "OBCTL_GRAPH_TOKEN": "any",
        "OBCTL_NOW": "2026-10-19T05:30:00Z",
    }


@pytest.fixture
def company(environment: dict[str, str]) -> Iterator[SandboxServer]:
    """A company with one room, never read yet, in front of the demo's tenant."""
    with SandboxServer(frozen=True) as sandbox:
        obctl(
            environment, "init", "contoso", "--graph-url", sandbox.url, "--credential", "token",
            "--time-zone", "Europe/Amsterdam",
        )  # fmt: skip
        obctl(environment, "rooms", "add", ROOM)
        yield sandbox


def obctl(environment: Mapping[str, str], *words: str) -> None:
    subprocess.run(["obctl", *words], env=environment, capture_output=True, check=True)


def run(environment: Mapping[str, str], *argv: str) -> tuple[int, str]:
    """The exit code and everything that was said."""
    done = subprocess.run(
        argv,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def check(environment: Mapping[str, str], *words: str) -> tuple[int, str]:
    return run(environment, sys.executable, str(EXAMPLES / "check_obctl.py"), *words)


def test_one_night_runs_from_nothing_and_leaves_nothing(environment: dict[str, str]) -> None:
    code, said = run(environment, "bash", str(EXAMPLES / "one_night.sh"))
    assert code == 0, said
    assert "1070 created" in said
    assert "neither side has anything new" in said
    assert "AMS 1.02 Vermeer" in said
    assert list(Path(environment["TMPDIR"]).iterdir()) == []


def test_the_check_is_critical_until_a_pass_was_good(
    environment: dict[str, str], company: SandboxServer
) -> None:
    assert check(environment) == (2, f"CRITICAL: no good pass lately over {ROOM}\n")
    obctl(environment, "sync", "run")
    assert check(environment, "contoso") == (0, "OK: 1 room in step\n")


def test_the_check_warns_of_a_request_that_waits(
    environment: dict[str, str], company: SandboxServer
) -> None:
    meeting = company.tenant.book(
        "anna@contoso.example", [ROOM], "Budget", "2026-10-20T09:00", "2026-10-20T10:00"
    )
    company.tenant.advance(seconds=10)
    obctl(environment, "sync", "run")
    obctl(
        environment, "services", "add", "1", "--kind", "catering", "--description", "Lunch"
    )  # fmt: skip
    company.tenant.cancel(meeting)
    company.tenant.advance(seconds=10)
    obctl(environment, "sync", "run")
    assert check(environment) == (1, "WARNING: cancellation requests that wait: 1\n")


def test_the_check_is_critical_where_the_guard_stopped_a_room(
    environment: dict[str, str], company: SandboxServer
) -> None:
    obctl(environment, "sync", "run")
    store = open_store(Path(environment["OBCTL_HOME"]) / "contoso" / "store.db")
    with closing(store), store.transaction():
        save_stopped(store, RoomId(1), "too much would go", at=NOW)
    words = f"CRITICAL: stopped by the guard: {ROOM} (obctl sync status)\n"
    assert check(environment) == (2, words)


def test_the_check_is_critical_where_there_is_no_room(
    environment: dict[str, str], company: SandboxServer
) -> None:
    obctl(environment, "init", "fabrikam", "--graph-url", company.url, "--credential", "token")
    assert check(environment, "fabrikam") == (2, "CRITICAL: no room is mapped\n")


def test_the_check_of_all_names_each_company_that_is_not_well(
    environment: dict[str, str], company: SandboxServer
) -> None:
    obctl(environment, "sync", "run")
    assert check(environment, "--all") == (0, "OK: companies in step: 1\n")
    for name in ("adatum", "fabrikam"):
        obctl(environment, "init", name, "--graph-url", company.url, "--credential", "token")
    broken = Path(environment["OBCTL_HOME"]) / "adatum" / "config.toml"
    broken.write_text("[", encoding="utf-8")
    words = "CRITICAL: adatum (broken), fabrikam (no-rooms)\n"
    assert check(environment, "--all") == (2, words)


def test_the_check_of_all_does_not_know_where_there_is_no_company(
    environment: dict[str, str],
) -> None:
    assert check(environment, "--all") == (3, "UNKNOWN: there is no company\n")


def test_the_check_does_not_know_where_there_is_no_company(environment: dict[str, str]) -> None:
    code, said = check(environment, "fabrikam")
    assert code == 3
    assert said.startswith("UNKNOWN: obctl ended with 2: there is no company 'fabrikam'")


def test_the_exit_codes_of_the_cron_page_are_those_of_readme() -> None:
    page = (EXAMPLES / "cron.md").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    codes = {row[0] for row in table(page, "| exit |")}
    assert codes <= {row[0] for row in table(readme, "| exit |")}
