"""RFC 5545 rules as people type them, read as recurrences that Graph has a pattern for.

Facts: RFC 5545, 3.3.10.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from dateutil.rrule import rruleset, rrulestr

from obctl.domain.recurrence import DAYS, INDEXES, PatternType, Recurrence
from obctl.domain.time_span import ACCEPTED, FIRST_DAY, LAST_DAY, utc
from obctl.errors import UnsupportedRecurrence

_UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})Z")
_ICAL_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_INDEX_NAME = {number: name for name, number in INDEXES.items()}


def parse_rrule(text: str, start: datetime) -> Recurrence:
    """The Graph recurrence of an RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=MO;COUNT=10`.

    `start` is the first start in the series' own zone. Raises `UnsupportedRecurrence` for what is
    no rule and for what Graph has no pattern for.
    """
    body = text.strip().removeprefix("RRULE:").upper()
    try:
        parts = dict(part.split("=", 1) for part in body.split(";") if part)
        if "UNTIL" in parts:
            last = _last_day(parts["UNTIL"], start)
            if not FIRST_DAY <= last <= LAST_DAY:
                raise _unsupported(text, f"its UNTIL is out of range, {ACCEPTED}")
            parts["UNTIL"] = f"{last:%Y%m%d}"
        body = ";".join(f"{name}={value}" for name, value in parts.items())
        parsed = rrulestr(body, dtstart=datetime.combine(start.date(), datetime.min.time()))
    except UnsupportedRecurrence:
        raise
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise _unsupported(text, "it is no RFC 5545 rule") from error
    if isinstance(parsed, rruleset):
        raise _unsupported(text, "one rule is wanted, not a set")
    unknown = parts.keys() - {
        "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST",
    }  # fmt: skip
    if unknown:
        raise _unsupported(text, f"Outlook has no counterpart for {', '.join(sorted(unknown))}")
    return _from_parts(text, parts, start.date())


def starts_of(text: str, first: datetime) -> Iterator[datetime]:
    """The starts of any RFC 5545 rule, one that Graph has no pattern for too, as aware datetimes.

    The rule counts on the wall clock of the zone of `first`, with which the series begins; without
    an end it goes on and on. Raises `UnsupportedRecurrence` for what is no rule.
    """
    where = first.tzinfo

    def local(match: re.Match[str]) -> str:
        until = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return f"UNTIL={until.astimezone(where):%Y%m%dT%H%M%S}"

    try:
        rule = rrulestr(_UNTIL.sub(local, text.upper()), dtstart=first.replace(tzinfo=None))
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise _unsupported(text, "it is no RFC 5545 rule") from error
    for wall in rule:
        yield wall.replace(tzinfo=where)


def _last_day(until: str, start: datetime) -> date:
    """The last day an UNTIL allows: RFC 5545 has it as a date, local time or UTC, inclusive."""
    if "T" not in until:
        return datetime.strptime(until, "%Y%m%d").date()  # noqa: DTZ007  a date has no zone
    moment = datetime.strptime(until.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007
    if until.endswith("Z"):
        moment = utc(moment.replace(tzinfo=UTC)).astimezone(start.tzinfo).replace(tzinfo=None)
    # a day whose own start lies after UNTIL is not one of the series
    return moment.date() - timedelta(days=1 if moment.time() < start.time() else 0)


def _from_parts(text: str, parts: dict[str, str], start: date) -> Recurrence:
    interval = int(parts.get("INTERVAL", "1"))
    if interval < 1:
        raise _unsupported(text, "INTERVAL must be 1 or more")
    days, ordinal = _by_day(text, parts.get("BYDAY", ""))
    if "BYSETPOS" in parts:
        ordinal = int(parts["BYSETPOS"])
    if ordinal is not None and ordinal not in _INDEX_NAME:
        raise _unsupported(text, "only the first, second, third, fourth or last day can be named")
    month_day = int(parts["BYMONTHDAY"]) if parts.get("BYMONTHDAY", "").isdigit() else None
    if "BYMONTHDAY" in parts and (month_day is None or not 1 <= month_day <= 31):
        raise _unsupported(text, "BYMONTHDAY must be one day from 1 to 31")
    month = int(parts["BYMONTH"]) if parts.get("BYMONTH", "").isdigit() else None
    if "BYMONTH" in parts and month is None:
        raise _unsupported(text, "BYMONTH must be one month")
    kind: PatternType
    match parts["FREQ"]:
        case "DAILY" if not days:
            kind = "daily"
        case "DAILY" | "WEEKLY":
            if ordinal is not None:
                raise _unsupported(text, "a weekly rule names days without a number")
            if days and parts["FREQ"] == "DAILY" and interval != 1:
                raise _unsupported(text, "a daily rule with days must have INTERVAL=1")
            kind = "weekly"
            days = days or (DAYS[start.weekday()],)
        case "MONTHLY":
            kind = "relativeMonthly" if days else "absoluteMonthly"
        case "YEARLY":
            kind = "relativeYearly" if days else "absoluteYearly"
            month = month or start.month
        case other:
            raise _unsupported(text, f"Outlook has no {other.lower()} pattern")
    if kind.startswith("relative") and ordinal is None:
        raise _unsupported(text, "say which one of the month, for example BYDAY=1MO or BYDAY=-1FR")
    until = parts.get("UNTIL")
    return Recurrence(
        type=kind,
        interval=interval,
        start_date=start,
        end_date=datetime.strptime(until[:8], "%Y%m%d").date() if until else None,  # noqa: DTZ007
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        days=days,
        day_of_month=(month_day or start.day) if kind.startswith("absolute") else None,
        month=month if kind.endswith("Yearly") else None,
        index=_INDEX_NAME[ordinal] if ordinal is not None else "first",
        first_day=_day_name(text, parts["WKST"]) if "WKST" in parts else "monday",
    )


def _by_day(text: str, value: str) -> tuple[tuple[str, ...], int | None]:
    days: list[str] = []
    ordinals: set[int] = set()
    for item in filter(None, value.split(",")):
        days.append(_day_name(text, item[-2:]))
        if item[:-2]:
            ordinals.add(int(item[:-2]))
    if len(ordinals) > 1:
        raise _unsupported(text, "Outlook allows one number for all days")
    return tuple(days), ordinals.pop() if ordinals else None


def _day_name(text: str, code: str) -> str:
    if code not in _ICAL_DAYS:
        raise _unsupported(text, f"{code!r} is no weekday")
    return DAYS[_ICAL_DAYS.index(code)]


def _unsupported(text: str, why: str) -> UnsupportedRecurrence:
    return UnsupportedRecurrence(
        f"cannot repeat by {text!r}: {why}",
        hint='for example --repeat "FREQ=WEEKLY;BYDAY=MO;COUNT=10"',
    )
