"""The change feed beyond its traps: rounds, repeats, windows, tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox_client import ANNA, IMMUTABLE, ROOM, WINDOW, Graph, error_of, event, weekly

from obctl.sandbox.server import SandboxServer


def _direct(graph: Graph, hour: int, **more: Any) -> dict[str, Any]:
    times = (f"2026-10-19T{hour:02}:00:00", f"2026-10-19T{hour:02}:30:00")
    return dict(graph.post(f"/users/{ROOM}/events", event(*times, rooms=(), **more)))


def test_a_quiet_calendar_has_nothing_to_tell(graph: Graph) -> None:
    _direct(graph, 9)
    items, link = graph.delta()
    assert [one["subject"] for one in items] == ["Budget 2027"]
    assert graph.delta(link)[0] == []


def test_an_item_may_come_twice_in_a_round(graph: Graph) -> None:
    _, link = graph.delta()
    first, second = _direct(graph, 9), _direct(graph, 10)
    ids = [one["id"] for one in graph.delta(link)[0]]
    assert ids == [first["id"], second["id"], first["id"]]


def test_what_leaves_the_window_is_removed_and_what_enters_it_is_told(graph: Graph) -> None:
    made = _direct(graph, 9)
    _, link = graph.delta()
    path = f"/users/{ROOM}/events/{made['id']}"
    far = {
        name: {"dateTime": f"2027-03-01T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "09"), ("end", "10"))
    }
    graph.send("PATCH", path, far)
    items, link = graph.delta(link)
    assert [one.get("@removed") for one in items] == [{"reason": "deleted"}]
    near = {
        name: {"dateTime": f"2026-11-02T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "09"), ("end", "10"))
    }
    graph.send("PATCH", path, near)
    assert [one["subject"] for one in graph.delta(link)[0]] == ["Budget 2027"]


def test_a_deleted_series_is_removed_under_its_masters_id_alone(
    graph: Graph, sandbox: SandboxServer
) -> None:
    made = graph.post(
        f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly()), prefer=IMMUTABLE
    )
    _, link = graph.delta(prefer=IMMUTABLE)
    graph.send("DELETE", f"/users/{ROOM}/events/{made['id']}")
    items, _ = graph.delta(link, prefer=IMMUTABLE)
    assert [(one["id"], one["@removed"]["reason"]) for one in items] == [(made["id"], "deleted")]


def test_a_shortened_series_is_sent_again_with_what_is_left(graph: Graph) -> None:
    made = graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=5)))
    _, link = graph.delta()
    graph.send("PATCH", f"/users/{ROOM}/events/{made['id']}", {"recurrence": weekly(count=2)})
    items, _ = graph.delta(link)
    assert [one["type"] for one in items] == ["seriesMaster", "occurrence", "occurrence"]


def test_a_changed_occurrence_comes_whole_among_stubs(graph: Graph) -> None:
    graph.post(f"/users/{ROOM}/events", event(rooms=(), recurrence=weekly(count=3)))
    _, link = graph.delta()
    graph.send("PATCH", f"/users/{ROOM}/events/{graph.view()[1]['id']}", {"subject": "Other"})
    items, _ = graph.delta(link)
    assert [(one["type"], one.get("subject")) for one in items] == [
        ("seriesMaster", "Budget 2027"),
        ("occurrence", None),
        ("exception", "Other"),
        ("occurrence", None),
    ]


def test_a_change_in_the_middle_of_a_round_is_not_lost(graph: Graph) -> None:
    for hour in (8, 9, 10, 11):
        _direct(graph, hour)
    size = "odata.maxpagesize=2"
    page = graph.get(f"/users/{ROOM}/calendarView/delta?{WINDOW}", prefer=size)
    first = page["value"][0]["id"] if page["value"] else graph.view()[0]["id"]
    graph.send("PATCH", f"/users/{ROOM}/events/{first}", {"subject": "Changed meanwhile"})
    items = list(page["value"])
    while "@odata.nextLink" in page:
        page = graph.get(page["@odata.nextLink"], prefer=size)
        items.extend(page["value"])
    assert {one["id"]: one["subject"] for one in items}[first] == "Changed meanwhile"
    assert graph.delta(page["@odata.deltaLink"])[0] == []


def test_some_rounds_begin_with_an_empty_page(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    file.write_text(
        '[tenant]\nclock = "2026-10-12T00:00:00Z"\n[generated]\nrooms = 20\nmeetings = 3\n', "utf-8"
    )
    with SandboxServer(file, frozen=True) as server, Graph(server.url) as graph:
        window = "startDateTime=2026-10-01T00:00:00Z&endDateTime=2026-11-01T00:00:00Z"
        pages = [graph.get(f"/users/{room}/calendarView/delta?{window}") for room in server.rooms]
        empty = [page for page in pages if not page["value"]]
        assert 0 < len(empty) < len(pages)
        assert all("@odata.nextLink" in page for page in empty)
        assert all(len(graph.delta(page["@odata.nextLink"])[0]) >= 3 for page in empty)


def test_tokens_are_opaque_and_belong_to_one_mailbox(graph: Graph) -> None:
    _, link = graph.delta()
    assert "2026" not in link.partition("deltatoken")[2]
    assert error_of(graph.send("GET", link[:-2] + "xx"))[0] == 410
    other = link.replace(ROOM, ANNA)
    assert error_of(graph.send("GET", other))[0] == 410
    refused = graph.send("GET", f"/users/{ROOM}/calendarView/delta?{WINDOW}&$select=subject")
    assert error_of(refused) == (400, "ErrorInvalidRequest")


def test_the_id_space_is_chosen_by_every_request(graph: Graph) -> None:
    _direct(graph, 9)
    _, link = graph.delta(prefer=IMMUTABLE)
    _direct(graph, 10)
    ordinary = graph.delta(link)[0][0]["id"]
    immutable = graph.delta(link, prefer=IMMUTABLE)[0][0]["id"]
    assert (ordinary[:5], immutable[:5]) == ("AAMkA", "AAkAL")
