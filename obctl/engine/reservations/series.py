"""A series of which somebody knows one number: its pattern, its dates, and what is next."""

from __future__ import annotations

from datetime import datetime

from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.rrule import parse_rrule
from obctl.domain.series.overview import Pattern, Series, overview, pattern_of
from obctl.engine.company import Company
from obctl.engine.outlook.inconclusive import condition
from obctl.engine.ports import Connect
from obctl.errors import ObctlError, UnsupportedRecurrence, UsageError
from obctl.store.outbox import rule_of
from obctl.store.reservations import find_reservation, load_by_series
from obctl.store.rooms import find_room_by_id, load_reading_state


async def find_series(company: Company, connect: Connect | None, number: int) -> Series:
    """The series of a reservation, its pattern as Outlook has it now.

    Without `connect` only a pattern that obctl itself wrote is known. Raises `UsageError` for a
    number that nobody has, and for a reservation that stands alone.
    """
    reservation = find_reservation(company.store, number)
    if reservation.series_key is None or (
        reservation.original_start is None and reservation.series_master_id is None
    ):
        raise UsageError(
            f"reservation {number} is in no series",
            hint=f"obctl reservations show {number}",
            code="not-in-series",
        )
    room = find_room_by_id(company.store, reservation.room)
    series = load_by_series(company.store, [reservation.series_key])
    pattern, unknown = _written(company, series, room), None
    if connect is not None and reservation.series_master_id is not None and room.is_mapped:
        try:
            gateway = await connect()
            master = await gateway.fetch_master(room, reservation.series_master_id)
            pattern = pattern_of(master, room)
        except ObctlError as error:
            unknown = error
    found = overview(series, room, pattern, read_until=_read_until(company, room), now=company.now)
    if unknown is None:
        return Series(reservation, room, found)
    return Series(reservation, room, found, condition(unknown), unknown.message)


def _read_until(company: Company, room: Room) -> datetime | None:
    return load_reading_state(company.store, room.id).planned_end


def _written(company: Company, series: list[Reservation], room: Room) -> Pattern | None:
    """The rule by which the series was reserved here, if it was."""
    found = rule_of(company.store, [item.number for item in series])
    if found is None:
        return None
    number, rule = found
    first = next(item for item in series if item.number == number)
    start = (first.original_start or first.start).astimezone(room.zone)
    try:
        return Pattern(parse_rrule(rule, start), start)
    except UnsupportedRecurrence:
        return None
