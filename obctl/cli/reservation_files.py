"""`obctl reservations import` and `export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.options import ByOption, FormatOption, LocationOption, RoomOption
from obctl.cli.unpushed import unpushed, warn_of
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.cli.context import Context
    from obctl.engine.reservations.files.importing import ImportPlan
    from obctl.engine.reservations.saved import Saved


def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="FILE.csv, UTF-8, with the header uid,room,subject,start,end,organizer,"
            "organizer_name,repeat,attendees,notes,status, of which room, subject, start, end and"
            " organizer are required; or FILE.ics."
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be made, and make nothing.")
    ] = False,
    no_push: Annotated[
        bool, typer.Option("--no-push", help="Leave the writes to Outlook to the next sync run.")
    ] = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Reserve what a file holds, all of it or nothing, and write it into Outlook.

    What was imported before is known by its UID and left as it is. Cancelled meetings and past ones
    are left out and counted. Times without a zone are in the room's.
    """
    from obctl.engine.reservations.files.importing import import_file, plan_import
    from obctl.render.imported import planned_columns, planned_object
    from obctl.render.output import message, show_list

    context = context_of(ctx)
    context.act_as(by)
    company = context.company
    if dry_run:
        plan, numbers, saved = plan_import(company, file), {}, None
    else:
        done = context.run(lambda connect: import_file(company, None if no_push else connect, file))
        plan, saved = done.plan, done.saved
        numbers = {place: made.number for place, made in enumerate(done.made)}
    objects = [
        planned_object(
            item.entry.line,
            item.entry.room,
            item.entry.subject,
            item.entry.organizer,
            item.slots,
            item.entry.repeat,
            numbers.get(place),
        )
        for place, item in enumerate(plan.planned)
    ]
    show_list(
        format,
        objects,
        planned_columns(objects, made=not dry_run),
        names=csv_fields.IMPORTED,
        empty=f"{file} holds nothing to be reserved",
    )
    message(_summary(plan, file, made=not dry_run))
    if plan.planned and (dry_run or no_push):
        message("Outlook was not asked whether these times are free in it")
    if saved is not None:
        _say_what_failed(context, saved)


def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="FILE.csv or FILE.ics; a file there is replaced.")],
    from_: Annotated[
        str | None, typer.Option("--from", help="A day or a time, in each room's zone.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="As --from; a day is included.")] = None,
    room: RoomOption = None,
    location: LocationOption = None,
) -> None:
    """Write reservations into a file, cancelled ones as such; `import` reads it.

    Dates of a series stand one by one. Services are not in it.
    """
    from obctl.cli.files import write_whole
    from obctl.cli.reservation_search import search
    from obctl.domain.counted import counted
    from obctl.engine.reservations.files.csv_file import write_csv
    from obctl.engine.reservations.files.exporting import uids_for
    from obctl.engine.reservations.files.ical_file import write_ical
    from obctl.render.output import message
    from obctl.store.reservations import Filter

    context = context_of(ctx)
    suffix = file.suffix.lower()
    if suffix not in (".csv", ".ics"):
        raise UsageError(f"{file} is neither .csv nor .ics", code="bad-file")
    rooms = context.rooms_ever(location, room)
    wanted = Filter(rooms=[item.id for item in rooms] if room or location else None)
    found = search(context, rooms, wanted, None, from_, to)
    known = {item.id: item for item in context.rooms_ever(None, None)}
    uids = uids_for(context.company, found)
    if suffix == ".csv":
        pieces = write_csv(found, known, uids)
    else:
        pieces = write_ical(found, known, uids, context.now)
    write_whole(file, pieces)
    message(f"{file} written: {counted(len(found), 'reservation')}")


def _summary(plan: ImportPlan, file: Path, *, made: bool) -> str:
    from obctl.domain.counted import counted

    words = counted(plan.dates, "reservation")
    done = "imported" if made else "would be imported"
    said = f"{file}: {words} {done}"
    if plan.left_out:
        said += "; left out: " + ", ".join(
            f"{number} {why}" for why, number in sorted(plan.left_out.items())
        )
    return said


def _say_what_failed(context: Context, saved: Saved) -> None:
    from obctl.domain.counted import counted
    from obctl.store.reservations import find_reservation

    for result in saved.pushed:
        warn_of(result.problems)
    failures = [result for result in saved.pushed if result.error]
    failed = failures[0].error if failures else saved.failed
    if failed is None:
        return
    number = failures[0].reservation if failures else saved.reservations[0].number
    some = f"{len(failures)} of {counted(len(saved.pushed), 'write')} are " if failures else ""
    raise unpushed(context.store, failed, find_reservation(context.store, number), some)
