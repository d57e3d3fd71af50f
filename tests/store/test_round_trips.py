"""What is saved comes back as it was, to the second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from builders import make_agreed, make_event, make_outbox_item, make_reservation, make_room
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from obctl.domain.event import Event, EventId, EventType, Response, person
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import ExternalState, Reservation, Source, Status
from obctl.domain.room import RoomId
from obctl.domain.values import replace
from obctl.errors import NaiveDatetime
from obctl.store.agreed_states import add_tried, find_agreed, save_agreed
from obctl.store.codec import instant, moment
from obctl.store.database import Store, open_store
from obctl.store.events import find_event, payload_ids, save_events
from obctl.store.outbox import add_to_outbox, load_pending, mark_done
from obctl.store.payloads import load_payload
from obctl.store.reservations import (
    find_reservation,
    insert_reservations,
    next_number,
    update_reservation,
)
from obctl.store.rooms import add_room, load_rooms

offsets = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
instants = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=offsets)  # noqa: DTZ001
seconds = instants.map(lambda it: it.astimezone(UTC).replace(microsecond=0))
words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
maybe = st.none() | words
people = st.builds(person, maybe, maybe)

reservations = st.builds(
    make_reservation,
    st.integers(1, 10**6),
    event=maybe,
    starts=seconds,
    subject=words,
    organizer=people,
    all_day=st.booleans(),
    status=st.sampled_from(Status),
    external_state=st.sampled_from(ExternalState),
    source=st.sampled_from(Source),
    created_at=seconds,
    updated_at=seconds,
    original_start=st.none() | seconds,
    attendees=st.none() | st.integers(0, 5000),
    notes=maybe,
    version=st.integers(1, 1000),
)
events = st.builds(
    make_event,
    words,
    starts=seconds,
    type=st.sampled_from(EventType),
    subject=words,
    organizer=people,
    all_day=st.booleans(),
    response=st.sampled_from(Response),
    is_cancelled=st.booleans(),
    is_organizer=st.booleans(),
    is_draft=st.booleans(),
    original_start=st.none() | seconds,
    instance_date=st.none() | st.dates(),
    room_invited=st.none() | st.booleans(),
    created_at=seconds,
    born_at=st.none() | seconds,
    change_key=maybe,
    transaction_id=maybe,
    payload=st.binary(min_size=1, max_size=300),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path: Path = tmp_path_factory.mktemp("store") / "store.db"
    with closing(open_store(path, create=True)) as found:
        add_room(found, make_room())
        yield found


def payload_of(store: Store, room: int, event_id: str) -> bytes | None:
    return load_payload(store, payload_ids(store, RoomId(room), [event_id])[event_id])


quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(instants, instants)
def test_the_order_of_texts_is_the_order_of_times(one: datetime, other: datetime) -> None:
    first, second = moment(instant(one)), moment(instant(other))
    assert (instant(one) < instant(other)) == (first < second)
    assert timedelta() <= one - first < timedelta(seconds=1)


def test_a_time_without_a_zone_never_reaches_the_store() -> None:
    with pytest.raises(NaiveDatetime):
        instant(datetime(2026, 9, 15))  # noqa: DTZ001


@quick
@given(reservations, reservations)
def test_reservations_come_back(store: Store, one: Reservation, other: Reservation) -> None:
    with store.transaction():
        number = next_number(store)
        insert_reservations(store, [replace(one, number=number)])
    assert find_reservation(store, number) == replace(one, number=number)
    update_reservation(store, replace(other, number=number))
    assert find_reservation(store, number) == replace(other, number=number)
    assert next_number(store) == number + 1


@quick
@given(events)
def test_events_come_back_with_the_bytes_that_came(store: Store, event: Event) -> None:
    room = load_rooms(store)[0].id
    with store.transaction():
        save_events(store, room, [event])
    assert find_event(store, room, event.id) == replace(event, payload=b"")
    assert payload_of(store, room, event.id) == event.payload


@quick
@given(reservations, events)
def test_agreed_states_come_back(store: Store, reservation: Reservation, event: Event) -> None:
    with store.transaction():
        number = next_number(store)
        reservation = replace(reservation, number=number)
        insert_reservations(store, [reservation])
        time = EventTime(reservation.start, reservation.end, False, reservation.time_zone)
        later, renamed = EventChanges(time=time), EventChanges(subject="Renamed")
        state = make_agreed(reservation, event)
        save_agreed(store, [state])
        for changes in (later, later, renamed):
            add_tried(store, number, changes)
    assert find_agreed(store, number) == replace(state, tried=(later, renamed))


@quick
@given(reservations, events)
def test_what_was_agreed_about_an_event_that_is_to_leave_comes_back(
    store: Store, reservation: Reservation, event: Event
) -> None:
    with store.transaction():
        number = next_number(store)
        reservation = replace(reservation, number=number)
        insert_reservations(store, [reservation])
        time = EventTime(reservation.start, reservation.end, False, reservation.time_zone)
        tried = (EventChanges(time=time), EventChanges(subject="Renamed"))
        agreed = replace(make_agreed(reservation, event), tried=tried)
        save_agreed(store, [agreed])
        kept = find_agreed(store, number)
        item = make_outbox_item(PushAction.CANCEL, reservation=number, agreed=kept)
        pending = add_to_outbox(store, item)
        mark_done(store, pending.id, pending.created_at)
    assert pending.agreed == kept == agreed


def test_ids_that_differ_in_case_alone_are_two_events(store: Store) -> None:
    room = load_rooms(store)[0].id
    with store.transaction():
        save_events(store, room, [make_event("AAa", payload=b"1"), make_event("AaA", payload=b"2")])
    assert payload_of(store, room, "AAa") == b"1"
    assert payload_of(store, room, "AaA") == b"2"


def test_what_is_pending_comes_back_oldest_first(store: Store) -> None:
    number = next_number(store)
    insert_reservations(store, [make_reservation(number)])
    items = [
        add_to_outbox(store, make_outbox_item(reservation=number, event_id=EventId("E"), note=note))
        for note in ("first", None)
    ]
    assert load_pending(store) == items
    assert [item.note for item in items] == ["first", None]
