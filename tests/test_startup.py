"""Starting obctl stays light: a command imports what it needs, when it needs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "asyncio", "azure", "httpx", "kiota_abstractions", "kiota_http", "msgraph", "msgraph_core",
    "pydantic", "sqlite_utils", "starlette", "uvicorn",
}  # fmt: skip
# Typer and little else. When this fails: `python -X importtime -m obctl --help`.
MODULES_FOR_HELP = 180
NOT_FOR_HELP = {"csv", "dateutil", "json", "rich", "sqlite3", "tomllib", "tzlocal", "zoneinfo"}
NOT_FOR_DATA = {"dateutil", "logging", "rich", "tzlocal", "zstandard"}
OURS_FOR_HELP = {
    "obctl.__main__", "obctl.cli", "obctl.cli.app", "obctl.cli.as_typed", "obctl.cli.clock",
    "obctl.cli.commands", "obctl.cli.context", "obctl.errors", "obctl.render",
    "obctl.render.csv_lines", "obctl.render.listing", "obctl.render.output",
    "obctl.render.pasting", "obctl.render.plain", "obctl.render.streams",
}  # fmt: skip

_RUN = """
import sys
sys.argv = ["obctl", *sys.argv[1:]]
from obctl.__main__ import main
code = None
try:
    main()
except SystemExit as ended:
    code = ended.code
print(code or 0, *sys.modules, file=sys.stderr)
"""


def modules_after(home: Path, *words: str, **environment: str) -> tuple[int, set[str]]:
    """The exit code of a command and every module it imported."""
    run = subprocess.run(
        [sys.executable, "-c", _RUN, *words],
        env=os.environ | {"OBCTL_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    code, *modules = run.stderr.splitlines()[-1].split()
    return int(code), set(modules)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company without rooms: enough to open a store and look something up."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run(
        [sys.executable, "-m", "obctl", "init", "contoso", "--credential", "azure-cli"],
        env=os.environ | {"OBCTL_HOME": str(home)},
        capture_output=True,
        check=True,
    )
    return home


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["sync", "run", "--help"], 0),
        (["reservations", "show", "1"], 2),
        (["reservations", "list", "-o", "json"], 0),
        (["log", "search"], 0),
        (["cancellations", "list"], 0),
        (["config", "show"], 0),
    ],
    ids=str,
)
def test_a_local_command_imports_neither_graph_nor_servers(
    company: Path, words: list[str], code: int
) -> None:
    exit_code, modules = modules_after(company, *words)
    assert exit_code == code
    assert not HEAVY & {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize(
    "words",
    [
        ["reservations", "list", "-o", "json"],
        ["services", "list", "-o", "csv"],
        ["cancellations", "list", "-o", "json"],
        ["log", "search", "-o", "json"],
        ["log", "search"],  # an empty table is one plain line
    ],
    ids=str,
)
def test_what_a_script_reads_is_found_with_sqlite_and_little_else(
    company: Path, words: list[str]
) -> None:
    _, modules = modules_after(company, *words)
    assert "sqlite3" in modules
    assert not NOT_FOR_DATA & modules


@pytest.mark.parametrize(("word", "environment"), [("--help", {}), ("--version", {})], ids=str)
def test_help_imports_typer_and_little_else(
    tmp_path: Path, word: str, environment: dict[str, str]
) -> None:
    _, modules = modules_after(tmp_path, word, **environment)
    assert not NOT_FOR_HELP & modules
    ours = {name for name in modules if name.startswith("obctl.")}
    assert ours <= OURS_FOR_HELP
    assert len(modules) <= MODULES_FOR_HELP


@pytest.mark.parametrize("words", ["obctl s", "obctl reservations list --room At"], ids=str)
def test_completion_imports_typer_and_sqlite_and_little_else(company: Path, words: str) -> None:
    typed = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    _, modules = modules_after(company, "", _OBCTL_COMPLETE="complete_bash", **typed)
    assert not (HEAVY | NOT_FOR_DATA) & {name.partition(".")[0] for name in modules}
