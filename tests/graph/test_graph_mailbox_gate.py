"""What the gate lets through at once."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from obctl.errors import GraphDetail
from obctl.graph.mailbox_gate import Gate, MailboxResting, MailboxSilent

SAID = GraphDetail(429, "ApplicationThrottled")


async def most_at_once(gate: Gate, *asked: list[str]) -> int:
    """The most questions to "a" that were under way together, four of a batch at a time."""
    now = most = 0

    async def one(mailboxes: list[str]) -> None:
        nonlocal now, most
        async with gate.passed(mailboxes):
            mine = min(mailboxes.count("a"), 4)
            now += mine
            most = max(most, now)
            for _ in range(3):
                await asyncio.sleep(0)
            now -= mine

    await asyncio.gather(*map(one, asked))
    return most


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param([["a"]] * 9, id="singles"),
        pytest.param([["a"] * 20, ["a"] * 20, *[["a"]] * 6], id="batches-to-one-mailbox"),
        pytest.param([["a", "b"], ["b", "a", "a"], *[["a"] * 3, ["b"] * 9] * 3], id="mixed"),
    ],
)
def test_no_more_than_four_questions_to_a_mailbox_are_under_way(asked: list[list[str]]) -> None:
    assert 0 < asyncio.run(most_at_once(Gate(), *asked)) <= 4


def test_nobody_sits_on_a_place_among_all_while_a_mailbox_is_closed() -> None:
    async def work() -> list[str]:
        gate, done = Gate(in_all=1), list[str]()

        async def ask(mailbox: str, *, closes: bool = False) -> None:
            async with gate.passed([mailbox]):
                await asyncio.sleep(0)
                if closes:
                    gate.close([mailbox], 0.2, SAID)
                done.append(mailbox)

        await asyncio.gather(ask("a", closes=True), ask("a"), ask("healthy"))
        return done

    assert asyncio.run(work()) == ["a", "healthy", "a"]


@pytest.mark.parametrize(("answers", "tries"), [(False, 3), (True, 9)], ids=["never", "meanwhile"])
def test_a_mailbox_that_only_ever_asks_for_rest_is_asked_no_more(answers: bool, tries: int) -> None:
    async def work() -> int:
        gate, tried = Gate(most_rest=0.1), 0
        with contextlib.suppress(MailboxResting):
            while tried < 9:
                async with gate.passed(["R@x"]):
                    tried += 1
                    if answers:
                        gate.answered("r@X")
                    gate.close(["r@x", "r@x"], 0.04, SAID)
        assert (gate.refusal("r@x") is None) is answers
        assert gate.refusal("other@x") is None
        return tried

    assert asyncio.run(work()) == tries


def test_who_waited_for_a_place_does_not_ask_a_mailbox_that_kept_silent_meanwhile() -> None:
    async def work() -> list[str]:
        gate, told = Gate(), list[str]()

        async def ask(mailbox: str) -> None:
            try:
                async with gate.passed([mailbox]):
                    told.append(f"asked {mailbox}")
                    await asyncio.sleep(0)
                    if mailbox == "silent":
                        gate.kept_silent(mailbox)
            except MailboxSilent:
                told.append(f"spared {mailbox}")

        await asyncio.gather(*(ask("silent") for _ in range(6)), ask("healthy"))
        async with gate.passed(["healthy"] * 4):
            told.append("all places are free")
        return told

    told = asyncio.run(work())
    assert told.count("asked silent") == 4
    assert told.count("spared silent") == 2
    assert told[-1] == "all places are free"
