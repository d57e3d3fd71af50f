"""The listener's addresses: `/notifications`, `/lifecycle`, `/healthz`, `/metrics`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from obctl.domain.notification_urls import is_loopback
from obctl.domain.time_span import instant_text
from obctl.errors import ObctlError
from obctl.webhook.handshake import INERT, TOKEN, answer_handshake
from obctl.webhook.intake import Intake
from obctl.webhook.items import Dropped, Item, Received, judge, read_body, read_item
from obctl.webhook.metrics import CONTENT_TYPE, Metrics

LARGEST_BODY = 1 << 20
MOST_DISCARDED = 16 << 20
"""A client hears of its 413 only when it may finish sending, up to here."""
ANSWER_SECONDS = 2.5
"""For the body, the store and the answer together.

Graph throttles an endpoint where more than a tenth of the answers take over 2.9 seconds, and comes
again with whatever got a 5xx (its page "Receive change notifications through webhooks").
"""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Answers Graph. `tenant_id` is checked where it is an id: it may also be a domain name."""

    intake: Intake
    now: Callable[[], datetime]
    tenant_id: str | None = None
    metrics_public: bool = False
    metrics: Metrics = field(default_factory=Metrics)
    report: Callable[[Dropped, int], None] = lambda _why, _number: None
    """Told of each item that is dropped: why, and how many were for that reason so far."""

    async def receive(self, request: Request) -> Response:
        """Graph's POST: a handshake, or notifications."""
        if TOKEN in request.query_params:
            self.metrics.handshakes += 1
            return answer_handshake(request.query_params)
        began = time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await self._take(request)
        except HTTPException as refusal:
            response = PlainTextResponse(refusal.detail, refusal.status_code, headers=INERT)
        except TimeoutError:
            response = PlainTextResponse("too slow", HTTPStatus.SERVICE_UNAVAILABLE, headers=INERT)
        self.metrics.answered(response.status_code, time.perf_counter() - began)
        return response

    async def health(self, _: Request) -> Response:
        """200 while notifications can be written, else 503."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                pending, oldest = await self.intake.summary()
        except (ObctlError, TimeoutError):
            return JSONResponse(
                {"status": "store-unavailable"}, status_code=HTTPStatus.SERVICE_UNAVAILABLE
            )
        return JSONResponse(
            {
                "status": "ok",
                "inbox": {
                    "pending": pending,
                    "oldest_at": None if oldest is None else instant_text(oldest),
                    "oldest_seconds": self._age(oldest),
                },
            }
        )

    async def show_metrics(self, request: Request) -> Response:
        if not self.metrics_public and not _from_this_machine(request):
            return PlainTextResponse("only from this machine", status_code=HTTPStatus.FORBIDDEN)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                pending, oldest = await self.intake.summary()
        except (ObctlError, TimeoutError):
            return PlainTextResponse(
                "the store cannot be read", status_code=HTTPStatus.SERVICE_UNAVAILABLE
            )
        text = self.metrics.text(pending=pending, oldest_seconds=self._age(oldest))
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    async def _take(self, request: Request) -> Response:
        _check_type(request)
        body = await _read(request)
        try:
            raws = read_body(body)
        except ValueError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, "no notifications") from error
        read = [(read_item(raw), raw) for raw in raws]
        wanted = {item.subscription_id.casefold() for item, _ in read if isinstance(item, Item)}
        try:
            ledger = await self.intake.ledger(wanted)
            now = self.now()
            taken: list[Received] = []
            for item, raw in read:
                verdict = (
                    item
                    if isinstance(item, Dropped)
                    else judge(item, raw, ledger=ledger, tenant_id=self.tenant_id, now=now)
                )
                if isinstance(verdict, Dropped):
                    self.metrics.dropped[verdict] += 1
                    self.report(verdict, self.metrics.dropped[verdict])
                else:
                    taken.append(verdict)
            if taken:
                await self.intake.add(taken)
        except ObctlError as error:
            # Graph comes again with everything that gets a 5xx.
            raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "cannot be written now") from error
        self.metrics.accepted.update(item.notification.kind for item in taken)
        return Response(status_code=HTTPStatus.ACCEPTED)

    def _age(self, oldest: datetime | None) -> int:
        return 0 if oldest is None else max(0, int((self.now() - oldest).total_seconds()))


def make_app(receiver: Receiver) -> Starlette:
    """The application; the store is open while it runs."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await receiver.intake.open()
        try:
            yield
        finally:
            await receiver.intake.close()

    app = Starlette(
        routes=[
            Route("/notifications", receiver.receive, methods=["POST"]),
            Route("/lifecycle", receiver.receive, methods=["POST"]),
            Route("/healthz", receiver.health, methods=["GET"]),
            Route("/metrics", receiver.show_metrics, methods=["GET"]),
        ],
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def tenant_guid(tenant_id: str | None) -> str | None:
    """The tenant as notifications name it, or `None` where the configuration has no id."""
    try:
        return str(UUID(tenant_id or ""))
    except ValueError:
        return None


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or "content-encoding" in request.headers:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "notifications are application/json")


async def _read(request: Request) -> bytes:
    """The body, as long as it is not too long."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_DISCARDED:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size <= LARGEST_BODY:
                parts.append(part)
            elif size > MOST_DISCARDED:
                break
    except ClientDisconnect as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "cut short") from error
    if size > LARGEST_BODY:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too long")
    return b"".join(parts)


def _from_this_machine(request: Request) -> bool:
    """Whether the client itself is local: a proxy here forwards for clients elsewhere."""
    forwarded = "forwarded" in request.headers or "x-forwarded-for" in request.headers
    return request.client is not None and is_loopback(request.client.host) and not forwarded
