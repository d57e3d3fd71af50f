"""A room whose changes Graph cannot tell, night after night, while its calendar shows."""

from __future__ import annotations

import pytest
from night import Night, mailbox_of

from obctl.store.company_log import LogFilter, search_log
from obctl.store.rooms import load_reading_state

BROKEN = ["gateway-timeout", "server-error", "unavailable"]


def link_of(night: Night, room: str) -> str | None:
    return load_reading_state(night.store, night.room(room).id).delta_link


def told(night: Night) -> list[str]:
    """What the log says of rooms read in full, the newest first."""
    return [entry.message for entry in search_log(night.store, LogFilter(action="room.read-whole"))]


@pytest.mark.parametrize("kind", BROKEN)
def test_it_is_read_in_full_told_and_asked_again_by_one_question_a_night(
    night: Night, kind: str
) -> None:
    for room in ("Rembrandt", "Vermeer"):
        night.book(room, "Stays", "08:00", "09:00")
    lost = night.book("Rembrandt", "Goes", "09:00", "10:00")
    night.run()
    link = link_of(night, "Rembrandt")
    night.fail(kind, "Rembrandt", route="calendarView/delta*")
    night.cancel(lost)
    night.book("Rembrandt", "Comes", "11:00", "12:00")
    report = night.run()
    assert (report.exit_code, report.ok, report.problems) == (0, 3, [])
    shown = ["Rembrandt 09-15 08:00-09:00 Stays", "Rembrandt 09-15 11:00-12:00 Comes"]
    assert night.reservations("Rembrandt") == shown
    assert link_of(night, "Rembrandt") == link
    assert told(night)[0].startswith(
        f"{mailbox_of('Rembrandt')} was read in full, as Graph cannot tell what changed in it: "
        "graph-unavailable: "
    )
    night.recover()
    before = len(told(night))
    assert night.run().changes == 0
    assert len(told(night)) == before
    assert night.reservations("Rembrandt") == shown


@pytest.mark.parametrize("kind", BROKEN)
def test_a_room_that_never_gets_a_link_is_read_all_the_same(night: Night, kind: str) -> None:
    night.fail(kind, "Rembrandt", route="calendarView/delta*")
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    report = night.run()
    assert (report.exit_code, report.ok) == (0, 3)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert link_of(night, "Rembrandt") is None
    assert told(night)[0].endswith("as Graph gives no delta link for it")
    night.recover()
    assert night.run().changes == 0
    assert link_of(night, "Rembrandt") is not None


def test_where_its_calendar_does_not_show_either_nothing_is_believed(night: Night) -> None:
    lost = night.book("Rembrandt", "Goes", "09:00", "10:00")
    night.run()
    night.cancel(lost)
    night.fail("gateway-timeout", "Rembrandt", route="calendarView*")
    report = night.run()
    assert (report.exit_code, report.inconclusive) == (8, 1)
    assert len(night.reservations()) == 1
