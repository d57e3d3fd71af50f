"""`obctl reservations create`, `change` and `cancel`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import Context, confirm, context_of
from obctl.cli.options import ByOption, FormatOption, YesOption, parse_duration, parse_instant
from obctl.cli.unpushed import unpushed, warn_of
from obctl.errors import UsageError
from obctl.render.output import Format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from obctl.domain.reservation import Reservation
    from obctl.domain.room import Room
    from obctl.engine.reservations.saved import Saved
    from obctl.engine.reservations.series_scope import SeriesScope

_Scope = Annotated[
    str, typer.Option("--scope", help="Of a series: one, following or all occurrences.")
]
_NoPush = Annotated[
    bool, typer.Option("--no-push", help="Leave the write to Outlook to the next sync run.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to the group that lists and shows reservations."""
    app.command()(create)
    app.command()(change)
    app.command()(cancel)


def create(
    ctx: typer.Context,
    room: Annotated[str, typer.Option(help="Address or unique name of the room.")],
    subject: Annotated[str, typer.Option(help="What it is for.")],
    start: Annotated[str, typer.Option(help="2026-10-19T14:00 in the room's zone, or with Z.")],
    organizer: Annotated[str, typer.Option(help="E-mail address of the organiser.")],
    end: Annotated[str | None, typer.Option(help="When it ends; or give --duration.")] = None,
    duration: Annotated[str | None, typer.Option(help="How long: 90m, 1h30m, 2d.")] = None,
    organizer_name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    repeat: Annotated[
        str | None, typer.Option(help='RFC 5545 rule: "FREQ=WEEKLY;BYDAY=MO;COUNT=10".')
    ] = None,
    attendees: Annotated[int | None, typer.Option(min=0, help="How many people.")] = None,
    notes: Annotated[str | None, typer.Option(help="Notes; they stay in Officebooking.")] = None,
    tentative: Annotated[bool, typer.Option("--tentative", help="Not certain yet.")] = False,
    no_push: _NoPush = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Reserve a room and write it into Outlook; a double booking is refused."""
    from obctl.domain.event import Person
    from obctl.domain.time_span import later
    from obctl.engine.reservations.create import NewReservation, make_reservation

    context = context_of(ctx)
    context.act_as(by)
    found = context.room(room)
    starts = parse_instant(start, now=context.now, zone=found.zone)
    if (end is None) == (duration is None):
        raise UsageError("give either --end or --duration", code="bad-time")
    if end:
        ends = parse_instant(end, now=context.now, zone=found.zone)
    else:
        ends = later(starts, parse_duration(duration or ""))
    new = NewReservation(
        room=found,
        subject=subject,
        start=starts,
        end=ends,
        organizer=Person(organizer_name, _address(organizer)),
        repeat=repeat,
        attendees=attendees,
        notes=notes,
        tentative=tentative,
    )
    _warn_of_capacity(attendees, found)
    company = context.company
    made = context.run(lambda connect: make_reservation(company, None if no_push else connect, new))
    _show(context, made, format)


def change(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="Reservation number.")],
    room: Annotated[str | None, typer.Option(help="Another room.")] = None,
    subject: Annotated[str | None, typer.Option(help="Another subject.")] = None,
    start: Annotated[str | None, typer.Option(help="Another start; the length stays.")] = None,
    end: Annotated[str | None, typer.Option(help="Another end.")] = None,
    organizer: Annotated[str | None, typer.Option(help="Another organiser's address.")] = None,
    notes: Annotated[
        str | None, typer.Option(help="Other notes; they stay in Officebooking.")
    ] = None,
    no_notes: Annotated[bool, typer.Option("--no-notes", help="Take the notes away.")] = False,
    attendees: Annotated[int | None, typer.Option(min=0, help="How many people.")] = None,
    scope: _Scope = "one",
    no_push: _NoPush = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Change a reservation in both places; somebody else's meeting is refused.

    Notes and the number of people are Officebooking's own: they change in anybody's meeting, and
    Outlook gets nothing of them.
    """
    from obctl.domain.event import Person
    from obctl.engine.reservations.change import Edit, change_reservation
    from obctl.store.reservations import find_reservation
    from obctl.store.rooms import find_room_by_id

    context = context_of(ctx)
    context.act_as(by)
    if no_notes and notes is not None:
        raise UsageError("--notes and --no-notes exclude each other", code="usage")
    first = find_reservation(context.store, number)
    target = context.room(room) if room else None
    zone = (target or find_room_by_id(context.store, first.room)).zone
    edit = Edit(
        room=target,
        subject=subject,
        start=parse_instant(start, now=context.now, zone=zone) if start else None,
        end=parse_instant(end, now=context.now, zone=zone) if end else None,
        organizer=Person(None, _address(organizer)) if organizer else None,
        notes="" if no_notes else notes,
        attendees=attendees,
    )
    _warn_of_capacity(attendees, target or find_room_by_id(context.store, first.room))
    company, which = context.company, _scope(scope)
    changed = context.run(
        lambda connect: change_reservation(
            company, None if no_push else connect, number, edit, which
        )
    )
    _show(context, changed, format, which)


def cancel(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(help="Reservation number.")],
    scope: _Scope = "one",
    note: Annotated[str | None, typer.Option(help="A word to the organiser.")] = None,
    silent: Annotated[
        bool, typer.Option("--silent", help="Do not tell the organiser of a declined meeting.")
    ] = False,
    no_push: _NoPush = False,
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Cancel a reservation and its services, here and in Outlook."""
    from obctl.engine.push.enqueue import CancelNotice
    from obctl.engine.reservations.cancel import cancel_reservation
    from obctl.engine.reservations.series_scope import chosen_of
    from obctl.store.reservations import find_reservation

    context = context_of(ctx)
    context.act_as(by)
    reservation = find_reservation(context.store, number)
    company, which, notice = context.company, _scope(scope), CancelNotice(note=note, silent=silent)
    confirm(_question(context, chosen_of(company, reservation, which), silent=silent), yes=yes)
    cancelled = context.run(
        lambda connect: cancel_reservation(
            company, None if no_push else connect, number, which, notice
        )
    )
    _show(context, cancelled, format, which)


def _question(context: Context, chosen: Sequence[Reservation], *, silent: bool) -> str:
    """What would go, of all that were chosen; the first is the one that was named."""
    from obctl.store.events import find_event

    reservation, *others = chosen
    question = f"Cancel reservation {reservation.number} ({reservation.subject})"
    if others:
        question += f" and {len(others)} more of its series"
    services = sum(len(one.ordered_services) for one in chosen)
    if services:
        question += f" with {services} service{'s' if services > 1 else ''}"
    event = (
        find_event(context.store, reservation.room, reservation.event_id)
        if reservation.event_id
        else None
    )
    if event and not event.is_organizer and not silent:
        question += f"? {reservation.organizer.email} will be told that the room is gone"
    return question + "?"


def _show(context: Context, saved: Saved, format: Format, scope: SeriesScope | None = None) -> None:
    """Show the first reservation as it is now, and say what did not work.

    Nor is it passed over in silence where others were meant as well, by `scope`, and none was
    there.
    """
    from obctl.render.objects import reservation_object
    from obctl.render.output import message, show_one
    from obctl.render.reservations import reservation_picture
    from obctl.store.reservations import find_reservation

    for result in saved.pushed:
        warn_of(result.problems)
    shown = find_reservation(context.store, saved.reservations[0].number)
    item = reservation_object(shown, context.rooms, context.now)
    show_one(format, item, lambda: reservation_picture(item, shown.time_zone))
    if len(saved.reservations) > 1:
        message(f"{len(saved.reservations)} reservations of the series")
    elif scope not in (None, "one"):
        message(f"only reservation {shown.number}: no other of a series is to come")
    failures = [result for result in saved.pushed if result.error]
    failed = saved.failed
    if failures:
        failed, shown = failures[0].error, find_reservation(context.store, failures[0].reservation)
    if failed:
        writes = len(saved.pushed)
        some = f"{len(failures)} of {writes} writes are " if writes > 1 else ""
        raise unpushed(context.store, failed, shown, some)


def _warn_of_capacity(attendees: int | None, room: Room) -> None:
    from obctl.render.output import warning

    if attendees and room.capacity and attendees > room.capacity:
        warning(f"{attendees} are expected, and {room.name} holds {room.capacity}")


def _scope(text: str) -> SeriesScope:
    from obctl.engine.reservations.series_scope import SeriesScope

    try:
        return SeriesScope(text)
    except ValueError as error:
        raise UsageError(
            f"--scope {text!r} is none of one, following, all", code="bad-scope"
        ) from error


def _address(text: str) -> str:
    name, at, domain = text.strip().partition("@")
    if not (name and at and "." in domain) or " " in text.strip():
        raise UsageError(f"{text!r} is no e-mail address", code="bad-address")
    return text.strip()
