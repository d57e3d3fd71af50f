from __future__ import annotations

import re

import pytest
from asking import Ask
from recorded_graph import Answer, RecordedGraph, Seen, refusal

from obctl.domain.directory import DirectoryEntry
from obctl.errors import NotAuthorised, ObctlError, PartialRead
from obctl.graph.gateway import GraphGateway


def test_the_directory_answers_with_its_own_id(graph: RecordedGraph, ask: Ask) -> None:
    graph.on(
        "/users/atrium@contoso.example",
        {
            "id": "object-1",
            "mail": "Atrium@contoso.example",
            "displayName": "Atrium",
            "accountEnabled": False,
        },
    )
    found = ask(lambda gateway: gateway.look_up_account("atrium@contoso.example"))
    assert found == DirectoryEntry("object-1", "Atrium@contoso.example", "Atrium", enabled=False)
    assert "accountEnabled" in graph.seen[0].query["$select"].split(",")


def test_who_somebody_is_takes_the_least_permission(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/a@contoso.example", {"id": "o1", "mail": "a@contoso.example"})
    ask(lambda gateway: gateway.look_up("a@contoso.example"))
    assert graph.seen[0].query["$select"] == "id,mail,userPrincipalName,displayName"


def test_an_account_that_may_not_be_read_is_looked_up_all_the_same(
    graph: RecordedGraph, ask: Ask
) -> None:
    def reply(seen: Seen) -> Answer:
        if "accountEnabled" in seen.query["$select"]:
            return refusal(403, "Authorization_RequestDenied")
        return Answer({"id": "o1", "mail": "a@contoso.example"})

    graph.on("/users/a@contoso.example", reply)
    found = ask(lambda gateway: gateway.look_up_account("a@contoso.example"))
    assert found == DirectoryEntry("o1", "a@contoso.example", None, enabled=None)


def test_who_has_no_mail_has_a_principal_name(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/o1", {"id": "o1", "mail": None, "userPrincipalName": "a@contoso.example"})
    found = ask(lambda gateway: gateway.look_up("o1"))
    assert found == DirectoryEntry("o1", "a@contoso.example", None, enabled=None)


def test_who_is_not_in_the_directory_is_nobody(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/gone", refusal(404, "Request_ResourceNotFound"))
    assert ask(lambda gateway: gateway.look_up("gone")) is None


def test_a_directory_that_may_not_be_read_is_no_missing_person(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/a", refusal(403, "Authorization_RequestDenied"))
    with pytest.raises(NotAuthorised, match=r"User\.ReadBasic\.All"):
        ask(lambda gateway: gateway.look_up("a"))


def test_many_are_looked_up_in_one_request_and_one_failure_is_no_others(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.serve_batch()
    graph.on("/users/atrium@contoso.example", {"id": "o1", "mail": "atrium@contoso.example"})
    graph.on("/users/gone@contoso.example", refusal(404, "Request_ResourceNotFound"))
    graph.on("/users", {"value": []})
    graph.on("/users/shut@contoso.example", refusal(403, "Authorization_RequestDenied"))
    found = ask(
        lambda gateway: gateway.look_up_all(
            ["atrium@contoso.example", "gone@contoso.example", "shut@contoso.example"]
        )
    )
    assert found["atrium@contoso.example"] == DirectoryEntry(
        "o1", "atrium@contoso.example", None, enabled=None
    )
    assert found["gone@contoso.example"] is None
    assert isinstance(found["shut@contoso.example"], NotAuthorised)
    assert graph.paths().count("/users/shut@contoso.example") == 1
    assert len([seen for seen in graph.seen if not seen.batched]) == 3


MAIL = "mail eq 'o''brien@contoso.example'"
PROXY = "proxyAddresses/any(p:p eq 'smtp:o''brien@contoso.example')"
ROOM = "o'brien@contoso.example"
ENTRY = {"id": "o1", "mail": "Room@contoso.example", "userPrincipalName": "conf@contoso.example"}


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
@pytest.mark.parametrize(
    ("owners", "found"),
    [
        pytest.param({MAIL: [ENTRY]}, True, id="its mail address"),
        pytest.param({PROXY: [ENTRY]}, True, id="another of its addresses"),
        pytest.param({MAIL: [ENTRY, {"id": "o2"}]}, False, id="two claim it"),
        pytest.param({}, False, id="nobody's"),
    ],
)
def test_an_address_that_is_no_user_principal_name_is_found_by_where_mail_goes(
    graph: RecordedGraph, ask: Ask, owners: dict[str, list[object]], *, found: bool, many: bool
) -> None:
    graph.serve_batch()
    graph.on(f"/users/{ROOM}", refusal(404, "Request_ResourceNotFound"))
    graph.on("/users", lambda seen: Answer({"value": owners.get(seen.query["$filter"], [])}))

    async def look_up(gateway: GraphGateway) -> DirectoryEntry | ObctlError | None:
        if many:
            return (await gateway.look_up_all([ROOM]))[ROOM]
        return await gateway.look_up(ROOM)

    assert ask(look_up) == (DirectoryEntry("o1", "Room@contoso.example", None) if found else None)


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_directory_that_refuses_to_search_knows_nobody(
    graph: RecordedGraph, ask: Ask, *, many: bool
) -> None:
    """`User.ReadBasic.All` covers `mail`, and not the other addresses."""
    graph.serve_batch()
    graph.on(f"/users/{ROOM}", refusal(404, "Request_ResourceNotFound"))
    graph.on("/users", refusal(403, "Authorization_RequestDenied"))

    async def look_up(gateway: GraphGateway) -> DirectoryEntry | ObctlError | None:
        if many:
            return (await gateway.look_up_all([ROOM]))[ROOM]
        return await gateway.look_up(ROOM)

    assert ask(look_up) is None


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
@pytest.mark.parametrize(
    ("owners", "enabled"),
    [
        pytest.param({MAIL: [ENTRY | {"accountEnabled": True}]}, True, id="its mail address"),
        pytest.param({PROXY: [ENTRY | {"accountEnabled": False}]}, False, id="an older address"),
    ],
)
def test_an_account_is_found_by_where_mail_goes(
    graph: RecordedGraph, ask: Ask, owners: dict[str, list[object]], *, enabled: bool, many: bool
) -> None:
    graph.serve_batch()
    graph.on(f"/users/{ROOM}", refusal(404, "Request_ResourceNotFound"))
    graph.on("/users", lambda seen: Answer({"value": owners.get(seen.query["$filter"], [])}))
    found = ask(lambda gateway: account(gateway, many=many))
    assert found == DirectoryEntry("o1", "Room@contoso.example", None, enabled=enabled)
    assert all("accountEnabled" in seen.query["$select"] for seen in graph.seen if seen.query)


def test_a_guest_is_known_by_the_name_that_entra_makes(graph: RecordedGraph, ask: Ask) -> None:
    name = "eve_fabrikam.example#EXT#@contoso.onmicrosoft.com"
    graph.on("/users/eve@fabrikam.example", refusal(404, "Request_ResourceNotFound"))
    entry = {"id": "o9", "mail": "eve@fabrikam.example", "userPrincipalName": name}
    graph.on("/users", {"value": [entry]})
    found = ask(lambda gateway: gateway.look_up_account("eve@fabrikam.example"))
    assert found == DirectoryEntry("o9", "eve@fabrikam.example", None, guest=True)


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
@pytest.mark.parametrize(
    ("refused", "gone"),
    [
        pytest.param({PROXY: 403}, False, id="what it may not search"),
        pytest.param({MAIL: 403, PROXY: 403}, False, id="any search"),
        pytest.param({MAIL: 403}, True, id="one of two, and the other is answered"),
        pytest.param({}, True, id="nothing"),
    ],
)
def test_nobody_has_left_because_the_directory_refuses_a_question(
    graph: RecordedGraph, ask: Ask, refused: dict[str, int], *, gone: bool, many: bool
) -> None:
    def reply(seen: Seen) -> Answer:
        if status := refused.get(seen.query["$filter"]):
            return refusal(status, "Authorization_RequestDenied")
        return Answer({"value": []})

    graph.serve_batch()
    graph.on(f"/users/{ROOM}", refusal(404, "Request_ResourceNotFound"))
    graph.on("/users", reply)
    if gone:
        assert ask(lambda gateway: account(gateway, many=many)) is None
    elif many:
        assert isinstance(ask(lambda gateway: account(gateway, many=True)), NotAuthorised)
    else:
        with pytest.raises(NotAuthorised):
            ask(lambda gateway: account(gateway, many=False))


async def account(gateway: GraphGateway, *, many: bool) -> DirectoryEntry | ObctlError | None:
    if many:
        return (await gateway.look_up_accounts([ROOM]))[ROOM]
    return await gateway.look_up_account(ROOM)


def by_ids(seen: Seen) -> Answer:
    """Everybody who is asked for, but o3; upper case, as some answers write ids."""
    ids = re.findall(r"'(\w+)'", seen.query["$filter"])
    entries = [{"id": one.upper(), "mail": f"{one}@contoso.example"} for one in ids if one != "o3"]
    return Answer({"value": entries})


def test_many_ids_are_asked_for_fifteen_to_a_question_and_all_questions_at_once(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.serve_batch()
    graph.on("/users", by_ids)
    ids = [f"o{number}" for number in range(40)]
    found = ask(lambda gateway: gateway.look_up_ids(ids))
    assert list(found) == ids
    assert [one for one in ids if found[one] is None] == ["o3"]
    assert found["o39"] == DirectoryEntry("O39", "o39@contoso.example", None)
    asked = [seen.query for seen in graph.seen if seen.batched]
    assert [query["$filter"].count("'") // 2 for query in asked] == [15, 15, 10]
    assert asked[2]["$filter"].startswith("id in ('o30','o31',")
    assert {query["$select"] for query in asked} == {"id,mail,userPrincipalName,displayName"}
    assert len([seen for seen in graph.seen if not seen.batched]) == 1


def test_a_question_that_fails_is_no_answer_about_any_of_its_ids(
    graph: RecordedGraph, ask: Ask
) -> None:
    def reply(seen: Seen) -> Answer:
        if "'o1'" in seen.query["$filter"]:
            return refusal(403, "Authorization_RequestDenied")
        return Answer({"value": [{"mail": "nobody"}]})

    graph.serve_batch()
    graph.on("/users", reply)
    found = ask(lambda gateway: gateway.look_up_ids([f"o{number}" for number in range(20)]))
    assert [type(one) for one in found.values()] == [NotAuthorised] * 15 + [PartialRead] * 5


def test_nobody_is_asked_about_no_ids(graph: RecordedGraph, ask: Ask) -> None:
    assert ask(lambda gateway: gateway.look_up_ids([])) == {}
    assert graph.seen == []
