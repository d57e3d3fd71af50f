"""Wiring: what a command needs of the world, opened when it asks for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from obctl.cli.clock import Clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from obctl.cli.debug_file import DebugFile
    from obctl.config import Config
    from obctl.domain.bundle import SaidBefore
    from obctl.domain.http_exchange import HttpExchange
    from obctl.domain.room import Room
    from obctl.engine.company import Company
    from obctl.engine.ports import Connect, Gateway
    from obctl.render.objects import Rooms
    from obctl.store.database import Store

Result = TypeVar("Result")


@dataclass
class Context:
    """One invocation of obctl: the options before the command, and what they lead to."""

    company_option: str | None = None
    debug: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    actor: str = ""
    """Who acts, for the company log; the person at the keyboard where nothing else is said."""
    heard: Callable[[HttpExchange], object] | None = None
    """Told of each answer of Graph, where somebody listens."""
    debug_file: DebugFile | None = None
    _closers: list[Callable[[], None]] = field(default_factory=list)

    @cached_property
    def home(self) -> Path:
        from obctl.config import home

        return home(self.environment)

    @cached_property
    def config(self) -> Config:
        from obctl.config import choose_company, load_config

        name = choose_company(self.home, self.company_option, self.environment)
        return load_config(self.home, name, self.environment)

    @cached_property
    def clock(self) -> Clock:
        return Clock(self.environment)

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone: days where no room gives one."""
        from obctl.domain.zones import zone

        return zone(self.config.time_zone)

    @cached_property
    def store(self) -> Store:
        from obctl.store.database import open_store

        store = open_store(self.config.store_path)
        store.clock = self.clock
        self._closers.append(store.close)
        return store

    @cached_property
    def company(self) -> Company:
        """The company as the engine wants it."""
        from obctl.engine.company import Company

        actor = self.actor or self.person
        return Company(config=self.config, store=self.store, clock=self.clock, actor=actor)

    @property
    def person(self) -> str:
        """Who is at the keyboard: `OBCTL_ACTOR`, else the account."""
        import getpass

        if named := self.environment.get("OBCTL_ACTOR", "").strip():
            return named
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):  # a container's user may have no name
            if sys.platform == "win32":
                unnamed = "an unnamed account"
            else:
                unnamed = f"uid {os.getuid()}"
            return unnamed

    def act_as(self, by: str | None) -> None:
        """Take the person of `--by`, if that is given; before anything is done."""
        if by is None:
            return
        self.actor = by.strip()

    def act_as_run(self, command: str, by: str | None, *, unattended: str) -> None:
        """Act as a run: with the person of `--by` or on the terminal, else as `unattended`."""
        from obctl.domain.actor import run_by

        self.act_as(by)
        named = by is not None or sys.stdin.isatty()
        self.actor = run_by(command, self.actor or self.person) if named else unattended

    def said_before(self) -> SaidBefore | None:
        """What was said when the bundle was made, where the company is one of a bundle."""
        return None

    @property
    def rooms(self) -> Rooms:
        """The words for every room there ever was: what is shown may speak of any."""
        from obctl.render.objects import Rooms
        from obctl.store.rooms import load_rooms_ever

        return Rooms(load_rooms_ever(self.store))

    def room(self, wanted: str) -> Room:
        """The room with this address or unique name."""
        from obctl.store.room_search import find_room

        return find_room(self.store, wanted)

    def chosen_rooms(self, location: str | None, room: list[str] | str | None) -> list[Room]:
        """The rooms that `--room` or `--location` name, else all of them, by name."""
        from obctl.store.room_search import rooms_at
        from obctl.store.rooms import load_rooms

        named = [room] if isinstance(room, str) else room or []
        if named:
            found = {item.id: item for item in map(self.room, named)}
            return list(found.values())
        mapped = load_rooms(self.store)
        return rooms_at(mapped, location) if location else mapped

    def room_ever(self, wanted: str) -> Room:
        """As `room`, also one that was taken out: its history stays."""
        from obctl.store.room_search import find_room_ever

        return find_room_ever(self.store, wanted)

    def rooms_ever(self, location: str | None, room: str | None) -> list[Room]:
        """As `chosen_rooms`, those that were taken out included."""
        from obctl.store.room_search import rooms_at
        from obctl.store.rooms import load_rooms_ever

        if room is not None:
            return [self.room_ever(room)]
        ever = load_rooms_ever(self.store)
        return rooms_at(ever, location) if location else ever

    def as_of(self, at: str | None) -> Context:
        """This invocation, or with an instant one that sees the company as it was then."""
        if at is None:
            return self
        from obctl.cli.past import past_context

        return past_context(self, at)

    def run(self, work: Callable[[Connect], Awaitable[Result]]) -> Result:
        """Run `work`: the one `asyncio.run` of a command.

        Graph is opened by the first that connects, if anybody does, and stays so until the end.
        """
        import asyncio

        gateway: Gateway | None = None

        async def whole() -> Result:
            async with AsyncExitStack() as opened:

                async def connect() -> Gateway:
                    nonlocal gateway
                    if gateway is None:
                        gateway = await opened.enter_async_context(self._graph())
                    return gateway

                return await work(connect)

        return asyncio.run(whole())

    def with_graph(self, work: Callable[[Gateway], Awaitable[Result]]) -> Result:
        """`run` for work that always needs Graph."""

        async def connected(connect: Connect) -> Result:
            return await work(await connect())

        return self.run(connected)

    def _graph(self) -> AbstractAsyncContextManager[Gateway]:
        import gc

        from obctl.graph.gateway import open_gateway

        # The SDK's modules live as long as the command: the collector need not go over them again
        # and again while a night makes its values.
        gc.freeze()
        return open_gateway(
            self.config.graph,
            token=self.environment.get("OBCTL_GRAPH_TOKEN"),
            heard=self._heard_by(),
            places_file=self.config.places_path,
        )

    def _heard_by(self) -> Callable[[HttpExchange], object] | None:
        listening = [one for one in (self.heard, self.debug_file and self.debug_file.heard) if one]
        if len(listening) < 2:
            return next(iter(listening), None)

        def both(exchange: HttpExchange) -> None:
            for one in listening:
                one(exchange)

        return both

    def write_debug_file(self, words: Sequence[str]) -> None:
        """Begin a file about this command, and print tracebacks of what stops one room alone."""
        import logging

        from obctl.cli.debug_start import begin

        self.debug_file = begin(self, words)
        ours = logging.getLogger("obctl")
        ours.setLevel(logging.DEBUG)
        for handler in filter(None, (logging.StreamHandler(sys.stderr), self.debug_file)):
            ours.addHandler(handler)
            self._closers.append(partial(ours.removeHandler, handler))

    def at_end(self, close: Callable[[], None]) -> None:
        """Have something done when the command is over; the last one first."""
        self._closers.append(close)

    def close(self) -> None:
        while self._closers:
            self._closers.pop()()


def context_of(ctx: typer.Context) -> Context:
    """The invocation a command belongs to."""
    found = ctx.find_object(Context)
    if found is None:
        raise TypeError("the root callback did not run")
    return found


def confirm(question: str, *, yes: bool, on_terminal_only: bool = False) -> None:
    """Ask before a dangerous act; without a terminal `--yes` is required.

    `on_terminal_only`: what can be undone is asked about where somebody can answer, else done.
    """
    if yes or (on_terminal_only and not sys.stdin.isatty()):
        return
    if not sys.stdin.isatty():
        from obctl.errors import UsageError

        raise UsageError(
            f"{question} Refused without a terminal to ask on",
            hint="add --yes",
            code="confirmation-required",
        )
    typer.confirm(question, abort=True, err=True)
