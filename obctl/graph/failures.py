"""Failures of the SDK, the network, Entra and the JSON -> obctl's errors, once, at this border.

The status and the code decide, never Graph's message: messages change and are translated. Codes are
compared without case, as Graph spells them both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from kiota_abstractions.api_error import APIError
from kiota_http._exceptions import KiotaHTTPXError
from msgraph.generated.models.o_data_errors.inner_error import InnerError
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from obctl.errors import (
    DeltaLinkExpired,
    EventChanged,
    GraphDetail,
    GraphRefused,
    GraphUnavailable,
    NotAuthorised,
    NotFound,
    ObctlError,
    Throttled,
)
from obctl.graph.asked import Asked, Subject

_RESYNC = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
_NO_MAILBOX = frozenset(
    {
        "mailboxnotenabledforrestapi",
        "errorinvaliduser",
        "errornonexistentmailbox",
        "resourcenotfound",
        "request_resourcenotfound",
    }
)
_CHANGED = frozenset({"errorirresolvableconflict", "resourcemodified"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer of Graph; `codes` holds the inner ones too, in lower case."""

    detail: GraphDetail
    message: str
    codes: frozenset[str]


@contextmanager
def translated(asked: Asked) -> Iterator[None]:
    """Raise obctl's error for whatever goes wrong inside."""
    try:
        yield
    except APIError as error:
        raise error_for(_refusal(error), asked) from error
    except (httpx.RemoteProtocolError, httpx.DecodingError, httpx.ReadError) as error:
        raise cut_short(asked) from error
    except httpx.TimeoutException as error:
        raise GraphUnavailable(
            f"Graph did not answer in time: {asked.what}", hint=_TRY_AGAIN
        ) from error
    except httpx.InvalidURL as error:
        raise GraphRefused(f"no usable address for {asked.what}: {error}") from error
    except httpx.HTTPError as error:
        raise _unreachable(asked, error) from error
    except KiotaHTTPXError as error:
        raise GraphRefused(f"the SDK cannot ask for {asked.what}: {error}") from error
    except TimeoutError as error:
        raise GraphUnavailable(f"Graph took too long: {asked.what}", hint=_TRY_AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise cut_short(asked) from error


_TRY_AGAIN = "run the command again; if it goes on, see `obctl doctor`"


def cut_short(asked: Asked) -> GraphUnavailable:
    """The answer ended early, or is not the JSON it should be: nothing of it is used."""
    return GraphUnavailable(
        f"Graph's answer was cut short or is no JSON: {asked.what}",
        hint=_TRY_AGAIN,
        code="partial-read",
    )


def _unreachable(asked: Asked, error: httpx.HTTPError) -> GraphUnavailable:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return GraphUnavailable(
            f"the server's TLS certificate cannot be verified: {asked.what}",
            hint="if a proxy re-signs traffic, name its certificate in SSL_CERT_FILE",
        )
    return GraphUnavailable(
        f"Graph cannot be reached: {asked.what}",
        hint="check the network and `[graph] url`; then run the command again",
    )


def error_for(refusal: Refusal, asked: Asked) -> ObctlError:
    """The error that an error answer of Graph means."""
    status, code = refusal.detail.status, refusal.detail.code
    said = f"{status} {code}".strip()
    detail = refusal.detail
    if status == 410 or refusal.codes & _RESYNC:
        return DeltaLinkExpired(
            f"Graph no longer knows how to go on with {asked.what} ({said})",
            hint="the next pass reads the room in full",
            graph=detail,
        )
    if status in (401, 403):
        return _not_authorised(refusal, asked)
    if status == 404:
        return _not_found(refusal, asked)
    if status == 412 or refusal.codes & _CHANGED:
        return EventChanged(
            f"changed in Outlook meanwhile: {asked.what} ({said})",
            hint="run the command again",
            graph=detail,
        )
    if status in (429, 509):
        return Throttled(
            f"Graph throttles: {asked.what} ({said})",
            hint="wait a few minutes and run the command again",
            graph=detail,
        )
    if status == 408 or (status >= 500 and status != 501):
        return GraphUnavailable(
            f"Graph is unavailable: {asked.what} ({said})", hint=_TRY_AGAIN, graph=detail
        )
    text = f": {refusal.message}" if refusal.message else ""
    return GraphRefused(
        f"Graph refuses {asked.what} ({said}){text}",
        hint="`obctl doctor` checks the connection; give Microsoft the request id if it is no"
        " mistake of the request",
        graph=detail,
    )


def _not_authorised(refusal: Refusal, asked: Asked) -> NotAuthorised:
    said = f"{refusal.detail.status} {refusal.detail.code}".strip()
    if refusal.detail.status == 401:
        return NotAuthorised(
            f"Graph does not accept the credential ({said}): {asked.what}",
            hint="check `[graph] credential`, tenant and client id; then `obctl doctor`",
            graph=refusal.detail,
        )
    in_calendar = asked.subject in (Subject.CALENDAR, Subject.EVENT)
    hint = f"grant the application permission {asked.permission} with admin consent"
    if in_calendar:
        hint += (
            ", and put the mailbox into the application's RBAC scope or application access policy;"
            " either may take hours to work. Then `obctl doctor`"
        )
    return NotAuthorised(
        f"Graph forbids {asked.what} ({said}): {asked.permission} is missing or does not cover it",
        hint=hint,
        code="mailbox-permission-lost" if in_calendar else None,
        graph=refusal.detail,
    )


def _not_found(refusal: Refusal, asked: Asked) -> NotFound:
    said = f"{refusal.detail.status} {refusal.detail.code}".strip()
    about_mailbox = asked.subject is Subject.CALENDAR or (
        asked.subject is Subject.EVENT and refusal.codes & _NO_MAILBOX
    )
    if about_mailbox:
        return NotFound(
            f"Graph finds no such mailbox: {asked.what} ({said})",
            hint="restore or license the mailbox, or remove the room from obctl",
            code="mailbox-gone",
            graph=refusal.detail,
        )
    return NotFound(f"Graph does not know {asked.what} ({said})", graph=refusal.detail)


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


def read_refusal(status: int, body: bytes, headers: dict[str, str]) -> Refusal:
    """The error answer of one request inside a `$batch`."""
    try:
        main = msgspec.json.decode(body, type=_ErrorBody).error if body else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        main = None  # an HTML page of a gateway: the status alone has to do
    main = main or _MainError()
    codes = [main.code]
    inner = innermost = main.inner
    while inner is not None:
        codes.append(inner.code)
        inner = inner.inner
    lower = {name.lower(): value for name, value in headers.items()}
    return Refusal(
        GraphDetail(
            status,
            main.code or "",
            (innermost.request_id if innermost else None) or lower.get("request-id"),
            (innermost.client_request_id if innermost else None) or lower.get("client-request-id"),
        ),
        main.message or "",
        _lowered(codes),
    )


def _refusal(error: APIError) -> Refusal:
    headers: Any = error.response_headers or {}
    main = error.error if isinstance(error, ODataError) else None
    inner = main.inner_error if main else None
    code = (main.code if main else None) or ""
    return Refusal(
        GraphDetail(
            error.response_status_code or 0,
            code,
            (inner.request_id if inner else None) or headers.get("request-id"),
            (inner.client_request_id if inner else None) or headers.get("client-request-id"),
        ),
        (main.message if main else None) or "",
        _lowered([code, *_inner_codes(inner)]),
    )


def _inner_codes(inner: InnerError | None) -> Iterator[str | None]:
    extra: Any = inner.additional_data if inner else None
    while isinstance(extra, dict):
        yield extra.get("code") if isinstance(extra.get("code"), str) else None
        extra = extra.get("innerError") or extra.get("innererror")


def _lowered(codes: list[str | None]) -> frozenset[str]:
    return frozenset(code.lower() for code in codes if code)
