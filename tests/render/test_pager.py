"""Long output goes through a pager on a terminal, and nowhere else."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest

from obctl.render import streams
from obctl.render.output import Format, show_list, show_one
from obctl.render.pager import command_in, set_pager

LONG = [{"id": number} for number in range(60)]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def sit_down(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 24 lines in place of stdout; within a test, as pytest changes it before."""
    found = Terminal()
    monkeypatch.setattr("sys.stdout", found)
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(streams, "_gone", False)
    return found


def pager(tmp_path: Path, code: str) -> dict[str, str]:
    """The surroundings of a command whose pager is this Python; `text()` reads what it is given."""
    script = tmp_path / "pager.py"
    script.write_text(
        "import os, signal, sys\nfrom pathlib import Path\n"
        f"SEEN = Path({str(tmp_path / 'seen')!r})\n{code}\n"
    )
    return {"OBCTL_PAGER": f"{shlex.quote(sys.executable)} {shlex.quote(str(script))}"}


def seen(tmp_path: Path) -> str | None:
    file = tmp_path / "seen"
    return file.read_text() if file.exists() else None


READS = "SEEN.write_text(sys.stdin.read())"


@pytest.mark.parametrize("format", [Format.JSON, Format.JSONL, Format.CSV])
def test_what_is_longer_than_the_terminal_is_paged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, format: Format
) -> None:
    terminal = sit_down(monkeypatch)
    set_pager(pager(tmp_path, READS))
    show_list(format, LONG, [], names=("id",))
    assert terminal.getvalue() == ""
    paged = seen(tmp_path)
    set_pager(None)
    show_list(format, LONG, [], names=("id",))
    assert terminal.getvalue() == paged


def test_a_picture_is_paged_with_the_terminals_width(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sit_down(monkeypatch)
    set_pager(pager(tmp_path, READS))
    show_one(Format.TABLE, {}, lambda: ["x" * 300] * 20)
    lines = (seen(tmp_path) or "").splitlines()
    assert {len(line) for line in lines} == {80, 60}


def test_what_fits_is_printed_as_ever(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terminal = sit_down(monkeypatch)
    set_pager(pager(tmp_path, READS))
    show_list(Format.JSONL, LONG[:23], [])
    assert terminal.getvalue().count("\n") == 23
    assert seen(tmp_path) is None


def test_lines_wider_than_the_terminal_count_as_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal = sit_down(monkeypatch)
    set_pager(pager(tmp_path, READS))
    show_list(Format.CSV, [{"text": "x" * 790}] * 3, [], names=("text",))
    assert terminal.getvalue() == ""


def test_no_pager_is_used_in_a_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sit_down(monkeypatch)
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stdout", pipe)
    set_pager(pager(tmp_path, READS))
    show_list(Format.JSONL, LONG, [])
    assert pipe.getvalue().count("\n") == 60
    assert seen(tmp_path) is None


def test_leaving_the_pager_early_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody reads is not made either."""
    terminal = sit_down(monkeypatch)
    set_pager(pager(tmp_path, "SEEN.write_text(sys.stdin.readline())"))
    made = 0

    def many():
        nonlocal made
        for number in range(1_000_000):
            made += 1
            yield {"id": number, "text": "x" * 100}

    show_list(Format.JSONL, many(), [])
    assert (seen(tmp_path) or "").startswith('{"id": 0')
    assert made < 1_000_000
    assert terminal.getvalue() == ""


def test_ctrl_c_while_somebody_reads_is_the_pagers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sit_down(monkeypatch)
    code = "text = sys.stdin.read()\nos.kill(os.getppid(), signal.SIGINT)\nSEEN.write_text(text)"
    set_pager(pager(tmp_path, code))
    show_list(Format.JSONL, LONG, [])
    assert (seen(tmp_path) or "").count("\n") == 60


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"OBCTL_PAGER": "sh -c x", "PAGER": "more"}, ["sh", "-c", "x"]),
        ({"PAGER": "sh"}, ["sh"]),
        ({"OBCTL_PAGER": ""}, None),
        ({"OBCTL_PAGER": "cat", "PAGER": "sh"}, None),
        ({"PAGER": "no-such-pager-anywhere"}, None),
        ({"PAGER": "sh 'open"}, None),
        ({"PAGER": "sh", "TERM": "dumb"}, None),
    ],
    ids=str,
)
def test_variables_name_the_pager(environment: dict[str, str], command: list[str] | None) -> None:
    assert command_in(environment) == command


def test_no_pager_can_be_wanted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    terminal = sit_down(monkeypatch)
    set_pager(pager(tmp_path, READS) | {"NO_PAGER": "1"})
    show_list(Format.JSONL, LONG, [])
    assert seen(tmp_path) is None
    assert terminal.getvalue().count("\n") == 60
