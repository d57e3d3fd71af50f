"""A pager for what is longer than the terminal: `OBCTL_PAGER`, else `PAGER`, else `less -FRX`.

Nothing goes through one where stdout is no terminal. Whoever leaves it early has read enough: the
rest is not written, and the command ends with the exit code that it has.
"""

from __future__ import annotations

import io
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any

from obctl.render import streams

_DEFAULT = "less"
_LESS = "FRX"  # ends by itself where all fits, keeps colours, leaves what was read on the screen
_environment: Mapping[str, str] | None = None


def set_pager(environment: Mapping[str, str] | None) -> None:
    """Page as these variables say; not at all with `None`, with `NO_PAGER`, or without a pager."""
    global _environment  # noqa: PLW0603  one process, one terminal
    _environment = None if environment is None or environment.get("NO_PAGER") else environment


def command_in(environment: Mapping[str, str]) -> list[str] | None:
    """The pager's command; `None` where nothing is to be paged."""
    named = environment.get("OBCTL_PAGER", environment.get("PAGER", _DEFAULT))
    try:
        words = shlex.split(named)
    except ValueError:
        return None
    if environment.get("TERM") == "dumb" or not words or words == ["cat"]:
        return None
    return words if shutil.which(words[0]) else None


@contextmanager
def paged() -> Iterator[None]:
    """Within, what is printed goes through the pager once it is longer than the terminal."""
    real = sys.stdout
    if _environment is None or isinstance(real, _Paged) or not real.isatty():
        yield
        return
    command = command_in(_environment)
    if command is None:
        yield
        return
    out = _Paged(real, command, {"LESS": _LESS, **_environment})
    sys.stdout = out
    try:
        yield
    finally:
        sys.stdout = real
        out.end()


class _Paged(io.TextIOBase):
    """stdout, kept back until it is longer than the terminal, and then the pager's."""

    def __init__(self, real: Any, command: list[str], environment: Mapping[str, str]) -> None:
        self._real = real
        self._command = command
        self._environment = environment
        self._size = shutil.get_terminal_size()
        self._kept: list[str] = []
        self._lines = 0
        self._to: IO[str] | None = None
        self._pager: subprocess.Popen[str] | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return str(getattr(self._real, "encoding", None) or "utf-8")

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._real.fileno())

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self._to is not None:
            self._write(text)
            return len(text)
        self._kept.append(text)
        folded = (max(0, len(line) - 1) // self._size.columns for line in text.split("\n"))
        self._lines += text.count("\n") + sum(folded)
        if self._lines >= self._size.lines:
            self._start()
        return len(text)

    def end(self) -> None:
        """Write what was kept back, or wait until the pager is left; Ctrl-C is the pager's."""
        if self._to is None:
            self._to = self._real
            self._write("".join(self._kept))
        while self._pager is not None:
            try:
                with suppress(OSError):
                    self._to.close()
                self._pager.wait()
                self._pager = None
            except KeyboardInterrupt:
                continue

    def _start(self) -> None:
        try:
            self._pager = subprocess.Popen(  # noqa: S603  as the person at the terminal set it
                self._command,
                stdin=subprocess.PIPE,
                env=dict(self._environment),
                encoding=self.encoding,
                errors="backslashreplace",
            )
            self._to = self._pager.stdin
        except OSError:
            self._to = self._real
        kept, self._kept = "".join(self._kept), []
        self._write(kept)

    def _write(self, text: str) -> None:
        if self._pager is not None and streams.reader_is_gone():
            return
        try:
            if self._to is not None:
                self._to.write(text)
                if self._pager is not None:
                    self._to.flush()
        except BrokenPipeError:
            streams.reader_left()
