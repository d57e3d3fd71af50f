"""Notes and the number of people are Officebooking's own, in whoever's meeting."""

from __future__ import annotations

import json

import pytest
from builders import make_event, make_reservation
from desk import ATRIUM, Desk

from obctl.domain.reservation import ReservationNumber
from obctl.store.outbox import pending_for
from obctl.store.reservations import find_reservation


@pytest.fixture
def theirs(read_desk: Desk) -> Desk:
    """A weekly meeting of Anna's, whose copies the room has; one date is over."""
    days = ("2026-09-08", "2026-09-16", "2026-09-23")
    read_desk.reservations(
        *(
            make_reservation(
                number, event=f"E{number}", starts=f"{day} 09:00", ends=f"{day} 10:00",
                key="weekly", notes="Beamer",
            )
            for number, day in enumerate(days, 1)
        )
    )  # fmt: skip
    read_desk.events(
        ATRIUM,
        *(
            make_event(f"E{number}", starts=f"{day} 09:00", ends=f"{day} 10:00", key="weekly")
            for number, day in enumerate(days, 1)
        ),
    )
    return read_desk


def test_notes_of_somebody_elses_meeting_change_and_outlook_gets_nothing(theirs: Desk) -> None:
    """No Graph answers here: a write to it would fail."""
    answer = theirs.run(
        "reservations", "change", "2", "--notes", "U-shape", "--attendees", "12", "-o", "json"
    )
    assert (answer.exit_code, answer.stderr) == (0, "12 are expected, and Atrium holds 8\n")
    item = json.loads(answer.stdout)
    assert (item["notes"], item["attendees"], item["external_state"]) == ("U-shape", 12, 10)
    with theirs.store() as store:
        assert pending_for(store, ReservationNumber(2)) == []
        assert find_reservation(store, 2).version == 1, "what Outlook shows is what was agreed on"
        assert find_reservation(store, 3).notes == "Beamer"
    refused = theirs.run("reservations", "change", "2", "--notes", "Mine", "--subject", "Mine")
    assert (refused.exit_code, "meeting of anna@contoso.example" in refused.stderr) == (6, True)
    with theirs.store() as store:
        assert find_reservation(store, 2).notes == "U-shape"
    found = theirs.run("log", "search", "--action", "reservation.changed", "-o", "json")
    (entry,) = json.loads(found.stdout)
    assert (entry["reservation"], entry["actor"]) == (2, "mia")


def test_notes_of_a_series_follow_the_scope(theirs: Desk) -> None:
    answer = theirs.run("reservations", "change", "2", "--no-notes", "--scope", "all")
    assert answer.exit_code == 0
    with theirs.store() as store:
        assert [find_reservation(store, number).notes for number in (1, 2, 3)] == [
            "Beamer", None, None,
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("2", "--notes", ""), "--notes is empty"),
        (("2", "--notes", "a", "--no-notes"), "exclude each other"),
        (("1", "--notes", "a"), "reservation 1 is past"),
        (("2",), "nothing to change"),
    ],
    ids=["empty", "both", "past", "nothing"],
)
def test_what_is_no_note_is_named(theirs: Desk, words: tuple[str, ...], says: str) -> None:
    answer = theirs.run("reservations", "change", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert says in answer.stderr
