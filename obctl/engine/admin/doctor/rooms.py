"""Of every room: whose mailbox it is, one small view of its calendar, its free and busy times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from obctl.domain.counted import counted
from obctl.domain.directory import DirectoryEntry, same_id
from obctl.domain.event import EventId
from obctl.domain.room import Room
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import Listing
from obctl.engine.admin.doctor.finding import (
    Finding,
    Verdict,
    by_kind,
    named,
    ok,
    problem,
    unproven,
    warning,
)
from obctl.engine.admin.doctor.grants import Application, assign, grant, test_scope
from obctl.engine.outlook.mailbox_identity import GRANT
from obctl.engine.ports import Gateway
from obctl.engine.rooms.lockout import way_out
from obctl.errors import (
    CredentialRefused,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    ObctlError,
)

VIEW = timedelta(days=1)
"""How much of a calendar is looked at: its permission is what is in question."""

_IDENTITY = "room identity"

Entries = Mapping[str, DirectoryEntry | ObctlError | None]


@dataclass(frozen=True, slots=True)
class Calendars:
    """What the small views came to, and the id of some event among them."""

    findings: list[Finding] = field(default_factory=list)
    readable: tuple[Room, ...] = ()
    some_event: EventId | None = None


async def look_up(gateway: Gateway, rooms: Sequence[Room]) -> Entries:
    """Whose each room's address is: many ids on record at once, and by itself what differs."""
    known = {room.mailbox: room.object_id for room in rooms if room.object_id}
    entries = await gateway.look_up_ids(sorted(set(known.values()))) if known else {}
    found: dict[str, DirectoryEntry | ObctlError | None] = {}
    for mailbox, object_id in known.items():
        match entry := entries[object_id]:
            case DirectoryEntry() if entry.address.casefold() == mailbox.casefold():
                found[mailbox] = entry
            case NotAuthorised():
                found[mailbox] = entry
            case _:
                continue
    rest = [room.mailbox for room in rooms if room.mailbox not in found]
    return found | (await gateway.look_up_all(rest) if rest else {})


def examine_identities(
    rooms: Sequence[Room], entries: Entries, application: Application
) -> list[Finding]:
    """Of each room whether its mailbox is the one that was mapped; keyed by `room.mailbox`."""
    found: list[Finding] = []
    closed: NotAuthorised | None = None
    failed: dict[str, ObctlError] = {}
    same = 0
    new: list[str] = []
    for room in rooms:
        match entries[room.mailbox]:
            case None:
                found.append(
                    problem(
                        "room",
                        f"{room.mailbox}: the directory knows nobody by this address",
                        "compare the address with Exchange's",
                        remedy=f"obctl rooms show {room.mailbox}",
                        rooms=[room.mailbox],
                    )
                )
            case DirectoryEntry(object_id=there) if room.object_id and not same_id(
                there, room.object_id
            ):
                found.append(
                    problem(
                        "room",
                        f"{room.mailbox} is another mailbox now than the one that was mapped",
                        way_out(room),
                        remedy=f"obctl sync resync {room.mailbox}",
                        rooms=[room.mailbox],
                    )
                )
            case CredentialRefused() as error:
                failed[room.mailbox] = error
            case NotAuthorised() as error:
                closed = closed or error
            case ObctlError() as error:
                failed[room.mailbox] = error
            case DirectoryEntry():
                same += room.object_id is not None
                if room.object_id is None and room.last_synced_at is None:
                    new.append(room.mailbox)
    found += by_kind("room", failed)
    if same:
        found.append(
            ok(_IDENTITY, f"{same} of {counted(len(rooms), 'room')} {_are(len(rooms))} on record")
        )
    if new:
        told = f"no mailbox is on record yet for {named(new)}"
        first = "the first run puts it there"
        found.append(unproven(_IDENTITY, told, first, remedy="obctl sync run"))
    return found + _identity_check(rooms, closed, application)


def _identity_check(
    rooms: Sequence[Room], closed: NotAuthorised | None, application: Application
) -> list[Finding]:
    """Nights go on without the directory and believe less: that is a problem of its own."""
    unknown = [room.mailbox for room in rooms if room.object_id is None and room.last_synced_at]
    ambiguous = (
        "no object id is on record, and what seems to be gone may not be believed:"
        f" {named(unknown)}"
    )
    if closed is not None:
        off = f"off: {closed.message}; a mailbox made anew under a room's address is not recognised"
        return [
            problem(
                _IDENTITY,
                f"{off}; {ambiguous}" if unknown else off,
                f"{GRANT}, then: obctl sync run --full",
                remedy=grant("User.ReadBasic.All", application),
                rooms=unknown,
            )
        ]
    if unknown:
        full = "obctl sync run --full"
        return [problem(_IDENTITY, f"off: {ambiguous}", full, remedy=full, rooms=unknown)]
    return []


async def examine_calendars(
    gateway: Gateway, rooms: Sequence[Room], now: datetime, application: Application
) -> Calendars:
    """One small view of each room: what a night could not read is named here."""
    views = await gateway.fetch_views(rooms, TimeSpan(now, now + VIEW))
    failed = {name: view for name, view in views.items() if isinstance(view, ObctlError)}
    readable = tuple(room for room in rooms if room.mailbox not in failed)
    findings = by_kind(
        "calendars",
        failed,
        remedies={
            MailboxPermissionLost: test_scope(application),
            MailboxGone: "obctl rooms show {room}",
        },
    )
    if readable:
        findings.append(
            ok("calendars", f"{len(readable)} of {counted(len(rooms), 'room')} can be read")
        )
    odd = [name for name, view in views.items() if isinstance(view, Listing) and view.unreadable]
    if odd:
        findings.append(
            warning(
                "events",
                f"{named(odd)} show events that cannot be understood; they are left alone",
                "a run names each of them",
                remedy=f"obctl sync run --room {odd[0]} --dry-run",
                rooms=odd,
            )
        )
    ids = (
        event.series_master_id or event.id
        for view in views.values()
        if not isinstance(view, ObctlError)
        for event in view
    )
    return Calendars(findings, readable, next(ids, None))


async def examine_schedules(
    gateway: Gateway, rooms: Sequence[Room], now: datetime, application: Application
) -> list[Finding]:
    """getSchedule of each room that can be read. Nights do without; `rooms free` does not."""
    if not rooms:
        return []
    try:
        answers = await gateway.fetch_schedules(rooms, TimeSpan(now, now + VIEW))
    except CredentialRefused:
        raise
    except ObctlError as error:
        answers = {room.mailbox: error for room in rooms}
    failed = {name: one for name, one in answers.items() if isinstance(one, ObctlError)}
    remedies: dict[type[ObctlError], str] = {
        MailboxPermissionLost: assign("Calendars.Read", application)
    }
    findings = by_kind("free/busy", failed, remedies=remedies, verdict=Verdict.WARNING)
    if len(failed) < len(rooms):
        number = f"{len(rooms) - len(failed)} of {counted(len(rooms), 'room')}"
        told = f"{number} {'tells when it is' if len(rooms) == 1 else 'tell when they are'} free"
        findings.append(ok("free/busy", told))
    return findings


def _are(number: int) -> str:
    return "is the mailbox" if number == 1 else "are the mailboxes"
