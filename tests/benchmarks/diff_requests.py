"""What naming the causes of a day's differences costs in requests, beyond reading the calendars.

    python tests/benchmarks/diff_requests.py [--rooms 500] [--differences 50] [--kinds]

A tenant of the sandbox gets meetings of every kind, obctl reads it, and something happens to each
meeting: it is deleted, cancelled, moved to another room, loses a date. Then `diff` of the day,
`diff --room` and `explain` are run, and the requests that reach the sandbox counted: a `$batch` is
one. `--kinds` prints what was asked in them.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from obctl.sandbox.request import GraphRequest
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.tenant import Meeting, Tenant

DAY = date(2026, 9, 15)
NIGHT = "2026-09-14T12:00:00Z"
AFTER = "2026-09-14T18:00:00Z"
MEETINGS = 30
IN_A_BATCH = 20
MOST_BEYOND = 60
TENANT = f"""
[tenant]
domain = "bench.example"
time_zone = "Europe/Amsterdam"
clock = "{NIGHT}"

[generated]
rooms = {{rooms}}
meetings = {MEETINGS}
"""
DAILY = {
    "pattern": {"type": "daily", "interval": 1},
    "range": {"type": "numbered", "startDate": DAY.isoformat(), "numberOfOccurrences": 4},
}


@dataclass
class Case:
    """One meeting on the day, in `room`; `other` is a room that has nothing of it."""

    tenant: Tenant
    number: int
    room: str
    other: str
    hour: int
    meeting: Meeting | None = None

    @property
    def hours(self) -> dict[str, str]:
        return {"start": f"{DAY}T{self.hour}:00:00", "end": f"{DAY}T{self.hour + 1}:00:00"}

    @property
    def later(self) -> dict[str, str]:
        return {"start": f"{DAY}T{self.hour + 1}:00:00", "end": f"{DAY}T{self.hour + 2}:00:00"}

    def book(self, **more: Any) -> None:
        self.meeting = self.tenant.book(
            more.pop("organizer", f"person-{self.number:05}@bench.example"),
            [self.room], f"Case {self.number}", time_zone="Europe/Amsterdam", **self.hours, **more,
        )  # fmt: skip


Story = tuple[Callable[[Case], object], Callable[[Case], object]]


def meeting(case: Case) -> None:
    case.book()


def series(case: Case) -> None:
    case.book(recurrence=DAILY)


def from_outside(case: Case) -> None:
    room = case.tenant.exchange.directory.rooms[case.room]
    room.processing.process_external_meeting_messages = True
    case.book(organizer=f"guest{case.number}@elsewhere.example")


def nothing(_case: Case) -> None:
    """The meeting is not there yet."""


def rebook(case: Case) -> None:
    case.tenant.delete(case.room, case.meeting)
    case.book()


STORIES: dict[str, Story] = {
    "deleted in the room": (meeting, lambda c: c.tenant.delete(c.room, c.meeting)),
    "cancelled": (meeting, lambda c: c.tenant.cancel(c.meeting)),
    "date deleted": (series, lambda c: c.tenant.delete(c.room, c.meeting, day=DAY)),
    "date cancelled": (series, lambda c: c.tenant.cancel(c.meeting, day=DAY)),
    "series deleted": (series, lambda c: c.tenant.delete(c.room, c.meeting)),
    "other room": (meeting, lambda c: c.tenant.change(c.meeting, rooms=[c.other])),
    "other hours": (meeting, lambda c: c.tenant.change(c.meeting, **c.later)),
    "date at other hours": (series, lambda c: c.tenant.change(c.meeting, day=DAY, **c.later)),
    "new": (nothing, meeting),
    "new series": (nothing, series),
    "new from outside": (nothing, from_outside),
    "from outside, deleted": (from_outside, lambda c: c.tenant.delete(c.room, c.meeting)),
    "declined": (meeting, lambda c: c.tenant.respond(c.room, c.meeting, "declined")),
    "room typed": (meeting, lambda c: c.tenant.change(c.meeting, rooms=[], location="Upstairs")),
    "moved unseen": (meeting, lambda c: c.tenant.change(c.meeting, silent=True, **c.later)),
    "booked again": (meeting, rebook),
}


class Requests:
    """The requests that reached a sandbox; those inside a `$batch` are part of it."""

    def __init__(self, server: SandboxServer) -> None:
        self._calls: list[GraphRequest] = []
        server.service.journal = self._calls.append

    def taken(self) -> tuple[int, Counter[str]]:
        """How many since the last time, and of which kinds, batched or not."""
        inside = sum(len(c.fields()["requests"]) for c in self._calls if c.path == "$batch")
        kinds = Counter(_kind(call) for call in self._calls)
        found = len(self._calls) - inside, kinds
        self._calls.clear()
        return found


def _kind(call: GraphRequest) -> str:
    return f"{call.method} " + re.sub("(users|events)/[^/]+", r"\1/*", call.path)


def obctl(environment: dict[str, str], *words: str) -> str:
    """What a command prints; differences and rooms that could not be read are no failure."""
    command = [sys.executable, "-m", "obctl", "--quiet", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3, 8):
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--differences", type=int, default=50)
    parser.add_argument("--kinds", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(Path(name), arguments.rooms, arguments.differences, kinds=arguments.kinds)


def measure(folder: Path, rooms: int, differences: int, *, kinds: bool) -> None:
    tenant_file = folder / "tenant.toml"
    tenant_file.write_text(TENANT.format(rooms=rooms), "utf-8")
    with SandboxServer(tenant_file, frozen=True) as server:
        tenant, addresses = server.tenant, server.rooms
        requests = Requests(server)
        environment = {
            **os.environ, "OBCTL_HOME": str(folder), "OBCTL_GRAPH_TOKEN": "x", "OBCTL_NOW": NIGHT,
        }  # fmt: skip
        obctl(environment, "init", "bench", "--graph-url", server.url, "--credential", "token")
        lines = ["mailbox,name,location,floor,capacity,time_zone,activated_at"]
        lines += [
            f"{address},Room {number},Bench,1,8,Europe/Amsterdam,2020-01-01T00:00:00Z"
            for number, address in enumerate(addresses)
        ]
        (folder / "rooms.csv").write_text("\n".join(lines) + "\n", "utf-8")
        obctl(environment, "rooms", "import", str(folder / "rooms.csv"))
        stories = list(STORIES.items())
        cases = []
        for number in range(differences):
            room = addresses[number * 7 % rooms]
            other = addresses[(number * 7 + 3) % rooms]
            case = Case(tenant, number, room, other, 18 + 2 * (number // rooms))
            cases.append((stories[number % len(stories)], case))
        for (_name, (before, _befall)), case in cases:
            before(case)
        tenant.advance(timedelta(minutes=10))
        obctl(environment, "sync", "run")
        requests.taken()
        for (_name, (_before, befall)), case in cases:
            befall(case)
        tenant.set_clock(tenant.now().replace(hour=18))
        environment["OBCTL_NOW"] = AFTER
        found = obctl(environment, "diff", str(DAY), "--format", "csv").splitlines()
        show("diff", requests.taken(), ceil(rooms / IN_A_BATCH), kinds=kinds)
        print(f"{'':14} {len(found) - 1} differences")
        first = addresses[0]
        obctl(environment, "diff", str(DAY), "--room", first)
        show("diff --room", requests.taken(), 1, kinds=kinds)
        obctl(environment, "explain", "1")
        show("explain", requests.taken(), 1, kinds=kinds)


def show(what: str, taken: tuple[int, Counter[str]], views: int, *, kinds: bool) -> None:
    asked, found = taken
    print(f"{what:14} {asked} requests, {asked - views} beyond the {views} of the calendars"
          f" (at most {MOST_BEYOND})")  # fmt: skip
    for kind, count in found.most_common() if kinds else ():
        print(f"{'':14} {count:5} {kind}")


if __name__ == "__main__":
    main()
