"""Answers to writes that are odd, early or old: what Outlook has is found out, never guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from bad_events import heal, spoil
from night import Night, mailbox_of

from obctl.sandbox.request import GraphRequest, GraphResponse
from obctl.sandbox.steps import Rewrite
from obctl.store.outbox import load_pending

ROOM = "Rembrandt"


def answering(night: Night, method: str, **fields: Any) -> None:
    """Every answer about an event to calls of this method shows these fields so."""

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        if request.method != method or answer.status >= 300 or not answer.body:
            return answer
        data = json.loads(answer.body)
        return replace(answer, body=json.dumps(data | fields).encode())

    night.server.service.last_hand = last_hand


def hidden(night: Night) -> None:
    """What was made is not shown yet: not by its id, not in the calendar."""

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        path = request.path.lower()
        if request.method != "GET" or answer.status >= 300:
            return answer
        if "/events/" in path:
            error = {"error": {"code": "ErrorItemNotFound", "message": "not found"}}
            return replace(answer, status=404, body=json.dumps(error).encode())
        if path.endswith("calendarview"):
            return replace(answer, body=b'{"value": []}')
        return answer

    night.server.service.last_hand = last_hand


def posts(night: Night) -> int:
    return sum(request.method == "POST" and request.path.endswith("/events")
               for request in night.journal)  # fmt: skip


# -- an answer that shows something else than what was read ----------------------------------------


def test_a_subject_that_was_changed_between_the_read_and_the_write_is_taken_over(
    night: Night,
) -> None:
    """The read was older than the answer to the write: what the answer shows is the newer."""
    (made,) = night.make(ROOM, "Budget", "09:00", "10:00")
    event_id = made.event_id or night.all()[0].event_id or ""
    (meeting,) = night.tenant.meetings_in(mailbox_of(ROOM))
    night.server.service.handles["it"] = meeting
    night.act(Rewrite(meeting="it", mailbox=mailbox_of(ROOM), fields={"subject": "Budget 2027"}))
    reads: list[str] = []

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        # the first read is from before the change
        if request.method == "GET" and request.segments[-1] == event_id and not reads:
            reads.append(request.path)
            data = json.loads(answer.body) | {"subject": "Budget"}
            return replace(answer, body=json.dumps(data).encode())
        return answer

    night.server.service.last_hand = last_hand
    assert [result.error for result in night.edit(made.number, start="11:00", end="12:00")] == [
        None
    ]
    heal(night)
    assert night.reservations() == ["Rembrandt 09-15 11:00-12:00 Budget 2027"]
    assert night.run(full=True).changes == 0
    assert night.reservations() == night.outlook(ROOM)


def test_an_answer_that_is_older_than_the_write_is_asked_for_again(night: Night) -> None:
    (made,) = night.make(ROOM, "Budget", "09:00", "10:00")
    answering(night, "PATCH", subject="Budget")
    assert [result.error for result in night.edit(made.number, subject="Budget 2027")] == [None]
    heal(night)
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget 2027"]
    assert night.reservations() == night.outlook(ROOM)
    assert night.run(full=True).changes == 0


def test_a_subject_that_outlook_did_not_take_is_still_to_be_written(night: Night) -> None:
    (made,) = night.make(ROOM, "Budget", "09:00", "10:00")

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        if answer.status >= 300 or b'"Budget 2027"' not in answer.body:
            return answer
        return replace(answer, body=answer.body.replace(b'"Budget 2027"', b'"Budget"'))

    night.server.service.last_hand = last_hand
    (result,) = night.edit(made.number, subject="Budget 2027")
    assert result.error is not None
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget 2027 [21]"]
    heal(night)
    night.sleep()
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget 2027"]
    assert night.reservations() == night.outlook(ROOM)


# -- what was taken and is not shown yet -----------------------------------------------------------


@pytest.mark.parametrize("repeat", [None, "FREQ=DAILY;COUNT=3"], ids=["single", "series"])
def test_what_graph_has_taken_and_does_not_show_yet_is_confirmed_by_the_next_run(
    night: Night, repeat: str | None
) -> None:
    hidden(night)
    night.make(ROOM, "Budget", "09:00", "10:00", repeat=repeat)
    assert "push.failed" not in night.log()
    assert night.log("push.unchecked") == ["push.unchecked"]
    waiting = night.reservations()
    assert len(waiting) == (3 if repeat else 1)
    assert all(text.endswith("[20]") for text in waiting)
    assert [(item.failed, item.attempts) for item in load_pending(night.store)] == [(False, 1)]
    heal(night)
    night.run()
    assert night.reservations() == night.outlook(ROOM)
    assert posts(night) == 1
    assert night.pending() == []


def test_it_is_not_written_again_while_it_may_still_come(night: Night) -> None:
    hidden(night)
    (made,) = night.make(ROOM, "Budget", "09:00", "10:00")
    for _ in range(2):
        (result,) = night.push(made.number)
        assert [problem.code for problem in result.problems] == ["not-confirmed"]
    assert posts(night) == 1
    assert "push.failed" not in night.log()
    heal(night)
    assert [result.error for result in night.push(made.number)] == [None]
    assert (posts(night), len(night.outlook(ROOM))) == (1, 1)


def test_what_is_called_off_meanwhile_is_taken_off_once_it_shows(night: Night) -> None:
    hidden(night)
    (made,) = night.make(ROOM, "Budget", "09:00", "10:00")
    night.call_off(made.number)
    assert night.pending() != []
    heal(night)
    night.sleep()
    night.run()
    assert (night.outlook(ROOM), night.reservations(), night.pending()) == ([], [], [])


# -- answers that cannot be read -------------------------------------------------------------------


def spoil_answers(night: Night, methods: tuple[str, ...]) -> None:
    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        if (
            request.method not in methods
            or answer.status >= 300
            or b'"transactionId"' not in (answer.body)
        ):
            return answer
        data = json.loads(answer.body)
        if "start" not in data:
            return answer
        return replace(answer, body=json.dumps(data | {"start": None}).encode())

    night.server.service.last_hand = last_hand


def test_the_answer_to_a_new_event_may_be_unreadable(night: Night) -> None:
    spoil_answers(night, ("POST",))
    night.make(ROOM, "Budget", "09:00", "10:00")
    assert "push.failed" not in night.log()
    heal(night)
    night.run()
    assert night.reservations() == ["Rembrandt 09-15 09:00-10:00 Budget"]
    assert (posts(night), len(night.outlook(ROOM))) == (1, 1)


def test_the_answer_to_a_change_may_be_unreadable(night: Night) -> None:
    (made,) = night.make(ROOM, "Budget", "09:00", "10:00")
    spoil_answers(night, ("PATCH",))
    assert [result.error for result in night.edit(made.number, subject="Budget 2027")] == [None]
    heal(night)
    assert night.reservations() == night.outlook(ROOM)
    assert night.run(full=True).changes == 0


def test_a_slot_with_an_event_that_cannot_be_read_is_not_free(night: Night) -> None:
    bad = night.book(ROOM, "Budget", "09:00", "10:00")
    spoil(night, night.id_of(ROOM, bad))
    (made,) = night.make(ROOM, "Mine", "09:30", "10:30", push=False)
    (result,) = night.push(made.number)
    assert result.error is not None
    assert result.error.code == "slot-taken"
    assert "cannot be read" in result.error.message
    assert posts(night) == 0
