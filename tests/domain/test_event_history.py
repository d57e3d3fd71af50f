from __future__ import annotations

import json
from typing import Any

from builders import make_log_entry

from obctl.domain.company_log import LogEntry
from obctl.domain.event_history import Step, Version, versions


def _entry(number: int, action: str, payload: Any = None) -> LogEntry:
    data = None if payload is None else json.dumps(payload).encode()
    return make_log_entry(action, f"0{number}:00", id=number, payload=data)


def _of(*entries: LogEntry) -> list[tuple[int, str, dict[str, Step]]]:
    return [(v.entry, v.action, dict(v.changed)) for v in versions(entries)]


def test_versions_tell_what_changed_since_the_one_before() -> None:
    first = {"id": "E", "subject": "A", "start": {"dateTime": "9", "timeZone": "UTC"}}
    second = {"id": "E", "subject": "A", "start": {"dateTime": "10", "timeZone": "UTC"}}
    third = {"id": "E", "start": {"dateTime": "10", "timeZone": "UTC"}, "attendees": [1]}
    assert _of(
        _entry(1, "event.created", first),
        _entry(2, "event.updated", second),
        _entry(3, "event.updated", third),
    ) == [
        (1, "event.created", {}),
        (2, "event.updated", {"start.dateTime": Step("9", "10")}),
        (3, "event.updated", {"subject": Step("A", None), "attendees": Step(None, [1])}),
    ]


def test_stamps_that_move_with_every_write_are_no_change() -> None:
    first = {"@odata.etag": "1", "changeKey": "1", "lastModifiedDateTime": "1", "subject": "A"}
    second = {"@odata.etag": "2", "changeKey": "2", "lastModifiedDateTime": "2", "subject": "A"}
    assert _of(_entry(1, "event.created", first), _entry(2, "event.updated", second)) == [
        (1, "event.created", {}),
        (2, "event.updated", {}),
    ]


def test_a_deletion_is_a_version_and_what_comes_back_is_compared_over_it() -> None:
    assert _of(
        _entry(1, "event.created", {"subject": "A"}),
        _entry(2, "event.deleted"),
        _entry(3, "event.restored", {"subject": "B"}),
    ) == [
        (1, "event.created", {}),
        (2, "event.deleted", {}),
        (3, "event.restored", {"subject": Step("A", "B")}),
    ]


def test_notifications_and_decisions_are_no_versions() -> None:
    assert _of(
        _entry(1, "notification.received", {"subscriptionId": "S", "resource": "x"}),
        _entry(2, "notification.received", {"value": []}),
        _entry(3, "cancellation.requested"),
        _entry(4, "event.created", {"subject": "A"}),
    ) == [(4, "event.created", {})]


def test_an_original_that_is_no_object_is_no_state() -> None:
    entry = make_log_entry("event.created", "01:00", id=1, payload=b"<html>")
    assert versions([entry]) == [Version(entry.at, 1, "event.created", {})]
