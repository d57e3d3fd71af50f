"""Cancellations from Outlook that wait, or waited, for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

import msgspec

from obctl.domain.difference import Cause
from obctl.domain.room import RoomId
from obctl.domain.sync.cancellation import CancellationRequest, Reason, RequestStatus
from obctl.errors import UsageError
from obctl.store.codec import instant, moment
from obctl.store.database import Store, in_parts


def add_request(
    store: Store, reservation: int, *, reason: Reason, cause: Cause | None, at: datetime
) -> int:
    """Open a request; returns its id."""
    return store.insert(
        "cancellation_requests",
        "INSERT INTO cancellation_requests (reservation, reason, cause, requested_at, status)"
        " VALUES (?, ?, ?, ?, 'open')",
        (
            reservation,
            reason.value,
            msgspec.json.encode(cause).decode() if cause else None,
            instant(at),
        ),
    )


def decide_request(
    store: Store,
    request: int,
    *,
    status: RequestStatus,
    at: datetime,
    by: str,
    note: str | None = None,
) -> None:
    """Record what became of a request, and who decided."""
    store.alter(
        "cancellation_requests",
        "status = ?, decided_at = ?, decided_by = ?, note = ?",
        (status.value, instant(at), by, note),
        "id = ?",
        (request,),
    )


def find_request(store: Store, request: int) -> CancellationRequest:
    """The request with this id; raises `UsageError`."""
    row = store.row("SELECT * FROM cancellation_requests WHERE id = ?", (request,))
    if row is None:
        raise UsageError(
            f"there is no cancellation request {request}",
            hint="`obctl cancellations list` shows them",
            code="unknown-request",
        )
    return _request(row)


def load_requests(store: Store, status: RequestStatus | None = None) -> list[CancellationRequest]:
    """Requests, oldest first; all of them where no status is named."""
    if status is None:
        rows = store.rows("SELECT * FROM cancellation_requests ORDER BY id")
    else:
        rows = store.rows(
            "SELECT * FROM cancellation_requests WHERE status = ? ORDER BY id", (status.value,)
        )
    return [_request(row) for row in rows]


def count_open_requests(store: Store, room: RoomId) -> int:
    """How many requests about reservations of a room wait for a decision."""
    row = store.rows(
        "SELECT count(*) AS number FROM cancellation_requests"
        " JOIN reservations ON reservations.number = reservation"
        " WHERE room = ? AND cancellation_requests.status = 'open'",
        (room,),
    )[0]
    number: int = row["number"]
    return number


def load_newest_requests(
    store: Store, reservations: Iterable[int]
) -> dict[int, CancellationRequest]:
    """The newest request of each of these reservations that has one, whatever its status."""
    found: dict[int, CancellationRequest] = {}
    for marks, part in in_parts(reservations):
        rows = store.rows(
            f"SELECT * FROM cancellation_requests WHERE reservation IN ({marks}) ORDER BY id", part
        )
        found |= {row["reservation"]: _request(row) for row in rows}
    return found


def newest_request(store: Store, reservation: int) -> CancellationRequest | None:
    """The newest request for a reservation, whatever its status."""
    row = store.row(
        "SELECT * FROM cancellation_requests WHERE reservation = ? ORDER BY id DESC LIMIT 1",
        (reservation,),
    )
    return _request(row) if row else None


def open_request(store: Store, reservation: int) -> CancellationRequest | None:
    """The request about a reservation that waits for a decision, if any."""
    request = newest_request(store, reservation)
    return request if request and request.status is RequestStatus.OPEN else None


def _request(row: sqlite3.Row) -> CancellationRequest:
    return CancellationRequest(
        id=row["id"],
        reservation=row["reservation"],
        reason=Reason(row["reason"]),
        cause=msgspec.json.decode(row["cause"], type=Cause) if row["cause"] else None,
        requested_at=moment(row["requested_at"]),
        status=RequestStatus(row["status"]),
        decided_at=moment(row["decided_at"]),
        decided_by=row["decided_by"],
        note=row["note"],
    )
