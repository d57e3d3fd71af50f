"""Which dates of a series a change or a cancellation is for."""

from __future__ import annotations

from enum import StrEnum

from obctl.domain.reservation import Reservation
from obctl.engine.company import Company
from obctl.store.reservations import load_by_series


class SeriesScope(StrEnum):
    """Which occurrences of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


def chosen_of(company: Company, first: Reservation, scope: SeriesScope) -> list[Reservation]:
    """The reservation and, by scope, the other active future ones of its series."""
    if scope is SeriesScope.ONE or first.series_key is None:
        return [first]
    others = [
        reservation
        for reservation in load_by_series(company.store, [first.series_key])
        if reservation.is_active
        and reservation.room == first.room
        and reservation.number != first.number
        and reservation.start > company.now
        and (scope is SeriesScope.ALL or reservation.start > first.start)
    ]
    return [first, *others]
