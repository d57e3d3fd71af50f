"""The listener behind nginx as `examples/nginx` sets it up: a real one, where nginx is found."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from builders import NOW, make_subscription
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from desk import Desk
from listening import eventually, listening
from readme_reader import ROOT

from obctl.sandbox.remote import call
from obctl.sandbox.server import SandboxServer
from obctl.store.inbox import inbox_summary
from obctl.store.subscriptions import save_subscription

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
HOST = "rooms.contoso.example"
MONDAY = "2026-10-19T05:30:00Z"
AROUND = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    access_log {folder}/access;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/obctl.conf;
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx is installed here")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path) -> None:
    """A certificate for `HOST` that signs itself, as chain.pem and key.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def configured(folder: Path, listener: str, doors: str) -> list[str]:
    """The words that start nginx with the example, its doors and its backend replaced."""
    folder.mkdir()
    certificate(folder)
    text = (ROOT / "examples" / "nginx" / "obctl.conf").read_text("utf-8")
    for before, after in (
        ("127.0.0.1:8080", urlsplit(listener).netloc),
        ("listen 443 ssl;", doors),
        ("/etc/obctl/tls", str(folder)),
    ):
        assert text.count(before) >= 1
        text = text.replace(before, after)
    (folder / "obctl.conf").write_text(text, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")
    assert NGINX is not None
    errors = str(folder / "errors")
    return [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", errors]


@contextmanager
def behind_nginx(folder: Path, listener: str) -> Iterator[tuple[int, int]]:
    """The ports at which nginx answers: with TLS, and without as the sandbox wants it."""
    secure, plain = free_port(), free_port()
    doors = f"listen 127.0.0.1:{secure} ssl; listen 127.0.0.1:{plain};"
    process = subprocess.Popen(configured(folder, listener, doors), stderr=subprocess.PIPE)
    with process:
        try:
            eventually(lambda: process.poll() is not None or answers(plain))
            assert process.poll() is None, (folder / "errors").read_text("utf-8")
            yield secure, plain
        finally:
            process.terminate()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ask(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def test_what_nginx_says_of_the_example(tmp_path: Path) -> None:
    words = configured(
        tmp_path / "nginx", "http://127.0.0.1:8080", f"listen 127.0.0.1:{free_port()} ssl;"
    )
    done = subprocess.run([*words, "-t"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, "[warn]" in done.stderr) == (0, False), done.stderr
    broken = tmp_path / "nginx" / "obctl.conf"
    broken.write_text(broken.read_text("utf-8").replace("proxy_pass", "proxy_past"), "utf-8")
    done = subprocess.run([*words, "-t"], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, 'unknown directive "proxy_past"' in done.stderr) == (1, True)


def test_only_what_graph_posts_goes_through(desk: Desk, tmp_path: Path) -> None:
    with desk.store() as store:
        save_subscription(store, make_subscription(expires_at=NOW + timedelta(days=30)))
    with (
        listening(desk, "--no-worker") as listener,
        behind_nginx(tmp_path / "nginx", listener.url) as (secure, plain),
    ):
        assert ask(plain, "POST", "/notifications?validationToken=a%20b") == (200, "a b")
        assert ask(plain, "GET", "/notifications")[0] == 405
        for path in ("/metrics", "/healthz", "/", "/notifications/more", "/notificationsx"):
            assert ask(plain, "GET", path)[0] == 404
        assert ask(plain, "POST", "/notifications", b"x" * (17 << 20))[0] == 413
        assert ask(plain, "POST", "/lifecycle", b"x" * (2 << 20))[0] == 413
        trusting = ssl.create_default_context(cafile=str(tmp_path / "nginx" / "chain.pem"))
        with (
            socket.create_connection(("127.0.0.1", secure)) as raw,
            trusting.wrap_socket(raw, server_hostname=HOST) as door,
        ):
            body = b'{"value": [{"subscriptionId": "S1", "clientState": "secret",'
            body += b'"changeType": "updated", "resourceData": {"id": "E1"}}]}'
            door.sendall(
                b"POST /notifications HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
                b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (HOST.encode(), len(body), body)
            )
            assert door.recv(64).startswith(b"HTTP/1.1 202")
    with desk.store() as store:
        assert inbox_summary(store)[0] == 1


def test_a_subscription_and_its_notifications_go_through(tmp_path: Path) -> None:
    with SandboxServer(clock=MONDAY) as tenant:
        desk = Desk(tmp_path / "home", url=tenant.url, environment={"OBCTL_NOW": MONDAY})
        assert desk.run("rooms", "add", tenant.rooms[0]).exit_code == 0
        with (
            listening(desk, "--debounce", "0.2") as listener,
            behind_nginx(tmp_path / "nginx", listener.url) as (_, plain),
        ):
            hook = f"http://127.0.0.1:{plain}/notifications"
            made = desk.run("subscriptions", "create", "--all", "--notification-url", hook)
            assert made.exit_code == 0, made.stderr
            call(tenant.url, "POST", "trigger", {"event": "created", "room": tenant.rooms[0]})
            eventually(lambda: subjects(desk))
            assert listener.end()[0] == 0


def subjects(desk: Desk) -> list[str]:
    with desk.store() as store:
        return [row["subject"] for row in store.rows("SELECT subject FROM reservations")]
