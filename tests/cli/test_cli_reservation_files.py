"""Reservations from files and into files: all or nothing, and what comes back is what went out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import make_reservation
from desk import LIBERTY, Desk, two_rooms
from icalendar import Calendar

from obctl.domain.reservation import Status
from obctl.sandbox.server import SandboxServer

HEAD = "room,subject,start,end,organizer"
LINE = "Atrium,Budget,2026-09-16T09:00,2026-09-16T10:00,anna@contoso.example"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def _csv(folder: Path, *lines: str, head: str = HEAD) -> str:
    file = folder / "in.csv"
    file.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return str(file)


def _ics(folder: Path, *events: str, name: str = "in.ics") -> str:
    file = folder / name
    body = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{body}END:VCALENDAR\n"
    file.write_bytes(text.replace("\n", "\r\n").encode())
    return str(file)


def _import(desk: Desk, file: str, *more: str) -> list[dict[str, Any]]:
    answer = desk.run("reservations", "import", file, "--no-push", *more, "-o", "json")
    assert answer.exit_code == 0, answer.stderr
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def _listed(desk: Desk) -> list[tuple[Any, ...]]:
    answer = desk.run("reservations", "list", "-o", "json")
    return [
        (item["room_name"], item["start"], item["end"], item["subject"], item["organizer"]["email"],
         item["attendees"], item["notes"], item["status"])
        for item in json.loads(answer.stdout)
    ]  # fmt: skip


EVENT = """
UID:budget-1
SUMMARY:Budget
DTSTART;TZID=Europe/Amsterdam:20260916T090000
DTEND;TZID=Europe/Amsterdam:20260916T100000
ORGANIZER;CN=Anna:mailto:anna@contoso.example
LOCATION:Atrium
"""


DAILY = EVENT + "RRULE:FREQ=DAILY;COUNT=3\n"


def test_a_csv_file_is_reserved_whole_and_logged_with_who_did_it(
    read_desk: Desk, folder: Path
) -> None:
    file = _csv(
        folder,
        f'{LINE},,,"U-shape, please",tentative',
        "liberty@contoso.example,Own,2026-09-17,2026-09-18,bob@contoso.example,,4,,",
        "Atrium,Weekly,2026-09-21T09:00,2026-09-21T10:00,bob@contoso.example,FREQ=WEEKLY;COUNT=3,,,",
        "Atrium,Gone,2026-09-16T09:00,2026-09-16T10:00,bob@contoso.example,,,,cancelled",
        "Atrium,Old,2026-09-01T09:00,2026-09-01T10:00,bob@contoso.example,,,,",
        head=f"{HEAD},repeat,attendees,notes,status",
    )
    dry = read_desk.run("reservations", "import", file, "--dry-run")
    assert dry.exit_code == 0
    assert dry.stderr == (
        f"{file}: 5 reservations would be imported; left out: 1 cancelled, 1 past\n"
        "Outlook was not asked whether these times are free in it\n"
    )
    assert _listed(read_desk) == []
    made = _import(read_desk, file, "--by", "Noor")
    assert [(item["line"], item["number"], item["dates"]) for item in made] == [
        (2, 1, 1), (3, 2, 1), (4, 3, 3),
    ]  # fmt: skip
    assert _listed(read_desk)[:2] == [
        ("Atrium", "2026-09-16T07:00:00Z", "2026-09-16T08:00:00Z", "Budget",
         "anna@contoso.example", None, "U-shape, please", "tentative"),
        ("Liberty", "2026-09-17T04:00:00Z", "2026-09-18T04:00:00Z", "Own", "bob@contoso.example",
         4, None, "confirmed"),
    ]  # fmt: skip
    entries = json.loads(
        read_desk.run("log", "search", "--action", "reservation.created", "-o", "json").stdout
    )
    assert {entry["actor"] for entry in entries} == {"Noor"}
    assert sorted(entry["message"].split(":")[0] for entry in entries) == [
        "reservation 1 imported, in.csv line 2",
        "reservation 2 imported, in.csv line 3",
        "reservation 3 imported, in.csv line 4",
    ]


def test_every_problem_of_a_file_is_named_with_its_line_and_nothing_is_made(
    read_desk: Desk, folder: Path
) -> None:
    read_desk.reservations(
        make_reservation(1, event=None, starts="2026-09-17 07:30", ends="2026-09-17 08:00")
    )
    file = _csv(
        folder,
        LINE,
        "Cellar,Budget,2026-09-16T09:00,2026-09-16T10:00,anna@contoso.example",
        "Atrium,Budget,noon,2026-09-16T10:00,anna",
        "Atrium,,2026-09-18T10:00,2026-09-18T09:00,anna@contoso.example",
        "Atrium,Late,2026-10-25T02:30,2026-10-25T04:00,anna@contoso.example",
        "Atrium,Taken,2026-09-17T09:00,2026-09-17T10:00,anna@contoso.example",
        "Atrium,Again,2026-09-16T09:30,2026-09-16T10:30,anna@contoso.example",
    )
    answer = read_desk.run("reservations", "import", file, "--no-push")
    assert (answer.exit_code, answer.stdout) == (2, "")
    told = answer.stderr
    for words in (
        "line 3: unknown room 'Cellar'",
        "line 4: start 'noon' is no time",
        "line 4: organizer: 'anna' is no e-mail address",
        "line 5: subject is empty",
        "line 6: start: 2026-10-25T02:30 happens twice in Europe/Amsterdam",
        "line 7: Atrium is taken in Officebooking: reservation 1",
        "line 8: Atrium Wed 2026-09-16 09:30-10:30 (Europe/Amsterdam) is taken by line 2",
    ):
        assert words in told
    assert "nothing was imported" in told
    assert len(_listed(read_desk)) == 1


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("in.txt", b"", "is neither .csv nor .ics"),
        ("in.csv", b"room,subject\n", "line 1: no column start"),
        ("in.csv", f"{HEAD},colour\n".encode(), "unknown column 'colour'"),
        ("in.csv", f"{HEAD}\nAtrium,Caf\xe9".encode("cp1252"), "line 2: byte 0xe9 is not UTF-8"),
        ("in.ics", b"hello", "is no iCalendar file"),
        ("in.ics", b"", "is no iCalendar file"),
        ("in.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cannot be read whole"),
    ],
    ids=["suffix", "columns", "column", "encoding", "no-calendar", "empty", "cut-short"],
)
def test_a_file_that_is_none_is_told_so(
    read_desk: Desk, folder: Path, name: str, data: bytes, says: str
) -> None:
    (folder / name).write_bytes(data)
    answer = read_desk.run("reservations", "import", str(folder / name))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert says in answer.stderr


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (EVENT.replace("LOCATION:Atrium", "X-A:b"), "line 4: no room"),
        (EVENT.replace("LOCATION:Atrium", "LOCATION:Cellar"), "line 4: unknown room 'Cellar'"),
        (EVENT.replace("ORGANIZER;CN=Anna:mailto:anna@contoso.example", "X-A:b"), "ORGANIZER is"),
        (EVENT.replace("20260916T090000", "yesterday"), "line 4: DTSTART"),
        (EVENT.replace("DTEND;TZID=Europe/Amsterdam:20260916T100000", "X-A:b"), "neither DTEND"),
        (EVENT.replace("SUMMARY:Budget", "SUMMARY:"), "SUMMARY is empty"),
        (EVENT + "RRULE:FREQ=WEEKLY", "never ends"),
        (EVENT + "RRULE:FREQ=WEEKLY;COUNT=2\nRDATE:20260920T090000Z", "RDATE"),
        (EVENT.replace("Europe/Amsterdam", "Nowhere/Land"), "DTSTART: unknown time zone 'Nowhere/"),
        (DAILY + "EXDATE;TZID=Nowhere/Land:20260917T090000", "EXDATE: unknown time zone"),
        (DAILY + "EXDATE;VALUE=DATE:20260917", "EXDATE is not of the kind of DTSTART"),
        (DAILY + "EXDATE;VALUE=PERIOD:20260917T070000Z/PT1H", "EXDATE is not of the kind"),
        (EVENT + "ORGANIZER:mailto:bob@contoso.example", "ORGANIZER stands there twice"),
        (EVENT + "RECURRENCE-ID:banana", "line 4: RECURRENCE-ID"),
        (EVENT + "RECURRENCE-ID;RANGE=THISANDFUTURE:20260916T070000Z", "RANGE is not understood"),
        (EVENT + "STATUS:CANCELLED\nRECURRENCE-ID:banana", "line 4: RECURRENCE-ID"),
        (EVENT + "RRULE:FREQ=DAILY;INTERVAL=0;COUNT=2", "no INTERVAL of 1 or more"),
        (EVENT + "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "has no date"),
        (EVENT.replace("20260916", "19700101") + "RRULE:FREQ=MINUTELY;UNTIL=20990101T000000Z",
         "over 20000 dates"),
        (EVENT + "X-OBCTL-ATTENDEES:" + "9" * 5000, "is no number of people"),
    ],
    ids=["no-room", "room", "organizer", "start", "end", "subject", "endless", "rdate", "zone",
         "zone-of-exdate", "exdate-day", "exdate-period", "twice", "instance", "range",
         "instance-cancelled", "interval", "dateless", "too-long", "people"],
)  # fmt: skip
def test_a_meeting_that_cannot_be_is_named_by_its_line(
    read_desk: Desk, folder: Path, event: str, says: str
) -> None:
    answer = read_desk.run("reservations", "import", _ics(folder, event), "--no-push")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert says in answer.stderr
    assert _listed(read_desk) == []


def test_what_was_imported_is_known_again_and_what_differs_is_told(
    read_desk: Desk, folder: Path
) -> None:
    assert len(_import(read_desk, _ics(folder, EVENT))) == 1
    again = read_desk.run("reservations", "import", _ics(folder, EVENT), "--no-push")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "0 reservations imported; left out: 1 there already" in again.stderr
    moved = EVENT.replace("T09", "T13").replace("T10", "T14")
    differs = read_desk.run("reservations", "import", _ics(folder, moved), "--no-push")
    assert differs.exit_code == 2
    assert "line 4: is reservation 1 already, which is otherwise here" in differs.stderr
    assert "(start, end)" in differs.stderr
    noted = read_desk.run("reservations", "import", _ics(folder, EVENT + "DESCRIPTION:U-shape"))
    assert (noted.exit_code, "(notes)" in noted.stderr) == (2, True)
    twice = read_desk.run("reservations", "import", _ics(folder, EVENT, EVENT), "--no-push")
    assert "line 12: the UID of line 4 again: budget-1" in twice.stderr
    assert len(_listed(read_desk)) == 1


def test_what_was_imported_and_is_cancelled_here_is_not_taken_for_there_already(
    read_desk: Desk, folder: Path
) -> None:
    _import(read_desk, _ics(folder, EVENT))
    assert read_desk.run("reservations", "cancel", "1", "--no-push", "--yes").exit_code == 0
    again = read_desk.run("reservations", "import", _ics(folder, EVENT), "--no-push")
    assert again.exit_code == 2
    assert "line 4: is reservation 1 already, which is otherwise here (cancelled)" in again.stderr


def test_a_uid_of_a_company_of_the_same_name_is_what_came_with_it(
    read_desk: Desk, folder: Path
) -> None:
    """Not the reservation that has this number here: a store that was made anew has others."""
    first = EVENT.replace("budget-1", "obctl-contoso-2")
    second = EVENT.replace("budget-1", "obctl-contoso-9").replace("20260916", "20260917")
    assert [item["number"] for item in _import(read_desk, _ics(folder, first, second))] == [1, 2]
    assert _import(read_desk, _ics(folder, first, second)) == []


def test_a_series_of_which_all_dates_are_past_is_counted(read_desk: Desk, folder: Path) -> None:
    past = EVENT.replace("20260916", "20260801") + "RRULE:FREQ=WEEKLY;COUNT=2"
    answer = read_desk.run("reservations", "import", _ics(folder, past), "--no-push")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "0 reservations imported; left out: 1 past" in answer.stderr


@pytest.mark.parametrize(
    ("more", "starts"),
    [
        ("RRULE:FREQ=WEEKLY;COUNT=3", ["09-16T07", "09-23T07", "09-30T07"]),
        ("RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/Amsterdam:20260923T090000",
         ["09-16T07", "09-30T07"]),
        ("RRULE:FREQ=WEEKLY;UNTIL=20261029T235959Z\nEXDATE:20260923T070000Z",
         ["09-16T07", "09-30T07", "10-07T07", "10-14T07", "10-21T07", "10-28T08"]),
        ("RRULE:FREQ=MONTHLY;BYDAY=1WE,3WE;COUNT=3", ["09-16T07", "10-07T07", "10-21T07"]),
    ],
    ids=["series", "without-a-date", "through-the-change-of-clocks", "no-pattern-of-graphs"],
)  # fmt: skip
def test_a_series_has_the_dates_that_its_file_gives_it(
    read_desk: Desk, folder: Path, more: str, starts: list[str]
) -> None:
    _import(read_desk, _ics(folder, EVENT + more))
    assert [item[1][5:13] for item in _listed(read_desk)] == starts


def test_a_date_that_stands_for_itself_takes_the_place_of_its_series(
    read_desk: Desk, folder: Path
) -> None:
    series = EVENT + "RRULE:FREQ=WEEKLY;COUNT=3"
    moved = EVENT.replace("20260916T09", "20260924T13").replace("20260916T10", "20260924T14")
    moved += "RECURRENCE-ID;TZID=Europe/Amsterdam:20260923T090000"
    _import(read_desk, _ics(folder, series, moved))
    assert [item[1][5:13] for item in _listed(read_desk)] == ["09-16T07", "09-24T11", "09-30T07"]
    assert _import(read_desk, _ics(folder, series, moved)) == []


@pytest.mark.parametrize(
    ("zone", "entries"),
    [
        ("Europe/Amsterdam", [5]),
        ("W. Europe Standard Time", [5]),
        ("Europe/Berlin", [5]),
        ("America/New_York", [1, 1, 1, 1, 1]),
    ],
)
def test_a_series_is_one_where_the_rooms_clocks_give_the_same_dates(
    read_desk: Desk, folder: Path, zone: str, entries: list[int]
) -> None:
    """From 12 October on the clocks go back in Europe a week before they do in New York."""
    series = EVENT.replace("Europe/Amsterdam", zone).replace("20260916", "20261012")
    made = _import(read_desk, _ics(folder, series + "RRULE:FREQ=WEEKLY;COUNT=5"))
    assert [item["dates"] for item in made] == entries


def test_a_spreadsheet_may_part_its_cells_by_semicolons(read_desk: Desk, folder: Path) -> None:
    file = folder / "in.csv"
    text = f"{HEAD}\n{LINE}\n".replace(",", ";").replace("Budget", "Budget, again")
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [item["subject"] for item in _import(read_desk, str(file))] == ["Budget, again"]


def test_a_date_without_uid_is_of_no_series_and_takes_none_away(
    read_desk: Desk, folder: Path
) -> None:
    nameless = EVENT.replace("UID:budget-1\n", "")
    series = nameless + "RRULE:FREQ=WEEKLY;COUNT=2"
    other = nameless.replace("LOCATION:Atrium", "LOCATION:Liberty")
    other += "RECURRENCE-ID;TZID=Europe/Amsterdam:20260923T090000"
    answer = read_desk.run("reservations", "import", _ics(folder, series, other), "--no-push")
    assert answer.exit_code == 2
    assert "line 12: RECURRENCE-ID without UID" in answer.stderr
    assert [item["dates"] for item in _import(read_desk, _ics(folder, series))] == [2]


def test_a_series_under_way_is_taken_from_now_on(read_desk: Desk, folder: Path) -> None:
    series = EVENT.replace("20260916", "20260901") + "RRULE:FREQ=WEEKLY;COUNT=4"
    made = _import(read_desk, _ics(folder, series))
    assert [item["start"] for item in made] == ["2026-09-15T07:00:00Z", "2026-09-22T07:00:00Z"]


def test_rooms_zones_and_days_are_read_as_they_are_meant(read_desk: Desk, folder: Path) -> None:
    windows = EVENT.replace("Europe/Amsterdam", "W. Europe Standard Time").replace("-1", "-2")
    floating = EVENT.replace(";TZID=Europe/Amsterdam", "").replace(
        "LOCATION:Atrium",
        "ATTENDEE;CUTYPE=ROOM:mailto:liberty@contoso.example\nATTENDEE:mailto:b@contoso.example",
    ).replace("-1", "-3")  # fmt: skip
    days = EVENT.replace(";TZID=Europe/Amsterdam:20260916T090000", ";VALUE=DATE:20260918")
    days = days.replace("DTEND;TZID=Europe/Amsterdam:20260916T100000", "X-A:b").replace("-1", "-4")
    _import(read_desk, _ics(folder, windows, floating, days))
    assert [(*item[:3], item[5]) for item in _listed(read_desk)] == [
        ("Atrium", "2026-09-16T07:00:00Z", "2026-09-16T08:00:00Z", None),
        ("Liberty", "2026-09-16T13:00:00Z", "2026-09-16T14:00:00Z", 1),
        ("Atrium", "2026-09-17T22:00:00Z", "2026-09-18T22:00:00Z", None),
    ]


@pytest.mark.parametrize("suffix", ["csv", "ics"])
def test_what_went_out_comes_back_as_it_was(
    read_desk: Desk, tmp_path: Path, folder: Path, suffix: str
) -> None:
    """Into an empty company, and into its own, which has it already."""
    read_desk.reservations(
        make_reservation(1, event=None, starts="2026-09-16 07:00", ends="2026-09-16 08:00",
                         subject="=cmd|' /C calc'!A0", notes=" a\nb;,\\n 'x' \u202e", attendees=7),
        make_reservation(2, event=None, room=LIBERTY, starts="2026-09-16 04:00",
                         ends="2026-09-17 04:00", all_day=True, subject="'+1 – Ünï 🎉 " * 9),
        make_reservation(3, event=None, starts="2026-09-18 07:00", ends="2026-09-18 08:00",
                         status=Status.TENTATIVE),
        make_reservation(4, event=None, starts="2026-09-18 07:00", ends="2026-09-18 08:00",
                         status=Status.CANCELLED),
    )  # fmt: skip
    file = str(folder / f"out.{suffix}")
    written = read_desk.run("reservations", "export", file)
    assert (written.exit_code, written.stdout) == (0, "")
    assert written.stderr == f"{file} written: 4 reservations\n"
    before = [item for item in _listed(read_desk) if item[-1] != "cancelled"]
    own = read_desk.run("reservations", "import", file, "--no-push")
    assert "0 reservations imported; left out: 1 cancelled, 3 there already" in own.stderr

    other = Desk(tmp_path / "other")
    other.rooms(*two_rooms())
    assert len(_import(other, file)) == 3
    assert _listed(other) == before
    if suffix == "ics":
        calendar = Calendar.from_ical(Path(file).read_bytes())
        assert all(not event.errors for event in calendar.walk())
        assert all(len(line) <= 75 for line in Path(file).read_bytes().split(b"\r\n"))
    else:
        assert "\n'=cmd" in Path(file).read_text("utf-8").replace(",", "\n")


ROOM = "ams-1.02@contoso.example"


def test_a_file_is_written_into_outlook_or_none_of_it(
    live_desk: Desk, tenant: SandboxServer, folder: Path
) -> None:
    for words in (("rooms", "add", ROOM, "--time-zone", "Europe/Amsterdam"), ("sync", "run")):
        assert live_desk.run(*words).exit_code == 0
    lines = [
        f"{ROOM},Yoga,2026-10-{day}T20:00,2026-10-{day}T21:00,anna@contoso.example"
        for day in (20, 27)
    ]
    tenant.tenant.book(
        organizer="bob@contoso.example", rooms=[ROOM], subject="Theirs",
        start="2026-10-27T20:30", end="2026-10-27T21:30",
    )  # fmt: skip
    taken = live_desk.run("reservations", "import", _csv(folder, *lines))
    assert (taken.exit_code, taken.stdout) == (6, "")
    assert "Theirs" in taken.stderr
    assert live_desk.run("reservations", "list", "--text", "Yoga", "-o", "json").stdout == "[]\n"
    free = live_desk.run("reservations", "import", _csv(folder, lines[0]), "-o", "json")
    assert free.exit_code == 0, free.stderr
    (item,) = json.loads(
        live_desk.run("reservations", "list", "--text", "Yoga", "-o", "json").stdout
    )
    assert item["external_state"] == 10
