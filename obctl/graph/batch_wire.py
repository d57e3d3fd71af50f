"""`$batch` on the wire: the request that holds others, and the answers inside its answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus

import msgspec
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from obctl.domain.foreign_text import decode, decode_parts
from obctl.graph.client import Graph
from obctl.graph.wire import BatchAnswer, BatchAnswers, BatchId

SIZE = 20
"""The most requests that Graph takes in one batch (Microsoft's page "json-batching")."""
_ANSWERS = msgspec.json.Decoder(BatchAnswers)
_ANSWER = msgspec.json.Decoder(BatchAnswer)
_ID = msgspec.json.Decoder(BatchId)


def batch_request(graph: Graph, requests: Sequence[object]) -> RequestInformation:
    """One POST that holds `requests`, each as the page "json-batching" wants it; at most `SIZE`."""
    info = RequestInformation(Method.POST, f"{graph.url}/$batch", {})
    info.headers.try_add("Accept", "application/json")
    info.set_stream_content(msgspec.json.encode({"requests": requests}), "application/json")
    return info


def answers_by_id(body: bytes) -> Iterator[tuple[str, BatchAnswer]]:
    """The answers by their ids, taken as they are written.

    Of two with the same id neither is believed: one of them is about another mailbox.
    """
    try:
        batch, original = decode_parts(_ANSWERS, body)
    except ValueError:
        return
    answers = [original(one) for one in batch.responses]
    by_id = [(found, one) for one in answers if (found := _id(one)) is not None]
    times = Counter(found for found, _ in by_id)
    for found, one in by_id:
        answer = _answer(one) if times[found] == 1 else None
        if answer is not None:
            yield found, answer


def _id(one: msgspec.Raw) -> str | None:
    try:
        return decode(_ID, one).id
    except ValueError:
        return None


def _answer(one: msgspec.Raw) -> BatchAnswer | None:
    """One answer; `None` for what is none, a page of markup in place of an object for example."""
    try:
        answer, original = decode_parts(_ANSWER, one)
    except ValueError:
        return None
    answer.body = original(answer.body)
    return None if is_good(answer) and not bytes(answer.body).lstrip().startswith(b"{") else answer


def is_good(answer: BatchAnswer) -> bool:
    """Whether Graph did what was asked."""
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
