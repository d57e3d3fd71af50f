"""The Starlette application: `/v1.0/…` is Graph, `/sandbox/…` is the control API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from email.utils import format_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from obctl.sandbox.addresses import is_loopback
from obctl.sandbox.control_api import control
from obctl.sandbox.delivery import Courier
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.router import Router
from obctl.sandbox.service import Service
from obctl.sandbox.state import save_state

_METHODS = ["GET", "POST", "PATCH", "DELETE", "PUT"]
_HEARTBEAT = 0.1
_SAVE_SECONDS = 1.0


def make_app(service: Service, state: Path | None = None) -> Starlette:
    """The application for one tenant."""
    router = Router(service)

    async def graph(request: Request) -> Response:
        answer = _response(await router.call(await _graph_request(request, "v1.0")))
        answer.headers["date"] = format_datetime(service.exchange.clock.now(), usegmt=True)
        return answer

    async def controls(request: Request) -> Response:
        if not _is_loopback(request):
            return Response(status_code=HTTPStatus.FORBIDDEN)
        call = await _graph_request(request, "sandbox")
        try:
            with service.tenant.locked():
                return _response(control(service, call))
        except Refusal as refusal:
            error = {"code": refusal.code, "message": refusal.message}
            return _response(answer_json({"error": error}, refusal.status))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        heart = asyncio.create_task(_beat(service, state))
        try:
            yield
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
            if state is not None:
                save_state(state, service)

    return Starlette(
        routes=[
            Route("/v1.0/{path:path}", graph, methods=_METHODS),
            Route("/sandbox/{path:path}", controls, methods=_METHODS),
        ],
        lifespan=lifespan,
    )


async def _beat(service: Service, state: Path | None) -> None:
    """Let time have its effects: what is due happens, what is owed is delivered."""
    courier = Courier(service.subscriptions, service.endpoints)
    bell = asyncio.Event()
    loop = asyncio.get_running_loop()
    saved_at = loop.time()
    service.subscriptions.wake = _ringer(loop, bell)
    while True:
        with service.tenant.locked():
            bell.clear()
        await courier.deliver_due()
        if state is not None and service.exchange.dirty and loop.time() - saved_at > _SAVE_SECONDS:
            save_state(state, service)
            saved_at = loop.time()
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), _HEARTBEAT)


def _ringer(loop: asyncio.AbstractEventLoop, bell: asyncio.Event) -> Callable[[], None]:
    def ring() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(bell.set)

    return ring


async def _graph_request(request: Request, version: str) -> GraphRequest:
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.decode("ascii", "replace").partition("?")[0].removeprefix(f"/{version}/")
    query = request.scope["query_string"].decode("ascii", "replace")
    return GraphRequest(
        method=request.method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=_headers(request),
        body=await request.body(),
        base=f"{request.url.scheme}://{request.url.netloc}/{version}",
    )


def _headers(request: Request) -> dict[str, str]:
    """Lower-case names; a header that came in several lines is one list."""
    found: dict[str, str] = {}
    for name, value in request.headers.items():
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _response(answer: GraphResponse) -> Response:
    if answer.cut:
        return _CutResponse(answer.body, answer.status, answer.headers)
    return Response(
        answer.body,
        answer.status,
        answer.headers,
        media_type="application/json" if answer.body else None,
    )


class _CutResponse(Response):
    """Sends half its body and breaks the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        start = {"type": "http.response.start", "status": self.status_code}
        await send(start | {"headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        raise ConnectionError("cut by a fault")


def _is_loopback(request: Request) -> bool:
    return is_loopback(request.client.host if request.client else None)
