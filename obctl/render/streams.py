"""stdout and stderr as they really are: a pipe whose reader left, a full disk, few characters.

`obctl … | head` ends as it would without `head`: what is not read is not written, and the exit code
stays what the command has to say.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any

from obctl.errors import StoreFull

_gone = False


def reader_is_gone() -> bool:
    """Whether nobody reads stdout any more: what goes on for ever, or is long, may end."""
    return _gone


def reader_left() -> None:
    """Say that nobody reads on: a pager was left."""
    global _gone  # noqa: PLW0603  one process, one reader
    _gone = True


def is_unicode(stream: Any) -> bool:
    """Whether every character can be written as it is; a pipe on Windows may know few."""
    return (
        (getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")
    )


def prepare() -> None:
    """Make the process's streams fit for this; once, before anything is written."""
    # Closed ones first: the next file that is opened, a store say, would be stdout otherwise.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    sys.stdout, sys.stderr = _fit(sys.stdout, _Data), _fit(sys.stderr, _Remarks)


def run(command: Callable[[], None]) -> None:
    """Run a command to its end, what is still to be written included."""
    try:
        command()
    finally:
        _flush()


def _flush() -> None:
    try:
        sys.stdout.flush()
    except StoreFull as error:
        print(f"error: {error.message}", file=sys.stderr)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        sys.exit(error.exit_code)


class _Remarks(io.FileIO):
    """stderr: once it fails nothing is written any more, and there is nowhere to tell it."""

    _over = False
    whole: Any = None
    """The stream it stands for, which would be closed if nobody held it."""

    def write(self, data: Any) -> int:
        if self._over:
            return len(data)
        try:
            return super().write(data) or 0
        except OSError as error:
            self._over = True
            self.failed(error)
            return len(data)

    def failed(self, error: OSError) -> None:
        """What is to be done goes on without a word: a full disk under a log ends no night."""


class _Data(_Remarks):
    """stdout: what fails is told once."""

    def failed(self, error: OSError) -> None:
        global _gone  # noqa: PLW0603  one process, one reader
        if not isinstance(error, BrokenPipeError):
            raise StoreFull(
                f"the output cannot be written: {error.strerror}",
                hint="what was done is done; `obctl sync history` shows runs",
                code="output-failed",
            ) from error
        _gone = True


def _fit(stream: Any, kind: type[_Remarks]) -> Any:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    errors = "backslashreplace" if is_unicode(stream) else "replace"
    if stream.isatty():
        stream.reconfigure(errors=errors)
        return stream
    stream.flush()
    try:
        raw = kind(stream.fileno(), "wb", closefd=False)
        raw.whole = stream
    except (OSError, ValueError):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=errors,
        # PYTHONUNBUFFERED makes it the other: no line waits for the next
        line_buffering=stream.line_buffering or stream.write_through,
    )
