"""Which reservation each date of an imported file became."""

from __future__ import annotations

from collections.abc import Iterable

from obctl.domain.reservation import ReservationNumber
from obctl.store.database import Store, in_parts

ImportKey = tuple[str, str]
"""The UID of a calendar entry, and which date of it: empty for one that stands alone."""


def load_imported(store: Store, uids: Iterable[str]) -> dict[ImportKey, ReservationNumber]:
    """The reservation numbers of what was imported under these UIDs."""
    found: dict[ImportKey, ReservationNumber] = {}
    for marks, part in in_parts(sorted(set(uids))):
        rows = store.rows(f"SELECT * FROM imported_reservations WHERE uid IN ({marks})", part)
        found |= {(row["uid"], row["date"]): row["reservation"] for row in rows}
    return found


def save_imported(store: Store, numbers: Iterable[tuple[ImportKey, ReservationNumber]]) -> None:
    """Remember which reservation each became; only inside the transaction that made them."""
    store.put(
        "imported_reservations",
        "INSERT INTO imported_reservations (uid, date, reservation) VALUES (?, ?, ?)",
        [(*key, number) for key, number in numbers],
    )


def uids_of(store: Store, numbers: Iterable[ReservationNumber]) -> dict[ReservationNumber, str]:
    """The UIDs under which these reservations were imported, each alone, by number."""
    found: dict[ReservationNumber, str] = {}
    for marks, part in in_parts(sorted(numbers)):
        rows = store.rows(
            "SELECT uid, reservation FROM imported_reservations WHERE date = ''"
            f" AND reservation IN ({marks})",
            part,
        )
        found |= {row["reservation"]: row["uid"] for row in rows}
    return found
