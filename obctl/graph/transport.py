"""The HTTP client under the SDK: few connections, bounded retries, no redirects, verified TLS.

The connections are aiohttp's: a request costs about half the CPU it takes over httpx's own.
"""

from __future__ import annotations

import gzip
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from uuid import uuid4

import aiohttp
import httpx
from kiota_abstractions.request_option import RequestOption
from kiota_http.kiota_client_factory import KiotaClientFactory
from kiota_http.middleware import (
    REQUEST_OPTIONS_KEY,
    BaseMiddleware,
    RedirectHandler,
    RetryHandler,
)
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.graph_request_adapter import options as telemetry
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]
from msgraph_core.middleware import GraphTelemetryHandler  # type: ignore[import-untyped]
from msgraph_core.middleware.options import GraphTelemetryHandlerOption  # type: ignore[import-untyped]
from yarl import URL

from obctl.config import is_loopback
from obctl.domain.http_exchange import HttpExchange
from obctl.errors import ForeignLink, GraphDetail
from obctl.graph.graph_error import from_answer
from obctl.graph.mailbox_gate import IN_ALL, LONGEST_WAIT

RETRIES = 3
CLIENT_REQUEST_ID = "client-request-id"
"""Microsoft's support finds a request by it, also one whose answer never came."""
SILENCE = 30.0  # seconds without a byte
_NO_ANSWER = 0
_A_YEAR = 365 * 24 * 3600
_ASKING_FOR_REST = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


Heard = Callable[[HttpExchange], object]
"""Who is told of each answer as it came, those included that are asked for once more.

Where no answer came the status is 0."""


@asynccontextmanager
async def open_http(
    url: str, silence: float = SILENCE, heard: Heard | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client for the server at `url`, with the SDK's middleware."""
    transport = Connections(url, silence, heard)
    http = httpx.AsyncClient(
        transport=transport, timeout=silence, event_hooks={"response": [_receive]}
    )
    GraphClientFactory.create_with_custom_middleware(_middleware(), client=http)
    try:
        yield http
    finally:
        # The SDK wraps the transport in one whose aclose() closes nothing.
        await transport.aclose()


class Connections(httpx.AsyncBaseTransport):
    """Connections to one server, whose failures have httpx's names.

    The httpx-aiohttp package does as much, but spells addresses anew, and links are opaque.
    """

    def __init__(self, url: str, silence: float, heard: Heard | None = None) -> None:
        self._proxy = _proxy(url)
        self._heard = heard
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trust(url), limit=IN_ALL),
            timeout=aiohttp.ClientTimeout(sock_connect=silence, sock_read=silence),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )
        # `Graph.send` asks again itself, bodies that broke off and batches included: one loop.
        self._session._retry_connection = False  # noqa: SLF001  there is no public switch

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer; connecting is tried twice, as nothing was sent yet."""
        body = await request.aread()
        try:
            return await self._ask(request, body)
        except httpx.ConnectError:
            return await self._ask(request, body)

    async def _ask(self, request: httpx.Request, body: bytes) -> httpx.Response:
        began = time.monotonic()
        try:
            async with self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=request.headers.multi_items(),
                data=body or None,
                proxy=self._proxy,
                allow_redirects=False,
                # else an empty POST calls itself a stream of bytes, which Graph refuses
                skip_auto_headers=("Content-Type",),
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._tell(request, body, httpx.Response(_NO_ANSWER), began)
            raise _named(error) from error
        response = httpx.Response(answer.status, headers=answer.raw_headers, content=content)
        self._tell(request, body, response, began)
        return response

    def _tell(
        self, request: httpx.Request, sent: bytes, answer: httpx.Response, began: float
    ) -> None:
        if self._heard is not None:
            self._heard(_exchange(request, sent, answer, time.monotonic() - began))

    async def aclose(self) -> None:
        await self._session.close()


def trust(url: str) -> ssl.SSLContext | bool:
    """Whom to believe that it is the server at `url`: httpx's authorities.

    Reading their certificates takes longer than all else that opens a client; where nothing is
    enciphered nobody looks at them.
    """
    return True if urlsplit(url).scheme == "http" else httpx.create_ssl_context()


def _exchange(
    request: httpx.Request, sent: bytes, answer: httpx.Response, seconds: float
) -> HttpExchange:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if (request.headers.get("content-encoding") or "").lower() == "gzip":
        sent = gzip.decompress(sent)
    return HttpExchange(
        request.method,
        str(request.url),
        sent,
        answer.status_code,
        headers,
        answer.content,
        seconds,
        request.headers.get(CLIENT_REQUEST_ID),
    )


def _named(error: aiohttp.ClientError | TimeoutError) -> httpx.TransportError:
    match error:
        case TimeoutError():
            return httpx.ReadTimeout(str(error))
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError(str(error))
        case aiohttp.ServerDisconnectedError():
            return httpx.RemoteProtocolError("Server disconnected without sending a response.")
        case aiohttp.ClientConnectionError() | aiohttp.ClientPayloadError():
            return httpx.ReadError(str(error))
        case _:
            return httpx.RemoteProtocolError(str(error))


@dataclass(frozen=True, slots=True)
class Rest(RequestOption):
    """Who has to hear that an answer asked for rest: for how many seconds, and in what words."""

    told: Callable[[float, GraphDetail], None]

    @staticmethod
    def get_key() -> str:
        return "obctl_rest"


class NamedRequests(GraphTelemetryHandler):  # type: ignore[misc]  # it has no types
    """The SDK's telemetry, which would put an id of its own in place of the one we know."""

    def _add_client_request_id_header(self, request: httpx.Request) -> None:
        request.headers.setdefault(CLIENT_REQUEST_ID, str(uuid4()))


class BoundedRetries(RetryHandler):
    """The SDK's retry handler, which by itself would sleep for up to three minutes, thrice.

    There is no second loop around it. It tells the `Rest` of a request whenever Graph asks for it.
    """

    def __init__(self) -> None:
        super().__init__(RetryHandlerOption(delay=0, max_retries=RETRIES))

    async def send(
        self, request: httpx.Request, transport: httpx.AsyncBaseTransport
    ) -> httpx.Response:
        # The last of the middleware takes all options away; this one is wanted afterwards.
        options = request.extensions.get(REQUEST_OPTIONS_KEY) or {}
        request.extensions[Rest.get_key()] = options.get(Rest.get_key())
        return await super().send(request, transport)

    def get_delay_time(
        self, retry_count: int, response: httpx.Response | None = None, delay: float = 0
    ) -> float:
        if response is not None and (rest := response.request.extensions.get(Rest.get_key())):
            headers = {name.lower(): value for name, value in response.headers.items()}
            seconds = self.rest_asked_for(response.status_code, headers)
            if seconds:
                rest.told(
                    seconds, from_answer(response.status_code, response.content, headers).detail
                )
        wait = super().get_delay_time(retry_count, response, delay)
        return wait if wait <= LONGEST_WAIT else RetryHandlerOption.MAX_DELAY

    def rest_asked_for(self, status: int, headers: Mapping[str, str]) -> float | None:
        """The seconds of a `Retry-After`, which is a number or a date; names in lower case."""
        text = headers.get("retry-after")
        return self._parse_retry_after(text) if text and status in _ASKING_FOR_REST else None

    def _parse_retry_after(self, retry_after: str) -> float | None:
        """As the SDK reads it, within what a clock can count; `None` for what says nothing."""
        try:
            seconds = super()._parse_retry_after(retry_after)
        except OverflowError:  # a day or an offset of a date beyond all numbers
            return None
        return None if seconds is None else float(min(seconds, _A_YEAR))


def _middleware() -> list[BaseMiddleware]:
    """The SDK's own, but for redirects, which could lead the token astray, and bounded retries."""
    usual = [
        BoundedRetries() if isinstance(one, RetryHandler) else one
        for one in KiotaClientFactory.get_default_middleware(None)
        if not isinstance(one, RedirectHandler)
    ]
    return [*usual, NamedRequests(telemetry[GraphTelemetryHandlerOption.get_key()])]


async def _receive(response: httpx.Response) -> None:
    """Graph answers calendar requests itself; a redirect comes from a portal or a proxy."""
    # httpx ties an answer and its stream in a ring that only the collector undoes. The body is
    # read: without the ring a page is gone as soon as nobody needs it.
    response.stream = httpx.ByteStream(b"")
    if response.has_redirect_location:
        raise ForeignLink(
            f"{response.url.host} redirects to another address instead of answering",
            hint="check `[graph] url` and what lies between it and Graph",
        )


def _proxy(url: str) -> str | None:
    """The environment's proxy; never for loopback, whose token must not leave the machine."""
    parts = urlsplit(url)
    if is_loopback(url) or proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
