"""One Graph for one command: the SDK's client, and the one way to send a request.

The SDK builds and sends every request. Bodies are taken as bytes: its typed models lose the
original data and cost a thousand times as much to decode.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import httpx
import msgspec
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_http.middleware.options import ParametersNameDecodingHandlerOption
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

import obctl.graph.sdk_builders  # noqa: F401  before the SDK imports them with warnings
from obctl.config import Cloud, GraphSettings
from obctl.domain.token_claims import TokenClaims, read_claims
from obctl.errors import GraphUnavailable, NotAuthorised, ObctlError
from obctl.graph.address import base_url, same_origin
from obctl.graph.credentials import token_source
from obctl.graph.expansion import expand
from obctl.graph.failures import translated
from obctl.graph.links import foreign_link
from obctl.graph.mailbox_gate import Gate
from obctl.graph.request import Asked, Errand
from obctl.graph.shared_places import SharedPlaces, shared_places
from obctl.graph.tokens import TokenSource
from obctl.graph.transport import CLIENT_REQUEST_ID, SILENCE, Heard, Rest, open_http

SLOW = (httpx.TimeoutException, TimeoutError)
LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
"""How httpx names a connection that ended before the answer did."""
PAGE_SIZE = 200
PREFER = f'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize={PAGE_SIZE}'
WHOLE_REQUEST = 120.0  # seconds, the SDK's retries included

Query = TypeVar("Query")
_ENCODED_OPTION = re.compile("(?<=[?&])%24")


class Builder(Protocol):
    """What all request builders of the SDK have."""

    url_template: str
    path_parameters: dict[str, Any]


class Graph:
    """The SDK's client below one base URL, and the one way to send a request."""

    def __init__(
        self,
        client: GraphServiceClient,
        url: str,
        cloud: Cloud,
        tokens: TokenSource,
        shared: SharedPlaces | None = None,
    ) -> None:
        self.client = client
        self.url = url
        self.cloud = cloud
        self._tokens = tokens
        self._adapter = client.request_adapter
        self.gate = Gate(shared=shared)

    async def send(
        self,
        info: RequestInformation,
        asked: Asked,
        mailboxes: Iterable[str] = (),
        *,
        reads: bool = False,
        patience: float = WHOLE_REQUEST,
    ) -> bytes:
        """The body of the answer, `b""` where there is none; raises obctl's errors only.

        `mailboxes` are those a `$batch` asks, when `asked` names none; `reads` says of one that it
        holds nothing but questions. `patience` is for one answer, in seconds. A question whose
        connection was lost is asked once more: the SDK repeats only what was answered. So is
        whatever was refused for its token, where another one can be had.
        """
        places = [asked.mailbox] if asked.mailbox else list(mailboxes)
        try:
            return await self._send(info, asked, places, patience)
        except GraphUnavailable as error:
            question = reads or info.http_method is Method.GET
            if not question or not isinstance(error.__cause__, LOST):
                raise
        return await self._send(info, asked, places, patience)

    async def _send(
        self, info: RequestInformation, asked: Asked, places: Sequence[str], patience: float
    ) -> bytes:
        try:
            return await self._send_once(info, asked, places, patience)
        except NotAuthorised as error:
            if not (
                error.graph
                and error.graph.status == HTTPStatus.UNAUTHORIZED
                and self._tokens.renew(_bearer_of(info))
            ):
                raise
        info.headers.remove("Authorization")
        return await self._send_once(info, asked, places, patience)

    async def _send_once(
        self, info: RequestInformation, asked: Asked, places: Sequence[str], patience: float
    ) -> bytes:
        named = str(uuid4())
        info.headers.remove(CLIENT_REQUEST_ID)
        info.headers.try_add(CLIENT_REQUEST_ID, named)
        info.add_request_options([Rest(partial(self.gate.close, places))])
        self._address(info)
        async with self.gate.passed(places):
            try:
                with translated(asked):
                    async with asyncio.timeout(patience):
                        body: bytes | None = await self._adapter.send_primitive_async(
                            info, "bytes", {"XXX": ODataError}
                        )
            except ObctlError as error:
                if error.graph or isinstance(error.__cause__, (httpx.HTTPError, TimeoutError)):
                    error.request_named(named)
                waited_for = isinstance(error.__cause__, SLOW) and patience >= WHOLE_REQUEST
                unanswered = isinstance(error, GraphUnavailable) and waited_for
                if asked.mailbox and asked.is_answered_by_mailbox and unanswered:
                    self.gate.kept_silent(asked.mailbox)
                raise
        if asked.mailbox:
            self.gate.answered(asked.mailbox)
        return body or b""

    async def claims(self) -> TokenClaims | None:
        """What our token says of us; `None` where it cannot be read."""
        return read_claims(await self._tokens.fetch(None))

    def follow(self, link: str, asked: Asked) -> RequestInformation:
        """The request for an opaque link, sent as Graph wrote it.

        Raises `ForeignLink` for a link that would carry our token to another server.
        """
        if not same_origin(link, self.url):
            raise foreign_link(asked)
        info = self.client.users.with_url(link).to_get_request_information(asking())
        info.add_request_options([ParametersNameDecodingHandlerOption(enable=False)])
        return info

    def relative(self, info: RequestInformation) -> str:
        """The address of a request below the base URL, as `$batch` wants it.

        The SDK writes the `$` of an option as %24, which is no option inside a batch
        (microsoftgraph/msgraph-sdk-dotnet issue 2511); what is asked for with it stays encoded.
        """
        return _ENCODED_OPTION.sub("$", self._address(info).removeprefix(self.url))

    def _address(self, info: RequestInformation) -> str:
        """The address of a request, which keeps it from here on.

        The SDK expands its template whenever somebody asks, thrice for each request that it sends.
        Whoever keeps an address loses its parameters, and they are the builder's own.
        """
        values = info.path_parameters | {"baseurl": self.url}
        found = None
        # One that has its address has no parameters left; a link is an address from the start.
        if info.path_parameters.keys() - {"baseurl", info.RAW_URL_KEY}:
            found = expand(info.url_template or "", info.query_parameters | values)
        info.path_parameters = values
        info.query_parameters = dict(info.query_parameters)
        address = found or str(info.url)
        info.url = address
        return address

    def errand(self, info: RequestInformation, asked: Asked) -> Errand:
        """What a request asks, for a `$batch`, or to know its next page by."""
        return Errand(self.relative(info), asked)


def _bearer_of(info: RequestInformation) -> str | None:
    """The token that a request went with."""
    header = next(iter(info.headers.get("Authorization")), "")
    return header.removeprefix("Bearer ") or None


def asking(query: Query | None = None) -> RequestConfiguration[Query]:
    """The configuration of every calendar request: immutable ids, UTC, large pages."""
    return RequestConfiguration(
        headers=HeadersCollection({"Prefer": PREFER}), query_parameters=query
    )


def posting(builder: Builder, body: object, method: Method = Method.POST) -> RequestInformation:
    """A request with a JSON body, at the address of one of the SDK's builders."""
    info = RequestInformation(method, builder.url_template, builder.path_parameters)
    info.headers.try_add("Accept", "application/json")
    info.headers.try_add("Prefer", PREFER)
    info.set_stream_content(msgspec.json.encode(body), "application/json")
    return info


@asynccontextmanager
async def open_graph(
    settings: GraphSettings,
    *,
    token: str | None = None,
    environ: Mapping[str, str] = os.environ,
    silence: float = SILENCE,
    heard: Heard | None = None,
    places_file: Path | None = None,
) -> AsyncIterator[Graph]:
    """Graph as `settings` name it; `token` is the text of OBCTL_GRAPH_TOKEN.

    A request is given up after `silence` seconds without a byte; `heard` is told of each answer.
    Processes that name the same `places_file` have no more
    requests in flight together than one alone.

    Raises `ConfigError` for settings that cannot work; nothing is sent yet.
    """
    url = base_url(settings)
    tokens = token_source(settings, url, token, environ)
    try:
        with shared_places(places_file) if places_file else nullcontext() as shared:
            async with open_http(url, silence, heard) as http:
                yield connected(http, url, tokens, settings.cloud, shared)
    finally:
        tokens.close()


def connected(
    http: httpx.AsyncClient,
    url: str,
    tokens: TokenSource,
    cloud: Cloud,
    shared: SharedPlaces | None = None,
) -> Graph:
    """Graph below `url` for whoever `tokens` say we are."""
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(tokens), http)
    adapter.base_url = url
    return Graph(GraphServiceClient(request_adapter=adapter), url, cloud, tokens, shared)
