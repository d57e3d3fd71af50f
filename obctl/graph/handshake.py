"""Graph's validation handshake, done by ourselves: does a notification URL answer as Graph wants?

Graph posts a token and wants it back as text within ten seconds
(concepts/change-notifications-delivery-webhooks).
"""

from __future__ import annotations

import asyncio
import secrets
from http import HTTPStatus
from urllib.parse import urlencode

import aiohttp

from obctl.graph.transport import trust

_SECONDS = 10.0


async def shake_hands(url: str) -> str | None:
    """What is wrong with the answer of a notification URL; `None` where nothing is."""
    token = f"obctl doctor: {secrets.token_urlsafe(16)}"
    target = f"{url}{'&' if '?' in url else '?'}{urlencode({'validationToken': token})}"
    try:
        async with (
            asyncio.timeout(_SECONDS),
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust(url))) as session,
            session.post(
                target, headers={"Content-Type": "text/plain; charset=utf-8"}, allow_redirects=False
            ) as answer,
        ):
            body = await answer.text(errors="replace")
            kind = answer.content_type
    except TimeoutError:
        return f"no answer within {_SECONDS:.0f} seconds"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"cannot be reached: {error}"
    if answer.status != HTTPStatus.OK:
        return f"answers {answer.status} where Graph wants 200"
    if body != token:
        return "does not answer with the validation token"
    return None if kind == "text/plain" else f"answers as {kind} where Graph wants text/plain"
