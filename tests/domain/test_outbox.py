"""The outbox: what is written, in whose name, and how it is known again."""

from __future__ import annotations

from typing import Any

import pytest
from builders import LAST_PASS, make_agreed, make_event, make_reservation, moment

from obctl.domain.agreed_state import AgreedState
from obctl.domain.event import Event
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.outbox import changes_of, pushed_for, transaction_id

ZONE = "Europe/Amsterdam"


def at(starts: str = "09:00", ends: str = "10:00", *, all_day: bool = False) -> EventTime:
    return EventTime(moment(starts), moment(ends), all_day, ZONE)


@pytest.mark.parametrize(
    ("here", "there", "agreed", "changes"),
    [
        pytest.param({}, make_event(), make_agreed(), EventChanges(), id="nothing"),
        pytest.param(
            {"starts": "09:30", "ends": "10:00"},
            make_event(),
            make_agreed(),
            EventChanges(time=at("09:30")),
            id="another start",
        ),
        pytest.param(
            {"ends": "10:30"},
            make_event(),
            make_agreed(),
            EventChanges(time=at(ends="10:30")),
            id="another end",
        ),
        pytest.param(
            {"all_day": True},
            make_event(),
            make_agreed(),
            EventChanges(time=at(all_day=True)),
            id="days now",
        ),
        pytest.param(
            {"subject": "Board"},
            make_event(),
            make_agreed(),
            EventChanges("Board"),
            id="another subject",
        ),
        pytest.param(
            {"subject": "Board", "starts": "11:00"},
            make_event(),
            make_agreed(),
            EventChanges("Board", at("11:00", "12:00")),
            id="both",
        ),
        pytest.param(
            {},
            make_event(subject="Anna de Vries"),
            make_agreed(),
            EventChanges(),
            id="Exchange rewrote the subject",
        ),
        pytest.param(
            {"subject": "Board"},
            make_event(subject="Board"),
            make_agreed(),
            EventChanges(),
            id="Outlook has that subject already",
        ),
        pytest.param(
            {},
            make_event(subject="Plan", starts="11:00"),
            None,
            EventChanges("Budget", at()),
            id="nothing was agreed on",
        ),
        pytest.param(
            {},
            make_event(subject="Plan"),
            make_agreed(tried=(EventChanges("Plan"),)),
            EventChanges("Budget"),
            id="a write of ours made it so, and it was taken back here",
        ),
    ],
)
def test_what_was_changed_here_is_written_and_nothing_else(
    here: dict[str, Any], there: Event, agreed: AgreedState | None, changes: EventChanges
) -> None:
    assert changes_of(make_reservation(**here), agreed, there, ZONE) == changes
    assert bool(changes) is (changes != EventChanges())


@pytest.mark.parametrize(
    ("bears", "number"),
    [
        ("obctl-1001-1-0123456789abcdef", 1001),
        ("obctl-1001", 1001),
        ("obctl--1-0123456789abcdef", None),
        ("obctl-panel-7", None),
        ("panel-obctl-1001", None),
        ("1001", None),
        ("", None),
        (None, None),
    ],
)
def test_an_event_of_ours_is_known_by_its_transaction_id(
    bears: str | None, number: int | None
) -> None:
    assert pushed_for(make_event(transaction_id=bears)) == number


def test_one_version_of_a_reservation_has_one_transaction_id() -> None:
    number = make_reservation().number
    first = transaction_id("contoso", number, 2, LAST_PASS)
    assert first == transaction_id("contoso", number, 2, LAST_PASS)
    assert first.startswith("obctl-1001-2-")
    assert len(first.rpartition("-")[2]) == 16
    assert pushed_for(make_event(transaction_id=first)) == number
    others = {
        transaction_id("fabrikam", number, 2, LAST_PASS),
        transaction_id("contoso", number, 3, LAST_PASS),
        transaction_id("contoso", number, 2, moment("09:00")),
    }
    assert len({first, *others}) == 4
