"""What it costs to look into the past, with a short and with a long record; memory stays flat.

    python tests/benchmarks/replay.py [--entries 1000000] [--rooms 50]

Plays nights on a store until its log has a tenth of so many entries, and on another until it has
all of them (`retention.py` has the nights). Of each: `log at` and `planner --at` in its middle,
`log replay --into` and `store check --replay`, whole processes, CPU seconds and peak memory; and
what the record takes of the file.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from nights import measure
from retention import BEGIN, MB, Company

from obctl.engine.admin.init import create_company
from obctl.store.database import Store, open_store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--play", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.play is not None:
        play(arguments.play, arguments.rooms, arguments.entries)
        return
    for entries in (arguments.entries // 10, arguments.entries):
        with tempfile.TemporaryDirectory() as name:
            show(Path(name), arguments.rooms, entries)


def play(path: Path, rooms: int, entries: int) -> None:
    """Nights until there are so many entries."""
    with closing(open_store(path)) as store:
        company, night = Company(store, rooms), 0
        while _count(store, "company_log") < entries:
            store.clock = lambda at=BEGIN + timedelta(days=night): at
            company.night(night, None)
            night += 1


def show(home: Path, rooms: int, entries: int) -> None:
    create_company(home, "bench", {"graph.url": "http://127.0.0.1:9/v1.0",
                                   "graph.credential": "token"})  # fmt: skip
    path = home / "bench" / "store.db"
    # A process of its own: a child's peak memory is at least that of its parent when it began.
    subprocess.run([sys.executable, __file__, "--play", str(path), "--rooms", str(rooms),
                    "--entries", str(entries)], check=True)  # fmt: skip
    with closing(open_store(path)) as store:
        record = store.rows("SELECT sum(length(data)) AS size, count(*) AS n FROM log_changes")[0]
        nights = _count(store, "runs")
        print(f"{nights} nights, {_count(store, 'company_log'):,} entries,"
              f" {_count(store, 'reservations'):,} reservations,"
              f" {path.stat().st_size / MB:,.0f} MB;"
              f" record {record['size'] / MB:,.1f} MB in {record['n']:,} changes")  # fmt: skip
    middle, now = (BEGIN + timedelta(days=nights / part) for part in (2, 1))
    environment = {**os.environ, "OBCTL_HOME": str(home), "OBCTL_NOW": now.isoformat()}
    at, copy = middle.isoformat(), home / "again.db"
    for words in (
        ("log", "at", at, "--room", "room1@bench.example", "--day", "today"),
        ("planner", "today", "--at", at, "--view", "officebooking"),
        ("log", "replay", "--into", str(copy)),
        ("store", "check", "--replay"),
    ):
        command = [sys.executable, "-m", "obctl", "--quiet", *words]
        took = measure(command, environment, may_end_with=(0, 3, 8))
        print(f"  {' '.join(words[:2]):16} {took['cpu']:7.2f} s cpu, peak {took['mb']:5.0f} MB")


def _count(store: Store, table: str) -> int:
    row = store.row(f"SELECT count(*) AS n FROM {table}")
    return row["n"] if row else 0


if __name__ == "__main__":
    main()
