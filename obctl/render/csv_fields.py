"""The columns of each list as CSV, also of an empty one: a script may count on them.

Names with a dot are those of an object inside the object. What an object has besides comes after
these columns; it is only where a name depends on the data.
"""

from __future__ import annotations

Fields = tuple[str, ...]


def _of(text: str) -> Fields:
    return tuple(text.split())


def _inside(name: str, fields: Fields) -> Fields:
    return tuple(f"{name}.{field}" for field in fields)


RESERVATION = _of(
    "number room room_name location subject organizer.name organizer.email start end time_zone"
    " all_day status external_state source event_id ical_uid series.master_id"
    " series.original_start services attendees notes created_at updated_at"
)
IMPORTED = _of(
    "line number room room_name subject organizer.name organizer.email start end time_zone repeat"
    " dates"
)
SERIES_DATE = _of(
    "planned planned_end state changed number start end room room_name subject external_state"
)
SERVICE = _of(
    "id kind description quantity status locked reservation cancelled_at cancelled_by"
    " cancelled_with"
)
SERVICE_LISTED = SERVICE + _of(
    "room start end subject organizer.name organizer.email room_name all_day time_zone changes away"
)
_CAUSE = _of("code confidence evidence refuted_by remedy")
_SIDES = _of("officebooking outlook")
DIFFERENCE = (
    _of("kind room start end subject reservation event_id ical_uid")
    + tuple(
        f"fields.{field}.{side}"
        for field in _of("room subject event_id start end all_day organizer status")
        for side in _SIDES
    )
    + _inside("cause", _CAUSE)
    + _inside("missed_because", _CAUSE)
)
_DATE = _of("reservation start")
REQUEST = (
    _of("id")
    + _inside("reservation", RESERVATION)
    + _of("external_state reason")
    + _inside("cause", _CAUSE)
    + _of("requested_at status decided_at decided_by note")
    + _inside("impact", _of("services catering_for visitors"))
    + _of("series_now.meets")
    + _inside("series_now.next", _DATE)
    + _inside("series_now.nearest", _DATE)
)
LOG_ENTRY = _of(
    "id at action room email subject reservation event_id run request_id message actor"
    " client_request_id left_room"
)
FREE_ROOM = _of("room name location floor capacity fits busy_until dates taken")
SUBSCRIPTION = _of("id room resource expires_at state last_notification_at")
ROOM = _of(
    "mailbox name location floor capacity time_zone activated_at last_synced_at subscription"
    " verdict removed_at condition stopped_at"
)
FOUND_ROOM = _of("mailbox name location floor capacity mapped")
ROOM_POLICY = _of("room setting value cause message")
POLICY_ROOM = _of("room name")
RUN = (
    _of("run kind started_at finished_at exit")
    + _inside("rooms", _of("ok failed inconclusive stopped"))
    + _inside(
        "changes",
        _of("created updated moved cancelled cancellation_requests conflicts"),
    )
    + _of("state")
)
_RAN = (
    _inside("rooms", _of("ok failed inconclusive stopped"))
    + _inside("events", _of("read changed"))
    + _inside("changes", _of("created updated moved cancelled cancellation_requests conflicts"))
    + _inside("pushed", _of("ok failed"))
)
COMPANY = (
    _of("name folder rooms")
    + _inside("last_run", _of("run finished_at exit"))
    + _of("stale cancellation_requests outbox_failed verdict inconclusive problem hint")
)
COMPANY_RESULT = (
    _of("company outcome exit run seconds")
    + _RAN
    + _of("problems")
    + _inside("error", _of("code message hint"))
)
CAUSE_COUNT = _of(
    "key differences requests risks rooms by_cause missed_because meaning remedy"
) + _inside("example", _of("kind room start subject reservation event_id"))
FINDING = _of("check verdict message hint remedy rooms permission")
SETTING = _of("key value from meaning default")
PROBLEM = _of("problem entry code")
TABLE_COLUMN = _of("table meaning column type required key")
PLANNER_ITEM = _of("day room side number event_id start end subject")
SCENARIO = _of("file cause title")
FAULT = _of("kind room route times spare share seed seconds")
