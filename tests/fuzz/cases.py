"""Cases by number: which answer of which scene is changed, and in what way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from random import Random

from judge import Case, Outcome, Undisturbed, judge, play
from mutate import HARMLESS, KINDS, WIRE_ONLY
from story import SCENES, Scene, Theatre

FAMILIES: dict[str, tuple[str, ...]] = {
    "left out": ("drop",),
    "null": ("null", "empty", "key-null-first", "key-null-last"),
    "other type": ("other-type", "other-number", "turned"),
    "odd": ("odd-text",),
    "huge": ("huge-text", "huge-number", "many-items", "deep", "huge-header"),
    "encoding": ("surrogate", "no-utf8", "bad-escape", "bom", "utf-16"),
    "the same": tuple(HARMLESS),
    "cut": ("truncated", "nothing", "no-json", "trailing", "too-long", "too-short"),
    "status": tuple(kind for kind in KINDS if kind.startswith("status-")),
    "headers": (
        "content-type", "needless-rest", "not-gzip", "unknown-coding", "broken-chunks",
        "two-lengths", "no-length",
    ),
}  # fmt: skip
_IN_A_BATCH = {"headers": ("truncated", "nothing", "no-json")}
"""What a family is for an answer that has no connection, and so no headers, of its own."""


class Fuzzer:
    """All cases of a seed, over the scenes given."""

    def __init__(self, theatre: Theatre, seed: int, scenes: Sequence[str] = tuple(SCENES)) -> None:
        self.theatre = theatre
        self.seed = seed
        self.scenes = scenes
        self._undisturbed: dict[str, Undisturbed] = {}

    @cached_property
    def cells(self) -> list[tuple[str, str]]:
        """Every route with every family, in an order of the seed."""
        routes = {seen.call.route for name in self.scenes for seen in self.undisturbed(name).seen}
        cells = [(route, family) for route in sorted(routes) for family in FAMILIES]
        Random(self.seed).shuffle(cells)
        return cells

    def undisturbed(self, name: str, stage: str | None = None) -> Undisturbed:
        """What a scene does undisturbed; given a stage, what comes of doing nothing there."""
        if name not in self._undisturbed:
            scene = SCENES[name] if stage is None else Scene(name, stage, ("sync", "status"))
            self._undisturbed[name] = play(self.theatre, scene)
        return self._undisturbed[name]

    def case(self, number: int) -> Case:
        """Numbers go through all cells in turn, again and again with other places and kinds."""
        route, family = self.cells[number % len(self.cells)]
        random = Random(f"{self.seed}/{number}")
        calls = {
            name: [seen.call for seen in self.undisturbed(name).seen if seen.call.route == route]
            for name in self.scenes
        }
        name = random.choice([name for name in self.scenes if calls[name]])
        call = random.choice(calls[name])
        kinds = FAMILIES[family]
        if call.batched:
            kinds = _IN_A_BATCH.get(family, tuple(k for k in kinds if k not in WIRE_ONLY))
        # In turn, so that no kind of a family waits for chance.
        kind = kinds[(number // len(self.cells) + number) % len(kinds)]
        return Case(number, self.seed, SCENES[name], call, kind, lasting=random.random() < 0.5)

    def run(self, case: Case, *, thorough: bool) -> Outcome:
        """Play a case; `thorough` looks at both sides in every way that a person has."""
        building = self.theatre.put_up(case.scene.stage)
        try:
            right = self.undisturbed(case.scene.name)
            refused = self.undisturbed(f"nothing, {case.scene.stage}", case.scene.stage)
            return judge(building, case, right, refused, thorough=thorough)
        finally:
            self.theatre.take_down(building)
