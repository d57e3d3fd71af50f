"""What a year of nights leaves in a store, and what pruning and compacting give back.

    python tests/benchmarks/retention.py [--rooms 50] [--nights 365] [--keep-days 90]

Plays the nights of a company on its store, by the store's own code: each night some meetings per
room are booked ahead, some are changed, and the log tells of it with originals. Once nothing is
pruned for the whole year, then the log is, and the store is compacted; once every night prunes.
Figures are of the rooms asked for, and beside them as of 500. Runs some minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from full_store import person, subject

from obctl.domain.company_log import Action, Entry
from obctl.domain.event import Event, EventId, EventType, Person, Response, SeriesKey
from obctl.domain.reservation import (
    ExternalState,
    Reservation,
    ReservationNumber,
    Source,
    Status,
)
from obctl.domain.room import Room, RoomId
from obctl.domain.values import replace
from obctl.store.compaction import compact
from obctl.store.database import Store, open_store
from obctl.store.events import save_events
from obctl.store.journal import Journal
from obctl.store.log_search import index_log
from obctl.store.reservation_text import index_reservations
from obctl.store.reservations import insert_reservations
from obctl.store.retention import prune_log
from obctl.store.rooms import add_room, save_pass
from obctl.store.runs import finish_run, start_run

BEGIN = datetime(2026, 1, 1, 1, tzinfo=UTC)
NEW, CHANGED = 3, 2
"""Meetings of each room that are booked, and changed, in a night."""
AHEAD = 60
FULL = 500
MB = 1_000_000


class Company:
    """A store, and what happens in it night by night."""

    def __init__(self, store: Store, rooms: int) -> None:
        self.store = store
        self.rooms = rooms
        self.chance = random.Random(1)
        self.number = 0
        self.standing: list[tuple[RoomId, Event]] = []
        with store.transaction():
            for room in range(1, rooms + 1):
                add_room(store, Room(RoomId(room), f"room{room}@bench.example", f"Room {room}",
                                     "House", "1", 8, "Europe/Amsterdam", BEGIN))  # fmt: skip

    def night(self, number: int, keep_days: int | None) -> None:
        """One run: what is new, what changed, the log; then what a night does beside."""
        now = BEGIN + timedelta(days=number)
        run = f"{now:%Y%m%dT%H%M%SZ}-abcdef"
        journal = Journal(self.store, "nightly run", lambda: now, run)
        with self.store.transaction():
            start_run(self.store, run, kind="sync", at=now)
            journal.note(Action.SYNC_STARTED, f"over {self.rooms} rooms")
            for room in range(1, self.rooms + 1):
                self._room(RoomId(room), now, journal)
                save_pass(self.store, RoomId(room), synced_at=now)
            journal.note(Action.SYNC_FINISHED, f"{self.rooms} rooms in step")
            finish_run(self.store, run, at=now, exit_code=0, report={"rooms": {"ok": self.rooms}})
        self.standing = [item for item in self.standing if item[1].end > now]
        if keep_days is not None:
            prune_log(self.store, now - timedelta(days=keep_days), now)
        index_log(self.store)
        index_reservations(self.store)

    def _room(self, room: RoomId, now: datetime, journal: Journal) -> None:
        fresh = [self._event(now) for _ in range(NEW)]
        own = [event for place, event in self.standing if place == room]
        changed = [
            self._changed(event, now) for event in self.chance.sample(own, min(CHANGED, len(own)))
        ]
        payloads = save_events(self.store, room, [*fresh, *changed])
        reservations = [self._reservation(room, event, now) for event in fresh]
        insert_reservations(self.store, reservations)
        journal.write(
            [
                Entry.about(reservation, Action.EVENT_CREATED, f"reservation {reservation.number}"
                            f" created: {reservation.subject!r}")
                for reservation in reservations
            ],
            payloads,
        )  # fmt: skip
        journal.write(
            [
                Entry(Action.EVENT_UPDATED, f"subject of {event.subject!r} is another", room=room,
                      event_id=event.id, subject=event.subject, email=event.organizer.email,
                      reservation=ReservationNumber(int(event.id.removeprefix("E"))))
                for event in changed
            ],
            payloads,
        )  # fmt: skip
        self.standing += [(room, event) for event in fresh]

    def _event(self, now: datetime) -> Event:
        self.number += 1
        start = now + timedelta(
            days=self.chance.randint(1, AHEAD), hours=self.chance.randint(6, 15)
        )
        event = Event(
            EventId(f"E{self.number}"), EventType.SINGLE, start, start + timedelta(hours=1),
            subject=subject(self.number), organizer=Person(*person(self.number)),
            ical_uid=f"{self.number:0112X}", series_key=SeriesKey(f"{self.number:016x}"),
            response=Response.ACCEPTED, change_key=str(self.number), created_at=now,
        )  # fmt: skip
        return replace(event, payload=original(event))

    def _changed(self, event: Event, now: datetime) -> Event:
        changed = replace(event, subject=subject(self.chance.randint(1, 10**6)), modified_at=now)
        return replace(changed, payload=original(changed))

    def _reservation(self, room: RoomId, event: Event, now: datetime) -> Reservation:
        return Reservation(
            number=ReservationNumber(int(event.id[1:])),
            room=room,
            subject=event.subject,
            organizer=event.organizer,
            start=event.start,
            end=event.end,
            time_zone="Europe/Amsterdam",
            all_day=False,
            status=Status.CONFIRMED,
            external_state=ExternalState.IN_STEP,
            source=Source.OUTLOOK,
            event_id=event.id,
            ical_uid=event.ical_uid,
            series_key=event.series_key,
            created_at=now,
            updated_at=now,
        )


def original(event: Event) -> bytes:
    """Something like what Graph sends of an event, of its usual size."""
    return json.dumps({
        "@odata.etag": f'W/"{event.change_key}"', "id": event.id, "subject": event.subject,
        "bodyPreview": f"{event.subject}: agenda and notes, {event.id}", "importance": "normal",
        "start": {"dateTime": event.start.isoformat(), "timeZone": "UTC"},
        "end": {"dateTime": event.end.isoformat(), "timeZone": "UTC"},
        "location": {"displayName": "House", "locationType": "default"},
        "organizer": {"emailAddress": {"name": event.organizer.name,
                                       "address": event.organizer.email}},
        "attendees": [{"type": "required", "status": {"response": "none"},
                       "emailAddress": {"name": person(number)[0], "address": person(number)[1]}}
                      for number in range(int(event.id[1:]), int(event.id[1:]) + 4)],
        "iCalUId": event.ical_uid, "isAllDay": False, "isCancelled": False,
        "type": "singleInstance",
    }).encode()  # fmt: skip


def play(path: Path, rooms: int, nights: int, keep_days: int | None) -> list[int]:
    """A year; the size of the store's file after each night."""
    sizes: list[int] = []
    with closing(open_store(path, create=True)) as store:
        company = Company(store, rooms)
        for number in range(nights):
            company.night(number, keep_days)
            sizes.append(size_of(store))
    return sizes


def size_of(store: Store) -> int:
    pages, page = store.row("PRAGMA page_count"), store.row("PRAGMA page_size")
    return pages[0] * page[0] if pages and page else 0


def free_in(store: Store) -> int:
    pages, page = store.row("PRAGMA freelist_count"), store.row("PRAGMA page_size")
    return pages[0] * page[0] if pages and page else 0


def timed(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--keep-days", type=int, default=90)
    given = parser.parse_args()
    end = BEGIN + timedelta(days=given.nights)
    before = end - timedelta(days=given.keep_days)

    def show(what: str, size: int, seconds: float | None = None) -> None:
        took = "" if seconds is None else f"   {seconds:6.1f} s CPU"
        full = size * FULL / given.rooms / MB
        print(f"{what:46} {size / MB:8.1f} MB   {full:8.0f} MB at {FULL} rooms{took}", flush=True)

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "store.db"
        sizes = play(path, given.rooms, given.nights, None)
        show(f"{given.nights} nights, nothing pruned", sizes[-1])
        with closing(open_store(path)) as store:
            seconds = timed(lambda: prune_log(store, before, end))
            show(f"log prune --older-than {given.keep_days}d frees", free_in(store), seconds)
            show("  the file is", size_of(store))
        seconds = timed(lambda: compact(path))
        show("store compact leaves", path.stat().st_size, seconds)

        path = Path(name) / "nightly.db"
        sizes = play(path, given.rooms, given.nights, given.keep_days)
        show(f"{given.nights} nights, each prunes what is over {given.keep_days} days", sizes[-1])
        with closing(open_store(path)) as store:
            free = free_in(store)
            show("  of it free, to be used again", free)
        compact(path)
        kept = path.stat().st_size
        show("  compacted", kept)
        print(f"the file is {sizes[-1] / kept:.2f} times what is in it")


if __name__ == "__main__":
    main()
