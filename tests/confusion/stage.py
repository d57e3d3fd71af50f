"""Plays many stories at once: one sandbox, one company, one clock; and asks what obctl says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from builders import make_room
from new_company import new_company
from night import TenantServer, another_tenant

from confusion.cast import TENANT, Cast
from confusion.doings import Doings
from confusion.listening import listening
from confusion.story import BEGIN, BESIDE, Do, Setting, Story
from obctl.domain.causes.story import Story as Told
from obctl.domain.difference import Cause, Difference, DifferenceKind
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.compare.diff import RoomComparison, compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.engine.run import run_sync
from obctl.engine.sync.plan_room import PassOptions
from obctl.errors import ObctlError
from obctl.sandbox.server import SandboxServer
from obctl.store.cancellation_requests import load_requests
from obctl.store.database import open_store
from obctl.store.reservations import Filter, search_reservations
from obctl.store.rooms import add_room, load_rooms

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
Result = TypeVar("Result")


@dataclass
class Seen:
    """What obctl said of one story."""

    cast: Cast
    compared: list[RoomComparison] = field(default_factory=list)
    alone: list[RoomComparison] = field(default_factory=list)
    """The same by `diff --room`, each room by itself, where there is more than one."""
    explained: list[Told] = field(default_factory=list)
    requested: dict[int, str] = field(default_factory=dict)
    """By reservation, the cause that the next run gave in the request that it made."""
    broken: str | None = None
    """Why the story could not be played."""

    @property
    def story(self) -> Story:
        return self.cast.story

    @property
    def differences(self) -> list[Difference]:
        return [found for item in self.compared for found in item.differences]

    @property
    def has_lost(self) -> bool:
        """Whether Outlook lacks something, so that a run may make a request."""
        kinds = {found.kind for found in self.differences}
        return DifferenceKind.MISSING_IN_OUTLOOK in kinds


class Stage:
    """The stories of one `Setting`, from their Monday to the last look."""

    def __init__(
        self, tenant_server: TenantServer, company: Company, casts: Sequence[Cast], url: str
    ) -> None:
        self.tenant_server = tenant_server
        self.company = company
        self.seen = {cast.key: Seen(cast) for cast in casts}
        self.on_look: Callable[[], None] = lambda: None
        """Called whenever something is about to be asked."""
        self.doings = Doings(company, tenant_server, url)

    def play(self) -> list[Seen]:
        """Everything that happens in the order of its time; at each moment runs, then looks."""
        events: list[tuple[datetime, int, int, Do | None]] = []
        for key, seen in self.seen.items():
            events += [
                (seen.cast.setting.instant(act.when), _RUN if act.do.verb == "run" else 0, key,
                 act.do)
                for act in seen.story.acts
            ]  # fmt: skip
            events.append((seen.cast.setting.instant(seen.story.look), _LOOK, key, None))
        events.sort(key=lambda event: event[:2])
        for (moment, phase), due in groupby(events, key=lambda event: event[:2]):
            self.doings.go_to(moment)
            living = [(self.seen[key], do) for _, _, key, do in due if not self.seen[key].broken]
            if phase == _LOOK:
                self._look([seen for seen, _ in living])
            elif phase == _RUN:
                self._run([(seen, do) for seen, do in living if do])
            else:
                self._do([(seen, do) for seen, do in living if do])
        return list(self.seen.values())

    def _do(self, due: Iterable[tuple[Seen, Do]]) -> None:
        for seen, do in due:
            try:
                self.doings.do(seen.cast, do)
            except (ObctlError, AssertionError, LookupError, ValueError) as error:
                seen.broken = f"{do}: {type(error).__name__}: {error}"

    def _run(self, due: Sequence[tuple[Seen, Do]]) -> None:
        """One run for all that ask for the same kind of it at this moment."""
        kinds: dict[tuple[tuple[str, Any], ...], list[str]] = {}
        for seen, do in due:
            options = tuple((name, do.given[name]) for name in do.given if name != "rooms")
            rooms = [seen.cast.mailbox(one) for one in do.given["rooms"]] or seen.cast.mailboxes
            kinds.setdefault(options, []).extend(rooms)
        rooms = {room.mailbox: room for room in load_rooms(self.company.store)}
        for options, mailboxes in kinds.items():
            chosen = [rooms[mailbox] for mailbox in mailboxes if mailbox in rooms]
            self.ask(
                lambda gateway, chosen=chosen, options=options: run_sync(
                    self.company, gateway, chosen, PassOptions(**dict(options))
                )
            )

    # -- what obctl says -----------------------------------------------------------------------

    def _look(self, due: Sequence[Seen]) -> None:
        self.on_look()
        by_span: dict[tuple[int, int], list[Seen]] = {}
        for seen in due:
            by_span.setdefault(seen.story.span, []).append(seen)
        for span, those in by_span.items():
            self.ask(lambda gateway, span=span, those=those: self._ask_all(gateway, span, those))

    async def _ask_all(
        self, gateway: Gateway, span: tuple[int, int], those: Sequence[Seen]
    ) -> None:
        """`diff` of all their rooms; then, as commands of their own, of each room and item."""
        setting = those[0].cast.setting
        first, last = (setting.day(number) for number in span)
        rooms = {room.mailbox: room for room in load_rooms(self.company.store)}
        owners = {mailbox: seen for seen in those for mailbox in seen.cast.mailboxes}
        chosen = [rooms[mailbox] for mailbox in owners if mailbox in rooms]
        together = Outlook(self.company, gateway)
        for item in await compare_rooms(self.company, together, chosen, first, last):
            owners[item.room.mailbox].compared.append(item)
        # one for all: what was read once need not be read again for each of a hundred commands
        outlook = Outlook(self.company, gateway)
        for seen in those:
            mine = [rooms[mailbox] for mailbox in seen.cast.mailboxes if mailbox in rooms]
            if len(mine) > 1:
                for room in mine:
                    seen.alone += await compare_rooms(self.company, outlook, [room], first, last)
            for wanted in self._items(seen, mine):
                seen.explained.append(await explain_item(self.company, outlook, wanted))
        if not setting.group:
            lost = [seen for seen in those if seen.has_lost]
            mailboxes = [mailbox for seen in lost for mailbox in seen.cast.mailboxes]
            await self._run_on(gateway, lost, [rooms[one] for one in mailboxes if one in rooms])

    async def _run_on(
        self, gateway: Gateway, those: Sequence[Seen], chosen: Sequence[Room]
    ) -> None:
        """A run over rooms whose stories are over: what its requests say of them."""
        if not chosen:
            return
        before = {request.id for request in load_requests(self.company.store, RequestStatus.OPEN)}
        await run_sync(self.company, gateway, chosen, PassOptions())
        made = {
            int(request.reservation): request.cause.code
            for request in load_requests(self.company.store, RequestStatus.OPEN)
            if request.id not in before and request.cause
        }
        for seen in those:
            numbers = {found.reservation for found in seen.differences}
            seen.requested = {number: code for number, code in made.items() if number in numbers}

    def _items(self, seen: Seen, rooms: Sequence[Room]) -> list[str]:
        """What `explain` is asked about: the first differences, or the first reservations."""
        if seen.differences:
            about = [found for found in seen.differences if found.subject != BESIDE]
            items = [str(found.reservation or found.event_id) for found in about]
        else:
            ids = {room.id for room in rooms}
            held = search_reservations(self.company.store, Filter())
            items = [
                str(one.number)
                for one in held
                if one.room in ids and one.is_active and one.subject != BESIDE
            ]
        return items[: seen.story.asks]

    def ask(self, work: Callable[[Gateway], Awaitable[Result]]) -> Result:
        return self.tenant_server.ask(work)


_RUN, _LOOK = 1, 2


@contextmanager
def staged(
    tenant_server: TenantServer, folder: Path, setting: Setting, stories: Sequence[Story]
) -> Iterator[Stage]:
    """A tenant and a company in `folder` on the stories' Monday; nothing has happened yet."""
    casts = [Cast(story, key, setting) for key, story in enumerate(stories, start=1)]
    begin = setting.instant(BEGIN)
    file = folder / "tenant.toml"
    text = TENANT.format(clock=begin.isoformat().replace("+00:00", "Z"), seed=11)
    file.write_text(text + "".join(cast.toml() for cast in casts), "utf-8")
    wanted = any(act.do.verb == "subscribe" for cast in casts for act in cast.story.acts)
    with ExitStack() as open_until_told:
        if wanted:
            # what carries notifications knows one tenant only
            server = open_until_told.enter_context(SandboxServer(file, frozen=True))
            tenant_server = TenantServer(server)
            open_until_told.callback(tenant_server.close)
        else:
            another_tenant(tenant_server.server, file, None)
        company = _company(tenant_server.server, folder, setting, casts)
        open_until_told.callback(company.store.close)
        url = open_until_told.enter_context(listening(company)) if wanted else ""
        yield Stage(tenant_server, company, casts, url)


def _company(
    server: SandboxServer, folder: Path, setting: Setting, casts: Sequence[Cast]
) -> Company:
    """A company that knows the stories' rooms and nothing of what is in them."""
    settings = {
        "graph.url": server.url,
        "graph.credential": "token",
        "company.time_zone": "Europe/Amsterdam",
    }
    config = new_company(folder / "home", "contoso", settings)
    sync = SyncSettings(
        future_days=setting.future_days,
        past_days=setting.past_days,
        ignore_cancellation_requests=setting.ignore,
        series=setting.series,
    )
    store = open_store(config.store_path)
    for cast in casts:
        activated = LONG_AGO
        if cast.story.activated:
            activated = setting.instant(cast.story.activated)
        for letter in cast.letters:
            room = make_room(
                cast.room_name(letter), mailbox=cast.mailbox(letter), object_id=None,
                activated_at=activated, last_synced_at=None,
            )  # fmt: skip
            add_room(store, room)
    return Company(replace(config, sync=sync), store, server.tenant.now, "Sam")


def essence(cause: Cause | None) -> tuple[str, str] | None:
    """A cause as far as every command is to agree on it."""
    return (cause.code, cause.confidence.value) if cause else None
