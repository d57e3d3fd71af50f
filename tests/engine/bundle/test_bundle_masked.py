"""A masked bundle tells no byte of whom it came from, and the same differences and causes."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from builders import NOW, make_event, make_log_entry, make_reservation, make_room, write_log
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaks import found_in
from prepared import DAY, RUN, SECRETS, a_day, company_of, make, prepared

from obctl import __version__
from obctl.domain.event import Person
from obctl.domain.room import RoomId
from obctl.engine.bundle.about import OneRun
from obctl.engine.bundle.opened import opened_bundle
from obctl.engine.bundle.own_words import own_words
from obctl.engine.company import Company
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.store.bundle_copy import copy_masked, mask_for
from obctl.store.database import Store, open_store
from obctl.store.events import save_events
from obctl.store.payloads import load_payload
from obctl.store.reservations import insert_reservations
from obctl.store.rooms import add_room, find_room_by_id


def test_no_byte_of_a_masked_bundle_spells_whom_it_came_from(masked: Path, tmp_path: Path) -> None:
    assert found_in(masked, SECRETS, tmp_path) == set()


def test_who_looks_finds_what_is_there(plain: Path, tmp_path: Path) -> None:
    """But for what is nobody's business, and where the company is at home."""
    never = {"client-state-Zq9", "delta-token-Zq", "heartbeat-Zq", "zephyr-holding"}
    assert found_in(plain, SECRETS, tmp_path) == SECRETS - never


def told_by(company: Company) -> list[Any]:
    """What `diff` of the day and `explain` of each item say, but for words that are masked."""
    outlook = Outlook(company, None)

    async def ask() -> list[Any]:
        room = find_room_by_id(company.store, RoomId(1))
        (compared,) = await compare_rooms(company, outlook, [room], DAY, DAY)
        found: list[Any] = [
            (item.kind, item.reservation, item.start, sorted(item.fields), item.cause and (
                item.cause.code, item.cause.confidence, [one.fact for one in item.cause.evidence]))
            for item in compared.differences
        ]  # fmt: skip
        for number in (1001, 1002, 1003, 1004):
            story = await explain_item(company, outlook, str(number))
            found.append((number, story.cause and story.cause.code, story.normalised,
                          [entry.id for entry in story.story], story.ruled_out))  # fmt: skip
        return found

    return asyncio.run(ask())


def test_masked_and_plain_say_what_was_said_at_home(
    home: Company, masked: Path, plain: Path
) -> None:
    at_home = told_by(home)
    assert len(at_home) > 4 + 2
    for file in (masked, plain):
        with opened_bundle(file, obctl=__version__) as bundle:
            assert told_by(company_of(bundle.config, bundle.store)) == at_home


@pytest.mark.parametrize("wanted", ["1002", "E9", OneRun(RUN)], ids=["number", "event", "run"])
def test_a_bundle_about_anything_else_tells_nobody_either(
    home: Company, wanted: str | OneRun, tmp_path: Path
) -> None:
    file = make(home, tmp_path / "b.zip", wanted, masked=True)
    assert found_in(file, SECRETS, tmp_path) == set()
    with opened_bundle(file, obctl=__version__) as bundle:
        assert bundle.manifest.reservations + bundle.manifest.events > 0


def test_an_event_is_asked_for_by_the_id_that_its_bundle_shows(
    home: Company, tmp_path: Path
) -> None:
    file = make(home, tmp_path / "b.zip", "E9", masked=True)
    with opened_bundle(file, obctl=__version__) as bundle:
        what, shown = bundle.manifest.about.split()
        company = company_of(bundle.config, bundle.store)
        told = asyncio.run(explain_item(company, Outlook(company, None), shown))
    at_home = asyncio.run(explain_item(home, Outlook(home, None), "E9"))
    assert (what, told.event and told.event.id) == ("event", shown)
    assert (told.cause and told.cause.code) == (at_home.cause and at_home.cause.code)


def test_two_bundles_have_nothing_in_common(home: Company, masked: Path, tmp_path: Path) -> None:
    """Each has a key of its own, which is kept nowhere: whoever has many learns no more."""
    other = make(home, tmp_path / "b.zip", a_day(home), masked=True)
    with (
        opened_bundle(masked, obctl=__version__) as one,
        opened_bundle(other, obctl=__version__) as two,
    ):
        assert not pseudonyms(one.store) & pseudonyms(two.store)


def pseudonyms(store: Store) -> set[str]:
    columns = "subject, organizer_name, organizer_email, event_id, notes"
    rows = store.rows(f"SELECT {columns} FROM reservations")
    return {value for row in rows for value in row if value is not None}


def test_one_person_is_one_pseudonym_on_both_sides_and_in_the_log(masked: Path) -> None:
    with opened_bundle(masked, obctl=__version__) as bundle:
        store = bundle.store
        on_reservation = store.row(
            "SELECT organizer_email AS email, subject FROM reservations WHERE number = 1002"
        )
        (event,) = store.rows(
            "SELECT e.organizer_email AS email, e.subject, e.payload FROM events e"
            " JOIN reservations r ON r.event_id = e.event_id WHERE r.number = 1002"
        )
        (entry,) = store.rows(
            "SELECT email, subject, message FROM company_log WHERE action = 'event.updated'"
        )
        original = json.loads(load_payload(store, event["payload"]) or b"")
        assert on_reservation is not None
        person, subject = on_reservation["email"], on_reservation["subject"]
        assert (event["email"], event["subject"]) == (person, subject)
        assert (entry["email"], entry["subject"]) == (person, subject)
        assert entry["message"] == f"reservation 1002 '{subject}' of {person} was moved"
        assert original["organizer"]["emailAddress"]["address"] == person
        assert original["subject"] == subject


def test_a_rewritten_subject_still_begins_with_its_organiser(masked: Path) -> None:
    with opened_bundle(masked, obctl=__version__) as bundle:
        row = bundle.store.row(
            "SELECT e.subject AS shown, e.organizer_name AS name, r.subject AS subject"
            " FROM events e JOIN reservations r ON r.event_id = e.event_id WHERE r.number = 1003"
        )
        assert row is not None
        assert row["shown"] == f"{row['name']} {row['subject']}"


def test_an_item_takes_its_own_days_along_and_no_others(tmp_path: Path) -> None:
    """A meeting a month away is nobody's business where it is about another."""
    home = prepared(tmp_path / "home")
    with closing(home.store) as store:
        insert_reservations(store, [make_reservation(1050, event=None, starts="2026-10-15 09:00")])
        file = make(home, tmp_path / "b.zip", "1002", masked=False)
    with opened_bundle(file, obctl=__version__) as bundle:
        held = {row["number"] for row in bundle.store.rows("SELECT number FROM reservations")}
        assert held == {1001, 1002, 1003, 1004}
        assert bundle.manifest.start > NOW - timedelta(days=3)
        assert bundle.manifest.end < NOW + timedelta(days=5)
        assert [room.id for room in bundle.manifest.rooms] == [1]


def test_days_that_are_not_in_a_bundle_are_unread_and_not_empty(plain: Path) -> None:
    with opened_bundle(plain, obctl=__version__) as bundle:
        company = company_of(bundle.config, bundle.store)
        room = find_room_by_id(bundle.store, RoomId(1))
        later = date(2026, 10, 15)
        (compared,) = asyncio.run(
            compare_rooms(company, Outlook(company, None), [room], later, later)
        )
    assert compared.verdict.condition == "not-read"


def test_the_copy_leaves_the_company_as_it_is(home: Company, tmp_path: Path) -> None:
    before = list(home.store.connection.iterdump())
    files = set(home.config.folder.iterdir())
    make(home, tmp_path / "b.zip", "1003", masked=True)
    assert list(home.store.connection.iterdump()) == before
    assert set(home.config.folder.iterdir()) == files


odd = st.text(st.sampled_from("zqé🦄ß\x00\x1b'\"\\[]<>&%=@.-: \n\t"), max_size=6)
foreign = st.tuples(odd, st.text(st.sampled_from("zqxj"), min_size=4, max_size=8), odd).map("".join)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=foreign, name=foreign, address=foreign, note=foreign, said=foreign)
def test_no_text_of_others_survives_wherever_it_stands(
    tmp_path: Path, subject: str, name: str, address: str, note: str, said: str
) -> None:
    """Whatever it is made of: in columns, in an original, in sentences that quote it."""
    whose = Person(name, address)
    event = make_event(subject=f"{name} {subject}", organizer=whose, payload=json.dumps(
        {"subject": subject, note: [name], "body": {"content": said}}).encode())  # fmt: skip
    with TemporaryDirectory(dir=tmp_path) as folder:
        with closing(open_store(Path(folder) / "home.db", create=True)) as store:
            add_room(store, make_room())
            insert_reservations(
                store, [make_reservation(1, subject=subject, organizer=whose, notes=note)]
            )
            with store.transaction():
                save_events(store, RoomId(1), [event])
            write_log(
                store,
                [
                    make_log_entry("event.updated", reservation=1, subject=subject, email=address,
                                   message=f"{subject!r} of <{address}> is {said!r}", actor=name),
                    make_log_entry("room.inconclusive", message=f"{name}: {said} {note} {subject}"),
                ],
            )  # fmt: skip
            masked = open_store(Path(folder) / "masked.db", create=True)
            with closing(masked):
                copy_masked(store, masked, mask_for(store, b"k" * 32), own_words(), [])
                told = "\n".join(masked.connection.iterdump())
                told += str([load_payload(masked, row["id"])
                             for row in masked.rows("SELECT id FROM payloads")])  # fmt: skip
        told += (Path(folder) / "masked.db").read_bytes().decode(errors="replace")
    for text in (subject, name, address, note, said):
        for run in re.findall(r"[zqxj]{4,}", text):
            assert run not in told
