"""Where nothing proves whose mailbox answers, what an emptier one suggests is not believed.

Rooms mapped while the directory refused look-ups have no object id on record. They are asked for
by address, and a mailbox made anew under that address answers as if nothing were.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from night import Night, mailbox_of, weekly

from obctl.domain.notification_urls import NotificationUrls
from obctl.engine.ports import Connect, Gateway
from obctl.engine.rooms.mapping import NewRoom, map_room
from obctl.engine.rooms.removal import remove_room
from obctl.engine.subscriptions.create import create_subscription
from obctl.engine.sync.resync import forget_reading
from obctl.errors import GraphRefused, ObctlError, TryLater
from obctl.sandbox.steps import Recreate

REMBRANDT = mailbox_of("Rembrandt")
ALLOWED = f"obctl sync run --room {REMBRANDT} --allow-cancellations"

both_settings = pytest.mark.parametrize("ignore", [False, True], ids=["asking", "ignoring"])
every_night = pytest.mark.parametrize("read", ["changes", "expired", "full"])


def close_directory(night: Night) -> None:
    night.tenant.exchange.directory.permission = "none"


def settled(night: Night, meetings: int = 8) -> list[str]:
    """That many meetings, reserved in a good night's run; then it is day again."""
    for number in range(meetings):
        day, hour = 16 + number // 4, 9 + number % 4
        night.book("Rembrandt", f"Meeting {number}", f"{day} {hour:02}:00", f"{day} {hour:02}:30")
    night.run()
    night.sleep(0, hours=8)
    return night.reservations()


def remake(night: Night) -> None:
    night.act(Recreate(room=REMBRANDT))


def run(night: Night, read: str, *, again: bool = True, **options: bool):
    if read == "expired":
        night.fail("token-expired", "Rembrandt", times=1)
    return night.run(full=read == "full", again=again, **options)


def nothing_believed(night: Night, before: list[str], read: str) -> None:
    for _ in range(2):
        report = run(night, read)
        assert (report.exit_code, report.inconclusive, report.cancelled) == (8, 1, 0)
        assert [(p.room, p.code) for p in report.problems] == [(REMBRANDT, "identity-unproven")]
        assert night.room("Rembrandt").condition == "identity-unproven"
        assert (night.reservations(), night.requests()) == (before, [])
        night.sleep(0, hours=8)


@both_settings
@every_night
@pytest.mark.parametrize(
    ("meetings", "new"),
    [
        pytest.param(1, 0, id="one meeting, empty now"),
        pytest.param(8, 0, id="many, empty now"),
        pytest.param(8, 1, id="many, in use again"),
    ],
)
def test_a_mailbox_made_anew_cancels_nothing_where_the_directory_is_closed(
    night: Night, ignore: bool, read: str, meetings: int, new: int
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    close_directory(night)
    before = settled(night, meetings)
    assert night.room("Rembrandt").object_id is None
    remake(night)
    for _ in range(new):
        night.book("Rembrandt", "New", "18 15:00", "18 16:00")
    nothing_believed(night, before, read)


def test_the_problem_names_the_room_the_permission_and_the_ways_out(night: Night) -> None:
    close_directory(night)
    settled(night)
    remake(night)
    (problem,) = night.run(full=True).problems
    assert REMBRANDT in problem.message
    assert "8 reservations" in problem.message
    assert "User.ReadBasic.All is missing" in problem.message
    assert problem.hint is not None
    assert "User.ReadBasic.All (or User.Read.All)" in problem.hint
    assert ALLOWED in problem.hint


def test_a_directory_that_does_not_know_the_address_proves_nothing_either(night: Night) -> None:
    night.fail("mailbox-gone", route="users*")
    before = settled(night)
    remake(night)
    nothing_believed(night, before, "full")
    (problem,) = night.run(full=True).problems
    assert f"the directory knows no {REMBRANDT}" in problem.message


@both_settings
def test_a_notification_about_a_mailbox_made_anew_changes_nothing(
    night: Night, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    close_directory(night)
    before = settled(night)
    event_id = night.all()[0].event_id or ""
    remake(night)
    with pytest.raises(TryLater) as told:
        night.notify("Rembrandt", event_id)
    assert told.value.code == "identity-unproven"
    assert (night.reservations(), night.requests()) == (before, [])


@every_night
def test_what_a_push_wrote_into_the_new_mailbox_does_not_vouch_for_it(
    night: Night, read: str
) -> None:
    night.configure(ignore_cancellation_requests=True)
    close_directory(night)
    settled(night)
    remake(night)
    night.make("Rembrandt", "Ours", "18 15:00", "18 16:00")
    before = night.reservations()
    night.sleep(0, hours=8)
    nothing_believed(night, before, read)


def test_a_change_that_finds_its_event_in_no_mailbox_decides_nothing(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    close_directory(night)
    (made,) = night.make("Rembrandt", "Ours", "16 09:00", "16 10:00")
    night.run()
    remake(night)
    night.edit(made.number, subject="Other")
    assert night.only().subject == "Other"
    assert night.requests() == []


@both_settings
@every_night
@pytest.mark.parametrize("from_the_start", [True, False], ids=["no id", "id on record"])
def test_a_meeting_deleted_in_a_mailbox_that_still_holds_older_ones_is_gone(
    night: Night, ignore: bool, read: str, from_the_start: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    if from_the_start:
        close_directory(night)
    night.book("Rembrandt", "Weekly", "15:00", "16:00", recurrence=weekly(count=3))
    night.run()
    gone = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.sleep(0, hours=8)
    close_directory(night)
    night.delete("Rembrandt", gone)
    report = run(night, read, again=False)
    assert report.exit_code == 0
    (number,) = [item.number for item in night.all() if item.subject == "Budget"]
    assert night.requests() == ([] if ignore else [(number, "unproven")])
    assert report.cancelled == ignore


@both_settings
def test_a_meeting_that_the_mailbox_says_was_removed_is_gone_though_it_was_the_only_one(
    night: Night, ignore: bool
) -> None:
    """No other mailbox knows its id."""
    night.configure(ignore_cancellation_requests=ignore)
    close_directory(night)
    gone = night.book("Rembrandt", "Budget", "16 09:00", "16 10:00")
    night.run()
    night.sleep(0, hours=8)
    night.delete("Rembrandt", gone)
    report = night.run(again=False)
    assert (report.exit_code, report.cancelled, len(night.requests())) == (0, ignore, not ignore)


def test_the_only_meeting_of_a_room_is_followed_into_another(night: Night) -> None:
    close_directory(night)
    meeting = night.book("Rembrandt", "Budget", "16 09:00", "16 10:00")
    night.run()
    night.sleep(0, hours=8)
    night.change(meeting, rooms="Vermeer")
    night.delete("Rembrandt", meeting)
    report = night.run()
    assert (report.exit_code, report.cancelled, night.requests()) == (0, 0, [])
    assert night.reservations() == ["Vermeer 09-16 09:00-10:00 Budget"]


@every_night
def test_a_cancellation_that_the_mailbox_shows_needs_no_other_proof(
    night: Night, read: str
) -> None:
    close_directory(night)
    meeting = night.book("Rembrandt", "Budget", "16 09:00", "16 10:00")
    night.run()
    night.sleep(0, hours=8)
    night.cancel(meeting)
    night.settle()
    report = run(night, read, again=False)
    assert (report.exit_code, report.cancelled) == (0, 1)


@both_settings
@every_night
def test_a_room_with_its_id_on_record_is_asked_for_by_it_and_its_mailbox_is_gone(
    night: Night, ignore: bool, read: str
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    before = settled(night)
    assert night.room("Rembrandt").object_id
    close_directory(night)
    remake(night)
    night.book("Rembrandt", "New", "18 15:00", "18 16:00")
    report = run(night, read)
    assert (report.exit_code, [p.code for p in report.problems]) == (8, ["mailbox-gone"])
    assert (night.reservations(), night.requests()) == (before, [])


@every_night
def test_the_least_permission_is_enough_to_notice(night: Night, read: str) -> None:
    night.tenant.exchange.directory.permission = "User.ReadBasic.All"
    before = settled(night)
    assert night.room("Rembrandt").object_id
    remake(night)
    report = run(night, read)
    assert (report.exit_code, [p.code for p in report.problems]) == (8, ["room-remapped"])
    assert (night.reservations(), night.requests()) == (before, [])


@both_settings
def test_a_directory_that_opens_too_late_does_not_vouch_for_what_was_there_before(
    night: Night, ignore: bool
) -> None:
    night.configure(ignore_cancellation_requests=ignore)
    close_directory(night)
    before = settled(night)
    remake(night)
    night.tenant.exchange.directory.permission = "User.ReadBasic.All"
    nothing_believed(night, before, "full")
    assert night.room("Rembrandt").object_id is None
    (problem,) = night.run(full=True).problems
    assert "no object id was on record" in problem.message
    assert f"obctl sync resync {REMBRANDT}" in (problem.hint or "")
    forget_reading(night.company, night.room("Rembrandt"))
    night.run(again=False, allow_cancellations=True)
    assert night.room("Rembrandt").object_id


def test_a_subscription_does_not_put_on_record_what_no_pass_has_seen(night: Night) -> None:
    close_directory(night)
    before = settled(night)
    remake(night)
    night.tenant.exchange.directory.permission = "User.ReadBasic.All"
    with suppress(GraphRefused):  # nobody listens there
        urls = NotificationUrls("http://127.0.0.1:9/notify", None)
        room = night.room("Rembrandt")
        night.ask(lambda gateway: create_subscription(night.company, gateway, room, urls))
    nothing_believed(night, before, "changes")


@both_settings
@pytest.mark.parametrize("read", ["notified", "changes", "expired", "full"])
@pytest.mark.parametrize("opens", [False, True], ids=["closed", "open-now"])
@pytest.mark.parametrize("others", [0, 3])
def test_a_series_invited_anew_with_fewer_dates_calls_none_off(
    night: Night, ignore: bool, read: str, opens: bool, others: int
) -> None:
    """Its own list of cancelled dates is that of another copy: the new room declined some."""
    night.configure(ignore_cancellation_requests=ignore)
    close_directory(night)
    weekly_one = night.book("Rembrandt", "Weekly", "15:00", "16:00", recurrence=weekly(count=4))
    before = settled(night, others)
    remake(night)
    for rooms in ("", "Rembrandt"):
        night.change(weekly_one, rooms=rooms)
    for day in (date(2026, 9, 22), date(2026, 9, 29)):
        night.delete("Rembrandt", weekly_one, day=day)
    if opens:
        night.tenant.exchange.directory.permission = "User.ReadBasic.All"
    if read == "notified":
        (master,) = {one.series_master_id for one in night.events("Rembrandt")}
        with pytest.raises(TryLater) as told:
            night.notify("Rembrandt", master or "")
        assert told.value.code == "identity-unproven"
        read = "changes"
    nothing_believed(night, before, read)


@pytest.mark.parametrize("subscribed", [False, True], ids=["", "subscribed-in-between"])
@pytest.mark.parametrize("opens", [False, True], ids=["closed", "open-now"])
def test_a_room_taken_out_and_back_is_not_taken_at_its_word(
    night: Night, opens: bool, subscribed: bool
) -> None:
    night.configure(ignore_cancellation_requests=True)
    close_directory(night)
    before = settled(night)
    room = night.room("Rembrandt")
    night.ask(lambda gateway: remove_room(night.company, _given(gateway), room))
    remake(night)
    night.book("Rembrandt", "New", "18 15:00", "18 16:00")
    if opens:
        night.tenant.exchange.directory.permission = "User.ReadBasic.All"
    night.ask(lambda gateway: map_room(night.company, gateway, NewRoom(REMBRANDT)))
    if subscribed:
        urls = NotificationUrls("http://127.0.0.1:9/notify", None)
        back = night.room("Rembrandt")
        with suppress(ObctlError):  # nobody listens there, or the directory is closed
            night.ask(lambda gateway: create_subscription(night.company, gateway, back, urls))
    nothing_believed(night, before, "changes")


def _given(gateway: Gateway) -> Connect:
    async def connect() -> Gateway:
        return gateway

    return connect


def test_a_directory_that_opens_in_time_gives_the_id_to_go_by(night: Night) -> None:
    close_directory(night)
    settled(night)
    night.tenant.exchange.directory.permission = "User.ReadBasic.All"
    night.run(full=True)
    assert night.room("Rembrandt").object_id


def test_a_person_may_say_that_the_calendar_is_right_as_it_is(night: Night) -> None:
    night.configure(ignore_cancellation_requests=True)
    close_directory(night)
    settled(night)
    remake(night)
    assert night.run(full=True).exit_code == 8
    report = night.run(full=True, allow_cancellations=True)
    assert (report.exit_code, report.cancelled) == (0, 8)
    assert night.room("Rembrandt").condition is None
    night.book("Rembrandt", "New", "18 15:00", "18 16:00")
    assert night.run().created == 1


def test_a_request_that_waits_for_a_person_holds_nothing_up(night: Night) -> None:
    """It says nothing new: only where requests are ignored something would come of it."""
    close_directory(night)
    gone = night.book("Rembrandt", "Budget", "16 09:00", "16 10:00")
    night.run()
    night.sleep(0, hours=8)
    night.delete("Rembrandt", gone)
    night.run()
    assert night.run(full=True).exit_code == 0
    night.configure(ignore_cancellation_requests=True)
    (problem,) = night.run(full=True).problems
    assert problem.code == "identity-unproven"
