"""Failures of the SDK, the network and the JSON -> obctl's errors, once, at this border.

The status and the code decide, never Graph's message: messages change and are translated. Codes are
compared without case, as Graph spells them both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

import httpx
import msgspec
from kiota_abstractions.api_error import APIError
from kiota_http._exceptions import KiotaHTTPXError

from obctl.domain.foreign_text import decode
from obctl.errors import (
    CredentialRefused,
    DeltaLinkExpired,
    EventChanged,
    GraphRefused,
    GraphUnavailable,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
    PartialRead,
    Throttled,
)
from obctl.graph.graph_error import GraphError, from_sdk
from obctl.graph.request import Asked, Subject

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RESYNC = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired"})
_CHANGED = frozenset({"errorirresolvableconflict", "resourcemodified"})
# Exchange's words for a bad moment; some come with a status that would say "never".
_BAD_MOMENT = frozenset(
    {
        "errorserverbusy",
        "errortimeoutexpired",
        "errormailboxstoreunavailable",
        "errormailboxmoveinprogress",
        "errorinternalservertransienterror",
    }
)
_NO_MAILBOX = frozenset(
    {
        "mailboxnotenabledforrestapi",
        "errorinvaliduser",
        "errornonexistentmailbox",
        "resourcenotfound",
        "request_resourcenotfound",
    }
)
# Exchange's words for a date that its series no longer has are no 404 in every one of its layers.
_NO_SUCH_EVENT = frozenset(
    {
        "erroritemnotfound",
        "errorcalendaroccurrenceisdeletedfromrecurrence",
        "errorcalendaroccurrenceindexisoutofrecurrencerange",
    }
)
_WHOLE_CALENDAR = (Subject.CALENDAR, Subject.CHANGES)
_COMPARE = "compare what was asked for with `[graph] url`; `obctl doctor` checks the connection"
_NOT_THERE = {
    Subject.EVENT: "it is gone or has another id now: `obctl sync run` finds out which",
    Subject.SUBSCRIPTION: "`obctl subscriptions list` shows what Graph has,"
    " `obctl subscriptions renew --all` subscribes anew",
}
_SLOW_DOWN = (HTTPStatus.TOO_MANY_REQUESTS, 509)  # 509: the bandwidth is used up
_TRY_AGAIN = "run the command again; if it goes on, see `obctl doctor`"


@contextmanager
def translated(asked: Asked) -> Iterator[None]:
    """Raise obctl's error for whatever goes wrong while Graph is asked."""
    try:
        yield
    except APIError as error:
        raise error_for(from_sdk(error), asked) from error
    except httpx.HTTPError as error:
        raise _network(error, asked) from error
    except TimeoutError as error:
        raise _too_slow(asked) from error
    except (httpx.InvalidURL, KiotaHTTPXError) as error:
        raise GraphRefused(f"the SDK cannot ask for {asked.what}: {error}") from error


def _network(error: httpx.HTTPError, asked: Asked) -> GraphUnavailable:
    match error:
        case httpx.TimeoutException():
            return _too_slow(asked)
        case httpx.DecodingError() | httpx.ReadError():
            return cut_short(asked)
        case httpx.RemoteProtocolError() if "without sending a response" not in str(error):
            return cut_short(asked)
        case _ if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return GraphUnavailable(
                f"the server's TLS certificate cannot be verified: {asked.what}",
                hint="if a proxy re-signs traffic, name its certificate in SSL_CERT_FILE",
            )
        case _:
            return GraphUnavailable(
                f"Graph cannot be reached: {asked.what}",
                hint="check the network and `[graph] url`; then run the command again",
            )


def _too_slow(asked: Asked) -> GraphUnavailable:
    return GraphUnavailable(f"Graph did not answer in time: {asked.what}", hint=_TRY_AGAIN)


def cut_short(asked: Asked) -> PartialRead:
    """The answer ended early, or is not the JSON it should be: nothing of it is used."""
    return PartialRead(
        f"Graph's answer was cut short or is not what was asked for: {asked.what}",
        hint=_TRY_AGAIN,
    )


def ensure_done(body: bytes, asked: Asked) -> None:
    """Raise `PartialRead` where something was to be done, and the answer is not Graph's.

    Graph answers with nothing at all, or with the object it is about: a page that wants somebody to
    sign in comes with 200 too, and nothing was done.
    """
    if body.strip():
        try:
            decode(_OBJECT, body)
        except ValueError as error:
            raise cut_short(asked) from error


def error_for(error_answer: GraphError, asked: Asked) -> ObctlError:
    """The error that an error answer of Graph means."""
    status, graph = error_answer.detail.status, error_answer.detail
    about = f"{asked.what} ({error_answer.said})"
    if status == HTTPStatus.GONE or error_answer.codes & _RESYNC:
        return _no_longer(error_answer, asked)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _not_authorised(error_answer, asked)
    no_such_event = asked.subject is Subject.EVENT and error_answer.codes & _NO_SUCH_EVENT
    if status == HTTPStatus.NOT_FOUND or no_such_event:
        return _not_found(error_answer, asked)
    if status == HTTPStatus.PRECONDITION_FAILED or error_answer.codes & _CHANGED:
        return EventChanged(
            f"changed in Outlook meanwhile: {about}", hint="run the command again", graph=graph
        )
    if status in _SLOW_DOWN:
        hint = "wait a few minutes, then run the command again"
        return Throttled(f"Graph asks us to slow down: {about}", hint=hint, graph=graph)
    if _waiting_helps(status) or error_answer.codes & _BAD_MOMENT:
        return GraphUnavailable(f"Graph is unavailable: {about}", hint=_TRY_AGAIN, graph=graph)
    return GraphRefused(
        f"Graph refuses {about}" + (f": {error_answer.message}" if error_answer.message else ""),
        hint="`obctl doctor` checks the connection; Microsoft finds the request by its request id",
        graph=graph,
    )


def _no_longer(error_answer: GraphError, asked: Asked) -> ObctlError:
    """410: of a delta link it asks to start over; Graph says it of nothing else in a calendar."""
    about, graph = f"{asked.what} ({error_answer.said})", error_answer.detail
    match asked.subject:
        case Subject.CHANGES:
            hint = "the next pass reads the room in full"
            return DeltaLinkExpired(
                f"Graph no longer knows how to go on: {about}", hint=hint, graph=graph
            )
        case Subject.SUBSCRIPTION:
            return _not_found(error_answer, asked)
        case _:
            return GraphUnavailable(
                f"Graph does not say what is there now: {about}", hint=_TRY_AGAIN, graph=graph
            )


def _waiting_helps(status: int) -> bool:
    """Whether a status speaks of a bad moment; 501 is the one 5xx that no waiting cures."""
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return True
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED


def _not_authorised(error_answer: GraphError, asked: Asked) -> NotAuthorised:
    about = f"{asked.what} ({error_answer.said})"
    if error_answer.detail.status == HTTPStatus.UNAUTHORIZED:
        return CredentialRefused(
            f"Graph does not accept the credential: {about}",
            hint="check `[graph]` credential, tenant_id and client_id; then `obctl doctor`",
            graph=error_answer.detail,
        )
    if asked.subject in (*_WHOLE_CALENDAR, Subject.EVENT):
        return MailboxPermissionLost(
            f"Graph forbids {about}: {asked.permission} is missing or does not cover this mailbox",
            hint=f"grant the application {asked.permission} and put the mailbox into its RBAC scope"
            " or application access policy; either may take hours to work. Then `obctl doctor`",
            graph=error_answer.detail,
        )
    return NotAuthorised(
        f"Graph forbids {about}: {asked.permission} is missing",
        hint=f"grant the application {asked.permission}; then `obctl doctor`",
        graph=error_answer.detail,
    )


def no_mailbox_hint(mailbox: str) -> str:
    """What to do about a room whose mailbox is gone."""
    return f"restore or license the mailbox, or take the room out: obctl rooms remove {mailbox}"


def _not_found(error_answer: GraphError, asked: Asked) -> NotFound:
    about = f"{asked.what} ({error_answer.said})"
    if asked.subject in _WHOLE_CALENDAR or (
        asked.subject is Subject.EVENT and error_answer.codes & _NO_MAILBOX
    ):
        return MailboxGone(
            f"Graph finds no such mailbox: {about}",
            hint=no_mailbox_hint(asked.mailbox or "ROOM"),
            graph=error_answer.detail,
        )
    return NotFound(
        f"Graph does not know {about}",
        hint=_NOT_THERE.get(asked.subject, _COMPARE),
        graph=error_answer.detail,
    )
