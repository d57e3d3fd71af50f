"""The schema, step by step. Append only: a step that was released is never edited.

Instants are `YYYY-MM-DDTHH:MM:SSZ`; flags are 0 and 1; `room` is `rooms.id` and `reservation` is
`reservations.number`. Each step is committed in one transaction with the record that it ran.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

Step = Callable[[sqlite3.Connection], None]
STEPS: list[Step] = []


def step(function: Step) -> Step:
    """Register the next migration."""
    STEPS.append(function)
    return function


def migrate(connection: sqlite3.Connection, *, stop_before: str | None = None) -> list[str]:
    """Bring the schema up to date; returns the names of the steps that ran.

    `stop_before` names the step to stop at: tests build older schemas with it.
    """
    from sqlite_utils import Database

    database = Database(connection)
    ran: list[str] = []
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    for position, function in enumerate(STEPS[done:], start=done + 1):
        if function.__name__ == stop_before:
            break
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have migrated while this one waited for the lock.
            if connection.execute("PRAGMA user_version").fetchone()[0] < position:
                function(connection)
                database["migrations"].insert(  # type: ignore[union-attr]
                    {
                        "name": function.__name__,
                        "applied_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    }
                )
                connection.execute(f"PRAGMA user_version = {position}")
                ran.append(function.__name__)
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()  # nothing, where SQLite has ended the transaction itself
            raise
    return ran


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: `executescript` would commit the step's transaction."""
    for statement in script.split(";"):
        if statement.strip():
            connection.execute(statement)


@step
def m001_initial(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        CREATE TABLE migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL);

        -- The mapped rooms, with where each room's reading stands
        CREATE TABLE rooms (
            id INTEGER PRIMARY KEY,
            mailbox TEXT NOT NULL UNIQUE COLLATE NOCASE,
            name TEXT NOT NULL,
            location TEXT,
            floor TEXT,
            capacity INTEGER,
            time_zone TEXT NOT NULL,
            activated_at TEXT NOT NULL,
            object_id TEXT,
            processing TEXT NOT NULL DEFAULT '{}',
            last_synced_at TEXT,
            verdict TEXT,
            condition TEXT,
            delta_link TEXT,
            read_start_at TEXT,
            read_end_at TEXT,
            planned_end_at TEXT,
            applied INTEGER NOT NULL DEFAULT 0
        );

        -- What Officebooking holds
        CREATE TABLE reservations (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            room INTEGER NOT NULL REFERENCES rooms (id),
            subject TEXT NOT NULL,
            organizer_name TEXT,
            organizer_email TEXT,
            start_at TEXT NOT NULL,
            end_at TEXT NOT NULL,
            time_zone TEXT NOT NULL,
            all_day INTEGER NOT NULL,
            status TEXT NOT NULL,
            external_state INTEGER NOT NULL,
            source TEXT NOT NULL,
            event_id TEXT,
            ical_uid TEXT,
            series_key TEXT,
            series_master_id TEXT,
            original_start_at TEXT,
            attendees INTEGER,
            notes TEXT,
            version INTEGER NOT NULL DEFAULT 1,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        );
        CREATE INDEX reservations_room_start ON reservations (room, start_at);
        CREATE INDEX reservations_room_event ON reservations (room, event_id);
        CREATE INDEX reservations_series ON reservations (series_key);

        -- Catering, visitors and other services on a reservation
        CREATE TABLE services (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            reservation INTEGER NOT NULL REFERENCES reservations (number),
            kind TEXT NOT NULL,
            description TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            status TEXT NOT NULL,
            locked_from_at TEXT
        );
        CREATE INDEX services_reservation ON services (reservation);

        -- Outlook as last read: the room's events, gone ones included (gone_at)
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            room INTEGER NOT NULL REFERENCES rooms (id),
            event_id TEXT NOT NULL,
            type TEXT NOT NULL,
            start_at TEXT NOT NULL,
            end_at TEXT NOT NULL,
            subject TEXT NOT NULL,
            all_day INTEGER NOT NULL,
            organizer_name TEXT,
            organizer_email TEXT,
            series_master_id TEXT,
            original_start_at TEXT,
            ical_uid TEXT,
            series_key TEXT,
            born_at TEXT,
            instance_on TEXT,
            foreign_origin INTEGER NOT NULL,
            is_cancelled INTEGER NOT NULL,
            is_organizer INTEGER NOT NULL,
            is_draft INTEGER NOT NULL,
            response TEXT NOT NULL,
            show_as TEXT NOT NULL,
            sensitivity TEXT NOT NULL,
            attendees INTEGER,
            room_invited INTEGER,
            time_zone TEXT,
            created_at TEXT,
            modified_at TEXT,
            change_key TEXT,
            transaction_id TEXT,
            payload INTEGER REFERENCES payloads (id),
            gone_at TEXT
        );
        CREATE UNIQUE INDEX events_room_event ON events (room, event_id);
        CREATE INDEX events_room_start ON events (room, start_at);

        -- What both sides were when they last agreed
        CREATE TABLE agreed_states (
            reservation INTEGER PRIMARY KEY REFERENCES reservations (number),
            event_id TEXT NOT NULL,
            start_at TEXT NOT NULL,
            end_at TEXT NOT NULL,
            all_day INTEGER NOT NULL,
            subject TEXT NOT NULL,
            event_subject TEXT NOT NULL,
            organizer_name TEXT,
            organizer_email TEXT,
            version INTEGER NOT NULL,
            change_key TEXT,
            agreed_at TEXT NOT NULL
        );

        -- Cancellations from Outlook that wait, or waited, for a person
        CREATE TABLE cancellation_requests (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            reservation INTEGER NOT NULL REFERENCES reservations (number),
            reason TEXT NOT NULL,
            cause TEXT,
            requested_at TEXT NOT NULL,
            status TEXT NOT NULL,
            decided_at TEXT,
            decided_by TEXT,
            note TEXT
        );
        CREATE INDEX cancellation_requests_reservation ON cancellation_requests (reservation);

        -- The company log, append-only. Its payload is the original Outlook JSON
        CREATE TABLE company_log (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            action TEXT NOT NULL,
            room INTEGER REFERENCES rooms (id),
            email TEXT,
            subject TEXT,
            reservation INTEGER,
            event_id TEXT,
            run TEXT,
            request_id TEXT,
            message TEXT NOT NULL,
            payload INTEGER REFERENCES payloads (id)
        );
        CREATE INDEX company_log_at ON company_log (at);
        CREATE INDEX company_log_email ON company_log (email, at);
        CREATE INDEX company_log_reservation ON company_log (reservation);
        CREATE INDEX company_log_event ON company_log (room, event_id);

        -- Original JSON. Codec 0 is plain, 1 is Zstandard with obctl/store/payload_1.dict
        CREATE TABLE payloads (id INTEGER PRIMARY KEY, codec INTEGER NOT NULL, data BLOB NOT NULL);

        -- Our ledger of Graph subscriptions
        CREATE TABLE subscriptions (
            id TEXT PRIMARY KEY,
            room INTEGER NOT NULL REFERENCES rooms (id),
            resource TEXT NOT NULL,
            notification_url TEXT NOT NULL,
            lifecycle_url TEXT,
            client_state TEXT NOT NULL,
            created_at TEXT NOT NULL,
            expires_at TEXT NOT NULL,
            lost INTEGER NOT NULL DEFAULT 0,
            last_notification_at TEXT
        );

        -- Change notifications received and not yet handled (handled_at is null)
        CREATE TABLE inbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            received_at TEXT NOT NULL,
            kind TEXT NOT NULL,
            what TEXT NOT NULL,
            subscription TEXT NOT NULL,
            room INTEGER NOT NULL REFERENCES rooms (id),
            event_id TEXT,
            handled_at TEXT
        );
        CREATE INDEX inbox_waiting ON inbox (room) WHERE handled_at IS NULL;

        -- Writes owed to Outlook (done_at is null)
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            reservation INTEGER NOT NULL REFERENCES reservations (number),
            room INTEGER NOT NULL REFERENCES rooms (id),
            action TEXT NOT NULL,
            transaction_id TEXT NOT NULL,
            created_at TEXT NOT NULL,
            due_at TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error TEXT,
            request_id TEXT,
            event_id TEXT,
            repeat TEXT,
            note TEXT,
            silent INTEGER NOT NULL DEFAULT 0,
            done_at TEXT
        );
        CREATE INDEX outbox_owed ON outbox (reservation) WHERE done_at IS NULL;

        -- One line for each run that changed or looked at the company
        CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            started_at TEXT NOT NULL,
            finished_at TEXT,
            exit_code INTEGER,
            report TEXT
        );
        CREATE INDEX runs_started ON runs (started_at)
        """,
    )


@step
def m002_possible_moves(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- New reservations that may be what another, whose room could not be read, has become
        CREATE TABLE possible_moves (
            reservation INTEGER PRIMARY KEY REFERENCES reservations (number),
            instead_of INTEGER NOT NULL REFERENCES reservations (number)
        )
        """,
    )


@step
def m003_settling(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- New events that are looked at once more at due_at
        CREATE TABLE settling (
            room INTEGER NOT NULL REFERENCES rooms (id),
            event_id TEXT NOT NULL,
            due_at TEXT NOT NULL,
            PRIMARY KEY (room, event_id)
        )
        """,
    )


@step
def m004_where_attempts_were_made(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- When the event may be that an attempt left behind whose answer was lost
        ALTER TABLE outbox ADD COLUMN tried_start_at TEXT;
        ALTER TABLE outbox ADD COLUMN tried_end_at TEXT
        """,
    )


@step
def m005_search(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- What `log search --text` looks through. Entries are added after they were written
        CREATE VIRTUAL TABLE log_words USING fts5 (
            words, tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
        );
        -- What `reservations list --text` looks through, and what has changed since
        CREATE VIRTUAL TABLE reservation_words USING fts5 (
            words, tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
        );
        CREATE TABLE stale_words (reservation INTEGER PRIMARY KEY);
        CREATE INDEX company_log_action ON company_log (action);
        CREATE INDEX company_log_run ON company_log (run) WHERE run IS NOT NULL
        """,
    )
    connection.execute(
        """
        CREATE TRIGGER reservation_words_stale
        AFTER UPDATE OF subject, organizer_name, organizer_email ON reservations
        WHEN (old.subject, old.organizer_name, old.organizer_email)
            IS NOT (new.subject, new.organizer_name, new.organizer_email)
        BEGIN
            DELETE FROM reservation_words WHERE rowid = old.number;
            INSERT OR IGNORE INTO stale_words VALUES (old.number);
        END
        """
    )


@step
def m006_own_transactions(connection: sqlite3.Connection) -> None:
    _run(connection, "CREATE INDEX outbox_transaction ON outbox (transaction_id)")


@step
def m007_tried_changes(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- What was written onto the event since, as JSON: the answers may have been lost
        ALTER TABLE agreed_states ADD COLUMN tried TEXT;
        -- What was agreed about an event that is to leave its room, as JSON
        ALTER TABLE outbox ADD COLUMN agreed TEXT
        """,
    )


@step
def m008_actors(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- Who did it: a person's account, the nightly run, the listener. Null in what is older
        ALTER TABLE company_log ADD COLUMN actor TEXT
        """,
    )


@step
def m009_undecided(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- Reservations whose meetings are gone and may be in a room that could not be read
        CREATE TABLE undecided (
            reservation INTEGER PRIMARY KEY REFERENCES reservations (number),
            room INTEGER NOT NULL REFERENCES rooms (id),
            since TEXT NOT NULL,
            unread TEXT NOT NULL
        );
        CREATE INDEX undecided_room ON undecided (room)
        """,
    )


@step
def m010_granted_subscriptions(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- When Graph last granted the time until a subscription expires. Null in older ones
        ALTER TABLE subscriptions ADD COLUMN granted_at TEXT
        """,
    )


@step
def m011_how_services_ended(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- When, by whom and with what a service was cancelled. Null in what is older
        ALTER TABLE services ADD COLUMN cancelled_at TEXT;
        ALTER TABLE services ADD COLUMN cancelled_by TEXT;
        ALTER TABLE services ADD COLUMN cancelled_with TEXT
        """,
    )


@step
def m012_unreadable_events(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- Events in a room's calendar that cannot be read: their reservations stay
        CREATE TABLE unreadable_events (
            room INTEGER NOT NULL REFERENCES rooms (id),
            handle TEXT NOT NULL,
            event_id TEXT,
            since TEXT NOT NULL,
            wrong TEXT NOT NULL,
            subject TEXT,
            start_at TEXT,
            end_at TEXT,
            series_master_id TEXT,
            original_start_at TEXT,
            ical_uid TEXT,
            series_key TEXT,
            transaction_id TEXT,
            fingerprint TEXT NOT NULL,
            payload INTEGER REFERENCES payloads (id),
            PRIMARY KEY (room, handle)
        );
        CREATE INDEX unreadable_events_id ON unreadable_events (event_id);
        -- When Graph answered that it made the event, which it may not show for some minutes
        ALTER TABLE outbox ADD COLUMN written_at TEXT
        """,
    )


@step
def m013_rooms_taken_out(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- Since when a room is mapped no more. Its history stays
        ALTER TABLE rooms ADD COLUMN removed_at TEXT;
        -- Graph's placeId, which outlasts a new address
        ALTER TABLE rooms ADD COLUMN place_id TEXT
        """,
    )


@step
def m014_client_request_ids(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- What we called the request that failed: support finds it also where no answer came
        ALTER TABLE company_log ADD COLUMN client_request_id TEXT
        """,
    )


@step
def m015_guard_stops(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- Since when a guard has stopped the room, and its words, until a pass was good
        ALTER TABLE rooms ADD COLUMN stopped_at TEXT;
        ALTER TABLE rooms ADD COLUMN stopped_why TEXT
        """,
    )


@step
def m016_remembered_since(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- From when on a room was read without a gap: of what lies before, nothing is known.
        -- Of older reads only the last one is on record
        ALTER TABLE rooms ADD COLUMN remembered_since_at TEXT;
        UPDATE rooms SET remembered_since_at = read_start_at
        """,
    )


@step
def m017_who_did_it(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- What somebody did is found without looking through everything
        CREATE INDEX company_log_actor ON company_log (actor) WHERE actor IS NOT NULL;
        -- What went from one room to another is found under both
        ALTER TABLE company_log ADD COLUMN left_room INTEGER REFERENCES rooms (id);
        CREATE INDEX company_log_left_room ON company_log (left_room) WHERE left_room IS NOT NULL
        """,
    )


@step
def m018_changes(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- What each transaction changed, with the newest entry of the log as it was committed.
        -- A checkpoint is everything as it stood, in parts: what lies before it is not known
        CREATE TABLE log_changes (
            id INTEGER NOT NULL,
            part INTEGER NOT NULL DEFAULT 0,
            at TEXT NOT NULL,
            entry INTEGER NOT NULL,
            checkpoint INTEGER NOT NULL DEFAULT 0,
            data BLOB NOT NULL,
            PRIMARY KEY (id, part)
        );
        CREATE INDEX log_changes_at ON log_changes (at)
        """,
    )


@step
def m019_imported_reservations(connection: sqlite3.Connection) -> None:
    _run(
        connection,
        """
        -- Which reservation a date of an imported file became: the same file is known again
        CREATE TABLE imported_reservations (
            uid TEXT NOT NULL,
            date TEXT NOT NULL,
            reservation INTEGER NOT NULL REFERENCES reservations (number),
            PRIMARY KEY (uid, date)
        ) WITHOUT ROWID;
        CREATE INDEX imported_reservations_reservation ON imported_reservations (reservation)
        """,
    )
