"""Differences and stories on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obctl.domain.counted import counted
from obctl.domain.zones import zone
from obctl.render.bundle import said_before
from obctl.render.objects import Rooms, at, cause_object, difference_object, unreadable_object
from obctl.render.output import Column, fields, table, text
from obctl.render.times import moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from obctl.domain.agreed_state import AgreedState
    from obctl.domain.causes.story import Story
    from obctl.domain.event import Event
    from obctl.domain.organizer_copy import OrganizerReply
    from obctl.domain.reservation import Reservation

JsonObject = Mapping[str, Any]

_WORDS = {
    "missing_in_officebooking": "not in Officebooking",
    "missing_in_outlook": "not in Outlook",
    "changed": "changed",
    "duplicate": "twice",
    "overlap": "overlap",
}
_SIDE_FIELDS = ("subject", "start", "end", "all_day", "organizer", "status")


def diff_picture(item: JsonObject, zones: Mapping[str, str]) -> list[RenderableType]:
    """Rooms that could not be compared, each difference with cause and remedy, the counts."""
    parts: list[RenderableType] = []
    for room in item["rooms"]:
        for event in room["unreadable"]:
            named = event["event_id"] or "without an id"
            about = f"{named} ({event['subject']!r})" if event["subject"] else named
            words = f"{room['room']}: event {about} cannot be read: {event['wrong']}"
            parts.append(text(f"{words}; the rest is compared", "yellow"))
        if room["condition"] and not room["unreadable"]:
            words = f"{room['room']}: inconclusive, {room['condition']}; not compared"
            parts.append(text(words, "yellow"))
    for number, difference in enumerate(item["differences"], 1):
        parts.append(_headline(number, difference, zones[difference["room"]]))
        parts.append(_details(difference, zones[difference["room"]]))
    parts.append(_summary(item))
    if before := said_before(item):
        parts.append(fields(before))
    return parts


def _headline(number: int, difference: JsonObject, zone_name: str) -> Text:
    words = _WORDS[difference["kind"]]
    line = text(f"{number}. {words}: ", "bold")
    line.append_text(text(difference["subject"] or "(no subject)", "bold"))
    line.append_text(text(f"  {local_span(difference, zone_name)}"))
    return line


def _details(difference: JsonObject, zone_name: str) -> RenderableType:
    cause = difference["cause"]
    reservation = difference["reservation"]
    pairs: list[tuple[str, object]] = [
        ("   room", f"{difference['room']} ({zone_name})"),
        ("   reservation", reservation if reservation is not None else "none"),
    ]
    for name, values in difference["fields"].items():
        ours = _cell(values["officebooking"], name, zone_name).plain
        theirs = _cell(values["outlook"], name, zone_name).plain
        pairs.append((f"   {name}", f"Officebooking {ours}, Outlook {theirs}"))
    pairs.append(("   cause", _cause_text(cause)))
    missed = difference["missed_because"]
    if missed and missed["code"] != cause["code"]:
        pairs.append(("   not seen", f"{missed['code']} ({missed['confidence']})"))
    pairs.append(("   remedy", cause["remedy"]))
    return fields(pairs)


def _cause_text(cause: JsonObject) -> Text:
    shown = text(cause["code"], "cyan")
    shown.append_text(text(f" ({cause['confidence']})"))
    return shown


def _summary(item: JsonObject) -> Text:
    summary = item["summary"]
    days = item["from"] if item["from"] == item["to"] else f"{item['from']} to {item['to']}"
    compared = sum(not room["condition"] or bool(room["unreadable"]) for room in item["rooms"])
    where = counted(compared, "room")
    if not summary["differences"]:
        return text(f"{days}: no differences in {where}")
    causes = ", ".join(f"{count} {code}" for code, count in summary["by_cause"].items())
    found = summary["differences"]
    return text(f"{days}: {counted(found, 'difference')} in {where}: {causes}")


def local_span(item: JsonObject, zone_name: str) -> str:
    """Start and end as people of a zone read them."""
    start = datetime.fromisoformat(item["start"]).astimezone(zone(zone_name))
    end = datetime.fromisoformat(item["end"]).astimezone(zone(zone_name))
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %d %b %H:%M}"
    return f"{start:%a %d %b %H:%M}-{last}"


def story_object(story: Story, rooms: Rooms) -> dict[str, Any]:
    """The JSON object of `explain`."""
    shown = story.reservation or story.event
    unreadable = story.unreadable
    return {
        "item": {
            "room": story.room.mailbox,
            "reservation": story.reservation.number if story.reservation else None,
            "event_id": story.event.id
            if story.event
            else story.reservation.event_id
            if story.reservation
            else unreadable.id
            if unreadable
            else None,
            "subject": shown.subject if shown else unreadable.subject if unreadable else None,
            "start": at(shown.start) if shown else None,
            "end": at(shown.end) if shown else None,
        },
        "officebooking": _side(story.reservation),
        "outlook": _side_of_event(story.event),
        "agreed": _side_agreed(story.agreed),
        "organizer_copy": _organizer_copy(story.organizer),
        "organizer_account": story.account.value if story.account else None,
        "differences": [difference_object(item, rooms) for item in story.differences],
        "normalised": [
            {"field": item.field, "cause": item.cause_code} for item in story.normalised
        ],
        "cause": cause_object(story.cause),
        "missed_because": cause_object(story.missed_because),
        "ruled_out": [{"code": item.code, "test": item.test} for item in story.ruled_out],
        "story": [
            {"at": at(entry.at), "what": f"{entry.action}: {entry.message}", "entry": entry.id}
            for entry in story.story
        ],
        "verdict": story.verdict.verdict.value,
        "condition": story.verdict.condition,
        "unreadable": unreadable_object(unreadable) if unreadable else None,
    }


def _organizer_copy(reply: OrganizerReply | None) -> dict[str, Any] | None:
    if reply is None:
        return None
    copy = reply.copy
    return {
        "says": reply.says.value,
        "start": at(copy.event.start) if copy else None,
        "end": at(copy.event.end) if copy else None,
        "location": copy.location if copy else None,
        "room_response": copy.room_response.value if copy and copy.room_response else None,
        "closed": reply.closed.value if reply.closed else None,
    }


def _side(reservation: Reservation | None) -> dict[str, Any] | None:
    if reservation is None:
        return None
    return {
        "subject": reservation.subject,
        "start": at(reservation.start),
        "end": at(reservation.end),
        "all_day": reservation.all_day,
        "organizer": reservation.organizer.email,
        "status": reservation.status.value,
    }


def _side_of_event(event: Event | None) -> dict[str, Any] | None:
    if event is None:
        return None
    status = "tentative" if event.is_tentative else "confirmed"
    return {
        "subject": event.subject,
        "start": at(event.start),
        "end": at(event.end),
        "all_day": event.all_day,
        "organizer": event.organizer.email,
        "status": status if event.takes_room else "cancelled",
    }


def _side_agreed(agreed: AgreedState | None) -> dict[str, Any] | None:
    if agreed is None:
        return None
    return {
        "subject": agreed.subject,
        "start": at(agreed.start),
        "end": at(agreed.end),
        "all_day": agreed.all_day,
        "organizer": agreed.organizer.email,
        "status": None,
    }


def story_picture(item: JsonObject, zone_name: str) -> list[RenderableType]:
    """Both sides and what they agreed on, the verdict, what it is not, and the log."""
    from rich import box
    from rich.table import Table

    about = item["item"]
    parts: list[RenderableType] = [
        fields(
            [
                ("item", about["subject"]),
                ("room", f"{about['room']} ({zone_name})"),
                ("reservation", about["reservation"] or "none"),
                ("event id", about["event_id"] or "none"),
            ]
        )
    ]
    sides = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in ("", "Officebooking", "Outlook", "agreed"):
        sides.add_column(header, overflow="fold")
    columns = [item[side] or {} for side in ("officebooking", "outlook", "agreed")]
    for name in _SIDE_FIELDS:
        cells = [_cell(column.get(name), name, zone_name) for column in columns]
        sides.add_row(text(name.replace("_", " ")), *cells)
    parts.append(sides)
    parts.append(_verdict(item, zone_name))
    if before := said_before(item):
        parts.append(fields(before))
    if item["story"]:
        parts.append(table(item["story"], _story_columns(zone_name)))
    return parts


def _cell(value: object, name: str, zone_name: str) -> Text:
    if value is None:
        return text("–", "dim")
    if name in ("start", "end"):
        moment = datetime.fromisoformat(str(value)).astimezone(zone(zone_name))
        return text(f"{moment:%a %d %b %H:%M}")
    if isinstance(value, bool):
        return text("yes" if value else "no")
    return text(value)


def _verdict(item: JsonObject, zone_name: str) -> RenderableType:
    cause = item["cause"]
    pairs: list[tuple[str, object]] = []
    if item["condition"]:
        pairs.append(("verdict", text(f"inconclusive: {item['condition']}", "yellow")))
        if unreadable := item["unreadable"]:
            named = unreadable["event_id"] or "without an id"
            pairs.append(("in Outlook", f"event {named} cannot be read: {unreadable['wrong']}"))
            pairs.append(("left alone", "until it can be read; every run asks for it again"))
    elif cause is None:
        pairs.append(("verdict", "both sides are in step"))
    else:
        kinds = ", ".join(_WORDS[found["kind"]] for found in item["differences"])
        kinds = kinds or "both sides are in step, and yet"
        pairs += [
            ("verdict", kinds),
            ("cause", _cause_text(cause)),
            *(("", f"{e['fact']}: {e['value']}") for e in cause["evidence"]),
            ("refuted by", cause["refuted_by"]),
            ("remedy", cause["remedy"]),
        ]
    missed = item["missed_because"]
    if missed and missed["code"] != (cause or {}).get("code"):
        pairs.append(("not seen", f"{missed['code']} ({missed['confidence']})"))
    if copy := item["organizer_copy"]:
        pairs.append(("organiser's copy", _copy_text(copy, zone_name)))
    if account := item["organizer_account"]:
        pairs.append(("organiser's account", _ACCOUNT[account]))
    pairs += [("normalised", f"{n['field']}: {n['cause']}") for n in item["normalised"]]
    pairs += [("ruled out", f"{r['code']}: {r['test']}") for r in item["ruled_out"]]
    return fields(pairs)


_ACCOUNT = {
    "found": "the directory finds it, enabled",
    "found-perhaps-disabled": "the directory finds it, and does not tell whether it is enabled",
    "disabled": "the directory says that it is disabled",
    "not-found": "the directory does not find it",
    "no-answer": "the directory gave no answer, so whether somebody left is not known;"
    " obctl doctor tells what is missing",
}
"""What the directory says of an organiser, in words."""


def _copy_text(copy: JsonObject, zone_name: str) -> str:
    if copy["start"] is None:
        return ": ".join(filter(None, (copy["says"], copy["closed"])))
    answer = f"the room {copy['room_response']}" if copy["room_response"] else "no room invited"
    place = copy["location"] or "no place"
    return f"{copy['says']}, {local_span(copy, zone_name)}, {place}, {answer}"


def _story_columns(zone_name: str) -> list[Column]:
    return [
        Column("entry", lambda o: str(o["entry"]), justify="right", no_wrap=True),
        Column(f"at, {zone_name}", lambda o: moment_text(o["at"], zone_name)[4:], no_wrap=True),
        Column("what", lambda o: o["what"]),
    ]
