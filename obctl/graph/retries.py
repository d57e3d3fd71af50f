"""How long the SDK's own retries may take; there is no second loop around them."""

from __future__ import annotations

import httpx
from kiota_http.middleware import RetryHandler
from kiota_http.middleware.options import RetryHandlerOption

RETRIES = 3
LONGEST_WAIT = 20.0
"""Seconds for one `Retry-After`: a longer one ends the retries, the caller may try later."""


class BoundedRetries(RetryHandler):
    """The SDK's retry handler, which by itself would sleep for up to three minutes, thrice."""

    def __init__(self) -> None:
        super().__init__(RetryHandlerOption(delay=0, max_retries=RETRIES))

    def get_delay_time(
        self, retry_count: int, response: httpx.Response | None = None, delay: float = 0
    ) -> float:
        wait = super().get_delay_time(retry_count, response, delay)
        return wait if wait <= LONGEST_WAIT else RetryHandlerOption.MAX_DELAY
