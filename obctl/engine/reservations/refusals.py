"""Refused changes are logged like those that were made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from obctl.domain.company_log import Action, Entry
from obctl.domain.local_time import zoned_text
from obctl.domain.reservation import Reservation
from obctl.domain.told_changes import people_changed, times_changed
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.errors import Refused, ResyncRequired
from obctl.store.reservations import find_reservation


@contextmanager
def refusals_logged(company: Company, wanted: Entry) -> Iterator[None]:
    """Log what a guard refuses in here: around the transaction, which takes back all else.

    A mistake, such as a day that is no date, is not logged.
    """
    try:
        yield
    except (Refused, ResyncRequired) as error:
        why = f"{wanted.message}: {error.code}: {error.message}"
        with company.store.transaction():
            company.journal.write([replace(wanted, message=why)])
        raise


def refusal_entry_of(company: Company, number: int, phrase: str) -> Entry:
    """The entry for a change of a reservation, should it be refused.

    `phrase` is for example "not changed".
    Raises `UsageError` for a reservation that is not there.
    """
    reservation = find_reservation(company.store, number)
    what = f"{reservation.subject!r} {zoned_text(reservation.start, reservation.time_zone)}"
    message = f"reservation {number} {phrase}: {what}"
    return Entry.about(reservation, Action.RESERVATION_REFUSED, message)


def record(
    company: Company,
    reservation: Reservation,
    action: Action,
    phrase: str,
    note: str | None = None,
    *,
    before: Reservation | None = None,
) -> None:
    """Log a change of a reservation that was made, with what was noted about it.

    `before` is what it was: another time is told, and another room finds the entry as well.
    """
    what = f"{reservation.subject!r} {zoned_text(reservation.start, reservation.time_zone)}"
    message = f"reservation {reservation.number} {phrase}: "
    if before is not None:
        changed = times_changed(before, reservation) + people_changed(before, reservation)
        message += f"{'; '.join(changed)}: " if changed else ""
    message += what
    if note:
        message += f"; note: {note}"
    entry = Entry.about(reservation, action, message)
    if before is not None and before.room != reservation.room:
        entry = replace(entry, left_room=before.room)
    company.journal.write([entry])
