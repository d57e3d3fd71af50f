"""*Get Status Info* about dates of a series: what the series itself says of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from builders import DAY
from night import Night, weekly

from obctl.domain.event import EventType
from obctl.domain.sync.status_info import InOutlook, StatusInfo
from obctl.engine.reservations.status_info import get_status_info
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.tenant import Meeting

SECOND = date(2026, 9, 22)
"""The date with catering."""


def called_off(night: Night, meeting: Meeting) -> None:
    night.cancel(meeting, day=SECOND)


def cut_short(night: Night, meeting: Meeting) -> None:
    shorter = read_recurrence(weekly(count=1), start=DAY, zone="Europe/Amsterdam")
    night.change(meeting, recurrence=shorter)


def made_one_meeting(night: Night, meeting: Meeting) -> None:
    night.change(meeting, recurrence=None, kind="singleInstance")


def removed_whole(night: Night, meeting: Meeting) -> None:
    night.delete("Rembrandt", meeting)


def asked(night: Night) -> StatusInfo:
    number = night.request().id
    return night.ask(lambda gateway: get_status_info(night.company, gateway, number))


@pytest.mark.parametrize(
    ("act", "outlook"),
    [
        (called_off, InOutlook.CANCELLED),
        (cut_short, InOutlook.CANCELLED),
        (made_one_meeting, InOutlook.CANCELLED),
        (removed_whole, InOutlook.GONE),
    ],
)
def test_a_date_that_its_living_series_no_longer_has_is_cancelled(
    night: Night, act: Callable[[Night, Meeting], None], outlook: InOutlook
) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=2))
    night.run()
    second = next(item for item in night.all() if item.start.date() == SECOND)
    night.cater(second.number)
    if outlook is InOutlook.GONE:
        night.call_off(next(i.number for i in night.all() if i.number != second.number), push=False)
    act(night, meeting)
    night.run("Rembrandt", again=False)
    found = asked(night)
    assert found.outlook is outlook
    if outlook is InOutlook.CANCELLED:
        assert found.event is not None
        single = act is made_one_meeting
        assert found.event.type is (EventType.SINGLE if single else EventType.MASTER)
        assert found.room == night.room("Rembrandt")
    else:
        assert found.event is None


def test_a_series_that_cannot_be_asked_leaves_it_unknown(night: Night) -> None:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", recurrence=weekly(count=2))
    night.run()
    night.cater(next(item.number for item in night.all() if item.start.date() == SECOND))
    called_off(night, meeting)
    night.run()
    master = night.id_of("Rembrandt", meeting)
    night.fail("server-error", "Rembrandt", route=f"events/{master}")
    assert asked(night).outlook is InOutlook.UNKNOWN
