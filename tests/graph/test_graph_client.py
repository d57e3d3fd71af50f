from __future__ import annotations

import asyncio
import gc
import inspect
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from uuid import UUID

import httpx
import pytest
from asking import Ask
from builders import make_room
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from recorded_graph import Answer, RecordedGraph, handler_for, refusal

from obctl.config import CredentialKind, GraphSettings
from obctl.domain.event import EventId
from obctl.engine.ports import Gateway
from obctl.errors import (
    ForeignLink,
    GraphRefused,
    GraphUnavailable,
    NotAuthorised,
    Throttled,
    UsageError,
)
from obctl.graph.gateway import GraphGateway, open_gateway
from obctl.graph.mailbox_gate import Gate
from obctl.graph.transport import NamedRequests, trust

ROOM = make_room("Atrium")
USER = {"id": "object-atrium", "mail": "atrium@contoso.example"}


def test_an_answer_is_gone_as_soon_as_nobody_needs_it(graph: RecordedGraph, ask: Ask) -> None:
    """Pages are large: a ring around one would keep it until the collector comes by."""

    async def ask_twice(gateway: GraphGateway) -> list[httpx.Response]:
        await gateway.look_up("atrium@contoso.example")
        gc.collect()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            await gateway.look_up("atrium@contoso.example")
            gc.collect()
            return [one for one in gc.garbage if isinstance(one, httpx.Response)]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()

    graph.on("/users/atrium@contoso.example", USER)
    assert ask(ask_twice) == []


def names(graph: RecordedGraph) -> list[str]:
    return [seen.headers["client-request-id"] for seen in graph.seen]


def test_every_request_has_a_name_of_its_own_also_when_it_is_sent_again(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/a", Answer(hang_up=True), USER)
    graph.on("/users/b", USER)

    async def both(gateway: GraphGateway) -> None:
        await gateway.look_up("a")
        await gateway.look_up("b")

    ask(both)
    assert len({str(UUID(name)) for name in names(graph)}) == len(graph.seen) == 3


def test_the_sdk_puts_no_other_name_in_its_place() -> None:
    request = httpx.Request("GET", "https://graph.microsoft.com/v1.0/users")
    handler = NamedRequests()
    handler._add_client_request_id_header(request)
    (name,) = request.headers.get_list("client-request-id")
    handler._add_client_request_id_header(request)
    assert request.headers.get_list("client-request-id") == [str(UUID(name))]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(hang_up=True),
        Answer(b"<html>no gateway</html>", 502),
        Answer(b'{"id": "a"', cut=True),
    ],
    ids=["no answer", "no JSON", "cut"],
)
def test_an_error_names_the_request_also_where_no_answer_did(
    graph: RecordedGraph, ask: Ask, answer: Answer
) -> None:
    graph.on("/users/a", answer)
    with pytest.raises(GraphUnavailable) as told:
        ask(lambda gateway: gateway.look_up("a"))
    assert told.value.client_request_id == names(graph)[-1]


def test_each_question_in_a_batch_has_a_name_of_its_own(graph: RecordedGraph, ask: Ask) -> None:
    graph.serve_batch()
    graph.on("/users/a", USER)
    graph.on("/users/b", Answer({"error": {"code": "Odd"}}, 400))
    found = ask(lambda gateway: gateway.look_up_all(["a", "b"]))
    assert len(set(names(graph))) == len(graph.seen) == 3
    (odd,) = [seen for seen in graph.seen if seen.path == "/users/b"]
    error = found["b"]
    assert isinstance(error, GraphRefused)
    assert error.client_request_id == odd.headers["client-request-id"]


def test_the_name_that_graph_echoes_counts(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/a", refusal(403, "Authorization_RequestDenied"))
    with pytest.raises(NotAuthorised) as told:
        ask(lambda gateway: gateway.look_up("a"))
    assert (told.value.request_id, told.value.client_request_id) == ("req-1", "cli-1")


def test_every_request_carries_the_token_and_the_preferences(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/atrium@contoso.example", USER)
    ask(lambda gateway: gateway.look_up("atrium@contoso.example"))
    headers = graph.seen[0].headers
    assert headers["authorization"] == "Bearer letmein"
    assert headers["prefer"] == (
        'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=200'
    )


def test_a_throttled_request_is_sent_again_by_the_sdk(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/a", refusal(429, "TooManyRequests", Retry_After="1"), USER)
    assert ask(lambda gateway: gateway.look_up("a")) is not None
    assert [seen.headers.get("retry-attempt") for seen in graph.seen] == [None, "1"]


def test_a_wait_longer_than_a_person_waits_is_not_waited(graph: RecordedGraph, ask: Ask) -> None:
    graph.on("/users/a", refusal(429, "TooManyRequests", Retry_After="21"))
    with pytest.raises(Throttled):
        ask(lambda gateway: gateway.look_up("a"))
    assert len(graph.seen) == 1


@pytest.mark.parametrize("location", ["https://login.example/", "/v1.0/users/b", "%%%"])
def test_a_redirect_is_refused_and_not_followed(
    graph: RecordedGraph, ask: Ask, location: str
) -> None:
    graph.on("/users/a", Answer(b"moved", 302, {"Location": location}))
    graph.on("/users/b", USER)
    with pytest.raises(ForeignLink) as raised:
        ask(lambda gateway: gateway.look_up("a"))
    assert raised.value.code == "foreign-link"
    assert graph.paths() == ["/users/a"]


def test_original_json_comes_out_byte_for_byte(graph: RecordedGraph, ask: Ask) -> None:
    odd = b'{ "value" : [1.00,\t"caf\\u00e9"] }'
    graph.on("/users/a/events", Answer(odd))
    for path in ("users/a/events?$top=1", "/users/a/events", f"{graph.url}/users/a/events"):
        assert ask(lambda gateway, path=path: gateway.get(path)) == odd
    assert graph.seen[0].target == "/v1.0/users/a/events?$top=1"


def test_a_forbidden_path_names_no_permission_it_does_not_know(
    graph: RecordedGraph, ask: Ask
) -> None:
    graph.on("/users/a/messages", refusal(403, "ErrorAccessDenied"))
    with pytest.raises(NotAuthorised, match="the permission it needs") as raised:
        ask(lambda gateway: gateway.get("/users/a/messages"))
    assert raised.value.code == "not-authorised"


@pytest.mark.parametrize(
    "path", ["https://evil.example/v1.0/users", "../beta/users", "users/../../beta/users"]
)
def test_a_get_does_not_leave_the_base_address(graph: RecordedGraph, ask: Ask, path: str) -> None:
    with pytest.raises(UsageError):
        ask(lambda gateway: gateway.get(path))
    assert graph.seen == []


def test_a_slash_at_the_end_of_the_url_changes_nothing(graph: RecordedGraph) -> None:
    graph.on("/users/a", USER)

    async def session() -> None:
        settings = GraphSettings(url=graph.url + "/", credential=CredentialKind.TOKEN)
        async with open_gateway(settings, token="x") as gateway:
            await gateway.look_up("a")

    asyncio.run(session())
    assert graph.paths() == ["/users/a"]


def test_an_id_with_odd_characters_stays_one_id(graph: RecordedGraph, ask: Ask) -> None:
    times = {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": "UTC"}
    graph.on("/users/object-atrium/events/AA/+=_-", {"id": "x", "start": times, "end": times})
    ask(lambda gateway: gateway.fetch_event(ROOM, EventId("AA/+=_-")))
    assert graph.seen[0].target.endswith("/events/AA%2F%2B%3D_-")


def test_a_proxy_of_the_environment_never_sees_a_loopback_token(
    graph: RecordedGraph, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RecordedGraph() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        graph.on("/users/a", USER)
        ask(lambda gateway: gateway.look_up("a"))
        assert proxy.seen == []


def most_at_once(names: list[str], *, in_all: int) -> int:
    """How many of `names` the gate ever lets through at the same time."""
    flying, most = 0, 0

    async def fly(gate: Gate, name: str) -> None:
        nonlocal flying, most
        async with gate.passed([name]):
            flying += 1
            most = max(most, flying)
            for _ in range(10):
                await asyncio.sleep(0)
            flying -= 1

    async def session() -> None:
        gate = Gate(in_all=in_all)
        await asyncio.gather(*(fly(gate, name) for name in names))

    asyncio.run(session())
    return most


def test_no_mailbox_has_more_than_four_requests_in_flight() -> None:
    assert most_at_once(["atrium@x", "Atrium@X"] * 10, in_all=100) == 4


def test_many_mailboxes_together_keep_to_the_limit_of_all() -> None:
    assert most_at_once([str(number) for number in range(30)], in_all=8) == 8


def test_two_batches_over_the_same_mailboxes_never_wait_for_each_other() -> None:
    async def fly(gate: Gate, *mailboxes: str) -> None:
        async with gate.passed(mailboxes):
            await asyncio.sleep(0)

    async def session() -> None:
        gate = Gate(per_mailbox=1, in_all=1)
        async with asyncio.timeout(5):
            await asyncio.gather(
                *(fly(gate, *names) for names in [("a", "B"), ("b", "A"), ("A", "a")] * 5)
            )

    asyncio.run(session())


class _Quiet(HTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that refuses our certificate is what the test is about."""


@contextmanager
def serve_tls(folder: Path) -> Iterator[str]:
    """A Graph whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "self-signed.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with RecordedGraph() as behind, _Quiet(("127.0.0.1", 0), handler_for(behind)) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"https://127.0.0.1:{server.server_address[1]}/v1.0"
        server.shutdown()
        thread.join()


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    async def session(url: str) -> None:
        settings = GraphSettings(url=url, credential=CredentialKind.TOKEN)
        async with open_gateway(settings, token="x") as gateway:
            await gateway.look_up("a")

    with serve_tls(tmp_path) as url, pytest.raises(GraphUnavailable, match="certificate"):
        asyncio.run(session(url))


@pytest.mark.parametrize("name", [name for name in vars(Gateway) if not name.startswith("_")])
def test_the_gateway_fits_the_engines_port(name: str) -> None:
    wanted, have = getattr(Gateway, name), getattr(GraphGateway, name)
    assert inspect.signature(have) == inspect.signature(wanted)


@pytest.mark.parametrize("url", ["https://graph.microsoft.com/v1.0", "HTTPS://127.0.0.1:8080"])
def test_whoever_enciphers_has_to_prove_who_they_are(url: str) -> None:
    found = trust(url)
    assert isinstance(found, ssl.SSLContext)
    assert (found.verify_mode, found.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_certificates_are_not_read_where_nothing_is_enciphered() -> None:
    assert trust("http://127.0.0.1:8080/v1.0") is True
