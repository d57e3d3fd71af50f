"""A meeting leaves the room's calendar by the way that Outlook takes; who was not told is named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from night import Night, mailbox_of, weekly

from obctl.engine.admin.status import current_status
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.store.company_log import LogFilter, search_log

ANSWERS = ("decline", "cancel")


def ways(night: Night) -> list[str]:
    """The writes that were sent, in order."""
    return [
        method if method == "DELETE" else route.rpartition("/")[2]
        for method, _, route in night.watched.calls
        if method == "DELETE" or route.rpartition("/")[2] in ANSWERS
    ]


def logged(night: Night) -> str:
    return search_log(night.store, LogFilter(action="push.cancelled"))[0].message


def test_an_organiser_who_wants_no_answers_is_answered_silently_and_a_person_hears_of_it(
    night: Night,
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00", response_requested=False)
    night.run()
    night.watched.calls.clear()
    (result,) = night.call_off(night.only().number)
    assert result.error is None
    assert ways(night) == ["decline", "decline"]
    assert [(one.code, one.hint) for one in result.problems] == [
        ("organizer-not-told", "tell anna@contoso.example that the room is gone")
    ]
    assert logged(night).endswith(
        "declined in Outlook; its organiser takes no answers and was not told"
    )
    assert night.outlook("Rembrandt") == []
    assert night.run().changes == 0


def test_what_outlook_lets_nobody_decline_is_deleted_and_a_person_hears_of_it(
    night: Night,
) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("bad-request", route="events/*/decline")
    night.watched.calls.clear()
    (result,) = night.call_off(night.only().number)
    assert result.error is None
    assert ways(night) == ["decline", "decline", "DELETE"]
    assert [one.code for one in result.problems] == ["organizer-not-told"]
    assert "nobody was told" in logged(night)
    assert night.outlook("Rembrandt") == []


def test_asked_to_be_silent_nobody_is_named_as_not_told(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00", response_requested=False)
    night.run()
    night.watched.calls.clear()
    (result,) = night.call_off(night.only().number, silent=True)
    assert (result.error, result.problems, ways(night)) == (None, (), ["decline"])


@pytest.mark.parametrize("scope", [SeriesScope.ONE, SeriesScope.ALL])
def test_our_own_event_that_nobody_is_invited_to_goes_where_cancel_is_refused(
    night: Night, scope: SeriesScope
) -> None:
    night.tenant_server.server.service.exchange.directory.quirks.cancel_without_attendees = False
    first = night.make("Rembrandt", "Stand-up", "09:00", "09:15", repeat="FREQ=DAILY;COUNT=3")[0]
    night.watched.calls.clear()
    results = night.call_off(first.number, scope=scope)
    assert [(one.error, one.problems) for one in results] == [(None, ())]
    assert ways(night) == ["cancel", "DELETE"]
    assert len(night.outlook("Rembrandt")) == (2 if scope is SeriesScope.ONE else 0)
    assert night.run().changes == 0


def test_a_refusal_that_lasts_names_what_a_person_can_do(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("bad-request", method="POST")
    night.fail("bad-request", method="DELETE")
    (result,) = night.call_off(night.only().number)
    assert result.error is not None
    way_on = (
        "; Rembrandt stays taken until the meeting is deleted in the room's calendar with Outlook,"
        " or anna@contoso.example cancels it"
    )
    assert result.error.message.endswith(way_on)
    (shown,) = current_status(night.company, timedelta(hours=26))[0]["failed_writes"]
    assert shown["message"].endswith(way_on)
    night.recover()
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == []


def test_one_date_of_a_series_that_nobody_may_answer_is_declined_alone(night: Night) -> None:
    meeting = night.book(
        "Rembrandt",
        "Weekly",
        "09:00",
        "10:00",
        recurrence=weekly(count=3),
        response_requested=False,
    )
    night.run()
    second = night.all()[1]
    (result,) = night.call_off(second.number)
    assert [one.code for one in result.problems] == ["organizer-not-told"]
    assert len(night.outlook("Rembrandt")) == 2
    _, original = night.tenant.copy("anna@contoso.example", meeting)
    assert date(2026, 9, 22) not in original.cancelled_days
    assert mailbox_of("Rembrandt") in [one.person.address for one in original.attendees]
