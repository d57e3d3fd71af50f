"""How a series looks: what it repeats by, and each of its dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from obctl.domain.counted import counted
from obctl.domain.series.meets_now import in_words
from obctl.domain.series.overview import DateState, SeriesDate
from obctl.render.objects import Rooms, at
from obctl.render.output import Column, JsonObject, fields, table, text
from obctl.render.reservations import person_text
from obctl.render.times import day_text, moment_text, when_column

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from obctl.domain.series.overview import Series

_STYLES = {
    DateState.MOVED: "yellow",
    DateState.CHANGED: "yellow",
    DateState.CANCELLED: "dim",
    DateState.CANCELLATION_REQUEST: "yellow",
    DateState.CALLED_OFF: "dim",
    DateState.WITHOUT_RESERVATION: "red",
}


def series_object(found: Series, rooms: Rooms) -> dict[str, Any]:
    """The series for scripts; `dates` in the order in which the series has them."""
    first, seen = found.reservation, found.overview
    recurrence = seen.pattern.recurrence if seen.pattern else None
    return {
        "number": first.number,
        "subject": first.subject,
        "organizer": {"name": first.organizer.name, "email": first.organizer.email},
        "room": found.room.mailbox,
        "room_name": found.room.name,
        "time_zone": found.room.time_zone,
        "all_day": first.all_day,
        "master_id": first.series_master_id,
        "meets": in_words(recurrence) if recurrence else None,
        "first_day": recurrence.start_date.isoformat() if recurrence else None,
        "last_day": _day(recurrence.last_date) if recurrence else None,
        "condition": found.condition,
        "read_until": at(seen.read_until),
        "not_read": seen.not_read,
        "next": _date_object(seen.next, seen.length, rooms) if seen.next else None,
        "exceptions": len(seen.exceptions),
        "dates": [_date_object(item, seen.length, rooms) for item in seen.dates],
    }


def _date_object(item: SeriesDate, length: timedelta, rooms: Rooms) -> dict[str, Any]:
    reservation = item.reservation
    return {
        "planned": at(item.planned),
        "planned_end": at(item.planned + length),
        "state": item.state.value,
        "changed": list(item.changed),
        "number": reservation.number if reservation else None,
        "start": at(reservation.start) if reservation else None,
        "end": at(reservation.end) if reservation else None,
        "room": rooms.mailbox(reservation.room) if reservation else None,
        "room_name": rooms.name(reservation.room) if reservation else None,
        "subject": reservation.subject if reservation else None,
        "external_state": int(reservation.external_state) if reservation else None,
    }


def series_picture(item: JsonObject) -> list[RenderableType]:
    """The series in words, and its dates as a table."""
    zone = item["time_zone"]
    following = item["next"]
    rows = [
        {
            **date,
            "start": date["start"] or date["planned"],
            "end": date["end"] or date["planned_end"],
            "all_day": item["all_day"],
        }
        for date in item["dates"]
    ]
    pairs = [
        ("subject", item["subject"]),
        ("room", f"{item['room_name']} ({item['room']})"),
        ("organizer", person_text(item["organizer"])),
        ("meets", _meets(item)),
        ("next", _next(following, zone) if following else "no date ahead is reserved"),
        ("dates", _counted(item["dates"])),
        ("not read", _not_read(item)),
    ]
    return [
        fields(
            ((name, value) for name, value in pairs if value),
            title=f"series of reservation {item['number']}",
        ),
        "",
        table(rows, _columns(rows, zone)),
    ]


def _columns(rows: Sequence[JsonObject], zone: str) -> Sequence[Column]:
    return [
        Column("no.", lambda o: str(o["number"] or ""), justify="right", no_wrap=True),
        when_column(rows, lambda _o: zone),
        Column("state", lambda o: _state(o, zone), ratio=1),
    ]


def _state(date: JsonObject, zone: str) -> Text:
    state = DateState(date["state"])
    words = state.value.replace("-", " ")
    if state is DateState.MOVED and "start" in date["changed"]:
        words += f" from {moment_text(date['planned'], zone)}"
    if state in (DateState.MOVED, DateState.CHANGED):
        others = [name for name in date["changed"] if name != "start"]
        if "room" in others:
            words += f", in {date['room_name']}"
        rest = [name for name in others if name != "room"]
        if rest:
            words += f", another {' and '.join(rest)}"
    return text(words, _STYLES.get(state, ""))


def _meets(item: JsonObject) -> str:
    if item["meets"] is None:
        return "not known: Outlook was not asked" if not item["condition"] else "not known"
    if item["last_day"] is None:
        return f"{item['meets']}, without end"
    return f"{item['meets']}, until {day_text(date.fromisoformat(item['last_day']))}"


def _next(date: JsonObject, zone: str) -> str:
    return f"{moment_text(date['start'], zone)} ({zone}), reservation {date['number']}"


def _counted(dates: Sequence[JsonObject]) -> str:
    words = [counted(len(dates), "date")]
    for state in DateState:
        number = sum(date["state"] == state for date in dates)
        if number and state is not DateState.AS_PLANNED:
            words.append(f"{number} {state.value.replace('-', ' ')}")
    return ", ".join(words)


def _not_read(item: JsonObject) -> str:
    until = item["read_until"]
    if until is None:
        return "the room was never read"
    if item["meets"] is None or item["not_read"] == 0:
        return ""
    shown = moment_text(until, item["time_zone"])
    if item["not_read"] is None:
        return f"what comes after {shown}"
    return f"{counted(item['not_read'], 'date')} after {shown}"


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
