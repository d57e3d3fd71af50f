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


def kinship(
    reservation: Reservation, event: Event, room_zone: ZoneInfo, *, proven: bool = False
) -> Kinship | None:
    """How `event` is the meeting of `reservation`; `None` where it is another one.

    `proven` says that Outlook itself called the reservation's own event off.
    """
    if is_same_date(reservation, event, room_zone):
        return Kinship.SAME_DATE
    if slot_of(event) is None or slot_of(reservation) != slot_of(event):
        return None
    same = is_same_booking(reservation, event, proven=proven)
    return Kinship.SAME_SLOT if same else None


def is_same_booking(reservation: Reservation, event: Event, *, proven: bool = False) -> bool:
    """Whether what stands in the slot of a reservation bears its subject, rewritten or not.

    What obctl wrote for another reservation is that one's. A room that shows the organiser in place
    of subjects does not tell what a meeting is about: after a cancellation that Outlook proves
    (`proven`) it counts as another one.
    """
    if pushed_for(event) not in (None, reservation.number):
        return False
    if plain(event.subject) in ("", plain(event.organizer.name or "")):
        return not proven
    same = plain(reservation.subject) == plain(event.subject)
    return same or is_rewritten(event, reservation.subject)


def slot_of(item: Reservation | Event) -> Slot | None:
    """When an item takes the room, and for whom; `None` where nobody is named."""
    if item.organizer.email is None:
        return None
    return item.start, item.end, item.all_day, item.organizer.email.casefold()
