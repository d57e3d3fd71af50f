"""Changes whose answer was lost: what Outlook shows since is ours, whatever is wanted next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from killed_process import KilledProcesses, dies_at_request
from night import NAMES, Night, at, at_once, mailbox_of

from obctl.domain.values import replace
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.sandbox.steps import MoveMailbox
from obctl.sandbox.tenant import Meeting
from obctl.store.agreed_states import find_agreed
from obctl.store.database import open_store

ROOM = "Rembrandt"
Step = Callable[[Night], None]


def change(night: Night, *, lost: bool = False, number: int = 1, **edit: object) -> None:
    """Somebody changes the reservation; of a `lost` change Outlook's answer never arrives."""
    if lost:
        night.fail("cut", ROOM, method="PATCH", times=1)
    night.edit(number, push=lost, **edit)
    night.recover()


def to(start: str, end: str, **more: object) -> Step:
    def step(night: Night) -> None:
        change(night, start=start, end=end, **more)

    return step


def renamed(subject: str, **more: object) -> Step:
    def step(night: Night) -> None:
        change(night, subject=subject, **more)

    return step


def moved(room: str, **more: object) -> Step:
    def step(night: Night) -> None:
        change(night, room=room, **more)

    return step


def called_off(night: Night) -> None:
    night.call_off(1, push=False)


def meeting(night: Night) -> Meeting:
    (found,) = night.tenant.meetings_in(mailbox_of(ROOM))
    return found


def looked_at(night: Night) -> None:
    """Graph reports our own write, and a listener looks."""
    for item in night.tenant.meetings_in(mailbox_of(ROOM)):
        night.notify(ROOM, night.id_of(ROOM, item))


def passed_over(night: Night) -> None:
    """A run that cannot write reads the room."""
    for method in ("PATCH", "POST"):
        night.fail("server-error", method=method)
    night.run(again=False)
    night.recover()


def nothing(_night: Night) -> None:
    pass


def morning(night: Night) -> None:
    for _ in range(2):
        night.sleep(0, hours=7)
        assert night.run().push_failed == 0
    assert night.pending() == []


def outlook(night: Night) -> list[str]:
    return [line for room in NAMES for line in night.outlook(room)]


BACK = to("09:00", "10:00", subject="Interview")


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([to("16:00", "17:00")], [f"{ROOM} 09-15 16:00-17:00 Second"]),
        ([BACK], [f"{ROOM} 09-15 09:00-10:00 Interview"]),
        ([to("09:00", "10:00")], [f"{ROOM} 09-15 09:00-10:00 Second"]),
        ([renamed("Interview")], [f"{ROOM} 09-15 14:00-15:00 Interview"]),
        ([renamed("Third")], [f"{ROOM} 09-15 14:00-15:00 Third"]),
        ([to("16 16:00", "16 18:00", subject="Third")], [f"{ROOM} 09-16 16:00-18:00 Third"]),
        ([to("16 00:00", "17 00:00")], [f"{ROOM} 09-16 all day Second"]),
        ([to("16:00", "17:00", lost=True), BACK], [f"{ROOM} 09-15 09:00-10:00 Interview"]),
        ([to("16:00", "17:00", lost=True), to("14:00", "15:00"), renamed("Third")],
         [f"{ROOM} 09-15 14:00-15:00 Third"]),
        ([called_off], []),
        ([to("16:00", "17:00"), called_off], []),
        ([moved("Vermeer")], ["Vermeer 09-15 14:00-15:00 Second"]),
        ([moved("Vermeer", start="16:00", end="17:00")], ["Vermeer 09-15 16:00-17:00 Second"]),
        ([moved("Vermeer"), moved(ROOM, start="16:00", end="17:00")],
         [f"{ROOM} 09-15 16:00-17:00 Second"]),
        ([moved("Vermeer"), moved("Hals"), moved(ROOM), BACK],
         [f"{ROOM} 09-15 09:00-10:00 Interview"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("between", [nothing, looked_at, passed_over])
@pytest.mark.parametrize("at_once", [False, True], ids=["by-the-run", "at-once"])
def test_the_last_wish_stands_in_outlook(
    night: Night, steps: list[Step], left: list[str], between: Step, at_once: bool
) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    night.run()
    change(night, lost=True, start="14:00", end="15:00", subject="Second")
    assert night.outlook(ROOM) == [f"{ROOM} 09-15 14:00-15:00 Second"]
    for step in steps:
        step(night)
        between(night)
    if at_once:
        night.push(1)
    morning(night)
    assert outlook(night) == night.reservations() == left
    assert len(night.all()) == 1
    assert night.log("conflict.*") == []


@pytest.mark.parametrize("between", [nothing, looked_at, passed_over])
def test_a_change_that_never_reached_outlook_leaves_nothing_to_take_back(
    night: Night, between: Step
) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    night.fail("server-error", ROOM, method="PATCH")
    night.edit(1, start="14:00", end="15:00")
    night.recover()
    between(night)
    BACK(night)
    morning(night)
    assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 09:00-10:00 Interview"]


@pytest.mark.parametrize("between", [nothing, looked_at, passed_over])
def test_what_somebody_does_in_outlook_afterwards_leads_as_ever(
    night: Night, between: Step
) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    night.run()
    change(night, lost=True, start="14:00", end="15:00")
    night.change(meeting(night), start="11:00", end="12:00")
    change(night, start="16:00", end="17:00")
    between(night)
    morning(night)
    assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 11:00-12:00 Interview"]
    assert night.log("conflict.*") == ["conflict.merged"]


class TestDoneInOutlookLater:
    """The same change, made by a person in Outlook after ours is known not to have arrived."""

    @pytest.mark.parametrize("kind", ["forbidden", "throttled", "server-error", "unavailable"])
    def test_in_place_of_what_was_refused_and_taken_back(self, night: Night, kind: str) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        night.fail(kind, ROOM, method="PATCH")
        night.edit(1, start="14:00", end="15:00")
        night.recover()
        night.edit(1, start="09:00", end="10:00", push=False)
        night.change(meeting(night), start="14:00", end="15:00")
        morning(night)
        assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 14:00-15:00 Interview"]

    def test_while_the_next_wish_waits_for_its_slot(self, night: Night) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        ours = meeting(night)
        night.fail("server-error", ROOM, method="PATCH")
        night.fail("server-error", ROOM, method="GET", spare=2)
        night.edit(1, start="14:00", end="15:00")
        night.recover()
        night.edit(1, start="18:00", end="19:00", push=False)
        night.book(ROOM, "Rival", "18:00", "19:00", organizer="bram")
        (result,) = night.push(1)
        assert (result.error and result.error.code) == "slot-taken"
        night.change(ours, start="14:00", end="15:00")
        night.sleep(0, hours=7)
        night.run()
        assert f"{ROOM} 09-15 14:00-15:00 Interview" in night.reservations()
        assert sorted(outlook(night)) == sorted(night.reservations())

    @pytest.mark.parametrize("kind", ["cut", "server-error"])
    def test_after_another_change_of_theirs_was_read(self, night: Night, kind: str) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        night.fail(kind, ROOM, method="PATCH")
        night.edit(1, start="14:00", end="15:00", subject="Second")
        night.change(meeting(night), start="11:00", end="12:00")
        night.run(again=False)
        night.change(meeting(night), start="14:00", end="15:00")
        night.recover()
        morning(night)
        assert night.reservations() == outlook(night)
        assert outlook(night)[0].startswith(f"{ROOM} 09-15 14:00-15:00")

    def test_back_to_what_we_wrote_before_the_last(self, night: Night) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        change(night, lost=True, start="14:00", end="15:00")
        change(night, lost=True, start="16:00", end="17:00")
        change(night, start="18:00", end="19:00")
        looked_at(night)
        night.change(meeting(night), start="14:00", end="15:00")
        morning(night)
        assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 14:00-15:00 Interview"]


def hopped(night: Night) -> None:
    """It was to leave once more, and back, before it ever could."""
    night.fail("server-error", ROOM)
    night.edit(1, room="Hals")
    night.edit(1, room="Vermeer")
    night.recover()
    assert night.pending() == [(1, "cancel")]


class TestBackInARoomThatItNeverLeft:
    """What was agreed about the event that is still there is what was agreed before it left."""

    @pytest.mark.parametrize("between", [nothing, looked_at, hopped])
    def test_a_change_whose_answer_was_lost_there_is_still_ours(
        self, night: Night, between: Step
    ) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        change(night, lost=True, start="14:00", end="15:00", subject="Second")
        self._leave(night)
        between(night)
        change(night, room=ROOM, start="16:00", end="17:00", subject="Third")
        morning(night)
        assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 16:00-17:00 Third"]
        assert night.log("conflict.*") == []

    @pytest.mark.parametrize("between", [nothing, looked_at, hopped])
    @pytest.mark.parametrize(
        ("theirs", "left"),
        [
            ({"start": "11:00", "end": "12:00"}, "11:00-12:00 Interview"),
            ({"subject": "Interview, upstairs"}, "09:00-10:00 Interview, upstairs"),
        ],
    )
    def test_what_somebody_did_in_outlook_meanwhile_leads(
        self, night: Night, between: Step, theirs: dict[str, str], left: str
    ) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        self._leave(night)
        night.change(meeting(night), **theirs)
        between(night)
        change(night, room=ROOM)
        morning(night)
        assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 {left}"]
        assert night.log("conflict.*") == []

    def test_what_each_room_shows_is_told_apart_at_every_return(self, night: Night) -> None:
        night.make(ROOM, "Interview", "09:00", "10:00")
        self._leave(night)
        night.fail("cut", "Vermeer", method="PATCH")
        night.edit(1, start="11:00", end="12:00")
        night.fail("server-error")
        night.edit(1, room=ROOM)
        night.edit(1, room="Vermeer", start="13:00", end="14:00")
        night.recover()
        morning(night)
        assert outlook(night) == night.reservations() == ["Vermeer 09-15 13:00-14:00 Interview"]
        assert night.log("conflict.*") == []

    @staticmethod
    def _leave(night: Night) -> None:
        night.fail("server-error", ROOM)
        night.edit(1, room="Vermeer")
        night.recover()
        assert len(outlook(night)) == 2


def test_a_subject_given_in_outlook_before_is_not_taken_for_ours(night: Night) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    night.change(meeting(night), subject="Interview, upstairs")
    change(night, lost=True, start="14:00", end="15:00")
    change(night, start="16:00", end="17:00")
    morning(night)
    assert outlook(night) == [f"{ROOM} 09-15 16:00-17:00 Interview, upstairs"]
    assert night.reservations() == outlook(night)


@pytest.mark.parametrize("between", [nothing, looked_at, passed_over])
@pytest.mark.parametrize("scope", [SeriesScope.ONE, SeriesScope.ALL])
def test_dates_of_a_series_stand_where_they_were_last_wanted(
    night: Night, between: Step, scope: SeriesScope
) -> None:
    night.make(ROOM, "Coaching", "09:00", "10:00", repeat="FREQ=WEEKLY;COUNT=3")
    night.run()
    number, day = (2, "22") if scope is SeriesScope.ONE else (1, "15")
    night.fail("cut", ROOM, method="PATCH")
    night.edit(number, scope=scope, start=f"{day} 14:00", end=f"{day} 15:00")
    night.recover()
    night.edit(number, scope=scope, start=f"{day} 16:00", end=f"{day} 17:00", push=False)
    between(night)
    morning(night)
    hours = ["09:00-10:00", "16:00-17:00", "09:00-10:00"]
    if scope is SeriesScope.ALL:
        hours = ["16:00-17:00"] * 3
    days = ("09-15", "09-22", "09-29")
    assert night.reservations() == [
        f"{ROOM} {day} {hour} Coaching" for day, hour in zip(days, hours, strict=True)
    ]
    assert night.outlook(ROOM) == night.reservations()


def test_it_is_found_where_it_was_put_in_a_mailbox_that_was_moved(night: Night) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    night.run()
    change(night, lost=True, start="25 14:00", end="25 15:00")
    night.act(MoveMailbox(room=mailbox_of(ROOM)))
    change(night, start="16:00", end="17:00")
    (result,) = night.push(1)
    assert result.error is None
    morning(night)
    assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 16:00-17:00 Interview"]


def test_a_wish_that_comes_while_the_last_one_is_written_is_the_one_that_counts(
    night: Night,
) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    night.run()

    def on_call(method: str, mailbox: str | None, _route: str) -> None:
        if method != "PATCH" or mailbox != mailbox_of(ROOM):
            return
        night.watched.on_call = lambda *_: None
        store = open_store(night.company.config.store_path)
        edit = Edit(start=at("16:00"), end=at("17:00"))
        company = replace(night.company, store=store)
        at_once(change_reservation(company, None, 1, edit, SeriesScope.ONE))
        store.close()

    night.watched.on_call = on_call
    night.edit(1, start="14:00", end="15:00")
    morning(night)
    assert outlook(night) == night.reservations() == [f"{ROOM} 09-15 16:00-17:00 Interview"]
    assert night.log("conflict.*") == []


def test_nothing_of_it_is_remembered_once_both_sides_agree(night: Night) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    change(night, lost=True, start="14:00", end="15:00")
    change(night, lost=True, start="16:00", end="17:00")
    last = find_agreed(night.store, 1)
    assert last is not None
    assert (last.start, last.end) == (at("14:00"), at("15:00"))
    assert [item.time and item.time.start for item in last.tried] == [at("16:00")]
    morning(night)
    settled = find_agreed(night.store, 1)
    assert settled is not None
    assert (settled.tried, settled.start) == ((), at("16:00"))


def words(hour: int) -> list[str]:
    times = ["--start", f"2026-09-15T{hour:02}:00", "--end", f"2026-09-15T{hour:02}:30"]
    return ["reservations", "change", "1", *times, "--subject", f"Interview {hour}"]


@pytest.mark.parametrize("killed_at", ["statement", "request"])
def test_killed_at_any_instant_of_a_change_the_next_one_counts(
    night: Night, tmp_path: Path, killed_processes: KilledProcesses, killed_at: str
) -> None:
    night.make(ROOM, "Interview", "09:00", "10:00")
    home, instant, killed = tmp_path / "home", 0, True
    while killed:
        instant += 1
        hour = 10 + instant % 5
        if killed_at == "statement":
            killed = killed_processes.run(
                home, night.company.now, *words(hour), dies_at=instant
            ).killed
        else:
            killed = dies_at_request(night, killed_processes, home, instant, *words(hour)).killed
        change(night, start=f"{hour + 6}:00", end=f"{hour + 6}:30", subject=f"Meeting {hour}")
        night.sleep(0, minutes=1)
        night.run(again=False)
        wanted = f"{ROOM} 09-15 {hour + 6}:00-{hour + 6}:30 Meeting {hour}"
        assert (night.outlook(ROOM), night.reservations()) == ([wanted], [wanted])
    assert instant > 2
    assert night.log("conflict.*") == []
