"""A Graph of recorded answers over real HTTP: what to answer is written down before it is asked."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

ERROR_IDS = {"date": "2026-11-22T09:00:00", "request-id": "req-1", "client-request-id": "cli-1"}


@dataclass(frozen=True)
class Answer:
    """`cut` promises more bytes than come; `None` as body closes the connection unanswered."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hang_up: bool = False

    @property
    def content(self) -> bytes:
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Seen:
    """One request as it came; `path` is decoded and below /v1.0."""

    method: str
    path: str
    target: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    batched: bool = False


Reply = Answer | Callable[[Seen], Answer]


def refusal(status: int, code: str, **headers: str) -> Answer:
    """Graph's error shape."""
    body = {"error": {"code": code, "message": f"{code} happened", "innerError": ERROR_IDS}}
    return Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # connections made at once wait for nobody

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is what some tests are about."""


class RecordedGraph:
    """Answers each path with what was recorded for it, in order; the last one goes on for ever."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self._answers: defaultdict[tuple[str, str], list[Reply]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), handler_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1.0"

    def on(self, path: str, *replies: Reply | dict[str, Any], method: str = "GET") -> None:
        """Answer `path` with `replies`; a plain dictionary is the JSON of a 200."""
        self._answers[method, path].extend(
            Answer(reply) if isinstance(reply, dict) else reply for reply in replies
        )

    def serve_batch(self) -> None:
        """Answer `$batch` from the same records, in an order of its own as Graph does."""
        self.on("/$batch", self._batch, method="POST")

    def paths(self, method: str = "GET") -> list[str]:
        """The paths asked for so far, those inside batches too."""
        return [seen.path for seen in self.seen if seen.method == method]

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

    def reply(self, seen: Seen) -> Answer:
        with self._lock:
            self.seen.append(seen)
            replies = self._answers[seen.method, seen.path]
            if not replies:
                return refusal(500, f"NothingRecordedFor {seen.method} {seen.path}")
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply(seen) if callable(reply) else reply

    def _batch(self, seen: Seen) -> Answer:
        responses = []
        for inner in seen.body["requests"]:
            answer = self.reply(
                read_request(
                    inner["method"], "/v1.0" + inner["url"], inner["headers"], batched=True
                )
            )
            responses.append(
                {
                    "id": inner["id"],
                    "status": answer.status,
                    "headers": answer.headers,
                    "body": answer.body,
                }
            )
        return Answer({"responses": responses[::-1]})


def read_request(
    method: str, target: str, headers: dict[str, str], body: bytes = b"", *, batched: bool = False
) -> Seen:
    parts = urlsplit(target)
    return Seen(
        method=method,
        path=unquote(parts.path).removeprefix("/v1.0"),
        target=target,
        query={name: values[0] for name, values in parse_qs(parts.query).items()},
        headers={name.lower(): value for name, value in headers.items()},
        body=json.loads(body) if body else None,
        batched=batched,
    )


def handler_for(graph: RecordedGraph) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = graph.reply(read_request(self.command, self.path, dict(self.headers), body))
            if answer.hang_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            headers = {"Content-Type": "application/json"} | answer.headers
            for name, value in headers.items():
                self.send_header(name, value)
            promised = len(answer.content) + (100 if answer.cut else 0)
            self.send_header("Content-Length", str(promised))
            self.end_headers()
            self.wfile.write(answer.content)
            self.close_connection = self.close_connection or answer.cut

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815  http.server's names

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
