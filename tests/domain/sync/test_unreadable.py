"""Events that cannot be read: how many are too many, and whose reservations are left alone."""

from __future__ import annotations

import pytest
from builders import make_event, make_reservation, make_situation, moment

from obctl.domain.event import EventId, SeriesKey
from obctl.domain.sync.losses import losses
from obctl.domain.sync.matching import match
from obctl.domain.sync.sides import Sides
from obctl.domain.unreadable_event import UnreadableEvent, may_be, too_many
from obctl.domain.values import replace


@pytest.mark.parametrize(
    ("unreadable", "read", "are_too_many"),
    [(0, 0, False), (1, 0, False), (3, 0, False), (4, 0, True), (4, 15, True), (4, 16, False),
     (10, 40, False), (11, 40, True)],
)  # fmt: skip
def test_more_than_a_few_and_more_than_one_in_five_are_too_many(
    unreadable: int, read: int, are_too_many: bool
) -> None:
    assert too_many(unreadable, read) is are_too_many


KEY = SeriesKey("key-1")


@pytest.mark.parametrize(
    ("event", "it_may"),
    [
        pytest.param({"id": "M"}, True, id="its series"),
        pytest.param({"id": "X"}, False, id="another id, and nothing else known"),
        pytest.param({"id": "X", "series_key": KEY}, True, id="its meeting under a new id"),
        pytest.param({"id": "X", "series_key": SeriesKey("other")}, False, id="another meeting"),
        pytest.param(
            {"id": "X", "series_key": KEY, "original_start": moment("09:00")}, True, id="its date"
        ),
        pytest.param(
            {"id": "X", "series_key": KEY, "original_start": moment("11:00")}, False,
            id="another date",
        ),
        pytest.param({"id": None}, True, id="no id, no time"),
        pytest.param({"id": None, "start": moment("09:00")}, True, id="no id, its time"),
        pytest.param({"id": None, "start": moment("11:00")}, False, id="no id, another time"),
    ],
)  # fmt: skip
def test_whether_what_cannot_be_read_may_be_the_meeting_of_a_reservation(
    event: dict, it_may: bool
) -> None:
    reservation = replace(
        make_reservation(1, starts="09:00", ends="10:00"),
        series_key=KEY,
        series_master_id=EventId("M"),
        original_start=moment("09:00"),
    )
    assert may_be(UnreadableEvent(wrong="start: null", **event), reservation) is it_may


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside its copy"])
def test_a_reservation_whose_event_cannot_be_read_has_lost_nothing_and_gets_no_other(
    beside: bool,
) -> None:
    reservation = make_reservation(1, starts="09:00", ends="10:00")
    copy = replace(
        make_event("C1", starts="09:00", ends="10:00"), series_key=reservation.series_key
    )
    situation = make_situation(reservations=[reservation], events=[copy] if beside else [])
    hidden = UnreadableEvent(reservation.event_id, "start: null")
    found = situation.reread(situation.reading.with_unreadable([hidden]))
    assert found.matching.withheld == ((reservation, hidden),)
    assert found.matching.pairs == ()
    assert losses(found) == []


def test_what_is_unknown_of_an_event_is_as_it_was_agreed() -> None:
    reservation = make_reservation(1, starts="09:00", ends="10:00")
    event = make_event(reservation.event_id or "", starts="09:30", ends="10:30", subject="")
    odd = replace(event, unknown=("subject",))
    situation = make_situation(reservations=[reservation], events=[odd])
    ((_owner, shown),) = situation.matching.pairs
    assert (shown.subject, shown.start) == (reservation.subject, moment("09:30"))
    sides = situation.sides
    assert match(Sides(sides.room, sides.reservations, {}, sides.reading)).pairs
