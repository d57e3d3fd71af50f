"""One company's `sync run` as a process of its own, and what came of it.

A process has a group of its own: Ctrl-C reaches whoever started it, who ends it in order.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from obctl.domain.companies_run import CompanyError, CompanyResult, Outcome, result_of
from obctl.domain.counted import counted

GRACE_SECONDS = 20.0
"""What a process gets to end in order before it is made to."""
_LINES_TOLD = 50


class Children:
    """The processes that are going on; once `stop` was called no more are begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._going: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def start(self, argv: Sequence[str], environment: Mapping[str, str]) -> Any:
        """Begin a process, or `None` where it is too late for that; raises `OSError`."""
        with self._lock:
            if self._stopped:
                return None
            child = subprocess.Popen(  # noqa: S603  obctl itself
                argv,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                process_group=0,
            )
            self._going.add(child)
            return child

    def ended(self, child: subprocess.Popen[str]) -> None:
        with self._lock:
            self._going.discard(child)

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """Begin no more, and ask those that are going on to end in order."""
        with self._lock:
            self._stopped = True
            for child in self._going:
                interrupt(child)

    def kill(self) -> None:
        """Make those that are still going on end."""
        with self._lock:
            for child in self._going:
                kill(child)


def run_company(
    company: str,
    options: Sequence[str],
    before: Sequence[str],
    environment: Mapping[str, str],
    children: Children,
    limit: float,
) -> tuple[CompanyResult, list[str]]:
    """Run one company, `limit` seconds at most; its result, and the lines that it said.

    `before` are words that stand before the command, `options` those after it.
    """
    argv = [sys.executable, "-m", "obctl", *before, "--company", company, "sync", "run"]
    began = time.monotonic()
    try:
        child = children.start([*argv, *options, "--format", "json"], environment)
    except OSError as error:
        words = f"it could not be started: {error.strerror}"
        failed = CompanyError("not-started", words)
        return CompanyResult(company, Outcome.UNEXPECTED, 1, error=failed), []
    if child is None:
        return not_started(company), []
    try:
        shown, said, late = _output_of(child, limit)
    finally:
        children.ended(child)
    seconds = time.monotonic() - began
    problem, lines = _told(said)
    if late and child.returncode != 0:
        problem = CompanyError(
            "timed-out",
            f"it was not done after {limit / 60:.0f} minutes and was ended",
            f"the next run goes on from there; `obctl --company {company} sync run` shows where it"
            " hangs, --timeout gives it more time",
        )
        return CompanyResult(company, Outcome.TIMED_OUT, None, seconds, error=problem), lines
    if children.stopped and _was_ended(child):
        return CompanyResult(company, Outcome.INTERRUPTED, None, seconds), lines
    if child.returncode < 0:
        problem = CompanyError(
            "killed",
            f"its process was killed by {_name_of(-child.returncode)}",
            "the next run goes on from there; too little memory is a common reason",
        )
        return CompanyResult(company, Outcome.KILLED, None, seconds, error=problem), lines
    return result_of(company, child.returncode, _report(shown), problem, seconds=seconds), lines


def not_started(company: str) -> CompanyResult:
    """The result of a company whose turn never came."""
    return CompanyResult(company, Outcome.NOT_STARTED, None)


if sys.platform == "win32":

    def interrupt(child: subprocess.Popen[str]) -> None:
        """End a process that did not hear Ctrl-C, which reaches it through the console."""
        child.terminate()

    def kill(child: subprocess.Popen[str]) -> None:
        """End a process."""
        child.kill()

    def _was_ended(child: subprocess.Popen[str]) -> bool:
        return child.returncode != 0

else:

    def interrupt(child: subprocess.Popen[str]) -> None:
        """Ask a process to end as Ctrl-C does, so that its run is finished in the store."""
        _signal(child, signal.SIGINT)

    def kill(child: subprocess.Popen[str]) -> None:
        """End a process and whatever it started."""
        _signal(child, signal.SIGKILL)

    def _was_ended(child: subprocess.Popen[str]) -> bool:
        """Whether a signal ended it before it could say anything itself."""
        return child.returncode < 0

    def _signal(child: subprocess.Popen[str], number: int) -> None:
        if child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, number)


def _output_of(child: subprocess.Popen[str], limit: float) -> tuple[str, str, bool]:
    """What it wrote to stdout and to stderr, and whether its time was up."""
    with suppress(subprocess.TimeoutExpired):
        return *child.communicate(timeout=limit), False
    interrupt(child)
    try:
        shown, said = child.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        kill(child)
        shown, said = child.communicate()
    return shown, said, True


def _report(shown: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(shown)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "rooms" in found else None


def _told(said: str) -> tuple[CompanyError | None, list[str]]:
    """The error object among the lines of stderr, if any, and the other lines."""
    error: CompanyError | None = None
    lines: list[str] = []
    for line in said.splitlines():
        found = _error(line)
        if found is not None:
            error = found
        elif line.strip():
            lines.append(line)
    return error, list(_shortened(lines))


def _error(line: str) -> CompanyError | None:
    if not line.startswith('{"error"'):
        return None
    try:
        told = json.loads(line)["error"]
        return CompanyError(str(told["code"]), str(told["message"]), told["hint"])
    except (ValueError, KeyError, TypeError):
        return None


def _shortened(lines: Sequence[str]) -> Iterable[str]:
    yield from lines[:_LINES_TOLD]
    if len(lines) > _LINES_TOLD:
        left = counted(len(lines) - _LINES_TOLD, "line")
        yield f"… and {left} more: `sync show` and `log search`"


def _name_of(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
