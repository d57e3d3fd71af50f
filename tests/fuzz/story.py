"""A building of three rooms, what happens in it, and the commands that have to cope with it.

A *stage* is a tenant and a store at one moment, kept as bytes and put up again for each case. A
*scene* is one command typed on a stage. Rembrandt and Vermeer have to do with each other (a meeting
moves); Hals has to do with nobody.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from calls import Call
from graph_proxy import GraphProxy, Spoil
from mutate import Answer
from odd_tenant import odd_principal, odd_tenant
from typer.testing import CliRunner

from obctl.cli.app import app
from obctl.domain.time_span import instant_text
from obctl.engine.admin.init import create_company
from obctl.sandbox.service import Service, make_service
from obctl.sandbox.state import Snapshot, load_exchange, restore_state, save_state
from obctl.sandbox.tenant_file import load_tenant

NOON = datetime(2026, 9, 14, 12, 0, tzinfo=UTC)
DAY = "2026-09-17"
NAMES = ("Rembrandt", "Vermeer", "Hals")
ANNA = "anna@contoso.example"
TENANT = """
[tenant]
domain = "contoso.example"
time_zone = "Europe/Amsterdam"
clock = "2026-09-14T12:00:00Z"
seed = 11

[[locations]]
name = "Amsterdam"
email = "amsterdam@contoso.example"

[[people]]
name = "Anna de Vries"
mailbox = "anna@contoso.example"
"""
ROOM = """
[[rooms]]
mailbox = "{mailbox}"
{principal}name = "{name}"
location = "Amsterdam"
capacity = 8
[rooms.processing]
BookingWindowInDays = 1080
DeleteSubject = false
AddOrganizerToSubject = false
"""


def mailbox_of(name: str) -> str:
    return f"{name.lower()}@contoso.example"


def untouched(_: Call, answer: Answer) -> Answer:
    return answer


def _tenant_text(oddities: int) -> str:
    addresses = [(name, mailbox_of(name)) for name in NAMES]
    rooms = [
        ROOM.format(mailbox=address, name=name, principal=odd_principal(oddities, address))
        for name, address in addresses
    ]
    odd = odd_tenant(oddities)
    if "[permissions]" in odd:
        # a scene maps a person's mailbox, and the scope is the rooms' alone
        scope = ", ".join(f'"{address}"' for address in (*dict(addresses).values(), ANNA))
        odd += f"scope = [{scope}]\n"
    return TENANT + "".join(rooms) + odd


@dataclass(frozen=True)
class Typed:
    """A command and what came of it."""

    words: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str
    exception: BaseException | None

    def json(self) -> Any:
        return msgspec.json.decode(self.stdout)


class Building:
    """One company and one tenant, at work behind the proxy."""

    def __init__(self, proxy: GraphProxy, home: Path, service: Service, now: datetime) -> None:
        self.proxy = proxy
        self.home = home
        self.service = service
        self.now = now
        self.listen_to(untouched)

    @property
    def tenant(self):
        return self.service.tenant

    @property
    def store(self) -> Path:
        return self.home / "contoso" / "store.db"

    def listen_to(self, spoil: Spoil) -> None:
        """Answer through `spoil` from now on."""
        names: dict[str, str] = {}
        for address in self.tenant.rooms:
            mailbox = self.tenant.exchange.directory.visible(address)
            assert mailbox is not None
            names |= {address: address, str(mailbox.id): address}
        self.proxy.serve(self.service, names, spoil)

    def later(self, delta: timedelta) -> None:
        self.tenant.advance(delta)
        self.now = self.tenant.now()

    def type(self, *words: str) -> Typed:
        environment = {
            "OBCTL_HOME": str(self.home),
            "OBCTL_NOW": instant_text(self.now),
            "OBCTL_GRAPH_TOKEN": "any",
            "OBCTL_COMPANY": "",
            "LOGNAME": "mia",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "TERM": "dumb",
        }
        done = CliRunner().invoke(app, list(words), env=environment)
        error = None if isinstance(done.exception, SystemExit) else done.exception
        said = (text.replace(self.home.name, "case-number") for text in (done.stdout, done.stderr))
        return Typed(words, done.exit_code, *said, error)

    def must(self, *words: str) -> Typed:
        done = self.type(*words)
        assert done.exit_code == 0, (words, done.stderr, done.exception)
        return done

    def must_or_three(self, *words: str) -> int:
        """The exit code of a command that may find problems, and nothing worse."""
        done = self.type(*words)
        assert done.exit_code in (0, 3), (words, done.stderr, done.exception)
        return done.exit_code

    def book(self, room: str, subject: str, start: str, end: str, **more: Any):
        return self.tenant.book(
            "anna@contoso.example", [mailbox_of(room)], subject,
            f"{DAY}T{start}", f"{DAY}T{end}", time_zone="Europe/Amsterdam", **more,
        )  # fmt: skip

    def number(self, subject: str) -> str:
        """The first reservation with this subject."""
        with closing(sqlite3.connect(self.store)) as store:
            row = store.execute(
                "SELECT min(number) FROM reservations WHERE subject = ?", (subject,)
            ).fetchone()
        return str(row[0])


WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"]},
    "range": {"type": "numbered", "startDate": DAY, "numberOfOccurrences": 4},
}


def _mapped(building: Building) -> None:
    """Three rooms that no run has looked at."""
    for name in NAMES:
        building.must(
            "rooms", "add", mailbox_of(name), "--name", name, "--location", "Amsterdam",
            "--capacity", "8", "--activated-at", "2026-01-01T00:00:00Z",
        )  # fmt: skip


def _settled(building: Building) -> None:
    """Meetings of every sort, in step."""
    made = building.service.handles
    for room, subject, start, end in (
        ("Rembrandt", "Moving", "09:00", "10:00"),
        ("Rembrandt", "Vanishing", "11:00", "12:00"),
        ("Rembrandt", "Steady", "13:00", "14:00"),
        ("Vermeer", "Ending", "09:30", "10:30"),
        ("Hals", "Shifting", "09:00", "10:00"),
        ("Hals", "Off", "11:00", "12:00"),
    ):
        made[subject] = building.book(room, subject, start, end)
    made["Board"] = building.book("Vermeer", "Board", "15:00", "16:00", recurrence=WEEKLY)
    building.later(timedelta(minutes=5))
    for words in (
        ("sync", "run"),
        _reserve("Ours", "16:00"),
        _reserve("Leaving", "17:30"),
        _reserve("Weeks", "18:30", "--repeat", "FREQ=WEEKLY;COUNT=3"),
    ):
        building.must(*words)
    for subject in ("Steady", "Moving"):
        building.must(
            "services", "add", building.number(subject), "--kind", "catering",
            "--description", "lunch", "--quantity", "8",
        )  # fmt: skip
    building.later(timedelta(minutes=5))
    building.must("subscriptions", "create", "--all", "--notification-url", building.proxy.hook)
    building.must("sync", "run")
    building.must("sync", "run")


def _reserve(subject: str, start: str, *more: str) -> tuple[str, ...]:
    return (
        "reservations", "create", "--room", "Hals", "--subject", subject,
        "--start", f"{DAY}T{start}", "--duration", "30m", "--organizer", "anna@contoso.example",
        *more,
    )  # fmt: skip


def _changed(building: Building) -> None:
    """What people did since: every row of the table of cancellations, and a move."""
    made, tenant = building.service.handles, building.tenant
    building.later(timedelta(hours=3))
    tenant.change(made["Moving"], rooms=[mailbox_of("Vermeer")])
    tenant.delete(mailbox_of("Rembrandt"), made["Vanishing"])
    tenant.cancel(made["Ending"])
    tenant.cancel(made["Off"])
    tenant.change(made["Shifting"], start=f"{DAY}T09:30", end=f"{DAY}T10:30")
    tenant.cancel(made["Board"], day=date(2026, 9, 24))
    tenant.change(
        made["Board"], day=date(2026, 10, 1), start="2026-10-01T14:00",
        end="2026-10-01T15:00",
    )  # fmt: skip
    building.book("Hals", "New", "13:00", "14:00")
    building.book("Rembrandt", "Sprint", "15:00", "16:00", recurrence=WEEKLY)
    building.later(timedelta(minutes=5))


def _pending(building: Building) -> None:
    """In step, but for what was reserved here and has yet to be written."""
    building.later(timedelta(hours=3))
    building.must(*_reserve("Pending", "12:30", "--no-push"))
    building.must(*_reserve("Course", "19:30", "--repeat", "FREQ=WEEKLY;COUNT=2", "--no-push"))
    building.must(
        "reservations", "change", building.number("Ours"), "--start", f"{DAY}T16:30", "--no-push"
    )
    for subject in ("Leaving", "Steady"):
        building.must("reservations", "cancel", building.number(subject), "--yes", "--no-push")


def _quiet(building: Building) -> None:
    """In step; three hours later."""
    building.later(timedelta(hours=3))


def _expiring(building: Building) -> None:
    """In step; the subscriptions are at the end of their life."""
    building.later(timedelta(days=4))


def _fresh(building: Building) -> None:
    """Meetings in Outlook that no run has ever seen."""
    building.book("Rembrandt", "First", "09:00", "10:00")
    building.book("Vermeer", "Board", "15:00", "16:00", recurrence=WEEKLY)
    for start in ("09", "10", "11", "13"):
        building.book("Hals", f"At {start}", f"{start}:00", f"{start}:30")
    building.later(timedelta(minutes=5))


STAGES: Mapping[str, tuple[str | None, Callable[[Building], None]]] = {
    "empty": (None, _mapped),
    "settled": ("empty", _settled),
    "changed": ("settled", _changed),
    "pending": ("settled", _pending),
    "quiet": ("settled", _quiet),
    "expiring": ("settled", _expiring),
    "fresh": ("empty", _fresh),
}
"""Each stage, the one it goes on from, and what happens meanwhile."""


@dataclass(frozen=True)
class Scene:
    """A command on a stage; subjects stand for their reservations' numbers."""

    name: str
    stage: str
    words: tuple[str, ...]

    @property
    def is_run(self) -> bool:
        return self.words[:2] == ("sync", "run")

    def typed(self, building: Building) -> Typed:
        words = [building.number(word[1:]) if word.startswith("#") else word for word in self.words]
        return building.type(*(building.proxy.hook if w == "HOOK" else w for w in words))


_MAKE = (
    f"reservations create --room Hals --subject Made --start {DAY}T13:00 --duration 1h"
    " --organizer anna@contoso.example"
)
SCENES = {
    name: Scene(name, stage, tuple(words.split()))
    for name, stage, words in (
        ("night", "changed", "sync run"),
        ("full", "changed", "sync run --full"),
        ("first", "fresh", "sync run"),
        ("outbox", "pending", "sync run"),
        ("renewals", "expiring", "sync run"),
        (
            "create", "quiet",
            _MAKE,
        ),
        (
            "create-series", "quiet",
            f"{_MAKE} --repeat FREQ=WEEKLY;COUNT=3",
        ),
        ("change", "quiet", f"reservations change #Ours --start {DAY}T16:30"),
        ("change-date", "quiet", f"reservations change #Weeks --start {DAY}T18:00"),
        ("change-room", "quiet", "reservations change #Ours --room Rembrandt"),
        ("cancel", "quiet", "reservations cancel #Ours --yes"),
        ("decline", "quiet", "reservations cancel #Shifting --yes"),
        ("subscribe", "quiet", "subscriptions create --all --notification-url HOOK"),
        ("renew", "expiring", "subscriptions renew --all"),
        ("unsubscribe", "quiet", "subscriptions remove --all --yes"),
        ("subscribed", "quiet", "subscriptions list"),
        ("add", "fresh", "rooms add anna@contoso.example --name Spare --not-a-room"),
        ("free", "quiet", f"rooms free --from {DAY}T13:00 --to {DAY}T14:00"),
        ("diff", "changed", f"diff {DAY}"),
        ("planner", "changed", f"planner {DAY}"),
        ("explain", "changed", "explain #Vanishing"),
        ("doctor", "quiet", "doctor"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A stage as bytes."""

    snapshot: bytes
    home: Path
    now: datetime


@dataclass
class Theatre:
    """Puts up stages in a folder of its own; each is prepared once."""

    proxy: GraphProxy
    folder: Path
    oddities: int = 0
    """Draws where the tenant differs from others; 0 has no oddities."""
    _kept: dict[str, Kept] = field(default_factory=dict)
    _put_up: int = 0

    def put_up(self, stage: str) -> Building:
        kept = self._kept.get(stage) or self._prepare(stage)
        self._put_up += 1
        home = self.folder / f"case-{self._put_up:06}"
        shutil.copytree(kept.home, home)
        snapshot = msgspec.json.decode(kept.snapshot, type=Snapshot)
        service = make_service(load_exchange(snapshot, None, frozen=True), {})
        restore_state(snapshot, service)
        return Building(self.proxy, home, service, kept.now)

    def take_down(self, building: Building) -> None:
        shutil.rmtree(building.home)

    def _prepare(self, stage: str) -> Kept:
        before, happens = STAGES[stage]
        building = self.put_up(before) if before is not None else self._build()
        happens(building)
        state = building.home / "state.json"
        save_state(state, building.service)
        kept = self._kept[stage] = Kept(state.read_bytes(), building.home, building.now)
        return kept

    def _build(self) -> Building:
        home = self.folder / "empty"
        home.mkdir()
        file = home / "tenant.toml"
        file.write_text(_tenant_text(self.oddities), "utf-8")
        loaded = load_tenant(file, clock=None, frozen=True)
        settings: dict[str, Any] = {
            "company.time_zone": "Europe/Amsterdam",
            "graph.url": self.proxy.url,
            "graph.credential": "token",
            "sync.future_days": 30,
        }
        create_company(home, "contoso", settings)
        service = make_service(loaded.exchange, loaded.handles)
        return Building(self.proxy, home, service, NOON)
