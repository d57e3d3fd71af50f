"""Carries notifications to their endpoints, and shakes hands with new ones."""

from __future__ import annotations

import asyncio
import html
from collections import defaultdict
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import msgspec

from obctl.sandbox.identity import guid
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.subscriptions import Notification, Subscriptions

HANDSHAKE_SECONDS = 10.0
ANSWER_SECONDS = 10.0
GIVE_UP_AFTER = timedelta(hours=4)
_FIRST_RETRY = timedelta(seconds=10)
_LONGEST_RETRY = timedelta(minutes=30)


async def validate_endpoint(url: str) -> None:
    """Ask an endpoint to echo a token; refuse the subscription if it does not."""
    token = f"Validation: Testing client application reachability for subscription {guid(url)}"
    separator = "&" if "?" in url else "?"
    target = f"{url}{separator}{urlencode({'validationToken': token})}"
    try:
        async with httpx.AsyncClient(timeout=HANDSHAKE_SECONDS) as client:
            answer = await client.post(
                target, headers={"Content-Type": "text/plain; charset=utf-8"}
            )
    except httpx.TimeoutException as error:
        raise _failed("Subscription validation request timed out.") from error
    except httpx.HTTPError as error:
        raise _failed(
            "Subscription validation request failed. Notification endpoint could not be reached."
        ) from error
    if answer.status_code != httpx.codes.OK:
        raise _failed(
            "Subscription validation request failed. Notification endpoint must respond with "
            "200 OK to validation request."
        )
    kind = answer.headers.get("content-type", "")
    if answer.text not in (token, html.escape(token)) or not kind.startswith("text/plain"):
        raise _failed(
            "Subscription validation request failed. Response must exactly match validationToken "
            "query parameter."
        )


class Courier:
    """Delivers what the subscriptions owe; one POST may carry many notifications."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions
        self._exchange = subscriptions.exchange

    async def deliver_due(self) -> None:
        """Post everything that is due, all endpoints at once."""
        with self._exchange.lock:
            due = self._subscriptions.take_due(self._exchange.clock.now())
        if not due:
            return
        by_url: dict[str, list[Notification]] = defaultdict(list)
        for one in due:
            by_url[one.url].append(one)
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
            await asyncio.gather(
                *(self._deliver(client, url, batch) for url, batch in by_url.items())
            )

    async def _deliver(
        self, client: httpx.AsyncClient, url: str, batch: list[Notification]
    ) -> None:
        body = msgspec.json.encode({"value": [one.body for one in batch]})
        try:
            answer = await client.post(
                url, content=body, headers={"Content-Type": "application/json; charset=utf-8"}
            )
        except httpx.HTTPError:
            self._retry(batch)
            return
        if not answer.is_success:
            self._retry(batch)

    def _retry(self, batch: list[Notification]) -> None:
        with self._exchange.lock:
            now = self._exchange.clock.now()
            for one in batch:
                one.due = now + min(_FIRST_RETRY * 2**one.attempts, _LONGEST_RETRY)
                one.attempts += 1
            self._subscriptions.put_back(
                one for one in batch if one.due - one.first_due <= GIVE_UP_AFTER
            )


def _failed(message: str) -> Refusal:
    return Refusal(400, "InvalidRequest", message)
