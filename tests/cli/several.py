"""Several companies in one home, each in front of its own Graph, and a night over all of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from builders import make_room
from desk import WIDTH
from new_company import new_company

from obctl.store.database import open_store
from obctl.store.rooms import add_room

NIGHT = "2026-10-19T05:30:00Z"


class Home:
    """A folder of companies; `run` types a command, `start` begins one and goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("OBCTL_")},
            "OBCTL_HOME": str(folder),
            "OBCTL_GRAPH_TOKEN": "any",
            "OBCTL_NOW": NIGHT,
            "COLUMNS": str(WIDTH),
            "NO_COLOR": "1",
        }

    def company(self, name: str, url: str, *rooms: str) -> None:
        """Make a company with rooms of these addresses, its Graph at `url`."""
        config = new_company(self.folder, name, {"graph.url": url, "graph.credential": "token"})
        store = open_store(config.store_path)
        for mailbox in rooms:
            add_room(store, make_room(mailbox=mailbox, object_id=None, last_synced_at=None))
        store.close()

    def run(
        self, *words: str, stderr: int | IO[str] = subprocess.PIPE
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._argv(words),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._argv(words),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def pid_of_run(self, company: str) -> int | None:
        """The process that runs a company now, once it has said so."""
        try:
            return int((self.folder / company / "run.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    @staticmethod
    def _argv(words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "obctl", *words]


@contextmanager
def silence() -> Iterator[str]:
    """The address of a Graph that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1.0"
