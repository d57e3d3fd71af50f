"""What the listener takes, what it drops, and what it answers."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import closing

import pytest
from running_listener import JSON, TENANT, item, lifecycle

from obctl.store.company_log import LogFilter, find_entry, search_log
from obctl.store.subscriptions import find_subscription
from obctl.webhook.app import LARGEST_BODY


def test_a_notification_is_in_the_inbox_before_graph_gets_its_202(listener) -> None:
    answer = listener.post(item())

    assert (answer.status, answer.body) == (202, b"")
    (row,) = listener.inbox()
    assert (row["kind"], row["what"], row["subscription"], row["room"], row["event_id"]) == (
        "change",
        "updated",
        "S1",
        1,
        "AAMk-1",
    )
    assert row["received_at"] == "2026-09-14T12:00:00Z"
    assert row["handled_at"] is None


def test_the_ledger_knows_when_graph_last_notified(listener) -> None:
    listener.post(item())
    assert find_subscription(listener.store, "S1").last_notification_at is not None
    assert find_subscription(listener.store, "S2").last_notification_at is None


def test_the_log_keeps_the_original_but_not_the_secret(listener) -> None:
    original = (
        b'{ "subscriptionId":"S1",  "changeType":"created","clientState":"secret-of-S1",\n'
        b'"resourceData":{"id":"A\\u00e9","odd":1.50},"later":["x"] }'
    )
    listener.request("POST", "/notifications", b'{"value":[' + original + b"]}")

    (entry,) = search_log(listener.store, LogFilter())
    assert (entry.action, entry.room, entry.event_id) == ("notification.received", 1, "Aé")
    payload = find_entry(listener.store, entry.id).payload
    assert payload == original.replace(b"secret-of-S1", b"(checked)")


def test_a_secret_spelled_with_escapes_does_not_reach_the_log(listener) -> None:
    escaped = '{"subscriptionId":"S1","changeType":"updated","clientState":"secret\\u002dof-S1"}'
    listener.request("POST", "/notifications", b'{"value":[' + escaped.encode() + b"]}")

    assert len(listener.inbox()) == 1
    (entry,) = search_log(listener.store, LogFilter())
    assert find_entry(listener.store, entry.id).payload is None


@pytest.mark.parametrize("text", [rb"half \ud83c", b"no UTF-8 \xff"])
def test_text_that_is_none_costs_no_notification_and_the_log_keeps_its_bytes(
    listener, text: bytes
) -> None:
    original = (
        b'{"subscriptionId":"S1","changeType":"updated","clientState":"secret-of-S1",'
        b'"resourceData":{"id":"A1","x":"' + text + b'"},"later":"' + text + b'"}'
    )
    listener.request("POST", "/notifications", b'{"value":[' + original + b"]}")

    assert [row["event_id"] for row in listener.inbox()] == ["A1"]
    (entry,) = search_log(listener.store, LogFilter())
    payload = find_entry(listener.store, entry.id).payload
    assert payload == original.replace(b"secret-of-S1", b"(checked)")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item(clientState="guessed"), "wrong-client-state"),
        (item(clientState="secret-of-S2"), "wrong-client-state"),
        (item(clientState=None), "wrong-client-state"),
        (item(clientState="secret-of-S1é"), "wrong-client-state"),
        (item(subscriptionId="S9"), "unknown-subscription"),
        (item(subscriptionId="\ud800"), "unknown-subscription"),
        (item(tenantId="00000000-0000-0000-0000-000000000000"), "foreign-tenant"),
        (lifecycle("exploded"), "unknown-kind"),
        (item(resourceData={"id": "x" * 1025}), "malformed"),
        (item(subscriptionId=7), "malformed"),
        (item(subscriptionId=None), "malformed"),
        (item(resourceData=[]), "malformed"),
        ("text", "malformed"),
        (None, "malformed"),
        ([], "malformed"),
    ],
)
def test_a_bad_item_is_dropped_and_counted_and_the_others_are_kept(listener, bad, reason) -> None:
    answer = listener.post(item(resourceData={"id": "A"}), bad, item(resourceData={"id": "B"}))

    assert answer.status == 202
    assert [row["event_id"] for row in listener.inbox()] == ["A", "B"]
    assert listener.metric(f'obctl_notifications_dropped_total{{reason="{reason}"}}') == "1"
    assert listener.metric('obctl_notifications_accepted_total{kind="change"}') == "2"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Updated", "updated"),
        ("CREATED", "created"),
        ("Deleted", "deleted"),
        ("moved", "updated"),
        ("", "updated"),
        (None, "updated"),
        (7, "updated"),
        ([], "updated"),
    ],
)
def test_whatever_a_change_is_called_it_is_a_reason_to_look(listener, said, kept) -> None:
    listener.post(item() | {"changeType": said})
    (row,) = listener.inbox()
    assert (row["what"], row["event_id"]) == (kept, "AAMk-1")


def test_words_and_ids_of_lifecycle_events_have_no_case(listener) -> None:
    listener.post(lifecycle("Missed", subscriptionId="s1"))
    (row,) = listener.inbox()
    assert (row["what"], row["subscription"]) == ("missed", "S1")


def test_one_post_may_mix_subscriptions(listener) -> None:
    listener.post(item(), item(subscriptionId="S2", clientState="secret-of-S2"))
    assert [row["room"] for row in listener.inbox()] == [1, 2]


def test_only_bad_items_are_202_too_so_that_graph_does_not_repeat_them(listener) -> None:
    assert listener.post(item(clientState="guessed")).status == 202
    assert listener.post().status == 202
    assert listener.inbox() == []


def test_the_tenant_is_compared_without_case_and_only_where_it_is_named(listener) -> None:
    listener.post(item(tenantId=TENANT.upper()), item(tenantId=None))
    assert len(listener.inbox()) == 2


@pytest.mark.parametrize("path", ["/notifications", "/lifecycle"])
@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
def test_the_item_says_that_it_is_a_lifecycle_event_not_the_path(listener, path, event) -> None:
    assert listener.post(lifecycle(event), path=path).status == 202
    (row,) = listener.inbox()
    assert (row["kind"], row["what"], row["event_id"]) == ("lifecycle", event, None)


def test_the_event_is_read_from_the_path_where_no_data_names_it(listener) -> None:
    listener.post(item(resourceData=None))
    assert listener.inbox()[0]["event_id"] == "AAMk-1"


def test_a_subscription_made_meanwhile_by_another_process_is_known(listener) -> None:
    listener.subscribe(id="S3", client_state="secret-of-S3")
    listener.post(item(subscriptionId="S3", clientState="secret-of-S3"))
    assert [row["subscription"] for row in listener.inbox()] == ["S3"]


def test_strangers_do_not_keep_a_new_subscription_from_being_known(listener) -> None:
    """A look at the ledger that strangers caused must not stand in for the one we need."""
    strangers = [
        threading.Thread(target=listener.post, args=(item(subscriptionId=f"X{number}"),))
        for number in range(8)
    ]
    for stranger in strangers:
        stranger.start()
    listener.subscribe(id="S4", client_state="secret-of-S4")
    listener.post(item(subscriptionId="S4", clientState="secret-of-S4"))
    for stranger in strangers:
        stranger.join()
    assert [row["subscription"] for row in listener.inbox()] == ["S4"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"value":1}',
        b'{"values":[]}',
        b'{"value":[{]}',
        b"\xff\xfe",
        b'{"value":' + b"[" * 100_000,
    ],
)
def test_broken_json_is_400(listener, body) -> None:
    assert listener.request("POST", "/notifications", body).status == 400
    assert listener.inbox() == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/jsonp"},
        JSON | {"Content-Encoding": "gzip"},
    ],
)
def test_another_content_type_is_415(listener, headers) -> None:
    body = json.dumps({"value": [item()]}).encode()
    assert listener.request("POST", "/notifications", body, headers).status == 415
    assert listener.inbox() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("path", ["/notifications", "/lifecycle"])
def test_another_method_is_405(listener, method, path) -> None:
    answer = listener.request(method, f"{path}?validationToken=x")
    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/notifications/", "/docs", "/notifications/../healthz"])
def test_another_path_is_404(listener, path) -> None:
    assert listener.request("POST", path, b"{}").status == 404


def test_the_largest_body_is_taken_and_one_byte_more_is_413(listener) -> None:
    body = json.dumps({"value": [item()]}).encode()
    padded = body + b" " * (LARGEST_BODY - len(body))
    assert listener.request("POST", "/notifications", padded).status == 202
    assert listener.request("POST", "/notifications", padded + b" ").status == 413
    assert len(listener.inbox()) == 1


def test_a_body_that_does_not_say_how_long_it_is_is_limited_too(listener) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=20)
    with closing(connection):
        chunks = (b" " * 65_536 for _ in range(20))
        connection.request("POST", "/notifications", chunks, JSON, encode_chunked=True)
        assert connection.getresponse().status == 413


def test_a_body_announced_as_huge_is_not_waited_for(listener) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as raw:
        raw.sendall(
            b"POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999\r\n\r\n"
        )
        assert raw.recv(64).startswith(b"HTTP/1.1 413")


def test_a_connection_cut_in_the_body_leaves_nothing(listener) -> None:
    body = json.dumps({"value": [item()]}).encode()
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as raw:
        raw.sendall(
            b"POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % (len(body) + 1) + body
        )
    assert listener.post(item(resourceData={"id": "after"})).status == 202
    assert [row["event_id"] for row in listener.inbox()] == ["after"]


def test_a_store_that_cannot_be_written_makes_graph_come_again(doomed_listener) -> None:
    doomed_listener.break_store()
    assert doomed_listener.post(item()).status == 503
    assert search_log(doomed_listener.store, LogFilter()) == []


def test_a_store_that_somebody_holds_makes_graph_come_again(listener) -> None:
    with listener.store.transaction():
        assert listener.post(item()).status == 503
    assert listener.inbox() == []
    assert listener.post(item()).status == 202
    assert len(listener.inbox()) == 1


def test_a_body_that_does_not_end_in_time_makes_graph_come_again(listener) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as raw:
        raw.sendall(
            b"POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b'Content-Length: 100\r\n\r\n{"value": ['
        )
        assert raw.recv(64).startswith(b"HTTP/1.1 503")
    assert listener.metric('obctl_responses_total{status="503"}') == "1"
    assert listener.inbox() == []


def test_many_at_once_are_all_kept(listener) -> None:
    senders = [
        threading.Thread(
            target=lambda sender=sender: [
                listener.post(item(resourceData={"id": f"{sender}-{number}"}))
                for number in range(25)
            ]
        )
        for sender in range(8)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len({row["event_id"] for row in listener.inbox()}) == 200
