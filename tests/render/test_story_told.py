"""What `explain` tells of whom it asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from builders import make_event, make_log_entry, make_reservation, make_room
from rich.console import Console, Group

from obctl.domain.causes.facts import OrganizerAnswer
from obctl.domain.causes.story import Story
from obctl.domain.company_log import LogEntry
from obctl.domain.difference import RoomVerdict
from obctl.domain.organizer_copy import NOT_KNOWN, OrganizerReply, WhyClosed, closed
from obctl.domain.room import Verdict
from obctl.render.diff import story_object, story_picture
from obctl.render.objects import Rooms

ROOM = make_room()


def told(*entries: LogEntry, **more: Any) -> str:
    story = Story(
        room=ROOM,
        verdict=RoomVerdict(ROOM.id, Verdict.OK),
        reservation=make_reservation(),
        event=make_event(),
        agreed=None,
        differences=(),
        normalised=(),
        cause=None,
        missed_because=None,
        ruled_out=(),
        story=entries,
        **more,
    )
    shown = story_object(story, Rooms([ROOM]))
    console = Console(width=120, color_system=None)
    with console.capture() as capture:
        console.print(Group(*story_picture(shown, ROOM.time_zone)))
    return " ".join(capture.get().split())


@pytest.mark.parametrize(
    "account", [answer for answer in OrganizerAnswer if answer is not OrganizerAnswer.UNKNOWN]
)
def test_what_the_directory_says_of_an_organiser_is_told(account: OrganizerAnswer) -> None:
    assert "organiser's account the directory" in told(account=account)


def test_a_directory_that_gave_no_answer_leaves_it_open_who_left() -> None:
    assert (
        "the directory gave no answer, so whether somebody left is not known; obctl doctor tells"
        " what is missing" in told(account=OrganizerAnswer.REFUSED)
    )


def test_of_a_directory_that_nobody_asked_nothing_is_said() -> None:
    assert "organiser's account" not in told()


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (closed(WhyClosed.OUTSIDE), "cannot be read: the organiser is outside the company"),
        (NOT_KNOWN, "organiser's copy cannot be read"),
    ],
)
def test_why_the_organisers_calendar_is_closed_is_told(reply: OrganizerReply, said: str) -> None:
    assert said in told(organizer=reply)


def test_what_happened_is_told_in_the_rooms_time_and_says_whose() -> None:
    """On the night that the clocks go back an hour comes twice, and each has its offset."""
    entries = [
        make_log_entry("event.updated", datetime(2026, 10, 25, hour, 30, tzinfo=UTC), id=number)
        for number, hour in ((1, 0), (2, 1), (3, 7))
    ]
    shown = told(*entries)
    assert "entry at, Europe/Amsterdam what" in shown
    assert "1 2026-10-25 02:30+0200" in shown
    assert "2 2026-10-25 02:30+0100" in shown
    assert "3 2026-10-25 08:30 " in shown
