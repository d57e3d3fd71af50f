"""Answers gone wrong: empty, half, cut off, or with a next link that never ends."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from obctl.sandbox.faults import Fault
from obctl.sandbox.identity import guid
from obctl.sandbox.odata import link
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json


def spoiled(fault: Fault, request: GraphRequest, answer: GraphResponse) -> GraphResponse:
    """What a client gets instead of a good answer."""
    match fault.kind:
        case "cut":
            return replace(answer, cut=True)
        case "empty":
            return _with_value(answer, keep=0)
        case "partial":
            return _with_value(answer, keep=None)
        case "looping":
            return _looping(fault, request, answer)
        case _:
            return answer


def _with_value(answer: GraphResponse, *, keep: int | None) -> GraphResponse:
    """A page with fewer items than there are, that does not say so."""
    data = msgspec.json.decode(answer.body)
    if "value" not in data:
        return answer
    data["value"] = data["value"][: len(data["value"]) // 2 if keep is None else keep]
    data.pop("@odata.nextLink", None)
    return answer_json(data, answer.status, **answer.headers)


def _looping(fault: Fault, request: GraphRequest, answer: GraphResponse) -> GraphResponse:
    """The same page for ever, each time with another token."""
    data = msgspec.json.decode(answer.body)
    if "value" not in data:
        return answer
    data.pop("@odata.deltaLink", None)
    again = {"$obctl-loop": str(guid("loop", fault.calls))}
    data["@odata.nextLink"] = link(request, {**request.query, **again})
    return answer_json(data, answer.status, **answer.headers)
