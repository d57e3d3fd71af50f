"""The fixture that pytest finds wherever obctl is installed, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "obctl/sandbox/README.md"
COUNTED = """
[tenant]
domain = "elsewhere.example"
clock = "2026-10-19T05:30:00Z"

[[rooms]]
mailbox = "escher@elsewhere.example"
"""


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of the tests in `folder`."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_example_of_the_readme_passes_with_a_client_that_is_not_ours(tmp_path: Path) -> None:
    pytest.importorskip("O365", reason="python-o365 is not installed")
    section = README.read_text("utf-8").partition("As a pytest fixture")[2]
    example = section.partition("```python\n")[2].partition("```")[0]
    (tmp_path / "test_example.py").write_text(example, "utf-8")
    done = run(tmp_path, "--strict-markers")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_each_test_has_a_tenant_of_its_own_from_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/tenant.toml").write_text(COUNTED, "utf-8")
    (tmp_path / "tests/test_both.py").write_text(
        """
import pytest

pytestmark = pytest.mark.graph_sandbox(tenant="tenant.toml")
room = "escher@elsewhere.example"


@pytest.mark.parametrize("run", [1, 2])
def test_it(graph_sandbox, run):
    assert graph_sandbox.rooms == [room]
    assert graph_sandbox.tenant.meetings_in(room) == []
    graph_sandbox.tenant.book_directly(room, "x", "2026-10-19T09:00", "2026-10-19T10:00")
""",
        "utf-8",
    )
    done = run(tmp_path)
    assert "2 passed" in done.stdout, done.stdout


def test_a_marker_that_is_misspelt_says_how_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text(
        """
import pytest


@pytest.mark.graph_sandbox(rooms=2)
def test_it(graph_sandbox):
    pass
""",
        "utf-8",
    )
    done = run(tmp_path)
    assert "the marker is used as graph_sandbox(tenant=None" in done.stdout


def test_where_nobody_asks_for_it_nothing_of_the_server_is_imported(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        """
import sys


def test_it():
    loaded = {name for name in sys.modules if name.partition(".")[0] in
              ("obctl", "starlette", "uvicorn", "msgspec")}
    assert loaded == {"obctl", "obctl.sandbox", "obctl.sandbox.pytest_plugin"}
""",
        "utf-8",
    )
    done = run(tmp_path, "-p", "no:hypothesispytest")
    assert done.returncode == 0, done.stdout
