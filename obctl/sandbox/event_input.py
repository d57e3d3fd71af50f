"""Event JSON from a client: checked, and turned into the fields of an item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from obctl.sandbox.item import Attendee, Item, Person
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.refusal import invalid_property, invalid_request
from obctl.sandbox.times import known_zone, to_wall

_CHOICES = {
    "showAs": ("show_as", ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")),
    "sensitivity": ("sensitivity", ("normal", "personal", "private", "confidential")),
    "importance": ("importance", ("low", "normal", "high")),
    "onlineMeetingProvider": (
        "online_meeting_provider",
        ("unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"),
    ),
}
_FLAGS = {
    "isAllDay": "all_day",
    "isReminderOn": "reminder_on",
    "responseRequested": "response_requested",
    "hideAttendees": "hide_attendees",
    "allowNewTimeProposals": "allow_new_time_proposals",
    "isOnlineMeeting": "is_online_meeting",
}
_ATTENDEE_TYPES = ("required", "optional", "resource")
_MOST_ATTENDEES = 500


def read_event(
    data: object, *, find: Callable[[str, str | None], Person], current: Item | None = None
) -> dict[str, Any]:
    """The item fields that `data` sets; `current` is what a PATCH builds on."""
    if not isinstance(data, Mapping):
        raise invalid_request("The request body must be a JSON object.")
    changes: dict[str, Any] = {}
    for name, (target, allowed) in _CHOICES.items():
        if data.get(name) is not None:
            changes[target] = _choice(name, data[name], allowed)
    for name, target in _FLAGS.items():
        if data.get(name) is not None:
            changes[target] = _flag(name, data[name])
    if data.get("subject") is not None:
        changes["subject"] = str(data["subject"])[:255]
    if data.get("body") is not None:
        changes |= _body(data["body"])
    if data.get("categories") is not None:
        changes["categories"] = tuple(str(one) for one in _collection("categories", data))
    if data.get("reminderMinutesBeforeStart") is not None:
        changes["reminder_minutes"] = _whole("reminderMinutesBeforeStart", data)
    if data.get("attendees") is not None:
        changes["attendees"] = _attendees(_collection("attendees", data), find, current)
    changes |= _locations(data)
    changes |= _times(data)
    all_day = changes.get("all_day", current.all_day if current else False)
    if all_day:
        _check_all_day(changes, current)
    if "recurrence" in data:
        changes |= _recurrence(data["recurrence"], changes, current)
    if current is None and not {"start", "end"} <= changes.keys():
        raise invalid_property("At least one of the required properties is missing: start, end.")
    return changes


def _times(data: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, wall, zone in (("start", "start", "zone"), ("end", "end", "end_zone")):
        if data.get(name) is not None:
            changes[wall], changes[zone] = _wall(name, data[name])
    return changes


def _wall(name: str, value: object) -> tuple[datetime, str]:
    if not isinstance(value, Mapping) or not value.get("dateTime"):
        raise invalid_property(f"The property '{name}' must have a dateTime.")
    zone = known_zone(str(value.get("timeZone") or "UTC"))
    try:
        parsed = datetime.fromisoformat(str(value["dateTime"]))
    except ValueError as error:
        raise invalid_property(f"The dateTime of '{name}' is not valid.") from error
    return (to_wall(parsed, zone) if parsed.tzinfo else parsed), zone


def _check_all_day(changes: Mapping[str, Any], current: Item | None) -> None:
    for name in ("start", "end"):
        wall = changes.get(name, getattr(current, name, None))
        if wall is not None and wall.time() != time():
            raise invalid_request(
                "The Event.Start and Event.End properties of an all day event must be set to "
                "midnight."
            )
    if {"start", "end"} <= changes.keys():
        if changes["zone"] != changes["end_zone"]:
            raise invalid_request(
                "The start and end of an all day event must have the same time zone."
            )
        if changes["end"] <= changes["start"]:
            raise invalid_request("The duration of an all day event must be at least 24 hours.")


def _recurrence(value: object, changes: Mapping[str, Any], current: Item | None) -> dict[str, Any]:
    if value is None:
        if current is None or current.recurrence is None:
            return {}
        return {"recurrence": None, "kind": "singleInstance"}
    start = changes.get("start", current.start if current else None)
    zone = changes.get("zone", current.zone if current else "UTC")
    if start is None:
        raise invalid_property("A series needs a start.")
    found = read_recurrence(value, start=start.date(), zone=zone)
    return {"recurrence": found, "kind": "seriesMaster"}


def _attendees(
    value: list[Any], find: Callable[[str, str | None], Person], current: Item | None
) -> tuple[Attendee, ...]:
    if len(value) > _MOST_ATTENDEES:
        raise invalid_property("An event cannot have more than 500 attendees.")
    known = {one.person.address.lower(): one for one in current.attendees} if current else {}
    found: list[Attendee] = []
    for one in value:
        email = one.get("emailAddress") if isinstance(one, Mapping) else None
        if not isinstance(email, Mapping) or not email.get("address"):
            raise invalid_property("An attendee must have an emailAddress with an address.")
        kind = _choice("type", one.get("type") or "required", _ATTENDEE_TYPES)
        before = known.get(str(email["address"]).lower())
        person = find(str(email["address"]), email.get("name"))
        found.append(
            Attendee(person, kind, before.response, before.responded_at)
            if before
            else Attendee(person, kind)
        )
    return tuple(found)


def _locations(data: Mapping[str, Any]) -> dict[str, Any]:
    if data.get("locations") is not None:
        return {"locations": tuple(_location(one) for one in _collection("locations", data))}
    if data.get("location") is not None:
        return {"locations": (_location(data["location"]),)}
    return {}


def _location(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise invalid_property("A location must be an object.")
    name = str(value.get("displayName") or "")
    shown: dict[str, Any] = {"displayName": name}
    for optional in ("locationEmailAddress", "locationUri", "address", "coordinates"):
        if value.get(optional):
            shown[optional] = value[optional]
    kind = value.get("locationType") or (
        "conferenceRoom" if value.get("locationEmailAddress") else "default"
    )
    unique = value.get("uniqueId") or value.get("locationEmailAddress") or name
    return shown | {
        "locationType": kind,
        "uniqueId": unique,
        "uniqueIdType": "directory" if value.get("locationEmailAddress") else "private",
    }


def _body(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise invalid_property("The property 'body' must be an object.")
    kind = _choice("contentType", value.get("contentType") or "text", ("text", "html"))
    return {"body": str(value.get("content") or ""), "body_type": kind}


def _choice(name: str, value: object, allowed: tuple[str, ...]) -> str:
    for word in allowed:
        if isinstance(value, str) and value.lower() == word.lower():
            return word
    raise invalid_request(f"Requested value '{value}' was not found in the values of '{name}'.")


def _collection(name: str, data: Mapping[str, Any]) -> list[Any]:
    if not isinstance(data[name], list):
        raise invalid_property(f"The property '{name}' must be a collection.")
    return list(data[name])


def _whole(name: str, data: Mapping[str, Any]) -> int:
    if not isinstance(data[name], int) or isinstance(data[name], bool):
        raise invalid_property(f"Cannot convert the value of '{name}' to Edm.Int32.")
    return int(data[name])


def _flag(name: str, value: object) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise invalid_request(f"Cannot convert the value of '{name}' to Edm.Boolean.")
    return value
