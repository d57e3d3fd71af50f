"""What waits for its turn in a pass, kept on disk beside the store.

A calendar read in full takes megabytes, and every room of a tenant may have to wait. The file has
no name: it goes with the process, however that ends.
"""

from __future__ import annotations

import errno
import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

import zstandard

from obctl.errors import StoreFailing, StoreFull

Value = TypeVar("Value")
_FAST = 1


@dataclass(frozen=True, slots=True)
class Spooled:
    """Where something lies."""

    start: int
    length: int


class Spool(Generic[Value]):
    """Holds values for one pass; `folder` is on the disk that has room for the store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def put(self, value: Value) -> Spooled:
        """Put a value away. Raises `StoreFull` or `StoreFailing`."""
        # Nobody but this process writes or reads the file: pickle has nothing to fear from it.
        data = zstandard.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), _FAST)
        with self._translated():
            file = self._opened()
            start = file.seek(0, os.SEEK_END)
            file.write(data)
            file.flush()
        return Spooled(start, len(data))

    def get(self, place: Spooled) -> Value:
        """The value that was put there; it stays. Raises `StoreFailing`."""
        with self._translated():
            file = self._opened()
            file.seek(place.start)
            data = file.read(place.length)
        value: Value = pickle.loads(zstandard.decompress(data))  # noqa: S301
        return value

    def close(self) -> None:
        """Let go of everything."""
        if self._file is not None:
            with suppress(OSError):  # what a full disk did not take is not wanted any more
                self._file.close()

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        return self._file

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StoreFull(
                    f"no space is left in {self._folder}; nothing was half written",
                    hint="free some space, then run the command again",
                ) from error
            raise StoreFailing(
                f"{self._folder} cannot be written: {error}; nothing was half written",
                hint="check the disk, its space and its quota, then run the command again",
            ) from error
