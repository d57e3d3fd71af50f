"""`obctl listen`: receive notifications and reconcile the rooms they are about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.options import FormatOption
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.webhook.items import Dropped
    from obctl.webhook.server import Tls


def listen(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    tls_cert: Annotated[Path | None, typer.Option(help="PEM file with the whole chain.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, if it is not in it.")] = None,
    debounce: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds a room must be quiet before it is read.")
    ] = 2.0,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Reconcile here, or only receive.")
    ] = True,
    metrics_public: Annotated[
        bool, typer.Option("--metrics-public", help="/metrics for everybody, not only loopback.")
    ] = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Receive Graph's notifications and bring the rooms they are about in step."""
    from obctl.cli.clock import Clock
    from obctl.cli.worker_thread import WorkerThread
    from obctl.webhook.app import Receiver, make_app, tenant_guid
    from obctl.webhook.intake import Intake
    from obctl.webhook.server import Listener, address, bind

    context = context_of(ctx)
    tls = _tls(tls_cert, tls_key)
    store_path = context.store.path  # opened here first: what is wrong with it is said at once
    clock = Clock(context.environment, running=True)
    receiver = Receiver(
        Intake(store_path),
        clock,
        tenant_id=tenant_guid(context.config.graph.tenant_id),
        metrics_public=metrics_public,
        report=_say_dropped,
    )
    bound = bind(host, port)
    base = address(bound, host, tls=tls)
    listener = Listener(
        make_app(receiver),
        bound,
        tls=tls,
        ready=lambda: _say_ready(f"{base}/notifications", format),
    )
    thread = WorkerThread(context, clock, debounce, listener.stop) if worker else None
    try:
        if thread is not None:
            thread.start()
        listener.serve_until_told()
    finally:
        bound.close()
        if thread is not None:
            thread.finish()


def _tls(certificate: Path | None, key: Path | None) -> Tls | None:
    from obctl.errors import UsageError
    from obctl.webhook.server import Tls

    if certificate is None:
        if key is not None:
            raise UsageError("--tls-key needs --tls-cert")
        return None
    tls = Tls(certificate, key)
    tls.check()
    return tls


def _say_dropped(why: Dropped, number: int) -> None:
    """Say it of the first, the tenth, the hundredth: who sends us rubbish shall not fill a disk."""
    from obctl.render.output import warning

    if str(number).strip("0") != "1":
        return
    named = "1 notification" if number == 1 else f"{number} notifications"
    warning(f"dropped {named} ({why.value}): {_WHY[why.value]}; /metrics counts them")


_WHY = {
    "malformed": "not as Graph writes them",
    "unknown-kind": "of a lifecycle event that obctl does not know",
    "unknown-subscription": "the ledger knows no such subscription; `obctl subscriptions list`"
    " names those that Graph holds besides",
    "wrong-client-state": "not with the secret of their subscription, so not from Graph",
    "foreign-tenant": "from another tenant than [graph] tenant_id",
}


def _say_ready(url: str, format: Format) -> None:
    """The one line on stdout: who started the listener waits for it."""
    from obctl.render.output import write_json_line

    if format is Format.TABLE:
        print(f"listening: {url}", flush=True)
    else:
        write_json_line({"url": url})
