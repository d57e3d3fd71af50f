"""Whether reservations can be written into the rooms' calendars, asked without writing.

Only a role in the token proves it. That Graph refuses a change for its permission before it looks
for the event stands on no page of Microsoft's: that it refuses none is a sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from obctl.domain.counted import counted
from obctl.domain.event import EventId
from obctl.domain.room import Room
from obctl.domain.time_span import instant_text
from obctl.domain.token_claims import TokenClaims
from obctl.engine.admin.doctor.finding import Finding, by_kind, named, ok, problem, unproven
from obctl.engine.admin.doctor.grants import Application, assign
from obctl.engine.ports import Gateway
from obctl.errors import (
    EventChanged,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
)

_CHECK = "writing"
_PERMISSION = "Calendars.ReadWrite"
_TRIED = 20
"""Rooms in one run of `doctor`: it is to cost no more than a few nights."""
_PROOF = "only a write proves it: make one reservation, then cancel it by the number it gets"
_MADE_UP = EventId("")
"""Where no room shows an event that an id could be shaped after."""


async def examine_writing(
    gateway: Gateway,
    rooms: Sequence[Room],
    claims: TokenClaims | None,
    some_event: EventId | None,
    application: Application,
    now: datetime,
) -> list[Finding]:
    """From the token where it shows there; else each room is asked to change no event."""
    if not rooms:
        return []
    if claims is not None and _PERMISSION in claims.roles:
        return [ok(_CHECK, f"{_PERMISSION} stands in the token")]
    tried = _spread(rooms)
    answers = await gateway.probe_writing(tried, some_event or _MADE_UP)
    refusals: dict[str, ObctlError] = {}
    allowed, unclear, taken = [], [], []
    for mailbox, error in answers.items():
        match error:
            case None:
                taken.append(mailbox)
            case NotAuthorised():
                refusals[mailbox] = error
            case MailboxGone():
                unclear.append(mailbox)
            case NotFound() | EventChanged():
                allowed.append(mailbox)
            case _:
                unclear.append(mailbox)
    remedies: dict[type[ObctlError], str] = {
        MailboxPermissionLost: assign(_PERMISSION, application)
    }
    findings = by_kind(_CHECK, refusals, remedies=remedies)
    if taken:
        findings.append(_impossible(taken))
    if unclear:
        why = (
            "no room shows an event that the question could be shaped after"
            if some_event is None
            else "what Graph answered to the change of no event tells nothing"
        )
        findings.append(
            unproven(
                _CHECK,
                f"whether {named(unclear)} may be written: {why}",
                _PROOF,
                remedy=_reservation(unclear[0], now),
            )
        )
    if allowed:
        told = (
            f"{_share(len(allowed), len(tried))} no change of an event that does not"
            " exist: a sign that they may be written, and no proof"
        )
        findings.append(unproven(_CHECK, told, _PROOF, remedy=_reservation(allowed[0], now)))
    if len(tried) < len(rooms):
        findings.append(
            unproven(
                _CHECK,
                f"{_untried_text(len(rooms) - len(tried))} not tried: one in"
                f" {round(len(rooms) / len(tried))} was",
                "ask the next of them",
                remedy="obctl doctor" + "".join(f" --room {one}" for one in _untried(rooms, tried)),
            )
        )
    return findings


def _spread(rooms: Sequence[Room]) -> list[Room]:
    """All of them, or as many as one request holds, from everywhere in the list."""
    if len(rooms) <= _TRIED:
        return list(rooms)
    return [rooms[at * len(rooms) // _TRIED] for at in range(_TRIED)]


def _untried(rooms: Sequence[Room], tried: Sequence[Room]) -> list[str]:
    asked = {room.mailbox for room in tried}
    return [room.mailbox for room in rooms if room.mailbox not in asked][:_TRIED]


def _reservation(mailbox: str, now: datetime) -> str:
    """Fifteen minutes at an hour of tomorrow at which few meet; its organiser is the room."""
    start = instant_text(
        (now + timedelta(days=1)).replace(hour=5, minute=0, second=0, microsecond=0)
    )
    return (
        f"obctl reservations create --room {mailbox} --start {start} --duration 15m"
        f" --organizer {mailbox} --subject 'obctl doctor'"
    )


def _impossible(taken: Sequence[str]) -> Finding:
    return problem(
        _CHECK,
        f"{named(taken)}: the change of an event that does not exist was accepted; what answers"
        " there is not Graph",
        "check `[graph] url` and what lies between it and Graph",
        remedy="obctl config get graph.url",
        rooms=taken,
    )


def _share(some: int, whole: int) -> str:
    return f"{some} of {counted(whole, 'room')} {'refuses' if whole == 1 else 'refuse'}"


def _untried_text(number: int) -> str:
    return f"{counted(number, 'more room')} {'was' if number == 1 else 'were'}"
