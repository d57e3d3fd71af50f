"""What becomes of a command whose output cannot be written, or not in full."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from builders import make_log_entry
from desk import Desk

OBCTL = f'"{sys.executable}" -m obctl'
OUTPUTS = ("store schema", "store schema -o json", "store schema -o jsonl", "store schema -o csv")


def shell(desk: Desk, line: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which a pipe fails with any of its commands."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env=os.environ | desk.environment | more,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


@pytest.mark.parametrize("words", [*OUTPUTS, "--help", "sync history"])
def test_a_reader_that_leaves_is_no_failure(desk: Desk, words: str) -> None:
    done = shell(desk, f"{OBCTL} {words} | head -1")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "rror" not in done.stderr


def test_the_exit_code_is_the_same_whoever_reads(desk: Desk) -> None:
    assert shell(desk, f"{OBCTL} sync status | head -1").returncode == 3


def test_who_follows_the_log_ends_with_the_reader(desk: Desk) -> None:
    desk.logged(*(make_log_entry("sync.started") for _ in range(3)))
    line = f"timeout 60 {OBCTL} log tail -f | head -1"
    with subprocess.Popen(
        ["bash", "-c", f"set -o pipefail; {line}"],
        env=os.environ | desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while process.poll() is None:
            desk.logged(make_log_entry("sync.started"))
        assert process.returncode == 0


@pytest.mark.parametrize("words", [*OUTPUTS, "store path", "config get sync.past_days"])
def test_a_full_output_is_named(desk: Desk, words: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    done = shell(desk, f"{OBCTL} {words} > /dev/full")
    assert done.returncode == 5
    assert done.stderr.count("the output cannot be written: No space left on device") == 1
    assert "unexpected" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", ["log tail", "sync history", "rooms change Atrium --floor 9"])
def test_remarks_that_cannot_be_written_change_nothing(desk: Desk, words: str) -> None:
    """There is nowhere to tell it: what was to be done is done all the same."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    done = shell(desk, f"{OBCTL} {words} 2> /dev/full")
    assert done.returncode == 0


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_who_no_longer_reads_remarks_still_reads_data(desk: Desk, unbuffered: str) -> None:
    desk.logged(make_log_entry("sync.started", message="the first"))
    nobody, remarks = os.pipe()
    os.close(nobody)
    with subprocess.Popen(
        [sys.executable, "-m", "obctl", "log", "tail", "-f"],
        env=os.environ | desk.environment | {"PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=remarks,
    ) as process:
        os.close(remarks)
        try:
            assert process.stdout is not None
            assert b"the first" in process.stdout.readline()
            desk.logged(make_log_entry("sync.started", message="the second"))
            assert b"the second" in process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_remark_is_there_when_it_was_made(desk: Desk, unbuffered: str) -> None:
    """Whatever Python was told about buffers: containers set PYTHONUNBUFFERED."""
    with subprocess.Popen(
        [sys.executable, "-m", "obctl", "log", "tail", "-f"],
        env=os.environ | desk.environment | {"PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        late = threading.Timer(60, process.kill)
        late.start()
        try:
            assert process.stderr is not None
            assert process.stderr.readline().startswith(b"times in")
        finally:
            late.cancel()
            process.kill()


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", [*OUTPUTS, "rooms change Atrium --floor 9"])
def test_a_closed_stream_harms_nothing(desk: Desk, words: str, closed: str) -> None:
    """The next file that is opened must not be taken for stdout."""
    assert shell(desk, f"{OBCTL} {words} {closed}").returncode == 0
    assert desk.run("store", "check").exit_code == 0


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
@pytest.mark.parametrize(
    "words", ["planner 2026-09-15 --cached", "rooms list", "config show", "sync status", "doctor"]
)
def test_a_narrow_encoding_breaks_no_picture(read_desk: Desk, words: str, encoding: str) -> None:
    done = shell(read_desk, f"{OBCTL} {words} | cat", PYTHONIOENCODING=encoding, PYTHONUTF8="0",
                 LC_ALL="C")  # fmt: skip
    assert "unexpected" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout


def test_a_narrow_encoding_loses_no_data(desk: Desk) -> None:
    desk.logged(make_log_entry("sync.started", message="Café 日本 ≠"))
    narrow = {"PYTHONIOENCODING": "cp1252"}
    found = shell(desk, f"{OBCTL} log search -o json", **narrow).stdout
    assert json.loads(found)[0]["message"] == "Café 日本 ≠"
    assert found.isascii()
    lines = shell(desk, f"{OBCTL} log search -o csv | iconv -f cp1252 -t utf-8", **narrow).stdout
    assert "Café \\u65e5\\u672c \\u2260" in lines


def test_ctrl_c_at_a_prompt_is_130(desk: Desk) -> None:
    desk.logged(make_log_entry("sync.started", "2020-01-01 09:00"))
    person, program = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "obctl", "log", "prune", "--older-than", "400d"],
        env=os.environ | desk.environment,
        stdin=program,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        said = b""
        while b"for good?" not in said:
            said += os.read(process.stderr.fileno(), 1000)
        process.send_signal(signal.SIGINT)
        said += process.communicate(timeout=60)[1]
    os.close(program)
    os.close(person)
    assert process.returncode == 130
    assert b"interrupted: what was done is done whole" in said
    assert len(json.loads(desk.run("log", "search", "-o", "json").stdout)) == 1


@pytest.mark.parametrize(
    ("variable", "value", "words", "code", "said"),
    [
        ("OBCTL_GRAPH_TOKEN", "a\nb", ("rooms", "discover"), 2, "characters that no token has"),
        ("OBCTL_GRAPH_TOKEN", "tök€n", ("rooms", "discover"), 2, "characters that no token has"),
        ("OBCTL_GRAPH_TOKEN", "a b", ("rooms", "discover"), 2, "characters that no token has"),
        ("OBCTL_HOME", "~nobodyatall/x", ("rooms", "list"), 2, "there is no such user"),
        ("OBCTL_HOME", "/dev/null", ("rooms", "list"), 2, "Not a directory"),
        ("OBCTL_GRAPH_URL", "http://127.0.0.1:99999/v1.0", ("rooms", "discover"), 2, "no web addr"),
        (
            "OBCTL_SANDBOX_URL",
            "http://127.0.0.1:99999/v1.0",
            ("sandbox", "status"),
            2,
            "no sandbox",
        ),
        ("OBCTL_SANDBOX_URL", "http://[::1/v1.0", ("sandbox", "status"), 2, "no sandbox"),
    ],
)
def test_odd_settings_are_named(
    desk: Desk, variable: str, value: str, words: tuple[str, ...], code: int, said: str
) -> None:
    desk.environment[variable] = value
    answer = desk.run(*words)
    assert (answer.exit_code, answer.stdout) == (code, "")
    assert said in answer.stderr
    assert "unexpected" not in answer.stderr


@pytest.mark.parametrize("port", ["70000", "-1"])
@pytest.mark.parametrize("words", [("listen",), ("sandbox", "serve")], ids=" ".join)
def test_a_port_out_of_range_is_refused(desk: Desk, words: tuple[str, ...], port: str) -> None:
    answer = desk.run(*words, "--port", port)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "0<=x<=65535" in answer.stderr
