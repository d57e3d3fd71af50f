"""One company and one small tenant on one clock: a test reads as what happens in a building.

Real parts throughout: the gateway over HTTP to the sandbox, a store in a file. Times are wall-clock
times in Amsterdam; "09:00" is that hour on `DAY`, "17 09:00" on the 17th, "2026-10-27 09:00" is
spelled out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from builders import ANNA, DAY, make_room
from hasty import HastyLoop
from new_company import new_company
from odd_tenant import odd_principal, odd_tenant

from obctl.config import Cloud, CredentialKind, GraphSettings
from obctl.domain.event import Event, EventId, Person
from obctl.domain.reservation import Reservation, ServiceKind, Status
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.run_report import RunReport
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.push.delivery import PushResult
from obctl.engine.push.dispatch import push_reservations
from obctl.engine.push.enqueue import CancelNotice
from obctl.engine.reservations import cancellation_requests, services
from obctl.engine.reservations.cancel import cancel_reservation
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.create import NewReservation, make_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.engine.run import run_sync
from obctl.engine.sync.one_room import reconcile_notified
from obctl.engine.sync.plan_room import PassOptions
from obctl.graph.gateway import open_gateway
from obctl.sandbox.actions import perform
from obctl.sandbox.faults import Fault, Faults
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.request import GraphRequest
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.service import Service, make_service
from obctl.sandbox.steps import Split
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.tenant_file import load_tenant
from obctl.store.cancellation_requests import load_requests
from obctl.store.company_log import LogFilter, search_log
from obctl.store.database import open_store
from obctl.store.outbox import load_pending
from obctl.store.reservations import Filter, search_reservations
from obctl.store.rooms import add_room, load_rooms

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NAMES = ("Rembrandt", "Vermeer", "Hals")
EVERYTHING = TimeSpan(datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
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

[[people]]
name = "Bram Bakker"
mailbox = "bram@contoso.example"
"""
ROOM = """
[[rooms]]
mailbox = "{mailbox}"
{principal}name = "{name}"
location = "Amsterdam"
capacity = 8
[rooms.processing]
BookingWindowInDays = 1080
EnforceSchedulingHorizon = false
"""
PLAIN = "DeleteSubject = false\nAddOrganizerToSubject = false\n"
"""Rooms that leave subjects alone; Hals rewrites them, as Exchange does by default."""

Result = TypeVar("Result")


def at(value: str | datetime) -> datetime:
    """A UTC instant from a wall-clock time in Amsterdam."""
    return datetime.fromisoformat(wall(value)).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def wall(value: str | datetime) -> str:
    """The same as the sandbox takes it."""
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).replace(tzinfo=None).isoformat()
    day, _, time = value.rpartition(" ")
    if not day:
        day = DAY.isoformat()
    elif len(day) <= 2:
        day = DAY.replace(day=int(day)).isoformat()
    return f"{day}T{time}"


def at_once(use_case: Coroutine[Any, Any, Result]) -> Result:
    """What a use case answers that leaves Outlook alone, and so waits for nothing.

    Wherever it is called: a loop may run already, as in the middle of somebody else's request.
    """
    try:
        use_case.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    raise AssertionError("it waits for somebody")


def mailbox_of(name: str) -> str:
    return f"{name.lower()}@contoso.example"


def weekly(
    start: date = DAY, *, count: int | None = None, until: date | None = None, **pattern: Any
) -> dict[str, Any]:
    """Graph's recurrence: weekly on the weekday of `start`."""
    shown = {"type": "weekly", "interval": 1, "daysOfWeek": [f"{start:%A}".lower()]} | pattern
    span: dict[str, Any] = {"type": "noEnd", "startDate": start.isoformat()}
    if count:
        span |= {"type": "numbered", "numberOfOccurrences": count}
    if until:
        span |= {"type": "endDate", "endDate": until.isoformat()}
    return {"pattern": shown, "range": span}


def daily(start: date = DAY, **span: Any) -> dict[str, Any]:
    found = weekly(start, **span)
    return found | {"pattern": {"type": "daily", "interval": 1}}


@dataclass
class Watched(Faults):
    """The sandbox's faults; sees every call that reaches a mailbox or the directory."""

    calls: list[tuple[str, str | None, str]] = field(default_factory=list)
    on_call: Callable[[str, str | None, str], None] = lambda *_: None

    def meet(self, method: str, mailbox: str | None, route: str) -> Fault | None:
        self.calls.append((method, mailbox, route))
        self.on_call(method, mailbox, route)
        return super().meet(method, mailbox, route)


PATIENCE = 30.0  # seconds without a byte, as long as obctl's own


class TenantServer:
    """A sandbox and a gateway to it, used again and again: opening them takes long.

    What failed is tried again soon, unless a test is about times: it is `hasty` no more, or waits
    for a `silence` of its own.
    """

    def __init__(
        self,
        server: SandboxServer,
        *,
        silence: float = PATIENCE,
        hasty: bool = True,
        cloud: Cloud = Cloud.GLOBAL,
        url: str | None = None,
    ) -> None:
        self.server = server
        loop = HastyLoop if hasty and silence >= PATIENCE else None
        self._runner = asyncio.Runner(loop_factory=loop)
        settings = GraphSettings(
            url=url or server.url, credential=CredentialKind.TOKEN, cloud=cloud
        )
        self._opened = open_gateway(settings, token="letmein", silence=silence)
        self._gateway = self._runner.run(self._opened.__aenter__())

    def ask(self, work: Callable[[Gateway], Awaitable[Result]]) -> Result:
        async def session() -> Result:
            return await work(self._gateway)

        return self._runner.run(session())

    def close(self) -> None:
        self._runner.run(self._opened.__aexit__(None, None, None))
        self._runner.close()


class Night:
    """A building, its Outlook and its Officebooking."""

    def __init__(self, tenant_server: TenantServer, company: Company) -> None:
        self.tenant_server = tenant_server
        self.server = server = tenant_server.server
        self.tenant = server.tenant
        self.company = company
        self.watched = Watched()
        server.service.faults = self.watched
        self.journal: list[GraphRequest] = []
        server.service.journal = self.journal.append

    # -- Officebooking -------------------------------------------------------------------------

    @property
    def store(self):
        return self.company.store

    @property
    def rooms(self) -> list[Room]:
        return load_rooms(self.store)

    def room(self, name: str) -> Room:
        return next(room for room in self.rooms if room.name == name)

    def configure(self, **changes: Any) -> None:
        """Change settings of `[sync]`."""
        sync = replace(self.company.config.sync, **changes)
        self.company = replace(self.company, config=replace(self.company.config, sync=sync))

    def all(self) -> list[Reservation]:
        return search_reservations(self.store, Filter())

    def reservations(self, *rooms: str, day: str | None = None) -> list[str]:
        """The active reservations as a person would read them, by start."""
        names = {room.id: room.name for room in self.rooms}
        return [
            shown(reservation, names[reservation.room])
            for reservation in self.all()
            if reservation.is_active
            and (not rooms or names[reservation.room] in rooms)
            and (day is None or f"{reservation.start.astimezone(AMSTERDAM):%m-%d}" == day)
        ]

    def only(self) -> Reservation:
        (found,) = [reservation for reservation in self.all() if reservation.is_active]
        return found

    def cater(self, number: int, people: int = 12, kind: ServiceKind = ServiceKind.CATERING):
        return services.add_service(self.company, number, kind, "lunch", people, None)

    def requests(self, status: RequestStatus | None = RequestStatus.OPEN) -> list[tuple[int, str]]:
        """Open cancellation requests: reservation and reason."""
        return [(item.reservation, item.reason.value) for item in load_requests(self.store, status)]

    def request(self):
        (found,) = load_requests(self.store, RequestStatus.OPEN)
        return found

    def approve(self) -> None:
        cancellation_requests.approve(self.company, [self.request().id], note=None)

    def reject(self, *, push_back: bool = False) -> None:
        cancellation_requests.reject(
            self.company, [self.request().id], note=None, push_back=push_back
        )

    def log(self, pattern: str = "*") -> list[str]:
        """Actions of the company log, oldest first."""
        found = search_log(self.store, LogFilter(action=pattern))
        return [entry.action for entry in sorted(found, key=lambda entry: entry.id or 0)]

    def make(
        self, room: str, subject: str, start: str, end: str, *, push: bool = True, **more: Any
    ) -> list[Reservation]:
        """Reserve in Officebooking, pushed at once unless told otherwise."""
        new = NewReservation(self.room(room), subject, at(start), at(end), ANNA, **more)
        made = at_once(make_reservation(self.company, None, new)).reservations
        if push:
            self.push(made[0].number)
        return list(made)

    def edit(
        self,
        number: int,
        *,
        scope: SeriesScope = SeriesScope.ONE,
        push: bool = True,
        room: str | None = None,
        start: str | None = None,
        end: str | None = None,
        subject: str | None = None,
    ) -> list[PushResult]:
        edit = Edit(
            room=self.room(room) if room else None,
            subject=subject,
            start=at(start) if start else None,
            end=at(end) if end else None,
        )
        changed = at_once(change_reservation(self.company, None, number, edit, scope))
        return self.push(*(item.number for item in changed.reservations)) if push else []

    def call_off(
        self,
        number: int,
        *,
        scope: SeriesScope = SeriesScope.ONE,
        push: bool = True,
        silent: bool = False,
    ) -> list[PushResult]:
        notice = CancelNotice(silent=silent)
        gone = at_once(cancel_reservation(self.company, None, number, scope, notice))
        return self.push(*(item.number for item in gone.reservations)) if push else []

    def push(self, *numbers: int) -> list[PushResult]:
        return self.ask(lambda gateway: push_reservations(self.company, gateway, numbers))

    def pending(self) -> list[tuple[int, str]]:
        return [(item.reservation, item.action.value) for item in load_pending(self.store)]

    # -- nights --------------------------------------------------------------------------------

    def ask(self, work: Callable[[Gateway], Awaitable[Result]]) -> Result:
        return self.tenant_server.ask(work)

    def run(self, *rooms: str, again: bool = True, **options: Any) -> RunReport:
        """A run over these rooms or all; then two more look, and find nothing left to do.

        The first of the two reads what changed, the second everything.
        """

        async def night(gateway: Gateway) -> RunReport:
            chosen = [room for room in self.rooms if not rooms or room.name in rooms]
            report = await run_sync(self.company, gateway, chosen, PassOptions(**options))
            trusted = report.exit_code == 0 and not report.push_failed
            if again and trusted and not options.get("dry_run"):
                for full in (False, True):
                    after = await run_sync(
                        self.company, gateway, chosen, PassOptions(dry_run=True, full=full)
                    )
                    left = [c.kind for plan in after.plans for c in plan.changes]
                    assert (full, left, after.problems) == (full, [], [])
            return report

        return self.ask(night)

    def sleep(self, days: int = 1, **time: int) -> None:
        self.tenant.advance(timedelta(days=days, **time))

    def settle(self) -> None:
        """The booking attendant does its work."""
        self.tenant.advance(minutes=5)

    def notify(self, room: str, *event_ids: str) -> None:
        """A live notification about these events is reconciled."""
        ids = frozenset(EventId(event) for event in event_ids)
        found = self.room(room)
        self.ask(lambda gateway: reconcile_notified(self.company, gateway, found, ids))

    # -- Outlook -------------------------------------------------------------------------------

    def book(
        self, rooms: str, subject: str, start: str, end: str, *, organizer: str = "anna",
        settle: bool = True, **more: Any,
    ) -> Meeting:  # fmt: skip
        """Somebody invites "Rembrandt" or "Rembrandt Vermeer"; the rooms answer."""
        meeting = self.tenant.book(
            f"{organizer}@contoso.example", [mailbox_of(room) for room in rooms.split()],
            subject, wall(start), wall(end), time_zone="Europe/Amsterdam", **more,
        )  # fmt: skip
        if settle:
            self.settle()
        return meeting

    def change(
        self, meeting: Meeting, *, rooms: str | None = None, settle: bool = True, **more: Any
    ) -> None:
        for name in ("start", "end"):
            if name in more:
                more[name] = wall(more[name])
        if isinstance(shown := more.get("recurrence"), dict):
            start = date.fromisoformat(shown["range"]["startDate"])
            more["recurrence"] = read_recurrence(shown, start=start, zone="Europe/Amsterdam")
        if rooms is not None:
            more["rooms"] = [mailbox_of(room) for room in rooms.split()]
        self.tenant.change(meeting, **more)
        if settle:
            self.settle()

    def cancel(self, meeting: Meeting, **more: Any) -> None:
        self.tenant.cancel(meeting, **more)

    def delete(self, room: str, meeting: Meeting, **more: Any) -> None:
        """A delegate removes the room's copy and tells nobody."""
        self.tenant.delete(mailbox_of(room), meeting, **more)

    def split(self, meeting: Meeting, day: date, **more: Any) -> Meeting:
        """`This and following`."""
        handles = self.server.service.handles
        handles["whole"] = meeting
        perform(self.server.service, Split(meeting="whole", day=day, name="rest", **more))
        self.settle()
        return handles["rest"]

    def act(self, step: Any) -> None:
        perform(self.server.service, step)

    def id_of(self, room: str, meeting: Meeting, day: date | None = None) -> str:
        return self.tenant.event_id(mailbox_of(room), meeting, day=day)

    def fail(self, kind: str, room: str | None = None, **more: Any) -> None:
        """Graph has a bad day."""
        address = mailbox_of(room) if room else None
        self.watched.active.append(Fault(kind, address, seconds=0, **more))  # type: ignore[arg-type]

    def recover(self) -> None:
        self.watched.clear()

    def outlook(self, room: str, *, days: int = 200) -> list[str]:
        """What takes the room in Outlook, in the words of `reservations`."""
        return [
            f"{room} {_times(event.start, event.end, all_day=event.all_day)} {event.subject}"
            for event in self.events(room, days=days)
            if event.takes_room
        ]

    def events(self, room: str, *, days: int = 200) -> list[Event]:
        found = self.room(room)
        span = TimeSpan(
            self.company.now - timedelta(days=2), self.company.now + timedelta(days=days)
        )
        view = self.ask(lambda gateway: gateway.fetch_view(found, span))
        return sorted(view, key=lambda event: event.start)


def shown(reservation: Reservation, room: str) -> str:
    words = [
        room,
        _times(reservation.start, reservation.end, all_day=reservation.all_day),
        reservation.subject,
    ]
    if reservation.status is not Status.CONFIRMED:
        words.append(f"({reservation.status})")
    if reservation.external_state != 10:
        words.append(f"[{int(reservation.external_state)}]")
    return " ".join(words)


def _times(start: datetime, end: datetime, *, all_day: bool) -> str:
    first, last = start.astimezone(AMSTERDAM), end.astimezone(AMSTERDAM)
    if all_day:
        days = (last.date() - first.date()).days
        return f"{first:%m-%d} all day" if days == 1 else f"{first:%m-%d} {days} days"
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%m-%d %H:%M}"
    return f"{first:%m-%d %H:%M}-{until}"


def tenant_text(names: tuple[str, ...] = NAMES, *, oddities: int = 0) -> str:
    rooms = [
        ROOM.format(
            mailbox=mailbox_of(name), name=name, principal=odd_principal(oddities, mailbox_of(name))
        )
        + (PLAIN if name != "Hals" else "")
        for name in names
    ]
    return TENANT + "".join(rooms) + odd_tenant(oddities)


def another_tenant(server: SandboxServer, file: Path, clock: str | None) -> None:
    """Put a new tenant behind a running server: starting one for each test takes longer."""
    loaded = load_tenant(file, clock=clock and datetime.fromisoformat(clock), frozen=True)
    fresh = make_service(loaded.exchange, loaded.handles)
    server.tenant = fresh.tenant
    for part in fields(Service):
        setattr(server.service, part.name, getattr(fresh, part.name))


@contextmanager
def nightfall(
    tenant_server: TenantServer,
    folder: Path,
    *,
    names: tuple[str, ...] = NAMES,
    clock: str | None = None,
    activated_at: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    oddities: int = 0,
) -> Iterator[Night]:
    """A `Night` in `folder` on which nothing has happened yet; `oddities` draws its tenant."""
    file = folder / "tenant.toml"
    file.write_text(tenant_text(names, oddities=oddities), "utf-8")
    server = tenant_server.server
    another_tenant(server, file, clock)
    settings = {
        "graph.url": server.url,
        "graph.credential": "token",
        "company.time_zone": "Europe/Amsterdam",
    }
    config = new_company(folder / "home", "contoso", settings)
    store = open_store(config.store_path)
    try:
        for name in names:
            mailbox = mailbox_of(name)
            add_room(
                store,
                make_room(name, object_id=None, mailbox=mailbox, activated_at=activated_at),
            )
        config = replace(config, sync=SyncSettings(future_days=30))
        yield Night(tenant_server, Company(config, store, server.tenant.now, "Sam"))
    finally:
        store.close()


BRAM = Person("Bram Bakker", "bram@contoso.example")


def numbers(night: Night) -> dict[str, int]:
    """The reservations that stand, by the day on which each starts in UTC: month and day."""
    return {f"{item.start:%m-%d}": item.number for item in night.all() if item.is_active}


def ordered(night: Night) -> dict[int, int]:
    """How many services are ordered for each reservation that has any, by its number."""
    return {r.number: len(r.ordered_services) for r in night.all() if r.ordered_services}
