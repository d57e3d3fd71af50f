"""An endpoint for change notifications, on a free port of the loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from obctl.sandbox.server import SandboxServer
from obctl.sandbox.times import instant_text


class Sink:
    """Keeps what it receives; answers the handshake, and anything else as `answer` says."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.validations = 0
        self.answer: Callable[[dict[str, Any]], int] = lambda _: 202
        self.validate = True
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/notifications"

    @property
    def items(self) -> list[dict[str, Any]]:
        return [item for post in self.posts for item in post["value"]]

    def changes(self) -> list[str]:
        return [item.get("changeType", item.get("lifecycleEvent")) for item in self.items]

    def subscription(self, room: str, sandbox: SandboxServer, **more: Any) -> dict[str, Any]:
        return {
            "changeType": "created,updated,deleted",
            "resource": f"users/{room}/events",
            "notificationUrl": self.url,
            "lifecycleNotificationUrl": self.url.replace("notifications", "lifecycle"),
            "expirationDateTime": instant_text(sandbox.tenant.now() + timedelta(days=2)),
            "clientState": "secret",
        } | more

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Wait until so many items have come in all."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            while len(self.items) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"only {self.changes()} came"
                self._arrived.wait(left)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = parse_qs(urlsplit(self.path).query).get("validationToken")
                if token:
                    sink.validations += 1
                    self._reply(200, token[0] if sink.validate else "something else")
                    return
                data = json.loads(body)
                status = sink.answer(data)
                self._reply(status, "")
                with sink._arrived:
                    sink.posts.append(data)
                    sink.paths.append(self.path)
                    sink._arrived.notify_all()

            def _reply(self, status: int, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: tests look at what was received."""

        return Handler
