from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from builders import NOW, make_subscription
from desk import Desk
from listening import PATIENCE, Listening, eventually, listening

from obctl.domain.company_log import LogEntry
from obctl.sandbox.server import SandboxServer
from obctl.store.company_log import LogFilter, search_log
from obctl.store.inbox import inbox_summary
from obctl.store.subscriptions import load_subscriptions, save_subscription

MONDAY = "2026-10-19T05:30:00Z"
AN_HOUR_LATER = "2026-10-19T06:30:00Z"


@pytest.fixture
def subscribed_desk(desk: Desk) -> Desk:
    """Two rooms, one of them subscribed in the ledger; no Graph anywhere."""
    with desk.store() as store:
        save_subscription(store, make_subscription(expires_at=NOW + timedelta(days=30)))
    return desk


def item(event: str = "E1", **changes: object) -> dict[str, object]:
    return {
        "subscriptionId": "S1",
        "clientState": "secret",
        "changeType": "updated",
        "resourceData": {"id": event},
        **changes,
    }


def pending(desk: Desk) -> int:
    with desk.store() as store:
        return inbox_summary(store)[0]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("options", [(), ("--no-worker",)], ids=["worker", "no worker"])
def test_it_says_where_it_listens_in_one_line_and_ends_with_0(desk, how, options) -> None:
    with listening(desk, *options) as listener:
        assert urlsplit(listener.url).path == "/notifications"
        assert listener.request("GET", "/healthz")[0] == 200
        assert listener.end(how) == (0, "", "")


def test_for_people_the_line_is_words(desk) -> None:
    words = [sys.executable, "-m", "obctl", "listen", "--port", "0", "--no-worker"]
    environment = {**os.environ, **desk.environment}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert line.startswith("listening: http://127.0.0.1:")
        assert process.stdout.read() == ""


def test_it_needs_no_credential_only_to_receive(subscribed_desk) -> None:
    del subscribed_desk.environment["OBCTL_GRAPH_TOKEN"]
    with listening(subscribed_desk, "--no-worker") as listener:
        assert listener.notify(item()) == 202
        listener.end()
    assert pending(subscribed_desk) == 1


def test_what_is_dropped_is_said_with_its_reason_and_does_not_flood(subscribed_desk) -> None:
    with listening(subscribed_desk, "--no-worker") as listener:
        forged = item(clientState="guessed")
        assert listener.notify(*(forged for _ in range(9))) == 202
        assert listener.notify(forged, forged, item(subscriptionId="S9")) == 202
        code, _out, err = listener.end()
    assert code == 0
    assert [line.partition(":")[0] for line in err.splitlines()] == [
        "dropped 1 notification (wrong-client-state)",
        "dropped 10 notifications (wrong-client-state)",
        "dropped 1 notification (unknown-subscription)",
    ]
    assert "obctl subscriptions list" in err
    assert "guessed" not in err


def test_a_missing_credential_is_said_before_it_is_ready(desk) -> None:
    desk.environment["OBCTL_GRAPH_TOKEN"] = ""
    with pytest.raises(AssertionError, match="OBCTL_GRAPH_TOKEN"):
        Listening(desk)


def test_what_was_answered_202_outlives_a_kill(subscribed_desk) -> None:
    answered: list[str] = []
    with listening(subscribed_desk, "--no-worker") as listener:

        def post(sender: int) -> None:
            number = 0
            while True:
                event = f"{sender}-{number}"
                try:
                    if listener.notify(item(event)) == 202:
                        answered.append(event)
                except OSError:
                    return
                number += 1

        senders = [threading.Thread(target=post, args=(sender,)) for sender in range(4)]
        for sender in senders:
            sender.start()
        eventually(lambda: len(answered) > 50)
        listener.process.kill()
        listener.process.wait()
        for sender in senders:
            sender.join()
    with subscribed_desk.store() as store:
        kept = {row["event_id"] for row in store.rows("SELECT event_id FROM inbox")}
    assert set(answered) <= kept


def test_requests_under_way_at_the_end_are_answered_and_kept(subscribed_desk) -> None:
    with listening(subscribed_desk, "--no-worker") as listener:
        body = json.dumps({"value": [item()]}).encode()
        address = urlsplit(listener.url)
        with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as slow:
            slow.sendall(
                b"POST /notifications HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body) + body[:20]
            )
            eventually(lambda: listener.request("GET", "/healthz")[0] == 200)
            listener.process.send_signal(signal.SIGTERM)
            eventually(lambda: _refuses(address.port))
            slow.sendall(body[20:])
            assert slow.recv(64).startswith(b"HTTP/1.1 202")
        assert listener.process.wait(PATIENCE) == 0
    assert pending(subscribed_desk) == 1


def _refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
    except OSError:
        return True
    return False


def test_a_port_that_is_taken_is_an_error_of_the_arguments(desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        answer = desk.run("listen", "--port", port)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert f"port {port}" in answer.stderr
    assert "--port" in answer.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "no.such.host.invalid"), "no.such.host.invalid"),
        (("--tls-key", "key.pem"), "--tls-cert"),
        (("--tls-cert", "no-such.pem"), "no-such.pem"),
        (("--tls-cert", __file__), "cannot be used"),
        (("--port", "70000"), "65535"),
        (("--debounce", "-1"), "--debounce"),
    ],
)
def test_wrong_options_are_said(desk, options, words) -> None:
    answer = desk.run("listen", *options)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert words in answer.stderr


def test_a_store_that_is_not_there_is_said_at_once(desk) -> None:
    (desk.home / "contoso" / "store.db").unlink()
    answer = desk.run("listen", "--port", "0")
    assert answer.exit_code == 2
    assert "store" in answer.stderr


def test_obctl_now_runs_on(subscribed_desk) -> None:
    with listening(subscribed_desk, "--no-worker") as listener:
        listener.notify(item())
        listener.end()
    with subscribed_desk.store() as store:
        received = search_log(store, LogFilter())[0].at
    assert NOW <= received < NOW + timedelta(minutes=5)


def test_metrics_are_for_everybody_only_where_asked_for(desk) -> None:
    with listening(desk, "--no-worker") as listener:
        assert listener.request("GET", "/metrics", X_Forwarded_For="10.1.2.3")[0] == 403
        assert listener.request("GET", "/metrics")[0] == 200
    with listening(desk, "--no-worker", "--metrics-public") as listener:
        assert listener.request("GET", "/metrics", X_Forwarded_For="10.1.2.3")[0] == 200


def test_it_speaks_tls(desk, tmp_path: Path) -> None:
    certificate = _certificate(tmp_path)
    with listening(desk, "--no-worker", "--tls-cert", str(certificate)) as listener:
        address = urlsplit(listener.url)
        assert address.scheme == "https"
        trusting = ssl.create_default_context(cafile=str(certificate))
        with (
            socket.create_connection((address.hostname, address.port)) as raw,
            trusting.wrap_socket(raw, server_hostname="127.0.0.1") as secure,
        ):
            secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert secure.recv(64).startswith(b"HTTP/1.1 200")


def _certificate(folder: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key in one file."""
    from datetime import UTC, datetime
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "listener")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "listener.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_graph_that_is_down_leaves_what_waits_in_the_inbox(subscribed_desk) -> None:
    with listening(subscribed_desk, "--debounce", "0") as listener:
        assert listener.notify(item()) == 202
        assert listener.process.stderr.readline().startswith("atrium@contoso.example: ")
        assert listener.notify(item("E2")) == 202
        assert listener.end()[0] == 0
    assert pending(subscribed_desk) == 2


@pytest.fixture
def running_tenant():
    """The demo's tenant, its clock running: deliveries take their time."""
    with SandboxServer(clock=MONDAY) as server:
        yield server


@pytest.fixture
def tenant_desk(tmp_path: Path, running_tenant: SandboxServer) -> Desk:
    desk = Desk(tmp_path / "home", url=running_tenant.url, environment={"OBCTL_NOW": MONDAY})
    assert desk.run("rooms", "add", running_tenant.rooms[0]).exit_code == 0
    return desk


def actions(desk: Desk) -> list[str]:
    with desk.store() as store:
        return [entry.action for entry in _oldest_first(search_log(store, LogFilter()))]


def _oldest_first(entries: list[LogEntry]) -> list[LogEntry]:
    return entries[::-1]


def reservations(desk: Desk) -> list[str]:
    with desk.store() as store:
        return [row["subject"] for row in store.rows("SELECT subject FROM reservations")]


def test_a_meeting_made_in_outlook_becomes_a_reservation(tenant_desk, running_tenant) -> None:
    with listening(tenant_desk, "--debounce", "0.2") as listener:
        answer = tenant_desk.run(
            "subscriptions", "create", "--all", "--notification-url", listener.url
        )
        assert answer.exit_code == 0, answer.stderr
        assert _control(
            running_tenant, "trigger", {"event": "created", "room": running_tenant.rooms[0]}
        )
        eventually(lambda: reservations(tenant_desk))
        eventually(lambda: pending(tenant_desk) == 0)
        code, out, err = listener.end()
    assert (code, out, err) == (0, "", "")
    done = actions(tenant_desk)
    assert done.index("notification.received") < done.index("event.created")
    with tenant_desk.store() as store:
        by_action = {entry.action: entry.actor for entry in search_log(store, LogFilter())}
        assert by_action["notification.received"] == by_action["event.created"] == "listener"
        assert by_action["subscription.created"] == "mia"
        (subscription,) = load_subscriptions(store)
        assert subscription.last_notification_at is not None
        dump = "\n".join(store.connection.iterdump())
    assert dump.count(subscription.client_state) == 1


def test_a_second_look_is_still_pending_after_a_kill(tenant_desk, running_tenant) -> None:
    room = running_tenant.rooms[0]
    with listening(tenant_desk, "--debounce", "0.2") as listener:
        tenant_desk.run("subscriptions", "create", room, "--notification-url", listener.url)
        _control(running_tenant, "trigger", {"event": "created", "room": room})
        eventually(lambda: received(tenant_desk, "created") and pending(tenant_desk) == 0)
        assert received(tenant_desk, "settled") == []
        listener.process.kill()
        listener.process.wait()
    tenant_desk.environment["OBCTL_NOW"] = AN_HOUR_LATER
    with listening(tenant_desk, "--debounce", "0.2") as listener:
        eventually(lambda: received(tenant_desk, "settled") and pending(tenant_desk) == 0)
        listener.end()
    assert set(received(tenant_desk, "settled")) == set(received(tenant_desk, "created"))
    assert len(received(tenant_desk, "settled")) == 1


def received(desk: Desk, what: str) -> list[str]:
    """The events that were, or are to be, looked at for that reason."""
    with desk.store() as store:
        rows = store.rows("SELECT event_id FROM inbox WHERE what = ?", (what,))
        return [row["event_id"] for row in rows]


def test_a_subscription_that_graph_removes_is_made_anew(tenant_desk, running_tenant) -> None:
    room = running_tenant.rooms[0]
    with listening(tenant_desk, "--debounce", "0.2") as listener:
        tenant_desk.run("subscriptions", "create", room, "--notification-url", listener.url)
        _control(running_tenant, "trigger", {"event": "subscriptionRemoved", "room": room})
        eventually(lambda: actions(tenant_desk).count("subscription.created") == 2)
        eventually(lambda: pending(tenant_desk) == 0)
        assert listener.end()[0] == 0
    listed = json.loads(tenant_desk.run("subscriptions", "list", "-o", "json").stdout)
    assert [one["state"] for one in listed] == ["active"]
    assert "subscription.lost" in actions(tenant_desk)


def _control(tenant: SandboxServer, call: str, body: dict[str, object]) -> bool:
    import httpx

    url = tenant.url.removesuffix("/v1.0") + f"/sandbox/{call}"
    answer = httpx.post(url, json=body, headers={"Authorization": "Bearer any"})
    assert answer.is_success, answer.text
    return True
