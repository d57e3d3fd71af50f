"""`obctl store`: the company's SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import confirm, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import ByOption, FormatOption, YesOption
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.cli.context import Context
    from obctl.store.restore import Contents

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


@app.command("restore")
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup; it is read, and left as it is.")],
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Put a backup in the store's place: checked first, the old store kept beside it.

    The next sync run finds what changed since.
    """
    from obctl.engine.admin.restore import candidate
    from obctl.engine.admin.restore import restore as put_in_place
    from obctl.render.objects import at
    from obctl.render.output import message, write_one

    context = context_of(ctx)
    context.act_as(by)
    config = context.config
    with candidate(config, file, context.now) as chosen:
        confirm(_question(chosen.backup, chosen.contents, context.zone.key), yes=yes)
        kept = put_in_place(config, chosen, context.actor or context.person, context.clock)
    if format is Format.TABLE:
        message(f"{config.store_path} is {file} now")
        if kept:
            message(f"the store before is kept: {kept}")
        message("next: obctl store check, obctl sync run")
    else:
        newest = chosen.contents.newest_entry_at
        write_one(
            format,
            {
                "restored": str(file),
                "store": str(config.store_path),
                "kept": str(kept) if kept else None,
                "rooms": chosen.contents.rooms,
                "reservations": chosen.contents.reservations,
                "newest_entry_at": at(newest),
            },
        )


def _question(backup: Path, contents: Contents, zone_name: str) -> str:
    from obctl.domain.counted import counted
    from obctl.render.times import moment_text

    until = moment_text(contents.newest_entry_at, zone_name)
    held = f"{counted(contents.rooms, 'room')}, {counted(contents.reservations, 'reservation')}"
    last = f", last entry {until} ({zone_name})" if until else ", an empty log"
    return f"Put {backup} ({held}{last}) in the store's place?"


@app.command("compact")
def compact(ctx: typer.Context, format: FormatOption = Format.TABLE) -> None:
    """Give back to the disk what was deleted, such as by `log prune`.

    Without it the free pages of the file are used again. Refused while any other process has the
    store open, a listener too, and where there is no space to write it anew.
    """
    from obctl.render.output import message, write_one
    from obctl.store.compaction import compact as write_anew
    from obctl.store.runs import run_lock

    config = context_of(ctx).config
    with run_lock(config.folder):
        done = write_anew(config.store_path)
    if format is Format.TABLE:
        message(
            f"{config.store_path}: {_megabytes(done.before)} before, {_megabytes(done.after)} now"
        )
    else:
        write_one(format, {"before": done.before, "after": done.after})


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


@app.command("check")
@lists(csv_fields.PROBLEM)
def check(
    ctx: typer.Context,
    listing: Listing,
    replay: Annotated[
        bool,
        typer.Option(
            "--replay",
            help="Also rebuild it from its record, compare, and look for what cannot be.",
        ),
    ] = False,
) -> None:
    """Look for damage; ends with 3 where there is any.

    With --replay each problem names the entry of the log with which the record last wrote what is
    concerned: linked reservations without an agreed state, services without a reservation, two
    reservations for one date, cancellations without a reason, and whatever is not as recorded.
    """
    from obctl.render.output import Column, show_list
    from obctl.store.schema import problems

    context = context_of(ctx)
    found: list[dict[str, Any]] = [
        {"problem": problem, "entry": None, "code": "damage"} for problem in problems(context.store)
    ]
    if replay:
        found += _replayed(context)
    columns = [Column("problem", lambda o: o["problem"], ratio=1)]
    if replay:
        columns.append(Column("entry", lambda o: str(o["entry"] or ""), justify="right"))
    show_list(listing, found, columns, empty="no damage found")
    if found:
        raise typer.Exit(3)


def _replayed(context: Context) -> list[dict[str, Any]]:
    """What replaying the record shows; says on the way how far it reaches."""
    import tempfile

    from obctl.domain.counted import counted
    from obctl.render.output import message
    from obctl.render.times import moment_text
    from obctl.store.replay_check import check_replay

    with tempfile.TemporaryDirectory(prefix="obctl-replay-") as folder:
        checked = check_replay(context.store, Path(folder))
    zone = context.zone.key
    since = moment_text(checked.known.since, zone)
    held = (
        f"{counted(checked.reservations, 'reservation')} and"
        f" {counted(checked.agreed_states, 'agreed state')}"
    )
    if checked.known.from_the_beginning:
        message(f"replayed from the store's beginning: {held}")
    elif since:
        message(
            f"replayed from {since} ({zone}) on: {held}; what was there then is taken as it was,"
            " older entries were pruned or come from an obctl that recorded no changes"
        )
    return [
        {"problem": item.what, "entry": item.entry, "code": item.code} for item in checked.problems
    ]


@app.command("schema")
@lists(csv_fields.TABLE_COLUMN)
def schema(ctx: typer.Context, listing: Listing) -> None:
    """What each table is for, and its columns."""
    from obctl.render.output import console, fields, show_list, text
    from obctl.render.pager import paged
    from obctl.store.schema import CONVENTIONS, TABLES, describe, tables

    store = context_of(ctx).store
    columns = describe(store)
    if listing.format is not Format.TABLE or listing.is_chosen:
        show_list(
            listing,
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
    with paged():
        out = console()
        out.print(text(CONVENTIONS))
        for table in tables(store):
            out.print()
            out.print(text(table, "bold"), text(TABLES.get(table, ""), "dim"))
            names = [
                f"{item.column}{'*' if item.key else ''}" for item in columns if item.table == table
            ]
            out.print(fields([("", ", ".join(names))]))
