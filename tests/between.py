"""Something between obctl and the simulated tenant that alters answers: a proxy on a bad day."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Bad:
    """An answer in place of the tenant's own; `change` alters the body of that, and no more."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    change: Callable[[bytes], bytes] | None = None
    loops: bool = False
    """Each page leads on to itself."""

    @property
    def keeps_status(self) -> bool:
        return self.loops or self.change is not None

    def instead_of(self, good: bytes, link: str) -> bytes:
        if self.loops:
            return leading_to(good, link)
        return self.body if self.change is None else self.change(good)


def leading_to(good: bytes, link: str) -> bytes:
    """A page that goes on with `link`; what is no page stays as it is."""
    try:
        page = json.loads(good)
    except ValueError:
        return good
    if not isinstance(page, dict) or "value" not in page:
        return good
    page.pop("@odata.deltaLink", None)
    page["@odata.nextLink"] = link
    return json.dumps(page).encode()


class Between:
    """Passes everything on to a sandbox; what was asked for with `spoil` comes back altered."""

    def __init__(self, port: int) -> None:
        self.asked: list[tuple[str, str]] = []
        """Method and path below /v1.0 of each request, those inside batches too."""
        self._port = port
        self._spoilt: list[tuple[str, str, Bad]] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1.0"

    def spoil(self, path: str, bad: Bad, method: str = "*") -> None:
        """Answer what matches `path` (`*/calendarView*`, say) with `bad`, also inside batches."""
        self._spoilt.insert(0, (method, path.lower(), bad))

    def clear(self) -> None:
        self._spoilt.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def found(self, method: str, target: str) -> Bad | None:
        path = unquote(urlsplit(target).path).removeprefix("/v1.0")
        self.asked.append((method, path))
        for wanted, pattern, bad in self._spoilt:
            if wanted in (method, "*") and fnmatchcase(path.lower(), pattern):
                return bad
        return None

    def in_batch(self, asked: bytes, answered: bytes) -> bytes:
        batch = json.loads(answered)
        by_id = {one["id"]: one for one in batch.get("responses", ())}
        for inner in json.loads(asked)["requests"]:
            bad = self.found(inner["method"], inner["url"])
            if bad is not None and (answer := by_id.get(inner["id"])) is not None:
                good, link = json.dumps(answer["body"]).encode(), self.url + inner["url"]
                answer["status"] = answer["status"] if bad.keeps_status else bad.status
                answer["body"] = _as_json(bad.instead_of(good, link))
        return json.dumps(batch).encode()

    def pass_on(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self._port)
        try:
            connection.request(method, target, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, dict(answer.getheaders()), content
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is no news."""


def _as_json(body: bytes) -> Any:
    """What `$batch` puts where an answer is no JSON is text."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("latin-1")


_OF_ONE_HOP = ("connection", "content-length", "transfer-encoding")


def _handler(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            sent = {n: v for n, v in self.headers.items() if n.lower() not in _OF_ONE_HOP}
            status, headers, body = between.pass_on(self.command, self.path, sent, asked)
            bad = between.found(self.command, self.path)
            if self.path.endswith("/$batch") and bad is None and status == 200:
                body = between.in_batch(asked, body)
            if bad is not None:
                link = between.url + self.path.removeprefix("/v1.0")
                body = bad.instead_of(body, link)
                if not bad.keeps_status:
                    status = bad.status
                    headers = {"Content-Type": "application/json"} | bad.headers
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _OF_ONE_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  http.server's names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
