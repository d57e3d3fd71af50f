"""Questions to Graph in rounds: many work side by side, and what they ask goes out together.

Whoever works on one difference or one room asks as if it were alone. A round goes out once all of
them wait for an answer: so fifty differences cost about as many requests as twenty.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from obctl.errors import ObctlError

Key = TypeVar("Key")
What = TypeVar("What")
Answer = TypeVar("Answer")
One = TypeVar("One")
Other = TypeVar("Other")


class Rounds:
    """Counts who works, and sends what was asked when nobody does."""

    def __init__(self) -> None:
        self._working = 1  # the command itself
        self._asked: list[_Asked] = []
        self._out: set[_Round] = set()

    async def together(self, work: Iterable[Coroutine[Any, Any, One]]) -> list[One]:
        """The results of what is done side by side, in its order; the first error ends it all.

        Work that is done together may itself do so with parts of it.
        """
        tasks = [asyncio.create_task(one) for one in work]
        if not tasks:
            return []
        # The caller waits meanwhile, and works again in place of the last of them.
        left = set(tasks)
        self._working += len(tasks) - 1

        def done(task: asyncio.Task[One]) -> None:
            left.remove(task)
            if left:
                self._pause()

        for task in tasks:
            task.add_done_callback(done)
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in left:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def both(
        self, one: Coroutine[Any, Any, One], other: Coroutine[Any, Any, Other]
    ) -> tuple[One, Other]:
        """The results of two that are done side by side."""
        found = await self.together(cast("list[Coroutine[Any, Any, Any]]", [one, other]))
        return found[0], found[1]

    async def ask(self, questions: Questions[Any, Any, Any], wanted: Mapping[Any, Any]) -> None:
        """Wait until `questions` were sent with those of all others, and answered.

        Raises what sending them raised.
        """
        asked = _Asked(questions, wanted)
        self._asked.append(asked)
        self._pause()
        try:
            await asked.answered
        except asyncio.CancelledError:
            if asked.answered.cancelled():
                self._working += 1
            for one in self._out:
                one.end_if_left()
            raise

    def _pause(self) -> None:
        """One less works on; the last one to pause sends what all have asked."""
        self._working -= 1
        if self._working <= 0 and self._asked:
            one = _Round(tuple(asked for asked in self._asked if not asked.answered.done()))
            self._asked.clear()
            self._out.add(one)
            one.task = asyncio.create_task(self._send(one))
            one.task.add_done_callback(lambda _task: self._out.discard(one))

    async def _send(self, one: _Round) -> None:
        kinds: dict[int, list[_Asked]] = {}
        for asked in one.asked:
            kinds.setdefault(id(asked.questions), []).append(asked)
        errors = await asyncio.gather(
            *(_send_kind(same) for same in kinds.values()), return_exceptions=True
        )
        for same, error in zip(kinds.values(), errors, strict=True):
            for asked in same:
                if asked.answered.done():
                    continue  # nobody waits for it any more
                self._working += 1
                if error is None:
                    asked.answered.set_result(None)
                else:
                    asked.answered.set_exception(error)


class Questions(Generic[Key, What, Answer]):
    """Questions of one kind: each is asked once, those of one round together.

    `send` is given what each key stands for, and answers by the same keys.
    """

    def __init__(
        self,
        rounds: Rounds,
        send: Callable[[Mapping[Key, What]], Awaitable[Mapping[Key, Answer]]],
    ) -> None:
        self._rounds = rounds
        self._send = send
        self._answers: dict[Key, Answer] = {}

    async def ask(self, wanted: Mapping[Key, What]) -> dict[Key, Answer]:
        """The answer to each of many questions, keyed as given."""
        missing = {key: what for key, what in wanted.items() if key not in self._answers}
        if missing:
            await self._rounds.ask(self, missing)
        return {key: self._answers[key] for key in wanted}

    async def ask_one(self, key: Key, what: What) -> Answer:
        """The answer to one question."""
        return (await self.ask({key: what}))[key]

    async def send(self, wanted: Mapping[Key, What]) -> None:
        """Send what was not answered meanwhile."""
        missing = {key: what for key, what in wanted.items() if key not in self._answers}
        if missing:
            self._answers |= await self._send(missing)


def alone_or_batched(
    alone: Callable[[What], Awaitable[Answer]],
    batched: Callable[[Sequence[What]], Awaitable[Mapping[Key, Answer | ObctlError]]],
) -> Callable[[Mapping[Key, What]], Awaitable[Mapping[Key, Answer | ObctlError]]]:
    """How questions are sent of which one needs no `$batch`; errors are values."""

    async def send(wanted: Mapping[Key, What]) -> Mapping[Key, Answer | ObctlError]:
        if len(wanted) > 1:
            return await batched(list(wanted.values()))
        ((key, what),) = wanted.items()
        try:
            return {key: await alone(what)}
        except ObctlError as error:
            return {key: error}

    return send


@dataclass(eq=False, slots=True)
class _Asked:
    questions: Questions[Any, Any, Any]
    wanted: Mapping[Any, Any]
    answered: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass(eq=False, slots=True)
class _Round:
    asked: tuple[_Asked, ...]
    task: asyncio.Task[None] | None = None

    def end_if_left(self) -> None:
        """Send no further where all who asked have gone away."""
        if self.task is not None and all(asked.answered.cancelled() for asked in self.asked):
            self.task.cancel()


async def _send_kind(same: Sequence[_Asked]) -> None:
    wanted = {key: what for asked in same for key, what in asked.wanted.items()}
    await same[0].questions.send(wanted)
