"""Every route meets every family of changes once; `python -m tests.fuzz` does so at length."""

from __future__ import annotations

import pytest
from cases import FAMILIES, Fuzzer
from known import known


@pytest.mark.parametrize("family", FAMILIES)
def test_one_changed_answer_leaves_the_rest_right_and_the_next_night_heals(
    fuzzer: Fuzzer, family: str
) -> None:
    numbers = [number for number, cell in enumerate(fuzzer.cells) if cell[1] == family]
    outcomes = [fuzzer.run(fuzzer.case(number), thorough=False) for number in numbers]
    wrong = [str(outcome) for outcome in outcomes if outcome.findings and not known(outcome)]
    assert not wrong, "\n".join(["python -m tests.fuzz tells more of each:", *wrong])


def test_every_kind_of_change_has_its_turn(fuzzer: Fuzzer) -> None:
    """In a few rounds over all cells."""
    rounds = 8 * len(fuzzer.cells)
    met = {(case.kind, case.call.batched) for case in map(fuzzer.case, range(rounds))}
    assert {kind for kind, _ in met} == {kind for kinds in FAMILIES.values() for kind in kinds}


def test_a_case_is_the_same_whenever_it_is_played(fuzzer: Fuzzer) -> None:
    first, again = (fuzzer.run(fuzzer.case(7), thorough=False) for _ in range(2))
    assert (str(first), first.what) == (str(again), again.what)
