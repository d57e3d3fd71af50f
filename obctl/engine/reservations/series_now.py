"""Where a series meets that a cancellation request is about, as far as the store knows."""

from __future__ import annotations

from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.sync.cancellation import CancellationRequest
from obctl.domain.sync.status_info import SeriesNow
from obctl.engine.company import Company
from obctl.store.reservations import load_by_series


def series_now(
    company: Company, request: CancellationRequest, reservation: Reservation
) -> SeriesNow | None:
    """Where the meeting of a request takes place now, if its cause is that it does."""
    meets = request.cause.meets_now if request.cause else None
    if meets is None or reservation.series_key is None:
        return None
    dates = [
        item
        for item in load_by_series(company.store, [reservation.series_key])
        if item.is_active
        and item.number != reservation.number
        and item.end > company.now
        and item.external_state is not ExternalState.CANCELLATION_REQUEST
    ]
    return SeriesNow(
        meets,
        min(dates, key=lambda item: (item.start, item.number), default=None),
        min(
            dates,
            key=lambda item: (abs(item.start - reservation.start), item.number),
            default=None,
        ),
    )
