"""`$batch`: up to twenty GETs in one request, each with an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from uuid import uuid4

from obctl.domain.backoff import Backoff
from obctl.errors import ObctlError, TryLater
from obctl.graph import request
from obctl.graph.batch_fallback import Singly
from obctl.graph.batch_wire import SIZE, answers_by_id, batch_request, is_good
from obctl.graph.client import PREFER, Graph
from obctl.graph.failures import error_for
from obctl.graph.graph_error import from_answer
from obctl.graph.mailbox_gate import LONGEST_WAIT, MailboxResting, MailboxSilent
from obctl.graph.request import Asked, Errand, Outcomes
from obctl.graph.transport import CLIENT_REQUEST_ID, RETRIES, BoundedRetries
from obctl.graph.wire import BatchAnswer

AT_ONCE = 4
_WORTH_RETRYING = (
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_BACKOFF = Backoff(timedelta(seconds=0.5), timedelta(seconds=LONGEST_WAIT))
_SDK = BoundedRetries()


async def get_many(
    graph: Graph, errands: Mapping[str, Errand], *, patient: bool = True
) -> Outcomes:
    """The body or the error of each GET, keyed as given.

    Who asks for rest is asked again once it is over, all others waiting for the answer. Unless
    `patient`, its outcome is the error, with the `rest` it asked for, and nobody waits.
    """
    keys = list(errands)
    singly = Singly(graph)
    parallel = asyncio.Semaphore(AT_ONCE)

    async def one(chunk: Sequence[str]) -> Outcomes:
        async with parallel:
            some = {key: errands[key] for key in chunk}
            return await _get_chunk(graph, some, singly, patient=patient)

    chunks = [keys[at : at + SIZE] for at in range(0, len(keys), SIZE)]
    outcomes: Outcomes = {}
    for found in await asyncio.gather(*(one(chunk) for chunk in chunks)):
        outcomes |= found
    return outcomes


async def _get_chunk(
    graph: Graph, errands: Mapping[str, Errand], singly: Singly, *, patient: bool
) -> Outcomes:
    outcomes: Outcomes = {}
    left = dict(errands)
    attempt = unreadable = 0
    longest = LONGEST_WAIT if patient else 0.0
    while True:
        outcomes |= _take_closed(graph, left, longest)
        if not left:
            return outcomes
        try:
            names = {key: str(uuid4()) for key in left}
            answers = await _post(graph, left, names)
        except (MailboxResting, MailboxSilent):
            continue  # since it was looked at; the others are asked
        except ObctlError as error:
            outcomes |= _take_closed(graph, left, longest, error)
            return outcomes | await singly.instead_of(error, left)
        singly.answered()
        if not answers and not unreadable:
            unreadable += 1
            continue
        unanswered = {key: left.pop(key) for key in errands if key in left and key not in answers}
        if unanswered:
            outcomes |= await singly.ask(unanswered)
        # The SDK's retries see only the whole batch; a throttled answer inside is ours to repeat.
        waits = {key: _wait(graph, answers[key], one, attempt) for key, one in left.items()}
        for key in [key for key, wait in waits.items() if wait is None]:
            outcomes[key] = _named(_outcome(answers[key], left.pop(key).asked), names[key])
        if left and not patient:
            return outcomes | {
                key: _named(_error(answers[key], one.asked, waits[key]), names[key])
                for key, one in left.items()
            }
        if left:
            await asyncio.sleep(max(wait for wait in waits.values() if wait is not None))
        attempt += 1


def _take_closed(
    graph: Graph, left: dict[str, Errand], longest: float, error: ObctlError | None = None
) -> Outcomes:
    """Take out those whose mailboxes are to be left alone for more than `longest` seconds.

    `error` is what they were told.
    """
    closed: Outcomes = {}
    for key, errand in list(left.items()):
        mailbox = errand.asked.mailbox
        refusal = graph.gate.refusal(mailbox, longest) if mailbox else None
        if refusal is not None:
            closed[key] = error or refusal
            del left[key]
    return closed


async def _post(
    graph: Graph, errands: Mapping[str, Errand], names: Mapping[str, str]
) -> dict[str, BatchAnswer]:
    """The answers that can be told whose they are; the others are as good as none."""
    numbered = {str(number): key for number, key in enumerate(errands)}
    info = batch_request(
        graph,
        [
            {
                "id": number,
                "method": "GET",
                "url": errands[key].path,
                "headers": {
                    "Prefer": PREFER,
                    "Accept": "application/json",
                    CLIENT_REQUEST_ID: names[key],
                },
            }
            for number, key in numbered.items()
        ],
    )
    first = next(iter(errands.values())).asked.what
    others = len(errands) - 1
    what = request.anything(f"{first} and {others} more" if others else first)
    mailboxes = [one.asked.mailbox for one in errands.values() if one.asked.mailbox]
    body = await graph.send(info, what, mailboxes, reads=True)
    return {numbered[one]: answer for one, answer in answers_by_id(body) if one in numbered}


def _outcome(answer: BatchAnswer, what: Asked) -> bytes | ObctlError:
    if is_good(answer):
        return bytes(answer.body)
    return _error(answer, what, _SDK.rest_asked_for(answer.status, _headers(answer)))


def _named(outcome: bytes | ObctlError, name: str) -> bytes | ObctlError:
    """The outcome; an error knows what its request was called."""
    if isinstance(outcome, ObctlError):
        outcome.request_named(name)
    return outcome


def _error(answer: BatchAnswer, what: Asked, rest: float | None) -> ObctlError:
    error = error_for(from_answer(answer.status, bytes(answer.body), _headers(answer)), what)
    if isinstance(error, TryLater):
        error.rest = rest
    return error


def _wait(graph: Graph, answer: BatchAnswer, errand: Errand, attempt: int) -> float | None:
    """Seconds until this answer is worth another try; `None` when it is final."""
    if answer.status not in _WORTH_RETRYING:
        if errand.asked.mailbox:
            graph.gate.answered(errand.asked.mailbox)
        return None
    rest = _SDK.rest_asked_for(answer.status, _headers(answer))
    if rest and errand.asked.mailbox:
        said = from_answer(answer.status, bytes(answer.body), _headers(answer)).detail
        graph.gate.close([errand.asked.mailbox], rest, said)
    wait = _BACKOFF.wait(attempt).total_seconds() if rest is None else rest
    return wait if attempt < RETRIES and wait <= LONGEST_WAIT else None


def _headers(answer: BatchAnswer) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in (answer.headers or {}).items()}
