"""`obctl store`: the company's SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.options import FormatOption
from obctl.render.output import Format

app = typer.Typer(no_args_is_help=True, help="The company's store, an SQLite file.")


@app.command("path")
def path(ctx: typer.Context) -> None:
    """Where the file is; reading it with other tools is welcome."""
    print(context_of(ctx).config.store_path)


@app.command("backup")
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")],
) -> None:
    """Copy the store whole, safe while others write; the copy is readable by you alone."""
    from obctl.render.output import message

    context_of(ctx).store.backup(file)
    message(f"{file} written")


@app.command("check")
def check(ctx: typer.Context, format: FormatOption = Format.TABLE) -> None:
    """Look for damage; ends with 3 where there is any."""
    from obctl.render.output import Column, show_list
    from obctl.store.schema import problems

    found = problems(context_of(ctx).store)
    show_list(
        format,
        [{"problem": problem} for problem in found],
        [Column("problem", lambda o: o["problem"])],
        empty="no damage found",
    )
    if found:
        raise typer.Exit(3)


@app.command("schema")
def schema(ctx: typer.Context, format: FormatOption = Format.TABLE) -> None:
    """What each table is for, and its columns."""
    from obctl.render.output import console, fields, show_list, text
    from obctl.store.schema import CONVENTIONS, TABLES, describe, tables

    store = context_of(ctx).store
    columns = describe(store)
    if format is not Format.TABLE:
        show_list(
            format,
            [
                {
                    "table": item.table,
                    "meaning": TABLES.get(item.table),
                    "column": item.column,
                    "type": item.type,
                    "required": item.required,
                    "key": item.key,
                }
                for item in columns
            ],
            [],
        )
        return
    out = console()
    out.print(text(CONVENTIONS))
    for table in tables(store):
        out.print()
        out.print(text(table, "bold"), text(TABLES.get(table, ""), "dim"))
        names = [
            f"{item.column}{'*' if item.key else ''}" for item in columns if item.table == table
        ]
        out.print(fields([("", ", ".join(names))]))
