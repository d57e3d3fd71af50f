"""The reservations that a command's `--on`, `--from` and `--to` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obctl.cli.options import parse_day, parse_span
from obctl.errors import UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from obctl.cli.context import Context
    from obctl.domain.reservation import Reservation
    from obctl.domain.room import Room
    from obctl.domain.time_span import TimeSpan
    from obctl.store.reservations import Filter


def search(
    context: Context,
    rooms: list[Room],
    wanted: Filter,
    on: str | None,
    from_: str | None,
    to: str | None,
) -> list[Reservation]:
    """Those that fit `wanted` in the days or times that were typed, each in its room's zone."""
    from obctl.engine.reservations.search import search_by_zone
    from obctl.store.reservations import search_reservations

    if on and (from_ or to):
        raise UsageError("--on and --from/--to exclude each other", code="bad-day")
    if on:
        parse_day(on, now=context.now, zone=context.zone)
    if not (on or from_ or to):
        return search_reservations(context.store, wanted)

    def span_in(zone: ZoneInfo) -> TimeSpan:
        return parse_span(on or from_, on or to, now=context.now, company=context.zone, zone=zone)

    return search_by_zone(context.company, rooms, span_in, wanted)
