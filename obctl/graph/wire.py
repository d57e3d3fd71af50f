"""Graph's JSON: just the fields obctl uses, everything optional that Graph may leave out.

Unknown fields are skipped. Numbers that Graph's own samples show as text are allowed to be text.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Page(msgspec.Struct):
    """One page of a collection, each item kept as Graph wrote it."""

    value: list[msgspec.Raw]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta_link: str | None = msgspec.field(name="@odata.deltaLink", default=None)


class EmailAddress(msgspec.Struct):
    name: str | None = None
    address: str | None = None


class Recipient(msgspec.Struct, rename="camel"):
    email_address: EmailAddress | None = None
    type: str | None = None


class WallTime(msgspec.Struct, rename="camel"):
    """A dateTimeTimeZone."""

    date_time: str
    time_zone: str | None = None


class ResponseStatus(msgspec.Struct):
    response: str | None = None


class EventWire(msgspec.Struct, rename="camel"):
    id: str
    start: WallTime
    end: WallTime
    type: str | None = None
    subject: str | None = None
    is_all_day: bool | None = None
    organizer: Recipient | None = None
    series_master_id: str | None = None
    original_start: str | None = None
    i_cal_uid: str | None = msgspec.field(name="iCalUId", default=None)
    is_cancelled: bool | None = None
    is_organizer: bool | None = None
    is_draft: bool | None = None
    response_status: ResponseStatus | None = None
    show_as: str | None = None
    sensitivity: str | None = None
    attendees: list[Recipient] | None = None
    hide_attendees: bool | None = None
    original_start_time_zone: str | None = None
    created_date_time: str | None = None
    last_modified_date_time: str | None = None
    change_key: str | None = None
    transaction_id: str | None = None
    etag: str | None = msgspec.field(name="@odata.etag", default=None)


class MasterWire(msgspec.Struct, rename="camel"):
    """What only a series master has."""

    recurrence: dict[str, Any] | None = None
    cancelled_occurrences: list[str] | None = None
    exception_occurrences: list[Any] | None = None
    more_exceptions: str | None = msgspec.field(
        name="exceptionOccurrences@odata.nextLink", default=None
    )


class DeltaWire(msgspec.Struct, rename="camel"):
    id: str
    type: str | None = None
    series_master_id: str | None = None
    removed: dict[str, Any] | None = msgspec.field(name="@removed", default=None)


class UserWire(msgspec.Struct, rename="camel"):
    id: str
    mail: str | None = None
    user_principal_name: str | None = None
    display_name: str | None = None
    account_enabled: bool | None = None


class PurposeWire(msgspec.Struct, rename="camel"):
    """What a mailbox is for: a word, or an object around one as some answers have it."""

    user_purpose: str | dict[str, object] | None = None

    @property
    def word(self) -> str | None:
        found = self.user_purpose
        if isinstance(found, dict):
            found = found.get("value")  # type: ignore[assignment]  # read as it comes
        return found.casefold() if isinstance(found, str) else None


class PlaceWire(msgspec.Struct, rename="camel"):
    """A room, a room list, a building or a floor."""

    id: str | None = None
    place_id: str | None = None
    parent_id: str | None = None
    building: str | None = None
    email_address: str | None = None
    display_name: str | None = None
    floor_label: str | None = None
    floor_number: int | str | None = None
    capacity: int | float | str | None = None


class SubscriptionWire(msgspec.Struct, rename="camel"):
    id: str
    expiration_date_time: str
    resource: str | None = None
    change_type: str | None = None
    notification_url: str | None = None
    lifecycle_notification_url: str | None = None


class ScheduleItem(msgspec.Struct):
    start: WallTime
    end: WallTime
    status: str | None = None


class ScheduleError(msgspec.Struct, rename="camel"):
    message: str | None = None
    response_code: str | None = None


class ScheduleOwner(msgspec.Struct, rename="camel"):
    """Whose a schedule is, whatever else stands in it."""

    schedule_id: str | None = None


class ScheduleWire(msgspec.Struct, rename="camel"):
    availability_view: str | None = None
    schedule_items: list[ScheduleItem] | None = None
    error: ScheduleError | None = None


class BatchId(msgspec.Struct):
    """Which question of a `$batch` an answer says it is to."""

    id: str


class BatchAnswer(msgspec.Struct):
    """One answer inside a `$batch`; a body that is no JSON comes as base64 text."""

    status: int
    headers: dict[str, Any] | None = None
    body: msgspec.Raw = msgspec.Raw(b"")


class BatchAnswers(msgspec.Struct):
    """The answers of a `$batch`, each as it came: what one of them holds is no other's trouble."""

    responses: list[msgspec.Raw]
