"""Cancellation requests on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obctl.domain.counted import counted
from obctl.domain.event import person
from obctl.domain.time_span import utc
from obctl.domain.zones import zone
from obctl.render.objects import at, event_object
from obctl.render.output import Column, fields

if TYPE_CHECKING:
    from rich.console import RenderableType

    from obctl.domain.sync.status_info import StatusInfo

JsonObject = Mapping[str, Any]


def local(item: str, zone_name: str) -> str:
    """An instant's text as people of a zone read it."""
    return f"{utc(datetime.fromisoformat(item)).astimezone(zone(zone_name)):%a %d %b %H:%M}"


def where_text(item: JsonObject) -> str:
    """The room and the start of a request's reservation, in the reservation's zone."""
    reservation = item["reservation"]
    zone_name = reservation["time_zone"]
    return f"{reservation['room_name']}, {local(reservation['start'], zone_name)} ({zone_name})"


def impact_text(item: JsonObject) -> str:
    """What was ordered and goes if the request is approved; empty for nothing."""
    impact = item["impact"]
    parts = []
    if impact["catering_for"]:
        parts.append(f"catering for {impact['catering_for']}")
    if impact["visitors"]:
        parts.append(counted(impact["visitors"], "visitor"))
    if impact["services"] and not parts:
        parts.append(counted(impact["services"], "service"))
    return ", ".join(parts)


def _why(item: JsonObject) -> str:
    impact = impact_text(item)
    return f"{item['reason']}: {impact}" if impact else str(item["reason"])


COLUMNS = [
    Column("id", lambda o: str(o["id"]), justify="right", no_wrap=True),
    Column("reservation", lambda o: f"{o['reservation']['number']} {o['reservation']['subject']}"),
    Column("room, start", where_text),
    Column("why it waits", _why),
    Column("status", lambda o: o["status"], no_wrap=True),
]


def picture(item: JsonObject) -> RenderableType:
    """One request in full."""
    reservation = item["reservation"]
    cause = item["cause"]
    pairs: list[tuple[str, object]] = [
        ("request", f"{item['id']}, {item['status']}"),
        ("reservation", f"{reservation['number']} {reservation['subject']}"),
        ("room", f"{reservation['room_name']} ({reservation['room']})"),
        ("time", _span(reservation)),
        ("organiser", _person(reservation["organizer"])),
        ("external state", item["external_state"]),
        ("reason", item["reason"]),
    ]
    if cause:
        pairs += [
            ("cause", f"{cause['code']} ({cause['confidence']})"),
            *(("", f"{e['fact']}: {e['value']}") for e in cause["evidence"]),
            ("refuted by", cause["refuted_by"]),
        ]
    pairs.append(("approval cancels", impact_text(item) or "the reservation alone"))
    if item["series_now"]:
        pairs.append(("series", f"its series {series_text(item)}"))
        if item["status"] == "open" and (keep := how_to_keep(item)):
            pairs.append(("to keep services", keep))
    if item["decided_at"]:
        pairs.append(("decided", f"{item['decided_at']} by {item['decided_by']}"))
    if item["note"]:
        pairs.append(("note", item["note"]))
    return fields(pairs)


def series_text(item: JsonObject) -> str:
    """Where the series of a request meets now: pattern and dates, with their reservations."""
    series, zone_name = item["series_now"], item["reservation"]["time_zone"]
    following, nearest = series["next"], series["nearest"]
    said = f"meets {series['meets']} now"
    if following is None:
        return f"{said}; no date of it is reserved yet"
    said += f", next on {_date(following, zone_name)}"
    if nearest["reservation"] != following["reservation"]:
        said += f", nearest to this date on {_date(nearest, zone_name)}"
    return said


def how_to_keep(item: JsonObject) -> str | None:
    """The commands that take what is ordered along, to the nearest date of the series."""
    ordered = [s["id"] for s in item["reservation"]["services"] if s["status"] == "ordered"]
    nearest = item["series_now"]["nearest"]
    if not ordered or nearest is None:
        return None
    ids = " ".join(map(str, ordered))
    return (
        f"obctl services move {ids} --to {nearest['reservation']},"
        f" then obctl cancellations approve {item['id']}"
    )


def _date(date: JsonObject, zone_name: str) -> str:
    return f"{local(date['start'], zone_name)} (reservation {date['reservation']})"


def _span(reservation: JsonObject) -> str:
    zone_name = reservation["time_zone"]
    start, end = local(reservation["start"], zone_name), local(reservation["end"], zone_name)
    return f"{start} to {end} {zone_name}"


def _person(person: JsonObject) -> str:
    name, email = person["name"], person["email"]
    return f"{name} <{email}>" if name and email else name or email or ""


def status_object(info: StatusInfo) -> dict[str, Any]:
    """`{request, asked_at, outlook, event, last_known, series}`; originals as Graph sent them."""
    from obctl.domain.foreign_text import read_json

    event = None
    if info.event is not None:
        event = {
            **event_object(info.event),
            "room": info.room.mailbox if info.room else None,
            "original": read_json(info.event.payload) if info.event.payload else None,
        }
    return {
        "request": info.request,
        "asked_at": at(info.asked_at),
        "outlook": info.outlook.value,
        "event": event,
        "last_known": read_json(info.last_known) if info.last_known else None,
        "series": info.series
        and {
            "meets": info.series.meets,
            "next": at(info.series.next),
            "nearest": at(info.series.nearest),
            "room": info.room.mailbox if info.room else None,
            "on_other_days": info.series.on_other_days,
        },
    }


_MEANING = {
    "present": "the meeting is there: the next sync run closes the request",
    "cancelled": "its organiser cancelled it",
    "moved": "the meeting is elsewhere now",
    "gone": "no mapped room has it any more",
    "unknown": "Outlook could not be asked everywhere",
}


_LEFT_OUT = {
    True: "its series meets on other days now",
    False: "the date was taken out of its series, which goes on",
}


def _meets(series: JsonObject, zone_name: str) -> str:
    """Where a living series meets: pattern, next date, room."""
    said = f"meets {series['meets']}, next on {local(series['next'], zone_name)}"
    if series["nearest"] and series["nearest"] != series["next"]:
        said += f", nearest to this date on {local(series['nearest'], zone_name)}"
    return f"{said} in {series['room']}" if series["room"] else said


def status_picture(item: JsonObject, zone_name: str) -> list[RenderableType]:
    """What Outlook has now, beside the last known original; times in the room's zone."""
    series = item["series"]
    meaning = _LEFT_OUT[series["on_other_days"]] if series else _MEANING[item["outlook"]]
    pairs: list[tuple[str, object]] = [
        ("request", item["request"]),
        ("asked", f"{local(item['asked_at'], zone_name)} ({zone_name})"),
        ("outlook", f"{item['outlook']}: {meaning}"),
    ]
    if series:
        pairs.append(("series", _meets(series, zone_name)))
    now = fields(pairs)
    event, last = item["event"] or {}, item["last_known"] or {}
    from rich import box
    from rich.table import Table

    from obctl.render.output import text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in (f"({zone_name})", "last known", "now"):
        table.add_column(header, overflow="fold")
    original = event.get("original") or {}
    if original.get("type") == "seriesMaster":
        # the series goes on without the date: its own first time and state would mislead
        original = {**original, "start": None, "end": None, "isCancelled": True}
    for label, pick in _ROWS:
        table.add_row(text(label), text(pick(last, zone_name)), text(pick(original, zone_name)))
    if event.get("room"):
        table.add_row(text("room"), text(""), text(event["room"]))
    return [now, table]


def _address(original: JsonObject, _zone_name: str) -> str:
    shown = (original.get("organizer") or {}).get("emailAddress") or {}
    found = person(shown.get("name"), shown.get("address"))
    return " ".join(filter(None, [found.name, f"<{found.email}>" if found.email else None]))


def _moment(value: JsonObject | None, zone_name: str) -> str:
    """Graph's dateTimeTimeZone, which is UTC because every request asks for that."""
    text = str((value or {}).get("dateTime") or "")[:19]
    return local(f"{text}+00:00", zone_name) if text else ""


def _changed(original: JsonObject, zone_name: str) -> str:
    text = str(original.get("lastModifiedDateTime") or "")[:19]
    return local(f"{text}+00:00", zone_name) if text else ""


_ROWS = (
    ("subject", lambda o, _zone: o.get("subject")),
    ("start", lambda o, zone_name: _moment(o.get("start"), zone_name)),
    ("end", lambda o, zone_name: _moment(o.get("end"), zone_name)),
    ("organiser", _address),
    ("cancelled", lambda o, _zone: {True: "yes", False: "no"}.get(o.get("isCancelled"))),
    ("changed", _changed),
)
