"""`obctl log`: the company log, with the original Outlook data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import confirm, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.log_following import tail
from obctl.cli.log_past import at as room_at
from obctl.cli.log_past import replay
from obctl.cli.options import (
    ByOption,
    FormatOption,
    RoomOption,
    YesOption,
    parse_actions,
    parse_day,
    parse_duration,
    parse_span,
)
from obctl.domain.counted import counted
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from datetime import datetime

    from obctl.store.retention import Pruned

app = typer.Typer(no_args_is_help=True, help="The company log: what happened, when and why.")
app.command("tail")(tail)
app.command("at")(room_at)
app.command("replay")(replay)

PAGE = 50
EntryArgument = Annotated[int, typer.Argument(metavar="ID", help="The entry's number.")]


@app.command("search")
@lists(csv_fields.LOG_ENTRY, page=PAGE)
def search(
    ctx: typer.Context,
    listing: Listing,
    date: Annotated[str | None, typer.Option(help="A day in the company's zone.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="A day or a time, in the company's zone.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="As --from; a day is included.")] = None,
    email: Annotated[str | None, typer.Option(help="Address of the person concerned.")] = None,
    action: Annotated[
        str | None, typer.Option(metavar="GLOB", help="For example 'cancellation.*'.")
    ] = None,
    room: RoomOption = None,
    text: Annotated[
        str | None, typer.Option(help="Words in message, subject or address; all must occur.")
    ] = None,
    reservation: Annotated[int | None, typer.Option(help="A reservation's number.")] = None,
    run: Annotated[str | None, typer.Option(help="A run, as `sync history` names it.")] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who did it, or a part of it: a person, `nightly run`."),
    ] = None,
) -> None:
    """Entries that fit, newest first; times in the company's zone."""
    from obctl.render.log import log_columns
    from obctl.render.objects import log_object
    from obctl.render.output import show_list
    from obctl.store.log_search import LogFilter, each_found

    context = context_of(ctx)
    if date and (from_ or to):
        raise UsageError("--date and --from/--to exclude each other", code="bad-day")
    if date:
        parse_day(date, now=context.now, zone=context.zone)
    first, last = date or from_, date or to
    span = None
    if first or last:
        span = parse_span(first, last, now=context.now, company=context.zone, zone=context.zone)
    wanted = LogFilter(
        span=span,
        email=email,
        action=parse_actions(action),
        room=context.room_ever(room).id if room else None,
        text=text,
        reservation=reservation,
        run=run,
        by=by,
        limit=listing.searched,
    )
    rooms = context.rooms
    show_list(
        listing,
        (log_object(entry, rooms) for entry in each_found(context.store, wanted)),
        log_columns(rooms.names(), context.zone.key),
        empty="no entry found",
        searched=True,
    )


@app.command("show")
def show(
    ctx: typer.Context,
    entry: EntryArgument,
    payload: Annotated[
        bool, typer.Option("--payload", help="Only the original's bytes, exactly as they came.")
    ] = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """One entry with the original Outlook data."""
    from obctl.render.log import entry_object, entry_picture
    from obctl.render.output import show_one
    from obctl.store.company_log import find_entry

    context = context_of(ctx)
    found = find_entry(context.store, entry)
    if payload:
        if found.payload is None:
            raise UsageError(f"no original was kept with entry {entry}", code="no-payload")
        sys.stdout.buffer.write(found.payload)
        sys.stdout.buffer.flush()
        return
    item = entry_object(found, context.rooms)
    show_one(format, item, lambda: entry_picture(item, context.zone.key))


@app.command("event")
def event(
    ctx: typer.Context,
    event_id: Annotated[str, typer.Argument(help="Graph's id of the event.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """Each version of an event that the log kept, and what changed between them."""
    from obctl.engine.admin.company_log import event_versions
    from obctl.render.log import versions_object, versions_picture
    from obctl.render.output import show_one

    context = context_of(ctx)
    item = versions_object(event_id, event_versions(context.company, event_id))
    show_one(format, item, lambda: versions_picture(item, context.zone.key))


@app.command("export")
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Written whole or not at all; JSON lines.")],
    mask: Annotated[
        bool,
        typer.Option("--mask", help="Replace names, addresses and subjects by pseudonyms."),
    ] = False,
) -> None:
    """The whole log with the originals, oldest first. The file is readable by you alone."""
    from obctl.cli.files import write_whole
    from obctl.engine.admin.company_log import pseudonyms, whole_log
    from obctl.render.log import export_lines
    from obctl.render.objects import Rooms
    from obctl.render.output import message

    context = context_of(ctx)
    entries, rooms = whole_log(context.company), context.rooms
    if mask:
        from obctl.domain.values import replace

        names = pseudonyms(context.company)
        entries = map(names.entry, entries)
        rooms = Rooms(
            replace(room, mailbox=names.address(room.mailbox))
            for room in context.rooms_ever(None, None)
        )
    lines = write_whole(file, export_lines(entries, rooms))
    message(f"{counted(lines, 'entry', 'entries')} written to {file}")


@app.command("prune")
def prune(
    ctx: typer.Context,
    older_than: Annotated[str, typer.Option(help="An age such as 400d; a day is 24 hours.")],
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Remove old entries with their originals, for good.

    Kept, and counted, is the whole story of what waits for a person or for Outlook, and of
    reservations and events that are to come or ended in the last 30 days. log.keep_days has every
    `sync run` do it.
    """
    from obctl.domain.time_span import later
    from obctl.engine import retention
    from obctl.render.objects import at
    from obctl.render.output import message, write_one
    from obctl.store.retention import count_old

    context = context_of(ctx)
    context.act_as(by)
    age = parse_duration(older_than)
    if not age:
        raise UsageError("an age of 0 would remove everything", code="bad-time")
    before = later(context.company.now, -age)
    old = count_old(context.store, before, context.company.now)
    if old.removed:
        confirm(_prune_question(old, before, older_than, context.zone.key), yes=yes)
    pruned = retention.prune(context.company, before)
    if format is Format.TABLE:
        message(f"{counted(pruned.removed, 'entry', 'entries')} removed{_kept(pruned)}")
        message("the space is used again; obctl store compact gives it back to the disk")
    else:
        write_one(
            format, {"removed": pruned.removed, "older_than": at(before), "kept": pruned.kept}
        )


def _prune_question(old: Pruned, before: datetime, older_than: str, zone_name: str) -> str:
    from obctl.render.times import moment_text

    entries = counted(old.removed, "entry", "entries")
    cut_off = f"{moment_text(before, zone_name)} ({zone_name})"
    return f"Remove {entries} from before {cut_off}, older than {older_than}, for good?"


def _kept(pruned: Pruned) -> str:
    """How many older entries stay, and why; nothing where none does."""
    if not pruned.kept:
        return ""
    entries = counted(pruned.kept, "older entry", "older entries")
    return (
        f"; {entries} kept for what is not over: open requests, pending writes, what is to come or"
        " ended in the last 30 days, rooms without a good pass since"
    )
