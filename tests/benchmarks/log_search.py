"""How long `obctl log search` takes in a long company log, beyond its start-up.

    python tests/benchmarks/log_search.py [--entries 1000000] [--rooms 500] [--times 5]

Makes a store with so many entries, the oldest fifth of them written in one night by one run, and
runs each kind of search as a process of its own, in turns with a search in a short log; CPU time,
medians. The first search by text indexes what was written; its time is printed on its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from full_store import DAY, environment, fill, make_company, run

AT_MOST, AIM = 100, 20  # milliseconds
KINDS = (
    "",
    "--date 2026-03-03",
    f"--date {DAY}",
    "--from 2026-03-03 --to 2026-03-05",
    "--from 2025-10-20",
    "--to 2026-03-05",
    "--from 2025-10-20 --to 2026-10-01",
    "--email femke.1235@bench.example",
    "--email nobody@bench.example",
    "--action push.*",
    "--action *.created",
    "--action guard.*",
    "--action night.first",
    "--room room17@bench.example",
    "--reservation 4711",
    "--run 20260303T010000Z-bench",
    "--run first-night",
    "--run no-such-run",
    "--text budget",
    "--text déjà",
    "--text 'untitled'",
    "--text 146813",
    "--text tlook",
    "--text zebra",
    "--text 17",
    "--text qx",
    "--text e",
    "--text ~",
    "--text café@board",
    "--text yılmaz.1999",
    "--text once-only",
    "--email femke.1235@bench.example --text budget",
    "--room room17@bench.example --text handover",
    "--room room17@bench.example --date 2026-03-03",
    "--room room17@bench.example --action event.*",
    "--action event.updated --date 2026-03-03 --text lunch",
    "--action night.first --text lunch --room room17@bench.example",
    "--run first-night --action event.* --text budget",
    "--from 2025-10-20 --action guard.* --text budget",
)


def once(words: list[str], surroundings: dict[str, str]) -> float:
    command = [sys.executable, "-m", "obctl", "log", "search", *words]
    return run(command, surroundings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--times", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        full, empty = Path(name, "full"), Path(name, "empty")
        path = make_company(full)
        fill(path, rooms=arguments.rooms, each=20, entries=arguments.entries)
        fill(make_company(empty), rooms=arguments.rooms, each=1, entries=60)
        print(f"store of {arguments.entries} entries: {path.stat().st_size / 2**20:.0f} MB")
        first = once(["--text", "zebra"], environment(full))
        print(f"first search by text: {first:.0f} ms, then {path.stat().st_size / 2**20:.0f} MB")
        for kind in KINDS:
            words = kind.split()
            taken: list[float] = []
            start: list[float] = []
            for _ in range(arguments.times):
                start.append(once([], environment(empty)))
                taken.append(once(words, environment(full)))
            beyond = median(taken) - median(start)
            remark = "  OVER" if beyond > AT_MOST else ""
            print(f"log search {kind:64} {beyond:6.0f} ms  (at most {AT_MOST}, aim {AIM}){remark}")


if __name__ == "__main__":
    main()
