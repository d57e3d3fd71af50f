"""Organisers of whom Exchange shows no address any more, but a name of its own directory."""

from __future__ import annotations

import pytest
from builders import DAY
from night import Night, at_once, mailbox_of, weekly

from obctl.domain.compare.planner import View
from obctl.domain.event import Person
from obctl.domain.values import replace
from obctl.engine.compare.planner import plan_days
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.sandbox.item import Person as Shown
from obctl.sandbox.tenant import Meeting
from obctl.store.company_log import LogFilter, search_log

ANNA = Person("Anna de Vries", "anna@contoso.example")
X500 = "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=0a1b2c-Anna de Vries"
WRAPPED = "IMCEAEX-_o=ExchangeLabs_ou=Exchange+20Group_cn=Recipients_cn=0a1b@prod.outlook.com"


def _leave(
    night: Night, meeting: Meeting, room: str = "Rembrandt", address: str = X500,
    name: str = "Anna de Vries",
) -> None:  # fmt: skip
    """The organiser's mailbox goes; the room's copy names them as the directory had them."""
    mailbox, item = night.tenant.copy(mailbox_of(room), meeting)
    item.organizer = Shown(name, address)
    night.server.service.exchange.touch(mailbox, item)


@pytest.mark.parametrize("address", [X500, f"EX:{X500.upper()}", WRAPPED, ""])
def test_an_organizer_whose_address_becomes_a_directory_name_stays_the_same(
    night: Night, address: str
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    _leave(night, meeting, address=address)
    report = night.run()
    assert (report.updated, report.exit_code) == (0, 0)
    assert night.only().organizer == ANNA
    (entry, _made) = search_log(night.store, LogFilter(email="anna@contoso.example", action="ev*"))
    assert entry.message == "changed in Outlook in nothing that matters here"
    for full in (False, True):
        night.change(meeting, subject=f"Budget {full}")
        night.run(full=full)
        assert night.only().organizer == ANNA
    written = search_log(night.store, LogFilter(email="anna@contoso.example", action="event.*"))
    assert [entry.action for entry in written] == ["event.updated"] * 3 + ["event.created"]
    (day,) = plan_days(night.company, night.rooms, (DAY, DAY), View.BOTH, None)
    assert [row.differences for row in day.rows] == [()] * 3


def test_who_really_is_somebody_else_is_a_change(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    _leave(night, meeting, name="Bram Bakker")
    assert night.run().updated == 1
    assert night.only().organizer == Person("Bram Bakker", None)


def test_the_address_comes_back_without_a_trace(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    _leave(night, meeting)
    night.run()
    _leave(night, meeting, address="anna@contoso.example")
    assert night.run().updated == 0
    assert night.only().organizer == ANNA


def test_a_meeting_first_seen_under_a_directory_name_has_a_name_and_no_address(
    night: Night,
) -> None:
    other = night.book("Rembrandt", "Other", "11:00", "12:00")
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    _leave(night, meeting)
    night.run()
    named = {item.subject: item.organizer for item in night.all()}
    assert named == {"Budget": Person("Anna de Vries", None), "Other": ANNA}
    night.change(other, subject="Another")
    night.run()
    assert {item.subject: item.organizer for item in night.all()} == {
        "Budget": Person("Anna de Vries", None), "Another": ANNA,
    }  # fmt: skip


def test_a_series_keeps_its_organizer_in_all_its_dates(night: Night) -> None:
    meeting = night.book("Rembrandt", "Weekly", "09:00", "10:00", recurrence=weekly(count=4))
    night.run()
    _leave(night, meeting)
    assert night.run(full=True).updated == 0
    assert {item.organizer for item in night.all()} == {ANNA}


def test_a_meeting_under_a_new_id_is_found_by_its_slot_and_organizer(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.delete("Rembrandt", meeting)
    again = night.book("Rembrandt", "Budget", "09:00", "10:00")
    _leave(night, again)
    night.run()
    assert (night.only().number, night.only().organizer) == (number, ANNA)


def test_nobody_is_invited_by_a_directory_name(night: Night) -> None:
    night.make("Vermeer", "Plan", "09:00", "10:00", push=False)
    number = night.only().number
    edit = Edit(organizer=Person("Anna de Vries", X500))
    at_once(change_reservation(night.company, None, number, edit, SeriesScope.ONE))
    assert night.only().organizer == Person("Anna de Vries", None)
    push = replace(night.company.config.push, invite_organizer=True)
    night.company = replace(night.company, config=replace(night.company.config, push=push))
    assert night.push(number)[0].problems == ()
    (event,) = night.events("Vermeer")
    assert event.attendees == 0
    assert b"/o=" not in event.payload.lower()
