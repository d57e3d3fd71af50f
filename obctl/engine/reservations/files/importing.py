"""Reservations from a file: all of them or none, each made as `reservations create` makes one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from obctl.domain.company_log import Action
from obctl.domain.enums import Status
from obctl.domain.local_time import span_text
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.room import RoomId
from obctl.domain.time_span import TimeSpan
from obctl.engine.company import Company
from obctl.engine.ports import Connect
from obctl.engine.push.enqueue import enqueue
from obctl.engine.push.slot_guard import ensure_free_now
from obctl.engine.read_files import nothing_imported
from obctl.engine.reservations.create import NewReservation, made_of, slots_of
from obctl.engine.reservations.files.csv_file import read_csv
from obctl.engine.reservations.files.entries import PAST, FileContents, FileEntry, Rooms
from obctl.engine.reservations.files.exporting import own_number
from obctl.engine.reservations.files.ical_file import read_ical
from obctl.engine.reservations.refusals import record
from obctl.engine.reservations.saved import Saved, push_saved
from obctl.errors import ObctlError, UsageError
from obctl.store.imported import ImportKey, load_imported, save_imported
from obctl.store.reservations import insert_reservations, load_numbers, next_number

MOST = 10_000
"""Reservations that one file may hold: a longer one is imported in parts."""
THERE = "there already"
_NOBODY = ReservationNumber(0)


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry of a file, and the times that it takes."""

    entry: FileEntry
    slots: Sequence[TimeSpan]

    @property
    def new(self) -> NewReservation:
        entry = self.entry
        return NewReservation(
            room=entry.room,
            subject=entry.subject,
            start=entry.span.start,
            end=entry.span.end,
            organizer=entry.organizer,
            repeat=entry.repeat,
            attendees=entry.attendees,
            notes=entry.notes,
            tentative=entry.tentative,
        )


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import makes: `left_out` counts by reason what of the file it does not."""

    planned: tuple[Planned, ...]
    left_out: Mapping[str, int]

    @property
    def dates(self) -> int:
        return sum(len(item.slots) for item in self.planned)


@dataclass(frozen=True, slots=True)
class Imported:
    """What was made, each series by its first date, and what became of the writes to Outlook."""

    plan: ImportPlan
    made: Sequence[Reservation]
    saved: Saved


def plan_import(company: Company, path: Path) -> ImportPlan:
    """What importing the file would make now, by the store alone.

    Raises `UsageError` that names every problem with its line; nothing is imported then.
    """
    if path.suffix.lower() not in (".csv", ".ics"):
        raise UsageError(f"{path} is neither .csv nor .ics", code="bad-file")
    rooms = Rooms(company.store)
    if path.suffix.lower() == ".csv":
        found = read_csv(path, rooms)
    else:
        found = read_ical(path, rooms, company.now)
    left_out = Counter(found.left_out)
    fresh = _fresh(company, found, left_out)
    planned = [item for entry in fresh if (item := _planned(company, entry, found, left_out))]
    if sum(len(item.slots) for item in planned) > MOST:
        raise UsageError(
            f"{path} holds more than {MOST} reservations",
            hint="import it in parts",
            code="bad-file",
        )
    _note_overlaps(planned, found)
    if found.problems:
        ordered = sorted(found.problems)
        raise nothing_imported(path, [f"line {line}: {what}" for line, what in ordered])
    return ImportPlan(tuple(planned), left_out)


async def import_file(company: Company, connect: Connect | None, path: Path) -> Imported:
    """Make every reservation of the file, here and in Outlook; or none.

    Without `connect` the writes to Outlook are left to the next sync run. Raises what `plan_import`
    raises, and `Refused` (slot-taken) where Outlook has something in one of the times.
    """
    store = company.store
    seen = store.changed_elsewhere()
    plan = plan_import(company, path)
    if connect is not None and plan.planned:
        await _ensure_free_in_outlook(company, connect, plan)
    made: list[Reservation] = []
    firsts: list[Reservation] = []
    with store.transaction():
        if store.changed_elsewhere() != seen:
            # somebody was here while Outlook was asked
            plan = plan_import(company, path)
        for item in plan.planned:
            dates = made_of(company, item.new, item.slots, next_number(store))
            insert_reservations(store, dates)
            enqueue(company, dates[0], PushAction.CREATE, repeat=item.entry.repeat)
            how = f"imported, {path.name} line {item.entry.line}"
            record(company, dates[0], Action.RESERVATION_CREATED, how)
            if item.entry.key is not None:
                save_imported(store, [(item.entry.key, dates[0].number)])
            made += dates
            firsts.append(dates[0])
    return Imported(plan, firsts, await push_saved(company, connect, made))


def _fresh(company: Company, found: FileContents, left_out: Counter[str]) -> list[FileEntry]:
    """The entries that are not here already; one that is here otherwise is a problem."""
    keyed = [entry for entry in found.entries if entry.key is not None]
    known = load_imported(company.store, [entry.key[0] for entry in keyed if entry.key])
    numbers = dict(known)
    for entry in keyed:
        # What came with a UID is that reservation, also where the UID looks like one of ours.
        if entry.key and (own := own_number(company, entry.key[0])) is not None:
            numbers.setdefault(entry.key, own)
    here = {
        item.number: item for item in load_numbers(company.store, sorted(set(numbers.values())))
    }
    fresh: list[FileEntry] = []
    lines: dict[ImportKey, int] = {}
    for entry in found.entries:
        if entry.key is None:
            fresh.append(entry)
            continue
        if entry.key in lines:
            found.wrong(entry.line, f"the UID of line {lines[entry.key]} again: {entry.key[0]}")
            continue
        lines[entry.key] = entry.line
        before = here.get(numbers.get(entry.key, _NOBODY))
        if before is None:
            fresh.append(entry)
        elif differs := _otherwise(before, entry):
            found.wrong(
                entry.line,
                f"is reservation {before.number} already, which is otherwise here ({differs}):"
                f" obctl reservations show {before.number}",
            )
        else:
            left_out[THERE] += 1
    return fresh


def _otherwise(before: Reservation, entry: FileEntry) -> str:
    """What a reservation does not have as the file says, in words; empty where it has all."""
    if before.status is Status.CANCELLED:
        return "cancelled"
    sides = {
        "room": (before.room, entry.room.id),
        "start": (before.start, entry.span.start),
        "end": (before.end, entry.span.end),
        "subject": (before.subject, entry.subject),
        "attendees": (before.attendees, entry.attendees),
        "notes": (before.notes or None, entry.notes),
    }
    return ", ".join(name for name, (here, there) in sides.items() if here != there)


def _planned(
    company: Company, entry: FileEntry, found: FileContents, left_out: Counter[str]
) -> Planned | None:
    if entry.repeat is None and entry.span.start < entry.span.end <= company.now:
        left_out[PAST] += 1
        return None
    planned = Planned(entry, ())
    try:
        return Planned(entry, slots_of(company, planned.new))
    except ObctlError as error:
        found.wrong(entry.line, error.message)
        return None


def _note_overlaps(planned: Iterable[Planned], found: FileContents) -> None:
    """What takes the same room at the same time as something else of the file."""
    slots = sorted(
        (
            (item.entry.room.id, slot.start, slot.end, item.entry)
            for item in planned
            for slot in item.slots
        ),
        key=lambda slot: slot[:3],
    )
    for _room, group in groupby(slots, key=lambda slot: slot[0]):
        until, holder = None, None
        for _id, start, end, entry in group:
            if until is not None and holder is not None and start < until:
                when = span_text(start, end, entry.room.time_zone)
                found.wrong(entry.line, f"{entry.room.name} {when} is taken by line {holder.line}")
            if until is None or end > until:
                until, holder = end, entry


async def _ensure_free_in_outlook(company: Company, connect: Connect, plan: ImportPlan) -> None:
    gateway = await connect()
    by_room: dict[RoomId, list[Planned]] = {}
    for item in plan.planned:
        by_room.setdefault(item.entry.room.id, []).append(item)
    for items in by_room.values():
        slots = sorted((slot for item in items for slot in item.slots), key=lambda s: s.start)
        await ensure_free_now(company, gateway, items[0].entry.room, slots)
