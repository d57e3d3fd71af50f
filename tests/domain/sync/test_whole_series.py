"""When one write to a series says what a write to each of its dates would."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from builders import make_agreed, make_master, make_occurrence, make_occurrence_reservation

from obctl.domain.event import Event, EventType, Person, Response, SeriesMaster
from obctl.domain.event_changes import EventChanges
from obctl.domain.recurrence import Recurrence
from obctl.domain.sync.whole_series import DateEdit, one_write, whole_span
from obctl.domain.values import replace

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ROOM = Person("Atrium", "atrium@contoso.example")
DAYS = (date(2026, 9, 15), date(2026, 9, 22), date(2026, 9, 29))
OURS: dict[str, Any] = {
    "organizer": ROOM, "is_organizer": True, "response": Response.ORGANIZER,
}  # fmt: skip
WEEKLY = Recurrence(
    "weekly", 1, DAYS[0], DAYS[-1], days=("tuesday",), time_zone="W. Europe Standard Time"
)


def series(**changes: Any) -> SeriesMaster:
    fields: dict[str, Any] = {"recurrence": WEEKLY, "starts": f"{DAYS[0]} 09:00"} | OURS
    return make_master(**fields | changes)


def shown(**changes: Any) -> list[Event]:
    return [
        make_occurrence(f"O{n}", starts=f"{day} 09:00", **OURS | changes)
        for n, day in enumerate(DAYS)
    ]


def edits(
    events: list[Event], subject: str = "Training", hours: int = 0, **changes: Any
) -> list[DateEdit]:
    """Each date renamed, and `hours` later."""
    found: list[DateEdit] = []
    for number, event in enumerate(events):
        before = make_occurrence_reservation(
            number, event=event.id, starts=event.start, ends=event.end, organizer=ROOM
        )
        later = timedelta(hours=hours)
        fields: dict[str, Any] = {
            "subject": subject, "start": before.start + later, "end": before.end + later,
        }  # fmt: skip
        after = replace(before, **fields | changes)
        found.append(DateEdit(after, make_agreed(before, event), event))
    return found


def test_a_new_subject_is_one_write() -> None:
    events = shown()
    assert one_write(series(), events, edits(events), AMSTERDAM) == EventChanges("Training")


def test_new_hours_are_one_write_that_names_the_first_date() -> None:
    events = shown()
    changes = one_write(series(), events, edits(events, subject="Budget", hours=2), AMSTERDAM)
    start = datetime(2026, 9, 15, 11, tzinfo=UTC)
    assert changes is not None
    assert changes.subject is None
    assert changes.time is not None
    assert (changes.time.start, changes.time.all_day) == (start, False)
    assert ZoneInfo(changes.time.time_zone).utcoffset(start) == AMSTERDAM.utcoffset(start)


def test_nothing_is_left_to_write_where_outlook_shows_it_already() -> None:
    """As after a write whose answer was lost."""
    before = shown()
    wanted = EventChanges("Training")
    after = [replace(event, subject="Training") for event in before]
    tried = [
        DateEdit(edit.reservation, replace(edit.agreed, tried=(wanted,)), event)
        for edit, event in zip(edits(before), after, strict=True)
    ]
    assert one_write(series(), after, tried, AMSTERDAM) == EventChanges()


NO_END = replace(WEEKLY, end_date=None)
CUSTOM = replace(WEEKLY, time_zone="Customized Time Zone")


@pytest.mark.parametrize(
    ("master", "subject", "hours"),
    [
        pytest.param(series(), True, True, id="plain"),
        pytest.param(series(recurrence=NO_END), False, False, id="without-end"),
        pytest.param(series(recurrence=CUSTOM), True, False, id="zone-of-its-own"),
        pytest.param(series(is_organizer=False), False, False, id="somebody-elses"),
        pytest.param(series(exceptions=1), True, False, id="an-exception"),
        pytest.param(series(cancelled=(date(2026, 9, 22),)), True, False, id="a-date-called-off"),
        pytest.param(series(cancelled=None), True, True, id="cloud-that-does-not-say"),
        pytest.param(
            series(recurrence=replace(WEEKLY, end_date=date(2026, 10, 6))),
            False, False, id="a-date-that-is-not-shown",
        ),
    ],
)  # fmt: skip
def test_the_series_itself_decides(master: SeriesMaster, subject: bool, hours: bool) -> None:
    events = shown()
    renamed = one_write(master, events, edits(events), AMSTERDAM)
    moved = one_write(master, events, edits(events, subject="Budget", hours=2), AMSTERDAM)
    assert (renamed is not None, moved is not None) == (subject, hours)


@pytest.mark.parametrize(
    ("number", "changed"),
    [
        pytest.param(1, {"start": datetime(2026, 9, 22, 6, tzinfo=UTC)}, id="moved-there"),
        pytest.param(1, {"subject": "Workshop"}, id="renamed-there"),
        pytest.param(1, {"is_cancelled": True}, id="cancelled-there"),
    ],
)
def test_what_somebody_changed_there_is_merged_date_by_date(
    number: int, changed: dict[str, Any]
) -> None:
    events = shown()
    wanted = edits(events)
    events[number] = replace(events[number], **changed)
    wanted[number] = replace(wanted[number], there=events[number])
    assert one_write(series(), events, wanted, AMSTERDAM) is None


def test_a_series_of_which_a_part_is_not_to_be_changed_is_left_alone() -> None:
    events = shown()
    assert one_write(series(), events, edits(events)[1:], AMSTERDAM) is None
    assert one_write(series(), events[:2], edits(events)[:2], AMSTERDAM) is None


def test_one_date_that_is_to_be_changed_is_no_matter_for_the_series() -> None:
    events = shown()
    wanted = [*edits(events[:2], subject="Budget"), *edits(events)[2:]]
    assert one_write(series(), events, wanted, AMSTERDAM) is None


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"start": datetime(2026, 9, 22, 12, tzinfo=UTC)}, id="an-hour-of-its-own"),
        pytest.param({"end": datetime(2026, 9, 22, 15, tzinfo=UTC)}, id="a-length-of-its-own"),
        pytest.param({"subject": "Exam"}, id="a-subject-of-its-own"),
    ],
)
def test_dates_that_are_not_to_be_alike_are_written_each(odd: dict[str, Any]) -> None:
    events = shown()
    wanted = edits(events, hours=2)
    wanted[1] = replace(wanted[1], reservation=replace(wanted[1].reservation, **odd))
    assert one_write(series(), events, wanted, AMSTERDAM) is None


def test_hours_that_the_clocks_skip_or_show_twice_are_written_each() -> None:
    """On the first date: Exchange would move the whole series along."""
    day = date(2026, 10, 25)
    weekly = replace(WEEKLY, start_date=day, end_date=date(2026, 11, 8), days=("sunday",))
    starts = [datetime(2026, 10, 25, 8, tzinfo=UTC) + timedelta(weeks=n) for n in range(3)]
    events = [make_occurrence(f"O{n}", starts=start, **OURS) for n, start in enumerate(starts)]
    master = series(recurrence=weekly, starts=starts[0])
    assert one_write(master, events, edits(events, hours=2), AMSTERDAM) is not None
    assert one_write(master, events, edits(events, hours=-7), AMSTERDAM) is None


def test_a_date_with_its_own_type_keeps_the_hours_of_the_others_off_the_series() -> None:
    events = shown()
    events[1] = replace(events[1], type=EventType.EXCEPTION)
    moved = one_write(series(), events, edits(events, subject="Budget", hours=2), AMSTERDAM)
    assert moved is None


def test_all_dates_lie_in_the_span_that_is_asked_for() -> None:
    span = whole_span(series())
    assert span is not None
    assert all(span.start < event.start and event.end < span.end for event in shown())
    assert whole_span(series(recurrence=NO_END)) is None
