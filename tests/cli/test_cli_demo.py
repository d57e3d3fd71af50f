"""`obctl demo` as a person sees it: real processes, run twice at once to compare what they say."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from obctl.cli.demo_processes import serve, stop
from obctl.cli.demo_screen import Screen
from obctl.cli.demo_stage import Stage
from obctl.cli.demo_story import MONDAY_MORNING
from obctl.errors import ObctlError

ENDING = "── That was the night "


@dataclass(frozen=True)
class Told:
    """One demo that has ended."""

    code: int
    text: str
    folder: Path
    """Where its temporary folder lay."""

    @property
    def story(self) -> str:
        return self.text.partition(ENDING)[0]

    @property
    def commands(self) -> list[str]:
        """The commands as typed, each on one line."""
        joined = self.text.replace("\\\n", "")
        lines = [line for line in joined.splitlines() if line.startswith("$ obctl ")]
        return [" ".join(line.split()) for line in lines]


def start_demo(folder: Path, *options: str) -> subprocess.Popen[str]:
    folder.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OBCTL_")}
    return subprocess.Popen(
        [sys.executable, "-m", "obctl", "demo", *options],
        env=kept | {"TMPDIR": str(folder), "PYTHONIOENCODING": "utf-8"},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        process_group=0,
    )


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    """The demo told twice: once plain, once with --keep."""
    base = tmp_path_factory.mktemp("demos")
    folders = [base / "plain", base / "kept"]
    running = [start_demo(folders[0]), start_demo(folders[1], "--keep")]
    told = []
    for process, folder in zip(running, folders, strict=True):
        text, _ = process.communicate()
        told.append(Told(process.returncode, text, folder))
    return told[0], told[1]


def normalised(text: str) -> str:
    """Without what differs from run to run: ports, folders, ids of runs, and the seconds that the
    listener's clock has run on for."""
    for pattern, instead in (
        (r" \\\\\n", ""),
        (r"127\.0\.0\.1:\d+", "HOST"),
        (r"--port \d+", "--port N"),
        (r"\S*/obctl-demo-\w+", "FOLDER"),
        (r"\d{8}T\d{6}Z-[0-9a-f]{6}", "RUN"),
        (r"(\d\d-\d\d[T ])\d\d:\d\d(:\d\d)?", r"\1CLOCK"),
        (r"\s+", " "),  # longer and shorter paths fold differently
    ):
        text = re.sub(pattern, instead, text)
    return text


def answers(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def test_every_step_does_what_it_says(demos: tuple[Told, Told]) -> None:
    for told in demos:
        assert told.code == 0, told.text[-2000:]
        assert "error:" not in told.text
        assert ENDING in told.text


def test_it_says_the_same_every_time(demos: tuple[Told, Told]) -> None:
    first, second = (normalised(told.story) for told in demos)
    assert first == second


def test_it_shows_every_part_of_the_night(demos: tuple[Told, Told]) -> None:
    shown = {" ".join(command.split()[2:4]) for command in demos[0].commands}
    assert shown >= {
        "init contoso", "rooms discover", "rooms import", "rooms import-existing", "sync run",
        "listen --port", "subscriptions create", "reservations list", "rooms free",
        "reservations create", "planner 2026-10-20", "services add", "cancellations list",
        "cancellations status", "diff 2026-10-20", "explain 1072", "cancellations approve",
        "reservations show", "log search", "log show",
    }  # fmt: skip


def test_it_fits_a_narrow_terminal(demos: tuple[Told, Told]) -> None:
    long = [line for line in demos[0].story.splitlines() if len(line) > 80]
    assert [line for line in long if "FOLDER" not in normalised(line)] == []


def test_it_leaves_nothing_behind(demos: tuple[Told, Told]) -> None:
    told = demos[0]
    assert list(told.folder.iterdir()) == []
    urls = set(re.findall(r"http://127\.0\.0\.1:\d+", told.text))
    assert len(urls) == 2
    assert not any(answers(url) for url in urls)


def test_what_it_keeps_can_be_gone_on_with(demos: tuple[Told, Told]) -> None:
    told = demos[1]
    ending = told.text.partition(ENDING)[2]
    exports = dict(
        shlex.split(line)[1].split("=", 1)
        for line in ending.splitlines()
        if line.startswith("  export ")
    )
    again = re.search(r"^  obctl (sandbox serve .*) &$", ending, re.MULTILINE)
    assert again is not None
    environment = os.environ | exports
    process, ready = serve(
        [*shlex.split(again[1]), "-o", "json"], environment, told.folder, told.folder / "err"
    )
    try:
        assert ready is not None
        assert ready["url"] == exports["OBCTL_SANDBOX_URL"]
        done = subprocess.run(
            [sys.executable, "-m", "obctl", "sync", "run", "--dry-run"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        stop(process)
    assert "neither side has anything new" in done.stdout, done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "terminate"]
)
def test_interrupted_it_ends_what_it_started(tmp_path: Path, number: int, code: int) -> None:
    process = start_demo(tmp_path / "demo")
    text = ""
    assert process.stdout is not None
    for line in process.stdout:
        text += line
        if line.startswith('{"url"'):  # the listener is up
            break
    process.send_signal(number)
    rest, _ = process.communicate()
    assert process.returncode == code, text + rest
    assert "Traceback" not in rest
    assert list((tmp_path / "demo").iterdir()) == []
    assert not any(answers(url) for url in re.findall(r"http://127\.0\.0\.1:\d+", text))


def test_pausing_needs_a_terminal(tmp_path: Path) -> None:
    process = start_demo(tmp_path / "demo", "--pause")
    text, _ = process.communicate()
    assert process.returncode == 2
    assert "--pause needs a terminal" in text


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, Screen(pause=False), MONDAY_MORNING)


@pytest.mark.parametrize("found", [[{"state": "lost"}], [], {}], ids=str)
def test_a_claim_that_does_not_hold_is_named(stage: Stage, found: Any) -> None:
    with pytest.raises(ObctlError, match="this did not hold: one subscription is active") as caught:
        stage.check(found, "one subscription is active", lambda o: o[0]["state"] == "active")
    assert caught.value.exit_code == 1


def test_a_command_that_ends_otherwise_is_named(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ObctlError, match="`obctl rooms list` ended with 2, not 0"):
        stage.run("rooms", "list")
    assert "there is no company" in capsys.readouterr().out
