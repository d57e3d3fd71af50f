"""`obctl cancellations`."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Cancellations from Outlook that wait for a person.")
