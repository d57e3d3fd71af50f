"""Run cases by hand: `python -m tests.fuzz --count 2000 --seed 7`, or one of them: `--case 17`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from cases import Fuzzer  # noqa: E402
from graph_proxy import GraphProxy  # noqa: E402
from hasty import hasty_loops  # noqa: E402
from known import known  # noqa: E402
from story import SCENES, Theatre  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--oddities", type=int, default=0, help="draws the tenant; 0: a plain one")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="this one alone, and all that is seen of it")
    parser.add_argument("--scenes", nargs="*", default=list(SCENES), choices=list(SCENES))
    chosen = parser.parse_args()
    numbers = (
        [chosen.case]
        if chosen.case is not None
        else range(chosen.first, chosen.first + chosen.count)
    )
    failed, rules = 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder, GraphProxy() as proxy, hasty_loops():
        fuzzer = Fuzzer(Theatre(proxy, Path(folder), chosen.oddities), chosen.seed, chosen.scenes)
        print(f"seed {chosen.seed}: {len(fuzzer.cells)} cells", flush=True)
        for number in numbers:
            case = fuzzer.case(number)
            outcome = fuzzer.run(case, thorough=True)
            if outcome.findings or chosen.case is not None:
                print(outcome, flush=True)
            if outcome.findings and (why := known(outcome)):
                print(f"    known: {why.reason}", flush=True)
                continue
            failed += bool(outcome.findings)
            rules.update({finding.rule for finding in outcome.findings})
    print(f"{failed} of {len(numbers)} failed: {dict(rules)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
