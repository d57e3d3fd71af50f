"""Services on reservations."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from obctl.domain.reservation import (
    CancelledWith,
    Ending,
    ReservationNumber,
    Service,
    ServiceKind,
)
from obctl.errors import UsageError
from obctl.store.codec import instant, moment
from obctl.store.database import Store

_MANY = 500


def load_services(
    store: Store, reservations: Sequence[ReservationNumber]
) -> dict[ReservationNumber, list[Service]]:
    """The services of these reservations, cancelled ones included, by reservation."""
    if len(reservations) > _MANY:
        # Most reservations have no services: one scan of the small table beats many look-ups.
        wanted = set(reservations)
        rows = [
            row
            for row in store.rows("SELECT * FROM services ORDER BY id")
            if row["reservation"] in wanted
        ]
    else:
        marks = ", ".join("?" * len(reservations))
        rows = store.rows(
            f"SELECT * FROM services WHERE reservation IN ({marks}) ORDER BY id", reservations
        )
    found: dict[ReservationNumber, list[Service]] = {}
    for row in rows:
        found.setdefault(row["reservation"], []).append(_service(row))
    return found


def add_service(store: Store, service: Service) -> Service:
    """Save a new service; its `id` is given here."""
    added = store.insert(
        "services",
        "INSERT INTO services (reservation, kind, description, quantity, status, locked_from_at)"
        " VALUES (?, ?, ?, ?, 'ordered', ?)",
        (
            service.reservation,
            service.kind.value,
            service.description,
            service.quantity,
            instant(service.locked_from),
        ),
    )
    return find_service(store, added)


def find_service(store: Store, service: int) -> Service:
    """The service with this id; raises `UsageError`."""
    row = store.row("SELECT * FROM services WHERE id = ?", (service,))
    if row is None:
        raise UsageError(
            f"there is no service {service}",
            hint="`obctl services list` shows them",
            code="unknown-service",
        )
    return _service(row)


def hand_over_services(store: Store, reservation: int, to: int) -> None:
    """Hang the services of one reservation on another."""
    store.alter("services", "reservation = ?", (to,), "reservation = ?", (reservation,))


def move_services(store: Store, services: Sequence[int], to: int) -> None:
    """Hang some services on another reservation."""
    for service in services:
        store.alter("services", "reservation = ?", (to,), "id = ?", (service,))


def cancel_services(store: Store, services: Sequence[int], ending: Ending) -> None:
    """Mark services as cancelled, and keep when, by whom and with what."""
    how = (instant(ending.at), ending.by, ending.cancelled_with.value)
    for service in services:
        store.alter(
            "services",
            "status = 'cancelled', cancelled_at = ?, cancelled_by = ?, cancelled_with = ?",
            how,
            "id = ?",
            (service,),
        )


def may_any_return(store: Store) -> bool:
    """Whether any service at all went with a meeting that may come back."""
    sql = "SELECT 1 FROM services WHERE cancelled_with = ? LIMIT 1"
    return store.row(sql, (CancelledWith.MEETING.value,)) is not None


def restore_services(store: Store, services: Sequence[int]) -> None:
    """Mark services as ordered again."""
    for service in services:
        store.alter(
            "services",
            "status = 'ordered', cancelled_at = NULL, cancelled_by = NULL, cancelled_with = NULL",
            (),
            "id = ?",
            (service,),
        )


def _service(row: sqlite3.Row) -> Service:
    return Service(
        id=row["id"],
        reservation=row["reservation"],
        kind=ServiceKind(row["kind"]),
        description=row["description"],
        quantity=row["quantity"],
        cancelled=row["status"] == "cancelled",
        locked_from=moment(row["locked_from_at"]),
        ending=_ending(row),
    )


def _ending(row: sqlite3.Row) -> Ending | None:
    if row["cancelled_with"] is None:
        return None
    return Ending(
        moment(row["cancelled_at"]), row["cancelled_by"], CancelledWith(row["cancelled_with"])
    )
