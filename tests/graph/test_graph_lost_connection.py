"""A connection that ends without an answer: a question is asked once more, a write is not."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from builders import make_room

from obctl.config import CredentialKind, GraphSettings
from obctl.domain.event import EventId
from obctl.errors import GraphUnavailable
from obctl.graph.gateway import open_gateway


class Dropping:
    """Drops the first connections after reading a request, then answers every request alike."""

    def __init__(self, drops: int) -> None:
        self.requests: list[str] = []
        self._drops = drops
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def settings(self) -> GraphSettings:
        port = self._socket.getsockname()[1]
        return GraphSettings(url=f"http://127.0.0.1:{port}/v1.0", credential=CredentialKind.TOKEN)

    def close(self) -> None:
        # closing a listening socket wakes no accept; a last connection does
        with closing(socket.create_connection(self._socket.getsockname())):
            self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with closing(connection):
                head = connection.recv(65536).decode("latin-1")
                if not head:
                    return
                self.requests.append(head.split(" ", 1)[0])
                if len(self.requests) > self._drops:
                    body = b'{"id": "x", "mail": "x@contoso.example"}'
                    connection.sendall(
                        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                        b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body
                    )


@pytest.fixture
def dropping(request: pytest.FixtureRequest) -> Iterator[Dropping]:
    server = Dropping(request.param)
    yield server
    server.close()


@pytest.mark.parametrize("dropping", [1], indirect=True)
def test_a_question_is_asked_once_more(dropping: Dropping) -> None:
    async def ask() -> str | None:
        async with open_gateway(dropping.settings, token="x") as gateway:
            found = await gateway.look_up("x@contoso.example")
            return found.object_id if found else None

    assert asyncio.run(ask()) == "x"
    assert dropping.requests == ["GET", "GET"]


@pytest.mark.parametrize("dropping", [2], indirect=True)
def test_a_second_loss_is_told(dropping: Dropping) -> None:
    async def ask() -> None:
        async with open_gateway(dropping.settings, token="x") as gateway:
            await gateway.look_up("x@contoso.example")

    with pytest.raises(GraphUnavailable):
        asyncio.run(ask())
    assert dropping.requests == ["GET", "GET"]


@pytest.mark.parametrize("dropping", [1], indirect=True)
def test_a_write_is_not_repeated_blindly(dropping: Dropping) -> None:
    async def write() -> None:
        async with open_gateway(dropping.settings, token="x") as gateway:
            await gateway.cancel_event(make_room(), EventId("e"), "")

    with pytest.raises(GraphUnavailable):
        asyncio.run(write())
    assert dropping.requests == ["POST"]
