from __future__ import annotations

import json

import pytest
from running_listener import item

from obctl.webhook.app import tenant_guid


def test_health_tells_how_much_waits(listener) -> None:
    assert json.loads(listener.request("GET", "/healthz").body) == {
        "status": "ok",
        "inbox": {"pending": 0, "oldest_at": None, "oldest_seconds": 0},
    }
    listener.post(item(), item())
    assert json.loads(listener.request("GET", "/healthz").body)["inbox"] == {
        "pending": 2,
        "oldest_at": "2026-09-14T12:00:00Z",
        "oldest_seconds": 0,
    }


def test_health_and_metrics_are_503_where_the_store_fails(doomed_listener) -> None:
    doomed_listener.break_store()
    answer = doomed_listener.request("GET", "/healthz")
    assert (answer.status, json.loads(answer.body)) == (503, {"status": "store-unavailable"})
    assert doomed_listener.request("GET", "/metrics").status == 503


def test_metrics_are_prometheus_text(listener) -> None:
    listener.post(item())
    answer = listener.request("GET", "/metrics")
    lines = answer.body.decode().splitlines()

    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'obctl_responses_total{status="202"} 1' in lines
    assert "obctl_inbox_pending 1" in lines
    assert "obctl_response_seconds_count 1" in lines
    names = {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")}
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    suffixes = ("_bucket", "_sum", "_count")
    assert {
        next((name.removesuffix(end) for end in suffixes if name.endswith(end)), name)
        for name in names
    } == typed


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_metrics_are_not_for_those_behind_a_proxy(listener, header) -> None:
    assert listener.request("GET", "/metrics", headers={header: "127.0.0.1"}).status == 403


def test_nothing_shows_the_secret(listener) -> None:
    listener.post(item(), item(clientState="guessed"))
    for path in ("/healthz", "/metrics"):
        assert b"secret-of" not in listener.request("GET", path).body


@pytest.mark.parametrize(
    ("configured", "checked"),
    [
        ("84BD8158-6D4D-4958-8B9F-9D6445542F95", "84bd8158-6d4d-4958-8b9f-9d6445542f95"),
        ("contoso.onmicrosoft.com", None),
        (None, None),
    ],
)
def test_a_tenant_is_checked_where_the_configuration_names_its_id(configured, checked) -> None:
    assert tenant_guid(configured) == checked
