"""Stories that are really played: how many causes are named rightly, and how surely."""

from __future__ import annotations

from collections import Counter

import pytest

from confusion.catalogue import all_stories
from confusion.judge import Judged, Matrix
from confusion.known import known, unused
from confusion.story import NOTHING
from obctl.domain.cause_codes import MEANING

SHARE_RIGHT = 0.97
SHARE_LIKELY = 0.9
ENOUGH = 20
NOT_PLAYED = {
    "policy-mismatch-rejected": "obctl has no booking rules of its own that could refuse",
    "recurrence-unsupported": "no pattern that Graph can write fails: each is taken date by date",
}


def test_every_story_is_told_as_it_happened_but_for_those_known_not_to_be(matrix: Matrix) -> None:
    wrong = [str(one) for one in matrix.judged if not one.right and not known(one.story)]
    assert not wrong, "\n\n".join([*wrong, str(matrix)])


def test_what_is_known_to_be_told_wrongly_still_is(matrix: Matrix) -> None:
    assert [str(one.story) for one in matrix.judged if one.right and known(one.story)] == []
    assert unused(all_stories()) == []


def test_nearly_every_cause_is_named_rightly(matrix: Matrix) -> None:
    assert matrix.top_1 >= SHARE_RIGHT, str(matrix)


def test_what_is_certain_is_right_and_what_is_likely_nearly_always(matrix: Matrix) -> None:
    assert [str(one) for one in matrix.wrong_certain] == []
    claimed, right = matrix.calibration()["likely"]
    assert right >= SHARE_LIKELY * claimed, str(matrix)


def test_every_cause_has_enough_stories_unless_it_cannot_be_played() -> None:
    counted = Counter(one.code for one in all_stories())
    assert counted.keys() <= MEANING.keys() | {NOTHING}
    few = {code for code in MEANING if counted[code] < ENOUGH}
    assert few == NOT_PLAYED.keys()


@pytest.fixture(scope="module")
def wrong(matrix: Matrix) -> Judged:
    """A story as it would be judged if something else had happened."""
    from dataclasses import replace

    from confusion.cast import Cast
    from confusion.judge import judge
    from confusion.stage import Seen

    judged = next(one for one in matrix.judged if one.story.code == "room-declined")
    cast = judged.seen.cast
    other = Cast(replace(cast.story, code="hard-deleted-by-delegate"), cast.key, cast.setting)
    return judge(Seen(other, judged.seen.compared, judged.seen.alone, judged.seen.explained))


def test_a_story_that_is_told_wrongly_is_counted_as_such(wrong: Judged) -> None:
    matrix = Matrix([wrong])
    assert not wrong.right
    assert (matrix.top_1, matrix.wrong_certain) == (0.0, [wrong])
    assert matrix.calibration()["certain"] == (1, 0)
    assert "hard-deleted-by-delegate               0 of   1  1 room-declined" in str(matrix)
