"""Words find a reservation where they stand in it now, whatever the index holds by then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builders import make_reservation, make_room

from obctl.domain.event import Person
from obctl.domain.reservation import ReservationNumber, Service, ServiceKind
from obctl.domain.room import RoomId
from obctl.domain.values import replace
from obctl.store.database import Store, open_store
from obctl.store.reservation_text import index_reservations
from obctl.store.reservations import (
    Filter,
    find_reservation,
    insert_reservations,
    search_reservations,
    update_reservation,
)
from obctl.store.rooms import add_room, save_details
from obctl.store.services import add_service

MANY = 2_500


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """So many reservations in two rooms that the next search indexes them."""
    with closing(open_store(tmp_path / "store.db", create=True)) as store:
        add_room(store, make_room("Atrium"))
        add_room(store, make_room("Café Noir", mailbox="noir@contoso.example"))
        insert_reservations(
            store,
            (
                make_reservation(
                    number,
                    room=RoomId(1 + number % 2),
                    event=f"E{number}",
                    subject=f"Überblick {number}",
                    organizer=Person(f"Jürgen {number % 9}", f"j{number}@contoso.example"),
                )
                for number in range(1, MANY + 1)
            ),
        )
        yield store


def found(store: Store, text: str) -> list[int]:
    return sorted(r.number for r in search_reservations(store, Filter(text=text)))


def indexed(store: Store) -> int:
    row = store.row("SELECT count(*) AS found FROM reservation_words")
    return row["found"] if row else 0


def changed(store: Store, number: int, subject: str) -> None:
    before = find_reservation(store, number)
    update_reservation(store, replace(before, subject=subject))


def test_a_search_indexes_and_finds_in_every_place(store: Store) -> None:
    add_service(
        store, Service(0, ReservationNumber(17), ServiceKind.CATERING, "Soupe à l'oignon", 3)
    )
    assert found(store, "uberblick 1717") == [1717]
    assert indexed(store) == MANY
    assert found(store, "j1717@") == [1717]
    assert found(store, "JURGEN 2500") == [2500]
    assert found(store, "oignon cater") == [17]
    assert found(store, "noir 1717") == [1717]
    assert found(store, "atrium 1717") == []
    assert len(found(store, "cafe")) == MANY // 2
    assert found(store, "25") == [n for n in range(1, MANY + 1) if "25" in str(n)]
    assert found(store, "zebra") == []


def test_a_changed_reservation_is_found_by_its_new_words_alone(store: Store) -> None:
    index_reservations(store)
    changed(store, 1717, "Zebra crossing")
    changed(store, MANY, "Zebra at the end")
    for _ in range(2):
        assert found(store, "zebra") == [1717, MANY]
        assert found(store, "uberblick 1717") == []
        insert_reservations(store, [make_reservation(MANY + 1 + _, subject="Giraffe")])
        assert MANY + 1 + _ in found(store, "giraffe")
        index_reservations(store)
        assert indexed(store) == MANY + 1 + _
        assert store.rows("SELECT * FROM stale_words") == []
    store.run("INSERT INTO reservation_words (reservation_words) VALUES ('integrity-check')")


def test_what_does_not_change_the_words_leaves_the_index_alone(store: Store) -> None:
    index_reservations(store)
    before = find_reservation(store, 5)
    update_reservation(store, replace(before, notes="by the window", version=2))
    assert store.rows("SELECT * FROM stale_words") == []
    assert indexed(store) == MANY


def test_a_room_that_is_renamed_is_found_by_its_new_name(store: Store) -> None:
    index_reservations(store)
    room = make_room("Greenhouse", id=RoomId(2))
    save_details(store, room)
    assert len(found(store, "greenhouse")) == MANY // 2
    assert found(store, "cafe") == []
