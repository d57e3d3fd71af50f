from __future__ import annotations

import json
from typing import Any

import pytest
from builders import make_log_entry

from obctl.domain.event import EventId
from obctl.domain.pseudonyms import Pseudonyms

EVENT = {
    "@odata.etag": 'W/"1"',
    "id": "E1",
    "subject": "Redundancy plan",
    "bodyPreview": "Dear Anna",
    "body": {"contentType": "html", "content": "<p>Dear Anna</p>"},
    "start": {"dateTime": "2026-09-15T09:00:00", "timeZone": "UTC"},
    "isAllDay": False,
    "location": {"displayName": "Atrium", "locationEmailAddress": "atrium@contoso.example"},
    "organizer": {"emailAddress": {"name": "Anna de Vries", "address": "Anna@contoso.example"}},
    "attendees": [
        {
            "type": "required",
            "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
            "emailAddress": {"name": "Bram Bakker", "address": "bram@contoso.example"},
        }
    ],
    "webLink": "https://outlook.example/anna",
    "somethingGraphAddsNextYear": "Anna's phone",
}


@pytest.fixture
def names() -> Pseudonyms:
    return Pseudonyms([("atrium@contoso.example", "Atrium")])


def _masked(names: Pseudonyms, event: Any) -> Any:
    entry = names.entry(make_log_entry("event.created", payload=json.dumps(event).encode()))
    assert entry.payload is not None
    return json.loads(entry.payload)


def test_an_original_keeps_its_shape_and_loses_its_people(names: Pseudonyms) -> None:
    assert _masked(names, EVENT) == {
        "@odata.etag": 'W/"1"',
        "id": "E1",
        "subject": "Subject 1",
        "bodyPreview": "(masked)",
        "body": {"contentType": "html", "content": "(masked)"},
        "start": {"dateTime": "2026-09-15T09:00:00", "timeZone": "UTC"},
        "isAllDay": False,
        "location": {"displayName": "Room 1", "locationEmailAddress": "room-1@masked.invalid"},
        "organizer": {"emailAddress": {"name": "Name 1", "address": "person-1@masked.invalid"}},
        "attendees": [
            {
                "type": "required",
                "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
                "emailAddress": {"name": "Name 2", "address": "person-2@masked.invalid"},
            }
        ],
        "webLink": "(masked)",
        "somethingGraphAddsNextYear": "(masked)",
    }


def test_the_same_input_has_the_same_pseudonym(names: Pseudonyms) -> None:
    assert names.address("Anna@contoso.example") == names.address("anna@CONTOSO.example")
    assert names.address("bram@contoso.example") != names.address("anna@contoso.example")
    assert names.name("Anna  de Vries") == names.name("anna de vries")
    assert names.subject("Budget") == names.subject("Budget")
    assert names.subject("Budget") != names.subject("budget")
    assert names.name("Atrium") == "Room 1"


def test_a_message_loses_what_its_entry_and_earlier_ones_name(names: Pseudonyms) -> None:
    about = {"event_id": EventId("E1"), "reservation": 7}
    names.entry(make_log_entry("event.created", **about, payload=json.dumps(EVENT).encode()))
    entry = names.entry(
        make_log_entry(
            "event.updated",
            **about,
            subject="Bram's \x1b day",
            email="bram@contoso.example",
            message='subject "Bram\'s \\x1b day" was Redundancy plan of ANNA DE VRIES in Atrium,'
            " told by lucas@partner.example",
        )
    )
    assert entry.subject == "Subject 2"
    assert entry.email == "person-2@masked.invalid"
    assert entry.message == (
        'subject "Subject 2" was Subject 1 of Name 1 in Room 1, told by person-3@masked.invalid'
    )


@pytest.mark.parametrize(
    ("message", "masked"),
    [
        ("sync.past_days: 1 -> 2, by mia", "sync.past_days: 1 -> 2, by Name 1"),
        (
            "approved by mia: reservation 7 cancelled: asked by Anna at 10:00",
            "approved by Name 1: reservation 7 cancelled: (masked)",
        ),
        (
            "rejected by mia: reservation 7 is kept",
            "rejected by Name 1: reservation 7 is kept",
        ),
        ("cancelled by the organiser", "cancelled by the organiser"),
    ],
)
def test_who_decided_and_why_stays_inside(names: Pseudonyms, message: str, masked: str) -> None:
    assert names.entry(make_log_entry("x", message=message)).message == masked


@pytest.mark.parametrize(
    ("actor", "masked"),
    [
        ("mia", "Name 1"),
        ("mia@contoso.example", "person-1@masked.invalid"),
        ("sync run by Mia Mol", "sync run by Name 1"),
        ("sync apply by mia", "sync apply by Name 1"),
        ("sync apply", "sync apply"),
        ("nightly run", "nightly run"),
        ("listener", "listener"),
        (None, None),
    ],
)
def test_a_person_who_acts_is_masked_and_obctl_itself_is_not(
    names: Pseudonyms, actor: str | None, masked: str | None
) -> None:
    assert names.entry(make_log_entry("x", actor=actor)).actor == masked


@pytest.mark.parametrize("actor", ["mia", "Mia Mol", "o'mia", "(mia)"])
def test_a_message_names_who_acts_like_its_entry(names: Pseudonyms, actor: str) -> None:
    message = f"approved by {actor}: reservation 7 cancelled: asked by Anna"
    entry = names.entry(make_log_entry("x", actor=actor, message=message))
    assert entry.message == "approved by Name 1: reservation 7 cancelled: (masked)"
    said = names.entry(make_log_entry("x", actor=actor, message=f"a: 1 -> 2, by {actor}"))
    assert said.message == "a: 1 -> 2, by Name 1"


def test_an_original_keeps_its_letters(names: Pseudonyms) -> None:
    entry = names.entry(make_log_entry("x", payload='{"id": "réf"}'.encode()))
    assert entry.payload is not None
    assert entry.payload.decode() == '{"id": "réf"}'


def test_an_original_that_is_no_json_tells_nothing(names: Pseudonyms) -> None:
    assert names.entry(make_log_entry("x", payload=b"Dear Anna")).payload == b'"(masked)"'
