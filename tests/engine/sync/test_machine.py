"""Anything that people do on both sides, in any order, with bad nights between: both sides agree.

After every night that ends well: what takes a room in Outlook is a reservation and the other way
round (but for what waits for a person), nothing is there twice, services stand on living
reservations or went with theirs, nothing waits for a room, and the next night has nothing to do.
At the end the store is what its record says, and holds nothing that cannot be.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from crash_in_process import BriefGateway, crashing
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from night import Night, TenantServer, daily, mailbox_of, nightfall, weekly

from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace
from obctl.engine.reservations import cancellation_requests
from obctl.engine.run import run_sync
from obctl.engine.sync.plan_room import PassOptions
from obctl.engine.sync.resync import forget_reading
from obctl.errors import ObctlError, Refused, UsageError
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.steps import InviteToOne, MoveMailbox, Processing, Recreate, Restore
from obctl.store.cancellation_requests import load_requests
from obctl.store.outbox import load_own, load_pending
from obctl.store.replay_check import check_replay
from obctl.store.undecided import load_undecided

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
ROOMS = ("Rembrandt", "Vermeer", "Steen")
rooms = st.sampled_from(ROOMS)
several = st.lists(rooms, min_size=2, unique=True).map(" ".join)
weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True)
hours = st.integers(min_value=8, max_value=17)
days = st.integers(min_value=16, max_value=24)
picks = st.integers(min_value=0, max_value=30)
seeds = st.integers(min_value=0, max_value=9999)
"""Of the tenant's oddities; a failure prints it as an argument of `company`."""


class Machine(RuleBasedStateMachine):
    """Organisers, delegates and receptionists at work."""

    tenant_server: TenantServer

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(tempfile.mkdtemp())
        self.stack.callback(shutil.rmtree, self.folder)
        self.meetings: list[Any] = []
        self.number = 0

    def teardown(self) -> None:
        try:
            self.night.recover()
            self.quiet_night()
            (self.folder / "again").mkdir()
            checked = check_replay(self.night.store, self.folder / "again")
            assert checked.problems == []
        finally:
            self.stack.close()

    @initialize(ignore=st.booleans(), removes=st.booleans(), oddities=seeds)
    def company(self, ignore: bool, removes: bool, oddities: int) -> None:
        self.night: Night = self.stack.enter_context(
            nightfall(self.tenant_server, self.folder, names=ROOMS, oddities=oddities)
        )
        self.removes = removes
        self.night.configure(
            ignore_cancellation_requests=ignore, max_cancelled_floor=1000, future_days=70
        )
        for room in ROOMS:
            rules = {"RemoveCanceledMeetings": removes}
            self.night.act(Processing(room=mailbox_of(room), settings=rules))

    # -- Outlook -------------------------------------------------------------------------------

    @rule(room=rooms, day=days, hour=hours, length=st.integers(min_value=1, max_value=4))
    def somebody_books(self, room: str, day: int, hour: int, length: int) -> None:
        end = f"{day} {hour + length // 4:02}:{length % 4 * 15:02}"
        self._book(room, f"{day} {hour:02}:00", end)

    @rule(room=rooms, day=days, hour=hours, count=st.integers(min_value=2, max_value=6))
    def somebody_books_a_series(self, room: str, day: int, hour: int, count: int) -> None:
        start = date(2026, 9, day)
        recurrence = daily(start, count=count)
        self._book(room, f"{day} {hour:02}:00", f"{day} {hour:02}:30", recurrence=recurrence)

    def _book(self, room: str, start: str, end: str, **more: Any) -> None:
        self.number += 1
        meeting = self.night.book(room, f"Meeting {self.number}", start, end, **more)
        self.meetings.append(meeting)

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, day=days, hour=hours)
    def the_organiser_changes_the_time(self, pick: int, day: int, hour: int) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            start = f"{item.start.day} {hour:02}:00"
        else:
            start = f"{day} {hour:02}:00"
        self._try(pick, lambda meeting: self.night.change(meeting, start=start))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, room=rooms)
    def the_organiser_changes_the_room(self, pick: int, room: str) -> None:
        self._try(pick, lambda meeting: self.night.change(meeting, rooms=room))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, room=rooms, day=days, hour=hours)
    def the_organiser_changes_room_and_time(
        self, pick: int, room: str, day: int, hour: int
    ) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            day = item.start.day
        start = f"{day} {hour:02}:00"
        self._try(pick, lambda meeting: self.night.change(meeting, rooms=room, start=start))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, rooms=several)
    def the_organiser_wants_several_rooms(self, pick: int, rooms: str) -> None:
        self._try(pick, lambda meeting: self.night.change(meeting, rooms=rooms))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks)
    def the_organiser_finds_another_subject(self, pick: int) -> None:
        self.number += 1
        self._try(pick, lambda meeting: self.night.change(meeting, subject=f"Now {self.number}"))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks)
    def the_organiser_cancels(self, pick: int) -> None:
        self._try(pick, self.night.cancel)

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, nth=st.integers(min_value=0, max_value=5))
    def the_organiser_cancels_one_date(self, pick: int, nth: int) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            day = item.start.date() + timedelta(days=nth)
            self._try(pick, lambda meeting: self.night.cancel(meeting, day=day))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, nth=st.integers(min_value=0, max_value=5), hour=hours)
    def the_organiser_moves_one_date(self, pick: int, nth: int, hour: int) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            day = item.start.date() + timedelta(days=nth)
            at, until = f"{day.day} {hour:02}:00", f"{day.day} {hour:02}:45"
            self._try(pick, lambda it: self.night.change(it, day=day, start=at, end=until))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, nth=st.integers(min_value=0, max_value=5), wanted=rooms | several)
    def the_organiser_takes_other_rooms_for_one_date(
        self, pick: int, nth: int, wanted: str
    ) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            day = item.start.date() + timedelta(days=nth)
            self._try(pick, lambda it: self.night.change(it, day=day, rooms=wanted))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, count=st.integers(min_value=1, max_value=7))
    def the_organiser_changes_the_length_of_a_series(self, pick: int, count: int) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            start = item.start.date()
            wanted = read_recurrence(
                daily(start, count=count), start=start, zone="Europe/Amsterdam"
            )
            self._try(pick, lambda it: self.night.change(it, recurrence=wanted))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, on=weekdays, count=st.integers(min_value=1, max_value=6))
    def the_organiser_changes_the_weekdays_of_a_series(
        self, pick: int, on: list[str], count: int
    ) -> None:
        item = self._original(pick)
        if item is not None and item.recurrence is not None:
            start = item.start.date()
            wanted = read_recurrence(
                weekly(start, count=count, daysOfWeek=on), start=start, zone="Europe/Amsterdam"
            )
            self._try(pick, lambda it: self.night.change(it, recurrence=wanted))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, nth=st.integers(min_value=1, max_value=4))
    def the_organiser_splits_a_series(self, pick: int, nth: int) -> None:
        item = self._original(pick)
        if item is None or item.recurrence is None:
            return
        day = item.start.date() + timedelta(days=nth)
        if item.recurrence.days(day, day):
            self._try(pick, lambda it: self.meetings.append(self.night.split(it, day)))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, room=rooms)
    def a_delegate_deletes(self, pick: int, room: str) -> None:
        self._try(pick, lambda meeting: self.night.delete(room, meeting))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, room=rooms)
    def calendar_repair_puts_back(self, pick: int, room: str) -> None:
        meeting, item = self.meetings[pick % len(self.meetings)], self._original(pick)
        mailbox = self.night.tenant.exchange.directory.mailboxes[mailbox_of(room)]
        invited = {one.person.address for one in item.attendees} if item is not None else set()
        if mailbox_of(room) in invited and mailbox.by_uid(meeting.uid) is None:
            self.night.server.service.handles["lost"] = meeting
            self.night.act(Restore(meeting="lost", mailbox=mailbox_of(room)))

    @rule(room=rooms)
    def a_mailbox_is_moved(self, room: str) -> None:
        self.night.act(MoveMailbox(room=mailbox_of(room)))

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, room=rooms, nth=st.integers(min_value=0, max_value=5))
    def a_room_shows_a_meeting_twice(self, pick: int, room: str, nth: int) -> None:
        meeting, item = self.meetings[pick % len(self.meetings)], self._original(pick)
        mailbox = self.night.tenant.exchange.directory.mailboxes[mailbox_of(room)]
        copy = mailbox.by_uid(meeting.uid)
        if item is None or item.recurrence is None or copy is None or copy.is_cancelled:
            return
        day = item.start.date() + timedelta(days=nth)
        if item.recurrence.days(day, day):
            self.night.server.service.handles["twice"] = meeting
            self.night.act(InviteToOne(meeting="twice", mailbox=mailbox_of(room), day=day))

    @rule(room=rooms)
    def a_mailbox_is_made_anew(self, room: str) -> None:
        self.night.act(Recreate(room=mailbox_of(room)))
        rules = {"RemoveCanceledMeetings": self.removes}
        self.night.act(Processing(room=mailbox_of(room), settings=rules))
        forget_reading(self.night.company, self.night.room(room))
        self.night.run(room, allow_cancellations=True, again=False)

    def _original(self, pick: int) -> Any:
        meeting = self.meetings[pick % len(self.meetings)]
        try:
            return self.night.tenant.copy(meeting.organizer, meeting)[1]
        except UsageError:
            return None

    def _try(self, pick: int, act: Any) -> None:
        """What cannot be done in Outlook is not done."""
        meeting = self.meetings[pick % len(self.meetings)]
        with suppress(UsageError, Refusal):
            act(meeting)

    # -- Officebooking -------------------------------------------------------------------------

    @rule(room=rooms, day=days, hour=hours, push=st.booleans(), series=st.booleans())
    def the_desk_reserves(self, room: str, day: int, hour: int, push: bool, series: bool) -> None:
        self.number += 1
        repeat = "FREQ=DAILY;COUNT=3" if series else None
        with_desk(
            lambda: self.night.make(
                room, f"Desk {self.number}", f"{day} {hour:02}:00", f"{day} {hour:02}:30",
                push=push, repeat=repeat,
            )
        )  # fmt: skip

    @rule(pick=picks, day=days, hour=hours, push=st.booleans())
    def the_desk_changes_the_time(self, pick: int, day: int, hour: int, push: bool) -> None:
        start, end = f"{day} {hour:02}:00", f"{day} {hour:02}:45"
        self._at_the_desk(pick, lambda n: self.night.edit(n, start=start, end=end, push=push))

    @rule(pick=picks, room=rooms, push=st.booleans())
    def the_desk_changes_the_room(self, pick: int, room: str, push: bool) -> None:
        self._at_the_desk(pick, lambda n: self.night.edit(n, room=room, push=push))

    @rule(pick=picks, push=st.booleans())
    def the_desk_cancels(self, pick: int, push: bool) -> None:
        self._at_the_desk(pick, lambda n: self.night.call_off(n, push=push))

    @rule(pick=picks)
    def the_desk_orders_lunch(self, pick: int) -> None:
        self._at_the_desk(pick, self.night.cater)

    @rule(pick=picks, verdict=st.sampled_from(["approve", "reject", "push back"]))
    def a_person_decides(self, pick: int, verdict: str) -> None:
        waiting = load_requests(self.night.store, RequestStatus.OPEN)
        if not waiting:
            return
        request = [waiting[pick % len(waiting)].id]
        if verdict == "approve":
            cancellation_requests.approve(self.night.company, request, note=None)
        else:
            back = verdict == "push back"
            cancellation_requests.reject(self.night.company, request, note=None, push_back=back)

    def _at_the_desk(self, pick: int, act: Any) -> None:
        living = [item for item in self.night.all() if item.is_active]
        if living:
            with_desk(lambda: act(living[pick % len(living)].number))

    # -- nights --------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(["forbidden", "server-error", "cut"]), room=rooms,
          method=st.sampled_from(["GET", "POST", "PATCH"]), times=st.integers(1, 3))  # fmt: skip
    def a_bad_night(self, kind: str, room: str, method: str, times: int) -> None:
        self.night.fail(kind, room, method=method, times=times)
        self.night.run(again=False)
        self.night.recover()

    @rule(room=rooms, full=st.booleans())
    def a_night_without_one_room(self, room: str, full: bool) -> None:
        self.night.fail("forbidden", room)
        self.night.run(again=False, full=full)
        self.night.recover()

    @rule(room=rooms, full=st.booleans())
    def a_run_over_one_room(self, room: str, full: bool) -> None:
        self.night.run(room, full=full, again=False)

    @rule(breaths=st.integers(min_value=1, max_value=250), full=st.booleans())
    def a_night_that_dies(self, breaths: int, full: bool) -> None:
        with crashing(self.night.company, breaths) as (company, breath):
            self.night.ask(
                lambda gateway: run_sync(
                    company, BriefGateway(gateway, breath), self.night.rooms, PassOptions(full=full)
                )
            )

    @rule()
    def changes_alone_say_what_everything_says(self) -> None:
        some, all_ = self._planned(full=False), self._planned(full=True)
        assert some == all_

    def _planned(self, *, full: bool) -> Counter[Any]:
        report = self.night.run(dry_run=True, full=full, allow_cancellations=True)
        return Counter(
            (change.kind, change.event and change.event.id, replace(change.after, updated_at=None))
            for plan in report.plans
            for change in plan.changes
        )

    @precondition(lambda self: self.meetings)
    @rule(pick=picks, room=rooms)
    def a_notification_arrives(self, pick: int, room: str) -> None:
        meeting = self.meetings[pick % len(self.meetings)]
        try:
            event = self.night.id_of(room, meeting)
        except UsageError:
            return
        self.night.notify(room, event)

    @rule()
    def quiet_night(self) -> None:
        """All that failed is due again, and nothing stands in the way."""
        self.night.store.alter("outbox", "due_at = '2026-09-01T00:00:00Z'", (), "1", ())
        report = self.night.run(again=False)
        empty = [room for room in ROOMS if not self.night.outlook(room)]
        ambiguous = {problem.room for problem in report.problems if problem.code == "partial-read"}
        assert ambiguous <= {mailbox_of(room) for room in empty}
        for room in ambiguous:
            # somebody looks, and says that it is empty
            self.night.run(room.partition("@")[0].title(), allow_cancellations=True, again=False)
        self.night.store.alter("outbox", "due_at = '2026-09-01T00:00:00Z'", (), "1", ())
        report = self.night.run()
        assert report.exit_code == 0, report.problems
        self._check()

    def _check(self) -> None:
        night = self.night
        # What Outlook refuses (the slot is taken, a date would cross its neighbour) stays pending.
        pending = {number for number, _ in night.pending()}
        apart = {item.event_id for item in load_pending(night.store)}
        apart |= {item.event_id for item in night.all() if item.number in pending}
        linked = [item.event_id for item in night.all() if item.is_active and item.event_id]
        for room in ROOMS:
            here = Counter(
                (item.event_id, item.start, item.end)
                for item in night.all()
                if item.is_active
                and item.room == night.room(room).id
                and int(item.external_state) not in (0, 20, 21, 100)
                and item.number not in pending
            )
            events = night.events(room)
            ours = load_own(night.store, {event.transaction_id or "" for event in events})
            there = Counter(
                (event.id, event.start, event.end)
                for event in events
                if event.takes_room
                and event.id not in apart
                and (event.id in linked or event.transaction_id not in ours)
            )
            kept = {item.event_id for item in night.all() if int(item.external_state) == 0}
            assert here == Counter(slot for slot in there.elements() if slot[0] not in kept)
        for item in night.all():
            if not item.is_active:
                assert all(service.cancelled for service in item.services)
        waiting = {number for number, _ in night.requests()}
        states = {item.number for item in night.all() if int(item.external_state) == 100}
        assert len(linked) == len(set(linked))
        assert waiting == states
        assert load_undecided(night.store, night.company.now) == []


def with_desk(act: Any) -> None:
    """The desk is told what cannot be."""
    try:
        act()
    except (Refused, UsageError):
        pass
    except ObctlError as error:
        raise AssertionError(error.message) from error


@pytest.mark.parametrize("steps", [12, 40])
def test_both_sides_agree_after_any_night(tenant_server: TenantServer, steps: int) -> None:
    machine = type("Machine", (Machine,), {"tenant_server": tenant_server})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20 if steps == 12 else 6,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )
