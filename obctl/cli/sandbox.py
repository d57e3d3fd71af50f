"""`obctl sandbox`: a simulated Exchange Online tenant to train, test and rehearse on."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from obctl.cli.listing import Listing, lists
from obctl.cli.options import FormatOption
from obctl.domain.counted import counted
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format
from obctl.sandbox.words import FaultKind, Trigger

app = typer.Typer(
    name="sandbox",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="A simulated Exchange Online tenant that speaks Graph over HTTP.",
)

UrlOption = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="OBCTL_SANDBOX_URL",
        help="A running sandbox, as `serve` printed it.",
    ),
]
_DEFAULT_URL = "http://127.0.0.1:8080/v1.0"


@app.callback()
def sandbox() -> None:
    """A simulated Exchange Online tenant that speaks Graph over HTTP."""


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    tenant: Annotated[Path | None, typer.Option(help="Tenant file; the demo's without it.")] = None,
    scenario: Annotated[
        Path | None, typer.Option(help="Act out this scenario as the clock runs.")
    ] = None,
    recorded: Annotated[
        Path | None,
        typer.Option(help="Answer as a real tenant did: a file of `obctl doctor --record`."),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Keep the tenant in this file between runs.")
    ] = None,
    clock: Annotated[
        str | None, typer.Option(help="Start at this instant (or OBCTL_NOW) and run on.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="The only bearer token accepted; any without it.")
    ] = None,
    latency: Annotated[float, typer.Option(help="Seconds every answer takes at least.")] = 0.0,
    output: FormatOption = Format.TABLE,
) -> None:
    """Serve a tenant until interrupted; one line says where."""
    from obctl.sandbox.server import SandboxServer

    if recorded is not None and (tenant or scenario or state):
        raise UsageError(
            "--recorded goes with no --tenant, --scenario or --state",
            hint="a recording is a tenant of its own, and nothing happens in it",
        )
    starts = clock or os.environ.get("OBCTL_NOW") or None
    if starts:
        _ensure_accepted(starts)
    server = SandboxServer(
        tenant,
        starts,
        token,
        state,
        port,
        scenario=scenario,
        recorded=recorded,
        latency=latency,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: server.stop())
    with server:
        ready = {"url": server.url, "rooms": server.rooms}
        _show(ready, output, f"{server.url} serves {counted(len(server.rooms), 'room')}")
        _wait(server.stopped)


@app.command()
def status(url: UrlOption = _DEFAULT_URL, output: FormatOption = Format.TABLE) -> None:
    """What a running sandbox holds, and what time it is there."""
    found = _call(url, "GET", "status")
    faults = ", ".join(one["kind"] for one in found["faults"]) or "none"
    _show(
        found,
        output,
        f"{found['now']}{' (standing still)' if found['frozen'] else ''}: "
        f"{counted(len(found['rooms']), 'room')}, {counted(found['events'], 'event')}, "
        f"{counted(found['subscriptions'], 'subscription')}, faults: {faults}",
    )


@app.command()
def token(url: UrlOption = _DEFAULT_URL, output: FormatOption = Format.TABLE) -> None:
    """A bearer token of a running sandbox; it shows the application's roles, as Entra's do."""
    found = _call(url, "GET", "token")
    _show(found, output, found["token"])


@app.command(context_settings={"ignore_unknown_options": True})
def clock(
    change: Annotated[
        str,
        typer.Argument(help="+8h, an instant, freeze or run.", metavar="+8h|INSTANT|freeze|run"),
    ],
    url: UrlOption = _DEFAULT_URL,
    output: FormatOption = Format.TABLE,
) -> None:
    """Let time pass in a running sandbox, with everything that happens meanwhile."""
    found = _call(url, "POST", "clock", _clock_change(change))
    _show(found, output, f"it is {found['now']}")


@app.command()
def trigger(
    event: Annotated[Trigger, typer.Argument(help="What happens.")],
    room: Annotated[str, typer.Option(help="Address of the room.")],
    url: UrlOption = _DEFAULT_URL,
    output: FormatOption = Format.TABLE,
) -> None:
    """Have something happen in a room of a running sandbox."""
    found = _call(url, "POST", "trigger", {"event": event, "room": room})
    what = found.get("subject", f"{counted(found.get('subscriptions', 0), 'subscription')} told")
    _show(found, output, f"{event} in {room}: {what}")


@app.command()
def fault(
    kind: Annotated[FaultKind, typer.Argument(help="What goes wrong.")],
    room: Annotated[str | None, typer.Option(help="Only this room.")] = None,
    route: Annotated[str, typer.Option(help="Only paths below the mailbox like this.")] = "*",
    times: Annotated[int | None, typer.Option(help="So often; without it until cleared.")] = None,
    spare: Annotated[int, typer.Option(min=0, help="Let so many go well first.")] = 0,
    share: Annotated[float | None, typer.Option(help="A part of the requests, at random.")] = None,
    seed: Annotated[int, typer.Option(help="Draw the share by this seed.")] = 0,
    seconds: Annotated[float, typer.Option(help="Retry-After, or how slow.")] = 1.0,
    url: UrlOption = _DEFAULT_URL,
    output: FormatOption = Format.TABLE,
) -> None:
    """Give a running sandbox a bad day."""
    wanted = {
        "kind": kind,
        "room": room,
        "route": route,
        "times": times,
        "spare": spare,
        "share": share,
        "seed": seed,
        "seconds": seconds,
    }
    _show_faults(_call(url, "POST", "faults", wanted), output)


@app.command()
@lists(csv_fields.SCENARIO)
def scenarios(
    listing: Listing,
    folder: Annotated[
        Path | None, typer.Argument(help="Where they are; the examples without it.")
    ] = None,
) -> None:
    """The scenarios there are, each with the cause it acts out."""
    from obctl.render.output import show_list
    from obctl.sandbox.scenario_file import list_scenarios

    found = list_scenarios(folder)
    if listing.format is Format.TABLE and not listing.is_chosen:
        width = max((len(one.file.name) for one in found), default=0)
        lines = [f"{one.file.name:{width}}  {one.title}" for one in found]
        print("\n".join(lines) or "no scenarios")
        return
    objects = [{"file": str(one.file), "cause": one.cause, "title": one.title} for one in found]
    show_list(listing, objects, [])


@app.command()
def play(
    file: Annotated[Path, typer.Argument(help="Scenario file, or the name of an example.")],
    output: FormatOption = Format.TABLE,
) -> None:
    """Act a scenario out, and say what obctl makes of it.

    Exit 3: obctl finds something else than the scenario expects.
    """
    from obctl.sandbox.player import play as play_scenario
    from obctl.sandbox.scenario_file import find_scenario

    verdict = play_scenario(find_scenario(file), print if output is Format.TABLE else None)
    told = {
        "file": str(verdict.scenario.file),
        "cause": verdict.scenario.cause,
        "found": verdict.causes,
        "conditions": verdict.conditions,
        "as_expected": not verdict.problems,
        "problems": verdict.problems,
        "diff": verdict.found,
    }
    _show(told, output, _verdict_text(verdict.causes + verdict.conditions, verdict.problems))
    if verdict.problems:
        raise typer.Exit(3)


@app.command("clear-faults")
def clear_faults(url: UrlOption = _DEFAULT_URL, output: FormatOption = Format.TABLE) -> None:
    """Let a running sandbox recover."""
    _show_faults(_call(url, "DELETE", "faults"), output)


def _verdict_text(codes: list[str], problems: list[str]) -> str:
    found = f"obctl finds: {', '.join(codes) or 'no difference'}"
    return "\n".join([found, *problems] if problems else [f"{found}, as expected"])


def _clock_change(text: str) -> dict[str, Any]:
    if text in ("freeze", "run"):
        return {text: True}
    if text[:1] in "+-" or text[-1:] in "dhms":
        return {"advance": text}
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is neither a duration nor an instant",
            hint="use +8h, +90m, 2026-10-20T05:30:00Z, freeze or run",
        ) from error
    _ensure_accepted(text)
    return {"set": text}


def _ensure_accepted(text: str) -> None:
    """Raise `UsageError` for an instant at which no calendar works; what is none passes."""
    from obctl.domain.time_span import ACCEPTED, is_accepted

    with suppress(ValueError):
        if not is_accepted(datetime.fromisoformat(text)):
            raise UsageError(f"{text!r} is out of range", hint=ACCEPTED, code="bad-time")


def _call(url: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    from obctl.sandbox.remote import call

    return call(url, method, path, body)


def _show_faults(found: dict[str, Any], output: Format) -> None:
    lines = [
        f"{one['kind']} for {one['room'] or 'every room'}"
        f"{'' if one['times'] is None else ', ' + str(one['times']) + ' times'}"
        for one in found["faults"]
    ]
    if output is Format.CSV:
        from obctl.render.output import show_list

        show_list(output, found["faults"], [], names=csv_fields.FAULT)
        return
    _show(found, output, "\n".join(lines) or "no faults")


def _show(data: Mapping[str, Any], output: Format, text: str) -> None:
    """One line, at once: who reads it may be waiting for it."""
    from obctl.render.output import write_csv, write_json_line

    match output:
        case Format.TABLE:
            print(text, flush=True)
        case Format.CSV:
            write_csv([data])
            sys.stdout.flush()
        case _:
            write_json_line(data)


def _wait(stopped: threading.Event) -> None:
    # Signals reach Python only between two bytecodes: an endless wait would hold them up.
    while not stopped.wait(0.2):
        pass
