"""A bundle of a company in front of a tenant: what Graph says when it is made goes along."""

from __future__ import annotations

import asyncio
from pathlib import Path

from leaks import found_in
from night import Night
from prepared import company_of

from obctl import __version__
from obctl.domain.bundle import Verdict
from obctl.domain.causes.story import Story
from obctl.engine.bundle.create import create_bundle
from obctl.engine.bundle.look import Look, look_at_item
from obctl.engine.bundle.opened import opened_bundle
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.render.bundle import story_said
from obctl.render.diff import story_object
from obctl.render.objects import Rooms
from obctl.store.rooms import load_rooms_ever

WHOSE = {
    "Anna de Vries", "anna@contoso.example", "Anna", "contoso", "Rembrandt", "Hals",
    "rembrandt@contoso.example", "Secret budget", "Secret", "budget", "Amsterdam 1",
}  # fmt: skip


def pack(night: Night, file: Path, wanted: str) -> Story:
    """A bundle about an item, Graph asked; returns what was said."""

    async def work(gateway: Gateway) -> Look:
        async def connect() -> Gateway:
            return gateway

        look = await look_at_item(night.company, connect, wanted)
        assert look.story is not None
        assert look.why_cached is None
        told = story_object(look.story, Rooms(load_rooms_ever(night.store)))
        verdict = Verdict(live=True, why_cached=None, explain=told)
        await create_bundle(
            night.company, look.about, verdict, file, masked=True, obctl=__version__
        )
        return look

    story = night.ask(work).story
    assert story is not None
    return story


def test_what_graph_says_now_is_kept_beside_what_the_store_tells(
    night: Night, tmp_path: Path
) -> None:
    meeting = night.book("Rembrandt", "Secret budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.delete("Rembrandt", meeting)
    file = tmp_path / "b.zip"
    said = pack(night, file, str(number))
    assert said.event is None
    assert said.cause is not None
    with opened_bundle(file, obctl=__version__) as bundle:
        company = company_of(bundle.config, bundle.store)
        told = asyncio.run(explain_item(company, Outlook(company, None), str(number)))
        shown = story_object(told, Rooms(load_rooms_ever(bundle.store)))
        kept = bundle.verdict.explain
        assert kept is not None
        assert kept["cause"]["code"] == said.cause.code
        assert kept["outlook"] is None
        assert story_said(kept).startswith(said.cause.code)
        assert story_said(shown) == "in step"
        assert kept["item"]["subject"] == shown["item"]["subject"]
    assert found_in(file, WHOSE, tmp_path) == set()


def test_an_event_that_only_graph_knows_is_packed_by_its_room_and_days(
    night: Night, tmp_path: Path
) -> None:
    night.book("Hals", "Stays", "12:00", "13:00")
    night.run()
    meeting = night.book("Hals", "Secret budget", "09:00", "10:00")
    night.settle()
    file = tmp_path / "b.zip"
    said = pack(night, file, night.tenant.event_id("hals@contoso.example", meeting))
    assert said.event is not None
    with opened_bundle(file, obctl=__version__) as bundle:
        assert [room.id for room in bundle.manifest.rooms] == [said.room.id]
        assert bundle.manifest.reservations == 1
        assert bundle.verdict.explain is not None
        assert bundle.verdict.explain["cause"]["code"] == (said.cause and said.cause.code)
    assert found_in(file, WHOSE, tmp_path) == set()
