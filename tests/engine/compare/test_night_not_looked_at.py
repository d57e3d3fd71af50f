"""Nobody tells what was not looked at: where the store alone is asked, or rooms do not answer."""

from __future__ import annotations

import pytest
from builders import DAY
from night import NAMES, Night, mailbox_of

from obctl.domain.causes.story import Story
from obctl.domain.difference import Cause, Confidence
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.engine.rooms.removal import remove_room
from obctl.errors import ObctlError, UsageError
from obctl.sandbox.steps import Processing

LEFT, ENTERED = "Rembrandt", "Vermeer"


def story_of(night: Night, wanted: str, *, cached: bool = False) -> Story:
    return night.ask(
        lambda graph: explain_item(
            night.company, Outlook(night.company, None if cached else graph), wanted
        )
    )


def refusal(night: Night, wanted: str, *, cached: bool = False) -> ObctlError:
    with pytest.raises(ObctlError) as told:
        story_of(night, wanted, cached=cached)
    return told.value


def causes(night: Night, *, cached: bool) -> dict[int | None, Cause | None]:
    rooms = night.ask(
        lambda graph: compare_rooms(
            night.company, Outlook(night.company, None if cached else graph), night.rooms, DAY, DAY
        )
    )
    return {one.reservation: one.cause for room in rooms for one in room.differences}


def test_an_event_that_was_never_read_is_not_called_unknown_where_nobody_was_asked(
    night: Night,
) -> None:
    night.run()
    new = night.id_of(LEFT, night.book(LEFT, "Board", "09:00", "10:00"))
    error = refusal(night, new, cached=True)
    assert (error.code, "was read so far" in error.message) == ("unknown-item", True)
    assert error.hint == "without --cached the rooms are asked for it"
    story = story_of(night, new)
    assert story.cause is not None
    assert story.cause.code == "awaiting-next-pass"


def test_an_id_that_no_room_knows_is_told_with_the_rooms_that_gave_no_answer(night: Night) -> None:
    night.run()
    new = night.id_of(LEFT, night.book(LEFT, "Board", "09:00", "10:00"))
    night.fail("forbidden", LEFT)
    error = refusal(night, new)
    assert isinstance(error, UsageError)
    assert f"no answer came from {mailbox_of(LEFT)}" in error.message
    assert error.hint == f"obctl doctor --room {mailbox_of(LEFT)} says why"
    night.recover()
    assert "neither a reservation nor an event of a mapped room" in refusal(night, "x" * 40).message


def test_where_no_room_answers_what_keeps_them_is_told(night: Night) -> None:
    night.run()
    new = night.id_of(LEFT, night.book(LEFT, "Board", "09:00", "10:00"))
    for name in NAMES:
        night.fail("forbidden", name)
    assert refusal(night, new).code != "unknown-item"


def kept_and_cancelled(night: Night) -> int:
    """A reservation that a person kept though its meeting is cancelled, and keeps showing so."""
    night.act(Processing(room=mailbox_of(LEFT), settings={"RemoveCanceledMeetings": False}))
    meeting = night.book(LEFT, "Board", "09:00", "10:00")
    night.book(LEFT, "Stays", "12:00", "13:00", organizer="bram")
    night.run()
    number = next(item.number for item in night.all() if item.subject == "Board")
    night.cater(number)
    night.cancel(meeting)
    night.run(again=False)
    return number


def test_what_waits_for_a_person_is_certain_from_the_store_alone(night: Night) -> None:
    number = kept_and_cancelled(night)
    for cached in (True, False):
        cause = causes(night, cached=cached)[number]
        assert cause is not None
        assert (cause.code, cause.confidence) == ("cancel-awaiting-approval", Confidence.CERTAIN)


def test_what_outlook_could_speak_against_is_not_certain_from_the_store_alone(
    night: Night,
) -> None:
    number = kept_and_cancelled(night)
    night.reject()
    live, cached = causes(night, cached=False)[number], causes(night, cached=True)[number]
    assert live is not None
    assert cached is not None
    assert (live.code, live.confidence) == ("cancelled-but-kept-on-calendar", Confidence.CERTAIN)
    assert (cached.code, cached.confidence) == (live.code, Confidence.LIKELY)
    (as_of,) = [item.value for item in cached.evidence if item.fact == "outlook.as_of"]
    assert isinstance(as_of, str)
    assert as_of.startswith("2026-09-14T")


def test_a_reservation_of_a_room_taken_out_or_without_an_answer_has_no_cause(night: Night) -> None:
    meeting = night.book(LEFT, "Board", "09:00", "10:00")
    night.run()
    number = night.only().number
    night.delete(LEFT, meeting)
    night.fail("forbidden", LEFT)
    story = story_of(night, str(number))
    assert (story.verdict.condition, story.cause) == ("mailbox-permission-lost", None)
    night.recover()

    async def take_out(graph: Gateway) -> None:
        async def connect() -> Gateway:
            return graph

        await remove_room(night.company, connect, night.room(LEFT))

    night.ask(take_out)
    story = story_of(night, str(number))
    assert (story.room.is_mapped, story.differences) == (False, ())
