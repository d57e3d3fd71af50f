"""The organiser's own copy of a meeting, and whom obctl may ask for one.

Most companies let obctl read rooms only. Then nothing is known, and that is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from obctl.domain.event import Event, Response, is_directory_name
from obctl.domain.foreign_text import decode
from obctl.domain.recurrence import Recurrence
from obctl.domain.room import Room


class OrganizerSays(StrEnum):
    """What the organiser's own calendar says of a meeting."""

    TAKES_PLACE = "takes place"
    CANCELLED = "is cancelled"
    GONE = "is not there"
    UNKNOWN = "cannot be read"


class WhyClosed(StrEnum):
    """Why a calendar cannot be read."""

    FORBIDDEN = "obctl may not read this mailbox"
    OUTSIDE = "the organiser is outside the company"
    NO_MAILBOX = "the organiser has no mailbox any more"
    NO_ADDRESS = "the organiser's address is not known"
    NO_ANSWER = "Graph gave no answer"


@dataclass(frozen=True, slots=True)
class OrganizerCopy:
    """A living meeting, or the one date of it, in its organiser's own calendar.

    `room_response` is what stands there beside the room; `None`: the room is no attendee.
    """

    event: Event
    location: str | None = None
    """The places it names, as people read them."""
    room_response: Response | None = None
    resources: int = 0
    """How many rooms and things are invited, whichever they are."""
    series: Recurrence | None = None
    """How the series goes there, of one date of which this is the copy."""

    def names(self, room: Room) -> bool:
        """Whether the room stands there as the place: by its whole name, or its address."""
        place = (self.location or "").casefold()
        words = (room.name.casefold(), room.mailbox.casefold())
        return any(word and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", place) for word in words)


@dataclass(frozen=True, slots=True)
class OrganizerReply:
    """What came of asking the organiser's calendar. A copy is there only where it takes place."""

    says: OrganizerSays
    copy: OrganizerCopy | None = None
    closed: WhyClosed | None = None
    """Why it cannot be read, where that is for another reason than what stands there."""


NOT_KNOWN = OrganizerReply(OrganizerSays.UNKNOWN)


def closed(why: WhyClosed) -> OrganizerReply:
    return OrganizerReply(OrganizerSays.UNKNOWN, closed=why)


def is_outside(address: str, domains: Collection[str]) -> bool:
    """Whether an address lies outside the company, whose mail domains its rooms show."""
    domain = "." + address.rpartition("@")[2].casefold()
    # rooms often live in a subdomain of their own
    return not any(domain.endswith(f".{own}") or f".{own}".endswith(domain) for own in domains)


class _Mailbox(msgspec.Struct):
    address: str | None = None


class _Status(msgspec.Struct):
    response: str | None = None


class _Attendee(msgspec.Struct, rename="camel"):
    type: str | None = None
    email_address: _Mailbox | None = None
    status: _Status | None = None


class _Place(msgspec.Struct, rename="camel"):
    display_name: str | None = None
    location_email_address: str | None = None


class _Original(msgspec.Struct):
    location: _Place | None = None
    locations: list[_Place] | None = None
    attendees: list[_Attendee] | None = None


_ORIGINAL = msgspec.json.Decoder(_Original)
_RESPONSES = {answer.value.lower(): answer for answer in Response}


def as_copy(event: Event, room: Room) -> OrganizerCopy | None:
    """The copy that an event of the organiser's calendar is, as it concerns `room`.

    `None` where it is not the organiser's, or does not say who is invited: neither does a name of
    Exchange's own directory.
    """
    try:
        original = decode(_ORIGINAL, event.payload)
    except msgspec.DecodeError:
        return None
    if not event.is_organizer or original.attendees is None:
        return None
    answer = _response(original.attendees, room)
    if answer is None and any(is_directory_name(_address(one)) for one in original.attendees):
        return None
    return OrganizerCopy(
        event,
        location=_places(original),
        room_response=answer,
        resources=sum((one.type or "").lower() == "resource" for one in original.attendees),
    )


def _places(original: _Original) -> str | None:
    places = [place for place in (original.location, *(original.locations or ())) if place]
    named = [name for place in places for name in (place.display_name,) if name]
    named += [place.location_email_address for place in places if place.location_email_address]
    return "; ".join(dict.fromkeys(named)) or None


def _response(attendees: list[_Attendee], room: Room) -> Response | None:
    address = room.mailbox.casefold()
    for one in attendees:
        if _address(one).casefold() == address:
            answer = one.status.response if one.status else None
            return _RESPONSES.get((answer or "").lower(), Response.NONE)
    return None


def _address(attendee: _Attendee) -> str:
    return (attendee.email_address and attendee.email_address.address) or ""
