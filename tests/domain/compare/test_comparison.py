"""Which two items are the same meeting, and where the two sides differ."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from builders import (
    ANNA,
    BRAM,
    DAY,
    MADE,
    make_agreed,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_occurrence,
    make_occurrence_reservation,
    make_reservation,
    make_situation,
    moment,
    span_of,
)
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.compare.comparison import Normalised, compare, normalised
from obctl.domain.difference import Difference, DifferenceKind, FieldValues
from obctl.domain.event import Event, EventType, Person, Response
from obctl.domain.reservation import ExternalState, Reservation, Status
from obctl.domain.room import RoomId
from obctl.domain.sync.matching import Matching, is_matched_by_id
from obctl.domain.time_span import TimeSpan
from obctl.domain.values import replace

MISSING_HERE = DifferenceKind.MISSING_IN_OFFICEBOOKING
MISSING_THERE = DifferenceKind.MISSING_IN_OUTLOOK
CHANGED = DifferenceKind.CHANGED
DUPLICATE = DifferenceKind.DUPLICATE
OVERLAP = DifferenceKind.OVERLAP


def differences(
    reservations: list[Reservation], events: list[Event], **options: Any
) -> tuple[Difference, ...]:
    return compare(pair(reservations, events, **options), span_of())


def pair(reservations: list[Reservation], events: list[Event], **options: Any) -> Matching:
    """Both sides matched, with nothing agreed on unless told."""
    return make_situation(reservations, events, **{"agreed": {}} | options).matching


def test_two_sides_in_step_have_no_difference() -> None:
    assert differences([make_reservation()], [make_event()]) == ()


@pytest.mark.parametrize(
    ("reservation", "event"),
    [
        pytest.param(make_reservation(), make_event(key="other"), id="by event id"),
        pytest.param(
            make_reservation(event=None, key="K"), make_event(key="K"), id="by series key"
        ),
        pytest.param(
            make_occurrence_reservation(event="old", starts="10:00", original="09:00"),
            make_occurrence("new", starts="10:00", original="09:00"),
            id="by series key and original start",
        ),
        pytest.param(
            make_occurrence_reservation(event="old", starts="09:00"),
            make_occurrence("new", starts="11:00", original="11:00"),
            id="by series key and original date, the whole series having moved",
        ),
        pytest.param(make_reservation(event=None), make_event(), id="by start and organiser"),
        pytest.param(
            make_reservation(1001, event=None),
            make_direct_event(transaction_id="obctl-1001-1-0123456789abcdef"),
            id="by start and our own marker",
        ),
        pytest.param(
            make_reservation(), make_event(is_cancelled=True), id="a cancelled event by id"
        ),
        pytest.param(make_cancelled_reservation(), make_event(), id="a cancelled reservation"),
    ],
)
def test_the_two_halves_of_a_meeting_find_each_other(
    reservation: Reservation, event: Event
) -> None:
    assert pair([reservation], [event]).pairs == ((reservation, event),)


@pytest.mark.parametrize(
    ("reservation", "event"),
    [
        pytest.param(make_reservation(event=None), make_event(starts="09:30"), id="another start"),
        pytest.param(
            make_reservation(event=None), make_event(organizer=BRAM), id="another organiser"
        ),
        pytest.param(
            make_cancelled_reservation(event=None), make_event(), id="cancelled, then booked anew"
        ),
        pytest.param(
            make_occurrence_reservation(event="old", starts="2026-09-08 09:00"),
            make_occurrence("new", starts="09:00"),
            id="another date of the series",
        ),
        pytest.param(
            make_reservation(1001, event=None),
            make_direct_event(transaction_id="obctl-1002-1-0123456789abcdef"),
            id="the push of another reservation",
        ),
        pytest.param(
            make_reservation(event="AbC"),
            make_event("aBc", starts="10:00"),
            id="ids that differ in case",
        ),
    ],
)
def test_two_meetings_stay_two(reservation: Reservation, event: Event) -> None:
    found = pair([reservation], [event])
    assert (found.pairs, found.lone_reservations, found.lone_events) == (
        (),
        (reservation,),
        (event,),
    )


def test_a_cancelled_leftover_does_not_take_the_partner_of_a_live_meeting() -> None:
    leftover = make_cancelled_reservation(1000)
    reservation, event = make_reservation(1001), make_event()
    assert pair([leftover, reservation], [event]).pairs == ((reservation, event),)


def test_a_meeting_invited_again_after_its_cancellation_pairs_with_the_live_copy() -> None:
    kept = make_event("E1", key="K", is_cancelled=True)
    again = make_event("E2", key="K")
    reservation = make_reservation(event="E1", key="K")
    assert pair([reservation], [kept, again]).pairs == ((reservation, again),)


@pytest.mark.parametrize(
    ("reservation", "event", "kind"),
    [
        pytest.param(None, make_event(), MISSING_HERE, id="an event nobody reserved"),
        pytest.param(
            None,
            make_event(response=Response.TENTATIVE),
            MISSING_HERE,
            id="an event not accepted yet",
        ),
        pytest.param(None, make_event(show_as="free"), MISSING_HERE, id="an event shown as free"),
        pytest.param(
            make_cancelled_reservation(),
            make_event(),
            MISSING_HERE,
            id="cancelled here, kept in Outlook",
        ),
        pytest.param(make_reservation(), None, MISSING_THERE, id="an event that is gone"),
        pytest.param(
            make_reservation(),
            make_event(is_cancelled=True),
            MISSING_THERE,
            id="an event that is cancelled and kept",
        ),
        pytest.param(
            make_reservation(),
            make_event(response=Response.DECLINED),
            MISSING_THERE,
            id="an event the room declined",
        ),
        pytest.param(
            make_reservation(external_state=ExternalState.CANCELLATION_REQUEST),
            None,
            MISSING_THERE,
            id="a cancellation request",
        ),
        pytest.param(
            make_reservation(event=None, external_state=ExternalState.PUSH_FAILED),
            None,
            MISSING_THERE,
            id="a push that failed",
        ),
        pytest.param(make_cancelled_reservation(), None, None, id="cancelled here, gone there"),
        pytest.param(
            make_cancelled_reservation(),
            make_event(is_cancelled=True),
            None,
            id="cancelled on both sides",
        ),
        pytest.param(None, make_event(is_cancelled=True), None, id="a cancelled event"),
        pytest.param(None, make_event(response=Response.DECLINED), None, id="a declined event"),
        pytest.param(None, make_event(is_draft=True), None, id="a draft"),
        pytest.param(None, make_event(type=EventType.MASTER), None, id="a series master"),
        pytest.param(
            make_reservation(external_state=ExternalState.CANCELLATION_REQUEST),
            make_event(),
            None,
            id="a cancellation request whose event turned up again",
        ),
    ],
)
def test_what_takes_the_room_on_one_side_only_is_missing_on_the_other(
    reservation: Reservation | None, event: Event | None, kind: DifferenceKind | None
) -> None:
    found = differences([reservation] if reservation else [], [event] if event else [])
    assert [difference.kind for difference in found] == ([kind] if kind else [])


def test_a_difference_says_what_it_is_about() -> None:
    assert differences([make_reservation(1001)], [make_event("E1", subject="Plan")]) == (
        Difference(
            kind=CHANGED,
            room=RoomId(1),
            start=moment("09:00"),
            end=moment("10:00"),
            subject="Budget",
            reservation=1001,
            event_id="E1",
            ical_uid="uid-key-of-E1",
            fields={"subject": FieldValues("Budget", "Plan")},
        ),
    )


@pytest.mark.parametrize(
    ("reservations", "events", "about"),
    [
        pytest.param(
            [make_reservation(ical_uid="ours")],
            [make_event(ical_uid="theirs", subject="Plan")],
            (1001, "E1", "theirs"),
            id="both halves",
        ),
        pytest.param([make_reservation(ical_uid="ours")], [], (1001, "E1", "ours"), id="only here"),
        pytest.param([], [make_event(ical_uid="theirs")], (None, "E1", "theirs"), id="only there"),
        pytest.param([make_reservation(event=None)], [], (1001, None, None), id="never there"),
    ],
)
def test_a_difference_names_its_halves_as_outlook_does(
    reservations: list[Reservation], events: list[Event], about: tuple[int | None, str | None, str]
) -> None:
    (found,) = differences(reservations, events)
    assert (found.reservation, found.event_id, found.ical_uid) == about


@pytest.mark.parametrize(
    ("reservation", "event", "fields"),
    [
        pytest.param(
            make_reservation(),
            make_event(starts="11:00"),
            {
                "start": ("2026-09-15T09:00:00Z", "2026-09-15T11:00:00Z"),
                "end": ("2026-09-15T10:00:00Z", "2026-09-15T12:00:00Z"),
            },
            id="moved",
        ),
        pytest.param(
            make_reservation(),
            make_event(ends="09:30"),
            {"end": ("2026-09-15T10:00:00Z", "2026-09-15T09:30:00Z")},
            id="shortened",
        ),
        pytest.param(
            make_reservation(),
            make_event(organizer=BRAM),
            {"organizer": ("anna@contoso.example", "bram@contoso.example")},
            id="another organiser",
        ),
        pytest.param(
            make_reservation(),
            make_event(organizer=Person("Anna", "ANNA@contoso.example")),
            {},
            id="the organiser's address in capitals",
        ),
        pytest.param(
            make_reservation(),
            make_event(organizer=Person("Anna", None)),
            {},
            id="an organiser whose address Outlook hides",
        ),
        pytest.param(make_reservation(), make_direct_event(), {}, id="the room is organiser"),
        pytest.param(
            make_reservation(),
            make_event(response=Response.NOT_RESPONDED),
            {"status": ("confirmed", "tentative")},
            id="confirmed here, not accepted there",
        ),
        pytest.param(
            make_reservation(status=Status.TENTATIVE),
            make_event(),
            {"status": ("tentative", "confirmed")},
            id="accepted meanwhile",
        ),
        pytest.param(
            make_reservation(status=Status.TENTATIVE),
            make_direct_event(show_as="tentative"),
            {},
            id="our own tentative push",
        ),
        pytest.param(
            make_reservation(day=DAY),
            make_event(day=DAY + timedelta(days=1)),
            {
                "start": ("2026-09-14T22:00:00Z", "2026-09-15T22:00:00Z"),
                "end": ("2026-09-15T22:00:00Z", "2026-09-16T22:00:00Z"),
            },
            id="another day",
        ),
        pytest.param(
            make_reservation(day=DAY, end=moment("21:59")),
            make_event(day=DAY),
            {},
            id="a day that ends a minute early",
        ),
        pytest.param(
            make_reservation(starts="2026-09-14 22:00", ends="22:00"),
            make_event(day=DAY),
            {"all_day": (False, True)},
            id="midnight to midnight, and all day",
        ),
        pytest.param(
            make_reservation(starts="2026-09-14 22:00", ends="21:30"),
            make_event(day=DAY),
            {
                "end": ("2026-09-15T21:30:00Z", "2026-09-15T22:00:00Z"),
                "all_day": (False, True),
            },
            id="hours of one day, and all of it",
        ),
        pytest.param(
            make_reservation(day=DAY),
            make_event(day=DAY, end=moment("2026-09-16 22:00")),
            {"end": ("2026-09-15T22:00:00Z", "2026-09-16T22:00:00Z")},
            id="a day, and two days",
        ),
        pytest.param(
            make_reservation(event="old", key="K"),
            make_event("new", key="K"),
            {"event_id": ("old", "new")},
            id="the same meeting under a new id",
        ),
        pytest.param(
            make_reservation(event="old", key="K"),
            make_event("new", key="K", ends="09:30"),
            {"end": ("2026-09-15T10:00:00Z", "2026-09-15T09:30:00Z")},
            id="a new id beside a real change",
        ),
    ],
)
def test_fields_that_differ_are_named_with_both_values(
    reservation: Reservation, event: Event, fields: dict[str, tuple[object, object]]
) -> None:
    found = differences([reservation], [event])
    named = {
        name: (values.officebooking, values.outlook)
        for difference in found
        for name, values in difference.fields.items()
    }
    assert named == fields
    assert [difference.kind for difference in found] == ([CHANGED] if fields else [])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            make_event(subject="Anna de Vries"),
            (Normalised("subject", "subject-rewritten"),),
            id="the organiser's name",
        ),
        pytest.param(
            make_event(subject="Anna de Vries Budget"),
            (Normalised("subject", "subject-rewritten"),),
            id="the organiser's name before the subject",
        ),
        pytest.param(
            make_event(subject=""), (Normalised("subject", "subject-rewritten"),), id="emptied"
        ),
        pytest.param(make_event(subject="  Budget "), (), id="the same words"),
        pytest.param(
            make_event(subject="Layoffs", sensitivity="private"),
            (Normalised("subject", "private-flag"),),
            id="private",
        ),
        pytest.param(
            make_event(show_as="free"), (Normalised("show_as", "show-as-free"),), id="free"
        ),
        pytest.param(
            make_event(show_as="free", subject="Anna de Vries"),
            (Normalised("subject", "subject-rewritten"), Normalised("show_as", "show-as-free")),
            id="both",
        ),
    ],
)
def test_what_exchange_rewrites_is_normalised_and_no_difference(
    event: Event, expected: tuple[Normalised, ...]
) -> None:
    assert normalised(make_reservation(), event) == expected
    assert differences([make_reservation()], [event]) == ()


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(make_event(subject="Anna de Vries Plan"), id="another subject after the name"),
        pytest.param(make_direct_event(subject=""), id="emptied in the room's own meeting"),
        pytest.param(make_event(subject="Plan"), id="renamed"),
        pytest.param(make_event(subject="- Budget"), id="a dash, and no name before it"),
        pytest.param(
            make_event(subject="- Budget", organizer=replace(ANNA, name=None)),
            id="a dash after nobody's name",
        ),
    ],
)
def test_a_subject_somebody_changed_is_a_difference(event: Event) -> None:
    assert normalised(make_reservation(), event) == ()
    assert [list(found.fields) for found in differences([make_reservation()], [event])] == [
        ["subject"]
    ]


def test_subjects_that_differed_when_both_sides_agreed_still_agree() -> None:
    reservation = make_reservation(subject="Budget 2027 (catering)")
    event = make_event(subject="Budget")
    agreed = {reservation.number: make_agreed(reservation, event)}
    assert differences([reservation], [event], agreed=agreed) == ()
    renamed = make_event(subject="Plan")
    assert [found.kind for found in differences([reservation], [renamed], agreed=agreed)] == [
        CHANGED
    ]


def test_one_event_in_two_reservations_is_a_duplicate_of_the_later_number() -> None:
    found = differences([make_reservation(1002), make_reservation(1001)], [make_event()])
    assert [(item.kind, item.reservation, item.event_id) for item in found] == [
        (DUPLICATE, 1002, "E1")
    ]


@pytest.mark.parametrize(
    ("event", "key", "kind"),
    [
        pytest.param("E9", "K", DUPLICATE, id="the key of a meeting that has its reservation"),
        pytest.param("E9", "L", MISSING_THERE, id="another key"),
        pytest.param("E9", None, MISSING_THERE, id="no key"),
        pytest.param("E1", None, DUPLICATE, id="the same id"),
        pytest.param("E1", "L", DUPLICATE, id="the same id and another key"),
    ],
)
def test_a_second_reservation_is_a_duplicate_by_the_id_or_the_key_of_its_event(
    event: str, key: str | None, kind: DifferenceKind
) -> None:
    second = make_reservation(1002, event=event, key=key)
    found = differences([make_reservation(1001, key="K"), second], [make_event(key="K")])
    assert [(item.kind, item.reservation) for item in found] == [(kind, 1002)]


def test_two_meetings_without_a_key_are_no_duplicates() -> None:
    reservations = [make_reservation(1001, key=None), make_reservation(1002, event="E9", key=None)]
    found = differences(reservations, [make_event(key=None)])
    assert [item.kind for item in found] == [MISSING_THERE]


def test_an_identical_event_with_another_key_is_a_duplicate_not_a_missing_reservation() -> None:
    again = make_event("E2", created_at=MADE + timedelta(minutes=1))
    found = differences([make_reservation()], [again, make_event("E1")])
    assert [(item.kind, item.reservation, item.event_id) for item in found] == [
        (DUPLICATE, None, "E2")
    ]


def test_two_busy_events_at_one_time_are_one_overlap_over_the_time_they_share() -> None:
    first = make_event("E1", starts="09:00", ends="10:30")
    second = make_event("E2", starts="10:00", ends="11:00", organizer=BRAM, subject="Plan")
    reservations = [
        make_reservation(1001, event="E1", ends="10:30"),
        make_reservation(1002, event="E2", starts="10:00", organizer=BRAM, subject="Plan"),
    ]
    found = differences(reservations, [second, first])
    assert [
        (item.kind, item.start, item.end, item.subject, item.reservation, item.event_id)
        for item in found
    ] == [(OVERLAP, moment("10:00"), moment("10:30"), "Plan", 1002, "E2")]


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(make_event("E2", starts="10:00", organizer=BRAM), id="it starts at the end"),
        pytest.param(make_event("E2", organizer=BRAM, show_as="free"), id="it is shown as free"),
        pytest.param(make_event("E2", organizer=BRAM, is_cancelled=True), id="it is cancelled"),
        pytest.param(
            make_event("E2", organizer=BRAM, response=Response.NOT_RESPONDED),
            id="the room has not accepted it",
        ),
        pytest.param(
            make_event("E2", starts="09:30", ends="09:30", organizer=BRAM), id="it takes no time"
        ),
    ],
)
def test_only_busy_events_that_share_time_overlap(second: Event) -> None:
    found = differences([make_reservation()], [make_event(), second])
    assert OVERLAP not in {item.kind for item in found}


def test_of_differences_at_one_time_the_order_is_that_of_their_ids() -> None:
    events = [make_event("E2", organizer=BRAM), make_event("E1", show_as="free")]
    assert [found.event_id for found in differences([], events)] == ["E1", "E2"]


def test_what_lies_outside_the_span_is_not_reported() -> None:
    assert (
        differences(
            [make_reservation(starts="2026-09-16 00:00", event=None)],
            [make_event("E2", starts="2026-09-14 23:00")],
        )
        == ()
    )


def test_a_meeting_moved_out_of_the_span_is_changed_and_not_missing() -> None:
    found = differences([make_reservation()], [make_event(starts="2026-09-20 09:00")])
    assert [item.kind for item in found] == [CHANGED]


def test_differences_come_by_start_whatever_their_kind() -> None:
    reservations = [make_reservation(1001, event="A", starts="13:00", organizer=BRAM)]
    events = [make_event("C", starts="15:00"), make_event("B", starts="08:00")]
    assert [item.start for item in differences(reservations, events)] == [
        moment("08:00"),
        moment("13:00"),
        moment("15:00"),
    ]


# Properties. A small world on purpose: few ids, keys and hours, so that items meet.

HOURS = st.integers(0, 23).map(lambda hour: moment(f"{hour:02d}:00"))
IDS = st.sampled_from(["A", "B", "C", "D"])
KEYS = st.sampled_from(["K1", "K2", "K3", None])
PEOPLE = st.sampled_from([make_event().organizer, BRAM])


@st.composite
def calendars(draw: st.DrawFn) -> list[Event]:
    ids = draw(st.lists(IDS, unique=True, max_size=4))
    return [
        make_event(
            id_,
            starts=draw(HOURS),
            key=draw(KEYS),
            organizer=draw(PEOPLE),
            is_cancelled=draw(st.booleans()),
            response=draw(st.sampled_from([Response.ACCEPTED, Response.NOT_RESPONDED])),
        )
        for id_ in ids
    ]


@st.composite
def books(draw: st.DrawFn) -> list[Reservation]:
    return [
        make_reservation(
            1001 + index,
            event=draw(st.one_of(st.none(), IDS)),
            starts=draw(HOURS),
            key=draw(KEYS),
            organizer=draw(PEOPLE),
            status=draw(st.sampled_from(Status)),
        )
        for index in range(draw(st.integers(0, 4)))
    ]


@given(books(), calendars())
def test_every_item_is_paired_or_left_over_exactly_once(
    reservations: list[Reservation], events: list[Event]
) -> None:
    found = pair(reservations, events)
    ours = [r.number for r, _ in found.pairs] + [r.number for r in found.lone_reservations]
    theirs = [e.id for _, e in found.pairs] + [e.id for e in found.lone_events]
    assert sorted(ours) == sorted(r.number for r in reservations)
    assert sorted(theirs) == sorted(e.id for e in events)


@given(books(), calendars(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(
    reservations: list[Reservation], events: list[Event], random: object
) -> None:
    expected = differences(reservations, events)
    random.shuffle(reservations)  # type: ignore[attr-defined]
    random.shuffle(events)  # type: ignore[attr-defined]
    assert differences(reservations, events) == expected


@given(calendars())
def test_equal_sides_have_no_difference_but_those_within_outlook(events: list[Event]) -> None:
    reservations = [
        make_reservation(
            1001 + index,
            event=event.id,
            starts=event.start,
            key=event.series_key,
            organizer=event.organizer,
            status=Status.TENTATIVE if event.is_tentative else Status.CONFIRMED,
        )
        for index, event in enumerate(events)
        if event.takes_room
    ]
    kinds = {item.kind for item in differences(reservations, events)}
    assert kinds <= {DUPLICATE, OVERLAP}


@given(books(), calendars())
def test_each_item_without_a_counterpart_is_reported_once(
    reservations: list[Reservation], events: list[Event]
) -> None:
    found = [item for item in differences(reservations, events) if item.kind is not OVERLAP]
    pairing = pair(reservations, events)
    alone = [r.number for r in pairing.lone_reservations if r.is_active]
    alone += [r.number for r, e in pairing.pairs if r.is_active and not e.takes_room]
    reported = [item.reservation for item in found if item.reservation in alone]
    assert sorted(reported) == sorted(alone)
    lone = [e.id for e in pairing.lone_events if e.takes_room]
    assert sorted(item.event_id for item in found if item.reservation is None) == sorted(lone)


@given(books(), calendars())
def test_differences_are_sorted_and_lie_on_the_day_asked_for(
    reservations: list[Reservation], events: list[Event]
) -> None:
    found = differences(reservations, events)
    assert list(found) == sorted(found, key=lambda item: (item.start, item.kind.value))
    assert {item.start.date() for item in found} <= {date(2026, 9, 15)}


@given(books(), calendars())
def test_a_time_with_a_partner_for_each_needs_nothing_around_it(
    reservations: list[Reservation], events: list[Event]
) -> None:
    span = TimeSpan(moment("09:00"), moment("10:00"))
    ours = [make_reservation(2001, event="in step"), make_reservation(2002, event="too")]
    theirs = [make_event("in step", ends="09:30"), make_event("too", subject="Other")]
    around = [r for r in reservations if not span.overlaps(r.start, r.end)]
    beyond = [e for e in events if not span.overlaps(e.start, e.end)]
    assert is_matched_by_id(ours, theirs)
    narrow = compare(pair(ours, theirs), span)
    assert len(narrow) >= 2
    assert compare(pair(ours + around, theirs + beyond), span) == narrow


@pytest.mark.parametrize(
    ("reservations", "events"),
    [
        pytest.param([make_reservation()], [], id="one moved away"),
        pytest.param([make_cancelled_reservation()], [make_event()], id="cancelled here"),
        pytest.param([make_reservation()], [make_event(is_cancelled=True)], id="cancelled there"),
        pytest.param(
            [make_reservation(), make_reservation(1002)], [make_event()], id="two for one event"
        ),
        pytest.param([make_reservation(event=None)], [make_event()], id="by key alone"),
    ],
)
def test_a_time_where_a_meeting_has_no_partner_by_id_needs_what_lies_around(
    reservations: list[Reservation], events: list[Event]
) -> None:
    assert not is_matched_by_id(reservations, events)


@given(books(), calendars())
def test_where_nothing_differs_what_was_agreed_on_changes_nothing(
    reservations: list[Reservation], events: list[Event]
) -> None:
    agreed = {
        reservation.number: make_agreed(reservation, event)
        for reservation in reservations
        for event in events
    }
    if not differences(reservations, events):
        assert not differences(reservations, events, agreed=agreed)


def test_comparing_changes_neither_side() -> None:
    reservation, event = make_reservation(), make_event(ends="09:30")
    before = replace(reservation), replace(event)
    differences([reservation], [event])
    assert (reservation, event) == before
