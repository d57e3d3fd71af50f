"""`$batch`: up to twenty GETs in one request, each with an answer of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from obctl.errors import GraphRefused, GraphUnavailable, ObctlError
from obctl.graph import asked
from obctl.graph.asked import Asked
from obctl.graph.client import LOST, PREFER, Graph
from obctl.graph.failures import cut_short, error_for
from obctl.graph.refusals import from_answer
from obctl.graph.transport import LONGEST_WAIT, RETRIES
from obctl.graph.wire import BatchAnswer, BatchAnswers

SIZE = 20
AT_ONCE = 4
_WORTH_RETRYING = (429, 503, 504)
_UNSUPPORTED = (400, 404, 405, 501)
"""A proxy or a test server without `$batch`, or one that dislikes an address in it."""
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
    parallel = asyncio.Semaphore(AT_ONCE)

    async def one(chunk: Sequence[str]) -> Outcomes:
        async with parallel:
            return await _get_chunk(graph, {key: errands[key] for key in chunk})

    chunks = [keys[at : at + SIZE] for at in range(0, len(keys), SIZE)]
    outcomes: Outcomes = {}
    for found in await asyncio.gather(*(one(chunk) for chunk in chunks)):
        outcomes |= found
    return outcomes


async def _get_chunk(graph: Graph, errands: Mapping[str, Errand]) -> Outcomes:
    outcomes: Outcomes = {}
    left = dict(errands)
    for attempt in range(RETRIES + 1):
        try:
            answers = await _post(graph, left)
        except GraphRefused as error:
            if error.graph is not None and error.graph.status in _UNSUPPORTED:
                return outcomes | await _one_by_one(graph, left)
            return outcomes | dict.fromkeys(left, error)
        except GraphUnavailable as error:
            if isinstance(error.__cause__, LOST):
                # One answer among them may be what breaks the connection: the others are good.
                return outcomes | await _one_by_one(graph, left)
            return outcomes | dict.fromkeys(left, error)
        except ObctlError as error:
            return outcomes | dict.fromkeys(left, error)
        # The SDK's retries see only the whole batch; a throttled answer inside is ours to repeat.
        waits = {key: _wait(answers.get(key), attempt) for key in left}
        for key in [key for key, wait in waits.items() if wait is None]:
            outcomes[key] = _outcome(answers.get(key), left.pop(key).asked)
        if not left:
            break
        await asyncio.sleep(max(wait for wait in waits.values() if wait is not None))
    return outcomes


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


async def _one_by_one(graph: Graph, errands: Mapping[str, Errand]) -> Outcomes:
    async def one(errand: Errand) -> bytes | ObctlError:
        try:
            return await graph.send(
                graph.follow(graph.url + errand.path, errand.asked), errand.asked
            )
        except ObctlError as error:
            return error

    return dict(zip(errands, await asyncio.gather(*map(one, errands.values())), strict=True))


def _outcome(answer: BatchAnswer | None, what: Asked) -> bytes | ObctlError:
    if answer is None:
        return cut_short(what)
    if 200 <= answer.status < 300:
        return bytes(answer.body)
    return error_for(from_answer(answer.status, bytes(answer.body), _headers(answer)), what)


def _wait(answer: BatchAnswer | None, attempt: int) -> float | None:
    """Seconds until this answer is worth another try; `None` when it is final."""
    if answer is None or answer.status not in _WORTH_RETRYING or attempt == RETRIES:
        return None
    text = _headers(answer).get("retry-after", "")
    wait = float(text) if text.isdecimal() else 2.0**attempt / 2
    return wait if wait <= LONGEST_WAIT else None


def _headers(answer: BatchAnswer) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in (answer.headers or {}).items()}
