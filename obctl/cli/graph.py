"""`obctl graph`: the way out to whatever obctl does not show."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from obctl.cli.context import context_of

app = typer.Typer(no_args_is_help=True, help="Microsoft Graph as it is.")


@app.command("get")
def get(
    ctx: typer.Context,
    path: Annotated[
        str, typer.Argument(help="Below /v1.0, for example '/users/ADDRESS/events?$top=1'.")
    ],
) -> None:
    """Any GET; prints the bytes Graph sent, unchanged."""
    context = context_of(ctx)
    answer = context.with_graph(lambda gateway: gateway.get(path))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    if not answer:
        from obctl.render.output import message

        message("Graph's answer is empty: it says nothing, not that nothing is there")
