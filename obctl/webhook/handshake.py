"""Graph's validation handshake: it posts a token to a new address and wants it back as text."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import QueryParams
from starlette.responses import PlainTextResponse

TOKEN = "validationToken"  # noqa: S105  a parameter's name
LONGEST_TOKEN = 4096

INERT = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
"""Anybody can send any token: no browser may take the echo for a page."""


def answer_handshake(query: QueryParams) -> PlainTextResponse:
    """The decoded token and nothing else; 400 for what no handshake looks like."""
    tokens = query.getlist(TOKEN)
    if len(tokens) != 1 or not 0 < len(tokens[0]) <= LONGEST_TOKEN:
        return PlainTextResponse(
            "no validation token", status_code=HTTPStatus.BAD_REQUEST, headers=INERT
        )
    return PlainTextResponse(tokens[0], headers=INERT)
