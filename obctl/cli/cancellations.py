"""`obctl cancellations`: what Outlook cancelled and a person has to decide."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from obctl.cli.context import Context, confirm, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import ByOption, FormatOption, RoomOption, YesOption, parse_cause
from obctl.cli.unpushed import unpushed, warn_of
from obctl.domain.counted import counted
from obctl.errors import UsageError
from obctl.render import csv_fields
from obctl.render.output import Format

app = typer.Typer(no_args_is_help=True, help="Cancellations from Outlook that wait for a person.")

_Note = Annotated[str | None, typer.Option(help="Why; kept in the company log.")]


@app.command("list")
@lists(csv_fields.REQUEST)
def list_(
    ctx: typer.Context,
    listing: Listing,
    status: Annotated[
        str, typer.Option(help="open, approved, rejected, processed, closed or all.")
    ] = "open",
    room: RoomOption = None,
    cause: Annotated[str | None, typer.Option(help="Only requests with this cause.")] = None,
) -> None:
    """Requests, oldest first: open ones unless --status says otherwise."""
    from obctl.domain.nearest import meant
    from obctl.domain.sync.cancellation import RequestStatus
    from obctl.engine.reservations.cancellation_requests import requests_matching
    from obctl.engine.reservations.series_now import series_now
    from obctl.render.cancellations import COLUMNS
    from obctl.render.objects import request_object
    from obctl.render.output import show_list

    context = context_of(ctx)
    if status != "all" and status not in list(RequestStatus):
        raise UsageError(
            f"--status {status!r} is none of {', '.join(RequestStatus)}, all",
            hint=meant(status, [*RequestStatus, "all"]),
            code="bad-status",
        )
    found = requests_matching(
        context.company,
        status=None if status == "all" else RequestStatus(status),
        room=context.room(room) if room else None,
        cause=parse_cause(cause),
    )
    rooms = context.rooms
    show_list(
        listing,
        [
            request_object(
                request,
                reservation,
                rooms,
                context.now,
                series_now(context.company, request, reservation),
            )
            for request, reservation in found
        ],
        COLUMNS,
        empty="no cancellation requests",
    )


@app.command("show")
def show(
    ctx: typer.Context,
    request: Annotated[int, typer.Argument(help="Request id.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """One request: the reservation, why it waits and what an approval would cancel."""
    from obctl.render.cancellations import picture
    from obctl.render.output import show_one

    item = _objects(context_of(ctx), [request])[0]
    show_one(format, item, lambda: picture(item))


@app.command("status")
def status(
    ctx: typer.Context,
    request: Annotated[int, typer.Argument(help="Request id.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """Get Status Info: ask Outlook now, beside the last known original."""
    from obctl.engine.reservations.status_info import get_status_info
    from obctl.render.cancellations import status_object, status_picture
    from obctl.render.output import show_one

    context = context_of(ctx)
    info = context.with_graph(lambda gateway: get_status_info(context.company, gateway, request))
    item = status_object(info)
    zone_name = _objects(context, [request])[0]["reservation"]["time_zone"]
    show_one(format, item, lambda: status_picture(item, zone_name))


@app.command("approve")
def approve(
    ctx: typer.Context,
    requests: Annotated[list[int] | None, typer.Argument(help="Request ids.")] = None,
    cause: Annotated[str | None, typer.Option(help="All open requests with this cause.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All open requests.")] = False,
    note: _Note = None,
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Cancel the reservations with their services.

    A meeting that takes place on other days now is named first: where its series meets, and how
    what is ordered can go along.
    """
    from obctl.domain.sync.cancellation import RequestStatus
    from obctl.engine.reservations.cancellation_requests import approve as approve_requests
    from obctl.engine.reservations.cancellation_requests import requests_matching

    context = context_of(ctx)
    context.act_as(by)
    chosen = list(requests or [])
    if sum((bool(chosen), cause is not None, all_)) != 1:
        raise UsageError("name requests, or --cause CODE, or --all", code="which-requests")
    code = parse_cause(cause)
    if not chosen:
        open_ones = requests_matching(context.company, status=RequestStatus.OPEN, cause=code)
        chosen = [request.id for request, _reservation in open_ones]
    if not chosen:
        _show(context, [], format)
        return
    _warn_of_series(context, chosen)
    confirm(_consequences(context, chosen), yes=yes)
    approve_requests(context.company, chosen, note=note)
    _show(context, chosen, format)


@app.command("reject")
def reject(
    ctx: typer.Context,
    requests: Annotated[list[int], typer.Argument(help="Request ids.")],
    push_back: Annotated[
        bool, typer.Option("--push-back", help="Write the reservation to Outlook again.")
    ] = False,
    note: _Note = None,
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Keep the reservations."""
    from obctl.engine.ports import Gateway
    from obctl.engine.push.delivery import PushResult
    from obctl.engine.push.dispatch import push_reservations
    from obctl.engine.reservations.cancellation_requests import reject as reject_requests
    from obctl.store.cancellation_requests import find_request
    from obctl.store.reservations import find_reservation

    context = context_of(ctx)
    context.act_as(by)
    if push_back:
        question = f"Write {counted(len(requests), 'reservation')} to Outlook again?"
        confirm(question, yes=yes, on_terminal_only=True)
    reject_requests(context.company, requests, note=note, push_back=push_back)
    failed = None
    if push_back:
        numbers = [find_request(context.store, item).reservation for item in requests]

        async def push(gateway: Gateway) -> list[PushResult]:
            return await push_reservations(context.company, gateway, numbers)

        results = context.with_graph(push)
        for result in results:
            warn_of(result.problems)
        failed = next((result for result in results if result.error), None)
    _show(context, requests, format)
    if failed and failed.error:
        reservation = find_reservation(context.store, failed.reservation)
        raise unpushed(context.store, failed.error, reservation)


def _objects(context: Context, requests: list[int]) -> list[dict[str, Any]]:
    from obctl.engine.reservations.series_now import series_now
    from obctl.render.objects import request_object
    from obctl.store.cancellation_requests import find_request
    from obctl.store.reservations import find_reservation

    rooms = context.rooms
    found = []
    for number in requests:
        request = find_request(context.store, number)
        reservation = find_reservation(context.store, request.reservation)
        series = series_now(context.company, request, reservation)
        found.append(request_object(request, reservation, rooms, context.now, series))
    return found


def _show(context: Context, requests: list[int], format: Format) -> None:
    from obctl.render.cancellations import COLUMNS
    from obctl.render.output import show_list

    show_list(
        format,
        _objects(context, requests),
        COLUMNS,
        names=csv_fields.REQUEST,
        empty="no open requests",
    )


def _warn_of_series(context: Context, requests: list[int]) -> None:
    """Say which meetings take place on other days, before what is ordered for them is cancelled."""
    from obctl.render.cancellations import how_to_keep, series_text
    from obctl.render.output import warning

    for item in _objects(context, requests):
        if item["status"] != "open" or not item["series_now"]:
            continue
        reservation = item["reservation"]
        warning(
            f"reservation {reservation['number']} ({reservation['subject']}): its series"
            f" {series_text(item)}"
        )
        if keep := how_to_keep(item):
            warning(f"  to keep what is ordered: {keep}")


def _consequences(context: Context, requests: list[int]) -> str:
    from obctl.domain.sync.cancellation import impact_of
    from obctl.store.cancellation_requests import find_request
    from obctl.store.reservations import find_reservation

    impacts = [
        impact_of(find_reservation(context.store, find_request(context.store, number).reservation))
        for number in requests
    ]
    question = f"Cancel {len(requests)} reservation{'s' if len(requests) > 1 else ''}"
    services = sum(impact.services for impact in impacts)
    if services:
        question += f" with {services} service{'s' if services > 1 else ''}"
    catering = sum(impact.catering_for for impact in impacts)
    if catering:
        question += f", catering for {catering} people"
    return question + "?"
