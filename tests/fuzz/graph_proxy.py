"""Stands between obctl and a sandbox on a real socket, and lets one answer go out changed.

Pages are made small on the way in, so that a tenant of three rooms has next links. The sandbox is
asked in this process: what goes over the wire is what a command is told.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from calls import Call, Counter, Seen, inner_answers, inner_requests, with_inner
from mutate import Answer

from obctl.sandbox.request import GraphRequest, GraphResponse
from obctl.sandbox.router import Router
from obctl.sandbox.service import Service

Spoil = Callable[[Call, Answer], Answer]
"""What to answer in place of the true answer."""
_SMALL = ((re.compile(rb"odata\.maxpagesize=\d+"), b"odata.maxpagesize=2"),
          (re.compile(rb"(%24|\$)top=\d\d+"), rb"\1top=3"))  # fmt: skip
_WORDS = {200: "OK", 204: "No Content", 404: "Not Found"}


class GraphProxy:
    """One socket for any number of tenants, one after the other."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._router: Router | None = None
        self._counter = Counter({})
        self._spoil: Spoil = lambda _, answer: answer
        self._loop = asyncio.SelectorEventLoop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="graph-proxy")
        self._stopping: asyncio.Event | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1.0"

    @property
    def hook(self) -> str:
        """A notification URL at which the handshake succeeds."""
        return f"http://127.0.0.1:{self.port}/notifications"

    def serve(self, service: Service, mailboxes: Mapping[str, str], spoil: Spoil) -> None:
        """Answer from this tenant from now on; `mailboxes` names them by all their names."""
        self.seen = []
        self._counter = Counter(mailboxes)
        self._spoil = spoil
        self._router = Router(service)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._stopping is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**22)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        # A client that has gone is what some cases are about.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        self._connections.discard(task)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if target.startswith(("/notifications", "/lifecycle")):
            answer = _echo(target)
        else:
            below = target.partition("/v1.0/" if "/v1.0/" in target else "/V1.0/")[2]
            answer = await self._graph(method, below, headers, body)
        writer.write(on_the_wire(answer))
        await writer.drain()
        return answer.framing in ("length", "chunked") and answer.promised is None

    async def _graph(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        for pattern, small in _SMALL:
            body = pattern.sub(small, body)
            target = pattern.sub(small, target.encode()).decode()
            headers = {n: pattern.sub(small, v.encode()).decode() for n, v in headers.items()}
        path, _, query = target.partition("?")
        request = GraphRequest(
            method=method, path=path, query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers, body=body, base=self.url,
        )  # fmt: skip
        assert self._router is not None
        answer = _plain(await self._router.call(request))
        if path == "$batch" and answer.status == 200:
            answer = self._batch(body, answer)
        call = self._counter.call(method, target)
        self.seen.append(Seen(call, answer))
        return self._spoil(call, answer)

    def _batch(self, body: bytes, answer: Answer) -> Answer:
        asked = inner_requests(json.loads(body))
        changed = {}
        for number, inner in inner_answers(answer.body):
            call = self._counter.call(*asked[number], batched=True)
            self.seen.append(Seen(call, inner))
            spoiled = self._spoil(call, inner)
            if spoiled is not inner:
                changed[number] = spoiled
        if not changed:
            return answer
        return Answer(answer.status, answer.headers, with_inner(answer.body, changed))


def _plain(answer: GraphResponse) -> Answer:
    headers = tuple(answer.headers.items())
    if answer.body:
        headers = (("Content-Type", "application/json"), *headers)
    return Answer(answer.status, headers, answer.body)


def _echo(target: str) -> Answer:
    token = parse_qs(urlsplit(target).query).get("validationToken", [""])[0]
    return Answer(200, (("Content-Type", "text/plain"),), token.encode())


def on_the_wire(answer: Answer) -> bytes:
    """The bytes of an answer, true to its framing."""
    lines = [f"HTTP/1.1 {answer.status} {_WORDS.get(answer.status, 'So')}"]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    named = {name.lower() for name, _ in answer.headers}
    body = answer.body
    match answer.framing:
        case "length":
            bodiless = answer.status in (204, 304) and not body and answer.promised is None
            if not bodiless and "content-length" not in named:
                length = len(body) if answer.promised is None else answer.promised
                lines.append(f"Content-Length: {length}")
        case "chunked":
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        case "broken-chunks":
            lines.append("Transfer-Encoding: chunked")
            body = b"zz\r\n" + body + b"\r\n"
        case "until-close":
            lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
