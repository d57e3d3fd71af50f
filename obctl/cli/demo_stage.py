"""The demo's stage: a folder, a sandbox, a listener, one clock for all, and obctl to type on it.

Every command is a real process. Each claim about what it did is checked; the first one that does
not hold ends the demo.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import obctl
from obctl.cli.demo_processes import serve, start, stop
from obctl.cli.demo_screen import Screen
from obctl.errors import ObctlError
from obctl.sandbox.remote import call

_PATIENCE_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.5  # each look is a process
TOKEN = "demo"  # noqa: S105  the sandbox takes any

Claim = Callable[[Any], bool]


class Stage:
    """A company and its tenant in `folder`, for as long as the block lasts."""

    def __init__(self, folder: Path, screen: Screen, clock: datetime) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.state = folder / "tenant.state"
        self.screen = screen
        self.now = clock
        self.url = ""
        self.listener_url = ""
        self._sandbox: subprocess.Popen[str] | None = None
        self._listener: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        try:
            self._sandbox, ready = self._serve(
                ["sandbox", "serve", "--port", "0", "--state", str(self.state), "-o", "json"]
            )
            self.url = str(ready["url"])
            call(self.url, "POST", "clock", {"freeze": True})
            self.go_to(self.now)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def exports(self) -> dict[str, str]:
        """What a shell has to export to go on where the demo stopped."""
        return {
            "OBCTL_HOME": str(self.home),
            "OBCTL_GRAPH_TOKEN": TOKEN,
            "OBCTL_NOW": _instant(self.now),
            "OBCTL_SANDBOX_URL": self.url,
        }

    def go_to(self, moment: datetime) -> None:
        """It is `moment`, on Exchange and at the keyboard; what was due meanwhile has happened."""
        self.now = moment
        call(self.url, "POST", "clock", {"set": _instant(moment)})

    def run(self, *words: str, exits: int = 0, most: tuple[int, int] | None = None) -> None:
        """Type a command; what it says is shown, and it has to end with `exits`."""
        self.screen.command(words)
        with self._start(words, shown=True) as process:
            said, _ = process.communicate()
        self._show(words, process.returncode, said, exits, most)

    def look(
        self, *words: str, holds: str, where: Claim, exits: int = 0,
        most: tuple[int, int] | None = None,
    ) -> Any:  # fmt: skip
        """Type a command that only reads, and check what its `-o json` says at the same time."""
        self.screen.command(words)
        with (
            self._start(words, shown=True) as process,
            self._start([*words, "-o", "json"], shown=False) as twin,
        ):
            said, _ = process.communicate()
            found = self._answer(twin, words, exits)
        self._show(words, process.returncode, said, exits, most)
        self.check(found, holds, where)
        return found

    def ask(self, *words: str, exits: int = 0) -> Any:
        """What a command says with `-o json`; nothing is shown."""
        with self._start([*words, "-o", "json"], shown=False) as process:
            return self._answer(process, words, exits)

    def check(self, found: Any, holds: str, where: Claim) -> None:
        """End the demo unless what was found is as the story says."""
        if not _is(found, where):
            raise self._broken(f"this did not hold: {holds}")

    def wait(self, *words: str, holds: str, where: Claim) -> Any:
        """Ask again and again until it is as the story says."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not _is(found := self.ask(*words), where):
            if time.monotonic() > until:
                raise self._broken(f"this did not come true: {holds}")
            time.sleep(_LOOK_AGAIN_SECONDS)
        return found

    def watch(self, *words: str, holds: str, where: Claim) -> Any:
        """Type a command once what it says is as the story says."""
        found = self.wait(*words, holds=holds, where=where)
        self.run(*words)
        return found

    def outlook(self, sentence: str, *steps: dict[str, Any]) -> None:
        """Somebody does something in Outlook, and Exchange has the seconds it needs for it."""
        self.screen.meanwhile(sentence)
        for step in steps:
            call(self.url, "POST", "act", step)
        call(self.url, "POST", "clock", {"advance": "10s"})

    def listen(self) -> None:
        """Start `obctl listen` in the background; it stays until the stage or `deafen` ends it."""
        port = self.listener_url.rpartition(":")[2].partition("/")[0] or "0"
        words = ["listen", "--port", port, "--debounce", "1", "-o", "json"]
        self.screen.command(words, background=True)
        self._listener, ready = self._serve(words)
        self.listener_url = str(ready["url"])
        self.screen.output(json.dumps(ready))

    def deafen(self) -> None:
        """End the listener."""
        if self._listener is not None:
            stop(self._listener)
            self._listener = None

    def _show(
        self, words: Sequence[str], code: int, said: str, exits: int, most: tuple[int, int] | None
    ) -> None:
        self.screen.output(said, most if code == exits else None)
        if code != exits:
            raise self._broken(f"`obctl {' '.join(words)}` ended with {code}, not {exits}")

    def _serve(self, words: Sequence[str]) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        complaints = self.folder / f"{words[0]}.err"
        process, ready = serve(words, self._environment(shown=False), self.folder, complaints)
        if ready is None:
            raise self._broken(f"`obctl {' '.join(words)}` did not start")
        return process, ready

    def _start(self, words: Sequence[str], *, shown: bool) -> subprocess.Popen[str]:
        return start(words, self._environment(shown=shown), self.folder, together=shown)

    def _answer(self, process: subprocess.Popen[str], words: Sequence[str], exits: int) -> Any:
        said, complaint = process.communicate()
        if process.returncode != exits:
            raise self._broken(
                f"`obctl {' '.join(words)} -o json` ended with {process.returncode}, not {exits}:"
                f" {complaint.strip()}"
            )
        return json.loads(said)

    def _environment(self, *, shown: bool) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OBCTL_")}
        kept |= self.exports | {
            "OBCTL_SYNC_CONCURRENCY": "1",  # one room after the other: the same numbers every time
            "LOGNAME": "support",
            "COLUMNS": str(self.screen.width),
            "PYTHONUNBUFFERED": "1",  # so that remarks stand where they were made
            "PYTHONIOENCODING": "utf-8",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(Path(obctl.__file__).parents[1]), kept.get("PYTHONPATH")])
            ),
        }
        kept.pop("FORCE_COLOR", None)
        if shown and self.screen.colour:
            kept |= {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0"}
        return kept

    def _broken(self, message: str) -> ObctlError:
        listener = self.folder / "listen.err"
        said = listener.read_text(encoding="utf-8").strip() if listener.exists() else ""
        return ObctlError(
            message,
            code="demo",
            hint=f"the listener said: {said}" if said else "obctl demo --keep keeps the folder",
        )

    def _end(self) -> None:
        self.deafen()
        if self._sandbox is not None:
            stop(self._sandbox)


def _is(found: Any, where: Claim) -> bool:
    try:
        return where(found)
    except (KeyError, IndexError, TypeError):  # less was found than the claim speaks of
        return False


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
