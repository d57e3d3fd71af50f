"""Options that many commands share, and how their texts become values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.errors import UsageError
from obctl.render.output import Format

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from obctl.domain.time_span import TimeSpan

FormatOption = Annotated[
    Format, typer.Option("--format", "-o", help="table for people; json, jsonl or csv for scripts")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        help="Who does it, for the company log. Default: OBCTL_ACTOR, else your account.",
    ),
]
RoomOption = Annotated[str | None, typer.Option("--room", help="Address or unique name of a room.")]
RoomsOption = Annotated[
    list[str] | None, typer.Option("--room", help="Address or unique name; may be repeated.")
]
LocationOption = Annotated[str | None, typer.Option("--location", help="All rooms of a location.")]
CachedOption = Annotated[
    bool, typer.Option("--cached", help="Outlook as last read, without asking Graph.")
]

_WEEKDAYS = {
    short: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
    for short in (name, name[:3])
}
_DAY_AND_CLOCK = re.compile(r"(\S+) +(\d?\d:\d\d)")
_LONGEST = timedelta(days=365_000)
_DURATION = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m(?:in)?)?")


def parse_day(text: str, *, now: datetime, zone: ZoneInfo) -> date:
    """A day: `2026-10-19`, `today`, `tomorrow`, `yesterday`, `+3` or `-1` from today in `zone`.

    A weekday, or its first three letters, is today or the next such day.
    """
    today = now.astimezone(zone).date()
    words = {"today": 0, "tomorrow": 1, "yesterday": -1}
    lowered = text.strip().lower()
    try:
        if lowered in words:
            return today + timedelta(days=words[lowered])
        if lowered in _WEEKDAYS:
            return today + timedelta(days=(_WEEKDAYS[lowered] - today.weekday()) % 7)
        if lowered[:1] in ("+", "-") and lowered[1:].isdigit():
            day = today + timedelta(days=int(lowered))
        elif len(lowered) != len("2026-10-19"):
            raise ValueError(text)  # noqa: TRY301  the same words for every wrong day
        else:
            day = date.fromisoformat(lowered)
    except OverflowError as error:
        raise _out_of_range(text, "bad-day") from error
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no day",
            hint="use YYYY-MM-DD, today, tomorrow, yesterday, a weekday, +N or -N",
            code="bad-day",
        ) from error
    from obctl.domain.time_span import FIRST_DAY, LAST_DAY

    if not FIRST_DAY <= day <= LAST_DAY:
        raise _out_of_range(text, "bad-day")
    return day


def _out_of_range(text: str, code: str) -> UsageError:
    from obctl.domain.time_span import ACCEPTED

    return UsageError(f"{text!r} is out of range", hint=ACCEPTED, code=code)


def parse_days(first: str, last: str | None, *, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Two days in order; `last` defaults to `first`."""
    start = parse_day(first, now=now, zone=zone)
    end = parse_day(last, now=now, zone=zone) if last else start
    if end < start:
        raise UsageError(f"--to {end} is before {start}", code="bad-day")
    return start, end


def parse_instant(text: str, *, now: datetime, zone: ZoneInfo) -> datetime:
    """An instant: ISO 8601, in `zone` where it names none.

    A day as `parse_day` takes it and an hour work too: `tomorrow 9:00`, `monday 14:00`, `+2 9:00`.
    A wall-clock time that the clocks skip or repeat is refused by name rather than guessed.
    """
    try:
        if day_and_clock := _DAY_AND_CLOCK.fullmatch(text.strip()):
            word, clock = day_and_clock.groups()
            day = parse_day(word, now=now, zone=zone)
            moment = datetime.fromisoformat(f"{day.isoformat()}T{clock.rjust(5, '0')}")
        else:
            moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no time",
            hint="use 2026-10-19T14:00 or `tomorrow 14:00` (in the room's zone), or"
            " 2026-10-19T12:00:00Z",
            code="bad-time",
        ) from error
    from obctl.domain.time_span import is_accepted
    from obctl.domain.wall_clock import of_wall

    if not is_accepted(moment):
        raise _out_of_range(text, "bad-time")
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return of_wall(moment, zone)


def parse_span(
    first: str | None, last: str | None, *, now: datetime, company: ZoneInfo, zone: ZoneInfo
) -> TimeSpan:
    """From `first` to `last`, each a day or a time in `zone`; a last day is included.

    Words such as `today` mean the company's day; a bound that is not given is open.
    """
    from obctl.domain.time_span import EARLIEST, LATEST, TimeSpan

    start = _bound(first, 0, now=now, company=company, zone=zone) if first else EARLIEST
    end = _bound(last, 1, now=now, company=company, zone=zone) if last else LATEST
    if end <= start:
        raise UsageError(f"--to {last} is not after --from {first}", code="bad-time")
    return TimeSpan(start, end)


def _bound(text: str, days: int, *, now: datetime, company: ZoneInfo, zone: ZoneInfo) -> datetime:
    from obctl.domain.time_span import midnight

    try:
        day = parse_day(text, now=now, zone=company)
        return midnight(day + timedelta(days=days), zone)
    except UsageError:
        return parse_instant(text, now=now, zone=zone)


def parse_cause(text: str | None) -> str | None:
    """A cause's code; raises `UsageError` with the nearest for one that there is not."""
    if text is None:
        return None
    from obctl.domain.cause_codes import MEANING

    return _known(text, MEANING, "cause", "`obctl diff` and `obctl cancellations list` show codes")


def parse_actions(glob: str | None) -> str | None:
    """A shell-style pattern of the log's actions; raises `UsageError` where none is like it."""
    if glob is None:
        return None
    from fnmatch import fnmatchcase

    from obctl.domain.company_log import Action

    if any(fnmatchcase(action, glob) for action in Action):
        return glob
    kinds = sorted({f"{action.partition('.')[0]}.*" for action in Action})
    return _known(glob, [*Action, *kinds], "action", f"there are {', '.join(kinds)}")


def _known(text: str, known: Iterable[str], what: str, otherwise: str) -> str:
    from obctl.domain.nearest import meant

    words = list(known)
    if text in words:
        return text
    raise UsageError(
        f"unknown {what} {text!r}", hint=meant(text, words) or otherwise, code=f"unknown-{what}"
    )


def parse_duration(text: str) -> timedelta:
    """A length of time such as `90m`, `1h30m`, `2d`, `26h`; a number without a unit is refused."""
    bare = text.strip()
    if bare.isdecimal():
        raise UsageError(
            f"{text!r} has no unit: minutes, hours or days?",
            hint=f"use {bare}m, {bare}h or {bare}d",
            code="bad-time",
        )
    found = _DURATION.fullmatch(bare.lower())
    if not bare or found is None:
        raise UsageError(f"{text!r} is no duration", hint="use 90m, 1h30m or 2d", code="bad-time")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    try:
        length = timedelta(days=days, hours=hours, minutes=minutes)
    except OverflowError as error:
        raise _too_long(text) from error
    if length > _LONGEST:
        raise _too_long(text)
    return length


def _too_long(text: str) -> UsageError:
    most = f"{_LONGEST.days}d is the most"
    return UsageError(f"{text!r} is too long", hint=most, code="bad-time")


def ensure_at_once(length: timedelta) -> None:
    """Raise `UsageError` for more time than Graph shows at once."""
    from obctl.domain.time_span import MOST_AT_ONCE

    if length > MOST_AT_ONCE:
        raise UsageError(
            f"more than {MOST_AT_ONCE.days} days are asked for at once",
            hint="ask for fewer",
            code="bad-day",
        )
