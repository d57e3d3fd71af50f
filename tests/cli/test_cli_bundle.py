"""`obctl bundle`: what support needs of a company, made at home and opened elsewhere."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing, nullcontext
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, make_event, make_log_entry, make_reservation
from desk import ATRIUM, Desk, two_rooms

from obctl.cli.offline import READING
from obctl.domain.reservation import ExternalState
from obctl.store.runs import finish_run, run_lock, start_run

DAY = "2026-09-15"
RUN = "20260914T010000Z-abcdef"


def differing_desk(folder: Path) -> Desk:
    """A reservation at nine that Outlook has at ten; nobody answers where Graph should be."""
    desk = Desk(folder / "home")
    desk.rooms(*two_rooms())
    desk.was_read()
    desk.reservations(
        make_reservation(1001, event=None, external_state=ExternalState.NOT_ON_OUTLOOK),
        make_reservation(1002, event="E2", starts="14:00", subject="Board"),
    )
    desk.events(ATRIUM, make_event("E2", starts="15:00", subject="Board"))
    desk.logged(
        make_log_entry("event.created", room=ATRIUM, reservation=1002, event_id="E2", run=RUN,
                       subject="Board", message="reservation 1002 'Board' made"),
    )  # fmt: skip
    with desk.store() as store:
        start_run(store, RUN, kind="sync", at=NOW)
        finish_run(store, RUN, at=NOW, exit_code=0, report={"run": RUN, "rooms": {"ok": 2}})
    return desk


@pytest.fixture(scope="module")
def differing(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One for all tests: none of them changes it."""
    return differing_desk(tmp_path_factory.mktemp("differing"))


def made(desk: Desk, file: Path, *words: str) -> Path:
    done = desk.run("bundle", "create", str(file), *words)
    assert done.exit_code == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def plain(differing: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(differing, tmp_path_factory.mktemp("plain") / "plain.zip", "1002", "--plain")


@pytest.fixture(scope="module")
def masked(differing: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("masked") / "masked.zip"
    return made(differing, file, "--room", "Atrium", "--day", DAY)


class Elsewhere:
    """Another machine: no company on it, and the clock shows another year."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = Desk.__new__(Desk)
        self.desk.environment = desk.environment | {
            "OBCTL_HOME": str(folder / "nobody"),
            "OBCTL_NOW": "2028-02-29T12:00:00Z",
            "OBCTL_SYNC_PAST_DAYS": "0",
        }

    def open(self, file: Path, *words: str) -> Any:
        return self.desk.run("bundle", "open", str(file), *(["--", *words] if words else []))

    def told(self, file: Path, *words: str) -> Any:
        asked = ["--", *words, "-o", "json"] if words else ["-o", "json"]
        answer = self.desk.run("bundle", "open", str(file), *asked)
        assert answer.exit_code in (0, 3), answer.stderr
        return json.loads(answer.stdout)


@pytest.fixture
def elsewhere(differing: Desk, tmp_path: Path) -> Elsewhere:
    return Elsewhere(differing, tmp_path)


AS_AT_HOME = [
    ("explain", "1002", "--cached"),
    ("explain", "1001", "--cached"),
    ("diff", DAY, "--cached", "--room", "Atrium"),
    ("planner", DAY, "--cached", "--room", "Atrium"),
    ("log", "search"),
    ("log", "show", "1"),
    ("log", "event", "E2"),
    ("reservations", "list"),
    ("reservations", "show", "1002"),
    ("subscriptions", "list"),
    ("sync", "status"),
    ("sync", "history"),
    ("sync", "show", RUN),
    ("cancellations", "list"),
]


@pytest.mark.parametrize("words", AS_AT_HOME, ids=" ".join)
def test_commands_say_elsewhere_what_they_say_at_home(
    differing: Desk, plain: Path, elsewhere: Elsewhere, words: tuple[str, ...]
) -> None:
    """A bundle that is not masked: the same JSON, with what was said when it was made."""
    at_home = json.loads(differing.run(*words, "-o", "json").stdout)
    there = elsewhere.told(plain, *words)
    if isinstance(at_home, dict):
        there = {name: value for name, value in there.items() if name in at_home}
    assert there == at_home


def test_what_is_in_a_bundle_is_told_without_a_command(masked: Path, elsewhere: Elsewhere) -> None:
    shown = elsewhere.told(masked)
    assert (shown["masked"], shown["reservations"], shown["events"]) == (True, 2, 1)
    assert shown["made_at"] == "2026-09-14T12:00:00Z"
    assert [room["time_zone"] for room in shown["rooms"]] == ["Europe/Amsterdam"]
    assert shown["versions"].keys() == {
        "obctl", "schema", "python", "sqlite", "platform", "libraries",
    }  # fmt: skip
    assert shown["verdict"]["live"] is False
    assert shown["verdict"]["why_cached"].startswith("graph-unavailable: ")
    assert shown["verdict"]["diff"]["summary"]["differences"] == 2
    for_people = elsewhere.open(masked)
    assert "2 differences: " in for_people.stdout
    assert "(from the store:" in for_people.stdout


def test_a_masked_bundle_is_opened_by_the_names_it_shows(
    masked: Path, elsewhere: Elsewhere
) -> None:
    (room,) = elsewhere.told(masked)["rooms"]
    day = elsewhere.told(masked, "planner", DAY, "--room", room["name"])
    (row,) = day["rooms"]
    assert row["room"] == room["mailbox"]
    found = elsewhere.told(masked, "diff", DAY)
    assert {item["cause"]["code"] for item in found["differences"]} == {
        item["cause"]["code"] for item in found["at_creation"]["diff"]["differences"]
    }
    for text in ("Anna", "Board", "atrium", "contoso"):
        assert text not in json.dumps([day, found])


def test_what_was_said_at_creation_stands_beside_what_is_told(
    differing: Desk, plain: Path, elsewhere: Elsewhere
) -> None:
    told = elsewhere.told(plain, "explain", "1002")
    before = told["at_creation"]
    assert (before["made_at"], before["live"]) == ("2026-09-14T12:00:00Z", False)
    assert before["explain"]["cause"] == told["cause"]
    assert "at creation" in elsewhere.open(plain, "explain", "1002").stdout
    assert elsewhere.told(plain, "explain", "1001")["at_creation"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("reservations", "cancel", "1001", "--yes"),
        ("diff", DAY, "--fix"),
        ("sync", "run"),
        ("log", "prune", "--older-than", "1d"),
        ("log", "tail", "-f"),
        ("init", "other"),
        ("doctor",),
        ("graph", "get", "/me"),
        ("bundle", "open", "other.zip"),
        ("store", "backup", "copy.db"),
        ("causes", "--risks"),
        ("log",),
    ],
    ids=" ".join,
)
def test_what_would_write_or_ask_is_refused(
    plain: Path, elsewhere: Elsewhere, words: tuple[str, ...]
) -> None:
    done = elsewhere.open(plain, *words)
    assert done.exit_code == 2
    assert "a bundle is only read" in done.stderr
    assert "explain" in done.stderr


def test_what_is_said_next_looks_into_the_bundle_too(
    plain: Path, elsewhere: Elsewhere, differing: Desk
) -> None:
    """On a machine of support, which may have companies of its own."""
    drawn = elsewhere.open(plain, "planner", DAY)
    assert f"2 differences: obctl bundle open {plain} -- diff {DAY} explains" in drawn.stderr
    wrong = elsewhere.open(plain, "explain", "7")
    assert f"obctl bundle open {plain} -- reservations list" in wrong.stderr
    told = elsewhere.open(plain, "diff", DAY)
    assert "obctl sync run --room" in told.stdout
    at_home = differing.run("planner", DAY, "--cached", "--room", "Atrium")
    assert f"2 differences: obctl diff {DAY} " in at_home.stderr


def test_options_of_the_command_stand_behind_the_dashes(plain: Path, elsewhere: Elsewhere) -> None:
    done = elsewhere.desk.run("bundle", "open", str(plain), "diff", DAY, "--room", "Atrium")
    assert done.exit_code == 2
    assert "obctl bundle open FILE -- COMMAND … --room …" in done.stderr


def test_days_and_rooms_and_items_that_are_not_in_it_are_named(
    plain: Path, elsewhere: Elsewhere
) -> None:
    for words in (("planner", "2026-10-01", "--view", "officebooking"), ("diff", "today", "--to",
                  "2026-09-30"), ("diff", DAY, "--room", "Liberty")):  # fmt: skip
        done = elsewhere.open(plain, *words)
        assert (done.exit_code, "does not hold" in done.stderr) == (2, True), done.stderr
        assert "Atrium from 2026-09-" in done.stderr
    assert "unknown-reservation" in elsewhere.open(plain, "explain", "7", "-o", "json").stderr


def test_today_is_the_day_on_which_it_was_made(plain: Path, elsewhere: Elsewhere) -> None:
    assert elsewhere.told(plain, "planner", "tomorrow")["day"] == DAY


def test_causes_are_counted_over_the_days_that_it_holds(plain: Path, elsewhere: Elsewhere) -> None:
    counted = elsewhere.told(plain, "causes")
    assert counted["from"] <= DAY <= counted["to"]


def test_a_bundle_about_a_run_says_what_the_run_reported(
    differing: Desk, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    file = made(differing, tmp_path / "run.zip", "--run", RUN)
    assert elsewhere.told(file)["verdict"]["run"]["run"] == RUN
    assert elsewhere.told(file, "sync", "show", RUN)["rooms"] == {"ok": 2}
    assert len(elsewhere.told(file, "log", "search", "--run", RUN)) == 1


def test_a_run_that_touched_no_room_leaves_none_to_compare(
    tmp_path: Path, elsewhere: Elsewhere
) -> None:
    """No room that could be compared is not a company in step."""
    differing = differing_desk(tmp_path)
    with differing.store() as store:
        start_run(store, "20260914T020000Z-fedcba", kind="sync", at=NOW)
    file = made(differing, tmp_path / "run.zip", "--run", "20260914T020000Z-fedcba")
    assert elsewhere.told(file)["rooms"] == []
    for command in ("diff", "planner"):
        done = elsewhere.open(file, command, DAY)
        assert (done.exit_code, "does not hold any room's days" in done.stderr) == (2, True)


@pytest.mark.parametrize("active", [True, False])
def test_a_run_that_was_at_work_is_not_called_killed(
    tmp_path: Path, elsewhere: Elsewhere, active: bool
) -> None:
    differing = differing_desk(tmp_path)
    with differing.store() as store:
        start_run(store, "20260914T115900Z-fedcba", kind="sync", at=NOW)
    with run_lock(differing.home / "contoso") if active else nullcontext():
        file = made(differing, tmp_path / "b.zip", "1002")
        at_home = json.loads(differing.run("sync", "history", "-o", "json").stdout)
    assert elsewhere.told(file, "sync", "history") == at_home
    assert ("running" in json.dumps(at_home)) is active


@pytest.mark.parametrize(
    "words",
    [(), ("1001", "--room", "Atrium"), ("--room", "Atrium"), ("--day", DAY), ("1", "--run", RUN)],
    ids=["nothing", "two", "no day", "no room", "item and run"],
)
def test_a_bundle_is_about_one_thing(
    differing: Desk, tmp_path: Path, words: tuple[str, ...]
) -> None:
    done = differing.run("bundle", "create", str(tmp_path / "b.zip"), *words)
    assert done.exit_code == 2
    assert list(tmp_path.glob("*.zip")) == []


def test_what_is_there_is_not_overwritten(differing: Desk, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    file.write_text("mine", "utf-8")
    done = differing.run("bundle", "create", str(file), "1001", "-o", "json")
    assert json.loads(done.stderr)["error"]["code"] == "file-exists"
    assert file.read_text("utf-8") == "mine"


def test_what_cannot_be_written_leaves_nothing(differing: Desk, tmp_path: Path) -> None:
    done = differing.run("bundle", "create", str(tmp_path / "no" / "b.zip"), "1001")
    assert (done.exit_code, "cannot be written" in done.stderr) == (2, True)


def test_values_that_obctl_never_writes_are_said_to_be_such(
    plain: Path, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    file = tmp_path / "spoilt.zip"
    with zipfile.ZipFile(plain) as old:
        content = {name: old.read(name) for name in old.namelist()}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(content["store.db"])
        connection.execute("UPDATE events SET type = 'sly'")
        connection.commit()
        content["store.db"] = connection.serialize()
    verdict = {"live": True, "why_cached": None, "explain": {"sly": 1}}
    content["verdict.json"] = json.dumps(verdict).encode()
    manifest = json.loads(content.pop("manifest.json"))
    manifest["digests"] = {name: sha256(data).hexdigest() for name, data in content.items()}
    content["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(file, "w") as new:
        for name, data in content.items():
            new.writestr(name, data)
    for words in ((), ("planner", DAY), ("explain", "1002")):
        done = elsewhere.open(file, *words)
        assert done.exit_code == 2
        assert "holds what obctl does not write" in done.stderr


def test_what_a_foreign_manifest_says_is_shown_as_text(
    plain: Path, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    file = tmp_path / "sly.zip"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "manifest.json":
                sly = {"about": "\x1b[31mred [bold]x[/bold]\n\x07", "platform": "\x1b]0;x\x07"}
                data = json.dumps(json.loads(data) | sly).encode()
            new.writestr(name, data)
    for words in ((), ("explain", "1002")):
        done = elsewhere.open(file, *words)
        assert done.exit_code == 0
        assert "[bold]x[/bold]" in done.stdout + done.stderr
        assert not {"\x1b", "\x07"} & set(done.stdout + done.stderr)


def test_every_command_that_works_is_there_and_its_options_too() -> None:
    from readme_reader import every_command

    known = dict(every_command())
    for path, refused in READING.items():
        command: Any = known[path]
        names = {param.name for param in command.params}
        assert refused - names <= {"watch"}, path


@pytest.fixture
def live(live_desk: Desk) -> Desk:
    """A room of the demo's tenant after one pass."""
    live_desk.run("rooms", "add", "ams-1.02@contoso.example")
    live_desk.run("rooms", "import-existing", "--all", "--yes")
    assert live_desk.run("sync", "run").exit_code == 0
    return live_desk


def test_graph_is_asked_when_a_bundle_is_made_and_its_answer_kept(
    live: Desk, tmp_path: Path
) -> None:
    number = json.loads(live.run("reservations", "list", "--limit", "1", "-o", "json").stdout)[0]
    file = made(live, tmp_path / "live.zip", str(number["number"]))
    elsewhere = Elsewhere(live, tmp_path)
    shown = elsewhere.told(file)
    assert (shown["verdict"]["live"], shown["verdict"]["why_cached"]) == (True, None)
    assert shown["verdict"]["explain"]["outlook"] is not None
    told = elsewhere.told(file, "explain", str(number["number"]))
    assert told["at_creation"]["explain"]["item"] == told["item"]
    assert number["subject"] not in json.dumps([shown, told])
