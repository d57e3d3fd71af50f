"""A company on disk and a way to type commands at it, as a person would."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders import LAST_PASS, NOW, make_room, span_of, write_log
from new_company import new_company
from typer.testing import CliRunner

from obctl.cli.app import app
from obctl.domain.company_log import LogEntry
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation, Service, ServiceKind
from obctl.domain.room import Room, RoomId
from obctl.domain.time_span import instant_text
from obctl.store.database import Store, open_store
from obctl.store.events import save_events
from obctl.store.reservations import insert_reservations
from obctl.store.rooms import (
    ReadingState,
    add_room,
    load_rooms,
    save_pass,
    save_reading_state,
)
from obctl.store.services import add_service

ATRIUM, LIBERTY = RoomId(1), RoomId(2)
WIDTH = 80


@dataclass
class Desk:
    """One company; `run` types a command, `store` opens what the command left."""

    home: Path
    url: str = "http://127.0.0.1:9/v1.0"
    settings: Mapping[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        new_company(
            self.home,
            "contoso",
            {
                "company.time_zone": "Europe/Amsterdam",
                "graph.url": self.url,
                "graph.credential": "token",
                **self.settings,
            },
        )
        self.environment = {
            "OBCTL_HOME": str(self.home),
            "OBCTL_NOW": instant_text(NOW),
            "OBCTL_GRAPH_TOKEN": "any",
            "LOGNAME": "mia",
            "OBCTL_COMPANY": "",
            "COLUMNS": str(WIDTH),
            "NO_COLOR": "1",
            "TERM": "dumb",
            **self.environment,
        }

    def run(self, *words: str, typed: str | None = None) -> Any:
        """What a command answers: `exit_code`, `stdout`, `stderr`, `stdout_bytes`."""
        return CliRunner().invoke(app, list(words), input=typed, env=self.environment)

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = open_store(self.home / "contoso" / "store.db")
        try:
            yield store
        finally:
            store.close()

    def rooms(self, *rooms: Room) -> None:
        self._write(lambda store: [add_room(store, room) for room in rooms])

    def reservations(self, *reservations: Reservation) -> None:
        self._write(lambda store: insert_reservations(store, reservations))

    def service(self, reservation: int, kind: str, description: str, **changes: Any) -> None:
        fields = {"quantity": 1, **changes}
        self._write(
            lambda store: add_service(
                store, Service(0, reservation, ServiceKind(kind), description, **fields)
            )
        )

    def events(self, room: RoomId, *events: Event) -> None:
        self._write(lambda store: save_events(store, room, events))

    def was_read(self) -> None:
        """Every room was passed over last night, its Outlook read for the days around `NOW`."""
        span = span_of(NOW.date() - timedelta(days=2), 210)
        state = ReadingState(None, span.start, span.end, span.end)

        def read(store: Store) -> None:
            for room in load_rooms(store):
                save_reading_state(store, room.id, state)
                save_pass(store, room.id, synced_at=LAST_PASS)

        self._write(read)

    def logged(self, *entries: LogEntry) -> None:
        self._write(lambda store: write_log(store, entries))

    def _write(self, work: Callable[[Store], Any]) -> None:
        with self.store() as store, store.transaction():
            work(store)


def two_rooms() -> Sequence[Room]:
    """One in Amsterdam, one in New York."""
    return (
        make_room("Atrium"),
        make_room(
            "Liberty",
            id=LIBERTY,
            location="New York",
            floor="14",
            capacity=4,
            time_zone="America/New_York",
        ),
    )


def lines(text: str) -> list[str]:
    """What a person sees: no blanks at the end of a line."""
    return [line.rstrip() for line in text.splitlines()]
