"""`--debug`: a file that is worth attaching to a question.

It is written line by line, so that it tells of a command that was killed, too.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from obctl import __version__
from obctl.cli.debug_masking import Masking
from obctl.domain.http_exchange import HttpExchange

KEPT = 20
_LIBRARIES = ("typer", "rich", "msgspec", "msgraph-sdk", "azure-identity", "aiohttp", "httpx")
_HEAD = """\
obctl wrote this because of --debug. Names, addresses and subjects are masked, texts within quotes
are left out, and there are no tokens and no bodies of requests in it; ids, hosts, paths of files
and times are as they are. Look it over before you send it."""


class DebugFile(logging.Handler):
    """One command's file; it also takes what the `obctl` logger says."""

    def __init__(self, path: Path, file: TextIO, masking: Masking) -> None:
        super().__init__(logging.DEBUG)
        self.path = path
        self._file = file
        self._masking = masking
        self._began = time.monotonic()
        self._sent: Counter[str] = Counter()

    def line(self, text: str) -> None:
        """One line, with the seconds since the command began."""
        try:
            self._file.write(f"{time.monotonic() - self._began:8.3f} {text}\n")
            self._file.flush()
        except (OSError, ValueError):
            return  # a full disk ends no command

    def heard(self, exchange: HttpExchange) -> None:
        """A request that was sent, with its answer, if one came."""
        known = exchange.client_request_id or ""
        self._sent[known] += 1
        again = f" (sent {self._sent[known]} times)" if known and self._sent[known] > 1 else ""
        self.line(f"{self._masking.request(exchange)}{again}")
        for one in self._masking.batched(exchange):
            self.line(f"    {one}")

    def emit(self, record: logging.LogRecord) -> None:
        self.line(f"{record.levelname} {record.name}: {self._masking.message(record.getMessage())}")
        if record.exc_info and record.exc_info[1] is not None:
            self.failed(record.exc_info[1])

    def failed(self, error: BaseException) -> None:
        """An error with its traceback; what is quoted in its words is left out."""
        for line in _traceback(error, self._masking):
            self.line(line)

    def end(self, code: object) -> None:
        self.line(f"ended with {code}")
        self._file.close()


def open_debug_file(
    home: Path, environment: Mapping[str, str], rooms: Sequence[tuple[str, str]]
) -> DebugFile:
    """A new file in the home folder, else in the one for temporary files; the oldest are removed.

    `rooms` are addresses and names. Raises `OSError` where no file can be made at all.
    """
    name = f"obctl-{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.log"
    folder = home / ".debug"
    try:
        if not home.is_dir():
            raise FileNotFoundError(home)
        folder.mkdir(mode=0o700, exist_ok=True)
        path, file = _made(folder / name)
    except OSError:
        path, file = _made(Path(tempfile.gettempdir()) / name)
    else:
        prune(folder)
    return DebugFile(path, file, Masking(environment, rooms))


def prune(folder: Path) -> None:
    """Keep the newest files of a folder."""
    for old in sorted(folder.glob("obctl-*.log"), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)


def _made(path: Path) -> tuple[Path, TextIO]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return path, os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace")


def introduction(
    masking: Masking, words: Sequence[str], environment: Mapping[str, str], known: Sequence[str]
) -> Iterator[str]:
    """What a reader has to know first: which obctl, where, and what it was asked."""
    import platform
    import sqlite3
    from importlib.metadata import PackageNotFoundError, version

    yield from _HEAD.splitlines()
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    yield f"obctl {__version__}, Python {python}, SQLite {sqlite}"
    yield f"{platform.platform()}, encoding {sys.getfilesystemencoding()}"
    found = []
    for library in _LIBRARIES:
        try:
            found.append(f"{library} {version(library)}")
        except PackageNotFoundError:
            found.append(f"{library} missing")
    yield ", ".join(found)
    yield f"at {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    yield f"command: obctl {masking.command_line(words, known)}"
    yield from masking.environment(environment)


def _traceback(error: BaseException, masking: Masking) -> Iterator[str]:
    told = traceback.TracebackException.from_exception(error)
    chain = []
    now: traceback.TracebackException | None = told
    while now is not None:
        chain.append(now)
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    for one in reversed(chain):
        yield "traceback:"
        for frame in one.stack:
            where = frame.filename.replace("\\", "/").rpartition("/site-packages/")[2]
            where = where if "/obctl/" not in where else f"obctl/{where.rpartition('/obctl/')[2]}"
            yield f"    {where}:{frame.lineno} in {frame.name}"
        kind = one.exc_type.__name__ if one.exc_type else "error"
        yield f"{kind}: {masking.message(str(one))}"
