"""Why a meeting went: what the request carries is what `diff` says before the run.

And what the organiser's own calendar adds, where obctl may read it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from night import Night, at, daily, mailbox_of

from obctl.domain.causes.asked_organizer import asked_of_organizer, with_reply
from obctl.domain.causes.facts import Facts
from obctl.domain.causes.story import Story
from obctl.domain.difference import Cause, Difference
from obctl.domain.organizer_copy import WhyClosed
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.gather_facts import Gathered, gather_facts
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway
from obctl.engine.sync.loss_causes import facts_of_losses
from obctl.engine.sync.plan_room import PassOptions, PlanMaker
from obctl.engine.sync.room_reader import RoomReader
from obctl.sandbox.steps import Forward, Processing
from obctl.store.cancellation_requests import load_requests
from obctl.store.outbox import cancel_pending_of

DAY, NEXT_DAY = date(2026, 9, 15), date(2026, 9, 16)
ROOM = "Rembrandt"
Befall = Callable[[Night, Any], None]


def delete(night: Night, meeting: Any) -> None:
    night.delete(ROOM, meeting)


def delete_a_date(night: Night, meeting: Any) -> None:
    night.delete(ROOM, meeting, day=NEXT_DAY)


def delete_unseen_by_the_organiser(night: Night, meeting: Any) -> None:
    night.fail("forbidden", "anna")
    night.delete(ROOM, meeting)


def cancel(night: Night, meeting: Any) -> None:
    night.cancel(meeting)


def cancel_a_date(night: Night, meeting: Any) -> None:
    night.cancel(meeting, day=NEXT_DAY)


def decline(night: Night, meeting: Any) -> None:
    night.tenant.respond(mailbox_of(ROOM), meeting, "declined")


def cancel_and_remove(night: Night, meeting: Any) -> None:
    night.act(Processing(room=mailbox_of(ROOM), settings={"RemoveCanceledMeetings": True}))
    night.cancel(meeting)


def decline_a_date(night: Night, meeting: Any) -> None:
    night.tenant.respond(mailbox_of(ROOM), meeting, "declined", day=NEXT_DAY)


def move_a_date_onto_another(night: Night, meeting: Any) -> None:
    night.book(ROOM, "Board", "16 14:00", "16 15:00", organizer="bram")
    night.run()
    night.change(meeting, day=NEXT_DAY, start="16 14:30", end="16 15:30")


def type_the_room(night: Night, meeting: Any) -> None:
    remove = {"RemoveCanceledMeetings": True}
    night.act(Processing(room=mailbox_of(ROOM), settings=remove))
    night.change(meeting, rooms="", location="Rembrandt, 1st floor")


LOSSES = [
    pytest.param({}, delete, "hard-deleted-by-delegate", id="deleted"),
    pytest.param(
        {}, delete_unseen_by_the_organiser, "hard-deleted-by-delegate", id="deleted, scope of rooms"
    ),
    pytest.param({}, cancel, "cancelled-but-kept-on-calendar", id="cancelled"),
    pytest.param({}, decline, "room-declined", id="declined"),
    pytest.param({}, type_the_room, "location-text-only", id="the room is text"),
    pytest.param(
        {"recurrence": daily(count=3)}, delete, "hard-deleted-by-delegate", id="series deleted"
    ),
    pytest.param(
        {"recurrence": daily(count=3)}, cancel, "cancelled-but-kept-on-calendar", id="series off"
    ),
    pytest.param(
        {"recurrence": daily(count=3)},
        delete_a_date,
        "occurrence-cancelled-silently",
        id="date deleted",
    ),
    pytest.param({}, cancel_and_remove, "cancelled-but-kept-on-calendar", id="cancelled, removed"),
    pytest.param(
        {"recurrence": daily(count=3)}, decline_a_date, "room-declined", id="date declined"
    ),
    pytest.param(
        {"recurrence": daily(count=3)},
        move_a_date_onto_another,
        "conflict-partially-declined-series",
        id="date moved onto another",
    ),
    pytest.param(
        {"recurrence": daily(count=3)},
        cancel_a_date,
        "occurrence-cancelled-silently",
        id="date off",
    ),
]


def booked(night: Night, **more: Any) -> Any:
    """A meeting with lunch on every date, so that its cancellation has to be asked for."""
    meeting = night.book(ROOM, "Budget", "09:00", "10:00", **more)
    night.book(ROOM, "Stays", "12:00", "13:00", organizer="bram")
    night.run()
    for reservation in night.all():
        if reservation.subject == "Budget":
            night.cater(reservation.number)
    return meeting


def said_by_diff(night: Night) -> dict[int, Cause]:
    async def ask(gateway: Gateway) -> dict[int, Cause]:
        rooms = [night.room(ROOM)]
        outlook = Outlook(night.company, gateway)
        (item,) = await compare_rooms(night.company, outlook, rooms, DAY, date(2026, 9, 17))
        return {found.reservation: found.cause for found in item.differences}  # type: ignore[misc]

    return night.ask(ask)


def carried_by_requests(night: Night) -> dict[int, Cause | None]:
    requests = load_requests(night.store, RequestStatus.OPEN)
    return {request.reservation: request.cause for request in requests}


@pytest.mark.parametrize(("meeting", "befall", "code"), LOSSES)
def test_the_request_carries_the_cause_that_diff_names_before_the_run(
    night: Night, meeting: dict[str, Any], befall: Befall, code: str
) -> None:
    befall(night, booked(night, **meeting))
    told = said_by_diff(night)
    assert {cause.code for cause in told.values()} == {code}
    night.run(again=False)
    carried = carried_by_requests(night)
    assert carried.keys() == told.keys()
    for number, cause in told.items():
        assert essence(carried[number]) == essence(cause)


def essence(cause: Cause | None) -> tuple[str, str, dict[str, object], str]:
    """A cause without the evidence that `diff` alone asks for, or names beside it."""
    assert cause is not None
    beside = ("also_holds", "master.is_cancelled", "answer.by_id")
    found = {name: value for name, value in evidence(cause).items() if name not in beside}
    return cause.code, cause.confidence, found, cause.remedy


def facts_of_a_pass(night: Night) -> list[Facts]:
    """The facts about what a room lost, as a pass builds them."""

    async def ask(gateway: Gateway) -> list[Facts]:
        options, room = PassOptions(full=True), night.room(ROOM)
        plans = PlanMaker(night.company, options, night.company.now)
        reader = RoomReader(night.company, gateway, Identities(gateway), plans, options)
        found = await reader.read(room, None)
        situation = await reader.verified(plans.situation(room, found.reading))
        replies = situation.reading.replies
        return [
            with_reply(facts, replies[loss.reservation.event_id])
            if asked_of_organizer(facts)
            else facts
            for loss, facts in facts_of_losses(night.store, situation)
        ]

    return night.ask(ask)


def facts_of_diff(night: Night) -> list[Facts]:
    async def ask(gateway: Gateway) -> list[Facts]:
        outlook, rooms = Outlook(night.company, gateway), [night.room(ROOM)]
        (item,) = await compare_rooms(night.company, outlook, rooms, DAY, date(2026, 9, 17))
        gathered = Gathered(night.company, outlook, tuple(night.rooms), item.span)
        return [
            await gather_facts(gathered, item.matching.sides, bare(found))
            for found in item.differences
        ]

    return night.ask(ask)


def bare(difference: Difference) -> Difference:
    return replace(difference, cause=None, missed_because=None)


@pytest.mark.parametrize(("meeting", "befall", "code"), LOSSES)
def test_a_pass_and_diff_build_equal_facts_of_a_loss(
    night: Night, meeting: dict[str, Any], befall: Befall, code: str
) -> None:
    befall(night, booked(night, **meeting))
    passed, diffed = facts_of_a_pass(night), facts_of_diff(night)
    assert len(passed) == len(diffed) > 0
    for one, other in zip(passed, diffed, strict=True):
        assert one == but_what_one_alone_asks(other, one)


def but_what_one_alone_asks(facts: Facts, asked: Facts) -> Facts:
    """`diff` alone asks the directory, and for more by id than a pass has to."""
    return replace(
        facts,
        mailbox_id=None,
        organizer=asked.organizer,
        event_missing=asked.event_missing,
        master=asked.master if asked.master is None else facts.master,
    )


def story(night: Night, number: int | None = None) -> Story:
    number = night.only().number if number is None else number
    return night.ask(
        lambda gateway: explain_item(night.company, Outlook(night.company, gateway), str(number))
    )


def evidence(cause: Cause | None) -> dict[str, object]:
    assert cause is not None
    return {item.fact: item.value for item in cause.evidence}


def moved_silently(night: Night, *, wait: int = 1, **more: Any) -> Any:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00", **more)
    night.run()
    night.sleep(0, hours=1)
    day = NEXT_DAY if more else None
    start, end = ("16 14:00", "16 15:00") if more else ("14:00", "15:00")
    night.change(meeting, day=day, start=start, end=end, silent=True, settle=False)
    night.sleep(0, hours=wait)
    return meeting


def test_explain_names_a_stale_copy_on_which_both_sides_agree(night: Night) -> None:
    moved_silently(night)
    told = story(night)
    assert told.differences == ()
    assert told.cause is not None
    assert (told.cause.code, told.cause.confidence) == ("stale-room-copy", "likely")
    assert evidence(told.cause)["organizer_copy.start"] == "2026-09-15T12:00:00Z"
    assert said_by_diff(night) == {}


def test_an_update_that_may_be_on_its_way_makes_no_copy_stale(night: Night) -> None:
    moved_silently(night, wait=0)
    assert story(night).cause is None


def test_an_event_without_a_reservation_is_explained_on_the_day_it_is_on_now(night: Night) -> None:
    meeting = night.book(ROOM, "Budget", "2026-10-29 09:00", "2026-10-29 10:00")
    night.run()
    event_id = night.id_of(ROOM, meeting)
    night.change(meeting, start="2026-11-03 09:00", end="2026-11-03 10:00")
    told = night.ask(
        lambda gateway: explain_item(night.company, Outlook(night.company, gateway), event_id)
    )
    assert [found.start for found in told.differences] == [at("2026-11-03 09:00")]
    assert told.cause is not None
    assert told.cause.code == "outside-sync-window"


def test_of_a_series_only_the_date_that_was_moved_is_stale(night: Night) -> None:
    moved_silently(night, recurrence=daily(count=3))
    causes = [story(night, item.number).cause for item in night.all()]
    assert [cause and cause.code for cause in causes] == [None, "stale-room-copy", None]


def test_a_series_moved_as_a_whole_is_stale_on_every_date(night: Night) -> None:
    meeting = night.book(ROOM, "Budget", "09:00", "10:00", recurrence=daily(count=3))
    night.run()
    night.sleep(0, hours=1)
    night.change(meeting, start="14:00", end="15:00", silent=True, settle=False)
    night.sleep(0, hours=1)
    causes = [story(night, item.number).cause for item in night.all()]
    assert [cause and cause.code for cause in causes] == ["stale-room-copy"] * 3


def test_a_copy_that_may_not_be_read_is_no_finding_and_explain_says_so(night: Night) -> None:
    moved_silently(night)
    night.fail("forbidden", "anna")
    told = story(night)
    assert told.cause is None
    assert told.organizer is not None
    assert (told.organizer.says.value, told.organizer.copy) == ("cannot be read", None)


def of_an_outsider(night: Night) -> Story:
    rules = {"ProcessExternalMeetingMessages": True}
    night.act(Processing(room=mailbox_of(ROOM), settings=rules))
    night.tenant.book(
        "omar@fabrikam.example", [mailbox_of(ROOM)], "Pitch", "2026-09-15T09:00",
        "2026-09-15T10:00", time_zone="Europe/Amsterdam",
    )  # fmt: skip
    night.settle()
    night.run()
    night.watched.calls.clear()
    return story(night)


def calendars_asked(night: Night) -> set[str]:
    """Whose calendars were read; a question to the directory names no mailbox."""
    return {mailbox for _, mailbox, _ in night.watched.calls if mailbox}


def test_the_calendar_of_an_outsider_is_not_asked_for(night: Night) -> None:
    told = of_an_outsider(night)
    assert told.organizer is not None
    assert (told.organizer.says, told.organizer.closed) == ("cannot be read", WhyClosed.OUTSIDE)
    assert (told.cause, told.account) == (None, None)
    assert not [box for box in calendars_asked(night) if "fabrikam" in box]


def test_a_colleague_with_another_mail_domain_than_the_rooms_is_no_outsider(night: Night) -> None:
    of_an_outsider(night)
    directory = night.tenant.exchange.directory
    directory.mailbox(directory.person("omar@fabrikam.example")).kind = "user"
    told = story(night)
    assert told.organizer is not None
    assert told.organizer.says == "takes place"
    assert [box for box in calendars_asked(night) if "fabrikam" in box]


def test_explain_names_the_forwarded_invitation_that_booked_the_room(night: Night) -> None:
    meeting = night.book("", "Budget", "09:00", "10:00", attendees=["bram@contoso.example"])
    night.server.service.handles["budget"] = meeting
    night.act(Forward(meeting="budget", room=mailbox_of(ROOM)))
    night.settle()
    night.run()
    told = story(night)
    assert told.cause is not None
    assert (told.cause.code, told.cause.confidence) == ("forwarded", "possible")


def test_a_deletion_is_certain_where_the_organiser_sees_the_room_as_accepted(night: Night) -> None:
    delete(night, booked(night))
    (cause,) = said_by_diff(night).values()
    assert (cause.code, cause.confidence) == ("hard-deleted-by-delegate", "certain")
    assert evidence(cause)["organizer.copy"] == "takes place"


def test_a_deletion_is_likely_where_the_organiser_cannot_be_asked(night: Night) -> None:
    delete_unseen_by_the_organiser(night, booked(night))
    (cause,) = said_by_diff(night).values()
    assert (cause.code, cause.confidence) == ("hard-deleted-by-delegate", "likely")
    assert evidence(cause)["organizer.copy"] == "cannot be read"


def test_what_outlook_never_had_is_looked_for_in_its_organisers_calendar_by_its_slot(
    night: Night,
) -> None:
    (reservation,) = night.make(ROOM, "Budget", "09:00", "10:00", push=False)
    with night.store.transaction():
        cancel_pending_of(night.store, reservation.number, reservation.room, night.company.now)
    (cause,) = said_by_diff(night).values()
    assert (cause.code, evidence(cause)["organizer.copy"]) == ("push-failed", "is not there")
    night.book("", "Elsewhere", "09:00", "10:00", location="Rembrandtplein")
    night.book("", "Later", "10:00", "11:00", location="Rembrandt")
    assert [cause.code for cause in said_by_diff(night).values()] == ["push-failed"]
    night.book("", "Budget", "09:00", "10:00", location="Rembrandt")
    (cause,) = said_by_diff(night).values()
    assert (cause.code, cause.confidence) == ("location-text-only", "likely")


def test_a_quiet_night_and_a_diff_of_rooms_in_step_ask_no_organiser(night: Night) -> None:
    booked(night)
    night.watched.calls.clear()
    night.run()
    assert said_by_diff(night) == {}
    assert not [mailbox for _, mailbox, _ in night.watched.calls if mailbox == mailbox_of("anna")]


def test_the_calendar_of_an_organiser_is_read_once_for_all_dates_of_a_series(night: Night) -> None:
    delete(night, booked(night, recurrence=daily(count=3)))
    night.watched.calls.clear()
    said_by_diff(night)
    routes = [route for _, box, route in night.watched.calls if box == mailbox_of("anna")]
    assert len(routes) == 3  # the meeting, the series, its dates


def test_a_closed_calendar_is_asked_in_one_request_and_not_again(night: Night) -> None:
    first, second = (
        night.book(ROOM, subject, start, end)
        for subject, start, end in (("One", "09:00", "10:00"), ("Two", "10:00", "11:00"))
    )
    night.run()
    night.delete(ROOM, first)
    night.delete(ROOM, second)
    night.fail("forbidden", "anna")
    night.journal.clear()
    assert len(said_by_diff(night)) == 2
    asked = [call.path for call in night.journal if "anna" in call.path]
    assert asked == ["users/anna%40contoso.example/events"] * 2
    batches = [call.body.decode() for call in night.journal if call.path == "$batch"]
    assert sum("anna" in body for body in batches) == 1


@pytest.mark.parametrize(
    ("befall", "code"),
    [
        pytest.param(decline_a_date, "room-declined", id="declined"),
        pytest.param(
            move_a_date_onto_another, "conflict-partially-declined-series", id="moved onto another"
        ),
        pytest.param(cancel_a_date, "occurrence-cancelled-silently", id="cancelled"),
        pytest.param(delete_a_date, "occurrence-cancelled-silently", id="deleted"),
    ],
)
def test_where_no_series_lists_its_cancelled_dates_the_organiser_tells_what_became_of_one(
    national_night: Night, befall: Befall, code: str
) -> None:
    befall(national_night, booked(national_night, recurrence=daily(count=3)))
    (cause,) = said_by_diff(national_night).values()
    assert cause.code == code
