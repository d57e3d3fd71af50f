"""A meeting that vanished and is there again gets back what was ordered for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import DAY
from night import Night, at_once, mailbox_of, weekly

from obctl.domain.reservation import CancelledWith, Reservation, Service, ServiceKind
from obctl.domain.sync.run_report import run_object
from obctl.engine.push.enqueue import CancelNotice
from obctl.engine.reservations import services
from obctl.engine.reservations.cancel import cancel_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.sandbox import item_edit, meeting_mail
from obctl.sandbox.steps import Restore
from obctl.sandbox.tenant import Meeting
from obctl.store.company_log import LogFilter, search_log

ROOM = mailbox_of("Rembrandt")
SECOND = DAY + timedelta(weeks=1)

Look = Callable[[Night], None]


def changes(night: Night) -> None:
    assert night.run().exit_code == 0


def everything(night: Night) -> None:
    assert night.run(full=True).exit_code == 0


look = pytest.mark.parametrize("look", [changes, everything])


@pytest.fixture(autouse=True)
def _nobody_is_asked(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)


def board(night: Night, **more: object) -> Meeting:
    meeting = night.book("Rembrandt", "Board", "09:00", "10:00", **more)
    night.server.service.handles["board"] = meeting
    night.run()
    return meeting


def vanish(night: Night, meeting: Meeting) -> None:
    night.delete("Rembrandt", meeting)
    night.run()
    assert not any(item.is_active for item in night.all())


def repair(night: Night) -> None:
    """Calendar repair puts it back, under another id."""
    night.act(Restore(meeting="board", mailbox=ROOM))


def found(night: Night, number: int) -> Reservation:
    return next(item for item in night.all() if item.number == number)


def states(night: Night, number: int) -> list[tuple[str, bool]]:
    """What was ordered on a reservation, and whether it is still."""
    return [(item.description, not item.cancelled) for item in found(night, number).services]


def order(night: Night, number: int, what: str, **more: object) -> Service:
    kind = more.pop("kind", ServiceKind.CATERING)
    locked = more.pop("locked_from", None)
    return services.add_service(night.company, number, kind, what, 12, locked)  # type: ignore[arg-type]


def said(night: Night, action: str) -> list[str]:
    return [entry.message for entry in search_log(night.store, LogFilter(action=action))]


@look
def test_lunch_comes_back_with_the_meeting(night: Night, look: Look) -> None:
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    vanish(night, meeting)
    assert states(night, number) == [("lunch", False)]
    repair(night)
    look(night)
    assert night.only().number == number
    assert states(night, number) == [("lunch", True)]
    (message,) = said(night, "event.restored")
    assert message == (
        f"reservation {number} is in Outlook again: 'Board' Tue 2026-09-15 09:00"
        " (Europe/Amsterdam); the organiser's copy takes place; its 1 service is ordered again"
    )


@look
def test_lunch_comes_back_each_time_a_meeting_shows_no_longer_as_cancelled(
    night: Night, look: Look
) -> None:
    board(night)
    number = night.only().number
    order(night, number, "lunch")
    mailbox = night.tenant.exchange.directory.mailboxes[ROOM]
    for off in (True, False, True, False):
        with night.tenant.locked() as exchange:
            (item,) = mailbox.items.values()
            item_edit.edit(item, None, {"is_cancelled": off})
            exchange.touch(mailbox, item, None)
        look(night)
        assert states(night, number) == [("lunch", not off)]


def test_what_a_person_cancelled_before_stays_cancelled_and_is_no_news(night: Night) -> None:
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    coffee = order(night, number, "coffee")
    services.cancel_services(night.company, [coffee])
    vanish(night, meeting)
    repair(night)
    report = night.run()
    assert states(night, number) == [("lunch", True), ("coffee", False)]
    assert report.services_left == []


def test_what_a_person_cancelled_afterwards_stays_cancelled(night: Night) -> None:
    meeting = board(night)
    number = night.only().number
    lunch = order(night, number, "lunch")
    order(night, number, "coffee")
    vanish(night, meeting)
    services.cancel_services(night.company, services.find_cancellable(night.company, [lunch.id]))
    repair(night)
    night.run()
    assert states(night, number) == [("lunch", False), ("coffee", True)]


def test_what_is_locked_by_now_stays_cancelled_and_is_told(night: Night) -> None:
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch", locked_from=night.company.now + timedelta(hours=3))
    order(night, number, "Bram", kind=ServiceKind.VISITOR)
    order(night, number, "coffee")
    vanish(night, meeting)
    night.sleep(days=0, hours=4)
    repair(night)
    report = night.run()
    assert states(night, number) == [("lunch", False), ("Bram", False), ("coffee", True)]
    (problem,) = report.services_left
    assert (problem.room, problem.code) == (ROOM, "services-stay-cancelled")
    assert problem.message == (
        f"reservation {number} is in Outlook again, and not all that was ordered for it:"
        " service 1, catering for 12 (lunch), was locked from Mon 2026-09-14 17:05"
        " (Europe/Amsterdam);"
        " service 2, visitor for 12 (Bram), is a registration, to be made anew"
    )
    assert (
        problem.hint
        == f"what is still wanted: obctl services add {number} --kind … --description …"
    )
    assert report.exit_code == 0
    assert [item["code"] for item in run_object(report)["problems"]] == ["services-stay-cancelled"]
    (entry,) = said(night, "event.restored")
    assert entry.endswith(
        "; its 1 service is ordered again; 2 stay cancelled: service 1, catering for 12 (lunch),"
        " was locked from Mon 2026-09-14 17:05 (Europe/Amsterdam); service 2, visitor for 12"
        " (Bram), is a registration, to be made anew"
    )


def test_a_dry_run_tells_what_would_come_back_and_does_nothing(night: Night) -> None:
    meeting = board(night)
    number = night.only().number
    lunch = order(night, number, "lunch")
    vanish(night, meeting)
    repair(night)
    report = night.run(dry_run=True)
    (plan,) = run_object(report)["plans"]
    (change,) = plan["changes"]
    assert (change["kind"], change["services_restored"]) == ("restore", [lunch.id])
    assert states(night, number) == [("lunch", False)]


@look
def test_a_whole_series_gets_back_what_each_date_had(night: Night, look: Look) -> None:
    meeting = board(night, recurrence=weekly(count=3))
    first, second, third = (item.number for item in night.all())
    order(night, first, "lunch")
    order(night, third, "cake")
    vanish(night, meeting)
    repair(night)
    look(night)
    assert [states(night, number) for number in (first, second, third)] == [
        [("lunch", True)], [], [("cake", True)],
    ]  # fmt: skip


def test_one_date_of_a_series_gets_back_what_it_had(night: Night) -> None:
    meeting = board(night, recurrence=weekly(count=3))
    second = night.all()[1].number
    order(night, second, "lunch")
    night.tenant.delete(ROOM, meeting, day=SECOND)
    night.run()
    assert states(night, second) == [("lunch", False)]
    repair(night)
    night.run()
    assert states(night, second) == [("lunch", True)]


@look
def test_lunch_comes_back_at_another_time(night: Night, look: Look) -> None:
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    vanish(night, meeting)
    night.change(meeting, start="17 13:00", end="17 14:00")
    look(night)
    assert night.reservations() == ["Rembrandt 09-17 13:00-14:00 Board"]
    assert states(night, number) == [("lunch", True)]


@look
def test_lunch_comes_back_in_another_room(night: Night, look: Look) -> None:
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    vanish(night, meeting)
    night.change(meeting, rooms="Vermeer")
    look(night)
    assert night.reservations() == ["Vermeer 09-15 09:00-10:00 Board"]
    assert night.only().number == number
    assert states(night, number) == [("lunch", True)]


def test_lunch_that_went_to_the_other_copy_does_not_come_back_twice(night: Night) -> None:
    board(night)
    older = night.only().number
    repair(night)
    night.run()
    newer = next(item.number for item in night.all() if item.number != older)
    order(night, older, "lunch")
    mailbox = night.tenant.exchange.directory.mailboxes[ROOM]
    first = min(mailbox.items.values(), key=lambda item: item.created)
    with night.tenant.locked() as exchange:
        meeting_mail.take_off(exchange, mailbox, first, None)
    night.run()
    assert states(night, newer) == [("lunch", True)]
    repair(night)
    night.run()
    assert len([item for item in night.all() if item.is_active]) == 2
    assert sorted(states(night, older) + states(night, newer)) == [("lunch", True)]


def test_what_a_person_approved_stays_cancelled_and_is_told(night: Night) -> None:
    night.configure(ignore_cancellation_requests=False)
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    night.delete("Rembrandt", meeting)
    night.run()
    night.approve()
    repair(night)
    report = night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Board"]
    assert states(night, number) == [("lunch", False)]
    (problem,) = report.services_left
    assert problem.message.endswith(
        "service 1, catering for 12 (lunch), was cancelled with the reservation by Sam"
    )


def test_what_was_kept_on_request_was_never_cancelled(night: Night) -> None:
    night.configure(ignore_cancellation_requests=False)
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    night.delete("Rembrandt", meeting)
    night.run()
    night.reject()
    repair(night)
    report = night.run()
    assert night.only().number == number
    assert states(night, number) == [("lunch", True)]
    assert report.services_left == []


def test_a_reservation_cancelled_here_keeps_its_services_cancelled(night: Night) -> None:
    board(night)
    number = night.only().number
    order(night, number, "lunch")
    notice = CancelNotice(silent=True)
    at_once(cancel_reservation(night.company, None, number, SeriesScope.ONE, notice))
    night.push(number)
    (ended,) = found(night, number).services
    assert ended.ending is not None
    assert (ended.ending.cancelled_with, ended.ending.by) == (CancelledWith.RESERVATION, "Sam")
    assert states(night, number) == [("lunch", False)]


def test_what_an_older_version_cancelled_stays_cancelled_and_is_told(night: Night) -> None:
    meeting = board(night)
    number = night.only().number
    order(night, number, "lunch")
    vanish(night, meeting)
    night.store.run(
        "UPDATE services SET cancelled_with = NULL, cancelled_at = NULL, cancelled_by = NULL"
    )
    repair(night)
    report = night.run()
    assert states(night, number) == [("lunch", False)]
    (problem,) = report.services_left
    assert problem.message.endswith(
        "service 1, catering for 12 (lunch), was cancelled, nobody knows by whom"
    )
