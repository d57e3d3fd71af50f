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
    sys.stdout, sys.stderr = _fit(sys.stdout), _fit(sys.stderr)


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


class _Output(io.FileIO):
    """A pipe or a file to write to."""

    def write(self, data: Any) -> int:
        global _gone  # noqa: PLW0603  one process, one reader
        try:
            return super().write(data) or 0
        except BrokenPipeError:
            _gone = True
            return len(data)
        except OSError as error:
            raise StoreFull(
                f"the output cannot be written: {error.strerror}",
                hint="what was done is done; `obctl sync history` shows runs",
                code="output-failed",
            ) from error


def _fit(stream: Any) -> Any:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    errors = "backslashreplace" if is_unicode(stream) else "replace"
    if stream.isatty():
        stream.reconfigure(errors=errors)
        return stream
    stream.flush()
    try:
        raw = _Output(stream.fileno(), "wb", closefd=False)
    except (OSError, ValueError):
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=errors,
        line_buffering=stream.line_buffering,
    )
