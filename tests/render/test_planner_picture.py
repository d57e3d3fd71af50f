"""The planner at 80 columns, against literal text."""

from __future__ import annotations

import io
from datetime import date

import pytest
from builders import DAY, make_event, make_reservation, make_room
from planner_rows import planner_row
from rich.cells import cell_len
from rich.console import Console

from obctl.domain.compare.planner import PlannerDay, PlannerRow, View, plan_row
from obctl.domain.event import EventId, Response
from obctl.domain.reservation import ExternalState, Status
from obctl.domain.room import RoomId
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.render.planner import planner_object, planner_picture

WIDTH = 80


def _picture(*rows: PlannerRow, view: View = View.BOTH, width: int = WIDTH) -> list[str]:
    day = PlannerDay(DAY, "Europe/Amsterdam", view, rows)
    console = Console(file=io.StringIO(), width=width, color_system=None, markup=False)
    for part in planner_picture(day, width=width, colour=False):
        console.print(part, no_wrap=True, overflow="crop")
    assert isinstance(console.file, io.StringIO)
    shown = [line.rstrip() for line in console.file.getvalue().splitlines()]
    assert max(map(cell_len, shown)) <= width
    return shown


def test_both_sides_of_a_room_with_what_fits_and_what_does_not() -> None:
    shown = _picture(
        planner_row(
            events=[
                make_event("E1", starts="07:00", ends="10:00", subject="Budget"),
                make_event("E2", starts="10:00", ends="10:15", subject="Stand-up"),
                make_event("E3", starts="12:00", ends="14:00", subject="Quarterly review of all"),
            ],
            reservations=[
                make_reservation(1, event="E1", starts="07:00", ends="10:00", subject="Budget"),
                make_reservation(2, event="E2", starts="10:00", ends="10:15", subject="Stand-up"),
                make_reservation(
                    3, event="E3", starts="12:00", ends="14:00", subject="Quarterly review of all"
                ),
            ],
        )
    )
    assert shown == [
        "Tue 2026-09-15   O365 Office 365   OB Officebooking   ≠ differs",
        "",
        "Amsterdam  Europe/Amsterdam",
        "            07   08   09   10   11   12   13   14   15   16   17   18",
        "Atrium O365 ·    ·    ▌Budget░░░░░░░░▌a   ·    ▌b Quarte…·    ·    ·",
        "       OB   ·    ·    ▌1 Budget▒▒▒▒▒▒▌a   ·    ▌b Quarte…·    ·    ·",
        "a  12:00-12:15  Atrium  Stand-up #2",
        "b  14:00-16:00  Atrium  Quarterly review of all #3",
    ]


def test_differences_are_marked_and_named() -> None:
    shown = _picture(
        planner_row(
            events=[
                make_event("E1", starts="07:00", ends="09:00", subject="Only in Outlook"),
                make_event("E2", starts="10:00", ends="11:00", subject="Moved"),
            ],
            reservations=[
                make_reservation(2, event="E2", starts="10:00", ends="12:00", subject="Moved"),
                make_reservation(3, event="E3", starts="13:00", ends="15:00", subject="Gone"),
            ],
        )
    )
    assert shown[4:] == [
        "Atrium O365 ·    ·    ≠a Only i…·    ≠b░░░·    ·    ·    ·    ·    ·",
        "       OB   ·    ·    ·    ·    ·    ≠2 Moved▒▒·    ≠3 Gone▒▒▒·    ·",
        "a≠  09:00-11:00  Atrium  Only in Outlook · missing in Officebooking",
        "b≠  12:00-13:00  Atrium  Moved #2 · differs in end",
        "≠   15:00-17:00  Atrium  Gone #3 · missing in Outlook",
    ]


def test_overlapping_items_get_lines_of_their_own() -> None:
    shown = _picture(
        planner_row(
            events=[
                make_event("E1", starts="07:00", ends="11:00", subject="First", show_as="free"),
                make_event("E2", starts="08:00", ends="10:00", subject="Second"),
                make_event("E3", starts="10:00", ends="12:00", subject="Third"),
            ]
        ),
        view=View.OFFICE365,
    )
    assert shown == [
        "Tue 2026-09-15   O365 Office 365",
        "",
        "Amsterdam  Europe/Amsterdam",
        "       07    08    09    10    11    12    13    14    15    16    17    18",
        "Atrium ·     ·     ≠First░░░░░░░░░░░░░░░░░░·     ·     ·     ·     ·     ·",
        "       ·     ·     ·     ≠Second░░░░░≠Third░░░░░░·     ·     ·     ·     ·",
        "≠  09:00-13:00  Atrium  First · missing in Officebooking",
        "≠  10:00-12:00  Atrium  Second · missing in Officebooking",
        "≠  12:00-14:00  Atrium  Third · missing in Officebooking",
    ]


def test_signs_tell_cancelled_tentative_and_requested() -> None:
    room = make_room()
    events = [
        make_event("E1", starts="07:00", ends="09:00", subject="Off", is_cancelled=True),
        make_event(
            "E2", starts="10:00", ends="12:00", subject="Maybe", response=Response.NOT_RESPONDED
        ),
    ]
    reservations = [
        make_reservation(
            1, event="E1", starts="07:00", ends="09:00", subject="Off",
            external_state=ExternalState.CANCELLATION_REQUEST,
        ),
        make_reservation(
            2, event="E2", starts="10:00", ends="12:00", subject="Maybe", status=Status.TENTATIVE
        ),
    ]  # fmt: skip
    row = plan_row(room, DAY, events=events, reservations=reservations)
    shown = _picture(row)
    assert shown[1] == "✕ cancelled   ? tentative   ! cancellation request"
    assert shown[5:] == [
        "Atrium O365 ·    ·    ▌✕ Off    ·    ▌? Maybe░░·    ·    ·    ·    ·",
        "       OB   ·    ·    ▌1 ! Off▒▒·    ▌2 ? Maybe·    ·    ·    ·    ·",
    ]


def test_the_halves_of_a_meeting_share_a_letter_and_a_line_below() -> None:
    row = planner_row(
        events=[make_event("E1", starts="07:00", ends="07:30", subject="Long name of it",
                           is_cancelled=True)],
        reservations=[make_reservation(1, starts="07:00", ends="07:30", subject="Long name of it",
                                       external_state=ExternalState.CANCELLATION_REQUEST)],
    )  # fmt: skip
    assert _picture(row)[5:] == [
        "Atrium O365 ·    ·    ≠a   ·    ·    ·    ·    ·    ·    ·    ·    ·",
        "       OB   ·    ·    ≠a▒  ·    ·    ·    ·    ·    ·    ·    ·    ·",
        "a≠  09:00-09:30  Atrium  Long name of it #1 · cancelled in Outlook ·",
        "                         cancellation request · missing in Outlook",
    ]


def test_the_hours_widen_to_what_the_day_needs() -> None:
    early = make_event("E1", starts="03:30", ends="04:30", subject="Early")  # 05:30 in Amsterdam
    over = make_event("E2", starts="19:00", ends="2026-09-16 08:00", subject="Night")
    row = plan_row(make_room(), DAY, events=[early, over])
    assert _picture(row, view=View.OFFICE365)[3:] == [
        "       05  06  07  08  09  10  11  12  13  14  15  16  17  18  19  20  21",
        "Atrium · ▌a░░  ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ·   ▌b░░",
        "a  05:30-06:30  Atrium  Early",
        "b  21:00-…      Atrium  Night",
    ]


def test_an_all_day_item_spans_the_hours_without_widening_them() -> None:
    event = make_event(
        "E1", starts="2026-09-14 22:00", ends="2026-09-15 22:00", all_day=True, subject="Fair"
    )
    row = plan_row(make_room(), DAY, events=[event])
    assert _picture(row, view=View.OFFICE365)[3:] == [
        "       07    08    09    10    11    12    13    14    15    16    17    18",
        "Atrium ▌all day: Fair" + "░" * 58,
    ]


def test_every_room_is_drawn_in_its_own_zone() -> None:
    liberty = make_room("Liberty", id=RoomId(2), location="New York", time_zone="America/New_York")
    shown = _picture(
        plan_row(make_room(), DAY, events=[make_event("E1", starts="13:00", subject="Call")]),
        plan_row(liberty, DAY, events=[make_event("E2", starts="13:00", subject="Call")]),
        view=View.OFFICE365,
    )
    assert shown[2:] == [
        "Amsterdam  Europe/Amsterdam",
        "        07    08    09    10    11    12    13    14    15    16    17    18",
        "Atrium  ·     ·     ·     ·     ·     ·     ·     ·     ▌Call░·     ·     ·",
        "",
        "New York  America/New_York",
        "        07    08    09    10    11    12    13    14    15    16    17    18",
        "Liberty ·     ·     ▌Call░·     ·     ·     ·     ·     ·     ·     ·     ·",
    ]


def test_a_room_that_could_not_be_read_says_why() -> None:
    row = plan_row(
        make_room(),
        DAY,
        reservations=[make_reservation(1, starts="07:00", ends="10:00")],
        condition="mailbox-gone",
    )
    assert _picture(row)[4:] == [
        "Atrium O365 not read: mailbox-gone",
        "       OB   ·    ·    ▌1 Budget▒▒▒▒▒▒·    ·    ·    ·    ·    ·    ·",
    ]


def test_a_day_with_an_event_that_cannot_be_read_says_so_beside_the_others() -> None:
    hidden = UnreadableEvent(EventId("E9"), "start: expected object, got null", "Secret")
    event = make_event("E1", starts="07:00", ends="10:00", subject="Budget")
    row = plan_row(make_room(), DAY, events=[event], unreadable=[hidden])
    assert row.condition == "event-unreadable"
    shown = _picture(row, view=View.OFFICE365)
    assert "Budget" in shown[4]
    assert shown[5].strip() == "not read: 1 event, Secret"


def test_the_hour_that_comes_twice_takes_no_room_twice() -> None:
    day = date(2026, 10, 25)
    event = make_event("E1", starts="2026-10-25 00:30", ends="2026-10-25 01:15", subject="Twice")
    row = plan_row(make_room(), day, events=[event])
    shown = _picture(row, view=View.OFFICE365)
    assert shown[4].startswith("Atrium · a ·")
    assert shown[5] == "a  02:30-02:15  Atrium  Twice"


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    subjects = [
        "[red]x[/red]",
        "\x1b[31mred",
        "会議室の予約です",
        "🏙🎉 party",
        "\u202eabc",
        "x" * 200,
    ]
    room = make_room("A room with a very long name indeed", location="[/]\x1b[2J")
    events = [
        make_event(f"E{n}", starts=f"{6 + n:02d}:00", subject=subject)
        for n, subject in enumerate(subjects)
    ]
    shown = "\n".join(_picture(planner_row(room, events), width=width))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_colours_are_blue_green_and_red() -> None:
    row = planner_row(
        events=[make_event("E1", subject="A"), make_event("E2", starts="13:00", subject="B")],
        reservations=[make_reservation(1, event="E1", subject="A")],
    )
    day = PlannerDay(DAY, "Europe/Amsterdam", View.BOTH, (row,))
    console = Console(
        file=io.StringIO(),
        width=WIDTH,
        color_system="standard",
        force_terminal=True,
        no_color=False,
    )
    for part in planner_picture(day, width=WIDTH, colour=True):
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "\x1b[97;44mA   \x1b[0m" in shown
    assert "\x1b[30;42m1 A " in shown
    assert "\x1b[1;97;41m≠" in shown


def test_the_object_of_a_day_has_these_keys() -> None:
    row = plan_row(
        make_room(), DAY, events=[make_event()], reservations=[make_reservation()], condition=None
    )
    assert planner_object(PlannerDay(DAY, "Europe/Amsterdam", View.BOTH, (row,))) == {
        "day": "2026-09-15",
        "time_zone": "Europe/Amsterdam",
        "rooms": [
            {
                "room": "atrium@contoso.example",
                "name": "Atrium",
                "location": "Amsterdam",
                "office365": [
                    {
                        "event_id": "E1",
                        "start": "2026-09-15T09:00:00Z",
                        "end": "2026-09-15T10:00:00Z",
                        "subject": "Budget",
                        "show_as": "busy",
                        "is_cancelled": False,
                    }
                ],
                "officebooking": [
                    {
                        "number": 1001,
                        "start": "2026-09-15T09:00:00Z",
                        "end": "2026-09-15T10:00:00Z",
                        "subject": "Budget",
                        "status": "confirmed",
                        "external_state": 10,
                    }
                ],
                "time_zone": "Europe/Amsterdam",
                "verdict": "ok",
                "condition": None,
                "unreadable": [],
            }
        ],
        "view": "both",
    }
