"""`$batch` of requests that are no GETs: sent once, each answer given back as it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from obctl.graph.batch_wire import answers_by_id, batch_request
from obctl.graph.client import PREFER, Builder, Graph
from obctl.graph.request import Asked
from obctl.graph.wire import BatchAnswer


@dataclass(frozen=True, slots=True)
class Inner:
    """One request of a batch, at the address of one of the SDK's builders."""

    method: Method
    builder: Builder
    body: object
    headers: Mapping[str, str]


async def send_batch(
    graph: Graph, requests: Sequence[Inner], asked: Asked, mailboxes: Sequence[str]
) -> list[BatchAnswer | None]:
    """The answers in the order of the requests, of which there are at most `SIZE`.

    `None` where the batch has no answer to one. Raises for the batch as a whole.
    """
    info = batch_request(graph, [_inner(graph, number, one) for number, one in enumerate(requests)])
    answer = await graph.send(info, asked, mailboxes)
    answers = dict(answers_by_id(answer))
    return [answers.get(str(number)) for number in range(len(requests))]


def _inner(graph: Graph, number: int, one: Inner) -> dict[str, object]:
    info = RequestInformation(one.method, one.builder.url_template, one.builder.path_parameters)
    return {
        "id": str(number),
        "method": one.method.value,
        "url": graph.relative(info),
        "headers": {"Prefer": PREFER, "Content-Type": "application/json", **one.headers},
        "body": one.body,
    }
