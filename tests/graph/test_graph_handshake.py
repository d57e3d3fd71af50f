"""A notification URL asked as Graph asks it, and what may be wrong with its answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from obctl.graph.handshake import shake_hands

Answer = tuple[int, str, str]


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str], Answer]], str]]:
    """Answers the token with a status, a content type and a body."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[str], Answer]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                token = parse_qs(urlsplit(self.path).query)["validationToken"][0]
                status, kind, body = answer(token)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/notifications"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        (lambda token: (200, "text/plain", token), None),
        (lambda token: (200, "text/plain; charset=utf-8", token), None),
        (lambda token: (202, "text/plain", token), "answers 202 where Graph wants 200"),
        (lambda token: (200, "text/html", token), "answers as text/html where Graph wants"),
        (lambda token: (200, "text/plain", token + "\n"), "does not answer with the validation"),
        (lambda token: (200, "text/plain", token.replace(" ", "+")), "does not answer with"),
    ],
)
def test_what_graph_would_not_take_is_told(
    serve: Callable[[Callable[[str], Answer]], str],
    answer: Callable[[str], Answer],
    wrong: str | None,
) -> None:
    served = serve(answer)
    for url in (served, f"{served}?key=1"):
        told = asyncio.run(shake_hands(url))
        if wrong is None:
            assert told is None
        else:
            assert told is not None
            assert told.startswith(wrong)
        assert (told is None) == (wrong is None)


def test_where_nobody_listens_it_is_told() -> None:
    told = asyncio.run(shake_hands("http://127.0.0.1:9/notifications"))
    assert told is not None
    assert told.startswith("cannot be reached")
