"""A company whose store is full, written row by row without a tenant: what benchmarks look into."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 10, 19, 5, 30, tzinfo=UTC)
DAY = "2026-10-21"
_FIRST = datetime(2026, 10, 18, 7, 0, tzinfo=UTC)
_DAYS = 180
_SUBJECTS = (
    "Budget", "Sprint review", "Café with the board", "Interview", "Team lunch", "Stand-up",
    "Quarterly planning", "Handover", "Déjà vu workshop", "Steering committee", "One to one",
)  # fmt: skip
_FIRST_NAMES = ("Anna", "Bram", "Chloé", "David", "Emre", "Femke", "Gijs", "Hélène", "Iris", "Jan")
_LAST_NAMES = ("de Vries", "Bakker", "Müller", "Jansen", "Yılmaz", "Smit", "Novák", "Visser")
_ACTIONS = (
    ("event.created", "reservation {number} created: {subject!r}"),
    ("event.updated", "subject of {subject!r} is {subject!r}, was 'Untitled'"),
    ("reservation.cancelled", "reservation {number} cancelled by its organiser"),
    ("push.done", "reservation {number} written to Outlook"),
)


def environment(home: Path) -> dict[str, str]:
    # What pip installs has its bytecode beside it; a source tree may not be allowed to.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {
        "OBCTL_HOME": str(home), "OBCTL_NOW": NOW.isoformat(), "COLUMNS": "120",
        "PYTHONPYCACHEPREFIX": str(home / "bytecode"),
    }  # fmt: skip


def run(command: list[str], surroundings: dict[str, str], *, fine: tuple[int, ...] = (0,)) -> float:
    """CPU milliseconds of a command from start to end: what a busy machine does not change."""
    process = subprocess.Popen(
        command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in fine:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) * 1000


def make_company(home: Path) -> Path:
    """A company in `home`; returns where its store is."""
    command = [sys.executable, "-m", "obctl", "--quiet", "init", "bench"]
    command += ["--credential", "azure-cli"]
    subprocess.run(command, env=environment(home), check=True)
    return home / "bench" / "store.db"


def fill(path: Path, *, rooms: int, each: int, entries: int) -> None:
    """`each` meetings in each of `rooms` rooms, known to both sides, and a log of `entries`."""
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.execute("PRAGMA synchronous = OFF")
        store.execute("PRAGMA cache_size = -262144")
        store.execute("BEGIN")
        _fill_rooms(store, rooms)
        _fill_meetings(store, rooms, each)
        _fill_log(store, rooms, max(1, rooms * each), entries)
        store.execute("COMMIT")
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def person(number: int) -> tuple[str, str]:
    """Name and address of somebody of 2,000."""
    first = _FIRST_NAMES[number % len(_FIRST_NAMES)]
    last = _LAST_NAMES[number // len(_FIRST_NAMES) % len(_LAST_NAMES)]
    return f"{first} {last}", f"{first.lower()}.{number % 2000}@bench.example"


def subject(number: int) -> str:
    return f"{_SUBJECTS[number % len(_SUBJECTS)]} {number % 997}"


def _insert(store: sqlite3.Connection, table: str, rows: Iterator[dict[str, object]]) -> None:
    first = next(rows, None)
    if first is not None:
        marks = ", ".join(f":{name}" for name in first)
        sql = f"INSERT INTO {table} ({', '.join(first)}) VALUES ({marks})"
        store.execute(sql, first)
        store.executemany(sql, rows)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _fill_rooms(store: sqlite3.Connection, rooms: int) -> None:
    read = {"last_synced_at": _text(NOW), "verdict": "ok"}
    _insert(store, "rooms", (
        {"mailbox": f"room{n}@bench.example", "name": f"Room {n}", "location": f"House {n % 20}",
         "capacity": 8, "time_zone": "Europe/Amsterdam", "activated_at": "2020-01-01T00:00:00Z",
         **read}
        for n in range(1, rooms + 1)
    ))  # fmt: skip


def _fill_meetings(store: sqlite3.Connection, rooms: int, each: int) -> None:
    def meetings() -> Iterator[tuple[int, int, dict[str, object]]]:
        for room in range(1, rooms + 1):
            for turn in range(each):
                number = (room - 1) * each + turn + 1
                start = _FIRST + timedelta(days=turn % _DAYS, hours=2 * (turn // _DAYS % 6))
                name, email = person(number)
                yield number, room, {
                    "start_at": _text(start), "end_at": _text(start + timedelta(hours=1)),
                    "all_day": 0, "subject": subject(number), "organizer_name": name,
                    "organizer_email": email,
                }  # fmt: skip

    made = {"created_at": _text(NOW), "updated_at": _text(NOW)}
    link = {"status": "confirmed", "external_state": 10, "source": "outlook", "version": 1}
    _insert(store, "reservations", (
        {"number": number, "room": room, **common, **link, **made, "event_id": f"E{number}",
         "time_zone": "Europe/Amsterdam"}
        for number, room, common in meetings()
    ))  # fmt: skip
    seen = {
        "type": "singleInstance", "foreign_origin": 0, "is_cancelled": 0, "is_organizer": 0,
        "is_draft": 0, "response": "accepted", "show_as": "busy", "sensitivity": "normal",
        "change_key": "1", "time_zone": "W. Europe Standard Time", "room_invited": 1,
    }  # fmt: skip
    # Some were changed in Outlook since: differences to explain.
    _insert(store, "events", (
        {"room": room, "event_id": f"E{number}", **common, **seen,
         "subject": f"{common['subject']}{' (moved)' if number % 97 == 0 else ''}"}
        for number, room, common in meetings()
    ))  # fmt: skip
    _insert(store, "agreed_states", (
        {"reservation": number, "event_id": f"E{number}", **common, "version": 1,
         "event_subject": common["subject"], "change_key": "1", "agreed_at": _text(NOW)}
        for number, room, common in meetings()
    ))  # fmt: skip
    _insert(store, "services", (
        {"reservation": number, "kind": "catering", "description": f"lunch for {number % 9}",
         "quantity": 4, "status": "ordered"}
        for number in range(1, rooms * each + 1, 50)
    ))  # fmt: skip
    _insert(store, "cancellation_requests", (
        {"reservation": number, "reason": "unproven", "requested_at": _text(NOW), "status": "open"}
        for number in range(1, rooms * each + 1, max(1, rooms * each // 20))
    ))  # fmt: skip


def _fill_log(store: sqlite3.Connection, rooms: int, meetings: int, entries: int) -> None:
    chance = random.Random(1)
    start = NOW - timedelta(days=365)

    def lines() -> Iterator[dict[str, object]]:
        for entry in range(1, entries + 1):
            number = chance.randrange(1, meetings + 1)
            action, message = _ACTIONS[chance.randrange(len(_ACTIONS))]
            at = start + timedelta(days=365) * (entry / (entries + 1))
            about = subject(number)
            run = f"{at:%Y%m%d}T010000Z-bench"
            if entry <= entries // 5:
                action, run = "night.first", "first-night"
            if entry == entries // 3:
                message += " once-only"
            yield {
                "at": _text(at), "action": action, "room": 1 + number % rooms,
                "email": person(number)[1], "subject": about, "reservation": number,
                "event_id": f"E{number}", "run": run,
                "message": message.format(number=number, subject=about),
            }  # fmt: skip

    _insert(store, "company_log", lines())
