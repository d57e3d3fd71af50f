"""What each answer to the change of no event means, and that nothing but that is sent."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Ask
from builders import make_room
from recorded_graph import Answer, RecordedGraph, refusal

from obctl.domain.event import EventId
from obctl.errors import (
    EventChanged,
    GraphRefused,
    MailboxGone,
    MailboxPermissionLost,
    NotFound,
    ObctlError,
    PartialRead,
)
from obctl.graph.write_probe import id_of_no_event

ROOM = make_room("Atrium")
LIKE = EventId("A" * 80)


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (refusal(404, "ErrorItemNotFound"), NotFound),
        (refusal(412, "ErrorIrresolvableConflict"), EventChanged),
        (refusal(403, "ErrorAccessDenied"), MailboxPermissionLost),
        (refusal(404, "ErrorInvalidUser"), MailboxGone),
        (refusal(400, "ErrorInvalidIdMalformed"), GraphRefused),
        (Answer({}), type(None)),
    ],
)
def test_what_an_answer_means(
    graph: RecordedGraph, ask: Ask[Any], answer: Answer, means: type[ObctlError]
) -> None:
    graph.serve_batch()
    graph.on(f"/users/{ROOM.user}/events/{id_of_no_event(LIKE)}", answer, method="PATCH")
    found = ask(lambda gateway: gateway.probe_writing([ROOM], LIKE))
    assert type(found[ROOM.mailbox]) is means
    (inner,) = graph.seen[0].body["requests"]
    assert (inner["method"], inner["body"]) == ("PATCH", {})
    assert inner["headers"]["If-Match"] == 'W/"obctl-doctor"'
    assert inner["url"].rpartition("/")[2] != LIKE


def test_an_answer_left_out_proves_nothing(graph: RecordedGraph, ask: Ask[Any]) -> None:
    graph.on("/$batch", {"responses": []}, method="POST")
    found = ask(lambda gateway: gateway.probe_writing([ROOM], LIKE))
    assert isinstance(found[ROOM.mailbox], PartialRead)


def test_a_batch_that_is_refused_is_every_room_s_error(graph: RecordedGraph, ask: Ask[Any]) -> None:
    graph.on("/$batch", refusal(400, "BadRequest"), method="POST")
    found = ask(lambda gateway: gateway.probe_writing([ROOM, make_room("Boiler")], LIKE))
    assert [type(one) for one in found.values()] == [GraphRefused, GraphRefused]
