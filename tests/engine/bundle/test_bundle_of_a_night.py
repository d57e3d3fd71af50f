"""A bundle of a company in front of a tenant: what Graph says when it is made goes along."""

from __future__ import annotations

import asyncio
from pathlib import Path

from leaks import found_in
from night import Night
from prepared import company_of

from obctl import __version__
from obctl.domain.bundle import SaidBefore, Verdict
from obctl.domain.causes.story import Story
from obctl.domain.time_span import instant_text
from obctl.domain.values import replace
from obctl.engine.bundle.create import create_bundle
from obctl.engine.bundle.look import Look, look_at_item
from obctl.engine.bundle.opened import OpenedBundle, opened_bundle
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.render.bundle import add_said_before, said_before
from obctl.render.diff import story_object
from obctl.render.objects import Rooms
from obctl.sandbox.steps import Processing
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
        await create_bundle(night.company, look, verdict, file, masked=True, obctl=__version__)
        return look

    story = night.ask(work).story
    assert story is not None
    return story


def told_from(bundle: OpenedBundle, wanted: str) -> Story:
    company = replace(
        company_of(bundle.config, bundle.store),
        clock=lambda: bundle.manifest.made_at,
        outlook_as_of=bundle.manifest.outlook_as_of,
    )
    return asyncio.run(explain_item(company, Outlook(company, None), wanted))


def test_both_sides_are_as_they_were_when_the_bundle_was_made(night: Night, tmp_path: Path) -> None:
    """The meeting was taken off since the last pass: the company's own memory still has it."""
    meeting = night.book("Rembrandt", "Secret budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.sleep(days=0, hours=2)
    night.delete("Rembrandt", meeting)
    file = tmp_path / "b.zip"
    said = pack(night, file, str(number))
    assert said.cause is not None
    at_home = asyncio.run(explain_item(night.company, Outlook(night.company, None), str(number)))
    assert at_home.cause is None
    with opened_bundle(file, obctl=__version__) as bundle:
        told = told_from(bundle, str(number))
        assert told.event is None
        assert told.cause is not None
        assert told.cause.code == said.cause.code
        seen = {item.fact: item.value for item in told.cause.evidence}
        assert seen["outlook.as_of"] == instant_text(bundle.manifest.made_at)
        kept = bundle.verdict.explain
        assert kept is not None
        assert kept["cause"]["code"] == said.cause.code
        assert kept["item"]["subject"] == (told.reservation and told.reservation.subject)
    assert found_in(file, WHOSE, tmp_path) == set()


def test_what_cannot_be_told_from_the_store_is_said_beside_it(night: Night, tmp_path: Path) -> None:
    """Only the organiser's own calendar tells that the room stands in it as a text."""
    meeting = night.book("Rembrandt", "Secret budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    remove = {"RemoveCanceledMeetings": True}
    night.act(Processing(room="rembrandt@contoso.example", settings=remove))
    night.change(meeting, rooms="", location="Rembrandt, 1st floor")
    file = tmp_path / "b.zip"
    said = pack(night, file, str(number))
    assert said.cause is not None
    assert said.cause.code == "location-text-only"
    with opened_bundle(file, obctl=__version__) as bundle:
        shown = story_object(told_from(bundle, str(number)), Rooms(load_rooms_ever(bundle.store)))
        assert shown["cause"]["code"] != said.cause.code
        assert shown["cause"]["confidence"] != "certain"
        add_said_before(shown, SaidBefore(bundle.manifest.made_at, bundle.verdict))
        lines = dict(said_before(shown))
        assert lines["at creation"].startswith("location-text-only (")
        assert "cannot be asked from a bundle" in lines[""]
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
