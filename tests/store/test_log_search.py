"""A search finds what looking through everything finds, whatever an index holds by then."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest
from builders import NOW, make_log_entry, make_room, write_log
from hypothesis import example, given, settings
from hypothesis import strategies as st

from obctl.domain.company_log import LogEntry
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.store.codec import fold
from obctl.store.database import Store, open_store
from obctl.store.log_search import LogFilter, catch_up_log, each_found, index_log, search_log
from obctl.store.retention import prune_log
from obctl.store.rooms import add_room

START = NOW - timedelta(days=30)
INDEXED, LATER = 9_000, 1_500
ODD_WORDS = ["café", "CAFÉ", "Straße", "İzmir", '"quoted"', "50%", "a*b", "日本", "naïve", "x"]
ACTORS = ["nightly run", None, "Noor", "sync run by Noor", "Zoë", "mia"]


def entries(first: int, count: int) -> Iterator[LogEntry]:
    """A log of four rooms; one clock was set back in the middle of it."""
    chance = random.Random(first)
    for number in range(first, first + count):
        moment = START + timedelta(minutes=number - (3_000 if number % 1_000 == 0 else 0))
        action = (
            "event.created" if number <= 6_000 else chance.choice(["event.updated", "push.updated"])
        )
        yield make_log_entry(
            "guard.tripped" if number == 77 else action,
            moment,
            room=RoomId(chance.randint(1, 4)),
            run="first" if number <= 6_000 else f"night-{number // 1_000}",
            email=f"Person.{number % 50}@contoso.example" if number % 3 else None,
            subject=f"{chance.choice(ODD_WORDS)} {number % 97}" if number % 5 else None,
            reservation=number % 700,
            message=f"reservation {number} {chance.choice(ODD_WORDS)}",
            left_room=RoomId(chance.randint(1, 4)) if number % 90 == 0 else None,
            actor=ACTORS[number % len(ACTORS)] if number < 8_000 else "Zoë",
        )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[LogEntry]]]:
    """A store of which the older part is indexed, and everything in it, newest first."""
    path = tmp_path_factory.mktemp("log") / "store.db"
    with closing(open_store(path, create=True)) as store:
        for name in ("One", "Two", "Three", "Four"):
            add_room(store, make_room(name))
        write_log(store, entries(1, INDEXED))
        index_log(store)
        write_log(store, entries(INDEXED + 1, LATER))
        yield store, search_log(store, LogFilter())


folded = cache(fold)


def fits(entry: LogEntry, wanted: LogFilter) -> bool:
    text = folded(f"{entry.message} {entry.subject or ''} {entry.email or ''}")
    return all((
        wanted.span is None or wanted.span.start <= entry.at < wanted.span.end,
        wanted.email is None or entry.email == wanted.email.lower(),
        wanted.action is None or fnmatchcase(entry.action, wanted.action),
        wanted.room is None or wanted.room in (entry.room, entry.left_room),
        wanted.reservation is None or entry.reservation == wanted.reservation,
        wanted.run is None or entry.run == wanted.run,
        wanted.by is None or folded(wanted.by) in folded(entry.actor or ""),
        wanted.after is None or (entry.id or 0) > wanted.after,
        all(fold(word) in text for word in (wanted.text or "").split()),
    ))  # fmt: skip


def span(first: float, last: float) -> TimeSpan:
    return TimeSpan(START + timedelta(days=first), START + timedelta(days=last))


FILTERS = [
    LogFilter(),
    LogFilter(span=span(1, 2)),
    LogFilter(span=span(-60, 3)),
    LogFilter(span=span(2, 60)),
    LogFilter(email="PERSON.7@contoso.example"),
    LogFilter(email="nobody@contoso.example"),
    LogFilter(action="event.*"),
    LogFilter(action="guard.*"),
    LogFilter(action="*.done"),
    LogFilter(action="none.*"),
    LogFilter(room=RoomId(2)),
    LogFilter(room=RoomId(9)),
    LogFilter(reservation=17),
    LogFilter(run="first"),
    LogFilter(run="no-such"),
    LogFilter(by="noor"),
    LogFilter(by="ZOE"),
    LogFilter(by="nobody"),
    LogFilter(by="mia", room=RoomId(1), text="cafe"),
    LogFilter(after=10_300),
    LogFilter(text="cafe"),
    LogFilter(text="STRASSE"),
    LogFilter(text="reservation person.7@"),
    LogFilter(text="zebra"),
    LogFilter(text="9"),
    LogFilter(text="97 é"),
    LogFilter(text="n1"),
    LogFilter(text="日"),
    LogFilter(text='"quo'),
    LogFilter(text="7@contoso.example café"),
    LogFilter(room=RoomId(1), text="café"),
    LogFilter(run="first", text="reservation", action="event.*"),
    LogFilter(run="first", text="reservation", action="push.*"),
    LogFilter(span=span(1, 3), text="50%", room=RoomId(3)),
    LogFilter(span=span(-60, 60), action="event.created", room=RoomId(3)),
    LogFilter(span=span(70, 80)),
    LogFilter(span=span(0, 60), room=RoomId(2)),
    LogFilter(span=span(0, 1), run="night-8"),
    LogFilter(span=span(-60, 60), run="first", text="x"),
    LogFilter(run="night-7", text="café"),
    LogFilter(run="no-such", text="café"),
    LogFilter(action="*", text="reservation", run="first"),
    LogFilter(action="*t*", text="reservation", room=RoomId(3)),
    LogFilter(action="none.*", text="reservation"),
    LogFilter(after=100, text="reservation", action="event.*"),
    LogFilter(after=7_000, run="first"),
    LogFilter(email="person.8@contoso.example", span=span(0, 4), action="event.*", text="x 1"),
]


@pytest.mark.parametrize("limit", [None, 1, 60])
@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_every_kind_finds_what_looking_finds(
    log: tuple[Store, list[LogEntry]], wanted: LogFilter, limit: int | None
) -> None:
    store, everything = log
    expected = [entry for entry in everything if fits(entry, wanted)][:limit]
    assert search_log(store, replace(wanted, limit=limit)) == expected


@settings(deadline=None, max_examples=60)
@given(st.text(st.sampled_from("eé\"'*%.@ ß 日1xCaf-"), max_size=9))
@example("İ")
@example("e\u0301")
def test_any_text_is_found_as_by_looking(log: tuple[Store, list[LogEntry]], text: str) -> None:
    store, everything = log
    wanted = LogFilter(text=text)
    assert search_log(store, wanted) == [entry for entry in everything if fits(entry, wanted)]


def test_a_search_reads_no_more_than_is_taken(log: tuple[Store, list[LogEntry]]) -> None:
    store, everything = log
    assert next(each_found(store, LogFilter(text="reservation"))) == everything[0]


def make_store(path: Path, count: int) -> Store:
    store = open_store(path, create=True)
    for name in ("One", "Two", "Three", "Four"):
        add_room(store, make_room(name))
    write_log(store, entries(1, count))
    return store


def indexed(store: Store) -> int:
    row = store.row("SELECT count(*) AS found FROM log_words")
    return row["found"] if row else 0


def test_a_search_by_text_indexes_what_was_written_since(tmp_path: Path) -> None:
    with closing(make_store(tmp_path / "store.db", 2_500)) as store:
        assert indexed(store) == 0
        search_log(store, LogFilter(text="zebra"))
        assert indexed(store) == 2_500


def test_a_night_indexes_what_it_wrote_unless_that_is_little_or_very_much(tmp_path: Path) -> None:
    with closing(make_store(tmp_path / "store.db", 1_500)) as store:
        catch_up_log(store, most=2_400)
        assert indexed(store) == 0
        write_log(store, entries(1_501, 1_000))
        catch_up_log(store, most=2_400)
        assert indexed(store) == 0
        catch_up_log(store, most=2_500)
        assert indexed(store) == 2_500


def test_a_search_neither_waits_for_a_writer_nor_misses_anything(tmp_path: Path) -> None:
    with (
        closing(make_store(tmp_path / "store.db", 2_500)) as store,
        closing(open_store(tmp_path / "store.db")) as writer,
    ):
        writer.run("BEGIN IMMEDIATE")
        assert len(search_log(store, LogFilter(text="reservation 2412"))) == 1
        writer.run("ROLLBACK")
        assert indexed(store) == 0
        row = store.row("PRAGMA busy_timeout")
        assert row is not None
        assert row[0] == 30_000


def test_what_is_pruned_leaves_the_index(tmp_path: Path) -> None:
    with closing(make_store(tmp_path / "store.db", 2_500)) as store:
        index_log(store)
        before = START + timedelta(minutes=2_001)
        removed = prune_log(store, before, before).removed
        assert indexed(store) == 2_500 - removed > 0
        store.run("INSERT INTO log_words (log_words) VALUES ('integrity-check')")
        assert search_log(store, LogFilter(text="1777")) == []
        end = START + timedelta(days=30_000)
        store.run("UPDATE rooms SET last_synced_at = '2100-01-01T00:00:00Z'")
        prune_log(store, end, end)
        write_log(store, entries(1, 10))
        assert len(search_log(store, LogFilter(text="reservation"))) == 10
        index_log(store)
        assert len(search_log(store, LogFilter(text="reservation"))) == 10
