"""Graph's error answers as values: status, codes, ids; from the SDK or out of a `$batch`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from kiota_abstractions.api_error import APIError
from msgraph.generated.models.o_data_errors.inner_error import InnerError
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from obctl.domain.foreign_text import decode, well_formed
from obctl.errors import GraphDetail


@dataclass(frozen=True, slots=True)
class GraphError:
    """One error answer; `codes` holds the inner ones too, in lower case."""

    detail: GraphDetail
    message: str = ""
    codes: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """Status and code, as messages quote them."""
        return f"{self.detail.status} {self.detail.code}".strip()


class _InnerError(msgspec.Struct):
    code: str | None = None
    request_id: str | None = msgspec.field(name="request-id", default=None)
    client_request_id: str | None = msgspec.field(name="client-request-id", default=None)
    inner: _InnerError | None = msgspec.field(name="innerError", default=None)


class _MainError(msgspec.Struct):
    code: str | None = None
    message: str | None = None
    inner: _InnerError | None = msgspec.field(name="innerError", default=None)


class _ErrorBody(msgspec.Struct):
    error: _MainError | None = None


_ERROR = msgspec.json.Decoder(_ErrorBody)


def from_answer(status: int, body: bytes, headers: Mapping[str, str]) -> GraphError:
    """The error answer of one request inside a `$batch`; `headers` have names in lower case."""
    try:
        main = decode(_ERROR, body).error
    except ValueError:
        main = None  # an HTML page of a gateway: the status alone has to do
    main = main or _MainError()
    codes = [main.code]
    inner = main.inner
    while inner is not None:
        codes.append(inner.code)
        inner = inner.inner
    return _graph_error(status, main.code, main.message, codes, main.inner, headers)


def from_sdk(error: APIError) -> GraphError:
    """The error answer that the SDK raised."""
    main = error.error if isinstance(error, ODataError) else None
    code = main.code if main else None
    inner = main.inner_error if main else None
    return _graph_error(
        error.response_status_code or 0,
        code,
        main.message if main else None,
        [code, *_inner_codes(inner)],
        inner,
        error.response_headers or {},
    )


def _graph_error(
    status: int,
    code: str | None,
    message: str | None,
    codes: Iterable[str | None],
    inner: InnerError | _InnerError | None,
    headers: Mapping[str, str],
) -> GraphError:
    return GraphError(
        GraphDetail(
            status,
            well_formed(code or ""),
            (inner.request_id if inner else None) or headers.get("request-id"),
            (inner.client_request_id if inner else None) or headers.get("client-request-id"),
        ),
        well_formed(message or ""),
        frozenset(one.lower() for one in codes if one),
    )


def _inner_codes(inner: InnerError | None) -> Iterator[str]:
    """The SDK knows the ids of an inner error, but leaves its code among the unknown fields."""
    extra: Any = inner.additional_data if inner else None
    while isinstance(extra, dict):
        if isinstance(code := extra.get("code"), str):
            yield code
        extra = extra.get("innerError")
