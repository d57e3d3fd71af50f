"""Starting obctl stays light: a command imports what it needs, when it needs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "asyncio", "azure", "httpx", "kiota_abstractions", "kiota_http", "msgraph", "msgraph_core",
    "sqlite_utils", "starlette", "uvicorn",
}  # fmt: skip
# Typer and little else. When this fails: `python -X importtime -m obctl --help`.
MODULES_FOR_HELP = 210

_RUN = """
import json, sys
sys.argv = ["obctl", *sys.argv[1:]]
from obctl.cli.app import main
code = None
try:
    main()
except SystemExit as ended:
    code = ended.code
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def modules_after(home: Path, *words: str) -> tuple[int, set[str]]:
    """The exit code of a command and every module it imported."""
    run = subprocess.run(
        [sys.executable, "-c", _RUN, *words],
        env=os.environ | {"OBCTL_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(run.stderr.splitlines()[-1])
    return found["code"] or 0, set(found["modules"])


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company without rooms: enough to open a store and look something up."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run(
        [sys.executable, "-m", "obctl", "init", "contoso"],
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


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_imports_typer_and_little_else(tmp_path: Path, word: str) -> None:
    _, modules = modules_after(tmp_path, word)
    assert not {"rich", "dateutil", "tzlocal", "tomllib", "sqlite3"} & modules
    assert len(modules) <= MODULES_FOR_HELP
