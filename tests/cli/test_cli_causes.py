"""`obctl causes`: what `diff` would name, counted; what nobody looked at is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders import make_event, make_reservation
from desk import LIBERTY, Desk, lines

from obctl.domain.causes import MEANING
from obctl.sandbox.faults import Fault
from obctl.sandbox.server import SandboxServer


def told(desk: Desk, *words: str) -> tuple[int, dict[str, Any], str]:
    answer = desk.run("causes", "-o", "json", *words)
    return answer.exit_code, json.loads(answer.stdout), answer.stderr


@pytest.fixture
def night(live_desk: Desk, tenant: SandboxServer) -> Desk:
    """Two rooms in step, and since then a meeting deleted in one, cancelled and moved in both."""
    exchange, rooms = tenant.tenant, tenant.rooms[:2]
    for room in rooms:
        live_desk.run("rooms", "add", room)
    meetings = [
        exchange.book("anna@contoso.example", [room], f"Budget {hour}",
                      f"2026-10-24T{hour}:00", f"2026-10-24T{hour}:30")
        for room in rooms for hour in ("09", "11")
    ]  # fmt: skip
    exchange.advance(seconds=10)
    assert live_desk.run("sync", "run").exit_code == 0
    exchange.delete(rooms[0], meetings[0])
    exchange.cancel(meetings[1])
    exchange.cancel(meetings[3])
    exchange.advance(seconds=10)
    return live_desk


SATURDAY = ("--from", "2026-10-24", "--to", "2026-10-24")
KEPT, DELETED = "cancelled-but-kept-on-calendar", "hard-deleted-by-delegate"


def test_the_causes_are_those_of_diff_the_most_frequent_first(
    night: Desk, tenant: SandboxServer
) -> None:
    code, item, said = told(night, *SATURDAY)
    assert (code, said) == (0, "")
    assert list(item) == ["from", "to", "by", "rooms", "counts", "summary"]
    assert (item["from"], item["to"], item["by"]) == ("2026-10-24", "2026-10-24", "cause")
    assert [room["verdict"] for room in item["rooms"]] == ["ok", "ok"]
    diff = json.loads(night.run("diff", "2026-10-24", "-o", "json").stdout)
    assert item["summary"]["by_cause"] == diff["summary"]["by_cause"] == {KEPT: 2, DELETED: 1}
    first = item["counts"][0]
    assert list(first) == [
        "key", "differences", "requests", "risks", "rooms", "by_cause", "missed_because", "meaning",
        "remedy", "example",
    ]  # fmt: skip
    assert (first["key"], first["differences"], first["rooms"]) == (KEPT, 2, 2)
    assert first["risks"] is item["summary"]["risks"] is None
    assert first["meaning"] == MEANING[KEPT]
    assert first["remedy"].startswith("obctl sync run --room ")
    assert first["example"]["start"] == "2026-10-24T09:00:00Z"


def test_a_cancellation_request_counts_by_its_own_cause(night: Desk) -> None:
    assert night.run("sync", "run").exit_code == 0
    _, item, _ = told(night, *SATURDAY)
    found = {count["key"]: (count["differences"], count["requests"]) for count in item["counts"]}
    assert found == {"cancel-awaiting-approval": (1, 0), DELETED: (0, 1)}
    assert item["summary"]["requests"] == 1
    assert told(night, "--from", "2026-10-25")[1]["summary"]["requests"] == 0


@pytest.mark.parametrize(
    ("by", "keys"),
    [("room", ["ams-0.01@contoso.example", "ams-1.01@contoso.example"]),
     ("location", ["Amsterdam HQ"]), ("week", ["2026-W43"])],
)  # fmt: skip
def test_they_are_counted_by_what_is_asked_for(night: Desk, by: str, keys: list[str]) -> None:
    _, item, _ = told(night, *SATURDAY, "--by", by)
    assert [count["key"] for count in item["counts"]] == keys
    assert sum(count["differences"] for count in item["counts"]) == 3
    assert item["counts"][0]["meaning"] is item["counts"][0]["remedy"] is None


def test_a_room_that_cannot_be_read_is_named_and_not_counted_as_well(
    night: Desk, tenant: SandboxServer
) -> None:
    tenant.service.faults.active.append(Fault("forbidden", mailbox=tenant.rooms[0]))
    code, item, said = told(night, *SATURDAY)
    assert code == 8
    assert item["summary"]["not_read"] == 1
    assert item["summary"]["by_cause"] == {KEPT: 1}
    assert "AMS 0.01 Nachtwacht is not counted: " in said


def test_without_asking_graph_rooms_never_read_are_not_looked_at(desk: Desk) -> None:
    code, item, _ = told(desk, "--cached")
    assert code == 8
    assert [room["condition"] for room in item["rooms"]] == ["not-read", "not-read"]
    shown = desk.run("causes", "--cached").stdout
    assert "0 looked at, 2 not" in shown
    assert "none in what was looked at" in shown


def test_what_the_store_remembers_is_enough_for_a_count(read_desk: Desk) -> None:
    read_desk.reservations(make_reservation())
    read_desk.events(LIBERTY, make_event("E9", subject="Budget"))
    code, item, said = told(read_desk, "--cached")
    assert (code, said) == (0, "")
    assert item["summary"]["differences"] == 2
    assert item["to"] == "2026-10-11"
    assert lines(read_desk.run("causes", "--cached", "--location", "New York").stdout)[:2] == [
        "days   2026-09-14 to 2026-10-11", "rooms  1 looked at",
    ]  # fmt: skip


def test_nothing_to_look_at_is_said(empty_desk: Desk) -> None:
    answer = empty_desk.run("causes")
    assert answer.exit_code == 0
    assert "no room is mapped" in answer.stderr


def test_days_in_the_wrong_order_and_too_many_are_refused(desk: Desk) -> None:
    wrong = desk.run("causes", "--from", "2026-10-20", "--to", "2026-10-19", "--cached")
    assert (wrong.exit_code, "is before" in wrong.stderr) == (2, True)
    many = desk.run("causes", "--from", "2026-01-01", "--to", "2036-01-01", "--cached")
    assert many.exit_code == 2


def test_the_days_that_passed_can_be_asked_for(read_desk: Desk) -> None:
    _, item, _ = told(read_desk, "--from", "-1", "--to", "today", "--cached")
    assert (item["from"], item["to"]) == ("2026-09-13", "2026-09-14")


def test_a_screen_of_80_columns_holds_it(night: Desk) -> None:
    for by in ("cause", "room", "location", "week"):
        shown = lines(night.run("causes", *SATURDAY, "--by", by).stdout)
        assert max(map(len, shown)) <= 80


def test_risks_are_told_apart_from_differences_and_only_looked_for_when_asked(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    exchange, room = tenant.tenant, tenant.rooms[0]
    live_desk.run("rooms", "add", room)
    unsent, gone, both = (
        exchange.book("anna@contoso.example", [room], name, f"2026-10-24T{hour}:00",
                      f"2026-10-24T{hour}:30")
        for name, hour in (("Unsent", "09"), ("Gone", "11"), ("Both", "13"))
    )  # fmt: skip
    exchange.advance(seconds=10)
    assert live_desk.run("sync", "run").exit_code == 0
    exchange.change(unsent, start="2026-10-24T15:00", end="2026-10-24T15:30", silent=True)
    exchange.delete(room, gone)
    # a meeting that differs is counted for that alone, whatever else is wrong with it
    exchange.change(both, start="2026-10-24T16:00", end="2026-10-24T16:30")
    exchange.advance(seconds=10)
    exchange.change(both, start="2026-10-24T17:00", end="2026-10-24T17:30", silent=True)
    exchange.advance(seconds=1200)
    live_desk.environment["OBCTL_NOW"] = "2026-10-19T06:00:00Z"
    _, item, _ = told(live_desk, *SATURDAY, "--risks")
    found = {count["key"]: (count["differences"], count["risks"]) for count in item["counts"]}
    assert found == {DELETED: (1, 0), "stale-room-copy": (1, 1)}
    assert (item["summary"]["risks"], item["summary"]["differences"]) == (1, 2)
    assert item["summary"]["risks_unasked"] == 0
    explained = json.loads(live_desk.run("explain", "1", "-o", "json").stdout)
    assert explained["cause"]["code"] == "stale-room-copy"
    _, without, _ = told(live_desk, *SATURDAY)
    assert (without["summary"]["risks"], len(without["counts"])) == (None, 2)
    assert "risks  not looked for: --risks" in live_desk.run("causes", *SATURDAY).stdout
    assert "  risks" in live_desk.run("causes", *SATURDAY, "--risks").stdout


def test_where_organisers_cannot_be_asked_the_absence_of_a_risk_is_not_claimed(
    night: Desk, tenant: SandboxServer
) -> None:
    _, item, _ = told(night, *SATURDAY, "--risks", "--cached")
    assert (item["summary"]["risks"], item["summary"]["risks_unasked"]) == (0, 4)
    tenant.service.faults.active.append(Fault("forbidden", mailbox="anna@contoso.example"))
    _, item, _ = told(night, *SATURDAY, "--risks")
    assert (item["summary"]["risks"], item["summary"]["risks_unasked"]) == (0, 1)
    shown = night.run("causes", *SATURDAY, "--risks").stdout
    assert "risks  of 1 meeting the organiser could not be asked" in shown


def test_risks_over_many_meetings_ask_once_for_each(live_desk: Desk, tenant: SandboxServer) -> None:
    live_desk.run("rooms", "discover", "--add")
    live_desk.run("rooms", "import-existing", "--all")
    assert live_desk.run("sync", "run").exit_code == 0
    code, item, _ = told(live_desk, "--risks", "--to", "+6")
    assert code == 0
    assert item["summary"]["rooms"] == 12
    assert item["summary"]["risks"] == sum(count["risks"] for count in item["counts"])
