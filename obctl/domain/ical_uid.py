"""What `iCalUId` tells: which meeting an event belongs to, and when it was first created.

Exchange's ids are Global Object IDs in hexadecimal ([MS-OXOCAL] 2.2.1.27). Whether `iCalUId`
differs between the occurrences of a series is disputed, so everybody compares series keys.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from obctl.domain.event import SeriesKey

_CLASS = bytes.fromhex("040000008200E00074C5B7101A82E008")
_DATE = slice(16, 20)
_BIRTH = slice(20, 28)
_HEADER = 40  # class, date, birth, eight reserved bytes, size
_FOREIGN = b"vCal-Uid"
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def _ticks(year: int) -> int:
    """The FILETIME with which a year begins: tenths of microseconds since 1601."""
    return (datetime(year, 1, 1, tzinfo=UTC) - _FILETIME_EPOCH) // timedelta(microseconds=1) * 10


_PLAUSIBLE = range(_ticks(1990), _ticks(2200))


@dataclass(frozen=True, slots=True)
class GlobalObjectId:
    """One `iCalUId`, read. An id of another make gives a series key and nothing else."""

    series_key: SeriesKey
    born_at: datetime | None = None
    instance_date: date | None = None
    foreign_origin: bool = False


@lru_cache(maxsize=8192)
def read_ical_uid(text: str) -> GlobalObjectId:
    """What an `iCalUId` says; never fails, for other calendars put any text there."""
    text = text.strip()
    raw = _bytes(text)
    if raw is None:
        return GlobalObjectId(_digest(text))
    day = raw[_DATE]
    if any(day):
        raw = raw[: _DATE.start] + bytes(4) + raw[_DATE.stop :]
    return GlobalObjectId(
        series_key=_digest(raw.hex().upper()),
        born_at=_birth(raw[_BIRTH]),
        instance_date=_day(day),
        foreign_origin=raw[_HEADER:].startswith(_FOREIGN),
    )


def without_date(text: str) -> str:
    """The `iCalUId` of the series that a date with its own id belongs to; others are their own."""
    if read_ical_uid(text).instance_date is None:
        return text
    digits = text.strip()
    return digits[: 2 * _DATE.start] + "0" * 8 + digits[2 * _DATE.stop :]


def _bytes(text: str) -> bytes | None:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    return raw if raw.startswith(_CLASS) and len(raw) >= _HEADER else None


def _digest(text: str) -> SeriesKey:
    return SeriesKey(
        hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
    )


def _day(raw: bytes) -> date | None:
    """The original date of an exception; all zeros for a whole series or a single event."""
    if not any(raw):
        return None
    try:
        return date(int.from_bytes(raw[:2], "big"), raw[2], raw[3])
    except ValueError:
        return None


def _birth(raw: bytes) -> datetime | None:
    """FILETIME: 100 ns since 1601. Zero, and noise in ids of other makes, is no birth."""
    ticks = int.from_bytes(raw, "little")
    if ticks not in _PLAUSIBLE:
        return None
    return _FILETIME_EPOCH + timedelta(microseconds=ticks // 10)
