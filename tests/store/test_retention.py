"""What pruning the log removes, and what it keeps for somebody who may still ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from builders import (
    NOW,
    make_cancelled_reservation,
    make_event,
    make_log_entry,
    make_occurrence,
    make_occurrence_reservation,
    make_outbox_item,
    make_reservation,
    make_room,
    write_log,
)

from obctl.domain.company_log import LogEntry
from obctl.domain.event import EventId
from obctl.domain.room import RoomId
from obctl.domain.sync.cancellation import Reason, RequestStatus
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.errors import StoreError
from obctl.store.cancellation_requests import add_request, decide_request
from obctl.store.company_log import load_history, read_log
from obctl.store.database import Store, open_store
from obctl.store.events import save_events
from obctl.store.outbox import add_to_outbox, mark_done
from obctl.store.payloads import load_payload
from obctl.store.reservations import insert_reservations
from obctl.store.retention import LATELY, Pruned, count_old, prune_log
from obctl.store.rooms import add_room, save_pass, take_out
from obctl.store.unreadable_events import forget_unreadable, save_unreadable

BEFORE = NOW - timedelta(days=40)
LONG_AGO = "2026-02-01 09:00"
ATRIUM, HALS = RoomId(1), RoomId(2)
OVER, TO_COME = "2026-06-01 09:00", "2026-12-01 09:00"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        for name in ("Atrium", "Hals"):
            add_room(store, make_room(name))
        save_pass(store, ATRIUM, synced_at=NOW)
        yield store


def entry(at: str = LONG_AGO, action: str = "event.updated", **about: object) -> LogEntry:
    return make_log_entry(action, at, **about)


def left(store: Store, *entries: LogEntry) -> list[int | None]:
    """The positions of the entries that a pruning leaves, from 1; what it foretells is done."""
    write_log(store, entries)
    foretold = count_old(store, BEFORE, NOW)
    assert prune_log(store, BEFORE, NOW) == foretold
    found = [item.id for item in read_log(store)]
    assert foretold.removed == len(entries) - len(found)
    return found


def test_what_is_older_goes_and_the_rest_stays(store: Store) -> None:
    assert left(store, entry(), entry("2026-09-01 09:00"), entry(reservation=77)) == [2]


@pytest.mark.parametrize(
    ("ends", "kept"),
    [(TO_COME, [1]), ("2026-09-01 09:00", [1]), ("2026-08-14 09:00", []), (OVER, [])],
    ids=["to come", "lately", "more than a month ago", "long ago"],
)
def test_a_reservation_that_is_to_come_or_was_lately_keeps_its_story(
    store: Store, ends: str, kept: list[int]
) -> None:
    assert timedelta(days=30) == LATELY
    insert_reservations(store, [make_reservation(1, starts=ends, event=None)])
    assert left(store, entry(reservation=1), entry()) == kept


def test_a_cancelled_one_that_was_to_come_keeps_its_story_too(store: Store) -> None:
    insert_reservations(store, [make_cancelled_reservation(1, starts=TO_COME)])
    assert left(store, entry(reservation=1)) == [1]


def test_an_open_request_keeps_the_story_of_its_reservation_until_it_is_decided(
    store: Store,
) -> None:
    insert_reservations(store, [make_reservation(1, starts=OVER, event=None)])
    request = add_request(store, 1, reason=Reason.SERVICES_BOOKED, cause=None, at=NOW)
    assert left(store, entry(reservation=1)) == [1]
    decide_request(store, request, status=RequestStatus.APPROVED, at=NOW, by="mia")
    assert prune_log(store, BEFORE, NOW) == Pruned(1, 0)


def test_a_pending_write_keeps_the_story_of_its_reservation_until_it_is_done(store: Store) -> None:
    insert_reservations(store, [make_reservation(1, starts=OVER, event=None)])
    item = add_to_outbox(store, make_outbox_item(reservation=1))
    assert left(store, entry(reservation=1)) == [1]
    mark_done(store, item.id, NOW)
    assert prune_log(store, BEFORE, NOW) == Pruned(1, 0)


def test_what_could_not_be_decided_keeps_its_story(store: Store) -> None:
    insert_reservations(
        store,
        [make_reservation(number, starts=OVER, event=None) for number in (1, 2, 3, 4)],
    )
    store.run(
        "INSERT INTO undecided (reservation, room, since, unread) VALUES (1, 1, ?, 'x')",
        ("2026-09-01T00:00:00Z",),
    )
    store.run("INSERT INTO possible_moves (reservation, instead_of) VALUES (2, 3)")
    assert left(store, *(entry(reservation=number) for number in (1, 2, 3, 4))) == [1, 2, 3]


def test_an_event_that_is_to_come_keeps_its_story_and_that_of_its_series(store: Store) -> None:
    save_events(
        store,
        ATRIUM,
        [
            make_event("E1", starts=TO_COME),
            make_event("E2", starts=OVER),
            make_occurrence("O1", master="M", starts=TO_COME),
            make_occurrence("O2", master="M2", starts=OVER),
        ],
    )
    insert_reservations(
        store,
        [make_occurrence_reservation(1, event="O9", master="M9", starts=TO_COME)],
    )
    named = ("E1", "E2", "O1", "M", "M2", "M9", "O9")
    entries = [entry(room=ATRIUM, event_id=name) for name in named]
    assert left(store, *entries) == [1, 3, 4, 6, 7]


def test_why_a_room_had_no_good_pass_since_stays(store: Store) -> None:
    why = {"action": "room.inconclusive"}
    assert left(store, entry(room=ATRIUM, **why), entry(room=HALS, **why), entry(**why)) == [2]


def test_a_room_that_was_taken_out_waits_for_no_pass(store: Store) -> None:
    take_out(store, HALS, NOW)
    assert left(store, entry(room=HALS, action="room.inconclusive")) == []


def test_an_event_that_nobody_can_read_keeps_its_story_while_it_is_there(store: Store) -> None:
    event = UnreadableEvent(EventId("E8"), "start is no time", payload=b"{}")
    save_unreadable(store, ATRIUM, [event], NOW)
    entries = [entry(room=ATRIUM, event_id="E8"), entry(room=HALS, event_id="E8")]
    assert left(store, *entries) == [1]
    forget_unreadable(store, ATRIUM, ["E8"])
    assert prune_log(store, BEFORE, NOW) == Pruned(1, 0)


def test_explain_finds_the_same_story_as_before(store: Store) -> None:
    insert_reservations(
        store, [make_reservation(1, starts=TO_COME), make_reservation(2, event=None, starts=OVER)]
    )
    save_events(store, ATRIUM, [make_event("E1", starts=TO_COME)])
    write_log(
        store,
        [
            entry(reservation=1, room=ATRIUM, event_id="E1", payload=b'{"id": "E1"}'),
            entry(room=ATRIUM, event_id="E1"),
            entry(reservation=2),
            entry(reservation=1),
        ],
    )
    before = load_history(store, ATRIUM, ["E1"], 1)
    assert prune_log(store, BEFORE, NOW) == Pruned(1, 3)
    assert load_history(store, ATRIUM, ["E1"], 1) == before
    assert read_log(store)[0].payload == b'{"id": "E1"}'


def test_originals_go_with_the_last_that_uses_them(store: Store) -> None:
    write_log(store, [entry(payload=b'{"gone": 1}'), entry("2026-09-01 09:00", payload=b"{}")])
    prune_log(store, BEFORE, NOW)
    assert [load_payload(store, number) for number in (1, 2)] == [None, b"{}"]


def test_many_entries_go_in_turns(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others may write in between; the end is the same."""
    monkeypatch.setattr("obctl.store.retention._AT_ONCE", 2)
    insert_reservations(store, [make_reservation(1, starts=TO_COME, event=None)])
    assert left(store, *(entry(reservation=number % 3) for number in range(1, 12))) == [1, 4, 7, 10]


def test_what_points_at_what_is_looked_after_again_when_it_is_done(store: Store) -> None:
    """Looking who points at each original took the square of the log's length."""
    write_log(store, [entry(payload=b"{}")])
    prune_log(store, BEFORE, NOW)
    row = store.row("PRAGMA foreign_keys")
    assert row is not None
    assert row[0] == 1
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        store.run("INSERT INTO services (reservation, kind, description, quantity, status)"
                  " VALUES (9, 'other', 'x', 1, 'ordered')")  # fmt: skip


def test_a_long_log_is_not_read_once_for_each_original_that_goes(store: Store) -> None:
    """Counted in SQLite's own steps: what stays is read through once, and not a hundred times."""
    steps: list[int] = []
    store.connection.set_progress_handler(lambda: steps.append(1), 100)
    spent = []
    for stays in (1, 1_000):
        write_log(store, [entry("2026-09-01 09:00") for _ in range(stays)])
        write_log(store, [entry(payload=f"{number}".encode()) for number in range(100)])
        steps.clear()
        prune_log(store, BEFORE, NOW)
        spent.append(len(steps))
    store.connection.set_progress_handler(None, 0)
    assert spent[1] < spent[0] * 3
