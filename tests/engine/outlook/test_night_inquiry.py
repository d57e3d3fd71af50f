"""Calendars asked for by several at once: each gets its days, and each room is asked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from night import Night, at, weekly

from obctl.domain.time_span import TimeSpan
from obctl.engine.outlook.calendars import Calendar, fetch_calendars
from obctl.engine.outlook.inquiry import Inquiry
from obctl.engine.outlook.rounds import Rounds
from obctl.engine.ports import Gateway
from obctl.errors import MailboxGone

DAY = TimeSpan(at("00:00"), at("16 00:00"))
SPANS = (DAY, DAY.widened(timedelta(days=3)), TimeSpan(at("17 00:00"), at("24 00:00")))


def asked(night: Night, *spans: TimeSpan) -> list[dict[str, Calendar]]:
    night.journal.clear()

    async def work(gateway: Gateway) -> list[dict[str, Calendar]]:
        rounds = Rounds()
        inquiry = Inquiry(gateway, rounds)
        return await rounds.together(inquiry.calendars(night.rooms, span) for span in spans)

    return night.ask(work)


def views(night: Night) -> int:
    return sum("calendarView" in call.path for call in night.journal)


@pytest.fixture
def booked(night: Night) -> Night:
    night.book("Rembrandt", "Weekly", "09:00", "10:00", recurrence=weekly(count=3))
    night.book("Vermeer", "Late", "17 23:00", "18 01:00")
    night.book("Hals", "Next week", "23 09:00", "23 10:00")
    return night


def test_spans_that_meet_are_read_as_one_and_answered_as_if_alone(booked: Night) -> None:
    found = asked(booked, *SPANS)
    assert views(booked) == len(booked.rooms)
    for span, calendars in zip(SPANS, found, strict=True):
        alone = booked.ask(lambda gateway, span=span: fetch_calendars(gateway, booked.rooms, span))
        assert calendars == alone
    assert [sum(map(len, calendars.values())) for calendars in found] == [1, 2, 3]


def test_spans_far_from_each_other_are_read_apart(booked: Night) -> None:
    asked(booked, DAY, TimeSpan(at("2026-11-15 00:00"), at("2026-11-16 00:00")))
    assert views(booked) == 2 * len(booked.rooms)


def test_what_was_read_already_is_not_asked_for_again(booked: Night) -> None:
    booked.journal.clear()

    async def work(gateway: Gateway) -> list[dict[str, Calendar]]:
        inquiry = Inquiry(gateway, Rounds())
        return [await inquiry.calendars(booked.rooms, span) for span in (SPANS[1], DAY)]

    _wide, day = booked.ask(work)
    assert views(booked) == len(booked.rooms)
    assert [event.subject for calendar in day.values() for event in calendar] == ["Weekly"]  # type: ignore[union-attr]


def test_a_room_that_cannot_be_read_cannot_in_any_of_the_spans(booked: Night) -> None:
    booked.fail("mailbox-gone", "Hals")
    for calendars in asked(booked, *SPANS):
        kinds = {mailbox: isinstance(found, MailboxGone) for mailbox, found in calendars.items()}
        assert kinds == {room.mailbox: room.name == "Hals" for room in booked.rooms}
