"""Refusals stand in the company log like the changes they kept from being made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from obctl.domain.company_log import LogEntry
from obctl.domain.time_span import instant_text
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.errors import Refused, ResyncRequired
from obctl.store.company_log import append_log
from obctl.store.reservations import find_reservation

REFUSED = "reservation.refused"


@contextmanager
def refusals_logged(company: Company, wanted: LogEntry) -> Iterator[None]:
    """Log what a guard refuses in here: around the transaction, which takes back all else.

    What cannot be at all, a day that is no date, is nobody's refusal.
    """
    try:
        yield
    except (Refused, ResyncRequired) as error:
        why = f"{wanted.message}: {error.code}: {error.message}"
        with company.store.transaction():
            append_log(company.store, [replace(wanted, message=why)])
        raise


def wanted_of(company: Company, number: int, words: str) -> LogEntry:
    """What somebody wanted of a reservation, should it be refused: "not changed".

    Raises `UsageError` for a reservation that is not there.
    """
    reservation = find_reservation(company.store, number)
    return LogEntry(
        at=company.now,
        action=REFUSED,
        message=f"reservation {number} {words}:"
        f" {reservation.subject!r} {instant_text(reservation.start)}",
        room=reservation.room,
        email=reservation.organizer.email,
        subject=reservation.subject,
        reservation=reservation.number,
        event_id=reservation.event_id,
    )
