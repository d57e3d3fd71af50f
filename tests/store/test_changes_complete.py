"""No statement changes a recorded table but through the recorder.

Read from the source: whatever `Store.run` and `Store.run_many` are given is looked at, whether it
stands there or has a name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import obctl
from obctl.store.changes import TABLES
from obctl.store.database import open_store
from obctl.store.schema import describe, tables

PACKAGE = Path(obctl.__file__).parent
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if "sandbox" not in path.relative_to(PACKAGE).parts
)
RUNNERS = {"run", "run_many", "execute", "executemany", "executescript"}
# They write the past, a copy, or the schema: nothing of a store that is at work.
APART = {
    "store/database.py", "store/migrations.py", "store/replay.py", "store/replay_into.py",
    "store/bundle_copy.py", "store/bundle_intake.py", "store/compaction.py",
}  # fmt: skip
UNKNOWN = "?"
_WRITES = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"
    r"(?:main\.)?([\w?]+)",
    re.IGNORECASE,
)
_SETS = re.compile(r"\bUPDATE\s+\w+\s+SET\s+(.*?)(?:\s+WHERE\b|$)", re.IGNORECASE | re.DOTALL)


def texts(node: ast.AST, named: dict[str, list[ast.expr]], seen: frozenset[str]) -> Iterator[str]:
    """What an expression may be as a text; `?` for what is not known."""
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.JoinedStr(values=parts):
            yield "".join(next(texts(part, named, seen), UNKNOWN) for part in parts)
        case ast.FormattedValue(value=value):
            yield from texts(value, named, seen)
        case ast.BinOp(left=left, right=right):
            yield from (
                one + other
                for one in texts(left, named, seen)
                for other in texts(right, named, seen)
            )
        case ast.Name(id=name) if name in named and name not in seen:
            for value in named[name]:
                yield from texts(value, named, seen | {name})
        case _:
            yield UNKNOWN


def written(source: str) -> Iterator[tuple[int, str]]:
    """Line and table of each statement that changes a recorded table past the recorder."""
    tree = ast.parse(source)
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(node.value)
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[sql, *_]) if attr in RUNNERS:
                for text in texts(sql, named, frozenset()):
                    yield from ((node.lineno, table) for table in recorded_in(text))
            case _:
                continue


def recorded_in(sql: str) -> Iterator[str]:
    """The recorded tables that a statement writes, but for columns that are not recorded."""
    for table in _WRITES.findall(sql):
        if table == UNKNOWN or (
            table in TABLES and changed_columns(sql) & {*TABLES[table].columns}
        ):
            yield table


def changed_columns(sql: str) -> set[str]:
    """The columns that an `UPDATE` sets; all there are for anything else."""
    sets = _SETS.search(sql)
    if sets is None:
        return {name for table in TABLES.values() for name in table.columns}
    return set(re.findall(r"(\w+)\s*=", sets[1]))


def test_every_writer_of_a_recorded_table_goes_through_the_recorder() -> None:
    past = [
        f"{path.relative_to(PACKAGE)}:{line} writes {table}"
        for path in MODULES
        if str(path.relative_to(PACKAGE)) not in APART
        for line, table in written(path.read_text(encoding="utf-8"))
    ]
    assert not past, "use Store.put, alter, remove, insert or merge"


@pytest.mark.parametrize(
    ("source", "tables"),
    [
        ("store.run('DELETE FROM services WHERE id = 1')", ["services"]),
        ("store.run('UPDATE rooms SET verdict = NULL')", ["rooms"]),
        ("store.run('UPDATE rooms SET applied = applied + 1 WHERE id = ?')", []),
        ("store.run('UPDATE inbox SET handled_at = ?')", []),
        ("_SQL = 'INSERT OR REPLACE INTO agreed_states VALUES (?)'\nstore.run_many(_SQL, rows)",
         ["agreed_states"]),
        ("def f(t):\n    store.run(f'DELETE FROM {t}')", ["?"]),
        ("where = 'x'\nstore.run(f'UPDATE events SET gone_at = 1 {where}')", ["events"]),
        ("store.alter('rooms', 'verdict = NULL', (), 'id = ?', (1,))", []),
    ],
)  # fmt: skip
def test_what_goes_past_it_is_seen(source: str, tables: list[str]) -> None:
    assert [table for _line, table in written(source)] == tables


def test_every_table_is_recorded_or_left_out_on_purpose(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db", create=True)
    there = set(tables(store))
    store.close()
    assert there - set(TABLES) == {
        # they say themselves when they were
        "company_log", "inbox", "payloads", "runs",
        # they can be made again
        "log_words", "reservation_words", "stale_words",
        # the schema's own, the record itself, and what is over in two minutes
        "migrations", "log_changes", "settling",
    }  # fmt: skip


def test_every_column_is_recorded_or_left_out_on_purpose(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db", create=True)
    left_out = {
        (column.table, column.column)
        for column in describe(store)
        if column.table in TABLES and column.column not in TABLES[column.table].columns
    }
    store.close()
    assert left_out == {
        ("events", "id"),  # nobody but SQLite has a use for it
        ("rooms", "applied"),  # counts what was applied; a plan of another store is stale anyway
        ("rooms", "delta_link"),  # a secret
        ("subscriptions", "client_state"),  # a secret
        ("subscriptions", "last_notification_at"),  # the inbox tells it
    }
