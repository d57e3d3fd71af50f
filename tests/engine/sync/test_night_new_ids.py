"""Outlook gives a date of a series another id: it stays that date, living or cancelled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import DAY
from night import Night, mailbox_of, weekly

from obctl.sandbox.steps import MoveMailbox
from obctl.store.company_log import LogFilter, find_entry, search_log

ROOM = "Rembrandt"
SECOND = DAY + timedelta(weeks=1)
STAYED = [f"Rembrandt {day} 09:00-10:00 Board" for day in ("09-15", "09-29", "10-06")]


class Series:
    """A weekly series of four."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.meeting = night.book(ROOM, "Board", "09:00", "10:00", recurrence=weekly(count=4))
        night.run()
        self.numbers = [item.number for item in night.all()]

    @property
    def second_id(self) -> str:
        return self.night.id_of(ROOM, self.meeting, SECOND)

    def known_by_another_id(self) -> None:
        """As if Outlook had shown the second date by another id so far."""
        old = "AAZold" + self.second_id[6:]
        with self.night.store.transaction():
            for table in ("reservations", "events", "agreed_states"):
                self.night.store.run(
                    f"UPDATE {table} SET event_id = ? WHERE event_id = ?", (old, self.second_id)
                )

    def mailbox_moved(self) -> None:
        self.night.act(MoveMailbox(room=mailbox_of(ROOM)))

    def cancel_and_keep(self, day: date = SECOND) -> None:
        """The organiser's cancellation stays on the room's calendar, marked as such."""
        with self.night.tenant.locked() as exchange:
            mailbox, item = self.night.tenant.copy(mailbox_of(ROOM), self.meeting)
            exception = item.exceptions.setdefault(day, item.exception_on(day))
            exception.is_cancelled, exception.show_as = True, "free"
            exchange.touch(mailbox, item, day)


@pytest.fixture
def series(night: Night) -> Series:
    return Series(night)


IDS = [
    pytest.param(lambda _series: None, id="same id"),
    pytest.param(Series.known_by_another_id, id="another id"),
    pytest.param(Series.mailbox_moved, id="mailbox moved"),
]


def look(series: Series, how: str) -> None:
    if how == "live":
        series.night.notify(ROOM, series.second_id)
    series.night.run(full=how == "full")


@pytest.mark.parametrize("how", ["changes", "full", "live"])
@pytest.mark.parametrize("rename", IDS)
def test_a_date_cancelled_under_whatever_id_is_proven_to_be_off(
    series: Series, rename, how
) -> None:
    night = series.night
    night.cater(series.numbers[1])
    rename(series)
    series.cancel_and_keep()
    look(series, how)
    assert night.requests() == [(series.numbers[1], "services-booked")]
    cause = night.request().cause
    assert cause is not None
    assert (cause.code, cause.confidence.value) == ("cancelled-but-kept-on-calendar", "certain")
    (asked,) = [item for item in night.all() if item.number == series.numbers[1]]
    assert (asked.event_id, asked.is_active) == (series.second_id, True)
    (told,) = search_log(night.store, LogFilter(action="event.cancelled"))
    assert b'"isCancelled":true' in (find_entry(night.store, told.id or 0).payload or b"")
    assert sorted(night.reservations()) == sorted(
        [*STAYED, "Rembrandt 09-22 09:00-10:00 Board [100]"]
    )
    night.approve()
    night.run()
    assert sorted(night.reservations()) == STAYED


@pytest.mark.parametrize("rename", IDS)
def test_a_date_without_services_is_cancelled_under_whatever_id(series: Series, rename) -> None:
    night = series.night
    rename(series)
    series.cancel_and_keep()
    assert night.run().cancelled == 1
    assert sorted(night.reservations()) == STAYED


@pytest.mark.parametrize("rename", IDS)
def test_a_request_closes_itself_where_the_date_takes_place_after_all(
    series: Series, rename
) -> None:
    night = series.night
    night.cater(series.numbers[1])
    rename(series)
    series.cancel_and_keep()
    night.run()
    with night.tenant.locked() as exchange:
        mailbox, item = night.tenant.copy(mailbox_of(ROOM), series.meeting)
        item.exceptions[SECOND].is_cancelled, item.exceptions[SECOND].show_as = False, "busy"
        exchange.touch(mailbox, item, SECOND)
    night.run()
    assert (night.requests(), len(night.reservations())) == ([], 4)
