"""The matrix by hand: `python -m tests.confusion`, one cause `--code`, one story `--case`."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "engine")]

from confusion.catalogue import all_stories  # noqa: E402
from confusion.judge import Matrix  # noqa: E402
from confusion.known import known  # noqa: E402
from confusion.noise import noisy  # noqa: E402
from confusion.play import play  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.confusion", description=__doc__)
    parser.add_argument("--code", help="stories of this cause alone")
    parser.add_argument("--family", help="those of one module of families")
    parser.add_argument("--case", type=int, help="this one of them, and all that is said of it")
    parser.add_argument("--noise", type=int, help="with what else happens, by this draw")
    parser.add_argument("--sample", type=int, help="so many stories, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    found = all_stories()
    if chosen.noise is not None:
        found = list(noisy(found, chosen.noise))
    stories = [
        story
        for story in found
        if chosen.code in (None, story.code)
        and chosen.family in (None, story.family)
        and chosen.case in (None, story.number)
    ]
    if chosen.sample is not None:
        stories = random.Random(chosen.seed).sample(stories, min(chosen.sample, len(stories)))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        matrix = Matrix(play(stories, Path(folder)))
    failed = 0
    for judged in matrix.judged:
        if chosen.case is not None:
            print(judged, judged.evidence(), sep="\n", flush=True)
        elif not judged.right:
            print(judged)
            if reason := known(judged.story):
                print(f"    known: {reason}")
                continue
        failed += not judged.right
    print(matrix)
    print(f"{time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
