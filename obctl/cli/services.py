"""`obctl services`: catering, visitors and the rest, on reservations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import Context, confirm, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import (
    ByOption,
    FormatOption,
    LocationOption,
    YesOption,
    parse_day,
    parse_instant,
    parse_span,
)
from obctl.cli.rooms_remove import remark_on_removed
from obctl.domain.enums import ServiceKind
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from obctl.domain.reservation import Service
    from obctl.domain.time_span import TimeSpan
    from obctl.engine.reservations.day_sheet import DaySheet

app = typer.Typer(no_args_is_help=True, help="Catering, visitors and the rest, on reservations.")

_EACH, _MANY = 10, 1000
"""More than so many for each person, or in all where a room's size is not known, is a slip."""
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", help="The reservation's number.")]


@app.command("add")
def add(
    ctx: typer.Context,
    number: NumberArgument,
    kind: Annotated[ServiceKind, typer.Option(help="What it is.")],
    description: Annotated[str, typer.Option(help="What exactly, or who comes.")],
    quantity: Annotated[int, typer.Option(min=1, help="How many, or for how many.")] = 1,
    locked_from: Annotated[
        str | None,
        typer.Option(
            help="From when on it cannot be undone; in the room's zone where it names none."
            " A visitor is locked at once."
        ),
    ] = None,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Order a service for a reservation that is neither cancelled nor over."""
    from obctl.domain.zones import zone
    from obctl.engine.reservations.services import add_service
    from obctl.store.reservations import find_reservation

    context = context_of(ctx)
    context.act_as(by)
    room = find_reservation(context.store, number).room
    until = (
        parse_instant(locked_from, now=context.now, zone=zone(context.rooms.zone_name(room)))
        if locked_from
        else None
    )
    _warn_of_quantity(context, number, quantity)
    service = add_service(context.company, number, kind, description.strip(), quantity, until)
    _show_done(context, [service], format, "ordered", many=False)


@app.command("list")
@lists(csv_fields.SERVICE_LISTED)
def list_(
    ctx: typer.Context,
    listing: Listing,
    number: Annotated[
        int | None, typer.Argument(metavar="[NUMBER]", help="Only this reservation's.")
    ] = None,
    kind: Annotated[ServiceKind | None, typer.Option(help="Only these.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="A day, as it passes in each room's zone.")
    ] = None,
    location: LocationOption = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page to print, too.")
    ] = None,
) -> None:
    """Services by start; without NUMBER or --on those of reservations that are not over yet.

    With --on a day's sheet for kitchen or reception. What changed since yesterday is told with each
    service; one whose meeting has left the day or the rooms since is shown with where it is now.
    """
    from obctl.engine.reservations.day_sheet import day_sheet, sheet_of
    from obctl.render.output import show_list, show_one, warning
    from obctl.render.services import service_columns, service_rows, sheet_picture

    context = context_of(ctx)
    if number is not None and (on or location):
        raise UsageError("NUMBER and --on or --location exclude each other", code="usage")
    if html is not None and not on:
        raise UsageError("--html is a day's sheet: name the day with --on", code="usage")
    if on:
        parse_day(on, now=context.now, zone=context.zone)

    def span_in(zone: ZoneInfo) -> TimeSpan:
        first = on or context.now.isoformat()
        return parse_span(first, on, now=context.now, company=context.zone, zone=zone)

    if number is not None:
        sheet = sheet_of(context.company, number, kind)
    else:
        rooms = context.rooms_ever(location, None)
        sheet = day_sheet(context.company, rooms, span_in, kind)
    remark_on_removed(context.rooms_ever(None, None), [line.reservation for line in sheet.lines])
    objects = service_rows(sheet.lines, context.rooms, context.now)
    if html is not None:
        day = parse_day(on or "", now=context.now, zone=context.zone)
        _write_sheet(context, html, objects, sheet, kind, location, day)
    if on and listing.format is Format.TABLE and not listing.is_chosen:
        show_one(Format.TABLE, {}, lambda: sheet_picture(objects, _words(context, sheet)))
        return
    show_list(listing, objects, service_columns(objects), empty="no service found")
    if on:
        unread = [] if sheet.read else [_read_text(context, sheet)]
        for note in unread + _notes(context, sheet):
            warning(note)


def _write_sheet(
    context: Context,
    path: Path,
    objects: list[dict[str, Any]],
    sheet: DaySheet,
    kind: ServiceKind | None,
    location: str | None,
    day: date,
) -> None:
    from obctl.cli.files import write_whole
    from obctl.render.output import message
    from obctl.render.service_page import service_page

    notes = _notes(context, sheet)
    read = _read_text(context, sheet)
    pages = service_page(objects, day, context.now, context.zone.key, kind, location, notes, read)
    write_whole(path, pages)
    message(f"{path} written")


def _words(context: Context, sheet: DaySheet) -> list[str]:
    """What stands below the table, for it is printed with it: how far it is to be trusted."""
    from obctl.render.times import moment_text

    zone_name = context.zone.key
    since = f"changes since {moment_text(sheet.since, zone_name)} ({zone_name})"
    return [since, _read_text(context, sheet), *_notes(context, sheet)]


def _read_text(context: Context, sheet: DaySheet) -> str:
    """When Outlook was read, of all the rooms."""
    from obctl.render.times import moment_text

    if sheet.read is None:
        return "no room was read: what Outlook has is not here"
    first, last = (moment_text(moment, context.zone.key) for moment in sheet.read)
    span = first if first == last else f"between {first} and {last}"
    return f"rooms last read {span} ({context.zone.key})"


def _notes(context: Context, sheet: DaySheet) -> list[str]:
    """What keeps the list from being the whole truth, a sentence each."""
    from obctl.render.times import moment_text

    notes = []
    for room in sheet.stale:
        read = moment_text(room.last_synced_at, room.time_zone)
        last = f"was last read {read} ({room.time_zone})" if read else "was never read"
        notes.append(f"{room.name} {last}: what Outlook has changed since is not here")
    notes += [f"{room.name} {what}" for room, what in sheet.unknown]
    if sheet.known_from is not None:
        first = moment_text(sheet.known_from, context.zone.key)
        notes.append(f"changes before {first} ({context.zone.key}) are not in the log")
    return notes


@app.command("cancel")
def cancel(
    ctx: typer.Context,
    services: Annotated[list[int], typer.Argument(metavar="ID...", help="Services' ids.")],
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Cancel services; locked ones only on a yes: somebody may have begun already."""
    from obctl.engine.reservations.services import cancel_services, find_cancellable

    context = context_of(ctx)
    context.act_as(by)
    found = find_cancellable(context.company, services)
    _ask_about_locked(context, found, "Cancel all the same?", yes=yes)
    _show_done(context, cancel_services(context.company, found), format, "cancelled", many=True)


@app.command("move")
def move(
    ctx: typer.Context,
    services: Annotated[list[int], typer.Argument(metavar="ID...", help="Services' ids.")],
    to: Annotated[int, typer.Option("--to", metavar="NUMBER", help="The reservation to get them.")],
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Take services along to another reservation; locked ones only on a yes.

    For a meeting that takes place on another day: what is ordered goes with it.
    """
    from obctl.engine.reservations.services import find_movable, move_services

    context = context_of(ctx)
    context.act_as(by)
    found = find_movable(context.company, services, to)
    _ask_about_locked(context, found, "Move all the same?", yes=yes)
    _show_done(context, move_services(context.company, found, to), format, "moved", many=True)


def _warn_of_quantity(context: Context, number: int, quantity: int) -> None:
    """A slip of the finger orders lunch for 1200."""
    from obctl.render.output import warning
    from obctl.store.reservations import find_reservation

    reservation = find_reservation(context.store, number)
    room = context.rooms[reservation.room]
    most = _EACH * room.capacity if room.capacity else _MANY
    if quantity > most:
        holds = f"{room.name} holds {room.capacity}" if room.capacity else "that is a lot"
        warning(f"{quantity} are ordered for reservation {number}, and {holds}")


def _ask_about_locked(
    context: Context, services: list[Service], question: str, *, yes: bool
) -> None:
    from obctl.render.output import clean

    locked = [service for service in services if service.is_locked(context.now)]
    if locked:
        what = ", ".join(f"{item.id} ({item.kind.value}: {item.description})" for item in locked)
        confirm(f"Locked: {clean(what)}. {question}", yes=yes)


def _show_done(
    context: Context, services: list[Service], format: Format, done: str, *, many: bool
) -> None:
    from obctl.render.objects import service_object
    from obctl.render.output import message, write_csv, write_json, write_json_line

    objects = [service_object(service, context.now) for service in services]
    match format:
        case Format.TABLE:
            for item in services:
                message(
                    f"service {item.id} {done}: {item.kind.value} for {item.quantity},"
                    f" reservation {item.reservation}"
                )
        case Format.JSON:
            write_json(objects if many else objects[0])
        case Format.JSONL:
            for line in objects:
                write_json_line(line)
        case Format.CSV:
            write_csv(objects, csv_fields.SERVICE)
