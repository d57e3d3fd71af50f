"""obctl typed in processes of their own, each with the fate a test chose for it.

The store changes only by statements, and whatever is written outward lies between two of them: to
die before each statement in turn is to die at every instant that matters. Started as a script, this
is the process that has imported everything and forks a child for each order on its standard input:
the child runs the real command.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from night import Night

RUN = ("sync", "run")


@dataclass(frozen=True, slots=True)
class End:
    """How a command ended: its exit code, or minus the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class KilledProcesses:
    """The test's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(
        self,
        home: Path,
        now: datetime,
        *words: str,
        token: str = "letmein",
        born: Callable[[int], None] = lambda _pid: None,
        **fate: int,
    ) -> End:
        """Type one command; `born` is told its process id.

        Fates: `dies_at` a statement, `pages` the store may still grow by, `bytes` a file may hold,
        `patience` with a locked store in milliseconds.
        """
        environment = {
            "OBCTL_HOME": str(home),
            "OBCTL_COMPANY": "contoso",
            "OBCTL_NOW": now.isoformat(),
            "OBCTL_GRAPH_TOKEN": token,
            "OBCTL_SYNC_FUTURE_DAYS": "30",
        }
        self._tell({"words": words, "environment": environment, **fate})
        born(self._answer())
        return End(*self._answer())

    def close(self) -> None:
        self._process.communicate()

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def dies_at_request(
    night: Night, killed_processes: KilledProcesses, home: Path, number: int, *words: str
) -> End:
    """Type a command that is killed as soon as its n-th request has reached a mailbox."""
    process: queue.SimpleQueue[int] = queue.SimpleQueue()
    left = number

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(process.get(), signal.SIGKILL)

    night.watched.on_call = count
    try:
        return killed_processes.run(home, night.company.now, *words or RUN, born=process.put)
    finally:
        night.watched.on_call = lambda *_: None


def _live(order: dict[str, Any]) -> int:
    from obctl.__main__ import main

    os.environ.update(order["environment"])
    sys.argv = ["obctl", *order["words"]]
    if "bytes" in order:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["bytes"], resource.RLIM_INFINITY))
    left = order.get("dies_at", 0)

    def before_each(_statement: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    connect = sqlite3.connect

    def doomed(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        _curse(connection, order)
        connection.set_trace_callback(before_each)
        return connection

    sqlite3.connect = doomed  # type: ignore[assignment]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _curse(connection: sqlite3.Connection, order: dict[str, Any]) -> None:
    if "pages" in order:
        (now,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {now + order['pages']}")
    if "patience" in order:
        connection.execute(f"PRAGMA busy_timeout = {order['patience']}")


def _serve() -> None:
    # Imported once, for every child.
    import obctl.__main__
    import obctl.cli.app
    import obctl.cli.reservation_changes
    import obctl.cli.sync
    import obctl.engine.run
    import obctl.graph.gateway  # noqa: F401

    for line in sys.stdin:
        # What a command says fits into a pipe, so it can be read once it has ended.
        pipes = (os.pipe(), os.pipe())
        child = os.fork()
        if child == 0:
            for number, (_, there) in enumerate(pipes, start=1):
                os.dup2(there, number)
            os._exit(_live(json.loads(line)))
        _say(child)
        _, status = os.waitpid(child, 0)
        said = [_read(*pipe) for pipe in pipes]
        _say([os.waitstatus_to_exitcode(status), *said])


def _read(here: int, there: int) -> str:
    os.close(there)
    with open(here, encoding="utf-8") as file:
        return file.read()


def _say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
