"""The JSON objects scripts rely on: keys in this order, `null` where unknown, only added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obctl.domain.time_span import instant_text

if TYPE_CHECKING:
    from obctl.domain.availability import FreeRoom
    from obctl.domain.company_log import LogEntry
    from obctl.domain.difference import Cause, Difference, RoomVerdict
    from obctl.domain.event import Event
    from obctl.domain.reservation import Reservation, Service
    from obctl.domain.room import FoundRoom, Room, RoomId
    from obctl.domain.subscription import Subscription
    from obctl.domain.sync.cancellation import CancellationRequest
    from obctl.domain.sync.status_info import SeriesNow
    from obctl.domain.unreadable_event import UnreadableEvent


def at(moment: datetime | None) -> str | None:
    return None if moment is None else instant_text(moment)


class Rooms:
    """Room ids -> the words that objects show for them."""

    def __init__(self, rooms: Iterable[Room]) -> None:
        self._by_id = {room.id: room for room in rooms}

    def names(self) -> dict[str, str]:
        """The rooms' names by mailbox."""
        return {room.mailbox: room.name for room in self._by_id.values()}

    def __getitem__(self, room: RoomId) -> Room:
        return self._by_id[room]

    def mailbox(self, room: RoomId | None) -> str | None:
        found = self._by_id.get(room) if room is not None else None
        return found.mailbox if found else None

    def name(self, room: RoomId | None) -> str | None:
        found = self._by_id.get(room) if room is not None else None
        return found.name if found else None

    def zone_name(self, room: RoomId | None) -> str:
        found = self._by_id.get(room) if room is not None else None
        return found.time_zone if found else "UTC"


def reservation_object(reservation: Reservation, rooms: Rooms, now: datetime) -> dict[str, Any]:
    series = None
    if reservation.series_master_id or reservation.original_start:
        series = {
            "master_id": reservation.series_master_id,
            "original_start": at(reservation.original_start),
        }
    return {
        "number": reservation.number,
        "room": rooms.mailbox(reservation.room),
        "room_name": rooms.name(reservation.room),
        "location": rooms[reservation.room].location,
        "subject": reservation.subject,
        "organizer": {"name": reservation.organizer.name, "email": reservation.organizer.email},
        "start": at(reservation.start),
        "end": at(reservation.end),
        "time_zone": reservation.time_zone,
        "all_day": reservation.all_day,
        "status": reservation.status.value,
        "external_state": int(reservation.external_state),
        "source": reservation.source.value,
        "event_id": reservation.event_id,
        "ical_uid": reservation.ical_uid,
        "series": series,
        "services": [service_object(service, now) for service in reservation.services],
        "attendees": reservation.attendees,
        "notes": reservation.notes,
        "created_at": at(reservation.created_at),
        "updated_at": at(reservation.updated_at),
    }


def service_object(service: Service, now: datetime) -> dict[str, Any]:
    return {
        "id": service.id,
        "kind": service.kind.value,
        "description": service.description,
        "quantity": service.quantity,
        "status": "cancelled" if service.cancelled else "ordered",
        "locked": service.is_locked(now),
        "reservation": service.reservation,
        "cancelled_at": at(service.ending.at) if service.ending else None,
        "cancelled_by": service.ending.by if service.ending else None,
        "cancelled_with": service.ending.cancelled_with.value if service.ending else None,
    }


def cause_object(cause: Cause | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    return {
        "code": cause.code,
        "confidence": cause.confidence.value,
        "evidence": [{"fact": item.fact, "value": item.value} for item in cause.evidence],
        "refuted_by": cause.refuted_by,
        "remedy": cause.remedy,
    }


def difference_object(difference: Difference, rooms: Rooms) -> dict[str, Any]:
    return {
        "kind": difference.kind.value,
        "room": rooms.mailbox(difference.room),
        "start": at(difference.start),
        "end": at(difference.end),
        "subject": difference.subject,
        "reservation": difference.reservation,
        "event_id": difference.event_id,
        "ical_uid": difference.ical_uid,
        "fields": {
            name: {"officebooking": values.officebooking, "outlook": values.outlook}
            for name, values in difference.fields.items()
        },
        "cause": cause_object(difference.cause),
        "missed_because": cause_object(difference.missed_because),
    }


def diff_object(
    from_day: str,
    to_day: str,
    verdicts: Sequence[RoomVerdict],
    differences: Sequence[Difference],
    rooms: Rooms,
    unreadable: Mapping[RoomId, Sequence[UnreadableEvent]] | None = None,
) -> dict[str, Any]:
    by_cause: dict[str, int] = {}
    for difference in differences:
        code = difference.cause.code if difference.cause else "unexplained"
        by_cause[code] = by_cause.get(code, 0) + 1
    return {
        "from": from_day,
        "to": to_day,
        "rooms": [
            {
                "room": rooms.mailbox(verdict.room),
                "verdict": verdict.verdict.value,
                "condition": verdict.condition,
                "unreadable": [
                    unreadable_object(event) for event in (unreadable or {}).get(verdict.room, ())
                ],
            }
            for verdict in verdicts
        ],
        "differences": [difference_object(difference, rooms) for difference in differences],
        "summary": {
            "rooms": len(verdicts),
            "differences": len(differences),
            "by_cause": dict(sorted(by_cause.items(), key=lambda item: (-item[1], item[0]))),
        },
    }


def request_object(
    request: CancellationRequest,
    reservation: Reservation,
    rooms: Rooms,
    now: datetime,
    series: SeriesNow | None = None,
) -> dict[str, Any]:
    from obctl.domain.sync.cancellation import RequestStatus, impact_of

    carried_out = request.status in (RequestStatus.APPROVED, RequestStatus.PROCESSED)
    impact = impact_of(reservation, decided=carried_out)
    cause = cause_object(request.cause)
    if cause and request.status is RequestStatus.OPEN:
        cause["remedy"] = (
            f"obctl cancellations status {request.id}, then approve {request.id}"
            f" or reject {request.id}"
        )
    return {
        "id": request.id,
        "reservation": reservation_object(reservation, rooms, now),
        "external_state": int(reservation.external_state),
        "reason": request.reason.value,
        "cause": cause,
        "requested_at": at(request.requested_at),
        "status": request.status.value,
        "decided_at": at(request.decided_at),
        "decided_by": request.decided_by,
        "note": request.note,
        "impact": {
            "services": impact.services,
            "catering_for": impact.catering_for,
            "visitors": impact.visitors,
        },
        "series_now": series
        and {
            "meets": series.meets,
            "next": _date_object(series.next),
            "nearest": _date_object(series.nearest),
        },
    }


def _date_object(date: Reservation | None) -> dict[str, Any] | None:
    return {"reservation": date.number, "start": at(date.start)} if date else None


def log_object(entry: LogEntry, rooms: Rooms) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": at(entry.at),
        "action": entry.action,
        "room": rooms.mailbox(entry.room),
        "email": entry.email,
        "subject": entry.subject,
        "reservation": entry.reservation,
        "event_id": entry.event_id,
        "run": entry.run,
        "request_id": entry.request_id,
        "message": entry.message,
        "actor": entry.actor,
        "client_request_id": entry.client_request_id,
        "left_room": rooms.mailbox(entry.left_room),
    }


def event_object(event: Event) -> dict[str, Any]:
    """An event in our words: the planner's `office365` items start with these keys."""
    return {
        "event_id": event.id,
        "start": at(event.start),
        "end": at(event.end),
        "subject": event.subject,
        "show_as": event.show_as,
        "is_cancelled": event.is_cancelled,
    }


def unreadable_object(event: UnreadableEvent) -> dict[str, Any]:
    """An event that cannot be read, as far as it can be told of."""
    return {
        "event_id": event.id,
        "start": at(event.start),
        "end": at(event.end),
        "subject": event.subject,
        "wrong": event.wrong,
    }


def free_room_object(free: FreeRoom) -> dict[str, Any]:
    return {
        "room": free.room.mailbox,
        "name": free.room.name,
        "location": free.room.location,
        "floor": free.room.floor,
        "capacity": free.room.capacity,
        "fits": free.fits,
        "busy_until": at(free.busy_until),
        "dates": free.dates,
        "taken": [at(span.start) for span in free.taken],
    }


def subscription_object(subscription: Subscription, rooms: Rooms, now: datetime) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "room": rooms.mailbox(subscription.room),
        "resource": subscription.resource,
        "expires_at": at(subscription.expires_at),
        "state": subscription.state(now).value,
        "last_notification_at": at(subscription.last_notification_at),
    }


def room_object(room: Room, subscription: Subscription | None, now: datetime) -> dict[str, Any]:
    return {
        "mailbox": room.mailbox,
        "name": room.name,
        "location": room.location,
        "floor": room.floor,
        "capacity": room.capacity,
        "time_zone": room.time_zone,
        "activated_at": at(room.activated_at),
        "last_synced_at": at(room.last_synced_at),
        "subscription": subscription.state(now).value if subscription else None,
        "verdict": room.verdict.value if room.verdict else None,
        "removed_at": at(room.removed_at),
        "condition": room.condition,
        "stopped_at": at(room.stopped.since) if room.stopped else None,
    }


def removed_room_object(
    room: Room, *, writes: int, requests: int, subscriptions: Sequence[str]
) -> dict[str, Any]:
    """A room that was just taken out; `subscriptions` are those that Graph still holds for it."""
    return {
        "mailbox": room.mailbox,
        "removed_at": at(room.removed_at),
        "pending_writes": writes,
        "open_requests": requests,
        "still_subscribed": list(subscriptions),
    }


def found_room_object(found: FoundRoom, *, mapped: bool) -> dict[str, Any]:
    return {
        "mailbox": found.mailbox,
        "name": found.name,
        "location": found.location,
        "floor": found.floor,
        "capacity": found.capacity,
        "mapped": mapped,
    }
