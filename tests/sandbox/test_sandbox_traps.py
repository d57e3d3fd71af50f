"""The ten traps of Graph's calendars, each sprung once."""

from __future__ import annotations

from typing import Any

from sandbox_client import (
    ANNA,
    BOB,
    IMMUTABLE,
    OTHER_ROOM,
    ROOM,
    WINDOW,
    Graph,
    error_of,
    event,
    weekly,
)

from obctl.sandbox.server import SandboxServer

SERIES_STUB = {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}


def _series(graph: Graph, sandbox: SandboxServer, **more: Any) -> dict[str, Any]:
    created = graph.post(f"/users/{ANNA}/events", event(recurrence=weekly(), **more))
    sandbox.tenant.advance(seconds=5)
    return dict(created)


def _copy(graph: Graph, uid: str, mailbox: str = ROOM, *, prefer: str = "") -> dict[str, Any]:
    found = graph.get(f"/users/{mailbox}/events?$filter=iCalUId eq '{uid}'", prefer=prefer)
    assert len(found["value"]) == 1
    return dict(found["value"][0])


def test_trap_1_occurrences_in_a_delta_are_stubs_and_the_master_is_mixed_in(
    graph: Graph, sandbox: SandboxServer
) -> None:
    _series(graph, sandbox)
    items, _ = graph.delta()
    masters = [one for one in items if one["type"] == "seriesMaster"]
    stubs = [one for one in items if one["type"] == "occurrence"]
    assert len(masters) == 1
    assert masters[0]["start"]["dateTime"] == stubs[0]["start"]["dateTime"]
    assert len(stubs) == 5
    assert {key for one in stubs for key in one} == SERIES_STUB
    assert not any(one["type"] == "seriesMaster" for one in graph.view())


def test_trap_2_a_removed_occurrence_leaves_no_tombstone(
    graph: Graph, sandbox: SandboxServer
) -> None:
    created = _series(graph, sandbox)
    _, link = graph.delta()
    original = graph.view(ANNA)[1]
    graph.post(f"/users/{ANNA}/events/{original['id']}/cancel", {})
    items, _ = graph.delta(link)
    assert not [one for one in items if "@removed" in one]
    assert [one["type"] for one in items] == ["seriesMaster", *["occurrence"] * 4]
    master = _copy(graph, created["iCalUId"])
    assert "cancelledOccurrences" not in master
    whole = graph.get(f"/users/{ROOM}/events/{master['id']}?$select=cancelledOccurrences")
    assert whole["cancelledOccurrences"] == [f"OID.{master['id']}.2026-10-26"]


def test_trap_3_removed_also_means_that_something_happened_outside_the_window(
    graph: Graph,
) -> None:
    _, link = graph.delta()
    graph.post(f"/users/{ANNA}/events", event("2027-02-01T09:00:00", "2027-02-01T10:00:00"))
    items, _ = graph.delta(link)
    assert [one["@removed"] for one in items] == [{"reason": "deleted"}]
    assert set(items[0]) == {"@odata.type", "id", "@removed"}
    assert graph.get(f"/users/{ROOM}/events/{items[0]['id']}")["subject"] == "Budget 2027"


def test_trap_4_a_series_exceeds_the_page_size_and_next_links_can_loop_for_ever(
    graph: Graph, sandbox: SandboxServer
) -> None:
    _series(graph, sandbox)
    url = f"/users/{ROOM}/calendarView/delta?{WINDOW}"
    page = graph.get(url, prefer="odata.maxpagesize=2")
    while not page["value"]:
        page = graph.get(page["@odata.nextLink"], prefer="odata.maxpagesize=2")
    assert len(page["value"]) == 6
    graph.control("POST", "faults", {"kind": "looping", "room": ROOM})
    pages = [graph.get(url)]
    for _ in range(4):
        pages.append(graph.get(pages[-1]["@odata.nextLink"]))
    assert len({one["@odata.nextLink"] for one in pages}) == 5
    assert not any("@odata.deltaLink" in one for one in pages)
    assert pages[2]["value"] == pages[3]["value"]


def test_trap_5_delta_tokens_die_when_the_cache_is_full(graph: Graph) -> None:
    _, first = graph.delta()
    assert graph.send("GET", first).status_code == 200
    link = first
    for _ in range(40):
        _, link = graph.delta(link)
    assert error_of(graph.send("GET", first)) == (410, "SyncStateNotFound")
    assert graph.send("GET", link).status_code == 200


def test_trap_6_the_rooms_copy_is_rewritten_seconds_after_it_appears(
    graph: Graph, sandbox: SandboxServer
) -> None:
    body = {"contentType": "text", "content": "numbers"}
    created = graph.post(f"/users/{ANNA}/events", event(sensitivity="private", body=body))
    before = _copy(graph, created["iCalUId"])
    sandbox.tenant.advance(seconds=5)
    after = _copy(graph, created["iCalUId"])
    fields = ("subject", "sensitivity", "showAs", "bodyPreview")
    assert [before[name] for name in fields] == ["Budget 2027", "private", "tentative", "numbers"]
    assert [after[name] for name in fields] == ["Anna de Vries", "normal", "busy", ""]
    assert before["responseStatus"]["response"] == "notResponded"
    assert after["responseStatus"]["response"] == "accepted"
    assert before["changeKey"] != after["changeKey"]
    assert before["id"] == after["id"]


def test_trap_7_cancelled_is_not_gone(graph: Graph, sandbox: SandboxServer) -> None:
    created = graph.post(f"/users/{ANNA}/events", event())
    sandbox.tenant.advance(seconds=5)
    assert graph.send("POST", f"/users/{ANNA}/events/{created['id']}/cancel", {}).status_code == 202
    kept = _copy(graph, created["iCalUId"])
    assert (kept["isCancelled"], kept["showAs"]) == (True, "free")
    assert kept["subject"].startswith("Canceled: ")
    assert [one["id"] for one in graph.view()] == [kept["id"]]


def test_trap_8_i_cal_uid_is_shared_by_occurrences_and_dated_only_on_an_exception(
    graph: Graph, sandbox: SandboxServer
) -> None:
    created = _series(graph, sandbox)
    second = graph.view(ANNA)[1]
    moved = {"start": {"dateTime": "2026-10-27T09:00:00", "timeZone": "Europe/Amsterdam"}}
    graph.send("PATCH", f"/users/{ANNA}/events/{second['id']}", moved)
    view = graph.view()
    uids = {one["iCalUId"] for one in view if one["type"] == "occurrence"}
    assert uids == {created["iCalUId"]}
    exception = next(one for one in view if one["type"] == "exception")
    assert exception["iCalUId"][32:40] == "07EA0A1A"
    assert exception["iCalUId"][:32] + "00000000" + exception["iCalUId"][40:] in uids


def test_trap_9_original_start_is_an_instant_and_all_day_events_have_no_zone(
    graph: Graph, sandbox: SandboxServer
) -> None:
    _series(graph, sandbox)
    graph.post(
        f"/users/{ROOM}/events",
        event("2026-10-20T00:00:00", "2026-10-21T00:00:00", rooms=(), isAllDay=True),
    )
    utc = graph.view()
    local = graph.view(prefer='outlook.timezone="W. Europe Standard Time"')
    occurrence = next(one for one in utc if one["type"] == "occurrence")
    assert occurrence["originalStart"] == "2026-10-19T07:00:00Z"
    occurrence = next(one for one in local if one["type"] == "occurrence")
    assert occurrence["originalStart"] == "2026-10-19T09:00:00+02:00"
    assert occurrence["originalStartTimeZone"] == "Europe/Amsterdam"
    days = [next(one for one in view if one["isAllDay"])["start"] for view in (utc, local)]
    assert [day["dateTime"] for day in days] == ["2026-10-20T00:00:00.0000000"] * 2


def test_trap_10_writing_on_the_rooms_calendar_skips_the_rules_and_ids_are_per_mailbox(
    graph: Graph, sandbox: SandboxServer
) -> None:
    created = graph.post(f"/users/{ANNA}/events", event())
    sandbox.tenant.advance(seconds=5)
    direct = graph.post(f"/users/{ROOM}/calendar/events", event(subject="Panel", rooms=()))
    sandbox.tenant.advance(seconds=5)
    assert {one["subject"] for one in graph.view()} == {"Anna de Vries", "Panel"}
    assert direct["isOrganizer"] is True
    assert direct["responseStatus"]["response"] == "organizer"
    assert error_of(graph.send("GET", f"/users/{ROOM}/events/{created['id']}")) == (
        404,
        "ErrorItemNotFound",
    )
    declined = graph.post(f"/users/{BOB}/events", event())
    sandbox.tenant.advance(seconds=5)
    answer = graph.get(f"/users/{BOB}/events/{declined['id']}")["attendees"][0]["status"]
    assert answer["response"] == "declined"
    free = graph.post(f"/users/{BOB}/events", event(rooms=(OTHER_ROOM,)), prefer=IMMUTABLE)
    sandbox.tenant.advance(seconds=5)
    again = graph.get(f"/users/{BOB}/events/{free['id']}", prefer=IMMUTABLE)
    assert again["attendees"][0]["status"]["response"] == "accepted"


def test_users_are_found_by_up_to_fifteen_of_their_ids(graph: Graph) -> None:
    ids = [user["id"] for user in graph.get("/users?$top=999")["value"]]

    def asked(wanted: list[str]) -> str:
        return "/users?$filter=id in (" + ",".join(f"'{one}'" for one in wanted) + ")"

    found = graph.get(asked([ids[0], ids[3], "nobody"]))["value"]
    assert [user["id"] for user in found] == [ids[0], ids[3]]
    assert len(graph.get(asked(["nobody"] * 14 + ids[:1]))["value"]) == 1
    refused = graph.send("GET", asked(["nobody"] * 16))
    assert (refused.status_code, refused.json()["error"]["code"]) == (
        400,
        "Request_UnsupportedQuery",
    )


def test_a_room_may_be_known_to_the_directory_by_another_name_than_its_address(
    graph: Graph, sandbox: SandboxServer
) -> None:
    directory = sandbox.tenant.exchange.directory
    room = directory.rooms[ROOM]
    room.principal = "conf-1@contoso.example"
    refused = graph.send("GET", f"/users/{ROOM}")
    assert error_of(refused) == (404, "Request_ResourceNotFound")
    assert graph.get(f"/users/{ROOM}/calendarView?{WINDOW}")["value"] == []
    for filter_ in (f"mail eq '{ROOM}'", f"proxyAddresses/any(p:p eq 'smtp:{ROOM}')"):
        (found,) = graph.get(f"/users?$filter={filter_}")["value"]
        assert (found["mail"], found["userPrincipalName"]) == (ROOM, "conf-1@contoso.example")
    assert graph.get(f"/users/{found['id']}")["mail"] == ROOM
    directory.permission = "User.ReadBasic.All"
    assert len(graph.get(f"/users?$filter=mail eq '{ROOM}'")["value"]) == 1
    assert graph.send("GET", f"/users?$filter={filter_}").status_code == 403
