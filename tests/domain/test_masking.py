"""Pseudonyms by a key: what they keep of what they stand for, and what they do not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.event import plain, same_address
from obctl.domain.masked_json import masked_object, masked_original
from obctl.domain.masked_message import MASKED, AsTheyAre, MaskedMessages
from obctl.domain.masking import Mask
from obctl.domain.organizer_copy import is_outside

KEY = b"k" * 32
ANNA, ADDRESS = "Anna de Vries", "anna@people.contoso.example"
OUR_WORDS = (
    "reservation was moved by approved rejected cancelled stays note is taken in of and not found"
    " push failed error the room locked out another mailbox now utc"
)
WORDS = frozenset(OUR_WORDS.split())


@pytest.fixture
def mask() -> Mask:
    return Mask(KEY, rooms=["Atrium@contoso.example"], organizers=[ANNA, "Li"])


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
words = st.text(st.sampled_from("abz Éß-:0"), min_size=1, max_size=6)


@given(st.lists(words, min_size=2, max_size=2))
def test_subjects_are_equal_when_they_were(pair: list[str]) -> None:
    mask = Mask(KEY)
    one, other = (mask.subject(text) for text in pair)
    assert (one == other) == (pair[0] == pair[1])
    assert (plain(one) == plain(other)) == (plain(pair[0]) == plain(pair[1]))


@given(st.lists(words, min_size=2, max_size=2))
def test_names_are_one_persons_when_they_were(pair: list[str]) -> None:
    mask = Mask(KEY)
    one, other = (plain(mask.name(text)).casefold() for text in pair)
    assert (one == other) == (plain(pair[0]).casefold() == plain(pair[1]).casefold())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ADDRESS, ADDRESS.upper(), True),
        (ADDRESS, " " + ADDRESS, True),
        (ADDRESS, "bram@people.contoso.example", False),
        (ADDRESS, "anna@contoso.example", False),
    ],
)
def test_addresses_are_one_mailboxs_when_they_were(
    mask: Mask, one: str, other: str, same: bool
) -> None:
    assert same_address(mask.address(one), mask.address(other)) is same


labels = st.lists(st.sampled_from(["a", "b", "example"]), min_size=1, max_size=3).map(".".join)


@given(labels, labels)
def test_who_is_outside_stays_outside(of_person: str, of_room: str) -> None:
    mask = Mask(KEY)
    person, room = mask.address(f"x@{of_person}"), mask.address(f"r@{of_room}")
    assert is_outside(person, [room.partition("@")[2]]) == is_outside(f"x@{of_person}", [of_room])


@pytest.mark.parametrize(
    "glue", ["", " ", ": ", " - ", "  "], ids=["nothing", "blank", "colon", "dash", "blanks"]
)
def test_a_subject_behind_its_organisers_name_stays_behind_it(mask: Mask, glue: str) -> None:
    """What the booking attendant makes of a subject, by `compare.fields` and `merge`."""
    rest = "Budget" if glue else ""
    shown, name = plain(mask.subject(f"{ANNA}{glue}{rest}")), mask.name(ANNA)
    assert shown.startswith(name)
    assert shown.removeprefix(name).lstrip(" :-") == mask.subject(rest)


def test_a_name_within_a_longer_word_is_not_taken_for_one(mask: Mask) -> None:
    assert mask.subject("Library") != mask.name("Li") + mask.subject("brary")


@pytest.mark.parametrize("text", ["", " ", "\t", "New event", " NEW EVENT "])
def test_what_tells_of_nobody_stays(mask: Mask, text: str) -> None:
    assert mask.subject(text) == text


def test_another_key_makes_other_pseudonyms() -> None:
    one, other = Mask(KEY), Mask(b"x" * 32)
    for kind in ("address", "name", "subject", "text", "identifier"):
        assert getattr(one, kind)(ADDRESS) != getattr(other, kind)(ADDRESS)


@given(texts)
def test_a_pseudonym_spells_nothing_of_the_text(text: str) -> None:
    mask = Mask(KEY)
    for made in (mask.name(text), mask.subject(text), mask.text(text), mask.identifier(text)):
        if text.strip() and text.strip().casefold() != "new event":
            assert re.fullmatch(
                r"(?i:(name|subject|text) [0-9a-f]{10})\s*|id-[0-9a-f]{20}"
                r"|person-[0-9a-f]{10}@([0-9a-f]{6}\.)*invalid",
                made,
            )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("obctl-1001-2-0123456789abcdef", "obctl-1001-2-"),
        ("obctl-1001-2-anna", ""),
        ("anna-obctl-1-1-0123456789abcdef", ""),
    ],
)
def test_obctls_own_transactions_name_their_reservation(mask: Mask, text: str, kept: str) -> None:
    assert mask.identifier(text).startswith(kept or "id-")
    assert mask.identifier(text) != text


@pytest.mark.parametrize(
    ("zone", "kept"),
    [
        ("Europe/Amsterdam", True), ("W. Europe Standard Time", True), ("UTC", True),
        ("tzone://Microsoft/Utc", True), ("Anna's time", False), ("../../etc/passwd", False),
        ("x" * 100_000, False), ("a\0b", False),
    ],
    ids=["iana", "windows", "utc", "tzone", "text", "path", "long", "nul"],
)  # fmt: skip
def test_a_zone_stays_where_it_is_one(mask: Mask, zone: str, kept: bool) -> None:
    assert (mask.time_zone(zone) == zone) is kept


MESSAGES = [
    ("reservation 1001 was moved", "reservation 1001 was moved"),
    ("reservation 1001 'Budget' was moved", "reservation 1001 '{Budget}' was moved"),
    ("reservation 1001 Budget was moved", "reservation 1001 {Budget} was moved"),
    ("reservation 1001 BUDGET was moved", "reservation 1001 {Budget} was moved"),
    ("Budgeting was moved", f"{MASKED} was moved"),
    ("of Anna de Vries and Budget", "of {Anna} and {Budget}"),
    ("of Bram Bakker was moved", f"of {MASKED} was moved"),
    ("taken: 'a stranger was moved'", "taken: '(a subject)'"),
    ("anna@people.contoso.example was moved", "{address} was moved"),
    ("<anna@people.contoso.example>: not found", "<{address}>: not found"),
    ("moved by Chris: note", f"moved by {MASKED}: note"),
    ("approved by Chris: reservation 1 cancelled: was he moved",
     f"approved by {MASKED}: reservation 1 cancelled: (a text)"),
    ("push failed: ErrorNotOrganizer: 2026-09-15T09:00:00Z",
     "push failed: ErrorNotOrganizer: 2026-09-15T09:00:00Z"),
    ("+49 170 5551234", MASKED),
    ("room +31 6 5559 8765, now", f"room {MASKED}, now"),
    ("room 06/5559-8765 is taken", f"room {MASKED} is taken"),
    ("room 00491705551234 is taken", f"room {MASKED} is taken"),
    ("https://people.contoso.example/x was moved", f"{MASKED} was moved"),
    ("mailbox 7b1e8c52-41a9-4c0e-9d3f-5a6b7c8d9e0f", "mailbox (an id)"),
    ("\x1b[31mred\x1b[0m was moved", f"{MASKED} was moved"),
    ("It\\'s was moved", f"{MASKED} was moved"),
    ("", ""),
    ("x" * 30_000, MASKED),
]  # fmt: skip


@pytest.mark.parametrize(("said", "shown"), MESSAGES, ids=map(str, range(len(MESSAGES))))
def test_a_sentence_keeps_its_own_words_alone(mask: Mask, said: str, shown: str) -> None:
    known = {
        "Budget": mask.subject("Budget"),
        "Anna": mask.name(ANNA),
        "address": mask.address(ADDRESS),
    }
    told = MaskedMessages(mask, WORDS).message(said)
    told = re.sub(r"'Subject [0-9a-f]{10}'", "'(a subject)'", told) if "{" not in shown else told
    told = re.sub(r"Text [0-9a-f]{10}", "(a text)", told)
    told = re.sub(r"id-[0-9a-f]{20}", "(an id)", told)
    assert told == shown.format(**known)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("room-moved", True), ("taken", True), ("budget", False), ("anna-moved", False),
     ("room moved", False), ("", False), ("x" * 90, False)],
)  # fmt: skip
def test_a_code_stays_also_where_a_meeting_is_called_so(text: str, kept: bool) -> None:
    mask = Mask(KEY)
    for subject in ("room", "moved", "taken"):
        mask.subject(subject)
    messages = MaskedMessages(mask, WORDS)
    assert messages.message("the room was taken") != "the room was taken"
    assert (messages.code(text) == text) is (kept or not text)


@given(st.lists(texts, max_size=4), st.sampled_from(["{!r}", "{}", "of {},", "'{}'", "<{}>"]))
def test_what_was_replaced_is_found_in_sentences(foreign: list[str], quoting: str) -> None:
    """However a sentence quotes it, and whatever the text is made of."""
    mask = Mask(KEY)
    for text in foreign:
        mask.subject(text)
    said = " ".join(["reservation 1001", *(quoting.format(text) for text in foreign)])
    told = MaskedMessages(mask, WORDS).message(said)
    for text in foreign:
        letters = re.sub(r"[\W\d_]", "", text)
        if len(letters) > 3 and letters.lower() not in WORDS:
            assert text not in told


ORIGINAL: dict[str, Any] = {
    "id": "AAMk", "subject": "Budget", "showAs": "Anna", "type": "occurrence", "isAllDay": True,
    "start": {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": "Anna's"},
    "end": {"dateTime": "Anna at nine", "timeZone": "UTC"},
    "organizer": {"emailAddress": {"name": ANNA, "address": f"SMTP:{ADDRESS}"}},
    "location": {"displayName": "Main street", "coordinates": {"latitude": 52.37}},
    "categories": ["Red", "Anna"], "anna": {"Anna": 1}, "onlineMeeting": {"conferenceId": 5551234},
    "recurrence": {"pattern": {"interval": 2, "daysOfWeek": ["monday", "Anna"]}},
    "@odata.type": "#microsoft.graph.event", "nothing": None,
}  # fmt: skip


def test_an_original_keeps_its_shape_and_what_enumerations_say(mask: Mask) -> None:
    masked = masked_original(ORIGINAL, mask)
    assert masked["type"] == "occurrence"
    assert masked["isAllDay"] is True
    assert masked["start"]["dateTime"] == "2026-09-15T09:00:00.0000000"
    assert masked["end"]["timeZone"] == "UTC"
    assert masked["organizer"]["emailAddress"]["address"] == f"SMTP:{mask.address(ADDRESS)}"
    assert masked["recurrence"]["pattern"]["daysOfWeek"][0] == "monday"
    assert masked["recurrence"]["pattern"]["interval"] == 2
    assert masked["@odata.type"] == "#microsoft.graph.event"
    said = json.dumps(masked).casefold()
    for text in ("anna", "budget", "main street", "52.37", "5551234", "aamk", "red", "nothing"):
        assert text not in said


class Shouted(AsTheyAre):
    """Shows what was taken for a sentence, and what for a code."""

    def message(self, text: str) -> str:
        return text.upper()


def test_an_object_of_ours_is_masked_by_what_its_keys_say(mask: Mask) -> None:
    told = masked_object(
        {
            "room": "atrium@contoso.example", "subject": "Budget", "reservation": 1001,
            "organizer": ADDRESS,
            "fields": {"subject": {"officebooking": "Budget", "outlook": "Anna's"},
                       "organizer": {"officebooking": ADDRESS, "outlook": None}},
            "cause": {"code": "room-declined", "refuted_by": "somebody is there",
                      "evidence": [{"fact": "event.subject", "value": "Budget"},
                                   {"fact": "organizer.email", "value": ADDRESS}]},
        },
        mask,
        Shouted(),
    )  # fmt: skip
    subject, address = mask.subject("Budget"), mask.address(ADDRESS)
    assert told["room"].startswith("room-")
    assert told["fields"]["subject"] == {
        "officebooking": subject,
        "outlook": mask.subject("Anna's"),
    }
    assert told["fields"]["organizer"] == {"officebooking": address, "outlook": None}
    assert told["organizer"] == address
    assert [item["value"] for item in told["cause"]["evidence"]] == [subject, address]
    assert told["cause"]["code"] == "room-declined"
    assert told["cause"]["refuted_by"] == "SOMEBODY IS THERE"
    assert told["reservation"] == 1001
