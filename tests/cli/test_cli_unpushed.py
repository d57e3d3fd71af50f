"""A failed push is told in words of its own, whatever the failure is made of."""

from __future__ import annotations

from builders import make_reservation
from desk import Desk

from obctl.cli.unpushed import unpushed
from obctl.domain.unreadable_event import EventUnreadable, UnreadableEvent
from obctl.errors import PartialRead


def test_an_event_that_cannot_be_read_is_told_like_any_answer_that_cannot(desk: Desk) -> None:
    failed = EventUnreadable("atrium@contoso.example", UnreadableEvent("E1", "start: empty"))
    with desk.store() as store:
        error = unpushed(store, failed, make_reservation())
    assert (type(error), error.code, error.exit_code) == (PartialRead, "partial-read", 5)
    assert error.message.startswith("saved here, but not in Outlook yet: event E1 of atrium@")
    assert error.message.endswith(" cannot be read: start: empty")
