"""Somebody else is at the desk while Outlook is asked whether a room is free."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from builders import ANNA
from night import Night, at, at_once, mailbox_of

from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.create import NewReservation, make_reservation
from obctl.engine.reservations.saved import Saved
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.errors import Refused
from obctl.store.database import open_store

ROOM = "Rembrandt"
Act = Callable[[Company], object]


@pytest.fixture
def meanwhile(night: Night) -> Iterator[Callable[[Act], None]]:
    """Has another process do something as soon as Outlook is asked about the room."""

    def plan(act: Act) -> None:
        def on_call(method: str, mailbox: str | None, _route: str) -> None:
            if method != "GET" or mailbox != mailbox_of(ROOM):
                return
            night.watched.on_call = lambda *_: None
            store = open_store(night.company.config.store_path)
            act(replace(night.company, store=store))
            store.close()

        night.watched.on_call = on_call

    yield plan
    night.watched.on_call = lambda *_: None


def change(night: Night, number: int, edit: Edit) -> Saved:
    async def work(gateway: Gateway) -> Saved:
        async def connect() -> Gateway:
            return gateway

        return await change_reservation(night.company, connect, number, edit, SeriesScope.ONE)

    return night.ask(work)


def make(night: Night, start: str, end: str) -> Saved:
    async def work(gateway: Gateway) -> Saved:
        async def connect() -> Gateway:
            return gateway

        new = NewReservation(night.room(ROOM), "Interview", at(start), at(end), ANNA)
        return await make_reservation(night.company, connect, new)

    return night.ask(work)


def test_what_another_changes_meanwhile_is_kept(night: Night, meanwhile) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    renamed = Edit(subject="Second interview")
    meanwhile(
        lambda company: at_once(change_reservation(company, None, 1, renamed, SeriesScope.ONE))
    )
    saved = change(night, 1, Edit(start=at("14:00")))
    assert [result.error for result in saved.pushed] == [None]
    assert night.reservations() == [f"{ROOM} 09-15 14:00-15:00 Second interview"]
    night.run()


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda night: make(night, "14:00", "15:00"), id="make"),
        pytest.param(lambda night: change(night, 1, Edit(start=at("14:00"))), id="change"),
    ],
)
def test_a_slot_that_another_takes_meanwhile_is_refused(
    night: Night, meanwhile, act: Callable[[Night], Saved]
) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    new = NewReservation(night.room(ROOM), "Rival", at("14:30"), at("15:30"), ANNA)
    meanwhile(lambda company: at_once(make_reservation(company, None, new)))
    with pytest.raises(Refused, match="taken in Officebooking: reservation 2 'Rival'"):
        act(night)
    assert night.reservations() == [
        f"{ROOM} 09-15 09:00-10:00 Interview",
        f"{ROOM} 09-15 14:30-15:30 Rival [20]",
    ]
    assert night.log("reservation.refused") == ["reservation.refused"]
