"""Cancellations from Outlook, end to end: cell by cell, and what is never cancelled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from night import NAMES, Night, mailbox_of

from obctl.domain.reservation import ServiceKind
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.time_span import instant_text
from obctl.engine.admin.status import current_status
from obctl.sandbox.steps import Delete, MoveMailbox, Processing, Recreate

PROCESSED = ([], [])
Act = Callable[[Night], None]


def cancel(night: Night) -> None:
    night.cancel(night.meeting)


def cancel_and_remove(night: Night) -> None:
    """The room's calendar shows the cancellation, and later nothing."""
    night.cancel(night.meeting)
    night.sync("Rembrandt")
    night.delete("Rembrandt", night.meeting)


def vanish(night: Night) -> None:
    night.delete("Rembrandt", night.meeting)


def decline(night: Night) -> None:
    night.tenant.respond(mailbox_of("Rembrandt"), night.meeting, "declined")


def with_catering(night: Night) -> None:
    night.cater(night.only().number)


def with_visitors(night: Night) -> None:
    night.cater(night.only().number, 3, ServiceKind.VISITOR)


def with_flowers(night: Night) -> None:
    night.cater(night.only().number, 1, ServiceKind.OTHER)


def started(night: Night) -> None:
    night.tenant.set_clock(night.only().start)
    night.tenant.advance(minutes=20)


def nothing(night: Night) -> None:
    pass


@pytest.mark.parametrize(
    ("act", "given", "reason"),
    [
        pytest.param(cancel, nothing, None, id="proven-future"),
        pytest.param(cancel, with_flowers, None, id="proven-service-that-does-not-lock"),
        pytest.param(cancel, with_catering, "services-booked", id="proven-catering"),
        pytest.param(cancel, with_visitors, "services-booked", id="proven-visitors"),
        pytest.param(cancel, started, "already-started", id="proven-started"),
        pytest.param(vanish, nothing, "unproven", id="gone"),
        pytest.param(vanish, with_catering, "unproven", id="gone-catering"),
        pytest.param(vanish, started, "unproven", id="gone-started"),
        pytest.param(decline, nothing, "unproven", id="declined-by-the-room"),
    ],
)
@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_cancellation_is_processed_or_asked_about(
    night: Night, act: Act, given: Act, reason: str | None, ignore: bool, full: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    given(night)
    act(night)
    report = night.run(full=full)
    if reason and not ignore:
        assert night.requests() == [(number, reason)]
        assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget [100]"]
        assert report.cancellation_requests == report.changes == 1
        assert not any(service.cancelled for service in night.only().services)
    else:
        assert (night.requests(), night.reservations()) == PROCESSED
        assert report.cancelled == report.changes == 1
        (gone,) = night.all()
        assert (gone.number, int(gone.external_state)) == (number, 110)
        assert all(service.cancelled for service in gone.services)
        assert "cancellation.processed" in night.log()


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
def test_a_request_processed_by_the_setting_switched_on_later(night: Night, ignore: bool) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with_catering(night)
    vanish(night)
    night.run()
    night.configure(ignore_cancellation_requests=ignore)
    report = night.run(full=True)
    assert report.cancelled == int(ignore)
    assert night.requests(RequestStatus.PROCESSED if ignore else RequestStatus.OPEN)
    assert bool(night.reservations()) is not ignore


def test_the_setting_switched_on_processes_open_requests_on_an_unchanged_night(
    night: Night,
) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    cancel(night)
    vanish(night)
    night.run()
    assert len(night.requests()) == 1
    night.configure(ignore_cancellation_requests=True)
    assert night.run().cancelled == 1
    assert night.requests() == []
    assert night.requests(RequestStatus.PROCESSED)


def test_approving_cancels_the_reservation_and_its_services(night: Night) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with_catering(night)
    cancel(night)
    night.run()
    night.approve()
    (gone,) = night.all()
    assert (gone.status.value, int(gone.external_state)) == ("cancelled", 110)
    assert [service.cancelled for service in gone.services] == [True]
    assert night.run().changes == 0
    assert night.run(full=True).changes == 0


@pytest.mark.parametrize("act", [cancel, vanish], ids=["kept", "gone"])
def test_a_rejected_request_keeps_the_reservation_and_is_not_asked_again(
    night: Night, act: Act
) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with_catering(night)
    act(night)
    night.run()
    night.reject()
    for full in (False, True):
        assert night.run(full=full).changes == 0
    assert night.requests() == []
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget [0]"]


def test_what_was_kept_and_comes_back_at_another_time_is_at_that_time(night: Night) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with_catering(night)
    vanish(night)
    night.run()
    night.reject()
    night.change(night.meeting, start="15:00", end="16:00")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 15:00-16:00 Budget"]
    assert night.outlook("Rembrandt") == night.reservations()
    assert len(night.only().ordered_services) == 1


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
@pytest.mark.parametrize("act", [cancel, vanish], ids=["kept", "gone"])
def test_what_was_kept_and_is_booked_anew_keeps_its_number_and_its_lunch(
    night: Night, act: Act, *, full: bool
) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with_catering(night)
    act(night)
    night.run()
    night.reject()
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run(full=full)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert (night.only().number, len(night.only().ordered_services)) == (1, 1)


@pytest.mark.parametrize("act", [cancel, vanish], ids=["kept", "gone"])
def test_a_rejected_request_pushed_back_is_in_outlook_again_once(night: Night, act: Act) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    with_catering(night)
    act(night)
    night.run()
    night.reject(push_back=True)
    report = night.run()
    assert (report.pushed, report.created) == (1, 0)
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.only().number == number
    for full in (False, True):
        assert night.run(full=full).changes == 0


def test_what_was_pushed_back_can_be_lost_and_asked_about_again(night: Night) -> None:
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    vanish(night)
    night.run()
    night.reject(push_back=True)
    night.run()
    (pushed,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.delete("Rembrandt", pushed)
    assert night.run().cancellation_requests == 1
    assert night.requests() == [(night.only().number, "unproven")]


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
def test_gone_there_and_changed_here_is_a_conflict(night: Night, ignore: bool) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    (made,) = night.make("Rembrandt", "Interview", "09:00", "10:00")
    night.run()
    (event,) = night.tenant.meetings_in(mailbox_of("Rembrandt"))
    night.edit(made.number, subject="Second interview", push=False)
    night.delete("Rembrandt", event)
    night.run()
    expected = [] if ignore else [(made.number, "conflict")]
    assert night.requests() == expected
    assert len(night.reservations()) == len(expected)


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_what_has_ended_is_never_cancelled(night: Night, ignore: bool, full: bool) -> None:
    night.configure(ignore_cancellation_requests=ignore, past_days=5)
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.sleep(2)
    cancel(night)
    vanish(night)
    assert night.run(full=full).changes == 0
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


@pytest.mark.parametrize(
    ("kind", "full", "condition"),
    [
        # a kind that the SDK retries costs seconds: once is enough
        pytest.param("throttled", False, "throttled", id="throttled-changes"),
        pytest.param("unavailable", True, "partial-read", id="unavailable-full"),
        *(
            pytest.param(kind, full, condition, id=f"{kind}-{'full' if full else 'changes'}")
            for full in (False, True)
            for kind, condition in (
                ("forbidden", "mailbox-permission-lost"),
                ("mailbox-gone", "mailbox-gone"),
                ("server-error", "partial-read"),
                ("looping", None),
                ("empty", "partial-read" if full else None),
                ("partial", "partial-read" if full else None),
            )
        ),
        pytest.param("cut", True, "partial-read", id="cut-full"),
    ],
)
def test_nothing_is_ever_cancelled_in_a_room_that_cannot_be_trusted(
    night: Night, kind: str, condition: str | None, full: bool
) -> None:
    night.configure(ignore_cancellation_requests=True)
    for hour in range(8, 13):
        night.book("Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30")
    night.book("Vermeer", "Beside", "09:00", "10:00")
    night.run()
    before = night.reservations()
    night.fail(kind, "Rembrandt")
    night.book("Vermeer", "New", "11:00", "12:00")
    report = night.run(full=full, again=False)
    assert (report.cancelled, report.cancellation_requests) == (0, 0)
    assert set(before) < set(night.reservations())
    assert night.reservations("Vermeer")[-1] == "Vermeer 09-15 11:00-12:00 New"
    if condition:
        assert [problem.code for problem in report.problems] == [condition]
        assert (report.exit_code, report.ok, report.inconclusive) == (8, 2, 1)
    night.recover()
    assert night.run().changes == 0


def test_an_expired_delta_token_leads_to_a_full_read_and_nothing_else(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("token-expired", "Rembrandt", times=1)
    report = night.run(again=False)
    assert (report.ok, report.changes, report.exit_code) == (3, 0, 0)


def test_an_expired_token_whose_full_read_fails_is_inconclusive(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("token-expired", "Rembrandt", times=1)
    night.fail("server-error", "Rembrandt", route="calendarView")
    report = night.run()
    assert [problem.code for problem in report.problems] == ["delta-token-expired"]


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
def test_a_mailbox_made_anew_under_its_address_is_inconclusive(night: Night, ignore: bool) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.act(Recreate(room=mailbox_of("Rembrandt")))
    for full in (False, True):
        report = night.run(full=full)
        assert [problem.code for problem in report.problems] == ["room-remapped"]
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


def test_a_credential_refused_everywhere_ends_the_run(night: Night) -> None:
    from obctl.errors import NotAuthorised

    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("unauthorized")
    with pytest.raises(NotAuthorised):
        night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


def stopped(night: Night) -> tuple[list[dict[str, Any]], bool]:
    """What `sync status` says of the guard, and whether it wants attention for it alone."""
    item, attention = current_status(night.company, timedelta(hours=26))
    return item["stopped"], attention and not any(room["stale"] for room in item["rooms"])


class TestTheGuard:
    """More than half of a room, and more than ten, going at once without proof."""

    @pytest.fixture
    def emptied(self, night: Night) -> Night:
        """Twelve of fifteen meetings deleted by a delegate, three of them with lunch."""
        meetings = [
            night.book("Rembrandt", f"No {n}", f"{15 + n} 09:00", f"{15 + n} 10:00", settle=False)
            for n in range(15)
        ]
        night.settle()
        night.run()
        for number in (1, 2, 3):
            night.cater(number, 20)
        for meeting in meetings[:12]:
            night.delete("Rembrandt", meeting)
        return night

    @pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
    def test_it_stops_the_room_and_tells_the_consequences(
        self, emptied: Night, ignore: bool
    ) -> None:
        emptied.configure(ignore_cancellation_requests=ignore)
        emptied.book("Vermeer", "Beside", "09:00", "10:00")
        report = emptied.run()
        assert (report.exit_code, report.stopped, report.ok) == (6, 1, 2)
        (problem,) = report.problems
        assert problem.code == "guard-tripped"
        assert "12 of 15 reservations of Rembrandt would go" in problem.message
        assert "3 with catering for 60 people" in problem.message
        assert "--room rembrandt@contoso.example --allow-cancellations" in (problem.hint or "")
        assert len(emptied.reservations()) == 16
        assert emptied.requests() == []
        assert "guard.tripped" in emptied.log()
        assert emptied.run().stopped == 1

    def test_the_room_stays_stopped_until_a_pass_over_it_was_good(self, emptied: Night) -> None:
        assert stopped(emptied) == ([], False)
        emptied.run(again=False)
        since = emptied.company.now
        emptied.settle()
        emptied.run("Vermeer", again=False)
        emptied.run(again=False)
        ((one,), attention) = stopped(emptied)
        room = "rembrandt@contoso.example"
        assert attention
        assert (one["room"], one["since"]) == (room, instant_text(since))
        assert "12 of 15 reservations of Rembrandt would go" in one["why"]
        assert one["look"] == f"obctl sync run --room {room} --dry-run"
        assert one["allow"] == f"obctl sync run --room {room} --allow-cancellations"
        emptied.run(allow_cancellations=True)
        assert stopped(emptied) == ([], False)

    def test_looking_stops_nothing(self, emptied: Night) -> None:
        assert emptied.run(dry_run=True).stopped == 1
        assert stopped(emptied) == ([], False)

    def test_a_person_who_allows_it_goes_on(self, emptied: Night) -> None:
        emptied.configure(ignore_cancellation_requests=True)
        assert emptied.run().stopped == 1
        report = emptied.run(allow_cancellations=True)
        assert (report.cancelled, report.exit_code) == (12, 0)
        assert len(emptied.reservations()) == 3

    def test_proof_needs_no_guard(self, night: Night) -> None:
        meetings = [
            night.book("Rembrandt", f"No {n}", f"{15 + n} 09:00", f"{15 + n} 10:00", settle=False)
            for n in range(15)
        ]
        night.settle()
        night.run()
        for meeting in meetings:
            night.cancel(meeting)
        assert (night.run().cancelled, night.reservations()) == (15, [])

    def test_what_waits_for_a_person_already_trips_nothing(self, emptied: Night) -> None:
        report = emptied.run(allow_cancellations=True)
        assert report.cancellation_requests == 12
        assert emptied.run().exit_code == 0
        assert emptied.run(full=True).exit_code == 0

    def test_a_dry_run_trips_it_as_well(self, emptied: Night) -> None:
        assert emptied.run(dry_run=True).exit_code == 6


def test_a_calendar_emptied_at_once_can_be_confirmed_by_a_person(night: Night) -> None:
    meetings = [
        night.book("Rembrandt", f"No {n}", f"{15 + n} 09:00", f"{15 + n} 10:00") for n in range(4)
    ]
    night.run()
    for meeting in meetings:
        night.delete("Rembrandt", meeting)
    report = night.run(full=True)
    assert [problem.code for problem in report.problems] == ["partial-read"]
    assert "--allow-cancellations" in (report.problems[0].hint or "")
    report = night.run(full=True, allow_cancellations=True)
    assert report.cancellation_requests == 4


def test_every_lost_id_with_a_living_key_is_a_new_id_and_no_loss(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    for hour in range(8, 20):
        night.book("Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30", settle=False)
    night.settle()
    night.run()
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    for hour in (8, 9):
        report = night.run(full=hour == 9)
        assert report.cancelled == 0
    assert len(night.reservations()) == 12


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
def test_the_organisers_cancellation_seen_before_it_vanished_is_proof(
    night: Night, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    night.act(Processing(room=mailbox_of(NAMES[0]), settings={"RemoveCanceledMeetings": False}))
    night.meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    with_catering(night)
    cancel(night)
    night.run()
    night.server.service.handles["it"] = night.meeting
    night.act(Delete(meeting="it", mailbox=mailbox_of("Rembrandt")))
    night.run()
    assert night.requests() == ([] if ignore else [(1, "services-booked")])


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_a_room_invited_again_has_its_old_reservation_again(night: Night, full: bool) -> None:
    meeting = night.book("Rembrandt Vermeer", "Budget", "09:00", "10:00")
    night.run()
    number = next(item.number for item in night.all() if item.room == night.room("Rembrandt").id)
    night.change(meeting, rooms="Vermeer")
    assert night.run(full=full).cancelled == 1
    assert night.reservations("Rembrandt") == []
    night.change(meeting, rooms="Rembrandt Vermeer")
    night.run(full=full)
    assert night.reservations("Rembrandt") == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert next(item.number for item in night.all() if item.is_active) == number
    assert "event.restored" in night.log()
