"""Whether a reservation that lost its event and an event beside it are the same meeting.

Calendar repair, an invitation sent again and imports show one meeting under another id: the date
of its series tells, or else the slot, the organiser and the subject.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from zoneinfo import ZoneInfo

from obctl.domain.event import Event, plain
from obctl.domain.outbox import pushed_for
from obctl.domain.reservation import Reservation
from obctl.domain.series.same_date import is_same_date
from obctl.domain.sync.merge import is_rewritten

Slot = tuple[datetime, datetime, bool, str]
"""Start, end, whether these are days, and whose it is."""


class Kinship(IntEnum):
    """In what way an event is the meeting of a reservation that lost its own.

    The lower the closer.
    """

    SAME_DATE = 1
    SAME_SLOT = 2


def kinship(reservation: Reservation, event: Event, room_zone: ZoneInfo) -> Kinship | None:
    """How `event` is the meeting of `reservation`; `None` where it is another one."""
    if is_same_date(reservation, event, room_zone):
        return Kinship.SAME_DATE
    if slot_of(event) is None or slot_of(reservation) != slot_of(event):
        return None
    return Kinship.SAME_SLOT if is_same_booking(reservation, event) else None


def is_same_booking(reservation: Reservation, event: Event) -> bool:
    """Whether what stands in the slot of a reservation bears its subject, rewritten or not.

    What obctl wrote for another reservation is that one's.
    """
    if pushed_for(event) not in (None, reservation.number):
        return False
    same = plain(reservation.subject) == plain(event.subject)
    return same or is_rewritten(event, reservation.subject)


def slot_of(item: Reservation | Event) -> Slot | None:
    """When an item takes the room, and for whom; `None` where nobody is named."""
    if item.organizer.email is None:
        return None
    return item.start, item.end, item.all_day, item.organizer.email.casefold()
