"""What was deleted and booked anew in its slot: whose reservation it becomes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import (
    BRAM,
    DAY,
    NOW,
    make_cancelled_reservation,
    make_event,
    make_reservation,
    make_situation,
    moment,
)

from obctl.domain.event import Event
from obctl.domain.reservation import ExternalState, Reservation
from obctl.domain.sync.rebooked import may_be_rebooked, rebooked
from obctl.domain.values import replace

END = moment("10:00")
SECOND = timedelta(seconds=1)
LOST = make_reservation(event="GONE")


@pytest.mark.parametrize(
    ("reservation", "event", "more", "found"),
    [
        pytest.param(LOST, make_event(), {}, True, id="the same slot, person and subject"),
        pytest.param(LOST, make_event(starts="09:30"), {}, False, id="another start"),
        pytest.param(LOST, make_event(ends="10:30"), {}, False, id="another end"),
        pytest.param(LOST, make_event(all_day=True), {}, False, id="a day"),
        pytest.param(LOST, make_event(organizer=BRAM), {}, False, id="somebody else's"),
        pytest.param(LOST, make_event(subject="Plan"), {}, False, id="another subject"),
        pytest.param(LOST, make_event(subject="Anna de Vries"), {}, True, id="rewritten"),
        pytest.param(
            LOST,
            make_event(transaction_id="obctl-2001-1-0123456789abcdef"),
            {},
            False,
            id="written for another reservation",
        ),
        pytest.param(LOST, make_event(is_cancelled=True), {}, False, id="cancelled"),
        pytest.param(LOST, make_event(), {"now": END - SECOND}, True, id="not quite over"),
        pytest.param(LOST, make_event(), {"now": END}, False, id="over"),
        pytest.param(LOST, make_event(), {"taken": {"E1"}}, False, id="it stands for another"),
        pytest.param(LOST, make_event(), {"moved": {1001}}, False, id="the meeting is elsewhere"),
        pytest.param(
            make_cancelled_reservation(event="GONE"), make_event(), {}, False, id="given up here"
        ),
    ],
)
def test_what_stands_in_the_slot_of_a_lost_meeting_takes_its_reservation(
    reservation: Reservation, event: Event, more: dict[str, Any], *, found: bool
) -> None:
    after = rebooked(make_situation([reservation], [event]).matching, **{"now": NOW} | more)
    assert after.pairs == (((reservation, event),) if found else ())
    assert after.lone_reservations == (() if found else (reservation,))
    assert after.lone_events == (() if found else (event,))


@pytest.mark.parametrize(
    "situation",
    [
        pytest.param(make_situation([LOST], [make_event()], agreed={}), id="never in step"),
        pytest.param(
            make_situation([LOST], [make_event()], whole=False), id="nobody asked for its event"
        ),
    ],
)
def test_only_what_is_lost_is_given_another_event(situation: Any) -> None:
    assert rebooked(situation.matching, now=NOW).pairs == ()


@pytest.mark.parametrize("subject", ["Budget", "Anna de Vries"], ids=["the same", "rewritten"])
@pytest.mark.parametrize(
    ("off", "more"),
    [
        pytest.param([make_event(is_cancelled=True)], {}, id="shown as cancelled"),
        pytest.param([], {"agreed": {}}, id="gone"),
        pytest.param([], {"agreed": {}, "whole": False}, id="on a night of changes"),
    ],
)
def test_what_a_person_kept_without_its_event_is_what_was_booked_in_its_slot(
    off: list[Event], more: dict[str, Any], subject: str
) -> None:
    kept = make_reservation(external_state=ExternalState.NOT_ON_OUTLOOK)
    anew = make_event("E2", subject=subject)
    after = rebooked(make_situation([kept], [*off, anew], **more).matching, now=NOW)
    assert after.pairs == ((kept, anew),)


def test_what_was_called_off_gives_its_reservation_to_what_was_booked_in_its_place() -> None:
    held, off, anew = make_reservation(), make_event(is_cancelled=True), make_event("E2")
    after = rebooked(make_situation([held], [off, anew]).matching, now=NOW)
    assert after.pairs == ((held, anew),)
    assert after.lone_events == (off,)


def test_what_went_back_to_a_draft_keeps_its_reservation() -> None:
    held, draft, anew = make_reservation(), make_event(is_draft=True), make_event("E2")
    matching = make_situation([held], [draft, anew]).matching
    assert rebooked(replace(matching, pairs=((held, draft),)), now=NOW).pairs == ((held, draft),)


def test_each_new_event_is_taken_once_and_by_the_older_reservation_first() -> None:
    first, second = (make_reservation(number, event=f"G{number}") for number in (1001, 1002))
    events = [make_event("E2"), make_event("E1")]
    after = rebooked(make_situation([second, first], events).matching, now=NOW)
    assert {owner.number: event.id for owner, event in after.pairs} == {1001: "E1", 1002: "E2"}
    only = rebooked(make_situation([second, first], events[:1]).matching, now=NOW)
    assert {owner.number: event.id for owner, event in only.pairs} == {1001: "E2"}


def test_other_pairs_stay_as_they_are() -> None:
    other, its = (
        make_reservation(1002, event="E9", starts="15:00"),
        make_event("E9", starts="15:00"),
    )
    event = make_event()
    after = rebooked(make_situation([LOST, other], [event, its]).matching, now=NOW)
    assert set(after.pairs) == {(other, its), (LOST, event)}


def test_what_may_be_booked_anew_is_looked_for_before_anything_is_decided() -> None:
    there, elsewhere = make_event(), make_event("E2", day=DAY)
    matching = make_situation([LOST], [there, elsewhere]).matching
    assert may_be_rebooked(matching) == [there]
