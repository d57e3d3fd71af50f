"""What each transaction changed, kept beside the company log: from it the store can be replayed.

An entry of the log tells people what was done, and its payload is what Outlook said; which row
became what of it, they do not tell: how a series' dates were numbered, what two sides agreed on,
which services hung on what. So each transaction leaves one row in `log_changes`: the new values of
every row it wrote in the tables below, and the keys of those it removed, together compressed.

Why not triggers: they would catch every statement, but cost a first night more than all else that
is written (one statement for each of its rows), and keep each row for itself, ten times as large.
What is inserted in bulk is at hand here already and goes along as it is; what is updated is read
again once, when the transaction ends. That no statement goes past this is held by
`tests/store/test_changes_complete.py`, and `store check --replay` shows where one did.

A store from before this was kept, or one whose old entries were pruned, begins with a *checkpoint*:
every row as it stood. Nothing can be replayed from before it.

Left out are secrets (a delta link, a subscription's client state), what tells of itself when it
was (the inbox, the runs), and what can be made again (the indexes of words).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from obctl.store.database import Store

Key = tuple[object, ...]
Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are recorded: what a row is found by, and its columns in their order.

    New columns come last: an older record is shorter.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """Where in a recorded row its key stands."""
        return tuple(self.columns.index(name) for name in self.key)


# In the order in which one refers to another.
TABLES: dict[str, Table] = {
    "rooms": Table(
        ("id",),
        (
            "id", "mailbox", "name", "location", "floor", "capacity", "time_zone", "activated_at",
            "object_id", "processing", "last_synced_at", "verdict", "condition", "read_start_at",
            "read_end_at", "planned_end_at", "removed_at", "place_id", "stopped_at", "stopped_why",
            "remembered_since_at",
        ),
    ),
    "reservations": Table(
        ("number",),
        (
            "number", "room", "subject", "organizer_name", "organizer_email", "start_at", "end_at",
            "time_zone", "all_day", "status", "external_state", "source", "event_id", "ical_uid",
            "series_key", "series_master_id", "original_start_at", "attendees", "notes", "version",
            "created_at", "updated_at",
        ),
    ),
    "services": Table(
        ("id",),
        (
            "id", "reservation", "kind", "description", "quantity", "status", "locked_from_at",
            "cancelled_at", "cancelled_by", "cancelled_with",
        ),
    ),
    "events": Table(
        ("room", "event_id"),
        (
            "room", "event_id", "type", "start_at", "end_at", "subject", "all_day",
            "organizer_name", "organizer_email", "series_master_id", "original_start_at",
            "ical_uid", "series_key", "born_at", "instance_on", "foreign_origin", "is_cancelled",
            "is_organizer", "is_draft", "response", "show_as", "sensitivity", "attendees",
            "room_invited", "time_zone", "created_at", "modified_at", "change_key",
            "transaction_id", "payload", "gone_at",
        ),
    ),
    "agreed_states": Table(
        ("reservation",),
        (
            "reservation", "event_id", "start_at", "end_at", "all_day", "subject", "event_subject",
            "organizer_name", "organizer_email", "version", "change_key", "agreed_at", "tried",
        ),
    ),
    "cancellation_requests": Table(
        ("id",),
        (
            "id", "reservation", "reason", "cause", "requested_at", "status", "decided_at",
            "decided_by", "note",
        ),
    ),
    "unreadable_events": Table(
        ("room", "handle"),
        (
            "room", "handle", "event_id", "since", "wrong", "subject", "start_at", "end_at",
            "series_master_id", "original_start_at", "ical_uid", "series_key", "transaction_id",
            "fingerprint", "payload",
        ),
    ),
    "outbox": Table(
        ("id",),
        (
            "id", "reservation", "room", "action", "transaction_id", "created_at", "due_at",
            "attempts", "failed", "error_code", "error", "request_id", "event_id", "repeat",
            "note", "silent", "done_at", "tried_start_at", "tried_end_at", "agreed", "written_at",
        ),
    ),
    "undecided": Table(("reservation",), ("reservation", "room", "since", "unread")),
    "possible_moves": Table(("reservation",), ("reservation", "instead_of")),
    "imported_reservations": Table(("uid", "date"), ("uid", "date", "reservation")),
    "subscriptions": Table(
        ("id",),
        (
            "id", "room", "resource", "notification_url", "lifecycle_url", "created_at",
            "expires_at", "lost", "granted_at",
        ),
    ),
}  # fmt: skip
SECRET = {"subscriptions": {"client_state": "lower(hex(randomblob(32)))"}}
"""What SQL has in a replayed row for what is not recorded: a secret that nobody knows."""
_LEVEL = 1
_PART = 500  # rows in one part of a checkpoint


@dataclass(slots=True)
class Noted:
    """What the open transaction has changed so far."""

    rows: list[tuple[str, msgspec.Raw]] = field(default_factory=list)
    """Whole rows as they were written, by table; a later one replaces an earlier one.

    Encoded at once: of a first night's rows there are many, and nobody else needs them any more.
    """
    touched: dict[str, dict[Key, None]] = field(default_factory=dict)
    """The keys of rows of which parts were changed, or which were removed."""
    at: str | None = None
    """The instant of the newest entry that the transaction wrote."""

    def add(self, table: str, rows: Sequence[Row]) -> None:
        """Note whole rows."""
        self.rows.append((table, _encoded(rows)))

    @property
    def is_something(self) -> bool:
        return bool(self.rows or self.touched)


class Recorded(msgspec.Struct, frozen=True, array_like=True):
    """Rows that are what they say from here on, and the keys of rows that are no more."""

    rows: list[tuple[str, list[tuple[object, ...]]]]
    removed: list[tuple[str, list[tuple[object, ...]]]] = []


_RECORDED = msgspec.msgpack.Decoder(Recorded)
_ENCODER = msgspec.msgpack.Encoder()


def record(store: Store, noted: Noted) -> None:
    """Write down what the open transaction changed, as its last statement."""
    if not has_begun(store):
        # Everything as it stands now holds this transaction too.
        write_checkpoint(store)
        return
    rows = list(noted.rows)
    removed: list[tuple[str, list[Key]]] = []
    for table, keys in noted.touched.items():
        there, gone = _read_again(store, table, keys)
        rows += [(table, _encoded(there))] if there else []
        removed += [(table, gone)] if gone else []
    _append(store, noted.at or stamp(store), _packed(rows, removed))


def has_begun(store: Store) -> bool:
    """Whether anything was recorded yet."""
    return store.row("SELECT 1 FROM log_changes LIMIT 1") is not None


def begin(store: Store) -> None:
    """The record of a store that has just been made: nothing is before it."""
    store.run(
        "INSERT INTO log_changes (id, at, entry, checkpoint, data) VALUES (1, '', 0, 1, ?)",
        (_packed([], []),),
    )


def write_checkpoint(store: Store) -> None:
    """Record every row as it stands, where the record begins; only inside a transaction."""
    save_checkpoint(store, every_row(store), next_id(store), stamp(store), newest_entry(store))


def save_checkpoint(
    store: Store, rows: Iterable[tuple[str, Sequence[Row]]], position: int, at: str, entry: int
) -> None:
    """Write these rows as the checkpoint at `position`."""
    part = 0
    for part, (table, some) in enumerate(rows, 1):
        store.run(
            "INSERT INTO log_changes (id, part, at, entry, checkpoint, data)"
            " VALUES (?, ?, ?, ?, 1, ?)",
            (position, part, at, entry, _packed([(table, some)], [])),
        )
    if not part:
        store.run(
            "INSERT INTO log_changes (id, at, entry, checkpoint, data) VALUES (?, ?, ?, 1, ?)",
            (position, at, entry, _packed([], [])),
        )


def every_row(store: Store) -> Iterator[tuple[str, list[Row]]]:
    """All rows of the recorded tables, some at a time."""
    for name, table in TABLES.items():
        some: list[Row] = []
        for row in store.each(f"SELECT {', '.join(table.columns)} FROM {name}"):
            some.append(tuple(row))
            if len(some) == _PART:
                yield name, some
                some = []
        if some:
            yield name, some


def unpacked(data: bytes) -> Recorded:
    """What a row of `log_changes` says."""
    import zstandard

    return _RECORDED.decode(zstandard.ZstdDecompressor().decompress(data))


def stamp(store: Store) -> str:
    """Now, by the clock of the company whose store this is."""
    from obctl.store.codec import instant

    return instant(store.clock())


def next_id(store: Store) -> int:
    row = store.row("SELECT coalesce(max(id), 0) + 1 AS next FROM log_changes")
    return row["next"] if row else 1


def newest_entry(store: Store) -> int:
    row = store.row("SELECT coalesce(max(id), 0) AS newest FROM company_log")
    return row["newest"] if row else 0


def _append(store: Store, at: str, data: bytes) -> None:
    store.run(
        "INSERT INTO log_changes (id, at, entry, data) SELECT"
        " (SELECT coalesce(max(id), 0) + 1 FROM log_changes), ?,"
        " (SELECT coalesce(max(id), 0) FROM company_log), ?",
        (at, data),
    )


def _encoded(rows: Sequence[Row]) -> msgspec.Raw:
    return msgspec.Raw(_ENCODER.encode(rows))


def _packed(
    rows: Sequence[tuple[str, Sequence[Row] | msgspec.Raw]], removed: Sequence[object]
) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=_LEVEL).compress(_ENCODER.encode((rows, removed)))


def _read_again(store: Store, table: str, keys: Iterable[Key]) -> tuple[list[Row], list[Key]]:
    """The rows of these keys as they are now, and the keys that have none."""
    columns, key = TABLES[table].columns, TABLES[table].key
    sql = f"SELECT {', '.join(columns)} FROM {table} WHERE {' AND '.join(f'{c} = ?' for c in key)}"
    there: list[Row] = []
    gone: list[Key] = []
    for wanted in keys:
        row = store.row(sql, wanted)
        if row is None:
            gone.append(wanted)
        else:
            there.append(tuple(row))
    return there, gone
