"""Stories that are really played: how many causes are named rightly, and how surely."""

from __future__ import annotations

from collections import Counter

from confusion.catalogue import all_stories
from confusion.judge import Judged, Matrix
from confusion.known import KNOWN
from obctl.domain.causes.catalogue import MEANING

SHARE_RIGHT = 0.97
SHARE_LIKELY = 0.9


def is_known(judged: Judged) -> bool:
    return (judged.story.code, judged.story.title) in KNOWN


def test_every_story_is_told_as_it_happened_but_for_those_known_not_to_be(matrix: Matrix) -> None:
    wrong = [str(one) for one in matrix.judged if not one.right and not is_known(one)]
    assert not wrong, "\n\n".join([*wrong, str(matrix)])


def test_what_is_known_to_be_told_wrongly_still_is(matrix: Matrix) -> None:
    assert [str(one.story) for one in matrix.judged if one.right and is_known(one)] == []
    titles = {(one.code, one.title) for one in all_stories()}
    assert KNOWN.keys() <= titles


def test_nearly_every_cause_is_named_rightly(matrix: Matrix) -> None:
    assert matrix.top_1 >= SHARE_RIGHT, str(matrix)


def test_what_is_certain_is_right_and_what_is_likely_nearly_always(matrix: Matrix) -> None:
    calibration = matrix.calibration()
    assert [str(one) for one in matrix.wrong_certain] == []
    claimed, right = calibration["likely"]
    assert right >= SHARE_LIKELY * claimed, str(matrix)


def test_codes_are_those_of_the_catalogue() -> None:
    counted = Counter(one.code for one in all_stories())
    assert counted.keys() <= MEANING.keys() | {"nothing"}
