"""Whom to ask about a meeting in doubt: the organiser, unless no answer would tell anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import (
    ANNA,
    BRAM,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_facts,
    make_occurrence,
    make_occurrence_reservation,
    make_outbox_item,
    make_reservation,
    make_room,
)

from obctl.domain.causes.asked_organizer import asked_of_organizer, with_reply
from obctl.domain.causes.facts import Facts
from obctl.domain.difference import DifferenceKind
from obctl.domain.event import Event, Person
from obctl.domain.organizer_copy import OrganizerCopy, OrganizerReply, OrganizerSays
from obctl.domain.reservation import Reservation, Source
from obctl.domain.room import RoomId

ROOM_ITSELF = Person("Atrium", "atrium@contoso.example")
LIBRARY = make_room("Library", id=RoomId(2))
CHANGED = {"fields": {"start": ("09", "11")}}
GONE = make_reservation()
OVER = GONE.end + timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        pytest.param(make_facts(reservation=GONE), True, id="gone without a trace"),
        pytest.param(
            make_facts(reservation=GONE, event=make_event(starts="11:00"), **CHANGED),
            True,
            id="both sides differ",
        ),
        pytest.param(make_facts(event=make_event()), False, id="nobody reserved it"),
        pytest.param(
            make_facts(reservation=GONE, event=make_event(is_cancelled=True)),
            False,
            id="cancelled, and says so",
        ),
        pytest.param(
            make_facts(reservation=GONE, rekeyed=make_event("E2")), False, id="under another id"
        ),
        pytest.param(
            make_facts(reservation=GONE, elsewhere=((LIBRARY, make_event("E2")),)),
            False,
            id="another room has it",
        ),
        pytest.param(
            make_facts(
                reservation=make_reservation(),
                event=make_event(starts="11:00"),
                fields={"start": ("09", "11")},
                elsewhere=((LIBRARY, make_event("E2")),),
            ),
            True,
            id="changed here, and another room has it too",
        ),
        pytest.param(
            make_facts(reservation=make_reservation(event=None, source=Source.OUTLOOK)),
            True,
            id="never seen in the room",
        ),
        pytest.param(
            make_facts(reservation=make_reservation(event=None)),
            True,
            id="never written to Outlook, where it may be somebody's own",
        ),
        pytest.param(
            make_facts(reservation=make_reservation(event=None), outbox=make_outbox_item()),
            False,
            id="yet to be written",
        ),
        pytest.param(
            make_facts(
                reservation=make_cancelled_reservation(event="OLD", key="K"),
                event=make_event("NEW", key="K"),
            ),
            True,
            id="cancelled here, and back as another copy",
        ),
        pytest.param(
            make_facts(reservation=make_cancelled_reservation(), event=make_event()),
            False,
            id="cancelled here, and still to be taken off there",
        ),
        pytest.param(make_facts(reservation=GONE, now=OVER), True, id="over for a day"),
        pytest.param(
            make_facts(reservation=GONE, now=OVER + timedelta(seconds=1)), False, id="long over"
        ),
        pytest.param(
            make_facts(DifferenceKind.OVERLAP, reservation=GONE, event=make_event()),
            False,
            id="two meetings at once",
        ),
    ],
)
def test_the_organiser_is_asked_where_a_rule_reads_the_answer(facts: Facts, *, asked: bool) -> None:
    assert (asked_of_organizer(facts) is not None) is asked


@pytest.mark.parametrize(
    ("reservation", "last_known", "asked"),
    [
        pytest.param(GONE, make_direct_event(), False, id="the room was its organiser"),
        pytest.param(
            make_reservation(organizer=ROOM_ITSELF), make_event(), True, id="what was seen counts"
        ),
        pytest.param(make_reservation(organizer=ROOM_ITSELF), None, False, id="held by the room"),
        pytest.param(make_reservation(source=Source.OFFICEBOOKING), None, False, id="our own push"),
        pytest.param(make_reservation(source=Source.OUTLOOK), None, True, id="from Outlook"),
    ],
)
def test_nobody_is_asked_of_what_the_room_organises_itself(
    reservation: Reservation, last_known: Event | None, *, asked: bool
) -> None:
    facts = make_facts(reservation=reservation, last_known=last_known)
    assert (asked_of_organizer(facts) is not None) is asked


def test_what_is_gone_is_asked_for_as_it_was_reserved() -> None:
    assert asked_of_organizer(make_facts(reservation=GONE)) == GONE


def test_what_is_there_is_asked_for_as_outlook_has_it() -> None:
    event = make_occurrence("E1", organizer=BRAM, ical_uid="new", starts="11:00")
    asked = asked_of_organizer(make_facts(reservation=GONE, event=event, **CHANGED))
    assert asked is not None
    assert (asked.organizer, asked.ical_uid) == (BRAM, "new")
    assert asked.original_start == event.original_start


def test_an_event_without_an_ical_uid_is_asked_for_by_that_of_the_reservation() -> None:
    facts = make_facts(
        reservation=make_occurrence_reservation(event="E1", ical_uid="known"),
        event=make_event(ical_uid=None, starts="11:00"),
        **CHANGED,
    )
    asked = asked_of_organizer(facts)
    assert asked is not None
    assert (asked.organizer, asked.ical_uid, asked.original_start) == (ANNA, "known", None)


def test_the_answer_stands_with_the_facts() -> None:
    copy = OrganizerCopy(make_event("X"))
    facts = with_reply(
        make_facts(reservation=GONE), OrganizerReply(OrganizerSays.TAKES_PLACE, copy)
    )
    assert (facts.organizer_says, facts.organizer_copy) == (OrganizerSays.TAKES_PLACE, copy)
