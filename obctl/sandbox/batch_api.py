"""$batch: up to twenty calls in one, each judged and answered by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import msgspec

from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json, split_url

MOST_REQUESTS = 20
AT_ONCE = 4

Call = Callable[[GraphRequest], Awaitable[GraphResponse]]


async def run_batch(request: GraphRequest, call: Call) -> GraphResponse:
    """Answer every request of a batch; the batch itself is 200 whatever they say.

    They share one connection: one of them cut off cuts them all.
    """
    entries = _entries(request.fields())
    gate = asyncio.Semaphore(AT_ONCE)
    answers: dict[str, asyncio.Future[GraphResponse]] = {
        entry["id"]: asyncio.get_running_loop().create_future() for entry in entries
    }

    async def answer(entry: dict[str, Any]) -> None:
        for parent in entry.get("dependsOn") or ():
            if (await answers[parent]).status >= HTTPStatus.BAD_REQUEST:
                answers[entry["id"]].set_result(_failed_dependency())
                return
        async with gate:
            answers[entry["id"]].set_result(await call(_inner(request, entry)))

    await asyncio.gather(*(answer(entry) for entry in entries))
    done = {number: answer.result() for number, answer in answers.items()}
    whole = answer_json({"responses": [_outer(number, answer) for number, answer in done.items()]})
    return replace(whole, cut=any(answer.cut for answer in done.values()))


def _entries(data: dict[str, Any]) -> list[dict[str, Any]]:
    entries = data.get("requests")
    if not isinstance(entries, list) or not entries:
        raise Refusal(400, "BadRequest", "Invalid batch payload format.")
    if len(entries) > MOST_REQUESTS:
        raise Refusal(
            400,
            "BadRequest",
            f"Number of batch request steps exceeds the max value of {MOST_REQUESTS}.",
        )
    seen: set[str] = set()
    for entry in entries:
        if not isinstance(entry, dict) or not all(entry.get(k) for k in ("id", "method", "url")):
            raise Refusal(400, "BadRequest", "A batch request needs an id, a method and a url.")
        if not isinstance(entry.get("headers") or {}, dict):
            raise Refusal(400, "BadRequest", "The headers of a batch request are an object.")
        if entry["id"] in seen:
            raise Refusal(400, "BadRequest", f"Request Id {entry['id']} has to be unique.")
        # Only what stands before may be depended on, so nothing can wait for itself.
        if any(parent not in seen for parent in entry.get("dependsOn") or ()):
            raise Refusal(400, "BadRequest", "dependsOn names a request that does not precede it.")
        seen.add(entry["id"])
    return entries


def _inner(request: GraphRequest, entry: dict[str, Any]) -> GraphRequest:
    path, query = split_url(str(entry["url"]))
    headers = {str(k).lower(): str(v) for k, v in (entry.get("headers") or {}).items()}
    body = entry.get("body")
    return GraphRequest(
        method=str(entry["method"]).upper(),
        path=path.lstrip("/"),
        query=query,
        headers={"authorization": request.headers.get("authorization", "")} | headers,
        body=msgspec.json.encode(body) if body is not None else b"",
        base=request.base,
    )


def _outer(request_id: str, answer: GraphResponse) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": request_id, "status": answer.status, "headers": answer.headers}
    if answer.body:
        shown["headers"] = {"Content-Type": "application/json"} | answer.headers
        shown["body"] = msgspec.Raw(answer.body)
    return shown


def _failed_dependency() -> GraphResponse:
    return answer_json(
        {"error": {"code": "424", "message": "One or more of the dependencies failed."}}, 424
    )
