"""The planner as a file: what is drawn where, what tells it apart, what a page says in words."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from builders import DAY, make_event, make_reservation, make_room
from hypothesis import given
from hypothesis import strategies as st
from planner_rows import planner_row

from obctl.domain.compare.planner import PlannerDay, PlannerRow, View, plan_row
from obctl.domain.event import Response
from obctl.domain.reservation import ExternalState
from obctl.domain.room import RoomId
from obctl.domain.time_span import days_span
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.render.planner_colours import DARK, LIGHT, Colours
from obctl.render.planner_export import planner_drawing, planner_page
from obctl.render.planner_layout import Axis, axis_of, lay_out

NOW = datetime(2026, 9, 15, 10, 30, tzinfo=UTC)
SOURCE = "Office 365 as Outlook had it then."
SVG = "{http://www.w3.org/2000/svg}"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def _day(*rows: PlannerRow, day: date = DAY, view: View = View.BOTH) -> PlannerDay:
    return PlannerDay(day, "Europe/Amsterdam", view, rows)


def _drawing(*days: PlannerDay) -> ET.Element:
    return ET.fromstring("".join(planner_drawing(days, NOW, SOURCE)))


def _page(*days: PlannerDay) -> str:
    return "".join(planner_page(days, NOW, SOURCE))


def _bars(root: ET.Element) -> dict[str, tuple[str, str]]:
    """First line of what is shown on pointing at a bar: its classes and its label."""
    found: dict[str, tuple[str, str]] = {}
    for group in root.iter(f"{SVG}g"):
        title = group.find(f"{SVG}title")
        shape = group.find(f"{SVG}g")
        if title is None or shape is None or "bar" not in shape.get("class", ""):
            continue
        label = shape.find(f"{SVG}text[@class='label']")
        first = (title.text or "").splitlines()[0]
        found[first] = (shape.get("class", ""), "" if label is None else label.text or "")
    return found


def _texts(root: ET.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_both_sides_stand_one_below_the_other_with_their_words() -> None:
    root = _drawing(
        _day(
            planner_row(
                events=[make_event("E1", starts="07:00", ends="10:00")],
                reservations=[make_reservation(1, event="E1", starts="07:00", ends="10:00")],
            )
        )
    )
    assert _bars(root) == {
        "Office 365: Budget, reservation 1": ("bar o365", "Budget"),
        "Officebooking: Budget, reservation 1": ("bar ob", "1 Budget"),
    }
    words = _texts(root)
    for expected in ("Amsterdam", "Europe/Amsterdam", "Atrium", "O365", "OB", "now 12:30"):
        assert expected in words
    assert root.get("lang") == "en"
    assert (root.findtext(f"{SVG}title") or "") == "Planner Tue 2026-09-15"
    assert SOURCE in (root.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize(
    ("changes", "form", "label", "says"),
    [
        ({"is_cancelled": True}, "cancelled", "✕ Budget", "cancelled in Outlook"),
        ({"response": Response.TENTATIVE}, "tentative", "? Budget", "tentative"),
        ({"subject": ""}, "", "(no subject)", ""),
    ],
    ids=["cancelled", "tentative", "no-subject"],
)
def test_each_state_has_a_form_and_a_word_besides_its_colour(
    changes: dict[str, Any], form: str, label: str, says: str
) -> None:
    root = _drawing(
        _day(planner_row(events=[make_event(ends="12:00", **changes)]), view=View.OFFICE365),
    )
    ((classes, shown),) = _bars(root).values()
    assert form in classes
    assert shown == label
    assert says in ET.tostring(root, encoding="unicode")


def test_a_request_a_difference_and_an_overlap_are_told_apart_without_colour() -> None:
    root = _drawing(
        _day(
            planner_row(
                events=[
                    make_event("E1", ends="13:00"),
                    make_event("E2", starts="10:00", ends="12:00"),
                ],
                reservations=[
                    make_reservation(
                        1, ends="13:00", external_state=ExternalState.CANCELLATION_REQUEST
                    )
                ],
            )
        )
    )
    bars = _bars(root)
    assert bars["Officebooking: Budget, reservation 1"][1].startswith("1 ! ")
    assert "differs" in bars["Office 365: Budget"][0], "missing in Officebooking"
    *_samples, shape = (g for g in root.iter(f"{SVG}g") if g.get("class") == "bar o365 differs")
    assert [text.text for text in shape.findall(f"{SVG}text[@class='mark']")] == ["≠"]
    assert shape.findall(f"{SVG}path[@class='sign']"), "shares its time"
    tops = {
        svg.get("y")
        for svg in root.iter(f"{SVG}svg")
        if svg.find(f"{SVG}g/{SVG}g[@class]") is not None
    }
    assert len(tops) == 3, "what shares its time has a line of its own"


def test_what_was_not_read_is_hatched_and_never_empty() -> None:
    gone = planner_row(make_room("Vermeer", id=RoomId(2)), condition="mailbox-gone")
    hidden = planner_row(
        make_room("Rembrandt", id=RoomId(3)),
        unreadable=[UnreadableEvent("E9", "no start", subject="Broken")],
    )
    day = _day(gone, hidden, planner_row())
    root = _drawing(day)
    hatched = [g for g in root.iter(f"{SVG}g") if g.get("class") == "unread"]
    assert [g.findtext(f"{SVG}title") for g in hatched] == [
        "not read: 1 event, Broken", "not read: mailbox-gone",
    ]  # fmt: skip
    rows = _cells(_page(day))
    assert ["Vermeer", "Office 365", "", "not read: mailbox-gone", "", "", ""] in rows
    assert ["Vermeer", "Office 365", "", "nothing", "", "", ""] not in rows
    assert ["Vermeer", "Officebooking", "", "nothing", "", "", ""] in rows
    assert ["Atrium", "Office 365", "", "nothing", "", "", ""] in rows


class _Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def _cells(page: str) -> list[list[str]]:
    parser = _Cells()
    parser.feed(page)
    return parser.rows


def test_the_page_says_in_tables_what_it_draws_and_loads_nothing() -> None:
    page = _page(
        _day(
            planner_row(
                events=[make_event("E1", starts="07:00", ends="10:00", subject="Budget")],
                reservations=[make_reservation(1, event="E1", starts="08:00", ends="10:00")],
            )
        )
    )
    assert _cells(page) == [
        ["Room", "Side", "When", "What", "Reservation", "State", "Difference"],
        ["Atrium", "Office 365", "09:00-12:00", "Budget", "1", "", "differs in start"],
        ["Atrium", "Officebooking", "10:00-12:00", "Budget", "1", "", "differs in start"],
    ]
    assert '<html lang="en">' in page
    assert "<title>Planner Tue 2026-09-15</title>" in page
    assert 'role="img" aria-label="Tue 2026-09-15, Amsterdam"' in page
    assert "://" not in page
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\((?!#)", page)
    assert "@page { size: A4 landscape" in page


def test_a_week_is_a_section_a_day_and_a_table_a_day() -> None:
    days = [
        _day(planner_row(day=DAY.replace(day=n)), day=DAY.replace(day=n)) for n in range(14, 19)
    ]
    page = _page(*days)
    assert "<title>Planner Mon 2026-09-14 to Fri 2026-09-18</title>" in page
    assert page.count("<h2>") == 6
    assert page.count("<caption>") == 5
    assert page.count(">now 12:30<") == 1, "the now-line crosses its own day alone"


@pytest.mark.parametrize(
    ("day", "hours", "first", "last", "ticks"),
    [
        ("2026-10-25", (0, 24), "2026-10-24T22:00", "2026-10-25T23:00", "00 01 02 02 03"),
        ("2026-03-29", (0, 24), "2026-03-28T23:00", "2026-03-29T22:00", "00 01 03 04 05"),
        ("2026-09-15", (7, 19), "2026-09-15T05:00", "2026-09-15T17:00", "07 08 09 10 11"),
    ],
)
def test_the_axis_runs_along_real_time(
    day: str, hours: tuple[int, int], first: str, last: str, ticks: str
) -> None:
    axis = axis_of(date.fromisoformat(day), make_room().zone, hours)
    assert (f"{axis.span.start:%Y-%m-%dT%H:%M}", f"{axis.span.end:%Y-%m-%dT%H:%M}") == (first, last)
    assert [hour for _, hour in axis.ticks][:5] == ticks.split()


_HOSTILE = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\x00\x1b\ufffe\u202e\n]"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=30,
)


@given(_HOSTILE, _HOSTILE, _HOSTILE)
def test_nothing_from_elsewhere_is_more_than_text(subject: str, name: str, location: str) -> None:
    days = [_day(planner_row(make_room(name, location=location), [make_event(subject=subject)]))]
    root = _drawing(*days)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "title", "desc", "style", "defs", "pattern", "path", "rect", "text", "g",
    }  # fmt: skip
    page = _page(*days)
    assert page.count("<script") == 0
    assert page.count("<tr>") == 3


_MINUTES = st.integers(-600, 2040)


@given(st.lists(st.tuples(_MINUTES, st.integers(0, 600)), max_size=12))
def test_no_bar_covers_another_or_leaves_its_axis(times: list[tuple[int, int]]) -> None:
    start = days_span(DAY, DAY, make_room().zone).start.timestamp()
    events = [
        make_event(
            f"E{number}",
            starts=datetime.fromtimestamp(start + begin * 60, UTC),
            ends=datetime.fromtimestamp(start + (begin + length) * 60, UTC),
        )
        for number, (begin, length) in enumerate(times)
    ]
    day = _day(plan_row(make_room(), DAY, events=events), view=View.OFFICE365)
    (drawn,) = lay_out([day], NOW, least=0.01)
    lanes = list(chain.from_iterable(room.lanes for room in drawn.places[0].rooms))
    assert sum(len(lane.bars) for lane in lanes) == len(day.rows[0].events)
    for lane in lanes:
        ends = 0.0
        for bar in lane.bars:
            assert ends <= bar.start < bar.end <= 1.0 + 1e-9
            ends = bar.end


def _luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _words_on_ground(colours: Colours) -> Iterator[tuple[str, str]]:
    for ground in (colours.ground, colours.band):
        yield from ((words, ground) for words in (colours.words, colours.dim, colours.now))
        yield from ((side.words, ground) for side in colours.sides.values())
    yield colours.on_differs, colours.differs
    for side in colours.sides.values():
        yield side.text, side.strong
        yield from ((side.words, behind) for behind in (side.pale, side.stripe))


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_shapes_stand_out_from_what_is_behind_them(colours: Colours) -> None:
    for words, ground in _words_on_ground(colours):
        assert _contrast(words, ground) >= 4.5, (words, ground)
    shapes = [colours.hatch, colours.differs, colours.now]
    shapes += [side.strong for side in colours.sides.values()]
    for shape in shapes:
        for ground in (colours.ground, colours.band):
            assert _contrast(shape, ground) >= 3, (shape, ground)


def test_an_axis_without_length_has_a_place_for_everything() -> None:
    """Samoa had no 30 December 2011."""
    zone = make_room(time_zone="Pacific/Apia").zone
    axis = axis_of(date(2011, 12, 30), zone, (0, 24))
    assert axis == Axis(axis.span, ())
    assert axis.place(NOW) == 0.0


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to show a page")
def test_a_browser_draws_what_the_page_holds(tmp_path: Path) -> None:
    full, empty = planner_row(events=[make_event(ends="12:00")]), planner_row()
    shown = [_shown_by_browser(_page(_day(row)), tmp_path) for row in (full, empty, full)]
    assert shown[0] == shown[2] != shown[1]


def _shown_by_browser(page: str, folder: Path) -> bytes:
    """A picture of the drawing; the tables lie below its edge."""
    assert CHROMIUM is not None
    file, picture = folder / "day.html", folder / "day.png"
    file.write_text(page.replace('<section class="tables">', '<section hidden="">'), "utf-8")
    subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         f"--user-data-dir={folder / 'profile'}", f"--screenshot={picture}",
         "--window-size=1200,420", file.as_uri()],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return picture.read_bytes()
