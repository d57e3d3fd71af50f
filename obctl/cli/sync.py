"""`obctl sync`: the pass, what it would do, and what it did."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from obctl.cli import sync_runs, sync_status
from obctl.cli.context import Context, confirm, context_of
from obctl.cli.options import (
    ByOption,
    FormatOption,
    LocationOption,
    RoomsOption,
    YesOption,
    parse_duration,
)
from obctl.domain.actor import NIGHTLY_RUN, SYNC_APPLY, SYNC_RUN
from obctl.domain.counted import counted
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.room import Room
    from obctl.domain.sync.run_report import RunReport
    from obctl.engine.sync.plan_room import PassOptions

app = typer.Typer(no_args_is_help=True, help="The sync pass.")


@app.command("run")
def run(
    ctx: typer.Context,
    room: RoomsOption = None,
    location: LocationOption = None,
    full: Annotated[bool, typer.Option("--full", help="Read every room in full.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be done.")
    ] = False,
    plan_out: Annotated[
        Path | None, typer.Option(help="Save the plan for `sync apply`; implies --dry-run.")
    ] = None,
    allow_cancellations: Annotated[
        bool,
        typer.Option(
            "--allow-cancellations",
            help="Go on where the guard stopped a room, or a gone meeting waits for another room.",
        ),
    ] = False,
    all_companies: Annotated[
        bool,
        typer.Option("--all-companies", help="Every company, each in a process of its own."),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Companies at once, with --all-companies. Default: 4."),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="With --all-companies: part I of N alone, counted from 0 (0/4 to 3/4) as"
            " Kubernetes counts its JOB_COMPLETION_INDEX.",
        ),
    ] = None,
    timeout: Annotated[
        str | None,
        typer.Option(help="With --all-companies: what one may take. Default: 2h."),
    ] = None,
    metrics_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.prom",
            help="Write the night's figures there for node_exporter, also where it went wrong.",
        ),
    ] = None,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Bring both sides in step: what cron runs every night.

    Exit 5: Graph puts off every room. Exit 6: a guard stopped a room. Exit 8: some rooms are not
    done, an event cannot be read, or a meeting that is gone may be in a room that could not be
    read; the rest is done.

    With --all-companies the exit code is the worst of the companies', in this order: 1 (unexpected,
    or killed), 2, 4, 6, 8 (also: its time was up), 5 (also: another run of it is going on), 0; and
    130 after Ctrl-C or SIGTERM. No company at all is 2; none in the shard is said, and 0.

    After a good night over all rooms (exit 0) the address in sync.heartbeat_url is called.

    The shard of a company follows from its name alone: the first 8 bytes of the SHA-256 of the
    name as a big-endian number, modulo N.
    """
    from obctl.cli.night_metrics import measured
    from obctl.engine.sync.plan_room import PassOptions

    context = context_of(ctx)
    only = {"--room": bool(room), "--location": location is not None}
    dry_run = dry_run or plan_out is not None
    if metrics_file is not None:
        _refuse({**only, "--dry-run": dry_run}, "does not go with --metrics-file: no whole night")
    if all_companies:
        alone = {
            **only,
            "--company": context.company_option is not None,
            "--plan-out": plan_out is not None,
            "--allow-cancellations": allow_cancellations,
        }
        _refuse(alone, "is for one company, and does not go with --all-companies")
        flags = [*(["--full"] if full else []), *(["--dry-run"] if dry_run else [])]
        flags += ["--by", by] if by is not None else []
        _run_all(context, flags, jobs, shard, timeout, metrics_file, format)
    given = {"--jobs": jobs, "--shard": shard, "--timeout": timeout}
    _refuse({name: value is not None for name, value in given.items()}, "needs --all-companies")
    with measured(context, metrics_file) as night:
        context.act_as_run(SYNC_RUN, by, unattended=NIGHTLY_RUN)
        rooms = context.chosen_rooms(location, room)
        options = PassOptions(full=full, dry_run=dry_run, allow_cancellations=allow_cancellations)
        report = night.report = _run(context, rooms, options)
    if plan_out is not None:
        from obctl.engine.sync.plan_file import save_plan

        save_plan(plan_out, context.company, report, [item.mailbox for item in rooms], full=full)
    if not dry_run and not any(only.values()):
        _tell_heartbeat(context, report)
    _show(report, format)
    raise typer.Exit(report.exit_code)


@app.command("apply")
def apply(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="A plan of `sync run --plan-out`.")],
    allow_cancellations: Annotated[
        bool,
        typer.Option(
            "--allow-cancellations", help="The plan was made with it, or reviewed past the guard."
        ),
    ] = False,
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Do exactly what a reviewed plan says, and nothing besides.

    Exit 6: the plan is stale, or a guard stops it, in one room or more; then no room is changed.
    """
    from obctl.domain.sync.plan import GUARD_TRIPPED
    from obctl.engine.sync.plan_file import load_plan
    from obctl.engine.sync.plan_room import PassOptions
    from obctl.render.output import message

    context = context_of(ctx)
    context.act_as_run(SYNC_APPLY, by, unattended=SYNC_APPLY)
    plan = load_plan(file, context.company)
    rooms = [context.room(mailbox) for mailbox in plan.rooms]
    question = f"Change {len(plan.fingerprints)} of {counted(len(rooms), 'room')} as the plan says?"
    confirm(question, yes=yes, on_terminal_only=True)
    options = PassOptions(
        full=plan.full, expected=plan.fingerprints, allow_cancellations=allow_cancellations
    )
    report = _run(context, rooms, options)
    _show(report, format)
    if any(problem.code == GUARD_TRIPPED for problem in report.problems):
        message("where that is right, the plan as it was reviewed:")
        message(f"    obctl sync apply {shlex.quote(str(file))} --allow-cancellations")
    raise typer.Exit(report.exit_code)


@app.command("resync")
def resync(
    ctx: typer.Context,
    room: Annotated[str, typer.Argument(help="Address or unique name of the room.")],
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Forget how far a room was read, accept its mailbox as it is now, and read it in full."""
    from obctl.engine.sync.plan_room import PassOptions
    from obctl.engine.sync.resync import forget_reading

    context = context_of(ctx)
    context.act_as(by)
    found = context.room(room)
    question = f"Read {found.name} in full and accept its mailbox as it is now?"
    confirm(question, yes=yes, on_terminal_only=True)
    forget_reading(context.company, found)
    report = _run(context, [context.room(found.mailbox)], PassOptions(full=True))
    _show(report, format)
    raise typer.Exit(report.exit_code)


app.command("status")(sync_status.status)
app.command("report")(sync_runs.report)
app.command("history")(sync_runs.history)
app.command("show")(sync_runs.show)


def _run(context: Context, rooms: list[Room], options: PassOptions) -> RunReport:
    from obctl.engine.run import SyncHooks, run_sync
    from obctl.render.progress import progress

    with progress(len(rooms)) as shown:
        hooks = SyncHooks(step=shown.step, room_done=shown.advance)
        return context.with_graph(
            lambda gateway: run_sync(context.company, gateway, rooms, options, hooks)
        )


def _refuse(given: Mapping[str, bool], why: str) -> None:
    """Raise `UsageError` for the first of these options that was given."""
    from obctl.errors import UsageError

    for name, is_given in given.items():
        if is_given:
            raise UsageError(f"{name} {why}")


def _run_all(
    context: Context,
    flags: list[str],
    jobs: int | None,
    shard: str | None,
    timeout: str | None,
    metrics_file: Path | None,
    format: Format,
) -> NoReturn:
    from obctl.cli.all_companies import DEFAULT_JOBS, Wanted, all_companies
    from obctl.domain.companies_run import companies_run_object
    from obctl.domain.shard import parse_shard
    from obctl.render.companies import night_picture
    from obctl.render.output import show_list, show_one, warning

    wanted = Wanted(
        flags,
        jobs=jobs or DEFAULT_JOBS,
        shard=parse_shard(shard) if shard is not None else None,
        limit=parse_duration(timeout or "2h"),
        metrics_file=metrics_file,
    )
    report = all_companies(context, wanted)
    item = companies_run_object(report)
    if format is Format.CSV:
        show_list(format, item["results"], [], names=csv_fields.COMPANY_RESULT)
    else:
        show_one(format, item, lambda: night_picture(item))
    if report.interrupted:
        warning("interrupted: what was done is consistent, and the next run goes on from there")
    raise typer.Exit(report.exit_code)


def _tell_heartbeat(context: Context, report: RunReport) -> None:
    """Call the heartbeat after a good night; one in which no room was looked at is none."""
    url = context.config.sync.heartbeat_url
    if url is None or report.exit_code or not report.ok:
        return
    from obctl.cli.heartbeat import call_heartbeat

    problem = call_heartbeat(url)
    if problem is not None:
        report.problems.append(problem)


def _show(report: RunReport, format: Format) -> None:
    from obctl.domain.sync.run_report import run_object
    from obctl.render.output import show_one, warning
    from obctl.render.sync import report_picture

    item = run_object(report)
    show_one(format, item, lambda: report_picture(item))
    for problem in report.told:
        where = f"{problem.room}: " if problem.room else ""
        warning(f"{where}{problem.code}: {problem.message}")
        for line in (problem.hint or "").splitlines():
            warning(f"  {line}")
