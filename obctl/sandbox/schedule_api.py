"""Routes that compute: free/busy of several mailboxes, and ids in the other id space."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from obctl.sandbox.directory_api import working_hours
from obctl.sandbox.identity import immutable_id, ordinary_id
from obctl.sandbox.item import Shown
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.refusal import Refusal, invalid_request
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service
from obctl.sandbox.times import known_zone, to_utc, to_wall, wall_text

_MOST_SCHEDULES = 20
_LONGEST = timedelta(days=62)
_MOST_ENTRIES = 1000
_MOST_IDS = 1000
_DIGITS = {"free": 0, "tentative": 1, "busy": 2, "oof": 3, "workingElsewhere": 0}


def get_schedule(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """Free/busy of up to twenty mailboxes; a mailbox's own trouble stands inside the 200."""
    service.mailbox(user)
    data = request.parameters()
    schedules = data.get("schedules")
    if not isinstance(schedules, list) or not schedules:
        raise invalid_request("The property 'schedules' is required.")
    if len(schedules) > _MOST_SCHEDULES:
        raise Refusal(400, "ErrorInvalidParameter", "The number of schedules must not exceed 20.")
    start, end = _moment(data, "startTime"), _moment(data, "endTime")
    if end <= start or end - start >= _LONGEST:
        raise Refusal(
            400, "ErrorTimeIntervalTooBig", "The requested time duration must be under 62 days."
        )
    step = data.get("availabilityViewInterval", 30)
    if not isinstance(step, int) or not 5 <= step <= 1440:
        raise invalid_request("The interval must lie between 5 and 1440 minutes.")
    zone = request.style().zone
    found = [
        _schedule(service, str(name), start, end, timedelta(minutes=step), zone)
        for name in schedules
    ]
    return answer_json(
        {"@odata.context": f"{request.base}/$metadata#Collection(scheduleInformation)",
         "value": found}
    )  # fmt: skip


def translate_ids(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """Ordinary ids as immutable ones, and the other way round."""
    mailbox = service.mailbox(user)
    data = request.parameters()
    ids = data.get("inputIds") or []
    target = str(data.get("targetIdType") or "")
    if not isinstance(ids, list) or len(ids) > _MOST_IDS:
        raise invalid_request("The number of ids must not exceed 1000.")
    if target not in ("restId", "restImmutableEntryId"):
        raise invalid_request(f"Conversion to '{target}' is not supported.")
    return answer_json(
        {
            "@odata.context": f"{request.base}/$metadata#Collection(convertIdResult)",
            "value": [_translated(mailbox, str(one), target) for one in ids],
        }
    )


def _translated(mailbox: Mailbox, source: str, target: str) -> dict[str, Any]:
    try:
        item, day = mailbox.find(source)
    except Refusal as error:
        return {
            "sourceId": source,
            "errorDetails": {"code": error.code, "message": error.message},
        }
    made = (
        ordinary_id(mailbox.id, item.entry, day)
        if target == "restId"
        else immutable_id(mailbox.id, item.key, day)
    )
    return {"sourceId": source, "targetId": made}


def _moment(data: dict[str, Any], name: str) -> datetime:
    value = data.get(name)
    if not isinstance(value, dict) or not value.get("dateTime"):
        raise invalid_request(f"The property '{name}' is required.")
    zone = known_zone(str(value.get("timeZone") or "UTC"))
    try:
        parsed = datetime.fromisoformat(str(value["dateTime"]))
    except ValueError as error:
        raise invalid_request(f"The property '{name}' is not a valid DateTime.") from error
    return to_utc(to_wall(parsed, zone) if parsed.tzinfo else parsed, zone)


def _schedule(
    service: Service, name: str, start: datetime, end: datetime, step: timedelta, zone: str
) -> dict[str, Any]:
    mailbox = service.exchange.directory.visible(name)
    if mailbox is None:
        return {
            "scheduleId": name,
            "error": {
                "message": f"The Client Access server couldn't find the recipient {name}.",
                "responseCode": "ErrorMailRecipientNotFound",
            },
        }
    permissions = service.exchange.directory.permissions
    if not permissions.reads(
        mailbox.owner.address, room=mailbox.kind == "room", calls=permissions.schedules
    ):
        return {
            "scheduleId": name,
            "error": {
                "message": "The caller does not have access to free/busy data.",
                "responseCode": "ErrorNoFreeBusyAccess",
            },
        }
    busy = [shown for shown in mailbox.view(start, end) if _status(shown) != "free"]
    busy.sort(key=lambda shown: shown.start_at)
    if len(busy) > _MOST_ENTRIES:
        return {
            "scheduleId": name,
            "error": {
                "message": "There are too many entries in the requested time window.",
                "responseCode": "5006",
            },
        }
    return {
        "scheduleId": name,
        "availabilityView": _view(busy, start, end, step),
        "scheduleItems": [_entry(shown, zone) for shown in busy],
        "workingHours": working_hours(mailbox),
    }


def _view(busy: list[Shown], start: datetime, end: datetime, step: timedelta) -> str:
    digits = []
    at = start
    while at < end:
        until = at + step
        digits.append(
            max(
                (
                    _DIGITS[_status(shown)]
                    for shown in busy
                    if shown.start_at < until and shown.end_at > at
                ),
                default=0,
            )
        )
        at = until
    return "".join(str(digit) for digit in digits)


def _entry(shown: Shown, zone: str) -> dict[str, Any]:
    item = shown.item
    private = item.sensitivity in ("private", "confidential")
    entry: dict[str, Any] = {"isPrivate": private, "status": _status(shown)}
    if not private:
        place = item.locations[0]["displayName"] if item.locations else ""
        entry |= {"subject": item.subject, "location": place}
    return entry | {
        "start": {"dateTime": wall_text(to_wall(shown.start_at, zone)), "timeZone": zone},
        "end": {"dateTime": wall_text(to_wall(shown.end_at, zone)), "timeZone": zone},
    }


def _status(shown: Shown) -> str:
    if shown.item.is_cancelled:
        return "free"
    return shown.item.show_as if shown.item.show_as in _DIGITS else "busy"
