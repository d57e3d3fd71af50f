"""What became of a service since a moment, by the company log: the words of the kitchen's sheet.

Compared are two states, then and now; what came and went in between is said too, as a sheet that
was printed meanwhile may show it.

| then        | now       | meanwhile             | words                        |
|-------------|-----------|-----------------------|------------------------------|
| not there   | ordered   |                       | new                          |
| not there   | cancelled |                       | new, and cancelled           |
| ordered     | cancelled |                       | cancelled                    |
| cancelled   | ordered   |                       | ordered again                |
| ordered     | ordered   | cancelled, restored   | cancelled, and ordered again |
| cancelled   | cancelled |                       | (not on the sheet)           |
| elsewhere   | here      |                       | moved from Berlin, 09:00     |
| here        | elsewhere |                       | moved to Berlin, 09:00       |
| other end   |           |                       | before until 10:00           |
| 8 of them   | 10        |                       | 2 more                       |
| 8 people    | 6 people  |                       | 2 people fewer               |
|             |           | a change of the rest  | changed                      |
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.company_log import Action, LogEntry
from obctl.domain.counted import counted
from obctl.domain.reservation import Reservation, ReservationNumber, Service
from obctl.domain.room import RoomId
from obctl.domain.told_times import before_of

READ = (
    Action.SERVICE_ADDED,
    Action.SERVICE_CANCELLED,
    Action.SERVICE_MOVED,
    Action.SERVICE_RESTORED,
    Action.EVENT_MOVED,
    Action.EVENT_RESTORED,
    Action.EVENT_UPDATED,
    Action.RESERVATION_CHANGED,
)
"""The actions that are asked about."""
_OF_SERVICE = re.compile(
    r"\w+ for (\d+) .*\(service (\d+)\)(?: (?:went to|came from) reservation (\d+))?$", re.DOTALL
)
_HANDED_OVER = re.compile(r"\d+ services? came from reservation (\d+)")
_NOTHING = "changed in Outlook in nothing that matters here"
_NEW_IDS = re.compile(r"reservation \d+ (?:has another event id now: |changed: ids$)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a service is wanted."""

    room: RoomId
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ServiceThen:
    """What a service was at the moment since when changes are told."""

    existed: bool
    ordered: bool
    quantity: int
    reservation: ReservationNumber


def by_service(entries: Iterable[LogEntry]) -> dict[int, list[LogEntry]]:
    """The entries that are about one service, by its id."""
    found: dict[int, list[LogEntry]] = {}
    for entry in entries:
        if entry.action.startswith("service.") and (words := _OF_SERVICE.match(entry.message)):
            found.setdefault(int(words[2]), []).append(entry)
    return found


def service_then(service: Service, entries: Sequence[LogEntry], *, cancelled: bool) -> ServiceThen:
    """The service as it was before its `entries`; `cancelled` is whether it is off now."""
    existed, ordered = True, not cancelled
    quantity, number = service.quantity, service.reservation
    for entry in reversed(entries):
        words = _OF_SERVICE.match(entry.message)
        quantity = int(words[1]) if words else quantity
        match entry.action:
            case Action.SERVICE_ADDED:
                existed, ordered = False, False
            case Action.SERVICE_CANCELLED:
                ordered = True
            case Action.SERVICE_RESTORED:
                ordered = False
            case Action.SERVICE_MOVED if words and entry.message.endswith(
                f"went to reservation {words[3]}"
            ):
                number = entry.reservation or number
            case _:
                pass
    return ServiceThen(existed, ordered, quantity, number)


def place_then(reservation: Reservation, entries: Iterable[LogEntry]) -> Place:
    """Where and when the reservation was before its `entries`."""
    room, start, end = reservation.room, reservation.start, reservation.end
    for entry in reversed(list(entries)):
        before = before_of(entry.message)
        room = entry.left_room or room
        start, end = before.start or start, before.end or end
    return Place(room, start, end)


def words_of_service(
    service: Service, then: ServiceThen, entries: Sequence[LogEntry], *, cancelled: bool
) -> list[str]:
    """What became of the service itself."""
    if not then.existed:
        return ["new, and cancelled" if cancelled else "new"]
    words = []
    if cancelled and then.ordered:
        words.append("cancelled")
    elif not cancelled and not then.ordered:
        words.append("ordered again")
    elif not cancelled and any(item.action == Action.SERVICE_CANCELLED for item in entries):
        words.append("cancelled, and ordered again")
    if more := service.quantity - then.quantity:
        words.append(f"{abs(more)} {'more' if more > 0 else 'fewer'}")
    return words


def words_of_meeting(entries: Iterable[LogEntry]) -> list[str]:
    """What became of its reservation, besides room and time."""
    people: list[int | None] = []
    words: list[str] = []
    untold = False
    for entry in entries:
        before = before_of(entry.message)
        if before.attendees is not None:
            people += before.attendees
        if found := _HANDED_OVER.match(entry.message):
            words.append(f"some came from reservation {found[1]}")
        elif entry.action in (Action.EVENT_UPDATED, Action.RESERVATION_CHANGED):
            quiet = entry.message == _NOTHING or _NEW_IDS.match(entry.message)
            untold = untold or not (before.is_told or entry.left_room or quiet)
    words += _people(people[0], people[-1]) if people else []
    return [*words, "changed"] if untold else words


def _people(then: int | None, now: int | None) -> list[str]:
    if then == now:
        return []
    if then is None and now is not None:
        return [f"now {counted(now, 'person', 'people')}"]
    if now is None or then is None:
        return ["number of people not known any more"]
    more = now - then
    return [f"{counted(abs(more), 'person', 'people')} {'more' if more > 0 else 'fewer'}"]
