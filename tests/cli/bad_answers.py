"""What may come in place of an answer of Graph: the same list for every command that asks it."""

from __future__ import annotations

import json

from between import Bad, leading_to

PAGE = {"Content-Type": "text/html"}


def error(status: int, code: str) -> Bad:
    body = {"error": {"code": code, "message": f"{code} happened"}}
    return Bad(json.dumps(body).encode(), status, {"Retry-After": "0"})


def _elsewhere(good: bytes) -> bytes:
    return leading_to(good, "https://graph@evil.example/v1.0/users/x/calendarView?$skip=1")


def _cut(good: bytes) -> bytes:
    return good[: len(good) // 2]


BAD = {
    "404": error(404, "ResourceNotFound"),
    "410": error(410, "ResourceGone"),
    "404 in markup": Bad(b"<html>not here</html>", 404, PAGE),
    "markup": Bad(b"<html>Sign in to the network</html>", 200, PAGE),
    "cut": Bad(change=_cut),
    "looping": Bad(loops=True),
    "elsewhere": Bad(change=_elsewhere),
    "redirect": Bad(b"", 302, {"Location": "https://portal.example/login"}),
    "empty": Bad(b"", 200),
    "nothing": Bad(b"", 204),
    "null": Bad(b"null"),
    "a list": Bad(b"[]"),
    "an object": Bad(b"{}"),
    "no text": Bad(b"\xff\xfe\x00"),
}
