"""The HTTP client under the SDK: few connections, bounded retries, no redirects, verified TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import BaseMiddleware, RedirectHandler, RetryHandler
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.graph_request_adapter import options as telemetry
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]
from msgraph_core.middleware import GraphTelemetryHandler  # type: ignore[import-untyped]
from msgraph_core.middleware.options import GraphTelemetryHandlerOption  # type: ignore[import-untyped]

from obctl.errors import GraphRefused
from obctl.graph.address import is_loopback
from obctl.graph.gate import IN_ALL

RETRIES = 3
LONGEST_WAIT = 20.0
"""Seconds for one `Retry-After`: a longer one ends the retries, the caller may try later."""
_SILENCE = 30.0  # seconds without a byte


@asynccontextmanager
async def open_http(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client for the server at `url`, with the SDK's middleware."""
    transport = httpx.AsyncHTTPTransport(
        proxy=_proxy(url),
        limits=httpx.Limits(max_connections=IN_ALL, max_keepalive_connections=IN_ALL),
        retries=1,  # of connecting only: nothing was sent yet
    )
    http = httpx.AsyncClient(
        transport=transport, timeout=_SILENCE, event_hooks={"response": [_refuse_redirect]}
    )
    GraphClientFactory.create_with_custom_middleware(_middleware(), client=http)
    try:
        yield http
    finally:
        # The SDK wraps the transport in one whose aclose() closes nothing.
        await transport.aclose()


class BoundedRetries(RetryHandler):
    """The SDK's retry handler, which by itself would sleep for up to three minutes, thrice.

    There is no second loop around it.
    """

    def __init__(self) -> None:
        super().__init__(RetryHandlerOption(delay=0, max_retries=RETRIES))

    def get_delay_time(
        self, retry_count: int, response: httpx.Response | None = None, delay: float = 0
    ) -> float:
        wait = super().get_delay_time(retry_count, response, delay)
        return wait if wait <= LONGEST_WAIT else RetryHandlerOption.MAX_DELAY


def _middleware() -> list[BaseMiddleware]:
    """The SDK's own, but for redirects, which could lead the token astray, and bounded retries."""
    usual = [
        BoundedRetries() if isinstance(one, RetryHandler) else one
        for one in KiotaClientFactory.get_default_middleware(None)
        if not isinstance(one, RedirectHandler)
    ]
    return [*usual, GraphTelemetryHandler(telemetry[GraphTelemetryHandlerOption.get_key()])]


async def _refuse_redirect(response: httpx.Response) -> None:
    """Graph answers calendar requests itself; a redirect comes from a portal or a proxy."""
    if response.has_redirect_location:
        raise GraphRefused(
            f"{response.url.host} redirects to another address instead of answering",
            hint="check `[graph] url` and what lies between it and Graph",
            code="foreign-link",
        )


def _proxy(url: str) -> str | None:
    """The environment's proxy; never for loopback, whose token must not leave the machine."""
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
