"""`obctl bundle`: what support needs of a company, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl import __version__
from obctl.cli.context import Context, context_of
from obctl.cli.options import FormatOption, RoomOption, parse_day
from obctl.errors import UsageError
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.bundle import Manifest, Verdict
    from obctl.engine.bundle.look import Look
    from obctl.engine.ports import Connect

app = typer.Typer(
    no_args_is_help=True, help="What support needs, in one file; looked into without the tenant."
)


@app.command("create")
def create(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that does not exist yet.")],
    item: Annotated[
        str | None,
        typer.Argument(metavar="[NUMBER|EVENT-ID]", help="A reservation or an event."),
    ] = None,
    room: RoomOption = None,
    day: Annotated[
        str | None, typer.Option(help="With --room: YYYY-MM-DD, today, monday, +N; its day.")
    ] = None,
    run: Annotated[str | None, typer.Option(help="A run, as `sync history` names it.")] = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Leave names, addresses, subjects and texts as they are."),
    ] = False,
    format: FormatOption = Format.TABLE,
) -> None:
    """Pack what there is on one item, one day of a room or one run: both sides, log, verdict.

    Names, addresses, subjects, ids and texts are pseudonyms, the same for the same throughout, made
    with a key that nobody keeps. Graph is asked what it says now; where it does not answer, the
    bundle says so. The file is readable by you alone.
    """
    from obctl.engine.bundle.create import create_bundle
    from obctl.render.bundle import manifest_object, manifest_picture
    from obctl.render.output import message, show_one

    if (item is not None) + (room is not None or day is not None) + (run is not None) != 1:
        raise UsageError(
            "a bundle is about one thing: a reservation or an event, a day of a room, or a run",
            hint="obctl bundle create FILE NUMBER, or --room R --day D, or --run RUN",
            code="bad-bundle-subject",
        )
    if file.exists():
        raise UsageError(
            f"{file} exists already", hint="name a file that does not exist", code="file-exists"
        )
    context = context_of(ctx)

    async def work(connect: Connect) -> tuple[Manifest, Verdict]:
        look = await _look(context, connect, item, room, day, run)
        verdict = _verdict(context, look, run)
        manifest = await create_bundle(
            context.company, look, verdict, file, masked=not plain, obctl=__version__
        )
        return manifest, verdict

    manifest, verdict = context.run(work)
    shown = manifest_object(manifest, verdict)
    if format is Format.TABLE:
        message(f"{file} written: {'as it is' if plain else 'masked'}")
    show_one(format, shown, lambda: manifest_picture(shown))
    if plain:
        message("names, addresses and subjects stand in it as they are")
    message(f"next: obctl bundle open {file} shows what support will see")


@app.command("open", context_settings={"ignore_unknown_options": False})
def open_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file of `obctl bundle create`.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- COMMAND…", help="What to type at it: `explain 1001`, `diff D`."),
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Look into a bundle: without a command what is in it, else what the command says of it.

    The commands are obctl's own, on a copy that is gone afterwards. Nothing is asked of Graph and
    nothing is written; now is when the bundle was made.
    """
    from obctl.cli.offline import distrusting, run_offline
    from obctl.engine.bundle.opened import opened_bundle
    from obctl.render.bundle import manifest_object, manifest_picture
    from obctl.render.output import show_one

    with opened_bundle(file, obctl=__version__) as bundle:
        if command:
            run_offline(ctx, bundle, command, format)
            return
        with distrusting(bundle):
            shown = manifest_object(bundle.manifest, bundle.verdict)
            show_one(format, shown, lambda: manifest_picture(shown))


async def _look(
    context: Context,
    connect: Connect,
    item: str | None,
    room: str | None,
    day: str | None,
    run: str | None,
) -> Look:
    """What is wanted, looked at."""
    from obctl.engine.bundle import look
    from obctl.engine.bundle.about import OneRun, RoomDay
    from obctl.store.runs import find_run

    company = context.company
    if item is not None:
        return await look.look_at_item(company, connect, item)
    if run is not None:
        return await look.look_at_run(company, connect, OneRun(find_run(context.store, run).id))
    if room is None or day is None:
        raise UsageError(
            "--room and --day go together",
            hint="obctl bundle create FILE --room R --day D",
            code="bad-bundle-subject",
        )
    found = context.room(room)
    about = RoomDay(found, parse_day(day, now=context.now, zone=found.zone))
    return await look.look_at_day(company, connect, about)


def _verdict(context: Context, look: Look, run: str | None) -> Verdict:
    """What was said, as the commands would have shown it."""
    from obctl.domain.bundle import Verdict
    from obctl.render.diff import story_object
    from obctl.render.objects import diff_object
    from obctl.store.runs import find_run

    rooms = context.rooms
    differences: dict[str, Any] | None = None
    if look.days is not None:
        differences = diff_object(
            *look.days,
            [item.verdict for item in look.compared],
            [difference for item in look.compared for difference in item.differences],
            rooms,
            {item.room.id: item.unreadable for item in look.compared},
        )
    why = look.why_cached
    return Verdict(
        live=why is None,
        why_cached=f"{why.code}: {why.message}" if why else None,
        explain=story_object(look.story, rooms) if look.story else None,
        diff=differences,
        run=find_run(context.store, run).report if run else None,
    )
