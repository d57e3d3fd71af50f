"""Tenant and scenario files: what they become, and what is said of their mistakes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_client import ANNA, ROOM, Graph, weekly

from obctl.errors import ConfigError
from obctl.sandbox.player import play
from obctl.sandbox.scenario_file import examples_folder, list_scenarios, load_scenario
from obctl.sandbox.server import SandboxServer, demo_tenant
from obctl.sandbox.tenant_file import load_tenant
from obctl.sandbox.toml_lines import line_numbers

# What only Officebooking, another system or a person's mailbox could show.
NOT_IN_GRAPH = {"policy-mismatch-rejected"}
CAUSES = {
    "mailbox-permission-lost", "mailbox-gone", "throttled", "partial-read", "delta-token-expired",
    "delta-false-removal", "subscription-expired", "subscription-removed", "missed-notification",
    "room-remapped", "created-before-activation", "series-not-yet-expanded",
    "outside-sync-window", "event-still-settling", "tentative-not-accepted", "room-declined",
    "recurrence-horizon", "conflict-partially-declined-series", "external-organizer-ignored",
    "location-text-only", "cancelled-but-kept-on-calendar", "cancel-awaiting-approval",
    "hard-deleted-by-delegate", "organizer-left-orphan", "occurrence-cancelled-silently",
    "no-show-released", "moved-to-other-room", "retention-purged", "restored-by-calendar-repair",
    "timezone-shift", "all-day-boundary", "stale-room-copy", "exception-detached",
    "series-edit-wiped-exceptions", "series-split", "recurrence-unsupported", "push-failed",
    "push-not-organizer", "booked-directly-in-room-mailbox", "double-booked-by-direct-write",
    "duplicate-import", "id-changed-after-mailbox-move", "key-collision", "forwarded",
    "subject-rewritten", "private-flag", "show-as-free", "awaiting-next-pass",
}  # fmt: skip

BROKEN_TENANT = """[tenant]
id = "no-guid"
time_zone = "Mars/Olympus"

[[rooms]]
mailbox = "a@contoso.example"
location = "Nowhere"
capacity = "eight"
colour = "blue"
processing = { DeleteSubjekt = true }

[[meetings]]
rooms = ["a@contoso.example", "b@contoso.example"]
subject = "x"
start = "2026-10-19T10:00"
end = "2026-10-19T09:00"

[[meetings]]
rooms = ["a@contoso.example"]
organizer = "x@contoso.example"
start = "soon"
duration = "1h"
cancelled_dates = ["2026-10-20"]
"""


def test_every_mistake_of_a_tenant_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text(BROKEN_TENANT, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_tenant(file)
    told = [line.strip().partition(":")[0::2] for line in caught.value.message.splitlines()[1:]]
    assert [(line, text.strip().split()[0]) for line, text in told] == [
        ("line 2", "id"),
        ("line 3", "time_zone"),
        ("line 7", "location"),
        ("line 8", "capacity"),
        ("line 9", "unknown"),
        ("line 10", "unknown"),
        ("line 12", "organizer"),
        ("line 13", "'b@contoso.example'"),
        ("line 16", "end"),
        ("line 21", "start"),
        ("line 23", "cancelled_dates"),
    ]


@pytest.mark.parametrize(
    ("permission", "statuses"),
    [
        ("User.Read.All", [200, 200, 200]),
        ("User.ReadBasic.All", [200, 200, 403]),
        ("none", [403, 403, 403]),
    ],
)
def test_a_tenant_says_how_much_of_its_directory_may_be_read(
    tmp_path: Path, permission: str, statuses: list[int]
) -> None:
    file = tmp_path / "tenant.toml"
    person = f'[[people]]\nmailbox = "{ANNA}"\n'
    file.write_text(f'[tenant]\ndirectory_permission = "{permission}"\n{person}', "utf-8")
    with SandboxServer(file, frozen=True) as server, Graph(server.url) as graph:
        paths = [
            f"/users/{ANNA}",
            f"/users/{ANNA}?$select=id,mail",
            "/users?$select=accountEnabled",
        ]
        assert [graph.send("GET", path).status_code for path in paths] == statuses
        assert graph.send("GET", f"/users/{ANNA}/calendar").status_code == 200


def test_a_room_may_have_a_principal_name_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    room = (
        '[[rooms]]\nmailbox = "A@contoso.example"\nuser_principal_name = "Conf@contoso.example"\n'
    )
    file.write_text(f"[tenant]\n{room}", "utf-8")
    directory = load_tenant(file).exchange.directory
    mailbox = directory.visible("conf@contoso.example")
    assert mailbox is not None
    assert directory.principal_of(mailbox) == "Conf@contoso.example"
    assert not directory.is_principal("a@contoso.example")


def test_half_of_the_demos_rooms_have_an_address_that_is_no_principal_name() -> None:
    directory = load_tenant(demo_tenant()).exchange.directory
    renamed = [address for address in directory.rooms if not directory.is_principal(address)]
    assert 2 * len(renamed) == len(directory.rooms)


def test_a_permission_nobody_can_grant_is_a_mistake(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text('[tenant]\ndirectory_permission = "all"\n', "utf-8")
    with pytest.raises(ConfigError, match="directory_permission"):
        load_tenant(file)


def test_a_file_that_is_no_toml_or_not_there_is_said_to_be(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text("[tenant\n", "utf-8")
    with pytest.raises(ConfigError, match="line 1"):
        load_tenant(file)
    with pytest.raises(ConfigError, match="cannot read"):
        load_tenant(tmp_path / "none.toml")


TENANT = """people = [
  { name = "Anna", mailbox = "anna@contoso.example" },
  { name = "Bob", mailbox = "bob@contoso.example" },
]
[tenant]
domain = "contoso.example"
clock = "2026-10-19T05:30:00Z"
[[locations]]
name = "HQ"
email = "hq@contoso.example"
[[rooms]]
mailbox = "one@contoso.example"
location = "HQ"
capacity = 8
processing = { DeleteSubject = false }
[[meetings]]
rooms = ["one@contoso.example"]
organizer = "anna@contoso.example"
start = "2026-10-19T09:00"
duration = "15m"
cancelled_dates = ["2026-10-20"]
[meetings.recurrence]
pattern = { type = "daily", interval = 1 }
range = { type = "noEnd", startDate = "2026-10-19" }
[[rooms]]
mailbox = "two@contoso.example"
floor = 2
"""
MISTAKES = [
    ("capacity = 8", 'capacity = "eight"', (14, "capacity must be a whole number of at least 0")),
    ("capacity = 8", "capacity = -1", (14, "capacity must be a whole number of at least 0")),
    ("floor = 2", "floor = 2.5", (27, "floor must be a whole number, not 2.5")),
    ("capacity = 8", "capasity = 8", (14, "unknown key 'capasity'; did you mean capacity?")),
    ("DeleteSubject", "deletesubject", (15, "unknown key 'deletesubject'; did you mean Delete")),
    ("[tenant]", "[owners]", (5, "unknown key 'owners'; known here: buildings, generated, lo")),
    ("= false", '= "no"', (15, "DeleteSubject must be true or false, not 'no'")),
    ('location = "HQ"', 'location = "HK"', (13, "location 'HK' is not among the locations")),
    ('"two@', '"one@', (26, "there are two rooms one@contoso.example")),
    ('mailbox = "two@contoso.example"', "", (25, "mailbox is missing")),
    ('"bob@', '"anna@', (3, "there are two mailboxes anna@contoso.example")),
    ('name = "Bob"', "name = 7", (3, "name must be a string, not 7")),
    ('"hq@', '"one@', (10, "one@contoso.example is both a location and a mailbox")),
    (":30:00Z", ":30:00", (7, "clock must be an instant such as 2026-10-19T05:30:00Z")),
    ('rooms = ["one', 'rooms = ["on', (17, "'on@contoso.example' is not among the rooms")),
    ('rooms = ["one@contoso.example"]', 'rooms = "one"', (17, "rooms must be an array of str")),
    ("2026-10-19T09:00", "19-10-2026 9:00", (19, "start must be a wall-clock time such as")),
    ('"15m"', '"quarter"', (20, "'quarter' is no duration; write 8h, 90m, 1h30m or 2d")),
    ('duration = "15m"', "", (16, "give either end or duration")),
    ("10-20", "10-18", (21, "the series has no occurrence on 2026-10-18")),
    ('"2026-10-20"', '"tomorrow"', (21, "'tomorrow' is no date")),
    ("daily", "dayly", (22, "'dayly' is not a valid value for the recurrence's type")),
    ("[[meetings]]", "[meetings]", (16, "meetings must be an array of tables")),
    ("people = [", 'people = ["Eve",', (1, "people must be an array of tables")),
]


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES, ids=lambda value: str(value)[:20])
def test_a_mistake_is_told_alone_at_its_line(
    tmp_path: Path, right: str, wrong: str, told: tuple[int, str]
) -> None:
    assert TENANT.count(right) == 1
    file = tmp_path / "tenant.toml"
    file.write_text(TENANT.replace(right, wrong), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_tenant(file)
    head, *problems = caught.value.message.splitlines()
    assert head == f"{file} has 1 problem:"
    assert problems[0].startswith("  line {}: {}".format(*told))
    file.write_text(TENANT, "utf-8")
    load_tenant(file)


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ('"2026-10-20"]', '"2026-10-20"', 22),
        ("= 8", "= eight", 14),
        ("= 8", "= 8\ncapacity = 9", 15),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(
    tmp_path: Path, right: str, wrong: str, line: int
) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text(TENANT.replace(right, wrong), "utf-8")
    with pytest.raises(ConfigError, match=f"is no TOML: .* line {line},"):
        load_tenant(file)


def test_lines_are_found_in_arrays_inline_tables_and_long_strings() -> None:
    text = '''
a = """
[not.a.header]
""" # comment
people = [
  { name = "x", tags = ["]", '}'] },
  { name = "y" },
]
[t.u]
"quoted key" = 1
[[rooms]]
v.w = { x = 1 }
[[rooms]]
[rooms.deep]
k = 2026-10-19T09:00:00Z
'''
    lines = line_numbers(text)
    assert lines[("people", 0, "tags")] == 6
    assert lines[("people", 1, "name")] == 7
    assert lines[("t", "u", "quoted key")] == 10
    assert lines[("rooms", 0, "v", "w", "x")] == 12
    assert lines[("rooms", 1)] == 13
    assert lines[("rooms", 1, "deep", "k")] == 15


def test_lines_are_found_beyond_odd_keys_quotes_and_nested_arrays() -> None:
    text = r"""
"caf\u00e9.x" . 'a]' = 1.5e3 # = ] [
t = [[1, 2], [
  3]]
s = ~~~a\~~~~~
l = ''''y''''
d = 2026-10-19 09:00:00.5Z
[ "a" . b ]
[[a.rows]]
[a.rows.in]
x = {}
[[a.rows]]
[[a.rows.deep]]
[[a.rows.deep]]
y = 1
""".replace("~", '"')
    lines = line_numbers(text)
    assert tomllib.loads(text)["a"]["rows"][1]["deep"][1] == {"y": 1}
    assert lines["café.x", "a]"] == 2
    assert (lines["t", 1], lines["t", 1, 0]) == (3, 4)
    assert (lines[("s",)], lines[("l",)], lines[("d",)], lines["a", "b"]) == (5, 6, 7, 8)
    assert (lines["a", "rows"], lines["a", "rows", 1]) == (9, 12)
    assert (lines["a", "rows", 0, "in", "x"], lines["a", "rows", 1, "deep", 1, "y"]) == (11, 15)


KEYS = st.text(st.sampled_from("ab-é.\"'\\\n# ]=[{"), min_size=1, max_size=4)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.floats(allow_nan=False) | st.datetimes() | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4), st.booleans())
def test_everything_in_a_document_has_a_line_in_the_order_of_the_file(
    data: dict[str, Any], multiline: bool
) -> None:
    text = tomli_w.dumps(data, multiline_strings=multiline)
    lines = line_numbers(text)
    read = tomllib.loads(text)
    assert set(lines) == set(paths(read))
    assert list(lines.values()) == sorted(lines.values())


def paths(value: Any, above: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if above:
        yield above
    parts = value.items() if isinstance(value, dict) else []
    for step, part in enumerate(value) if isinstance(value, list) else parts:
        yield from paths(part, (*above, step))


def test_the_demos_tenant_is_a_settled_past_and_the_same_every_time() -> None:
    first, second = (load_tenant(demo_tenant(), frozen=True).exchange for _ in range(2))
    assert len(first.directory.rooms) == 12
    assert first.agenda == []
    assert first.directory == second.directory
    zone = datetime(2026, 10, 19, tzinfo=UTC)
    rooms = [first.directory.mailboxes[address] for address in first.directory.rooms]
    shown = sum(len(room.view(zone, zone.replace(month=11, day=8))) for room in rooms)
    assert shown > 150


def test_the_state_outlives_the_server(tenant_file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with SandboxServer(tenant_file, frozen=True, state=state) as server:
        meeting = server.tenant.book(
            ANNA, [ROOM], "Kept", "2026-10-19T09:00", "2026-10-19T10:00", recurrence=weekly()
        )
        server.service.handles["kept"] = meeting
        server.tenant.advance(seconds=5)
        with Graph(server.url) as graph:
            before, link = graph.delta()
            view = graph.view()
    with SandboxServer(tenant_file, frozen=True, state=state) as server, Graph(server.url) as graph:
        assert graph.view() == view
        assert graph.delta()[0] == before
        assert graph.delta(link.replace(link.split("/v1.0")[0], server.url[:-5]))[0] == []
        assert graph.control("GET", "status")["now"] == "2026-10-19T05:30:05Z"
        graph.control("POST", "act", {"do": "cancel", "meeting": "kept"})
        assert {one["isCancelled"] for one in graph.view()} == {True}


def test_a_file_that_holds_no_state_is_said_to_be(tenant_file: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("{}", "utf-8")
    with pytest.raises(ConfigError, match="holds no sandbox state"):
        SandboxServer(tenant_file, state=state)


def test_there_is_a_scenario_for_every_cause_that_graph_can_show() -> None:
    found = {scenario.cause: scenario for scenario in list_scenarios()}
    assert set(found) == CAUSES
    assert not found.keys() & NOT_IN_GRAPH
    assert all(one.title and one.story and one.steps for one in found.values())
    assert all(one.file.stem == cause for cause, one in found.items())


BROKEN_SCENARIO = """[scenario]
title = "x"
tenant = "tenants/none.toml"
[[steps]]
do = "dance"
[[steps]]
do = "book"
organizer = "anna@contoso.example"
rooms = "rembrandt"
subject = "x"
start = "2026-10-19T10:00"
[[steps]]
do = "cancel"
meeting = "budget"
room = "x"
[[steps]]
do = "wait"
after = "a while"
[expect]
reason = "none"
"""


def test_every_mistake_of_a_scenario_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(BROKEN_SCENARIO, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_scenario(file)
    lines = [line.strip().partition(":")[0] for line in caught.value.message.splitlines()[1:]]
    assert lines == ["line 3", "line 5", "line 9", "line 15", "line 18", "line 20"]


def test_a_served_scenario_acts_itself_out_as_the_clock_runs() -> None:
    file = examples_folder() / "cancelled-but-kept-on-calendar.toml"
    with SandboxServer(scenario=file, frozen=True) as server, Graph(server.url) as graph:
        assert [one["showAs"] for one in graph.view()] == ["tentative"]
        graph.control("POST", "clock", {"advance": "1h"})
        assert [one["isCancelled"] for one in graph.view()] == [False]
        graph.control("POST", "clock", {"advance": "2h"})
        assert [one["isCancelled"] for one in graph.view()] == [True]


@pytest.mark.parametrize(
    "name",
    [
        "occurrence-cancelled-silently",
        "mailbox-permission-lost",
        "stale-room-copy",
        "location-text-only",
        "forwarded",
        "hard-deleted-by-delegate",
    ],
)
def test_a_played_scenario_says_what_obctl_makes_of_it(name: str) -> None:
    told: list[str] = []
    verdict = play(examples_folder() / f"{name}.toml", told.append)
    assert verdict.problems == []
    assert "$ obctl sync run" in told


def test_a_generated_tenant_is_as_large_as_asked_and_its_organisers_can_cancel(
    tmp_path: Path,
) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text(
        '[tenant]\nclock = "2026-10-19T05:30:00Z"\n[generated]\nrooms = 3\nmeetings = 40\n', "utf-8"
    )
    with SandboxServer(file, frozen=True) as server, Graph(server.url) as graph:
        status = graph.control("GET", "status")
        assert (len(status["rooms"]), status["events"]) == (3, 120)
        room = status["rooms"][0]
        october = "startDateTime=2026-10-01T00:00:00Z&endDateTime=2026-11-01T00:00:00Z"
        view = graph.view(room, window=october)
        single = next(one for one in view if one["type"] == "singleInstance")
        organizer = single["organizer"]["emailAddress"]["address"]
        uid = f"iCalUId eq '{single['iCalUId']}'"
        own = graph.get(f"/users/{organizer}/events?$filter={uid}")["value"]
        graph.post(f"/users/{organizer}/events/{own[0]['id']}/cancel", {})
        kept = graph.get(f"/users/{room}/events?$filter={uid}")["value"]
        assert [one["isCancelled"] for one in kept] == [True]
