"""What is known about one difference: which events and reservations of the room belong to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import (
    BRAM,
    MADE,
    NOW,
    make_agreed,
    make_cancelled_reservation,
    make_event,
    make_facts,
    make_occurrence,
    make_occurrence_reservation,
    make_reservation,
    make_room,
    make_situation,
    moment,
    span_of,
)

from obctl.domain.causes.build_facts import (
    Answers,
    AsOf,
    Recorded,
    build_facts,
    domains_of,
    master_id_of,
)
from obctl.domain.causes.facts import Facts
from obctl.domain.event import Event, EventId
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room, RoomId
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.reading import Reading, Scope
from obctl.domain.values import replace

ATRIUM = make_room()
LIBRARY = make_room("Library", id=RoomId(2))
NOTHING: dict[str, Any] = {
    "mapped": (ATRIUM, LIBRARY),
    "last_known": None,
    "outbox": None,
    "request": None,
    "subscriptions": (),
    "inbox_waiting": False,
    "notified_at": None,
    "history": (),
    "put_back": False,
    "same_key": (),
    "copies": (),
}


def facts_of(
    reservation: Reservation | None = None,
    event: Event | None = None,
    *,
    reservations: tuple[Reservation, ...] = (),
    events: tuple[Event, ...] = (),
    gone: tuple[str, ...] = (),
    asked: Answers | None = None,
    room: Room = ATRIUM,
    **recorded: Any,
) -> Facts:
    """The facts about these two halves, beside what else the room has."""
    own = ((reservation,) if reservation else (), (event,) if event else ())
    reading = Reading(
        Scope(span_of(days=30), whole=True),
        (*events, *own[1]),
        gone=frozenset(EventId(item) for item in gone),
    )
    situation = make_situation((*reservations, *own[0]), room=room, reading=reading)
    return build_facts(
        situation.sides,
        AsOf(NOW, SyncSettings(), span_of(days=30)),
        make_facts(reservation=reservation, event=event).difference,
        Recorded(**NOTHING | recorded),
        asked or Answers(),
    )


def ids(events: tuple[Event, ...]) -> list[str]:
    return [event.id for event in events]


def numbers(reservations: tuple[Reservation, ...]) -> list[int]:
    return [reservation.number for reservation in reservations]


def test_both_halves_are_found_with_what_they_agreed_on() -> None:
    reservation, event = make_reservation(), make_event()
    other = make_reservation(1000, event="E9", starts="15:00")
    facts = facts_of(
        reservation, event, reservations=(other,), events=(make_event("E9", starts="15:00"),)
    )
    assert (facts.reservation, facts.event) == (reservation, event)
    assert facts.agreed == make_agreed(reservation, event)
    assert facts.last_run_at == ATRIUM.last_synced_at


def test_of_a_difference_without_a_reservation_none_is_found() -> None:
    facts = facts_of(None, make_event(), reservations=(make_reservation(1002, event="E2"),))
    assert (facts.reservation, facts.agreed) == (None, None)


@pytest.mark.parametrize(("gone", "missing"), [(("E1",), True), (("E2",), False), ((), False)])
def test_an_event_is_missing_once_outlook_was_asked_for_it(
    gone: tuple[str, ...], *, missing: bool
) -> None:
    assert facts_of(make_reservation(), gone=gone).event_missing is missing


@pytest.mark.parametrize(
    ("starts", "ends", "meets"),
    [
        pytest.param("08:00", "09:00", False, id="ends as it starts"),
        pytest.param("08:00", "09:01", True, id="runs into it"),
        pytest.param("09:15", "09:45", True, id="within"),
        pytest.param("09:59", "11:00", True, id="starts before its end"),
        pytest.param("10:00", "11:00", False, id="starts as it ends"),
    ],
)
def test_what_overlaps_the_difference_is_read_on_both_sides(
    starts: str, ends: str, *, meets: bool
) -> None:
    facts = facts_of(
        make_reservation(),
        make_event(),
        reservations=(make_reservation(1002, event="E2", starts=starts, ends=ends),),
        events=(make_event("E2", starts=starts, ends=ends),),
    )
    assert ids(facts.same_room) == (["E2"] if meets else [])
    assert numbers(facts.siblings) == ([1002] if meets else [])


def test_the_reservations_of_the_series_count_on_whatever_day_but_in_this_room_only() -> None:
    later = make_occurrence_reservation(1003, event="O3", starts="2026-09-29 09:00")
    there = make_occurrence_reservation(1004, event="X", room=LIBRARY.id)
    own = make_occurrence_reservation(1002)
    facts = facts_of(
        own, make_occurrence(), same_key=(later, there, own), reservations=(make_reservation(1001),)
    )
    assert numbers(facts.siblings) == [1001, 1003]


@pytest.mark.parametrize(
    ("reservation", "event", "found"),
    [
        pytest.param(
            make_occurrence_reservation(1002, event="O1", starts="12:00"),
            make_occurrence("N1", master="N"),
            True,
            id="the date it lost",
        ),
        pytest.param(
            make_occurrence_reservation(1002, event="O9", starts="12:00"),
            make_occurrence("N1", master="N"),
            False,
            id="its own event lives",
        ),
        pytest.param(
            make_occurrence_reservation(1002, event="O1", starts="12:00", organizer=BRAM),
            make_occurrence("N1", master="N"),
            False,
            id="somebody else's",
        ),
        pytest.param(
            make_cancelled_reservation(
                1002,
                event="O1",
                starts="12:00",
                ends="13:00",
                original_start=make_occurrence().original_start,
            ),
            make_occurrence("N1", master="N"),
            False,
            id="cancelled",
        ),
        pytest.param(
            make_occurrence_reservation(1002, event="O1", starts="12:00"),
            make_event("N1"),
            False,
            id="the event is of no series",
        ),
    ],
)
def test_a_date_of_another_series_finds_the_reservation_it_may_go_on_for(
    reservation: Reservation, event: Event, *, found: bool
) -> None:
    living = make_occurrence("O9", starts="2026-09-29 09:00")
    facts = facts_of(None, event, reservations=(reservation,), events=(living,))
    assert numbers(facts.siblings) == ([1002] if found else [])


def test_the_dates_of_its_series_are_all_that_were_read_in_their_order() -> None:
    first, last = (
        make_occurrence(f"O{day}", starts=f"2026-09-{day} 09:00") for day in ("08", "22")
    )
    foreign = make_occurrence("N1", master="N", starts="2026-09-16 09:00")
    facts = facts_of(
        make_occurrence_reservation(),
        make_occurrence(),
        events=(last, foreign),
        asked=Answers(instances=(first, last)),
    )
    assert ids(facts.same_series) == ["O08", "O22"]


def test_a_meeting_of_no_series_has_no_other_dates() -> None:
    facts = facts_of(make_reservation(), make_event(), events=(make_event("E2", starts="15:00"),))
    assert facts.same_series == ()


@pytest.mark.parametrize(
    ("event", "reservation", "last_known", "master"),
    [
        pytest.param("A", "B", "C", "A", id="the event first"),
        pytest.param(None, "B", "C", "B", id="then the reservation"),
        pytest.param(None, None, "C", "C", id="then what was last known"),
        pytest.param(None, None, None, None, id="none of them is of a series"),
    ],
)
def test_a_series_is_known_by_whichever_side_names_it(
    event: str | None, reservation: str | None, last_known: str | None, master: str | None
) -> None:
    def named(series: str | None) -> dict[str, Any]:
        return {"series_master_id": series and EventId(series)}

    nothing = Reading(Scope(span_of(days=30), whole=True), ())
    known = make_event(**named(last_known))
    assert master_id_of(
        nothing, make_event(**named(event)), make_reservation(**named(reservation)), known
    ) == (master)
    assert master_id_of(nothing, None, None, known) == last_known


def test_the_series_of_a_reservation_is_known_by_the_id_that_it_has_by_now() -> None:
    lost = make_occurrence_reservation(event="O1", master="OLD", key="K")
    shown = make_occurrence("N2", master="NEW", starts="2026-09-22 09:00", key="K")
    reading = Reading(Scope(span_of(days=30), whole=True), (shown,))
    assert master_id_of(reading, None, lost, None) == "NEW"
    stays = replace(shown, series_master_id=EventId("OLD"))
    assert master_id_of(replace(reading, events=(stays,)), None, lost, None) == "OLD"


@pytest.mark.parametrize(
    ("event", "found"),
    [
        pytest.param(make_occurrence("N1", master="N", starts="09:30"), True, id="another series"),
        pytest.param(make_occurrence("O2", starts="09:30"), False, id="the same series"),
    ],
)
def test_a_date_of_another_series_may_be_where_it_goes_on(event: Event, *, found: bool) -> None:
    facts = facts_of(make_occurrence_reservation(), events=(event,))
    assert ids(facts.successors) == ([event.id] if found else [])


def test_without_a_reservation_nothing_goes_on() -> None:
    facts = facts_of(
        None, make_occurrence(), events=(make_occurrence("N1", master="N", starts="09:30"),)
    )
    assert facts.successors == ()


@pytest.mark.parametrize(
    ("reservation", "events", "rekeyed"),
    [
        pytest.param(
            make_reservation(key="K"),
            (make_event("E1", key="K"), make_event("E2", key="K")),
            "E2",
            id="the same key under another id",
        ),
        pytest.param(make_reservation(key="K"), (make_event("E1", key="K"),), None, id="its own"),
        pytest.param(make_reservation(key="K"), (make_event("E2", key="L"),), None, id="other key"),
        pytest.param(make_reservation(key=None), (make_event("E2", key=None),), None, id="no key"),
        pytest.param(
            make_occurrence_reservation(),
            (make_occurrence("O2", starts="2026-09-22 09:00"),),
            None,
            id="another date of the series",
        ),
    ],
)
def test_the_same_meeting_is_found_under_another_id(
    reservation: Reservation, events: tuple[Event, ...], rekeyed: str | None
) -> None:
    found = facts_of(reservation, events=events).rekeyed
    assert (found.id if found else None) == rekeyed


@pytest.mark.parametrize(
    ("there", "mapped", "found"),
    [
        pytest.param(make_reservation(1002, room=RoomId(2)), (ATRIUM, LIBRARY), True, id="active"),
        pytest.param(
            make_cancelled_reservation(1002, room=RoomId(2)),
            (ATRIUM, LIBRARY),
            False,
            id="cancelled there",
        ),
        pytest.param(make_reservation(1002), (ATRIUM, LIBRARY), False, id="in this room"),
        pytest.param(
            make_reservation(1002, room=RoomId(2)), (ATRIUM,), False, id="a room no longer mapped"
        ),
    ],
)
def test_a_meeting_is_reserved_elsewhere_where_another_room_counts_on_it(
    there: Reservation, mapped: tuple[Room, ...], *, found: bool
) -> None:
    facts = facts_of(make_reservation(), mapped=mapped, same_key=(there,))
    assert facts.reserved_elsewhere == (((LIBRARY, there),) if found else ())


@pytest.mark.parametrize(
    ("seconds", "count"),
    [
        pytest.param(0, 1, id="the same moment"),
        pytest.param(59, 1, id="within the minute after"),
        pytest.param(-59, 1, id="within the minute before"),
        pytest.param(60, 0, id="a minute later"),
        pytest.param(-60, 0, id="a minute earlier"),
    ],
)
def test_what_a_restore_made_together_bears_one_minute(seconds: int, count: int) -> None:
    other = anew("E2", created_at=MADE + timedelta(seconds=seconds))
    unknown = anew("E3", created_at=None)
    assert facts_of(None, anew("E1"), events=(other, unknown)).copied_together == count


def anew(name: str, **more: Any) -> Event:
    """A copy made long after the meeting was born."""
    return make_event(name, **{"born_at": MADE - timedelta(days=90), "created_at": MADE} | more)


@pytest.mark.parametrize(
    ("others", "count"),
    [
        pytest.param((anew("E2"), anew("E3")), 2, id="two meetings"),
        pytest.param((anew("E2", key="K"), anew("E3", key="K")), 1, id="two dates of a series"),
        pytest.param((anew("E2", key="key-of-E1"),), 0, id="another date of its own series"),
        pytest.param((anew("E2", born_at=MADE),), 0, id="made when it was born"),
        pytest.param((anew("E2", born_at=None),), 0, id="born nobody knows when"),
    ],
)
def test_only_other_meetings_older_than_their_copies_were_made_anew(
    others: tuple[Event, ...], count: int
) -> None:
    assert facts_of(None, anew("E1"), events=others).copied_together == count


def test_an_event_that_nobody_dated_was_made_with_no_other() -> None:
    event, other = (anew(name, created_at=None) for name in ("E1", "E2"))
    assert facts_of(None, event, events=(other,)).copied_together == 0


def test_when_a_room_answered_stands_in_its_copy() -> None:
    told = b'{"responseStatus": {"response": "accepted", "time": "2025-12-20T09:00:00Z"}}'
    assert facts_of(None, anew("E1", payload=told)).answered_at == moment("2025-12-20 09:00")
    assert facts_of(None, anew("E1")).answered_at is None


def test_what_vanished_together_is_over_and_gone_by_id() -> None:
    def past(number: int, event: str, ends: str = "2026-09-14 12:00") -> Reservation:
        return make_reservation(number, event=event, starts="2026-09-14 11:00", ends=ends)

    facts = facts_of(
        past(1001, "A"),
        reservations=(
            past(1002, "B"),
            past(1003, "C", ends="2026-09-14 12:01"),
            past(1004, "D"),
            past(1005, "E"),
        ),
        gone=("A", "B", "C", "E"),
    )
    assert facts.vanished_together == 2


@pytest.mark.parametrize(
    ("room", "other", "shared"),
    [
        pytest.param("one", "one", True, id="one mailbox"),
        pytest.param("one", "two", False, id="two mailboxes"),
        pytest.param(None, None, False, id="not known"),
    ],
)
def test_two_rooms_share_a_mailbox_where_its_object_is_one(
    room: str | None, other: str | None, *, shared: bool
) -> None:
    own, twin = make_room(object_id=room), make_room("Library", id=RoomId(2), object_id=other)
    facts = facts_of(None, make_event(), room=own, mapped=(own, twin))
    assert facts.mailbox_shared_with == ((twin,) if shared else ())


def test_the_domains_of_a_company_are_those_of_its_rooms() -> None:
    rooms = (make_room(), make_room("Library"), make_room(mailbox="Hall@Rooms.Contoso.Example"))
    assert domains_of(rooms) == {"contoso.example", "rooms.contoso.example"}
