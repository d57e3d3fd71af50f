"""Carries notifications to their endpoints, and shakes hands with new ones."""

from __future__ import annotations

import asyncio
import html
import time
from collections import defaultdict
from datetime import datetime, timedelta
from urllib.parse import urlencode

import httpx
import msgspec

from obctl.sandbox.endpoints import Endpoints, Standing
from obctl.sandbox.identity import guid
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.subscription import Notification
from obctl.sandbox.subscriptions import Subscriptions

GIVE_UP_AFTER = timedelta(hours=4)
_FIRST_RETRY = timedelta(seconds=10)
_LONGEST_RETRY = timedelta(minutes=30)


async def validate_endpoint(url: str, seconds: float) -> None:
    """Ask an endpoint to echo a token; refuse the subscription if it does not."""
    token = f"Validation: Testing client application reachability for subscription {guid(url)}"
    separator = "&" if "?" in url else "?"
    target = f"{url}{separator}{urlencode({'validationToken': token})}"
    try:
        async with httpx.AsyncClient(timeout=seconds) as client:
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

    def __init__(self, subscriptions: Subscriptions, endpoints: Endpoints) -> None:
        self._subscriptions = subscriptions
        self._endpoints = endpoints
        self._exchange = subscriptions.exchange

    async def deliver_due(self) -> None:
        """Post everything that is due, all endpoints at once."""
        with self._exchange.lock:
            now = self._exchange.clock.now()
            by_url: dict[str, list[Notification]] = defaultdict(list)
            for one in self._subscriptions.take_due(now):
                if self._is_let_through(one, now):
                    by_url[one.url].append(one)
        if not by_url:
            return
        self._subscriptions.under_way = sum(len(batch) for batch in by_url.values())
        async with httpx.AsyncClient(timeout=self._endpoints.patience.answer) as client:
            await asyncio.gather(
                *(self._deliver(client, url, batch) for url, batch in by_url.items())
            )
        self._subscriptions.under_way = 0

    def _is_let_through(self, one: Notification, now: datetime) -> bool:
        """Whether an endpoint's record lets it have this now; if not, it waits or loses it."""
        match self._endpoints.standing(one.url, now):
            case Standing.GOOD:
                return True
            case Standing.SLOW if one.due == one.first_due:
                one.due = now + self._endpoints.patience.penalty
                self._subscriptions.put_back([one])
                return False
            case Standing.SLOW:
                return True
            case Standing.DROP:
                self._subscriptions.miss(one.subscription, self._endpoints.patience.penalty)
                return False

    async def _deliver(
        self, client: httpx.AsyncClient, url: str, batch: list[Notification]
    ) -> None:
        body = msgspec.json.encode({"value": [one.body for one in batch]})
        began = time.monotonic()
        try:
            answer = await client.post(
                url, content=body, headers={"Content-Type": "application/json; charset=utf-8"}
            )
            delivered = answer.is_success
        except httpx.HTTPError:
            delivered = False
        with self._exchange.lock:
            now = self._exchange.clock.now()
            for _ in batch:
                self._endpoints.note(url, now, time.monotonic() - began)
            if not delivered:
                self._retry(batch, now)

    def _retry(self, batch: list[Notification], now: datetime) -> None:
        """Try again later, with growing patience, until it is no use any more."""
        for one in batch:
            one.due = now + min(_FIRST_RETRY * 2**one.attempts, _LONGEST_RETRY)
            one.attempts += 1
            if one.due - one.first_due <= GIVE_UP_AFTER:
                self._subscriptions.put_back([one])
            else:
                self._subscriptions.miss(one.subscription)


def _failed(message: str) -> Refusal:
    return Refusal(400, "InvalidRequest", message)
