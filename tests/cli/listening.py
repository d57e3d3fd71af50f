"""`obctl listen` as a process of its own, and an endpoint that only shakes hands."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from desk import Desk

PATIENCE = 30.0


class Listening:
    """A listener that said it is ready."""

    def __init__(self, desk: Desk, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "obctl", "listen", "--port", "0", "-o", "json", *options],
            env={**os.environ, **desk.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            with self.process:
                raise AssertionError(self.process.stderr.read())
        self.url = json.loads(line)["url"]

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
        with closing(connection):
            connection.request(
                method, path, body, {k.replace("_", "-"): headers[k] for k in headers}
            )
            response = connection.getresponse()
            return response.status, response.read().decode()

    def notify(self, *items: dict[str, Any]) -> int:
        body = json.dumps({"value": items}).encode()
        return self.request("POST", "/notifications", body, Content_Type="application/json")[0]

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, what else it said on stdout, and stderr."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@contextmanager
def listening(desk: Desk, *options: str) -> Iterator[Listening]:
    listener = Listening(desk, *options)
    with listener.process:
        try:
            yield listener
        finally:
            if listener.process.poll() is None:
                listener.process.kill()


def eventually(found: Callable[[], Any]) -> Any:
    """What `found` answers as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := found()):
        if time.monotonic() > deadline:
            raise AssertionError(f"still not true after {PATIENCE:.0f} s")
        time.sleep(0.05)
    return answer


class _Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0].encode()
        self.send_response(200 if token else 202)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(token)))
        self.end_headers()
        self.wfile.write(token)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def endpoint() -> Iterator[str]:
    """A notification URL at which Graph's validation succeeds."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/notifications"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
