"""`obctl rooms`."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="The rooms obctl keeps in step.")
