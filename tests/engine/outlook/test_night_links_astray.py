"""Links that lead elsewhere: into another mailbox, to another server, or under a foreign name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from between import Bad, Between
from night import NAMES, Night, TenantServer, mailbox_of, nightfall

from obctl.store.rooms import load_reading_state


@pytest.fixture
def between(tenant_server: TenantServer) -> Iterator[Between]:
    with Between(tenant_server.server.port) as found:
        yield found


@pytest.fixture
def night(tenant_server: TenantServer, between: Between, tmp_path: Path) -> Iterator[Night]:
    """Three rooms with a meeting each, a night old, read by way of `between`."""
    through = TenantServer(tenant_server.server, url=between.url)
    try:
        with nightfall(through, tmp_path) as found:
            for name in NAMES:
                found.book(name, f"Of {name}", "09:00", "10:00")
            found.run()
            found.sleep()
            yield found
    finally:
        through.close()


def link_of(night: Night, name: str) -> str:
    found = load_reading_state(night.store, night.room(name).id).delta_link
    assert found is not None
    return found


def store_link(night: Night, name: str, link: str) -> None:
    room = night.room(name)
    with night.store.transaction():
        night.store.run("UPDATE rooms SET delta_link = ? WHERE id = ?", (link, room.id))


def read_whole(night: Night) -> list[str]:
    """The rooms whose whole calendar the last run has asked for."""
    found = [mailbox for _, mailbox, route in night.watched.calls if route == "calendarView"]
    night.watched.calls.clear()
    return found


@pytest.mark.parametrize(
    "kind", ["as-somebody", "another-server", "another-mailbox", "another-query", "no-link"]
)
def test_a_stored_link_astray_costs_one_full_read_of_its_room_and_is_told(
    night: Night, kind: str
) -> None:
    good = link_of(night, "Vermeer")
    bad = {
        "as-somebody": good.replace("http://", "http://graph@"),
        "another-server": good.replace("127.0.0.1", "graph.example"),
        "another-mailbox": link_of(night, "Hals"),
        "another-query": good.replace("calendarView/delta", "events/delta"),
        "no-link": "token",
    }[kind]
    store_link(night, "Vermeer", bad)
    night.watched.calls.clear()
    report = night.run(again=False)
    assert (report.exit_code, report.ok, report.problems) == (0, 3, [])
    assert read_whole(night) == [mailbox_of("Vermeer")]
    assert night.reservations("Vermeer") == ["Vermeer 09-15 09:00-10:00 Of Vermeer"]
    assert night.log("room.*") == ["room.read-whole"]
    night.run(again=False)
    assert read_whole(night) == []
    assert night.log("room.*") == ["room.read-whole"]


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_next_link_into_another_mailbox_is_not_followed_and_books_nothing(
    night: Night, between: Between, full: bool
) -> None:
    """Vermeer's pages go on with those of Hals, where there is a meeting more."""
    night.book("Hals", "Not yours", "13:00", "14:00")
    night.book("Vermeer", "New", "15:00", "16:00")
    object_ids = {name: night.room(name).object_id for name in NAMES}

    def astray(good: bytes) -> bytes:
        page = json.loads(good)
        page.pop("@odata.deltaLink", None)
        view = f"{between.url}/users/{object_ids['Hals']}/calendarView"
        page["@odata.nextLink"] = (
            f"{view}?startDateTime=2026-09-01T00:00:00Z&endDateTime=2026-10-30T00:00:00Z&$top=50"
        )
        return json.dumps(page).encode()

    between.spoil(f"/users/{object_ids['Vermeer']}/*calendarView*", Bad(change=astray))
    report = night.run(full=full, again=False)
    assert (report.ok, report.inconclusive, report.exit_code) == (2, 1, 8)
    (problem,) = report.problems
    assert (problem.room, problem.code) == (mailbox_of("Vermeer"), "partial-read")
    assert night.reservations("Vermeer") == ["Vermeer 09-15 09:00-10:00 Of Vermeer"]
    between.clear()
    assert night.run().created == 1
    assert len(night.reservations("Vermeer")) == 2


def test_a_delta_link_astray_is_never_stored_and_its_room_is_read_whole(
    night: Night, between: Between
) -> None:
    vermeer = night.room("Vermeer").object_id

    def astray(good: bytes) -> bytes:
        page = json.loads(good)
        if "@odata.deltaLink" in page:
            page["@odata.deltaLink"] = page["@odata.deltaLink"].replace("http://", "http://graph@")
        return json.dumps(page).encode()

    between.spoil(f"/users/{vermeer}/calendarView/delta*", Bad(change=astray))
    night.watched.calls.clear()
    for _ in range(2):
        report = night.run(again=False)
        assert (report.exit_code, report.ok) == (0, 3)
        assert read_whole(night) == [mailbox_of("Vermeer")]
        assert load_reading_state(night.store, night.room("Vermeer").id).delta_link is None
    between.clear()
    night.run(again=False)
    assert "graph@" not in link_of(night, "Vermeer")
    assert read_whole(night) == [mailbox_of("Vermeer")]
    night.run(again=False)
    assert read_whole(night) == []
