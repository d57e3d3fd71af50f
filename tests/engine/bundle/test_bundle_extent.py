"""As little is packed as tells the same; where less tells otherwise, more is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import NOW, make_event, make_reservation, make_room, span_of
from prepared import company_of, make

from obctl import __version__
from obctl.domain.room import RoomId
from obctl.engine.admin.init import create_company
from obctl.engine.bundle.opened import opened_bundle
from obctl.engine.company import Company
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.store.database import open_store
from obctl.store.events import save_events
from obctl.store.reservations import insert_reservations
from obctl.store.rooms import ReadingState, add_room, load_rooms, save_pass, save_reading_state


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Company]:
    """Two rooms that were read; the caller says what is in them."""
    config = create_company(tmp_path / "home", "contoso", {"company.time_zone": "UTC"})
    span = span_of(NOW.date(), 200)
    with closing(open_store(config.store_path)) as store:
        for name in ("Atrium", "Hals"):
            add_room(store, make_room(name))
        for room in load_rooms(store):
            save_reading_state(store, room.id, ReadingState(None, span.start, span.end, span.end))
            save_pass(store, room.id, synced_at=NOW)
        yield company_of(config, store)


def said(company: Company, wanted: str) -> tuple[object, ...]:
    story = asyncio.run(explain_item(company, Outlook(company, None), wanted))
    assert story.cause is not None
    return story.cause, story.differences, story.ruled_out


def held(home: Company, tmp_path: Path, wanted: str) -> tuple[tuple[object, ...], set[str], float]:
    """What is said from a bundle about an item, the events in it, and how many days it has."""
    file = make(home, tmp_path / "b.zip", wanted, masked=False)
    with opened_bundle(file, obctl=__version__) as bundle:
        ids = {row["event_id"] for row in bundle.store.rows("SELECT event_id FROM events")}
        days = (bundle.manifest.end - bundle.manifest.start).days
        return said(company_of(bundle.config, bundle.store), wanted), ids, days


def test_its_own_days_are_enough_for_most(home: Company, tmp_path: Path) -> None:
    insert_reservations(home.store, [make_reservation(1, event="E1")])
    with home.store.transaction():
        save_events(
            home.store,
            RoomId(1),
            [make_event("E1", starts="10:00"), make_event("E2", starts="2026-10-20 09:00")],
        )
    told, ids, days = held(home, tmp_path, "1")
    assert told == said(home, "1")
    assert (ids, days) == ({"E1"}, 5)


def test_a_copy_on_another_day_that_a_cause_names_comes_along(
    home: Company, tmp_path: Path
) -> None:
    """The same import made both; the second one a month later, and without it nobody could tell."""
    same = {"transaction_id": "import-1", "created_at": NOW}
    with home.store.transaction():
        save_events(
            home.store,
            RoomId(1),
            [make_event("E1", **same), make_event("E2", starts="2026-10-20 09:00", **same)],
        )
    told, ids, days = held(home, tmp_path, "E1")
    assert told == said(home, "E1")
    assert ids == {"E1", "E2"}
    assert days > 100
