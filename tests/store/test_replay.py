"""The record of changes: replayed it is the store, at every step, whatever was done to it."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import (
    make_agreed_with,
    make_cancelled_reservation,
    make_event,
    make_log_entry,
    make_occurrence_reservation,
    make_outbox_item,
    make_reservation,
    make_room,
    make_subscription,
    write_log,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from obctl.domain.reservation import CancelledWith, Ending, ExternalState, Service, ServiceKind
from obctl.domain.room import RoomId
from obctl.domain.sync.cancellation import Reason, RequestStatus
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.domain.values import replace
from obctl.errors import NotOnRecord, StoreError
from obctl.store import (
    agreed_states,
    events,
    imported,
    outbox,
    possible_moves,
    reservations,
    rooms,
    services,
    subscriptions,
    undecided,
    unreadable_events,
)
from obctl.store import cancellation_requests as requests
from obctl.store.changes import TABLES, write_checkpoint
from obctl.store.database import Store, open_store
from obctl.store.past import ensure_on_record, open_past
from obctl.store.replay import known
from obctl.store.replay_check import NOT_AS_RECORDED, check_replay
from obctl.store.replay_into import replay_into
from obctl.store.retention import prune_log

BEGAN = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ATRIUM, HALS = RoomId(1), RoomId(2)
Dump = dict[str, list[tuple[Any, ...]]]


def dump(store: Store, schema: str = "main") -> Dump:
    """Every recorded row of a store."""
    return {
        name: sorted(
            (
                tuple(row)
                for row in store.each(f"SELECT {', '.join(t.columns)} FROM {schema}.{name}")
            ),
            key=repr,
        )
        for name, t in TABLES.items()
    }


def past(path: Path, at: datetime) -> Dump:
    """The same of its past."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_past(path, Path(folder), at)) as store,
    ):
        return dump(store)


def wrong(store: Store) -> list[tuple[str, int | None]]:
    """What `store check --replay` finds, without the words."""
    with tempfile.TemporaryDirectory() as folder:
        return [(item.code, item.entry) for item in check_replay(store, Path(folder)).problems]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        store.clock = lambda: BEGAN
        for name in ("Atrium", "Hals"):
            rooms.add_room(store, make_room(name))
        yield store


NUMBERS = st.integers(1, 4)
WORDS = st.sampled_from(["Budget", "", "a" * 3000, "\x1b[31m[b]ü\u202e", "'; DROP TABLE rooms"])
ROOMS = st.sampled_from([ATRIUM, HALS])
EVENTS = st.sampled_from(["E1", "E2", "E\n3"])
Step = Callable[[Store], Any]


def reserve(number: int, room: RoomId, event: str, subject: str) -> Step:
    item = make_reservation(number, room=room, event=event, subject=subject, notes=subject)

    def step(store: Store) -> None:
        if store.row("SELECT 1 FROM reservations WHERE number = ?", (number,)) is None:
            reservations.insert_reservations(store, [item])
            agreed_states.save_agreed(store, [make_agreed_with(item)])
        else:
            reservations.update_reservation(store, replace(item, version=2))

    return step


def when_there(number: int, work: Step) -> Step:
    """Rows point at reservations: only where there is such a one."""

    def step(store: Store) -> None:
        if store.row("SELECT 1 FROM reservations WHERE number = ?", (number,)) is not None:
            work(store)

    return step


def hand_over(one: int, other: int) -> Step:
    def step(store: Store) -> None:
        if one != other:
            services.hand_over_services(store, one, other)
            agreed_states.hand_over_agreed(store, one, other)
            outbox.hand_over_pending(store, one, other)

    return when_there(one, when_there(other, step))


def unreadable(room: RoomId, event: str, subject: str) -> Step:
    item = UnreadableEvent(event, "start is no time", subject=subject, payload=b"{not json\xff")
    return lambda store: unreadable_events.save_unreadable(store, room, [item], BEGAN)


ENDING = Ending(BEGAN, "mia", CancelledWith.MEETING)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(reserve, NUMBERS, ROOMS, EVENTS, WORDS),
    st.builds(hand_over, NUMBERS, NUMBERS),
    st.builds(unreadable, ROOMS, EVENTS, WORDS),
    st.builds(
        lambda number, word: when_there(
            number,
            lambda store: services.add_service(
                store, Service(0, number, ServiceKind.CATERING, word, 3)
            ),
        ),
        NUMBERS, WORDS,
    ),
    st.builds(lambda n: lambda store: services.cancel_services(store, [n], ENDING), NUMBERS),
    st.builds(lambda n: lambda store: services.restore_services(store, [n]), NUMBERS),
    st.builds(lambda n: lambda store: agreed_states.forget_agreed(store, [n]), NUMBERS),
    st.builds(
        lambda n: lambda store: reservations.change_state(
            store, n, ExternalState.IN_STEP, ExternalState.CANCELLATION_REQUEST
        ),
        NUMBERS,
    ),
    st.builds(
        lambda room, event, word: lambda store: events.save_events(
            store, room, [make_event(event, subject=word, payload=word.encode() or b"{")]
        ),
        ROOMS, EVENTS, WORDS,
    ),
    st.builds(lambda r, e: lambda store: events.mark_gone(store, r, [e], BEGAN), ROOMS, EVENTS),
    st.builds(
        lambda n: when_there(
            n,
            lambda store: requests.add_request(
                store, n, reason=Reason.UNPROVEN, cause=None, at=BEGAN
            ),
        ),
        NUMBERS,
    ),
    st.builds(
        lambda n, word: lambda store: requests.decide_request(
            store, n, status=RequestStatus.REJECTED, at=BEGAN, by=word, note=word
        ),
        NUMBERS, WORDS,
    ),
    st.builds(
        lambda n: when_there(
            n, lambda store: outbox.add_to_outbox(store, make_outbox_item(reservation=n))
        ),
        NUMBERS,
    ),
    st.builds(lambda n: lambda store: outbox.mark_attempt(store, n), NUMBERS),
    st.builds(lambda n: lambda store: outbox.mark_done(store, n, BEGAN), NUMBERS),
    st.builds(lambda r: lambda store: outbox.make_room_due(store, r, BEGAN), ROOMS),
    st.builds(
        lambda n, room: when_there(
            n,
            lambda store: undecided.save_undecided(
                store, room, [n], since=BEGAN, unread="Hals was not read"
            ),
        ),
        NUMBERS, ROOMS,
    ),
    st.builds(lambda r: lambda store: undecided.forget_undecided_in(store, r), ROOMS),
    st.builds(
        lambda one, other: when_there(
            one,
            when_there(
                other, lambda store: possible_moves.save_possible_moves(store, [(one, other)])
            ),
        ),
        NUMBERS, NUMBERS,
    ),
    st.builds(
        lambda n, word: when_there(
            n, lambda store: store.row("SELECT 1 FROM imported_reservations WHERE reservation = ?",
                                       (n,))
            or imported.save_imported(store, [((word + str(n), ""), n)]),
        ),
        NUMBERS, WORDS,
    ),
    st.builds(lambda r: lambda store: possible_moves.forget_possible_moves(store, r), ROOMS),
    st.builds(
        lambda r, e: lambda store: unreadable_events.forget_unreadable(store, r, [e]),
        ROOMS, EVENTS,
    ),
    st.builds(
        lambda r, word: lambda store: rooms.save_inconclusive(store, r, word), ROOMS, WORDS
    ),
    st.builds(lambda r: lambda store: rooms.save_pass(store, r, synced_at=BEGAN), ROOMS),
    st.builds(lambda r: lambda store: rooms.take_out(store, r, BEGAN), ROOMS),
    st.builds(lambda r: lambda store: rooms.forget_identity(store, r), ROOMS),
    st.builds(
        lambda room, word: lambda store: subscriptions.save_subscription(
            store, make_subscription(id=f"S{room}", room=room, notification_url=word)
        ),
        ROOMS, WORDS,
    ),
    st.builds(lambda r: lambda store: subscriptions.mark_lost(store, f"S{r}"), ROOMS),
    st.builds(lambda r: lambda store: subscriptions.forget_subscription(store, f"s{r}"), ROOMS),
)  # fmt: skip


class _Given(Exception):
    """Something that stops a transaction."""


def run(store: Store, steps: Sequence[Step], at: datetime, *, fails: bool) -> None:
    """One transaction of some steps, undone at its end where that `fails`."""
    store.clock = lambda: at
    try:
        with store.transaction():
            for step in steps:
                step(store)
            write_log(store, [make_log_entry("sync.finished", at)])
            if fails:
                _stop()
    except _Given:
        return


def _stop() -> None:
    raise _Given


def _populate(store: Store) -> None:
    """Something of everything, so that whatever is done meets something."""
    for name in ("Atrium", "Hals"):
        rooms.add_room(store, make_room(name))
    items = [
        make_reservation(number, room=(ATRIUM, HALS)[number % 2], event=f"E{number}")
        for number in range(1, 5)
    ]
    reservations.insert_reservations(store, items)
    for item in items:
        number = item.number
        agreed_states.save_agreed(store, [make_agreed_with(item)])
        services.add_service(store, Service(0, number, ServiceKind.CATERING, "Lunch", 3))
        outbox.add_to_outbox(store, make_outbox_item(reservation=number, room=item.room))
        requests.add_request(store, number, reason=Reason.UNPROVEN, cause=None, at=BEGAN)
        undecided.save_undecided(store, item.room, [number], since=BEGAN, unread="Hals")
        possible_moves.save_possible_moves(store, [(number, 5 - number)])
    for room in (ATRIUM, HALS):
        events.save_events(store, room, [make_event("E1"), make_event("E2")])
        unreadable(room, "E2", "odd")(store)
        subscriptions.save_subscription(store, make_subscription(id=f"S{room}", room=room))


@settings(max_examples=25, deadline=None)
@given(
    history=st.lists(
        st.tuples(st.lists(STEPS, min_size=1, max_size=4), st.booleans()), min_size=1, max_size=14
    ),
    pruned=st.none() | st.integers(0, 14),
    restored=st.none() | st.integers(0, 13),
    looked=st.integers(0, 4),
)
def test_replayed_it_is_what_the_store_was_at_every_step(
    history: list[tuple[list[Step], bool]],
    pruned: int | None,
    restored: int | None,
    looked: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, backup = Path(folder) / "store.db", Path(folder) / "backup.db"
        then: dict[datetime, Dump] = {}
        store = open_store(path, create=True)
        store.clock = lambda: BEGAN
        with store.transaction():
            _populate(store)
        then[BEGAN] = dump(store)
        for day, (steps, fails) in enumerate(history, 1):
            run(store, steps, BEGAN + day * DAY, fails=fails)
            then[BEGAN + day * DAY] = dump(store)
            if day == restored:
                store.backup(backup)
        now = BEGAN + (len(history) + 1) * DAY
        if restored is not None and backup.exists():
            store.close()
            backup.replace(path)
            store = open_store(path)
            then = {at: held for at, held in then.items() if at <= BEGAN + restored * DAY}
        if pruned is not None:
            prune_log(store, BEGAN + pruned * DAY, now)
            then = {at: held for at, held in then.items() if at >= BEGAN + pruned * DAY}
        for at in [*then][looked::5]:
            assert past(path, at) == then[at], at
        assert NOT_AS_RECORDED not in [code for code, _entry in wrong(store)]
        assert replay_into(store, Path(folder) / "again.db", None).rooms >= 0
        with closing(open_store(Path(folder) / "again.db")) as again:
            assert dump(again) == dump(store)
        store.close()


def test_what_is_pruned_is_not_known_and_the_rest_is(store: Store) -> None:
    for day, subject in enumerate(("one", "two", "three")):
        at = BEGAN + day * DAY
        run(store, [reserve(1, ATRIUM, "E1", subject)], at, fails=False)
    prune_log(store, BEGAN + DAY, BEGAN + 90 * DAY)
    assert known(store).since == BEGAN
    prune_log(store, BEGAN + DAY + timedelta(seconds=1), BEGAN + 90 * DAY)
    assert (known(store).since, known(store).from_the_beginning) == (BEGAN + DAY, False)
    with pytest.raises(NotOnRecord, match="the record begins on Wed 2026-09-02"):
        ensure_on_record(store, BEGAN + DAY - timedelta(seconds=1))
    for day, subject in ((1, "two"), (2, "three")):
        held = past(store.path, BEGAN + day * DAY)["reservations"]
        assert [row[2] for row in held] == [subject]
    prune_log(store, BEGAN + 80 * DAY, BEGAN + 90 * DAY)
    assert past(store.path, BEGAN + 90 * DAY) == dump(store)
    [count] = store.row("SELECT count(*) FROM log_changes WHERE checkpoint = 0")
    assert count == 0


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE reservations SET subject = 'Other' WHERE number = 1", "not-as-recorded"),
        ("UPDATE rooms SET mailbox = upper(mailbox) WHERE id = 1", "not-as-recorded"),
        ("DELETE FROM services", "not-as-recorded"),
        ("INSERT INTO undecided VALUES (2, 1, '', '')", "not-as-recorded"),
        ("DELETE FROM agreed_states WHERE reservation = 1", "no-agreed-state"),
        ("UPDATE services SET reservation = 99", "no-reservation"),
        ("UPDATE reservations SET event_id = 'E1' WHERE number = 2", "reserved-twice"),
        ("UPDATE reservations SET series_key = 'key-of-E1' WHERE number = 2", "reserved-twice"),
        ("UPDATE reservations SET status = 'cancelled' WHERE number = 2", "no-reason"),
        ("UPDATE events SET subject = 'x'", "not-as-recorded"),
    ],
)
def test_what_went_past_the_record_is_named_with_the_entry(
    store: Store, sql: str, code: str
) -> None:
    run(
        store,
        [
            reserve(1, ATRIUM, "E1", "Budget"),
            reserve(2, ATRIUM, "E2", "Forecast"),
            lambda store: services.add_service(store, Service(0, 1, ServiceKind.CATERING, "x", 3)),
            lambda store: events.save_events(store, ATRIUM, [make_event("E1")]),
        ],
        BEGAN + DAY,
        fails=False,
    )
    run(store, [], BEGAN + 2 * DAY, fails=False)
    assert wrong(store) == []
    store.run("PRAGMA foreign_keys = OFF")
    store.run(sql)
    found = wrong(store)
    assert code in [one for one, _entry in found]
    if "undecided" not in sql:
        assert {entry for _code, entry in found} <= {None, 1}
        assert 1 in {entry for _code, entry in found} or "rooms" in sql


def test_a_later_checkpoint_hides_no_entry_and_excuses_nothing(store: Store) -> None:
    """As one that is written when a newer obctl brings the schema up to date."""
    run(store, [reserve(1, ATRIUM, "E1", "Budget")], BEGAN + DAY, fails=False)
    run(store, [reserve(2, ATRIUM, "E2", "Budget")], BEGAN + 2 * DAY, fails=False)
    store.alter("reservations", "status = 'cancelled'", (), "number = 2", ())
    with store.transaction():
        write_checkpoint(store)
    assert wrong(store) == [("no-reason", 2)]
    store.run("UPDATE reservations SET subject = 'Other' WHERE number = 1")
    assert wrong(store) == [("not-as-recorded", 1), ("no-reason", 2)]
    for day in (1, 2, 3):
        held = past(store.path, BEGAN + day * DAY)["reservations"]
        assert {row[2] for row in held} == {"Budget"}
    prune_log(store, BEGAN + 3 * DAY, BEGAN + 90 * DAY)
    [kept] = store.rows("SELECT checkpoint, at FROM log_changes GROUP BY id")
    assert tuple(kept) == (1, "2026-09-03T06:00:00Z")


def test_what_was_always_so_is_no_violation(store: Store) -> None:
    cancelled = make_cancelled_reservation(1, event="E1")
    kept = make_reservation(2, event="E1", external_state=ExternalState.NOT_ON_OUTLOOK)
    dates = [
        make_occurrence_reservation(number, event=f"O{number}", original=f"2026-09-1{number} 09:00")
        for number in (3, 4)
    ]
    elsewhere = replace(dates[0], number=5, room=HALS)
    copies = [make_reservation(number, event=f"C{number}", key="copied") for number in (6, 7)]
    everything = [cancelled, kept, *dates, elsewhere, *copies]
    linked = [item for item in everything if item not in (cancelled, kept)]
    run(
        store,
        [
            lambda store: reservations.insert_reservations(store, everything),
            lambda store: agreed_states.save_agreed(store, map(make_agreed_with, linked)),
            lambda store: events.save_events(
                store, ATRIUM, [make_event("C6"), make_event("C7")]
            ),  # Outlook has it twice itself
            lambda store: write_log(
                store, [make_log_entry("cancellation.processed", BEGAN, reservation=1)]
            ),
        ],
        BEGAN + DAY,
        fails=False,
    )
    assert wrong(store) == []
    # once the reasons are pruned nobody can tell any more
    store.run("DELETE FROM company_log")
    assert [code for code, _entry in wrong(store)] == ["no-reason"]
    prune_log(store, BEGAN + 2 * DAY, BEGAN + 90 * DAY)
    assert wrong(store) == []


def test_a_damaged_record_is_named_and_nothing_is_made_of_it(store: Store, tmp_path: Path) -> None:
    run(store, [reserve(1, ATRIUM, "E1", "Budget")], BEGAN + DAY, fails=False)
    store.run("UPDATE log_changes SET data = x'00ff' WHERE id = (SELECT max(id) FROM log_changes)")
    with pytest.raises(StoreError, match=r"change 4 in log_changes .* is damaged"):
        replay_into(store, tmp_path / "then.db", None)
    assert not (tmp_path / "then.db").exists()
    assert not list(tmp_path.glob(".then*"))


def test_a_store_of_an_older_obctl_begins_with_what_it_holds(store: Store, tmp_path: Path) -> None:
    run(store, [reserve(1, ATRIUM, "E1", "Budget")], BEGAN + DAY, fails=False)
    store.run("DROP TABLE log_changes")
    store.run("DROP TABLE imported_reservations")
    store.run("DELETE FROM migrations WHERE name >= 'm018_changes'")
    store.run("PRAGMA user_version = 17")
    store.backup(tmp_path / "older.db")
    with closing(open_store(tmp_path / "older.db")) as older:
        assert wrong(older) == []
        reach = known(older)
        assert (reach.since is not None, reach.from_the_beginning) == (True, False)
        assert past(older.path, datetime.now(UTC) + DAY) == dump(older)


_WRITER = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from builders import make_reservation
from obctl.store.database import open_store
from obctl.store.reservations import insert_reservations
store = open_store(Path(sys.argv[1]))
number = 1
while True:
    with store.transaction():
        insert_reservations(store, [make_reservation(number + at, event=None) for at in range(20)])
    number += 20
    print(number, flush=True)
"""


def test_killed_at_any_moment_the_record_is_that_of_the_store(store: Store) -> None:
    paths = [str(Path(__file__).parent.parent), *sys.path]
    command = [sys.executable, "-c", _WRITER, str(store.path), *paths]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        for _ in range(5):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    assert wrong(store) == []
    with closing(sqlite3.connect(store.path)) as raw:
        [count] = raw.execute("SELECT count(*) FROM reservations").fetchone()
    assert count >= 100
    assert count % 20 == 0
