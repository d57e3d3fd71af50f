"""A masked copy of a company names the causes that the company names, story by story."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hasty import hasty_loops
from night import TenantServer, tenant_text

from confusion.catalogue import all_stories, together
from confusion.stage import Stage, staged
from confusion.story import Setting, Story
from obctl.domain.difference import Difference
from obctl.domain.time_span import TimeSpan
from obctl.engine.bundle.own_words import own_words
from obctl.engine.company import Company
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.errors import ObctlError
from obctl.sandbox.server import SandboxServer
from obctl.store.bundle_copy import copy_masked, mask_for
from obctl.store.database import open_store
from obctl.store.events import load_events, mark_gone, save_events
from obctl.store.reservations import Filter, search_reservations
from obctl.store.rooms import load_rooms

A_WEEK_AND_MORE = timedelta(days=10)
FAR = timedelta(days=60)
MANY_CAUSES = 20
Told = list[Any]


def one_of_each() -> tuple[Setting, list[Story]]:
    """A story of each cause, as many as are played together in the summer."""
    found: dict[str, Story] = {}
    settings = [(setting, those) for setting, those in together(all_stories()) if not setting.group]
    summer = next(setting for setting, _ in settings if setting.season == "summer")
    for setting, those in settings:
        if setting == summer:
            for story in those:
                found.setdefault(story.code, story)
    return summer, list(found.values())


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Company, Path]]:
    """The stores of companies in the midst of their stories, with Outlook as it was just then."""
    folder = tmp_path_factory.mktemp("alike")
    file = folder / "first.toml"
    file.write_text(tenant_text(), "utf-8")
    kept: list[tuple[Company, Path]] = []
    with hasty_loops(), SandboxServer(file, frozen=True) as server:
        tenant_server = TenantServer(server)
        setting, those = one_of_each()
        with staged(tenant_server, folder, setting, those) as stage:
            stage.on_look = lambda: kept.append(keep(stage, folder))
            stage.play()
        tenant_server.close()
    return kept


def keep(stage: Stage, folder: Path) -> tuple[Company, Path]:
    """The company as it is, its memory of Outlook that of this moment."""
    company, now = stage.company, stage.company.now
    file = folder / f"{now:%Y%m%dT%H%M%S}.db"
    company.store.backup(file)
    span = TimeSpan(now - timedelta(days=3), now + FAR)

    async def read(gateway: Gateway) -> Any:
        return await Outlook(company, gateway).answers(load_rooms(company.store), span)

    with closing(open_store(file)) as store, store.transaction():
        for room, calendar in stage.ask(read).items():
            if isinstance(calendar, ObctlError):
                continue
            there = {event.id for event in calendar}
            gone = [event.id for event in load_events(store, room, span) if event.id not in there]
            mark_gone(store, room, gone, now)
            save_events(store, room, list(calendar))
    fixed: Any = lambda: now  # noqa: E731  the tenant's clock goes on
    return Company(company.config, company.store, fixed, "Sam"), file


def told(company: Company) -> Iterator[Told]:
    """All that `diff` and `explain` say, but for what is masked."""
    rooms = sorted(load_rooms(company.store), key=lambda room: room.id)
    first, last = (company.now - timedelta(days=1)).date(), (company.now + A_WEEK_AND_MORE).date()
    outlook = Outlook(company, None)
    for item in asyncio.run(compare_rooms(company, outlook, rooms, first, last)):
        found = sorted(map(essence, item.differences), key=repr)
        yield [item.room.id, item.verdict.verdict, item.verdict.condition, found]
    for reservation in search_reservations(company.store, Filter())[::5]:
        story = asyncio.run(explain_item(company, outlook, str(reservation.number)))
        yield [
            reservation.number,
            story.cause and (story.cause.code, story.cause.confidence),
            story.normalised,
            story.ruled_out,
            sorted(map(essence, story.differences), key=repr),
        ]


def essence(item: Difference) -> Told:
    cause, missed = item.cause, item.missed_because
    return [
        item.kind,
        item.room,
        item.start,
        item.end,
        item.reservation,
        sorted(item.fields),
        cause and (cause.code, cause.confidence, [one.fact for one in cause.evidence]),
        missed and (missed.code, missed.confidence),
    ]


def test_a_masked_store_tells_every_story_alike(
    looked: list[tuple[Company, Path]], tmp_path: Path
) -> None:
    codes: Counter[str] = Counter()
    for number, (company, file) in enumerate(looked):
        with (
            closing(open_store(file)) as plain,
            closing(open_store(tmp_path / f"{number}.db", create=True)) as masked,
        ):
            copy_masked(plain, masked, mask_for(plain, os.urandom(32)), own_words(), [])
            both = [
                list(told(Company(company.config, store, company.clock, "Sam")))
                for store in (plain, masked)
            ]
        assert both[0] == both[1]
        codes.update(item[6][0] for line in both[0] for item in line[-1] if item[6])
    assert len(codes) >= MANY_CAUSES, codes
