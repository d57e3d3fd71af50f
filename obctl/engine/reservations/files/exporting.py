"""Reservations into a file, under ids that tell them again when the file comes back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.engine.company import Company
from obctl.store.imported import uids_of


def uids_for(company: Company, reservations: Sequence[Reservation]) -> dict[ReservationNumber, str]:
    """The UID of each: the one that it came with, else one of this company's own."""
    name = company.config.company
    own = {item.number: f"obctl-{name}-{item.number}" for item in reservations}
    return own | uids_of(company.store, list(own))


def own_number(company: Company, uid: str) -> ReservationNumber | None:
    """The number of the reservation that this company exported under a UID."""
    found = re.fullmatch(rf"obctl-{re.escape(company.config.company)}-(\d{{1,15}})", uid)
    return ReservationNumber(int(found[1])) if found else None
