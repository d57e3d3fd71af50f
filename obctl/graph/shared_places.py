"""The places of each mailbox, shared by all processes of one company.

Exchange counts four requests in flight per app and mailbox (Microsoft Graph throttling limits,
"Outlook service limits"), whichever process sends them: `listen` and a nightly `sync run` together
may have no more than either alone. One file in the company's folder stands for all mailboxes: a
place is one byte of it that a process has locked. The bytes need not exist, so the file stays
empty; the operating system unlocks them when their process ends, killed or not.

Measured on two busy cores, Python 3.11, Linux: taking and giving back one place costs 14 µs where
nobody else wants it, without waiting and on no other thread, in a `$batch` 10 µs for each mailbox.
A first night of 500 rooms with 400 events each makes 2,025 requests, so 0.03 of its 23 CPU seconds:
against a bare client `tests/benchmarks/nights.py` gave 2.91, 3.05 and 3.02 with places and 3.04,
3.19 and 3.31 without, in turns, which is to say no difference. To find out whether another process
runs would cost as much, so places are always taken. The `filelock` package, with a file for each,
took 160 to 200 µs.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from zlib import crc32

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PER_MAILBOX = 4
PATIENCE = 150.0
"""Seconds until a place is done without: a request ends sooner, so who has it stands still."""
BRIEFLY = 2.0
"""The same once that happened, of any mailbox: whoever stands still has places of many."""
_PAUSE = 0.02  # seconds between two looks at places that others have
_STRIDE = 8  # bytes for each mailbox: its places, and the turn to take some
_MAILBOXES = 2**28  # times the stride: as far as Windows locks
_HELD = (BlockingIOError, PermissionError)
"""How the systems say that a byte is somebody else's; whatever else goes wrong is no lock at all,
on a network drive without any, and stops nobody."""
_OPEN: dict[Path, _Bytes] = {}
_OPENING = threading.Lock()


class SharedPlaces:
    """Places in one file; made by `shared_places`."""

    def __init__(self, file: _Bytes, patience: float = PATIENCE) -> None:
        self._file = file
        self._patience = patience
        self._kept: set[int] = set()
        """The first bytes of mailboxes whose places were not to be had, until they are again."""

    @asynccontextmanager
    async def held(self, asked: Mapping[str, int]) -> AsyncIterator[None]:
        """Hold so many places of each mailbox, at most all; waits while other processes have them.

        In one order for everybody, so that no two wait for each other.
        """
        wanted = Counter[int]()
        for mailbox, places in asked.items():
            wanted[first_of(mailbox)] += places
        mine: list[int] = []
        try:
            for first in sorted(wanted):
                await self._collect(first, min(wanted[first], PER_MAILBOX), mine)
            yield
        finally:
            self._file.give_back(mine)

    async def _collect(self, first: int, places: int, mine: list[int]) -> None:
        """One at a time collects: two that want all places would hold half of them each."""
        turn: list[int] = []
        try:
            if not await self._one_of([first + PER_MAILBOX], turn):
                self._kept.add(first)
                return
            for _ in range(places):
                if not await self._one_of(range(first, first + PER_MAILBOX), mine):
                    self._kept.add(first)
                    return
            self._kept.discard(first)
        finally:
            self._file.give_back(turn)

    @property
    def _longest(self) -> float:
        return min(BRIEFLY, self._patience) if self._kept else self._patience

    async def _one_of(self, some: Sequence[int], mine: list[int]) -> bool:
        """Take one of `some` bytes; `False` where patience ends first."""
        now = asyncio.get_running_loop().time
        begun = now()
        while (taken := self._file.take_one(some)) is None:
            if now() >= begun + self._longest:
                return False
            await asyncio.sleep(_PAUSE)
        mine.append(taken)
        return True


class _Bytes:
    """Bytes that this process locks in a file; no two who ask hold the same.

    The system's locks are the process's own: it unlocks them all as soon as the file is closed
    anywhere in the process, and hands a byte to whoever of it asks twice. So a file is opened once,
    and what is held is known here too.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._held: set[int] = set()
        self._changing = threading.Lock()
        self.users = 0

    def take_one(self, some: Sequence[int]) -> int | None:
        with self._changing:
            for byte in some:
                if byte not in self._held and _lock(self._file, byte):
                    self._held.add(byte)
                    return byte
        return None

    def give_back(self, some: Sequence[int]) -> None:
        with self._changing:
            for byte in some:
                _unlock(self._file, byte)
                self._held.discard(byte)

    def close(self) -> None:
        os.close(self._file)


@contextmanager
def shared_places(path: Path, patience: float = PATIENCE) -> Iterator[SharedPlaces | None]:
    """The places in the file at `path`, which is made where it is missing.

    `None` where no file can be opened, on a full disk or a read-only one: nobody stops for it.
    """
    path = path.resolve()
    try:
        file = _open(path)
    except OSError:
        yield None
        return
    try:
        yield SharedPlaces(file, patience)
    finally:
        with _OPENING:
            file.users -= 1
            if not file.users:
                del _OPEN[path]
                file.close()


def _open(path: Path) -> _Bytes:
    with _OPENING:
        file = _OPEN.setdefault(path, _OPEN.get(path) or _Bytes(path))
        file.users += 1
        return file


def first_of(mailbox: str) -> int:
    """The byte of a mailbox's first place; the rare two with the same one share their places."""
    return crc32(mailbox.casefold().encode()) % _MAILBOXES * _STRIDE


if sys.platform == "win32":

    def _lock(file: int, byte: int) -> bool:
        os.lseek(file, byte, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return not isinstance(error, _HELD)
        return True

    def _unlock(file: int, byte: int) -> None:
        os.lseek(file, byte, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:

    def _lock(file: int, byte: int) -> bool:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
        except OSError as error:
            return not isinstance(error, _HELD)
        return True

    def _unlock(file: int, byte: int) -> None:
        with suppress(OSError):
            fcntl.lockf(file, fcntl.LOCK_UN, 1, byte)
