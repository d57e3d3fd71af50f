"""Whatever stands in a column that may tell of others is gone from a masked copy."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from builders import NOW, make_agreed, make_outbox_item, make_reservation, make_room

from obctl.domain.difference import Cause, Confidence, Evidence
from obctl.domain.event_changes import EventChanges
from obctl.domain.room import RoomId
from obctl.domain.sync.cancellation import Reason
from obctl.engine.bundle.own_words import own_words
from obctl.store.agreed_states import add_tried, find_agreed, save_agreed
from obctl.store.bundle_columns import COLUMNS, Holds
from obctl.store.bundle_copy import copy_masked, copy_plain, mask_for
from obctl.store.cancellation_requests import add_request, load_requests
from obctl.store.database import Store, open_store
from obctl.store.outbox import add_to_outbox, load_pending
from obctl.store.payloads import load_payload, save_payload
from obctl.store.reservations import Filter, insert_reservations, search_reservations
from obctl.store.rooms import add_room, load_rooms, save_inconclusive
from obctl.store.runs import find_run, finish_run, start_run

TELLING = [
    (table, column)
    for table, columns in COLUMNS.items()
    for column, holds in columns.items()
    if holds is not Holds.OURS
]


def marked(table: str, column: str) -> str:
    """A text that is in no other column, and nowhere in obctl."""
    return f"Zyx{table.replace('_', '')}{column.replace('_', '')}qj"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one row in each table, every column that may tell of others full of it."""
    path = tmp_path_factory.mktemp("full") / "store.db"
    with closing(open_store(path, create=True)) as store:
        store.run("PRAGMA foreign_keys = OFF")
        for table, columns in COLUMNS.items():
            values = [
                1 if holds is Holds.OURS else written(holds, marked(table, column))
                for column, holds in columns.items()
            ]
            marks = ", ".join("?" * len(values))
            store.run(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
        save_payload(store, json.dumps({"unheard of": marked("payloads", "data")}).encode())
    return path


def written(holds: Holds, text: str) -> str:
    if holds is Holds.OBJECT:
        return json.dumps({"unheard_of": [text], "subject": text, text: 1})
    return text


def told(store: Store) -> str:
    originals = store.rows("SELECT id FROM payloads")
    return "\n".join(
        [*store.connection.iterdump(), *(str(load_payload(store, row["id"])) for row in originals)]
    )


@pytest.fixture(scope="module")
def masked(full: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """All that a masked copy tells."""
    path = tmp_path_factory.mktemp("masked") / "store.db"
    with closing(open_store(full)) as source, closing(open_store(path, create=True)) as target:
        source.run("PRAGMA foreign_keys = OFF")
        copy_masked(source, target, mask_for(source, b"k" * 32), frozenset({"zyx"}), [])
        return told(target)


@pytest.mark.parametrize(("table", "column"), [*TELLING, ("payloads", "data")])
def test_a_column_that_may_tell_of_others_is_masked(masked: str, table: str, column: str) -> None:
    assert marked(table, column) not in masked
    assert f"INSERT INTO {table}" in masked.replace('"', "")


def test_what_is_nobodys_business_goes_from_a_plain_copy_alone(full: Path, tmp_path: Path) -> None:
    with (
        closing(open_store(full)) as source,
        closing(open_store(tmp_path / "plain.db", create=True)) as target,
    ):
        copy_plain(source, target, {table: [1] for table in (*COLUMNS, "payloads")})
        plain = told(target)
    for table, column in TELLING:
        private = COLUMNS[table][column] is Holds.PRIVY
        assert (marked(table, column) in plain) is not private


ORDINARY = ("likely", "Room-declined", "subject", "start", "ok", "code", "time", "sync", "failed")
"""Words of ours after which somebody may call a meeting."""


def test_meetings_that_are_called_as_our_own_words_disturb_nothing(tmp_path: Path) -> None:
    """What programs read in the store is still what they wrote."""
    cause = Cause("room-declined", Confidence.LIKELY, (Evidence("event.subject", "ok"),), "", "")
    report = {"rooms": {"ok": 3}, "problems": [{"code": "failed", "room": None, "message": "ok"}]}
    with (
        closing(open_store(tmp_path / "home.db", create=True)) as store,
        closing(open_store(tmp_path / "masked.db", create=True)) as masked,
    ):
        add_room(store, make_room())
        save_inconclusive(store, RoomId(1), "partial-read")
        held = [make_reservation(n, subject=word) for n, word in enumerate(ORDINARY, 1)]
        insert_reservations(store, held)
        save_agreed(store, [make_agreed(held[0])])
        add_tried(store, 1, EventChanges(subject="ok"))
        add_request(store, 1, reason=Reason.SERVICES_BOOKED, cause=cause, at=NOW)
        add_to_outbox(store, make_outbox_item(reservation=1, agreed=make_agreed(held[0])))
        start_run(store, "R1", kind="sync", at=NOW)
        finish_run(store, "R1", at=NOW, exit_code=0, report=report)
        copy_masked(store, masked, mask_for(store, b"k" * 32), own_words(), [])
        (request,) = load_requests(masked)
        assert request.cause is not None
        assert (request.cause.code, request.cause.confidence) == (cause.code, cause.confidence)
        agreed, run = find_agreed(masked, 1), find_run(masked, "R1")
        assert agreed is not None
        assert len(agreed.tried) == 1
        assert load_pending(masked)[0].agreed is not None
        assert run.report is not None
        assert run.report["rooms"] == {"ok": 3}
        assert run.report["problems"][0]["code"] == "failed"
        assert load_rooms(masked)[0].condition == "partial-read"
        subjects = {item.subject for item in search_reservations(masked, Filter())}
    assert len(subjects) == len(ORDINARY)
    assert not subjects & set(ORDINARY)
