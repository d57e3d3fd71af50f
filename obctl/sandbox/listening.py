"""`obctl listen` as a process beside a sandbox, for scenarios that need live notifications."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from obctl.errors import ObctlError
from obctl.sandbox.server import SandboxServer

_SECONDS = 30.0
_PAUSE = 0.05


class Listener:
    """Starts and ends one listener."""

    def __init__(self, environment: Callable[[], Mapping[str, str]], server: SandboxServer) -> None:
        self._environment = environment
        self._server = server
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> None:
        """Start it and wait until it is ready."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "obctl", "listen", "--port", "0", "--debounce", "0.2",
             "-o", "json"],
            env=dict(self._environment()),
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )  # fmt: skip
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self.stop()
            raise ObctlError("obctl listen did not start")
        self.url = str(json.loads(line)["url"])

    def finish(self) -> None:
        """Wait until everything is delivered, then let it drain and end."""
        deadline = time.monotonic() + _SECONDS
        while self._server.service.subscriptions.owes() and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        self.stop()

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
