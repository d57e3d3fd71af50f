"""obctl typed in processes of their own, each with the fate a test chose for it.

The store changes only by statements, and whatever is written outward lies between two of them: to
die before each statement in turn is to die at every instant that matters. Started as a script, this
is the process that has imported everything and forks a child for each order on its standard input:
the child runs the real command.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class End:
    """How a command ended: its exit code, or minus the signal that killed it."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Mortals:
    """The test's end of the pipe."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._folder = tempfile.TemporaryDirectory()

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
        folder = self._folder.name
        order = {"words": words, "environment": environment, "folder": folder, **fate}
        self._tell(order)
        born(self._answer())
        code = self._answer()
        out, err = (Path(folder, name).read_text("utf-8") for name in ("out", "err"))
        return End(code, out, err)

    def close(self) -> None:
        self._process.communicate()
        self._folder.cleanup()

    def _tell(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _answer(self) -> int:
        assert self._process.stdout is not None
        return int(json.loads(self._process.stdout.readline()))


def _live(order: dict[str, Any]) -> int:
    from obctl.cli.app import main

    for number, name in ((1, "out"), (2, "err")):
        file = os.open(Path(order["folder"], name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, number)
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
    import obctl.cli.app
    import obctl.cli.reservation_changes
    import obctl.cli.sync
    import obctl.engine.sync
    import obctl.graph.gateway  # noqa: F401

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(_live(json.loads(line)))
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve()
