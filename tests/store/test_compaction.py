"""A store gives its space back, to itself without being asked and to the disk when it is."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from builders import NOW

from obctl.domain.company_log import Action, Entry
from obctl.errors import StoreBusy, StoreError, StoreFull
from obctl.store.compaction import compact
from obctl.store.database import Store, open_store
from obctl.store.journal import Journal
from obctl.store.log_search import LogFilter, index_log, search_log
from obctl.store.retention import prune_log
from obctl.store.schema import problems

ENTRIES = 200


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of five nights, of which one is left."""
    path = tmp_path / "store.db"
    with closing(open_store(path, create=True)) as store:
        for night in range(5):
            a_night(store, night)
        index_log(store)
        prune_log(store, NOW + timedelta(days=4), NOW)
    return path


def a_night(store: Store, night: int) -> None:
    journal = Journal(store, "nightly run", lambda: NOW + timedelta(days=night))
    with store.transaction():
        journal.write(
            Entry(
                Action.EVENT_UPDATED,
                f"reservation {number} of night {night}",
                subject=f"Subject {number * night}",
                payload=f"{night}-{number}-{hash((night, number)):x}".encode() * 9,
            )
            for number in range(ENTRIES)
        )


def content(path: Path) -> list[str]:
    """Every row but for what FTS5 keeps for itself."""
    with closing(open_store(path)) as store:
        assert problems(store) == []
        return [line for line in store.connection.iterdump() if "_words_" not in line]


def found_by_text(path: Path) -> list[int]:
    with closing(open_store(path)) as store:
        return [entry.id or 0 for entry in search_log(store, LogFilter(text="155"))]


def test_what_was_deleted_is_given_back_and_nothing_else_changes(path: Path) -> None:
    found, rows = found_by_text(path), content(path)
    done = compact(path)
    assert (done.after < done.before * 0.7, done.after) == (True, path.stat().st_size)
    with closing(open_store(path)) as store:
        assert store.row("PRAGMA freelist_count")[0] == 0  # type: ignore[index]
        assert store.row("PRAGMA journal_mode")[0] == "wal"  # type: ignore[index]
    assert found_by_text(path) == found == [956]
    assert content(path) == rows


@pytest.mark.parametrize("how", ["reads", "writes", "has it open"])
def test_a_store_that_somebody_has_open_is_left_alone(path: Path, how: str) -> None:
    with closing(open_store(path)) as other:
        other.row("SELECT count(*) FROM rooms")
        if how == "reads":
            other.run("BEGIN")
            other.row("SELECT count(*) FROM company_log")
        if how == "writes":
            other.run("BEGIN IMMEDIATE")
        before = path.read_bytes()
        with pytest.raises(StoreBusy, match="open in another process"):
            compact(path)
        assert path.read_bytes() == before


def test_a_disk_without_space_is_named_and_the_store_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(path)
    full: Any = lambda _place: SimpleNamespace(free=1_000_000)  # noqa: E731
    monkeypatch.setattr(shutil, "disk_usage", full)
    with pytest.raises(StoreFull, match=r"MB are needed in .* and 1 MB are free; nothing was"):
        compact(path)
    assert content(path) == before


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    file.write_bytes(b"x" * 500)
    with pytest.raises(StoreError):
        compact(file)
    assert file.read_bytes() == b"x" * 500


def test_what_is_freed_is_used_again_night_after_night(tmp_path: Path) -> None:
    """A store that keeps five nights is no larger after thirty than after ten."""
    sizes: list[int] = []
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        for night in range(30):
            a_night(store, night)
            index_log(store)
            prune_log(store, NOW + timedelta(days=night - 5), NOW + timedelta(days=night))
            pages = store.row("PRAGMA page_count")
            sizes.append(pages[0] if pages else 0)
    assert max(sizes[10:]) <= max(sizes[:10]) * 1.05, sizes
