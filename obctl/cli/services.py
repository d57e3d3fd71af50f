"""`obctl services`."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Catering, visitors and other services on reservations.")
