"""`obctl sandbox`: a simulated Exchange Online tenant to train, test and rehearse on."""

from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from obctl.render.output import Format

app = typer.Typer(
    name="sandbox", no_args_is_help=True, help="A simulated Exchange Online tenant over HTTP."
)


@app.callback()
def sandbox() -> None:
    """A simulated Exchange Online tenant over HTTP."""


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8080,
    tenant: Annotated[Path | None, typer.Option(help="Tenant file; the demo's without it.")] = None,
    state: Annotated[Path | None, typer.Option(help="Keep the tenant's state here.")] = None,
    clock: Annotated[
        str | None, typer.Option(help="Start at this instant (or OBCTL_NOW) and run on.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="The only bearer token accepted; any without it.")
    ] = None,
    output: Annotated[Format, typer.Option("--format", "-o")] = Format.TABLE,
) -> None:
    """Serve the tenant until interrupted; one line says where."""
    from obctl.sandbox.server import SandboxServer

    server = SandboxServer(tenant, clock or os.environ.get("OBCTL_NOW"), token, state, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    with server:
        if output is Format.TABLE:
            print(f"{server.url} serves {len(server.rooms)} rooms", flush=True)
        else:
            print(json.dumps({"url": server.url, "rooms": server.rooms}), flush=True)
        _wait(server.stopped)


def _wait(stopped: threading.Event) -> None:
    # Signals reach Python only between two bytecodes: an endless wait would hold them up.
    while not stopped.wait(0.2):
        pass
