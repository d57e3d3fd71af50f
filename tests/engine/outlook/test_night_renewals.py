"""Baselines that the window leaves are renewed together, and nothing is lost over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from night import Night, TenantServer, daily, mailbox_of, nightfall

from obctl.engine.outlook.baselines import due_for_renewal
from obctl.errors import CredentialRefused
from obctl.store.rooms import load_reading_state

NAMES = tuple(f"Room{n}" for n in range(12))


@pytest.fixture
def night(tenant_server: TenantServer, tmp_path: Path) -> Iterator[Night]:
    """Twelve rooms, a day before the window leaves the first baselines."""
    with nightfall(tenant_server, tmp_path, names=NAMES) as found:
        for number, name in enumerate(NAMES):
            found.book(name, f"Known {number}", "2026-10-20 09:00", "2026-10-20 10:00")
        found.configure(future_days=40)
        found.run()
        while not due(found):
            found.sleep()
        yield found


def due(night: Night) -> list[str]:
    found = due_for_renewal(night.store, night.rooms, night.company.config.sync, night.company.now)
    return [room.name for room in found]


def links(night: Night) -> dict[str, str | None]:
    return {room.name: load_reading_state(night.store, room.id).delta_link for room in night.rooms}


def renewed(night: Night) -> set[str]:
    """Rooms read in full since the calls were last cleared."""
    return {
        name
        for name in NAMES
        if any(
            (mailbox, route) == (mailbox_of(name), "calendarView")
            for _, mailbox, route in night.watched.calls
        )
    }


def test_what_is_due_soon_comes_along_and_the_rest_waits(night: Night) -> None:
    together = due(night)
    assert len(together) == len(NAMES) // 4
    night.watched.calls.clear()
    night.run(again=False)
    assert renewed(night) == set(together)
    for name in together:
        routes = [route for _, box, route in night.watched.calls if box == mailbox_of(name)]
        # the sandbox's first round takes two pages
    assert routes == ["calendarView/delta", "calendarView/delta", "calendarView"]
    assert due(night) == []


def test_before_the_window_leaves_a_baseline_none_is_renewed(night: Night) -> None:
    night.run(again=False)
    quiet = 0
    while not due(night):
        night.watched.calls.clear()
        night.run(again=False)
        assert renewed(night) == set()
        night.sleep()
        quiet += 1
    assert quiet > 1


def test_changes_of_the_same_night_are_found_once(night: Night) -> None:
    first, second, *_ = due(night)
    night.book(first, "New", "2026-10-25 11:00", "2026-10-25 12:00")
    night.book(
        second,
        "Stand-up",
        "2026-10-25 08:00",
        "2026-10-25 08:15",
        recurrence=daily(date(2026, 10, 25), count=3),
    )
    report = night.run()
    assert (report.created, report.changes, report.exit_code) == (4, 4, 0)
    night.sleep()
    assert night.run().changes == 0


def test_what_changes_between_link_and_calendar_is_told_again(night: Night) -> None:
    name = due(night)[0]

    def book_late(_method: str, mailbox: str | None, route: str) -> None:
        if (mailbox, route) == (mailbox_of(name), "calendarView"):
            night.watched.on_call = lambda *_: None
            night.server.tenant.book_directly(
                mailbox_of(name), "Late", "2026-10-25T11:00", "2026-10-25T12:00"
            )

    night.watched.on_call = book_late
    night.run(again=False)
    night.run()
    assert [line for line in night.reservations(name) if "Late" in line]


@pytest.mark.parametrize("route", ["calendarView/delta", "calendarView"])
@pytest.mark.parametrize(
    ("kind", "condition"),
    [
        ("forbidden", "mailbox-permission-lost"),
        ("mailbox-gone", "mailbox-gone"),
        ("cut", "partial-read"),
    ],
)
def test_a_room_that_cannot_be_renewed_is_its_own_trouble(
    night: Night, kind: str, condition: str, route: str
) -> None:
    name, *others = due(night)
    before = links(night)
    night.fail(kind, name, route=f"{route}*" if kind == "cut" else route)
    report = night.run()
    assert [(item.room, item.code) for item in report.problems] == [(mailbox_of(name), condition)]
    after = links(night)
    assert after[name] == before[name]
    assert all(after[other] != before[other] for other in others)
    night.recover()
    assert night.run().exit_code == 0
    assert links(night)[name] != before[name]


def test_one_refusal_that_passes_costs_a_room_nothing(night: Night) -> None:
    name = due(night)[0]
    night.fail("token-expired", name, times=1)
    assert night.run().exit_code == 0
    assert name not in due(night)


def test_a_credential_refused_ends_the_run(night: Night) -> None:
    night.server.service.token = "fresh"
    with pytest.raises(CredentialRefused):
        night.run()
    night.server.service.token = None


def test_a_dry_run_renews_nothing(night: Night) -> None:
    before = (links(night), due(night))
    night.run(dry_run=True)
    assert (links(night), due(night)) == before


def test_after_weeks_without_a_run_every_room_is_renewed(night: Night) -> None:
    night.sleep(90)
    assert len(due(night)) == len(NAMES)
    assert night.run().exit_code == 0
    assert due(night) == []
    assert all(
        (load_reading_state(night.store, room.id).read_end or night.company.now)
        > night.company.now + timedelta(days=40 + 28)
        for room in night.rooms
    )
