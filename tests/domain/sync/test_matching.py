"""Which reservation belongs to which event, and what proves that an event went."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import (
    ANNA,
    BRAM,
    DAY,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_reservation,
    make_room,
    make_situation,
    moment,
    span_of,
)

from obctl.domain.event import Event, EventId, Response, SeriesMaster
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import ExternalState, Reservation, Status
from obctl.domain.sync.cancellation import Proof
from obctl.domain.sync.losses import kept_without_event, losses
from obctl.domain.sync.matching import Matching, perhaps_continued, unheard
from obctl.domain.sync.proof import is_called_off, is_cut_off, series_id
from obctl.domain.sync.situation import Situation
from obctl.domain.time_span import days_span
from obctl.domain.values import replace

ROOM_ITSELF = make_direct_event().organizer
EVERYTHING = span_of(date(2026, 9, 1), days=60)
NEXT = "2026-09-22 09:00"
ENDED = Recurrence(
    "weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 14), days=("tuesday",),
    time_zone="Europe/Amsterdam",
)  # fmt: skip
ON_MONDAYS = Recurrence(
    "weekly", 1, date(2026, 9, 7), days=("monday",), time_zone="Europe/Amsterdam"
)

DAILY = Recurrence("daily", 1, date(2026, 9, 1), time_zone="Europe/Amsterdam")


def single_under(master: str, starts: str = "09:00", **more: Any) -> SeriesMaster:
    """What is left of a series whose organiser took the recurrence off."""
    return SeriesMaster(make_event(master, starts=starts, **more), None)


def matching(reservations: list[Reservation], events: list[Event], **more: Any) -> Matching:
    return make_situation(reservations, events, **more).matching


def matched(reservations: list[Reservation], events: list[Event], **more: Any) -> dict[str, int]:
    found = matching(reservations, events, **more)
    return {str(event.id): int(reservation.number) for reservation, event in found.pairs}


@pytest.mark.parametrize(
    ("reservations", "events", "found"),
    [
        pytest.param([], [make_event()], {}, id="nobody-knows-it"),
        pytest.param([make_reservation()], [], {}, id="nothing-there"),
        pytest.param([make_reservation()], [make_event()], {"E1": 1001}, id="same-id"),
        pytest.param(
            [make_cancelled_reservation(1001), make_reservation(1002)], [make_event()],
            {"E1": 1002}, id="same-id-and-the-older-cancelled",
        ),
        pytest.param(
            [make_reservation(key="old")], [make_event(key="new")], {"E1": 1001},
            id="same-id-another-key",
        ),
        pytest.param(
            [make_reservation(event="OLD", key="K")], [make_event("NEW", key="K")], {"NEW": 1001},
            id="same-key-another-id",
        ),
        pytest.param(
            [make_reservation(event="OLD", key="K")],
            [make_event("NEW", key="K", starts="15:00")],
            {"NEW": 1001},
            id="same-key-another-time",
        ),
        pytest.param(
            [make_reservation(event="OLD", key="K")], [make_event("NEW", key="k")], {},
            id="keys-that-differ-in-case",
        ),
        pytest.param(
            [make_reservation(event="OLD", key=None)], [make_event("NEW", key=None)], {},
            id="no-key-equals-nothing",
        ),
        pytest.param(
            [make_reservation(event=None)], [make_event()], {"E1": 1001},
            id="never-on-outlook-and-booked-there-by-the-same-person",
        ),
        pytest.param(
            [make_reservation(event=None, external_state=ExternalState.PUSH_PENDING)],
            [make_event()],
            {},
            id="still-to-be-written-is-another-event-to-come",
        ),
        pytest.param(
            [make_reservation(event=None, external_state=ExternalState.PUSH_PENDING)],
            [make_direct_event(transaction_id="obctl-1001-1-0123456789abcdef")],
            {"E1": 1001},
            id="what-we-wrote-for-it",
        ),
        pytest.param(
            [make_reservation(event="OLD", key="K")],
            [make_direct_event(transaction_id="obctl-1001-1-0123456789abcdef")],
            {"E1": 1001},
            id="what-we-wrote-for-it-again",
        ),
        pytest.param(
            [make_reservation(event=None, organizer=ROOM_ITSELF)],
            [make_direct_event(transaction_id="obctl-1002-1-0123456789abcdef")],
            {},
            id="what-we-wrote-for-another",
        ),
        pytest.param(
            [make_reservation(event="OLD")], [make_event("NEW", subject="Quarter")], {},
            id="deleted-and-booked-anew-in-the-same-slot",
        ),
        pytest.param(
            [make_reservation(event="KEPT", key="K")],
            [make_event("KEPT", key="K", is_cancelled=True), make_event("AGAIN", key="K")],
            {"AGAIN": 1001},
            id="invited-anew-after-its-cancellation",
        ),
        pytest.param(
            [make_occurrence_reservation(event="KEPT")],
            [
                make_occurrence("KEPT", is_cancelled=True),
                make_occurrence("AGAIN", starts="11:00"),
            ],
            {"AGAIN": 1001},
            id="a-date-invited-anew-at-another-hour",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_event("NEW", key="key-of-M", starts="10:00")],
            {"NEW": 1001},
            id="a-series-that-became-one-meeting-an-hour-later",
        ),
        pytest.param(
            [make_reservation(event="a1"), make_reservation(1002, event="A1")],
            [make_event("A1", key="x"), make_event("a1", key="y")],
            {"a1": 1001, "A1": 1002},
            id="ids-that-differ-in-case",
        ),
        pytest.param(
            [make_reservation(event="KEPT", key="K")],
            [make_event("COPY", key="K"), make_event("KEPT", key="K")],
            {"KEPT": 1001},
            id="the-id-before-the-key",
        ),
        pytest.param(
            [make_cancelled_reservation(event="OLD", key="K"),
             make_reservation(1002, event="OTHER", key="K")],
            [make_event("NEW", key="K")],
            {"NEW": 1002},
            id="the-living-before-the-cancelled",
        ),
        pytest.param(
            [make_cancelled_reservation(event="OLD", key="K")],
            [make_event("NEW", key="K")],
            {"NEW": 1001},
            id="a-cancelled-one-whose-meeting-is-back",
        ),
        pytest.param(
            [make_reservation(event="OLD", key="K")],
            [make_event("NEW", key="K", is_cancelled=True)],
            {},
            id="a-leftover-takes-nobodys-key",
        ),
        pytest.param(
            [make_reservation()], [make_event(is_cancelled=True)], {"E1": 1001},
            id="its-own-event-cancelled",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW")],
            {"NEW": 1001},
            id="same-series-same-date",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", starts="13:00")],
            {"NEW": 1001},
            id="the-series-moved-to-another-hour",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", starts="21:00")],
            {"NEW": 1001},
            id="twelve-hours-away-on-its-day",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", starts="22:30")],
            {},
            id="twelve-hours-away-on-the-next-day-is-another-date",
        ),
        pytest.param(
            [
                make_occurrence_reservation(event="A", starts="2026-09-15 19:00"),
                make_occurrence_reservation(1002, event="B", starts="2026-09-16 19:00"),
            ],
            [
                make_occurrence("C", starts="2026-09-15 08:00"),
                make_occurrence("D", starts="2026-09-16 08:00"),
                make_occurrence("E", starts="2026-09-17 08:00"),
            ],
            {"C": 1001, "D": 1002},
            id="a-daily-series-from-evening-to-morning-stays-on-its-days",
        ),
        pytest.param(
            [make_occurrence_reservation(1002, event="B", starts="2026-09-15 19:00")],
            [
                make_occurrence("C", starts="2026-09-16 06:00"),
                make_occurrence("D", starts="2026-09-15 06:00"),
            ],
            {"D": 1002},
            id="the-day-itself-goes-before-the-hours-between",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", starts=NEXT)],
            {},
            id="same-series-another-date",
        ),
        pytest.param(
            [make_occurrence_reservation(event="A"),
             make_occurrence_reservation(1002, event="B", starts=NEXT)],
            [make_occurrence("Y", starts=NEXT), make_occurrence("X")],
            {"X": 1001, "Y": 1002},
            id="each-date-its-own",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_event("NEW", key="key-of-M")],
            {"NEW": 1001},
            id="a-series-that-became-one-meeting",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD", starts=NEXT)],
            [make_event("NEW", key="key-of-M")],
            {},
            id="a-date-that-went-when-it-became-one",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", is_cancelled=True)],
            {"NEW": 1001},
            id="a-date-cancelled-under-another-id",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", is_cancelled=True), make_occurrence("OLD")],
            {"OLD": 1001},
            id="the-living-id-before-the-cancelled-date",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", is_cancelled=True), make_occurrence("NEWER")],
            {"NEWER": 1001},
            id="the-living-date-before-the-cancelled-one",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", is_cancelled=True, starts="11:00")],
            {},
            id="a-cancelled-date-with-another-original-start",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", is_cancelled=True, key="another")],
            {},
            id="a-cancelled-date-of-another-key",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD"),
             make_occurrence_reservation(1002, event="B", starts=NEXT)],
            [make_occurrence("NEW", master="COPY", key="key-of-M", is_cancelled=True),
             make_occurrence("B", starts=NEXT)],
            {"B": 1002},
            id="a-cancelled-date-of-a-copied-series",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD"),
             make_occurrence_reservation(1002, event="B", starts=NEXT)],
            [make_occurrence("NEW", master="MOVED", key="key-of-M", is_cancelled=True),
             make_occurrence("NEW-B", master="MOVED", key="key-of-M", starts=NEXT)],
            {"NEW": 1001, "NEW-B": 1002},
            id="a-date-cancelled-while-its-mailbox-moved",
        ),
        pytest.param(
            [make_cancelled_reservation(event="OLD", key="key-of-M", series_master_id="M",
                                        original_start=moment("09:00"))],
            [make_occurrence("NEW", is_cancelled=True)],
            {},
            id="cancelled-on-both-sides",
        ),
        pytest.param(
            [make_occurrence_reservation(event="OLD")],
            [make_occurrence("NEW", response=Response.DECLINED)],
            {},
            id="declined-under-another-id-is-no-word-of-the-organiser",
        ),
        pytest.param(
            [make_occurrence_reservation(event="A", key=None),
             make_occurrence_reservation(1002, event="B", key=None, starts=NEXT)],
            [make_event("M", key=None)],
            {"M": 1001},
            id="one-meeting-under-the-id-of-its-series",
        ),
    ],
)  # fmt: skip
def test_a_reservation_belongs_to_its_event(
    reservations: list[Reservation], events: list[Event], found: dict[str, int]
) -> None:
    assert matched(reservations, events) == found
    assert matched(reservations[::-1], events[::-1]) == found


CONTINUED = make_occurrence("C1", master="N", starts=NEXT)


@pytest.mark.parametrize(
    ("master", "continued", "found"),
    [
        pytest.param(ENDED, CONTINUED, {"C1": 1002}, id="split"),
        pytest.param(None, CONTINUED, {}, id="the-old-series-still-has-it"),
        pytest.param(
            ENDED,
            make_occurrence("C1", master="N", starts=NEXT, organizer=BRAM),
            {},
            id="somebody-elses-series",
        ),
        pytest.param(
            ENDED,
            make_occurrence("C1", master="N", starts="2026-09-22 14:00"),
            {"C1": 1002},
            id="split-and-moved-same-subject",
        ),
        pytest.param(
            ENDED,
            make_occurrence("C1", master="N", starts=NEXT, subject="Quarter"),
            {"C1": 1002},
            id="split-and-renamed-same-time",
        ),
        pytest.param(
            ENDED,
            make_occurrence("C1", master="N", starts="2026-09-22 14:00", subject="Quarter"),
            {},
            id="another-time-and-another-subject",
        ),
        pytest.param(
            ENDED,
            make_occurrence("C1", master="N", starts="2026-09-22 14:00", subject=ANNA.name),
            {"C1": 1002},
            id="split-and-moved-subject-rewritten",
        ),
        pytest.param(
            ENDED, make_event("C1", starts=NEXT, key="N"), {}, id="a-single-meeting-continues-none"
        ),
    ],
)
def test_the_dates_a_split_took_go_on_in_the_new_series(
    master: Recurrence | None, continued: Event, found: dict[str, int]
) -> None:
    reservations = [
        make_occurrence_reservation(event="A"),
        make_occurrence_reservation(1002, event="B", starts=NEXT),
    ]
    masters = [make_master(recurrence=master)]
    with_first = found | {"A": 1001}
    events = [make_occurrence("A"), continued]
    assert matched(reservations, events, masters=masters) == with_first


def test_a_possible_split_is_asked_about_before_its_masters_are_known() -> None:
    reservation = make_occurrence_reservation(event="B", starts=NEXT)
    assert perhaps_continued(matching([reservation], [CONTINUED])) == [reservation]
    assert perhaps_continued(matching([reservation], [])) == []
    kept = make_occurrence("B", starts=NEXT)
    assert perhaps_continued(matching([reservation], [kept, CONTINUED])) == []


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(make_event("NEW", key="K"), id="the-same-meeting-under-a-new-id"),
        pytest.param(
            make_direct_event("NEW", transaction_id="obctl-1001-1-0123456789abcdef"),
            id="what-we-wrote-a-second-time",
        ),
    ],
)
def test_before_a_new_id_takes_over_the_old_one_is_asked_about(event: Event) -> None:
    reservation = make_reservation(event="OLD", key="K")
    assert unheard(matching([reservation], [event], whole=False)) == [reservation]
    assert unheard(matching([reservation], [event], whole=False, asked=["OLD"])) == []
    assert unheard(matching([reservation], [event])) == []


@pytest.mark.parametrize(
    ("reservation", "more", "found"),
    [
        pytest.param(make_occurrence_reservation(event="OLD", starts=NEXT), {}, True, id="its-own"),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts=NEXT, master="M2", key="key-of-M"), {},
            False, id="its-series-is-read-as-it-is",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts=NEXT, status=Status.CANCELLED), {},
            False, id="cancelled",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts=NEXT, series_master_id=None), {},
            False, id="of-no-series",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts=NEXT, key="another"), {},
            False, id="of-another-meeting",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts="2026-12-01 09:00"), {},
            False, id="outside-the-days-that-were-read",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts=NEXT), {"asked": ["OLD"]},
            False, id="it-was-asked-for",
        ),
        pytest.param(
            make_occurrence_reservation(event="OLD", starts=NEXT), {"whole": True},
            False, id="all-was-read",
        ),
    ],
)  # fmt: skip
def test_the_dates_of_a_series_read_under_another_id_are_asked_about(
    reservation: Reservation, more: dict[str, Any], *, found: bool
) -> None:
    event = make_occurrence("A", master="M2", key="key-of-M")
    asked = unheard(matching([reservation], [event], **{"whole": False} | more))
    assert asked == ([reservation] if found else [])


def test_of_a_reading_that_found_nothing_nobody_is_asked() -> None:
    assert unheard(matching([make_reservation()], [], whole=False)) == []


KEPT = make_reservation(external_state=ExternalState.NOT_ON_OUTLOOK)


@pytest.mark.parametrize(
    ("reservation", "more", "kept"),
    [
        pytest.param(KEPT, {}, True, id="without-its-meeting"),
        pytest.param(make_reservation(), {}, False, id="in-step"),
        pytest.param(
            replace(KEPT, status=Status.CANCELLED), {}, False, id="given-up-after-all"
        ),
        pytest.param(KEPT, {"now": KEPT.end}, False, id="over"),
        pytest.param(KEPT, {"whole": False}, False, id="its-meeting-was-not-asked-for"),
        pytest.param(KEPT, {"events": [make_event()]}, False, id="its-meeting-is-there-again"),
        pytest.param(
            KEPT, {"events": [make_event(is_cancelled=True)]}, True, id="its-meeting-is-cancelled"
        ),
    ],
)  # fmt: skip
def test_what_a_person_kept_is_known_while_its_meeting_is_not_there(
    reservation: Reservation, more: dict[str, Any], *, kept: bool
) -> None:
    other = make_reservation(1002, event="E2", starts="15:00")
    events = [*more.pop("events", []), make_event("E2", starts="15:00")]
    situation = make_situation([reservation, other], events, **more)
    assert kept_without_event(situation) == ([reservation] if kept else [])


@pytest.mark.parametrize(
    ("recurrence", "cancelled_master", "cut_off"),
    [
        pytest.param(ENDED, False, True, id="the-range-ends-before"),
        pytest.param(ON_MONDAYS, False, True, id="the-pattern-leaves-the-day"),
        pytest.param(None, False, False, id="still-in-range-and-pattern"),
        pytest.param(ENDED, True, False, id="a-cancelled-series-was-not-split"),
    ],
)
def test_a_date_is_cut_off_where_the_living_series_no_longer_has_it(
    recurrence: Recurrence | None, cancelled_master: bool, cut_off: bool
) -> None:
    reservation = make_occurrence_reservation()
    master = make_master(recurrence=recurrence, is_cancelled=cancelled_master)
    assert is_cut_off(make_situation([reservation], masters=[master]).sides, reservation) is cut_off
    never_agreed = make_situation([reservation], masters=[master], agreed={})
    assert not is_cut_off(never_agreed.sides, reservation)


def lost(situation: Situation) -> list[tuple[int, Proof, bool]]:
    return [
        (loss.reservation.number, loss.proof, loss.event is not None) for loss in losses(situation)
    ]


def linked(*events: Event, **more: Any) -> Situation:
    return make_situation([make_reservation()], events, **more)


GONE = (1001, Proof.UNPROVEN, False)
CANCELLED = (1001, Proof.PROVEN, True)


@pytest.mark.parametrize(
    ("situation", "found"),
    [
        pytest.param(linked(make_event()), [], id="there"),
        pytest.param(linked(), [GONE], id="gone-from-the-whole-room"),
        pytest.param(linked(whole=False), [], id="nobody-asked"),
        pytest.param(linked(whole=False, asked=["E1"]), [GONE], id="gone-asked-by-id"),
        pytest.param(linked(whole=False, asked=["E2"]), [], id="another-was-asked-for"),
        pytest.param(linked(make_event(is_cancelled=True)), [CANCELLED], id="cancelled"),
        pytest.param(
            linked(make_event(response=Response.DECLINED)), [CANCELLED], id="declined-but-shown"
        ),
        pytest.param(linked(make_event(is_draft=True)), [], id="a-draft-is-no-cancellation"),
        pytest.param(linked(agreed={}), [], id="never-agreed"),
        pytest.param(
            make_situation(
                [make_occurrence_reservation(event="OLD")],
                [make_occurrence("NEW", is_cancelled=True)],
            ),
            [CANCELLED],
            id="cancelled-under-another-id",
        ),
        pytest.param(
            make_situation([make_cancelled_reservation()]), [], id="cancelled-here-already"
        ),
        pytest.param(
            make_situation([make_reservation(event=None)]), [], id="never-on-outlook"
        ),
        pytest.param(linked(now=moment("09:30")), [GONE], id="gone-while-it-runs"),
        pytest.param(linked(now=moment("10:00")), [], id="over"),
        pytest.param(
            linked(make_event(is_cancelled=True), now=moment("10:00")), [], id="over-and-cancelled"
        ),
        pytest.param(
            make_situation([make_reservation(starts="2026-12-01 09:00")]), [],
            id="outside-what-was-read",
        ),
        pytest.param(
            make_situation([make_reservation(starts="2026-12-01 09:00")], asked=["E1"]), [GONE],
            id="outside-but-asked-by-id",
        ),
    ],
)  # fmt: skip
def test_what_was_linked_and_is_no_longer_there_is_lost(
    situation: Situation, found: list[tuple[int, Proof, bool]]
) -> None:
    assert lost(situation) == found


@pytest.mark.parametrize(
    ("masters", "proof"),
    [
        pytest.param([], Proof.UNPROVEN, id="master-not-asked-for"),
        pytest.param(["M"], Proof.UNPROVEN, id="the-series-is-gone-too"),
        pytest.param([make_master()], Proof.UNPROVEN, id="the-series-still-has-it"),
        pytest.param(
            [make_master(cancelled=(date(2026, 9, 15),))], Proof.PROVEN, id="among-its-cancelled"
        ),
        pytest.param(
            [make_master(cancelled=(date(2026, 9, 22),))], Proof.UNPROVEN,
            id="another-date-among-its-cancelled",
        ),
        pytest.param([make_master(recurrence=ENDED)], Proof.PROVEN, id="outside-its-range"),
        pytest.param([make_master(recurrence=ON_MONDAYS)], Proof.PROVEN, id="outside-its-pattern"),
        pytest.param([make_master(is_cancelled=True)], Proof.PROVEN, id="the-series-cancelled"),
        pytest.param([make_master(cancelled=None)], Proof.UNPROVEN, id="a-cloud-that-lists-none"),
        pytest.param(
            [make_master(cancelled=None, recurrence=ENDED)], Proof.PROVEN,
            id="outside-its-range-in-a-cloud-that-lists-none",
        ),
        pytest.param([make_master("X", recurrence=ENDED)], Proof.UNPROVEN, id="another-series"),
        pytest.param([single_under("M", NEXT)], Proof.PROVEN, id="one-meeting-on-another-date"),
        pytest.param([single_under("M")], Proof.UNPROVEN, id="one-meeting-on-this-date"),
        pytest.param(
            [single_under("M", is_cancelled=True)], Proof.PROVEN, id="one-meeting-that-is-cancelled"
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [True, False], ids=["whole-room", "its-series"])
def test_the_living_series_proves_that_a_date_was_taken_out(
    masters: list[Any], proof: Proof, whole: bool
) -> None:
    situation = make_situation(
        [make_occurrence_reservation()], masters=masters, whole=whole, series=["M"]
    )
    assert lost(situation) == [(1001, proof, False)]


@pytest.mark.parametrize("room_zone", ["Europe/Amsterdam", "America/New_York"])
def test_a_series_counts_its_dates_in_its_own_zone(room_zone: str) -> None:
    """23:00 UTC on the 14th is the 15th in Amsterdam."""
    situation = make_situation(
        [make_occurrence_reservation(starts="2026-09-14 23:00")],
        masters=[make_master(recurrence=DAILY, cancelled=(date(2026, 9, 15),))],
        span=EVERYTHING,
        room=make_room(time_zone=room_zone),
    )
    assert lost(situation) == [(1001, Proof.PROVEN, False)]


@pytest.mark.parametrize(("day", "proof"), [(14, Proof.PROVEN), (15, Proof.UNPROVEN)])
def test_a_meeting_at_the_rooms_midnight_counts_in_the_zone_of_its_series(
    day: int, proof: Proof
) -> None:
    """Midnight in Amsterdam is six in the evening of the day before in New York."""
    series = replace(DAILY, time_zone="America/New_York")
    situation = make_situation(
        [make_occurrence_reservation(starts="2026-09-14 22:00")],
        masters=[make_master(recurrence=series, cancelled=(date(2026, 9, day),))],
        span=EVERYTHING,
    )
    assert lost(situation) == [(1001, proof, False)]


def gone_by_id(cancelled: tuple[date, ...] | None, master: str = "M") -> Situation:
    event = make_occurrence("A2", master=master, key="key-of-M")
    situation = make_situation(
        [make_occurrence_reservation(1002, event="B", starts=NEXT)],
        [event],
        masters=[make_master(master, cancelled=cancelled)],
    )
    return situation.reread(replace(situation.reading, gone=frozenset({EventId("B")})))


@pytest.mark.parametrize(
    ("situation", "proof"),
    [
        pytest.param(gone_by_id(None), Proof.PROVEN, id="no-list"),
        pytest.param(gone_by_id(()), Proof.UNPROVEN, id="a-list-without-it"),
        pytest.param(gone_by_id(None, "M2"), Proof.UNPROVEN, id="all-ids-changed"),
    ],
)
def test_where_no_series_lists_its_cancelled_dates_a_404_by_id_is_the_proof(
    situation: Situation, proof: Proof
) -> None:
    assert lost(situation) == [(1002, proof, False)]


@pytest.mark.parametrize(
    ("masters", "called_off"),
    [
        pytest.param([make_master(is_cancelled=True)], True, id="the-series-cancelled"),
        pytest.param([make_master(cancelled=(DAY,))], True, id="among-its-cancelled"),
        pytest.param([make_master()], False, id="the-series-still-has-it"),
        pytest.param([make_master(recurrence=ENDED)], False, id="the-series-ended-before"),
        pytest.param([make_master(cancelled=None)], False, id="a-cloud-that-lists-none"),
        pytest.param(["M"], False, id="the-series-is-gone"),
        pytest.param([], False, id="nobody-asked"),
    ],
)
def test_a_date_is_called_off_where_its_series_says_so(
    masters: list[Any], *, called_off: bool
) -> None:
    reservation = make_occurrence_reservation()
    situation = make_situation([reservation], masters=masters)
    assert is_called_off(situation.sides, reservation) is called_off


@pytest.mark.parametrize(
    ("reservation", "series", "gone", "found"),
    [
        pytest.param({}, [], [], "M2", id="another-id-is-shown"),
        pytest.param({}, ["M"], [], "M", id="its-own-id-was-read"),
        pytest.param({}, ["M"], ["M"], "M2", id="its-own-id-was-read-and-is-gone"),
        pytest.param({"key": None}, [], [], "M", id="it-has-no-key"),
        pytest.param({"key": "another"}, [], [], "M", id="none-of-its-key-is-shown"),
        pytest.param({"series_master_id": None}, [], [], "M2", id="it-never-had-one"),
    ],
)
def test_a_series_is_known_by_the_id_under_which_it_is_shown(
    reservation: dict[str, Any], series: list[str], gone: list[str], found: str
) -> None:
    own = make_occurrence_reservation(**reservation)
    shown = [make_event("S1"), make_occurrence("A", master="M2", key="key-of-M")]
    reading = make_situation([own], shown, whole=False, series=series).reading
    reading = replace(reading, gone=frozenset(EventId(item) for item in gone))
    assert series_id(reading, own) == found


NO_ZONE = [None, "", "Customized Time Zone", "tzone://Microsoft/Custom"]
IN_LOS_ANGELES = "2026-09-15 23:00"
"""16:00 there on the 15th, in Amsterdam 01:00 on the 16th."""


@pytest.mark.parametrize("name", NO_ZONE)
@pytest.mark.parametrize(
    ("pattern", "more", "proof"),
    [
        pytest.param({"days": ("tuesday",)}, {}, Proof.UNPROVEN, id="there-it-is-a-tuesday"),
        pytest.param({"days": ("wednesday",)}, {}, Proof.UNPROVEN, id="here-a-wednesday"),
        pytest.param({"days": ("thursday",)}, {}, Proof.PROVEN, id="a-thursday-nowhere"),
        pytest.param(
            {"days": ("tuesday",), "end_date": date(2026, 9, 14)}, {}, Proof.PROVEN, id="ended"
        ),
        pytest.param(
            {"days": ("tuesday",)}, {"cancelled": (date(2026, 9, 15),)}, Proof.PROVEN,
            id="its-only-day-cancelled",
        ),
        pytest.param(
            {"days": ("tuesday", "wednesday")}, {"cancelled": (date(2026, 9, 16),)},
            Proof.UNPROVEN, id="one-of-two-days-cancelled",
        ),
        pytest.param(
            {"days": ("tuesday", "wednesday")},
            {"cancelled": (date(2026, 9, 15), date(2026, 9, 16))},
            Proof.PROVEN, id="both-days-cancelled",
        ),
    ],
)  # fmt: skip
def test_a_series_that_names_no_zone_proves_what_is_so_in_every_zone(
    pattern: dict[str, Any], more: dict[str, Any], proof: Proof, name: str | None
) -> None:
    recurrence = Recurrence("weekly", 1, date(2026, 9, 1), time_zone=name, **pattern)
    reservation = make_occurrence_reservation(starts=IN_LOS_ANGELES)
    situation = make_situation(
        [reservation], masters=[make_master(recurrence=recurrence, **more)], span=EVERYTHING
    )
    assert lost(situation) == [(1001, proof, False)]
    outside = not more and proof is Proof.PROVEN
    assert is_cut_off(situation.sides, reservation) is outside


@pytest.mark.parametrize("name", ["Asia/Tokyo", "America/New_York", *NO_ZONE])
def test_an_all_day_series_counts_the_days_of_the_room(name: str | None) -> None:
    recurrence = Recurrence("weekly", 1, DAY, days=("tuesday",), time_zone=name)
    reservation = make_occurrence_reservation(
        day=DAY, original=days_span(DAY, DAY, make_room().zone).start
    )
    for cancelled, proof in ((), Proof.UNPROVEN), ((DAY,), Proof.PROVEN):
        master = make_master(recurrence=recurrence, cancelled=cancelled, all_day=True)
        situation = make_situation([reservation], masters=[master], span=EVERYTHING)
        assert lost(situation) == [(1001, proof, False)]


def test_an_instance_of_a_moved_mailbox_is_asked_about_by_its_new_series() -> None:
    reservations = [
        make_occurrence_reservation(event="A"),
        make_occurrence_reservation(1002, event="B", starts=NEXT),
    ]
    events = [make_occurrence("A2", master="M2", key="key-of-M")]
    master = make_master("M2", cancelled=(date(2026, 9, 22),))
    situation = make_situation(reservations, events, masters=[master])
    assert lost(situation) == [(1002, Proof.PROVEN, False)]
