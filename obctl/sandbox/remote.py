"""Calls the control API of a sandbox that runs elsewhere on this machine."""

from __future__ import annotations

import http.client
import json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from obctl.errors import GraphUnavailable, UsageError

_SECONDS = 60.0


def call(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answer of `/sandbox/{path}` beside the Graph `url`."""
    host, port = _place(url)
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.request(
            method,
            f"/sandbox/{path}",
            json.dumps(body) if body is not None else None,
            {"Content-Type": "application/json"},
        )
        answer = connection.getresponse()
        text = answer.read()
    except OSError as error:
        raise GraphUnavailable(
            f"no sandbox answers at {url}", hint="start one: obctl sandbox serve"
        ) from error
    finally:
        connection.close()
    return _decoded(url, answer.status, text)


def _place(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname:
            return parts.hostname, parts.port or 80
    except ValueError:
        pass  # a port out of range, a bracket too few
    raise UsageError(f"{url!r} is no sandbox", hint="use the URL that `sandbox serve` printed")


def _decoded(url: str, status: int, text: bytes) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{url} is no sandbox") from error
    if status >= HTTPStatus.BAD_REQUEST:
        raise UsageError(str(data.get("error", {}).get("message", text)))
    return data
