"""How reservations look: a list, and one with everything about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from obctl.domain.enums import ExternalState
from obctl.render.output import Column, JsonObject, fields, table, text
from obctl.render.times import moment_text, span_text, when_column

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

STATE_WORDS: Mapping[int, tuple[str, str]] = {
    ExternalState.NOT_ON_OUTLOOK: ("not on Outlook", "dim"),
    ExternalState.IN_STEP: ("in step", "green"),
    ExternalState.PUSH_PENDING: ("push pending", "yellow"),
    ExternalState.PUSH_FAILED: ("push failed", "red"),
    ExternalState.CANCELLATION_REQUEST: ("cancellation request", "yellow"),
    ExternalState.CANCELLED: ("cancelled", "dim"),
}


def state_text(item: JsonObject) -> Text:
    """The external state, number and word; a tentative reservation says so too."""
    number = item["external_state"]
    word, style = STATE_WORDS.get(number, ("", ""))
    shown = text(f"{number} {word}", style)
    if item["status"] == "tentative":
        shown.append(", tentative", style="yellow")
    return shown


def reservation_columns(objects: Sequence[JsonObject], zones: Mapping[str, str]) -> list[Column]:
    """The columns of a list; `zones` names each room's zone by mailbox."""
    return [
        Column("no.", lambda o: str(o["number"]), justify="right", no_wrap=True),
        when_column(objects, lambda o: zones[o["room"]]),
        Column("room", lambda o: o["room_name"]),
        Column("subject", _subject, ratio=1),
        Column("state", state_text),
    ]


def reservation_picture(item: JsonObject, zone_name: str) -> list[RenderableType]:
    """One reservation: what it is, its link to Outlook, its services."""
    start, end = item["start"], item["end"]
    where = f"{item['room_name']} ({item['room']})"
    pairs: list[tuple[str, object]] = [
        ("subject", item["subject"]),
        ("room", where if item["location"] is None else f"{where}, {item['location']}"),
        ("when", _when(start, end, zone_name, all_day=item["all_day"])),
        ("organizer", person_text(item["organizer"])),
        ("status", item["status"]),
        ("external state", state_text({**item, "status": ""})),
        ("made in", {"outlook": "Outlook"}.get(item["source"], "Officebooking")),
        ("attendees", item["attendees"]),
        ("notes", item["notes"]),
    ]
    if item["series"]:
        original = moment_text(item["series"]["original_start"], zone_name)
        pairs.append(("in a series", f"date {original} ({zone_name})" if original else "yes"))
    pairs += [
        ("event id", item["event_id"]),
        ("iCalUId", item["ical_uid"]),
        ("created", f"{moment_text(item['created_at'], zone_name)} ({zone_name})"),
        ("updated", f"{moment_text(item['updated_at'], zone_name)} ({zone_name})"),
    ]
    drawn: list[RenderableType] = [
        fields(
            ((name, value) for name, value in pairs if value not in (None, "")),
            title=f"reservation {item['number']}",
        )
    ]
    if item["services"]:
        drawn += ["", table(item["services"], SERVICES)]
    return drawn


def person_text(person: Mapping[str, str | None]) -> str:
    """`Name <address>`, or what is known of the two."""
    name, email = person["name"], person["email"]
    if name and email and name != email:
        return f"{name} <{email}>"
    return name or email or ""


def service_state(item: JsonObject) -> Text:
    if item["status"] == "cancelled":
        by = item.get("cancelled_by")
        if item.get("cancelled_with") == "meeting":
            return text("cancelled with its meeting", "dim")
        return text(f"cancelled by {by}" if by else "cancelled", "dim")
    return text("ordered, locked" if item["locked"] else "ordered")


SERVICES = (
    Column("service", lambda o: str(o["id"]), justify="right", no_wrap=True),
    Column("kind", lambda o: o["kind"], no_wrap=True),
    Column("quantity", lambda o: str(o["quantity"]), justify="right", no_wrap=True),
    Column("description", lambda o: o["description"], ratio=1),
    Column("state", service_state),
)


def _subject(item: JsonObject) -> Text:
    drawn = text(item["subject"] or "(no subject)", "" if item["subject"] else "dim")
    ordered = sum(service["status"] == "ordered" for service in item["services"])
    if ordered:
        drawn.append(f" +{ordered} service{'s' if ordered > 1 else ''}", style="dim")
    return drawn


def _when(start: str, end: str, zone_name: str, *, all_day: bool) -> str:
    from datetime import datetime

    return span_text(
        datetime.fromisoformat(start), datetime.fromisoformat(end), zone_name, all_day=all_day
    )
