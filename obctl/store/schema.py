"""What each table is for: the store is a public read interface."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.errors import StoreError
from obctl.store.database import Store
from obctl.store.store_file import PUT_BACK

TABLES = {
    "migrations": "The schema steps that ran, and when.",
    "rooms": "The mapped rooms, with where each room's reading stands; removed_at: taken out.",
    "reservations": "What Officebooking holds; one row for each date, series included.",
    "reservation_words": "An index (FTS5) over subjects and organisers of reservations.",
    "stale_words": "Reservations whose words have changed and are not indexed again yet.",
    "services": "Catering, visitors and other services on reservations.",
    "events": "Outlook as last read; rows whose gone_at is set are no longer there.",
    "agreed_states": "What both sides were when they last agreed; tried was written since.",
    "cancellation_requests": "Cancellations from Outlook that wait, or waited, for a person.",
    "company_log": "The journal, append-only; payload points at the original Outlook JSON.",
    "log_words": "An index (FTS5) over company_log; entries are added some time after writing.",
    "log_changes": "What each transaction changed, compressed: the past can be replayed from it.",
    "payloads": "Original JSON, byte for byte; codec 0 is plain, 1 Zstandard with payload_1.dict.",
    "subscriptions": "The ledger of Graph subscriptions, ended ones included.",
    "inbox": "Change notifications received; handled_at is null while they wait.",
    "settling": "New events that are looked at once more at due_at, when Exchange has settled.",
    "outbox": "Writes to Outlook; done_at is null while they are pending.",
    "possible_moves": "New reservations that may continue one whose room could not be read.",
    "undecided": "Reservations whose meetings are gone and may be in a room that was not readable.",
    "unreadable_events": "Events in Outlook that cannot be read: their reservations stay.",
    "runs": "One row for each run, with its report as JSON.",
    "imported_reservations": "Which reservation each date of an imported file became, by its UID.",
}
CONVENTIONS = (
    "Instants are UTC text, YYYY-MM-DDTHH:MM:SSZ, so text order is time order. Flags are 0 and 1."
    " `room` is rooms.id, `reservation` is reservations.number, `payload` is payloads.id."
)


@dataclass(frozen=True, slots=True)
class ColumnDoc:
    """A column as SQLite declares it."""

    table: str
    column: str
    type: str
    required: bool
    key: bool


def describe(store: Store) -> list[ColumnDoc]:
    """Every column of every table, in the order of the schema."""
    return [
        ColumnDoc(
            table, row["name"], row["type"], bool(row["notnull"] or row["pk"]), bool(row["pk"])
        )
        for table in tables(store)
        for row in store.rows("SELECT * FROM pragma_table_info(?)", (table,))
    ]


def tables(store: Store) -> list[str]:
    """The tables there are; those of `TABLES` first, in its order. What FTS5 keeps is its own."""
    found = [
        row["name"]
        for row in store.rows(
            "SELECT name FROM sqlite_master t WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " AND NOT EXISTS (SELECT 1 FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE %'"
            " AND substr(t.name, 1, length(name) + 1) = name || '_')"
        )
    ]
    order = list(TABLES)
    return sorted(found, key=lambda name: order.index(name) if name in order else len(order))


def problems(store: Store) -> list[str]:
    """What SQLite finds wrong with the file; nothing in a healthy store."""
    found = [row[0] for row in store.rows("PRAGMA integrity_check") if row[0] != "ok"]
    found += [
        f"{row['table']} row {row['rowid']} points at a missing row of {row['parent']}"
        for row in store.rows("PRAGMA foreign_key_check")
    ]
    return found


def ensure_sound(store: Store) -> None:
    """Raise `StoreError` with the first of what is wrong with the file."""
    if found := problems(store):
        raise StoreError(
            f"{store.path} is damaged: {found[0]}", hint=PUT_BACK, code="store-corrupt"
        )
