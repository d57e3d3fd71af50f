"""`$batch`: up to twenty GETs in one request, each with an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from obctl.errors import GraphDetail, GraphRefused, GraphUnavailable, ObctlError
from obctl.graph import asked
from obctl.graph.asked import Asked
from obctl.graph.client import LOST, PREFER, SLOW, WHOLE_REQUEST, Graph
from obctl.graph.failures import cut_short, error_for
from obctl.graph.gate import IN_ALL, LONGEST_WAIT, LeftAlone
from obctl.graph.refusals import from_answer
from obctl.graph.transport import RETRIES, BoundedRetries
from obctl.graph.wire import BatchAnswer, BatchAnswers

SIZE = 20
AT_ONCE = 4
_WORTH_RETRYING = (429, 503, 504)
_UNSUPPORTED = (400, 404, 405, 501)
_NO_ANSWER = (503, 504)
ENOUGH = 2
"""Questions that wait together until one is given up, no other being answered: Graph is down."""
GLANCE = 3.0
"""Seconds for each question while Graph is down: a mailbox that is well answers in fewer."""
_SDK = BoundedRetries()
_ANSWERS = msgspec.json.Decoder(BatchAnswers)


@dataclass(frozen=True, slots=True)
class Errand:
    """One GET: its address below the base URL, and what it asks."""

    path: str
    asked: Asked


Outcomes = dict[str, bytes | ObctlError]


async def get_many(graph: Graph, errands: Mapping[str, Errand]) -> Outcomes:
    """The body or the error of each GET, keyed as given."""
    keys = list(errands)
    singly = _Singly(graph)
    parallel = asyncio.Semaphore(AT_ONCE)

    async def one(chunk: Sequence[str]) -> Outcomes:
        async with parallel:
            return await _get_chunk(graph, {key: errands[key] for key in chunk}, singly)

    chunks = [keys[at : at + SIZE] for at in range(0, len(keys), SIZE)]
    outcomes: Outcomes = {}
    for found in await asyncio.gather(*(one(chunk) for chunk in chunks)):
        outcomes |= found
    return outcomes


async def _get_chunk(graph: Graph, errands: Mapping[str, Errand], singly: _Singly) -> Outcomes:
    outcomes: Outcomes = {}
    left = dict(errands)
    attempt = 0
    while True:
        outcomes |= _take_closed(graph, left)
        if not left:
            return outcomes
        try:
            answers = await _post(graph, left)
        except LeftAlone:
            continue  # since it was looked at; the others are asked
        except ObctlError as error:
            outcomes |= _take_closed(graph, left, error)
            return outcomes | await singly.instead_of(error, left)
        singly.answered()
        # The SDK's retries see only the whole batch; a throttled answer inside is ours to repeat.
        waits = {key: _wait(graph, answers.get(key), one, attempt) for key, one in left.items()}
        for key in [key for key, wait in waits.items() if wait is None]:
            outcomes[key] = _outcome(answers.get(key), left.pop(key).asked)
        if left:
            await asyncio.sleep(max(wait for wait in waits.values() if wait is not None))
        attempt += 1


def _take_closed(
    graph: Graph, left: dict[str, Errand], error: ObctlError | None = None
) -> Outcomes:
    """Take out those whose mailboxes are to be left alone; `error` is what they were told."""
    closed: Outcomes = {}
    for key, errand in list(left.items()):
        mailbox = errand.asked.mailbox
        refusal = graph.gate.refusal(mailbox) if mailbox else None
        if refusal is not None:
            closed[key] = error or refusal
            del left[key]
    return closed


async def _post(graph: Graph, errands: Mapping[str, Errand]) -> dict[str, BatchAnswer]:
    numbered = dict(enumerate(errands))
    info = RequestInformation(Method.POST, f"{graph.url}/$batch", {})
    info.headers.try_add("Accept", "application/json")
    info.set_stream_content(
        msgspec.json.encode(
            {
                "requests": [
                    {
                        "id": str(number),
                        "method": "GET",
                        "url": errands[key].path,
                        "headers": {"Prefer": PREFER, "Accept": "application/json"},
                    }
                    for number, key in numbered.items()
                ]
            }
        ),
        "application/json",
    )
    first = next(iter(errands.values())).asked.what
    others = len(errands) - 1
    what = asked.anything(f"{first} and {others} more" if others else first)
    mailboxes = [one.asked.mailbox for one in errands.values() if one.asked.mailbox]
    body = await graph.send(info, what, mailboxes, reads=True)
    try:
        answers = _ANSWERS.decode(body).responses
    except ValueError as error:
        raise cut_short(what) from error
    return {
        numbered[int(answer.id)]: answer
        for answer in answers
        if answer.id.isdecimal() and int(answer.id) in numbered
    }


class _Singly:
    """Asks one by one what a batch could not.

    Each is asked, however many kept silent before it: the next may be healthy. While Graph answers
    nobody it is only glanced at, so that a tenant that is down takes no `SILENCE` for each.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._parallel = asyncio.Semaphore(IN_ALL)
        self._waiting = 0
        self._answers = 0
        self._is_down = False

    def answered(self) -> None:
        """Graph is there: whatever keeps silent does so for itself."""
        self._answers += 1
        self._is_down = False

    async def instead_of(self, error: ObctlError, errands: Mapping[str, Errand]) -> Outcomes:
        """The outcome of each, which is `error` where it is no single question's fault."""
        if not _one_may_spoil(error):
            return dict.fromkeys(errands, error)
        outcomes, glanced_at = await self._ask_each(errands)
        if glanced_at and not self._is_down:
            outcomes |= (await self._ask_each(glanced_at))[0]
        return outcomes

    async def _ask_each(
        self, errands: Mapping[str, Errand]
    ) -> tuple[Outcomes, Mapping[str, Errand]]:
        """The outcomes, and the errands whose silence may be no more than slowness."""
        glanced_at: dict[str, Errand] = {}

        async def one(key: str, errand: Errand) -> bytes | ObctlError:
            async with self._parallel:
                patience = GLANCE if self._is_down else WHOLE_REQUEST
                outcome = await self._ask(errand, patience)
            if patience == GLANCE and _is_unanswered(outcome):
                glanced_at[key] = errand
            return outcome

        found = await asyncio.gather(*(one(key, errand) for key, errand in errands.items()))
        return dict(zip(errands, found, strict=True)), glanced_at

    async def _ask(self, errand: Errand, patience: float) -> bytes | ObctlError:
        answers = self._answers
        self._waiting += 1
        try:
            info = self._graph.follow(self._graph.url + errand.path, errand.asked)
            body = await self._graph.send(info, errand.asked, patience=patience)
        except ObctlError as error:
            if _is_unanswered(error):
                self._is_down |= self._answers == answers and self._waiting >= ENOUGH
            elif error.graph is not None and not isinstance(error, LeftAlone):
                self.answered()
            return error
        finally:
            self._waiting -= 1
        self.answered()
        return body


def _one_may_spoil(error: ObctlError) -> bool:
    """Whether one question among them may be what fails the whole batch, and the others are good.

    One mailbox may keep it waiting, or break the connection. A proxy or a test server may know no
    `$batch`, or dislike an address in it.
    """
    match error:
        case GraphRefused(graph=GraphDetail(status=status)):
            return status in _UNSUPPORTED
        case GraphUnavailable():
            return _is_unanswered(error) or isinstance(error.__cause__, LOST)
        case _:
            return False


def _is_unanswered(outcome: bytes | ObctlError) -> bool:
    """Whether somebody waited in vain; what is refused or breaks off does so at once."""
    if isinstance(outcome, bytes):
        return False
    if outcome.graph is not None:
        return outcome.graph.status in _NO_ANSWER
    return isinstance(outcome.__cause__, SLOW)


def _outcome(answer: BatchAnswer | None, what: Asked) -> bytes | ObctlError:
    if answer is None:
        return cut_short(what)
    if 200 <= answer.status < 300:
        return bytes(answer.body)
    return error_for(from_answer(answer.status, bytes(answer.body), _headers(answer)), what)


def _wait(graph: Graph, answer: BatchAnswer | None, errand: Errand, attempt: int) -> float | None:
    """Seconds until this answer is worth another try; `None` when it is final."""
    if answer is None or answer.status not in _WORTH_RETRYING:
        return None
    rest = _SDK.rest_asked_for(answer.status, _headers(answer))
    if rest and errand.asked.mailbox:
        said = from_answer(answer.status, bytes(answer.body), _headers(answer)).detail
        graph.gate.close([errand.asked.mailbox], rest, said)
    wait = 2.0**attempt / 2 if rest is None else rest
    return wait if attempt < RETRIES and wait <= LONGEST_WAIT else None


def _headers(answer: BatchAnswer) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in (answer.headers or {}).items()}
