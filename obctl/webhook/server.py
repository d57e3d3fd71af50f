"""Serving the listener: the port, TLS, readiness, and an orderly end on a signal."""

from __future__ import annotations

import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from obctl.errors import UsageError

FINISH_SECONDS = 15
"""How long requests under way may take once the end was asked for."""
MOST_CONNECTIONS = 2000


@dataclass(frozen=True, slots=True)
class Tls:
    certificate: Path
    key: Path | None

    def check(self) -> None:
        """Raise `UsageError` for files that are no certificate and key."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            raise UsageError(
                f"{self.certificate} and its key cannot be used: {error.strerror or error}",
                hint="--tls-cert takes a PEM file with the whole chain, --tls-key its key",
                code="bad-certificate",
            ) from error


class Listener(uvicorn.Server):
    """uvicorn that says when it is ready and ends with 0 when it is told to end."""

    def __init__(
        self, app: Starlette, port: socket.socket, *, tls: Tls | None, ready: Callable[[], None]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                # Who asks decides about /metrics: no header may say it is somebody else.
                proxy_headers=False,
                ws="none",
                lifespan="on",
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=FINISH_SECONDS,
                ssl_certfile=tls.certificate if tls else None,
                ssl_keyfile=tls.key if tls else None,
            )
        )
        self._port = port
        self._ready = ready

    def serve_until_told(self) -> None:
        """Serve until SIGTERM, SIGINT or `stop`."""
        self.run(sockets=[self._port])

    def stop(self) -> None:
        """End as a signal would, from any thread."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, without raising the signal again at the end: to end was what it asked."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGTERM, signal.SIGINT)
        before = {each: signal.signal(each, self.handle_exit) for each in signals}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def bind(host: str, port: int) -> socket.socket:
    """Take the port; 0 takes a free one. Raises `UsageError` where it is taken."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        raise UsageError(
            f"cannot listen on {host} port {port}: {getattr(error, 'strerror', None) or error}",
            hint="another listener may be running; choose another --port, or 0 for a free one",
            code="port-taken",
        ) from error


def address(bound: socket.socket, host: str, *, tls: Tls | None) -> str:
    """Where the listener is reached on this machine."""
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{shown}:{bound.getsockname()[1]}"
