"""Single meetings through the nights: booked, changed, rewritten, restored, given other ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from night import Night, daily, mailbox_of

from obctl.domain.sync.cancellation import RequestStatus
from obctl.engine.rooms.mapping import import_existing
from obctl.sandbox.steps import BookDirectly, MoveMailbox, Purge, Refile, Restore, Rewrite
from obctl.store.cancellation_requests import load_requests
from obctl.store.company_log import LogFilter, search_log


def test_a_meeting_becomes_a_reservation(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    report = night.run()
    assert (report.created, report.ok, report.exit_code) == (1, 3, 0)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.log("event.*") == ["event.created"]


def test_a_changed_time_follows_the_meeting(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, start="16 14:00", end="16 15:30")
    assert night.run().updated == 1
    assert night.reservations() == ["Rembrandt 09-16 14:00-15:30 Budget"]


def test_a_new_subject_follows_a_meeting_made_in_outlook(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.change(meeting, subject="Budget 2027")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget 2027"]


def test_the_attendants_rewriting_of_a_subject_is_no_change(night: Night) -> None:
    night.book("Hals", "Budget", "09:00", "10:00", settle=False)
    night.run(again=False)
    assert night.reservations() == ["Hals 09-15 09:00-10:00 Budget (tentative)"]
    night.settle()
    assert [event.subject for event in night.events("Hals")] == ["Anna de Vries"]
    night.run()
    assert night.reservations() == ["Hals 09-15 09:00-10:00 Budget"]


def test_a_private_meeting_keeps_its_subject_here_when_outlook_hides_it(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.act(
        Rewrite(
            meeting=_named(night, meeting),
            mailbox=mailbox_of("Rembrandt"),
            fields={"subject": "Private meeting", "sensitivity": "private"},
        )
    )
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


@pytest.mark.parametrize("show_as", ["free", "workingElsewhere", "oof"])
def test_however_the_time_is_shown_the_room_is_taken(night: Night, show_as: str) -> None:
    night.tenant.book_directly(
        mailbox_of("Rembrandt"), "Tour", "2026-09-15T09:00", "2026-09-15T10:00", show_as=show_as
    )
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Tour"]


def test_an_event_the_room_has_not_answered_is_tentative_until_it_accepts(night: Night) -> None:
    night.book("Rembrandt", "Budget", "09:00", "10:00", settle=False)
    night.run(again=False)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget (tentative)"]
    night.settle()
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


def test_a_meeting_the_room_declined_is_no_reservation(night: Night) -> None:
    night.book("Rembrandt", "First", "09:00", "10:00")
    night.book("Rembrandt", "Second", "09:30", "10:30", organizer="bram")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 First"]


def test_a_refiled_event_keeps_its_immutable_id_and_nothing_happens(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.act(Refile(meeting=_named(night, meeting), mailbox=mailbox_of("Rembrandt")))
    assert night.run().changes == 0


def test_when_a_mailbox_is_moved_every_reservation_gets_its_new_id(night: Night) -> None:
    for hour in range(8, 14):
        night.book("Rembrandt", f"At {hour}", f"{hour:02}:00", f"{hour:02}:30")
    night.run()
    before = {item.number: item.event_id for item in night.all()}
    night.act(MoveMailbox(room=mailbox_of("Rembrandt")))
    report = night.run()
    assert (report.updated, report.cancelled, report.cancellation_requests) == (6, 0, 0)
    assert all(item.event_id != before[item.number] for item in night.all())
    assert len(night.reservations()) == 6


def test_a_past_reservation_stays_when_retention_purges_its_event(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True, past_days=30)
    night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.sleep(3)
    night.act(Purge(room=mailbox_of("Rembrandt"), before="2026-09-16T00:00:00Z"))
    assert night.run().changes == 0
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]


def test_a_meeting_put_back_by_calendar_repair_revives_its_old_reservation(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.configure(ignore_cancellation_requests=True)
    night.delete("Rembrandt", meeting)
    assert night.run().cancelled == 1
    assert night.reservations() == []
    night.act(Restore(meeting=_named(night, meeting), mailbox=mailbox_of("Rembrandt")))
    night.run()
    assert night.only().number == number
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert night.log("event.*")[-1] == "event.restored"


@pytest.mark.parametrize("readable", [True, False], ids=["readable", "closed"])
@pytest.mark.parametrize("series", [False, True], ids=["single", "series"])
def test_what_was_put_back_is_not_cancelled_again_before_its_organiser_is_asked(
    night: Night, readable: bool, series: bool
) -> None:
    more = {"recurrence": daily(count=3)} if series else {}
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00", **more)
    night.run()
    night.configure(ignore_cancellation_requests=True)
    _put_back(night, meeting)
    made = night.reservations()
    if not readable:
        night.fail("forbidden", "anna")
    night.delete("Rembrandt", meeting)
    assert night.run(again=readable).cancelled == 0
    assert [reason for _, reason in night.requests()] == ["unproven"] * len(made)
    says = "takes place" if readable else "cannot be read"
    assert ("organizer.copy", says) in _evidence(night)
    night.recover()
    if readable:
        return
    night.cancel(meeting)
    night.run()
    assert (night.reservations(), night.requests()) == ([], [])


@pytest.mark.parametrize(
    ("says", "befall"),
    [
        ("takes place", lambda _night, _meeting: None),
        ("is not there", lambda night, meeting: night.tenant.delete(meeting.organizer, meeting)),
        ("cannot be read", lambda night, _meeting: night.fail("forbidden", "anna")),
    ],
)
def test_the_log_says_what_the_organiser_has_of_what_was_put_back(
    night: Night, says: str, befall: Callable[[Night, Any], None]
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.configure(ignore_cancellation_requests=True)
    _put_back(night, meeting, before=befall)
    (entry,) = search_log(night.store, LogFilter(action="event.restored"))
    assert entry.message.endswith(f"; the organiser's copy {says}")


def _put_back(
    night: Night, meeting: Any, *, before: Callable[[Night, Any], None] = lambda _night, _it: None
) -> None:
    """The meeting vanishes, and calendar repair brings it back."""
    night.delete("Rembrandt", meeting)
    night.run()
    night.act(Restore(meeting=_named(night, meeting), mailbox=mailbox_of("Rembrandt")))
    before(night, meeting)
    night.run()
    night.recover()
    assert night.reservations()


def _evidence(night: Night) -> list[tuple[str, str]]:
    request = load_requests(night.store, RequestStatus.OPEN)[0]
    assert request.cause is not None
    assert request.cause.code == "restored-by-calendar-repair"
    return [(item.fact, item.value) for item in request.cause.evidence]


def test_a_request_closes_itself_when_the_event_is_put_back_unchanged(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.delete("Rembrandt", meeting)
    assert night.run().cancellation_requests == 1
    assert night.requests() == [(number, "unproven")]
    night.act(Restore(meeting=_named(night, meeting), mailbox=mailbox_of("Rembrandt")))
    night.run()
    assert (night.requests(), night.requests(None)) == ([], [(number, "unproven")])
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert "cancellation.closed" in night.log()


def test_a_meeting_booked_directly_in_the_room_is_taken_over(night: Night) -> None:
    night.act(
        BookDirectly(
            room=mailbox_of("Rembrandt"), subject="Panel", start="2026-09-15T09:00", duration="1h"
        )
    )
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Panel"]


def test_an_event_from_before_activation_is_left_alone_until_it_is_imported(night: Night) -> None:
    night.store.run("UPDATE rooms SET activated_at = '2026-09-14T13:00:00Z'")
    old = night.book("Rembrandt", "Old", "09:00", "10:00")
    night.sleep(0, hours=2)
    night.book("Rembrandt", "New", "11:00", "12:00")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 11:00-12:00 New"]
    night.change(old, subject="Old but touched")
    assert night.run().changes == 0
    import_existing(night.company, [night.room("Rembrandt")])
    assert night.run().created == 1
    assert night.reservations() == [
        "Rembrandt 09-15 09:00-10:00 Old but touched",
        "Rembrandt 09-15 11:00-12:00 New",
    ]


def test_an_old_meeting_that_invites_the_room_late_is_taken(night: Night) -> None:
    night.store.run("UPDATE rooms SET activated_at = '2026-09-14T13:00:00Z'")
    meeting = night.book("Vermeer", "Old", "09:00", "10:00")
    night.sleep(0, hours=2)
    night.change(meeting, rooms="Rembrandt Vermeer")
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Old"]


def test_an_organiser_may_have_two_copies_of_one_meeting_in_one_room(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.act(Restore(meeting=_named(night, meeting), mailbox=mailbox_of("Rembrandt")))
    night.run()
    assert len(night.all()) == 2
    night.sleep()
    assert night.run().changes == 0


def test_a_meeting_beyond_the_window_waits_and_one_that_leaves_it_follows(night: Night) -> None:
    meeting = night.book("Rembrandt", "Far", "2026-12-01 09:00", "2026-12-01 10:00")
    assert night.run().changes == 0
    night.change(meeting, start="2026-09-20 09:00", end="2026-09-20 10:00")
    assert night.run().created == 1
    night.change(meeting, start="2026-12-02 09:00", end="2026-12-02 10:00")
    night.run()
    assert night.reservations() == ["Rembrandt 12-02 09:00-10:00 Far"]
    assert len(night.all()) == 1


def test_nothing_here_depends_on_the_order_of_change_and_run(night: Night) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.change(meeting, start="16 09:00", end="16 10:00")
    night.cancel(meeting)
    assert night.run().changes == 0
    assert night.all() == []


def test_the_meeting_made_and_gone_within_one_day_leaves_no_trace(night: Night) -> None:
    night.run()
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.delete("Rembrandt", meeting)
    assert night.run().changes == 0
    assert night.all() == []


def test_an_unchanged_night_says_so_even_a_month_later(night: Night) -> None:
    night.book("Rembrandt", "Budget", "2026-10-20 09:00", "2026-10-20 10:00")
    created = 0
    for _ in range(8):
        created += night.run(again=False).created
        night.sleep(5)
    assert created == 1
    assert night.company.now > datetime(2026, 10, 20, tzinfo=UTC)


def _named(night: Night, meeting) -> str:
    night.server.service.handles["it"] = meeting
    return "it"


def test_many_meetings_that_vanish_in_one_night_are_asked_for_in_batches(night: Night) -> None:
    night.configure(max_cancelled_percent=100)
    night.book("Vermeer", "Stays", "08:00", "09:00")
    lost = [
        night.book("Vermeer", "Goes", f"{day} {hour}:00", f"{day} {hour}:30", settle=False)
        for day in (17, 18, 21)
        for hour in range(10, 18)
    ]
    night.settle()
    night.run()
    for meeting in lost:
        night.delete("Vermeer", meeting)
    night.journal.clear()
    report = night.run(again=False)
    assert report.cancellation_requests == len(lost) == 24
    batched = [len(call.json()["requests"]) for call in night.journal if "batch" in call.path]
    # batches of the directory, the changes, the events (two) and their organisers' copies; a view
    assert len(night.journal) - sum(batched) <= 6
