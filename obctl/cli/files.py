"""Files that commands write: whole or not at all, and mostly readable by their owner alone."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from obctl.errors import UsageError

_FOR_ALL = 0o644


def write_whole(path: Path, pieces: Iterable[str], *, for_all: bool = False) -> int:
    """Write text to `path`, replacing a file that is there; returns the number of pieces.

    `for_all`: everybody on this machine may read it.
    """
    number = 0
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _cannot(path, error) from error
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:  # noqa: PTH123  a handle
            for piece in pieces:
                file.write(piece)
                number += 1
            if for_all:
                Path(name).chmod(_FOR_ALL)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise _cannot(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)
    return number


def _cannot(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror}", code="bad-file")
