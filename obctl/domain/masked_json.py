"""JSON without what it tells of people: Graph's originals, and objects of our own.

A short list says which properties are what, and which are harmless; everything else that is text is
masked, since Graph adds properties and people write names anywhere. So are the names of properties
that nobody knows, and numbers that may be a place or a telephone's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from obctl.domain.masked_message import Sentences
from obctl.domain.masking import ADDRESS, Mask

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]{5,16}(?:Z|[+-]\d\d:\d\d)?)?")

_WORDS = frozenset({
    "type", "showAs", "sensitivity", "importance", "response", "contentType", "locationType",
    "uniqueIdType", "onlineMeetingProvider", "firstDayOfWeek", "daysOfWeek", "changeType",
    "lifecycleEvent", "index",
})  # fmt: skip
GRAPH_WORDS = frozenset({
    "singleInstance", "occurrence", "exception", "seriesMaster", "required", "optional",
    "resource", "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly",
    "relativeYearly", "endDate", "noEnd", "numbered", "free", "tentative", "busy", "oof",
    "workingElsewhere", "unknown", "normal", "personal", "private", "confidential", "low", "high",
    "none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded", "text",
    "html", "default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates",
    "streetAddress", "hotel", "restaurant", "localBusiness", "postalAddress", "locationStore",
    "directory", "bing", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer", "sunday",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "created", "updated",
    "deleted", "missed", "subscriptionRemoved", "reauthorizationRequired", "first", "second",
    "third", "fourth", "last",
})  # fmt: skip
"""What Graph's own enumerations may say (resource types event, location and subscription)."""
_INSTANTS = frozenset({
    "time", "dateTime", "createdDateTime", "lastModifiedDateTime", "originalStart", "startDate",
    "endDate", "subscriptionExpirationDateTime",
})  # fmt: skip
_ZONES = frozenset({
    "timeZone", "originalStartTimeZone", "originalEndTimeZone", "recurrenceTimeZone",
})  # fmt: skip
_NAMES = frozenset({"name", "displayName"})
_NUMBERS = frozenset({
    "reminderMinutesBeforeStart", "interval", "dayOfMonth", "month", "numberOfOccurrences",
})  # fmt: skip
_IDS = frozenset({
    "id", "uid", "iCalUId", "changeKey", "seriesMasterId", "occurrenceId", "transactionId",
    "tenantId", "subscriptionId", "@odata.etag", "cancelledOccurrences", "uniqueId",
})  # fmt: skip
_OTHERS = frozenset({
    "subject", "address", "emailAddress", "organizer", "attendees", "status", "start", "end",
    "location", "locations", "body", "bodyPreview", "content", "recurrence", "pattern", "range",
    "responseStatus", "isAllDay", "isCancelled", "isOrganizer", "isDraft", "isReminderOn",
    "isOnlineMeeting", "responseRequested", "allowNewTimeProposals", "hideAttendees",
    "hasAttachments", "categories", "webLink", "onlineMeeting", "onlineMeetingUrl", "joinUrl",
    "coordinates", "locationUri", "proposedNewTime", "singleValueExtendedProperties", "value",
    "extensions", "attachments", "@odata.type", "@odata.id", "resource", "resourceData",
    "clientState", "encryptedContent", "error", "code", "message", "innerError",
})  # fmt: skip
_KNOWN = _WORDS | _INSTANTS | _ZONES | _NAMES | _NUMBERS | _IDS | _OTHERS


def masked_original(value: Any, mask: Mask) -> Any:
    """Outlook's JSON in the same shape."""
    return _original(value, "", mask)


def _original(value: Any, key: str, mask: Mask) -> Any:
    match value:
        case Mapping():
            return {
                name if name in _KNOWN else mask.identifier(str(name)): _original(
                    item, str(name), mask
                )
                for name, item in value.items()
            }
        case list():
            return [_original(item, key, mask) for item in value]
        case str():
            return _text_of_graph(value, key, mask)
        case bool() | None:
            return value
        case _:  # a number
            return value if key in _NUMBERS else None


def _text_of_graph(value: str, key: str, mask: Mask) -> str:
    if key in _WORDS and value in GRAPH_WORDS:
        return value
    if key in _INSTANTS and _INSTANT.fullmatch(value):
        return value
    if key == "@odata.type" and re.fullmatch(r"#[Mm]icrosoft\.graph\.[A-Za-z]{1,40}", value):
        return value
    if key in _ZONES:
        return mask.time_zone(value)
    if key in _NAMES:
        return mask.name(value)
    if key == "subject":
        return mask.subject(value)
    if key in _IDS:
        return mask.identifier(value)
    kind, colon, rest = value.rpartition(":")
    if kind.casefold() in ("", "smtp") and ADDRESS.fullmatch(rest):
        return f"{kind}{colon}{mask.address(rest)}"
    return mask.text(value)


_OUR_ADDRESSES = frozenset({"email", "mailbox", "room"})
_OUR_NAMES = frozenset({"name", "room_name", "location", "floor", "decided_by"})
_OUR_SUBJECTS = frozenset({"subject", "event_subject"})
_OUR_TEXTS = frozenset({"notes", "note", "description"})
_OUR_IDS = frozenset({
    "event_id", "ical_uid", "master_id", "series_master_id", "transaction_id", "change_key",
    "series_key", "object_id", "place_id", "mailbox_id",
})  # fmt: skip
_OUR_CODES = frozenset({
    "code", "confidence", "cause", "kind", "status", "verdict", "condition", "field", "says",
    "closed", "room_response", "response", "organizer_account", "fact", "action", "reason",
    "automate_processing",
})  # fmt: skip
"""Words that programs compare: they stay also where a meeting is called so."""
_SIDES = frozenset({"officebooking", "outlook", "agreed", "from", "to", "before", "after", "value"})
"""Keys that say whose a value is; what it is, the key above says."""


def masked_object(value: Any, mask: Mask, sentences: Sentences) -> Any:
    """An object of ours in the same shape; what is unknown is taken for a sentence."""
    return _ours(value, "", mask, sentences)


def _ours(value: Any, key: str, mask: Mask, sentences: Sentences) -> Any:
    match value:
        case Mapping():
            about = _about(value, key)
            return {
                sentences.code(str(name)): _ours(
                    item, about if name in _SIDES and about else str(name), mask, sentences
                )
                for name, item in value.items()
            }
        case list() | tuple():
            return [_ours(item, key, mask, sentences) for item in value]
        case str():
            return _text_of_ours(value, key, mask, sentences)
        case _:
            return value


def _about(item: Mapping[str, Any], key: str) -> str:
    """What the values of an object are: a fact `event.subject` is a subject."""
    fact = item.get("fact")
    return fact.rpartition(".")[2] if isinstance(fact, str) else key


def _text_of_ours(value: str, key: str, mask: Mask, sentences: Sentences) -> str:
    if key in _OUR_SUBJECTS:
        return mask.subject(value)
    if key in _OUR_ADDRESSES or key == "organizer":
        return mask.address(value) if ADDRESS.fullmatch(value.strip()) else mask.name(value)
    if key in _OUR_NAMES:
        return mask.name(value)
    if key in _OUR_IDS:
        return mask.identifier(value)
    if key in _OUR_TEXTS:
        return mask.text(value)
    if key == "time_zone":
        return mask.time_zone(value)
    if key in _OUR_CODES:
        return sentences.code(value)
    return sentences.message(value)
