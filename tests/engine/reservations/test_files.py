"""Whatever a reservation holds, a file gives back: the text of both formats, read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import make_reservation, make_room
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obctl.domain.event import Person
from obctl.domain.reservation import Reservation, Status
from obctl.engine.reservations.files.csv_file import read_csv, write_csv
from obctl.engine.reservations.files.entries import FileContents, Rooms
from obctl.engine.reservations.files.ical_file import read_ical, write_ical
from obctl.store.database import Store, open_store
from obctl.store.rooms import add_room

NOW = datetime(2026, 9, 15, 6, tzinfo=UTC)
ROOM = make_room()
# A NUL ends a CSV file for some readers, and RFC 5545 has no control characters but these.
TEXT = st.text(
    st.one_of(
        st.sampled_from("=+-@'\"\t\n,;:\\ "),
        st.characters(exclude_categories=["Cc", "Cs"]),
    ),
    min_size=1,
    max_size=60,
).filter(str.strip)
MINUTES = st.integers(0, 300_000)  # seven months, with both changes of clocks


@st.composite
def reservations(draw: st.DrawFn) -> Reservation:
    start = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=draw(MINUTES))
    return make_reservation(
        1,
        event=None,
        starts=start,
        ends=start + timedelta(minutes=draw(st.integers(1, 3000))),
        subject=draw(TEXT),
        notes=draw(st.none() | TEXT),
        attendees=draw(st.none() | st.integers(0, 500)),
        organizer=Person(draw(st.none() | st.just('Weiß, Anna "A"')), "anna@contoso.example"),
        status=draw(st.sampled_from([Status.CONFIRMED, Status.TENTATIVE])),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = open_store(tmp_path / "store.db", create=True)
    with opened.transaction():
        add_room(opened, ROOM)
    return opened


def _read(store: Store, file: Path) -> FileContents:
    rooms = Rooms(store)
    return read_csv(file, rooms) if file.suffix == ".csv" else read_ical(file, rooms, NOW)


@pytest.mark.parametrize("suffix", [".csv", ".ics"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=reservations())
def test_a_file_gives_back_what_it_was_given(
    store: Store, tmp_path: Path, suffix: str, item: Reservation
) -> None:
    rooms, uids = {ROOM.id: ROOM}, {item.number: "uid-1"}
    if suffix == ".csv":
        pieces = write_csv([item], rooms, uids)
    else:
        pieces = write_ical([item], rooms, uids, NOW)
    file = tmp_path / f"file{suffix}"
    file.write_text("".join(pieces), encoding="utf-8", newline="")
    found = _read(store, file)
    assert found.problems == []
    (entry,) = found.entries
    assert (entry.subject, entry.notes, entry.attendees) == (
        item.subject, item.notes, item.attendees,
    )  # fmt: skip
    assert (entry.span.start, entry.span.end) == (item.start, item.end)
    assert (entry.organizer, entry.key) == (item.organizer, ("uid-1", ""))
    assert entry.tentative == (item.status is Status.TENTATIVE)
