"""The organiser's own copy: what it says of a room, and whose calendar may be asked."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders import make_event, make_room

from obctl.domain.event import Response
from obctl.domain.organizer_copy import as_copy, is_outside

ATRIUM = make_room()


def original(**fields: Any) -> Any:
    payload = {"attendees": []} | fields
    return make_event("X", is_organizer=True, payload=json.dumps(payload).encode())


def attendee(address: str, response: str = "accepted", kind: str = "resource") -> dict[str, Any]:
    return {
        "type": kind,
        "emailAddress": {"name": "x", "address": address},
        "status": {"response": response},
    }


@pytest.mark.parametrize(
    ("attendees", "response", "resources"),
    [
        ([], None, 0),
        ([attendee(ATRIUM.mailbox.upper())], Response.ACCEPTED, 1),
        ([attendee(ATRIUM.mailbox, "declined", "required")], Response.DECLINED, 0),
        ([attendee(ATRIUM.mailbox, "something new")], Response.NONE, 1),
        ([attendee("library@contoso.example")], None, 1),
        ([{"type": None}], None, 0),
    ],
)
def test_the_rooms_answer_stands_beside_its_address(
    attendees: list[Any], response: Response | None, resources: int
) -> None:
    copy = as_copy(original(attendees=attendees), ATRIUM)
    assert copy is not None
    assert (copy.room_response, copy.resources) == (response, resources)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"location": {"displayName": "Atrium"}}, True),
        ({"location": {"displayName": "1st floor, ATRIUM; lobby"}}, True),
        ({"location": {"displayName": ""}, "locations": [{"displayName": "Atrium"}]}, True),
        ({"location": {"locationEmailAddress": ATRIUM.mailbox}}, True),
        ({"location": {"displayName": "Atriums"}}, False),
        ({"location": None}, False),
        ({}, False),
    ],
)
def test_a_room_is_named_by_its_whole_name_or_its_address(
    fields: dict[str, Any], named: bool
) -> None:
    copy = as_copy(original(**fields), ATRIUM)
    assert copy is not None
    assert copy.names(ATRIUM) is named


def test_what_does_not_say_who_is_invited_is_no_copy() -> None:
    assert as_copy(original(attendees=None), ATRIUM) is None
    assert as_copy(make_event("X", is_organizer=True, payload=b"no JSON"), ATRIUM) is None
    hidden = attendee("/o=ExchangeLabs/ou=Exchange/cn=Recipients/cn=0a1b")
    assert as_copy(original(attendees=[hidden]), ATRIUM) is None
    assert as_copy(original(attendees=[hidden, attendee(ATRIUM.mailbox)]), ATRIUM) is not None


def test_a_copy_of_somebody_else_is_not_the_organisers() -> None:
    attendees_own = make_event("X", is_organizer=False, payload=b'{"attendees": []}')
    assert as_copy(attendees_own, ATRIUM) is None


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("anna@contoso.example", False),
        ("anna@EU.contoso.example", False),
        ("anna@notcontoso.example", True),
        ("omar@fabrikam.example", True),
    ],
)
def test_the_company_is_its_domains_and_what_lies_below(address: str, outside: bool) -> None:
    assert is_outside(address, {"contoso.example"}) is outside


def test_rooms_may_live_in_a_domain_below_that_of_people() -> None:
    assert not is_outside("anna@contoso.example", {"rooms.contoso.example"})
