"""How long `obctl log search` takes in a long company log, beyond its start-up.

    python tests/benchmarks/log_search.py [--entries 1000000] [--rooms 500] [--times 5]

Makes a store with so many entries, the oldest fifth of them written in one night by one run, and
runs each kind of search in processes of their own, each of which has searched a short log before:
what start-up costs has been paid by then. CPU time, medians. The first search by text indexes what
was written; its time is printed on its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from full_store import DAY, environment, fill, make_company

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
    # Each part holds for many, all of them for none or few.
    "--from 2025-11-01 --to 2026-04-01",
    "--to 2025-12-01",
    "--from 2027-01-01",
    "--run first-night --from 2026-08-01",
    "--run first-night --action event.updated",
    "--run first-night --text untitled",
    "--run first-night --action push.* --text bench.example",
    "--run first-night --action * --text lunch --from 2026-08-01 --to 2026-10-10",
    "--action night.first --text untitled",
    "--action event.updated --text budget --to 2025-12-01",
)
SEARCH = """
import os, sys, time
from obctl.cli.app import main

def search(home, *words):
    os.environ["OBCTL_HOME"] = home
    sys.argv = ["obctl", "log", "search", *words]
    start = time.process_time()
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
    return time.process_time() - start

empty, full, *words = sys.argv[1:]
search(empty)
print(search(full, *words) * 1000, file=sys.stderr)
"""


def once(words: list[str], empty: Path, full: Path) -> float:
    """CPU milliseconds of a search in the long log, after one in the short log."""
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, str(empty), str(full), *words],
        env=environment(full), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    return float(done.stderr.split()[-1])


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
        first = once(["--text", "zebra"], empty, full)
        print(f"first search by text: {first:.0f} ms, then {path.stat().st_size / 2**20:.0f} MB")
        for kind in KINDS:
            beyond = median(once(kind.split(), empty, full) for _ in range(arguments.times))
            remark = "  OVER" if beyond > AT_MOST else ""
            print(f"log search {kind:76} {beyond:6.0f} ms  (at most {AT_MOST}, aim {AIM}){remark}")


if __name__ == "__main__":
    main()
