"""A bundle comes from outside: what obctl did not write is refused, and said to be."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import zstandard

from obctl import __version__
from obctl.engine.bundle.archive import write_archive
from obctl.engine.bundle.opened import opened_bundle
from obctl.errors import ObctlError, StoreError, UsageError
from obctl.store.bundle_intake import SCHEMA
from obctl.store.migrations import STEPS, migrate

Spoil = Callable[[dict[str, bytes]], None]


def members(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(file: Path, content: dict[str, bytes], *, honest: bool = True) -> Path:
    """A bundle of these members, its digests right where it is `honest`."""
    with suppress(ValueError, RecursionError, KeyError):
        manifest = json.loads(content["manifest.json"])
        if honest:
            others = sorted(content.keys() & {"config.toml", "verdict.json", "store.db"})
            digests = {name: sha256(content[name]).hexdigest() for name in others}
            content["manifest.json"] = json.dumps(manifest | {"digests": digests}).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file


def refused(file: Path) -> StoreError:
    with pytest.raises(StoreError) as caught, opened_bundle(file, obctl=__version__):
        pass
    assert str(file) in caught.value.message
    return caught.value


def says(**changes: Any) -> Spoil:
    def spoil(content: dict[str, bytes]) -> None:
        manifest = json.loads(content["manifest.json"]) | changes
        content["manifest.json"] = json.dumps(manifest).encode()

    return spoil


def holds(name: str, data: bytes) -> Spoil:
    def spoil(content: dict[str, bytes]) -> None:
        content[name] = data

    return spoil


def lacks(name: str) -> Spoil:
    def spoil(content: dict[str, bytes]) -> None:
        del content[name]

    return spoil


def store_with(*statements: str) -> Spoil:
    def spoil(content: dict[str, bytes]) -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(content["store.db"])
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            content["store.db"] = connection.serialize()

    return spoil


def unpacks_to_much(content: dict[str, bytes]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content["store.db"])
        bomb = zstandard.ZstdCompressor().compress(b"\0" * (65 * 1024 * 1024))
        connection.execute("UPDATE payloads SET codec = 1, data = ?", (bomb,))
        connection.commit()
        content["store.db"] = connection.serialize()


SPOILT = [
    pytest.param(lacks("store.db"), "it holds", id="no store"),
    pytest.param(lacks("manifest.json"), "it holds", id="no manifest"),
    pytest.param(holds("../evil", b"x"), "it holds .*'../evil'", id="a path upwards"),
    pytest.param(holds("/etc/passwd", b"x"), "it holds", id="an absolute path"),
    pytest.param(holds("extra.txt", b"x"), "it holds", id="one file more"),
    pytest.param(holds("manifest.json", b"{"), "cannot be understood", id="manifest cut"),
    pytest.param(holds("manifest.json", b"[" * 100_000), "understood", id="manifest nested"),
    pytest.param(holds("manifest.json", b" " * 1_100_000), "would unpack to", id="manifest huge"),
    pytest.param(says(schema="x"), "cannot be understood", id="schema no number"),
    pytest.param(says(schema=SCHEMA - 1), "schema", id="another schema than it says"),
    pytest.param(says(schema=0), "schema", id="schema nought"),
    pytest.param(says(schema=-3), "schema", id="schema below nought"),
    pytest.param(says(made_at="soon"), "cannot be understood", id="no time"),
    pytest.param(says(made_at="2026-09-14T12:00:00"), "cannot be understood", id="no zone"),
    pytest.param(says(rooms=[{"id": 1}]), "cannot be understood", id="half a room"),
    pytest.param(holds("verdict.json", b"[]"), "cannot be understood", id="verdict a list"),
    pytest.param(holds("config.toml", b"["), "config.toml", id="no toml"),
    pytest.param(holds("config.toml", b"a=" + b"[" * 9_000), "config.toml", id="toml nested"),
    pytest.param(holds("config.toml", b"[sync]\nfuture_days = 'x'"), "future_days", id="setting"),
    pytest.param(holds("store.db", b""), "cut short|empty", id="store empty"),
    pytest.param(holds("store.db", b"x" * 5000), "no SQLite|damaged", id="store no database"),
    pytest.param(store_with("CREATE VIEW sly AS SELECT 1"), "'sly'", id="a view"),
    pytest.param(
        store_with("CREATE TRIGGER sly AFTER INSERT ON rooms BEGIN DELETE FROM rooms; END"),
        "'sly'",
        id="a trigger",
    ),
    pytest.param(store_with("CREATE TABLE sly (a)"), "'sly'", id="one table more"),
    pytest.param(store_with("DROP TABLE outbox"), "'outbox'", id="one table less"),
    pytest.param(store_with("ALTER TABLE rooms ADD COLUMN sly"), "'rooms'", id="a column more"),
    pytest.param(
        store_with("DROP TABLE runs", "CREATE VIEW runs AS SELECT 1 AS id"), "'runs'", id="view"
    ),
    pytest.param(store_with("PRAGMA user_version = 99"), "schema 99", id="store of tomorrow"),
    pytest.param(
        store_with("UPDATE events SET room = 77"), "missing row", id="points at what is not there"
    ),
    pytest.param(
        store_with("UPDATE payloads SET codec = 1, data = x'00'"), "damaged", id="original damaged"
    ),
    pytest.param(unpacks_to_much, "larger than any", id="original unpacks to much"),
]


@pytest.mark.parametrize(("spoil", "why"), SPOILT)
def test_what_obctl_does_not_make_is_refused(
    plain: Path, tmp_path: Path, spoil: Spoil, why: str
) -> None:
    content = members(plain)
    spoil(content)
    error = refused(packed(tmp_path / "spoilt.zip", content))
    assert re.search(why, error.message, re.DOTALL), error.message
    assert error.hint


def test_what_changed_on_its_way_is_refused(plain: Path, tmp_path: Path) -> None:
    content = members(plain)
    content["verdict.json"] = b'{"live": true, "why_cached": null}'
    error = refused(packed(tmp_path / "b.zip", content, honest=False))
    assert "verdict.json is not what was packed" in error.message


@pytest.mark.parametrize("cut", [0, 1, 100, -1, -30, -3000])
def test_a_file_that_is_cut_short_is_refused(plain: Path, tmp_path: Path, cut: int) -> None:
    file = tmp_path / "b.zip"
    file.write_bytes(plain.read_bytes()[:cut])
    refused(file)


@pytest.mark.parametrize("text", ["", "not a zip"])
def test_what_is_no_archive_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "b.zip"
    file.write_text(text, "utf-8")
    refused(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none.zip").message


def test_any_bit_may_flip(plain: Path, tmp_path: Path) -> None:
    """Whatever breaks on the way is an error of obctl's, and never another."""
    whole = plain.read_bytes()
    for position in range(7, len(whole), max(1, len(whole) // 60)):
        broken = bytearray(whole)
        broken[position] ^= 0x55
        file = tmp_path / "b.zip"
        file.write_bytes(broken)
        try:
            with opened_bundle(file, obctl=__version__):
                pass
        except ObctlError:
            continue


def test_a_bomb_is_not_unpacked(plain: Path, tmp_path: Path) -> None:
    content = members(plain)
    content["store.db"] = b"\0" * (80 * 1024 * 1024)
    error = refused(packed(tmp_path / "b.zip", content))
    assert "would unpack to 83,886,080 bytes" in error.message


def test_a_member_twice_is_refused(plain: Path, tmp_path: Path) -> None:
    file = packed(tmp_path / "b.zip", members(plain))
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(file, "a") as archive,
    ):
        archive.writestr("store.db", b"x")
    refused(file)


@pytest.mark.parametrize("newer", [{"schema": SCHEMA + 1}, {"format": 2}], ids=["schema", "format"])
def test_a_bundle_of_a_newer_obctl_names_both(
    plain: Path, tmp_path: Path, newer: dict[str, int]
) -> None:
    content = members(plain)
    says(**newer, obctl="9.8.7", unheard_of=True)(content)
    error = refused(packed(tmp_path / "b.zip", content))
    assert error.code == "bundle-newer"
    assert "obctl 9.8.7" in error.message
    assert f"obctl {__version__}" in error.message


def test_a_bundle_of_the_schema_before_is_brought_up_to_date(plain: Path, tmp_path: Path) -> None:
    content = members(plain)
    older(content)
    says(schema=SCHEMA - 1)(content)
    with opened_bundle(packed(tmp_path / "b.zip", content), obctl=__version__) as bundle:
        row = bundle.store.row("PRAGMA user_version")
        assert row is not None
        assert row[0] == SCHEMA
        with opened_bundle(plain, obctl=__version__) as now:
            counted = "SELECT (SELECT count(*) FROM company_log), (SELECT count(*) FROM events)"
            assert tuple(bundle.store.rows(counted)[0]) == tuple(now.store.rows(counted)[0])


def older(content: dict[str, bytes]) -> None:
    """The store as the obctl before the last migration would have packed it."""
    with (
        closing(sqlite3.connect(":memory:", isolation_level=None)) as now,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as before,
    ):
        now.deserialize(content["store.db"])
        migrate(before, stop_before=STEPS[-1].__name__)
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        for (table,) in before.execute(tables).fetchall():
            if table.startswith(("sqlite_", "migrations", "log_words", "reservation_words")):
                continue
            names = [row[1] for row in before.execute(f"PRAGMA table_info({table})")]
            marks = ", ".join("?" * len(names))
            rows = now.execute(f"SELECT {', '.join(names)} FROM {table}")
            into = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
            before.executemany(into, rows)
        content["store.db"] = before.serialize()


def test_settings_that_this_obctl_does_not_know_are_passed_over(
    plain: Path, tmp_path: Path
) -> None:
    content = members(plain)
    content["config.toml"] += b"\n[of_tomorrow]\nflag = true\n"
    with opened_bundle(packed(tmp_path / "b.zip", content), obctl=__version__) as bundle:
        assert bundle.config.time_zone == "Europe/Amsterdam"


def test_nothing_is_left_behind(plain: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with opened_bundle(plain, obctl=__version__):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_hard_links_holds_bundles_too(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    file = tmp_path / "b.zip"
    content = members(plain)
    write_archive(file, content)
    assert members(file) == content
    with pytest.raises(UsageError, match="exists already"):
        write_archive(file, content)
    assert os.listdir(tmp_path) == ["b.zip"]  # noqa: PTH208


def test_a_bundle_is_its_owners_alone(masked: Path) -> None:
    assert oct(masked.stat().st_mode & 0o777) == "0o600"
    assert os.listdir(masked.parent) == [masked.name]  # noqa: PTH208
