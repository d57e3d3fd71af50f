"""What becomes of a tenant's answers in a recording: singly, masked alike, and still connected."""

from __future__ import annotations

import json
from typing import Any

from builders import make_room

from obctl.domain.http_exchange import HttpExchange
from obctl.domain.recording import Recorder
from obctl.domain.token_claims import TokenClaims
from obctl.domain.values import replace

BASE = "https://graph.microsoft.com/v1.0"
ROOM = replace(make_room("Atrium"), mailbox="atrium@contoso.com", object_id="0BF3-ID")


def get(path: str, body: Any, status: int = 200, **headers: str) -> HttpExchange:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpExchange("GET", f"{BASE}/{path}", b"", status, named, json.dumps(body).encode())


def recorded(*exchanges: HttpExchange) -> list[dict[str, Any]]:
    found = Recorder([ROOM]).recording(
        exchanges, recorded_at="2026-10-19T05:30:00Z", claims=None, ahead_seconds=None
    )
    answers: list[dict[str, Any]] = found["exchanges"]
    return answers


def test_a_mailbox_has_one_name_however_it_is_asked_for() -> None:
    first, second = recorded(
        get("users/0bf3-id/calendarView?$top=1", {"value": []}),
        get("users/Atrium%40contoso.com", {"id": "0bf3-id", "mail": "ATRIUM@contoso.com"}),
    )
    assert first["path"] == "users/room-1@masked.invalid/calendarView"
    assert first["query"] == {"$top": "1"}
    assert second["path"] == "users/room-1@masked.invalid"
    assert second["body"] == {"id": "0bf3-id", "mail": "room-1@masked.invalid"}


def test_a_principal_name_that_differs_goes_on_differing() -> None:
    (entry,) = recorded(
        get(
            "users/atrium@contoso.com",
            {
                "mail": "atrium@contoso.com",
                "userPrincipalName": "r17@contoso.com",
                "proxyAddresses": ["SMTP:atrium@contoso.com", "smtp:r17@contoso.com"],
                "displayName": "Atrium",
            },
        )
    )
    assert entry["body"] == {
        "mail": "room-1@masked.invalid",
        "userPrincipalName": "person-1@masked.invalid",
        "proxyAddresses": ["SMTP:room-1@masked.invalid", "smtp:person-1@masked.invalid"],
        "displayName": "Room 1",
    }


def test_what_a_batch_holds_stands_by_itself() -> None:
    sent = {
        "requests": [
            {"id": "0", "method": "GET", "url": "/users/atrium@contoso.com"},
            {"id": "1", "method": "PATCH", "url": "/users/b@contoso.com/events/x", "body": {}},
            {"id": "2", "method": "GET", "url": "/users/never"},
        ]
    }
    body = {
        "responses": [
            {"id": "1", "status": 403, "headers": {"Retry-After": "7"}, "body": refusal("Denied")},
            {"id": "0", "status": 404, "body": refusal("NotThere")},
        ]
    }
    found = recorded(
        HttpExchange(
            "POST", f"{BASE}/$batch", json.dumps(sent).encode(), 200, {}, json.dumps(body).encode()
        )
    )
    assert [(one["method"], one["path"], one["status"]) for one in found] == [
        ("GET", "users/room-1@masked.invalid", 404),
        ("PATCH", "users/person-1@masked.invalid/events/x", 403),
    ]
    assert found[1]["headers"] == {"retry-after": "7"}
    assert found[1]["body"] == {"error": {"code": "Denied", "message": "(masked)"}}


def refusal(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": f"{code} for anna@contoso.com"}}


def test_a_link_leads_on_in_the_recording() -> None:
    link = f"{BASE}/users('atrium@contoso.com')/calendarView?$skiptoken=YXRyaXVt%3D&$top=1"
    first, second = recorded(
        get("users/atrium@contoso.com/calendarView", {"value": [], "@odata.nextLink": link}),
        get(link.removeprefix(f"{BASE}/"), {"value": []}),
    )
    path, _, query = first["body"]["@odata.nextLink"].partition("?")
    assert path == "{base}/users%28%27room-1%40masked.invalid%27%29/calendarView"
    assert query == f"$skiptoken={second['query']['$skiptoken']}&$top=1"
    assert "YXRyaXVt" not in json.dumps([first, second])


def test_of_a_question_asked_again_the_last_answer_counts() -> None:
    (only,) = recorded(get("places/x", {}, 429), get("places/x", {"value": []}))
    assert only["status"] == 200


def test_an_answer_that_is_no_json_is_recorded_without_its_text() -> None:
    html = HttpExchange("GET", f"{BASE}/places/x", b"", 502, {}, b"<html>Contoso proxy</html>")
    (only,) = recorded(html)
    assert (only["status"], only["body"]) == (502, None)


def test_roles_are_kept_and_whose_token_it_is_is_not() -> None:
    claims = TokenClaims(("Place.Read.All",), "my-app", "my-tenant")
    found = Recorder([ROOM]).recording(
        [], recorded_at="2026-10-19T05:30:00Z", claims=claims, ahead_seconds=3.0
    )
    assert found["roles"] == ["Place.Read.All"]
    assert "my-" not in json.dumps(found)
    assert found["rooms"] == [{"address": "room-1@masked.invalid", "id": "0BF3-ID"}]
