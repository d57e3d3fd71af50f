"""What many ask side by side goes out together, and what each gets is what it would get alone."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.engine.outlook.rounds import Questions, Rounds, alone_or_batched
from obctl.errors import GraphUnavailable, NotFound

Scripts = list["str | Scripts"]
"""What somebody does, one after the other: asks, or has parts of it done side by side."""


class Desk:
    """Questions of one kind, and how they were sent; a key that says `bad` cannot be sent."""

    def __init__(self, rounds: Rounds) -> None:
        self.sent: list[list[str]] = []
        self.questions = Questions[str, str, str](rounds, self._send)

    async def _send(self, wanted: Mapping[str, str]) -> dict[str, str]:
        self.sent.append(sorted(wanted))
        await asyncio.sleep(0)
        if "bad" in wanted:
            raise GraphUnavailable("nobody answers")
        return {key: what.upper() for key, what in wanted.items()}

    async def ask(self, key: str) -> str:
        return await self.questions.ask_one(key, key)


def played(work: Callable[[Rounds, Desk], Coroutine[Any, Any, object]]) -> Desk:
    async def session() -> Desk:
        rounds = Rounds()
        desk = Desk(rounds)
        await asyncio.wait_for(work(rounds, desk), 10)
        return desk

    return asyncio.run(session())


async def in_turn(desk: Desk, *keys: str) -> list[str]:
    return [await desk.ask(key) for key in keys]


def test_questions_of_all_go_out_together_and_each_has_its_own_answer() -> None:
    async def work(rounds: Rounds, desk: Desk) -> None:
        found = await rounds.together(in_turn(desk, a, b) for a, b in ("ax", "by", "cz"))
        assert found == [["A", "X"], ["B", "Y"], ["C", "Z"]]

    assert played(work).sent == [["a", "b", "c"], ["x", "y", "z"]]


def test_nothing_is_asked_twice_within_a_round_or_later() -> None:
    async def work(rounds: Rounds, desk: Desk) -> None:
        await rounds.together([in_turn(desk, "a", "b"), in_turn(desk, "a", "c"), desk.ask("b")])
        assert await desk.ask("c") == "C"

    assert played(work).sent == [["a", "b"], ["c"]]


def test_who_has_nothing_to_ask_holds_nobody_up() -> None:
    async def nothing() -> str:
        return "at once"

    async def later() -> str:
        for _ in range(5):
            await asyncio.sleep(0)
        return "later"

    async def work(rounds: Rounds, desk: Desk) -> None:
        found = await rounds.together([desk.ask("a"), nothing(), later(), desk.ask("b")])
        assert found == ["A", "at once", "later", "B"]
        assert await rounds.together([]) == []

    assert played(work).sent == [["a", "b"]]


def test_one_alone_is_answered_at_once() -> None:
    async def work(_rounds: Rounds, desk: Desk) -> None:
        assert await in_turn(desk, "a", "b") == ["A", "B"]

    assert played(work).sent == [["a"], ["b"]]


def test_parts_done_side_by_side_join_the_rounds_of_all() -> None:
    async def work(rounds: Rounds, desk: Desk) -> None:
        async def two(first: str, second: str) -> tuple[list[str], str]:
            found = await rounds.both(in_turn(desk, first, second), desk.ask(f"{first}{second}"))
            return found[0], found[1] + await desk.ask("end" + first)

        found = await rounds.together([two("a", "b"), two("c", "d"), in_turn(desk, "e", "f")])
        assert found == [(["A", "B"], "ABENDA"), (["C", "D"], "CDENDC"), ["E", "F"]]

    sent = played(work).sent
    assert sent == [["a", "ab", "c", "cd", "e"], ["b", "d", "f"], ["enda", "endc"]]


scripts = st.recursive(
    st.lists(st.just("ask"), max_size=4),
    lambda inner: st.lists(st.one_of(st.just("ask"), st.lists(inner, max_size=3)), max_size=4),
    max_leaves=12,
)


def longest(script: Scripts) -> int:
    """How many questions wait for each other in a script."""
    return sum(
        1 if step == "ask" else max((longest(part) for part in step), default=0)  # type: ignore[arg-type]
        for step in script
    )


def asked_in(script: Scripts) -> int:
    return sum(1 if step == "ask" else sum(map(asked_in, step)) for step in script)  # type: ignore[arg-type]


@given(side_by_side=st.lists(scripts, max_size=5))
def test_there_are_as_many_rounds_as_questions_that_wait_for_each_other(
    side_by_side: list[Scripts],
) -> None:
    numbers = map(str, itertools.count())

    async def play(rounds: Rounds, desk: Desk, script: Scripts) -> None:
        for step in script:
            if step == "ask":
                await desk.ask(next(numbers))
            else:
                await rounds.together(play(rounds, desk, part) for part in step)  # type: ignore[arg-type]

    async def work(rounds: Rounds, desk: Desk) -> None:
        await rounds.together(play(rounds, desk, script) for script in side_by_side)

    sent = played(work).sent
    assert len(sent) == max(map(longest, side_by_side), default=0)
    assert sum(map(len, sent)) == sum(map(asked_in, side_by_side))


def test_what_cannot_be_sent_is_the_trouble_of_those_who_asked_it() -> None:
    async def work(rounds: Rounds, desk: Desk) -> None:
        other = Desk(rounds)

        async def tolerant(key: str) -> str:
            try:
                return await desk.ask(key)
            except GraphUnavailable:
                return "unknown"

        found = await rounds.together([tolerant("bad"), other.ask("a"), tolerant("good")])
        assert found == ["unknown", "A", "unknown"]
        assert await desk.ask("good") == "GOOD"

    assert played(work).sent == [["bad", "good"], ["good"]]


def test_the_first_error_ends_what_is_done_side_by_side_and_no_more_is_asked() -> None:
    async def fails(desk: Desk) -> None:
        await desk.ask("a")
        raise ValueError("a defect")

    async def work(rounds: Rounds, desk: Desk) -> None:
        with pytest.raises(ValueError, match="a defect"):
            await rounds.together([in_turn(desk, "b", "c", "d"), fails(desk)])
        # and whoever goes on is answered as before
        assert await rounds.together([in_turn(desk, "e", "f"), desk.ask("g")]) == [["E", "F"], "G"]

    sent = played(work).sent
    assert sent[0] == ["a", "b"]
    assert sent[-2:] == [["e", "g"], ["f"]]
    assert "d" not in itertools.chain(*sent)


def test_what_nobody_waits_for_any_more_is_sent_no_further() -> None:
    ended: list[str] = []

    async def session() -> None:
        rounds, out = Rounds(), asyncio.Event()

        async def send(_wanted: Mapping[str, str]) -> dict[str, str]:
            out.set()
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                ended.append("sending")
            return {}

        questions = Questions[str, str, str](rounds, send)
        work = asyncio.create_task(
            rounds.together(questions.ask_one(key, key) for key in ("a", "b"))
        )
        await out.wait()
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        for _ in range(5):
            await asyncio.sleep(0)
        assert ended == ["sending"]

    asyncio.run(session())


def test_one_question_needs_no_batch_and_its_error_is_an_answer() -> None:
    seen: list[object] = []

    async def alone(what: str) -> str:
        seen.append(what)
        if what == "gone":
            raise NotFound("it is gone")
        return what.upper()

    async def batched(some: object) -> dict[str, str | NotFound]:
        seen.append(some)
        return {"a": "A", "b": "B"}

    send = alone_or_batched(alone, batched)

    async def work() -> list[object]:
        return [
            await send({"a": "a"}),
            await send({"gone": "gone"}),
            await send({"a": "a", "b": "b"}),
        ]

    one, gone, both = asyncio.run(work())
    assert (one, both) == ({"a": "A"}, {"a": "A", "b": "B"})
    assert isinstance(gone["gone"], NotFound)  # type: ignore[index]
    assert seen == ["a", "gone", ["a", "b"]]
