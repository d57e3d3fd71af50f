"""How long obctl takes to start: whole commands on a full store beside `python -c pass`.

    python tests/benchmarks/startup.py [--rooms 500] [--events 400] [--times 15]

Every command runs so many times, in turns with an empty Python; medians of CPU time and their
ratios are printed. `planner` and `diff` are compared with the start-up of a local command instead.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

from full_store import DAY, environment, fill, make_company, run

NOTHING, LOCAL = "python -c pass", "reservations show 17"
COMPLETIONS = {
    "(completion)": {"COMP_WORDS": "obctl lo", "COMP_CWORD": "1"},
    "(completion of a room)": {
        "COMP_WORDS": "obctl reservations list --room Room\\ 1", "COMP_CWORD": "4",
    },
}  # fmt: skip
# Command, what its time is divided by, at most, aim.
BUDGETS = (
    ("--help", NOTHING, 12, 9),
    ("--version", NOTHING, 12, 9),
    ("(completion)", NOTHING, 12, 9),
    ("(completion of a room)", NOTHING, 14, 10),
    (LOCAL, NOTHING, 18, 14),
    ("reservations list --limit 20", NOTHING, 18, 14),
    (f"reservations list --on {DAY} --limit 20", NOTHING, 18, 14),
    ("services list 51", NOTHING, 18, 14),
    (f"services list --on {DAY}", NOTHING, 18, 14),
    ("cancellations list", NOTHING, 18, 14),
    ("log search", NOTHING, 18, 14),
    ("log search --email anna.10@bench.example -o json", NOTHING, 18, 14),
    (f"planner {DAY} --cached", LOCAL, 3, 2),
    (f"diff {DAY} --cached", LOCAL, 3, 2),
)
_FINE = (0, 3, 8)  # 3: there are differences; 8: a room was never read


def once(words: str, surroundings: dict[str, str]) -> float:
    command = [sys.executable, "-c", "pass"]
    if words in COMPLETIONS:
        # The console script's name is what the variable of completion is called after.
        script = "import sys; sys.argv[0] = 'obctl'; from obctl.cli.app import main; main()"
        command, surroundings = [sys.executable, "-c", script], surroundings | COMPLETIONS[words]
        surroundings = {**surroundings, "_OBCTL_COMPLETE": "complete_bash"}
    elif words != NOTHING:
        command = [sys.executable, "-m", "obctl", *words.split()]
    return run(command, surroundings, fine=_FINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--times", type=int, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        path = make_company(home)
        meetings = arguments.rooms * arguments.events
        fill(path, rooms=arguments.rooms, each=arguments.events, entries=meetings)
        surroundings = environment(home)
        took: dict[str, list[float]] = {NOTHING: []} | {line[0]: [] for line in BUDGETS}
        for words in took:
            once(words, surroundings)
        for _ in range(arguments.times):
            for words, times in took.items():
                times.append(once(words, surroundings))
    middle = {words: median(times) for words, times in took.items()}
    print(f"{NOTHING:52} {middle[NOTHING]:7.0f} ms")
    for words, against, most, aim in BUDGETS:
        ratio = middle[words] / middle[against]
        remark = "" if ratio <= most else "  OVER"
        measure = "" if against == NOTHING else " of a start"
        print(f"{words:52} {middle[words]:7.0f} ms  {ratio:5.1f} x{measure}"
              f"  (at most {most}, aim {aim}){remark}")  # fmt: skip


if __name__ == "__main__":
    main()
