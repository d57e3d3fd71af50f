"""A sandbox that listens: in a thread for tests and the demo, in the foreground for the CLI."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from obctl.errors import UsageError
from obctl.sandbox.app import make_app
from obctl.sandbox.endpoints import Patience
from obctl.sandbox.recorded import read_recording, recorded_exchange
from obctl.sandbox.scenario_file import load_scenario
from obctl.sandbox.schedule import schedule
from obctl.sandbox.service import Service, make_service
from obctl.sandbox.state import load_exchange, read_state, restore_state
from obctl.sandbox.tenant_file import load_tenant

_START_SECONDS = 30.0


def demo_tenant() -> Path:
    """The tenant of the demo: shipped inside the package, or beside it in a checkout."""
    here = Path(__file__).parent
    shipped = here / "demo_tenant.toml"
    return shipped if shipped.exists() else here.parents[1] / "examples/tenants/contoso.toml"


class SandboxServer:
    """One tenant behind `http://127.0.0.1:PORT/v1.0`."""

    def __init__(
        self,
        tenant: Path | None = None,
        clock: str | datetime | None = None,
        token: str | None = None,
        state: Path | None = None,
        port: int = 0,
        *,
        frozen: bool = False,
        scenario: Path | None = None,
        recorded: Path | None = None,
        latency: float = 0.0,
        patience: Patience | None = None,
        service: Service | None = None,
    ) -> None:
        self.service = service or _make_service(
            tenant, scenario, state, _instant(clock), frozen=frozen, recorded=recorded
        )
        self.service.token = token
        self.service.latency = latency
        self.service.endpoints.patience = patience or Patience()
        self.tenant = self.service.tenant
        self._socket = _bind(port)
        self.port: int = self._socket.getsockname()[1]
        self._started = threading.Event()
        self.stopped = threading.Event()
        self._server = _Server(
            uvicorn.Config(
                make_app(self.service, state),
                log_config=None,
                # A connection cut on purpose is no news.
                log_level="critical",
                access_log=False,
                server_header=False,
                # The tenant has a clock of its own, which answers carry.
                date_header=False,
                ws="none",
                timeout_graceful_shutdown=2,
            ),
            self._started,
        )
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base of every Graph call."""
        return f"http://127.0.0.1:{self.port}/v1.0"

    @property
    def rooms(self) -> list[str]:
        """The addresses of all rooms."""
        return self.tenant.rooms

    def access_token(self) -> str:
        """A bearer token for this tenant, in the shape of Entra's."""
        return self.service.access_token()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.run, name="obctl-sandbox", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise UsageError("the sandbox did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def run(self) -> None:
        """Serve until told to stop."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self.stopped.set()

    def stop(self) -> None:
        """End `run`, from any thread or signal handler."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready and leaves signals to others."""

    def __init__(self, config: uvicorn.Config, started: threading.Event) -> None:
        super().__init__(config)
        self._ready = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready.set()


def _make_service(
    tenant: Path | None,
    scenario: Path | None,
    state: Path | None,
    clock: datetime | None,
    *,
    frozen: bool,
    recorded: Path | None,
) -> Service:
    """A tenant from a recording, its saved state, a scenario, or a tenant file, in this order."""
    if recorded is not None:
        recording = read_recording(recorded)
        service = make_service(recorded_exchange(recording, clock, frozen=frozen), {})
        service.recording = recording
        return service
    if state is not None and state.exists():
        saved = read_state(state)
        service = make_service(load_exchange(saved, clock, frozen=frozen), {})
        restore_state(saved, service)
        return service
    if scenario is not None:
        story = load_scenario(scenario, clock=clock, frozen=frozen)
        service = make_service(story.exchange, story.handles)
        schedule(service, story.steps)
        return service
    loaded = load_tenant(tenant or demo_tenant(), clock=clock, frozen=frozen)
    return make_service(loaded.exchange, loaded.handles)


def _bind(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise UsageError(f"port {port} is taken", hint="use --port 0 for a free one") from error
    return listener


def _instant(clock: str | datetime | None) -> datetime | None:
    if clock is None:
        return None
    try:
        parsed = datetime.fromisoformat(clock) if isinstance(clock, str) else clock
    except ValueError as error:
        raise UsageError(f"clock {clock!r} is no instant") from error
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC)
