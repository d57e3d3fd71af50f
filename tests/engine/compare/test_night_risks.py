"""What `explain` says of meetings on which both sides agree, and of what nobody has sent yet."""

from __future__ import annotations

from typing import Any

import pytest
from night import Night, daily, mailbox_of, weekly

from obctl.domain.causes.facts import OrganizerAnswer
from obctl.domain.causes.story import Story
from obctl.domain.difference import Cause
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.sandbox.steps import Person, Processing, Rewrite

ROOM = "Rembrandt"
ANNA = mailbox_of("anna")


def story(night: Night, item: object = None) -> Story:
    wanted = str(night.all()[0].number if item is None else item)
    return night.ask(
        lambda gateway: explain_item(night.company, Outlook(night.company, gateway), wanted)
    )


def evidence(cause: Cause | None) -> dict[str, object]:
    assert cause is not None
    return {item.fact: item.value for item in cause.evidence}


def in_step(night: Night, **more: Any) -> Any:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00", **more)
    night.run()
    return meeting


@pytest.mark.parametrize("more", [{}, {"recurrence": daily()}], ids=["a meeting", "a series"])
@pytest.mark.parametrize("how", [{"enabled": False}, {"deleted": True}], ids=["disabled", "gone"])
def test_a_meeting_whose_organiser_left_is_named_though_both_sides_agree(
    night: Night, how: dict[str, bool], more: dict[str, Any]
) -> None:
    in_step(night, **more)
    assert (story(night).cause, story(night).account) == (None, OrganizerAnswer.FOUND)
    night.act(Person(mailbox=ANNA, **how))
    told = story(night)
    assert told.differences == ()
    assert told.cause is not None
    assert (told.cause.code, told.cause.confidence) == ("organizer-left-orphan", "likely")
    assert evidence(told.cause)["directory.answer"] == told.account


@pytest.mark.parametrize(
    ("permission", "account"),
    [
        ("none", OrganizerAnswer.REFUSED),
        ("User.ReadBasic.All", OrganizerAnswer.PRESENT),
        ("User.Read.All", OrganizerAnswer.DISABLED),
    ],
)
def test_what_the_directory_may_not_tell_is_said_and_no_sign_of_anything(
    night: Night, permission: Any, account: OrganizerAnswer
) -> None:
    in_step(night)
    night.act(Person(mailbox=ANNA, enabled=False))
    night.tenant.exchange.directory.permission = permission
    told = story(night)
    assert told.account is account
    assert (told.cause is not None) is (account is OrganizerAnswer.DISABLED)


def test_a_room_that_organises_a_meeting_has_not_left(night: Night) -> None:
    night.tenant.book(
        mailbox_of("Vermeer"), [mailbox_of(ROOM)], "Both", "2026-09-15T09:00", "2026-09-15T10:00",
        time_zone="Europe/Amsterdam",
    )  # fmt: skip
    night.settle()
    night.run()
    told = story(night, next(r.number for r in night.all() if r.room == night.room(ROOM).id))
    assert (told.cause, told.account) == (None, None)


def test_a_series_cut_at_the_booking_window_is_named_before_the_first_date_is_missing(
    night: Night,
) -> None:
    rules = {"BookingWindowInDays": 20, "EnforceSchedulingHorizon": False}
    night.act(Processing(room=mailbox_of(ROOM), settings=rules))
    in_step(night, recurrence=weekly(count=20))
    told = story(night)
    assert told.differences == ()
    assert told.cause is not None
    assert (told.cause.code, told.cause.confidence) == ("recurrence-horizon", "likely")
    assert evidence(told.cause)["series.last_date"] == "2026-10-04"
    assert evidence(told.cause)["organizer_copy.last_date"] == "2027-01-26"


def test_a_series_that_its_organiser_ended_is_at_no_risk(night: Night) -> None:
    in_step(night, recurrence=weekly(count=3))
    assert story(night).cause is None


def test_a_draft_is_told_as_what_nobody_has_sent(night: Night) -> None:
    night.run()
    meeting = night.book(ROOM, "New event", "09:00", "10:00")
    handles = night.server.service.handles
    handles["draft"] = meeting
    night.act(Rewrite(meeting="draft", mailbox=mailbox_of(ROOM), fields={"is_draft": True}))
    night.sleep(0, hours=3)
    told = story(night, night.id_of(ROOM, meeting))
    assert told.differences == ()
    assert told.cause is not None
    assert told.cause.code == "event-still-settling"
    assert evidence(told.cause)["sign"] == "a draft the organiser has not sent"


def test_why_an_organisers_calendar_cannot_be_read_is_told(night: Night) -> None:
    meeting = in_step(night)
    night.fail("forbidden", "anna")
    night.delete(ROOM, meeting)
    said = evidence(story(night).cause)
    assert said["organizer.copy"] == "cannot be read"
    assert said["organizer.copy_closed"] == "obctl may not read this mailbox"


def test_who_seems_to_be_from_outside_is_looked_up_where_the_room_does_not_answer(
    night: Night,
) -> None:
    """Rooms often have another mail domain than the people of the same company."""
    rules = {"AutomateProcessing": "AutoUpdate", "ProcessExternalMeetingMessages": True}
    night.act(Processing(room=mailbox_of(ROOM), settings=rules))
    night.run()
    meeting = night.tenant.book(
        "omar@fabrikam.example", [mailbox_of(ROOM)], "Pitch", "2026-09-15T09:00",
        "2026-09-15T10:00", time_zone="Europe/Amsterdam",
    )  # fmt: skip
    night.sleep(0, hours=1)
    told = story(night, night.id_of(ROOM, meeting))
    assert told.cause is not None
    assert told.cause.code == "external-organizer-ignored"
    assert evidence(told.cause)["directory.answer"] == "not-found"
    directory = night.tenant.exchange.directory
    directory.mailbox(directory.person("omar@fabrikam.example")).kind = "user"
    told = story(night, night.id_of(ROOM, meeting))
    assert told.cause is not None
    assert told.cause.code == "tentative-not-accepted"
