from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk import Desk, lines

from obctl.domain.room import CalendarProcessing
from obctl.store.room_search import find_room

EXPORTED = [
    {
        "Identity": "contoso.example/Rooms/Atrium",
        "AutomateProcessing": 2,
        "DeleteSubject": True,
        "AddOrganizerToSubject": True,
        "BookingWindowInDays": 90,
        "ConflictPercentageAllowed": 0,
        "RemoveCanceledMeetings": False,
        "MaximumDurationInMinutes": 1440,
    },
    {"Identity": "Lobby", "AutomateProcessing": "AutoUpdate"},
]


def test_settings_of_mapped_rooms_are_kept_and_the_others_named(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(json.dumps(EXPORTED).encode("utf-16"))
    answer = desk.run("rooms", "policy", "import", str(file), "-o", "json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == [{"room": "atrium@contoso.example", "name": "Atrium"}]
    assert lines(answer.stderr) == [
        "not mapped, left out: Lobby",
        "next: obctl rooms policy lint",
    ]
    with desk.store() as store:
        assert find_room(store, "Atrium").processing == CalendarProcessing(
            automate_processing="AutoAccept",
            delete_subject=True,
            add_organizer_to_subject=True,
            remove_canceled_meetings=False,
            booking_window_in_days=90,
            conflict_percentage_allowed=0,
        )


def test_one_object_that_names_its_mailbox_is_enough(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"mailbox": "LIBERTY@contoso.example", "automateProcessing": "autoupdate"}')
    assert desk.run("rooms", "policy", "import", str(file)).exit_code == 0
    with desk.store() as store:
        policy = find_room(store, "Liberty").processing
    assert policy.automate_processing == "AutoUpdate"


def test_lint_says_in_sentences_what_settings_lead_to(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(EXPORTED))
    desk.run("rooms", "policy", "import", str(file))
    answer = desk.run("rooms", "policy", "lint", "-o", "json")
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert list(found[0]) == ["room", "setting", "value", "cause", "message"]
    assert [(item["setting"], item["cause"]) for item in found] == [
        ("DeleteSubject, AddOrganizerToSubject", "subject-rewritten"),
        ("RemoveCanceledMeetings", "cancelled-but-kept-on-calendar"),
        ("BookingWindowInDays", "recurrence-horizon"),
    ]
    assert "takes bookings 90 days ahead, obctl looks 180 days ahead" in found[2]["message"]
    assert answer.stderr.startswith("settings unknown: Liberty;")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "holds no settings"),
        ("[1]", "holds no settings"),
        ("{", "is no JSON"),
        ('[{"AutomateProcessing": "AutoAccept"}]', "object 1: neither Identity nor"),
        (
            (
                '[{"Identity": "Atrium", "DeleteSubject": "maybe", "BookingWindowInDays": -1,'
                ' "AutomateProcessing": 7}]'
            ),
            (
                "object 1 (Atrium): AutomateProcessing is 7, expected is None, AutoUpdate or"
                " AutoAccept"
                "\nobject 1 (Atrium): DeleteSubject is 'maybe', expected is true or false"
                "\nobject 1 (Atrium): BookingWindowInDays is -1, expected is a number of 0 or more"
            ),
        ),
    ],
)
def test_a_wrong_file_changes_nothing(
    desk: Desk, tmp_path: Path, content: str, message: str
) -> None:
    file = tmp_path / "policy.json"
    file.write_text(content)
    answer = desk.run("rooms", "policy", "import", str(file))
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert message in answer.stderr
    with desk.store() as store:
        assert find_room(store, "Atrium").processing == CalendarProcessing()
