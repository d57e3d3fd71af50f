from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CredentialUnavailableError
from pytest_mock import MockerFixture
from recorded_graph import RecordedGraph, refusal

from obctl.config import Cloud, CredentialKind, GraphSettings, is_loopback
from obctl.domain.directory import DirectoryEntry
from obctl.errors import (
    ConfigError,
    CredentialRefused,
    ForeignLink,
    GraphUnavailable,
    NotAuthorised,
    ObctlError,
)
from obctl.graph.address import base_url, same_origin
from obctl.graph.client import connected
from obctl.graph.credentials import token_source
from obctl.graph.gateway import GraphGateway, open_gateway
from obctl.graph.request import anything
from obctl.graph.tokens import EntraTokens
from obctl.graph.transport import open_http
from obctl.sandbox.faults import CLAIMS, Fault
from obctl.sandbox.server import SandboxServer

URL = "https://graph.microsoft.com/v1.0"
SECRET = "s3cret-of-the-app"


class Credential:
    """A credential of azure-identity, without Entra behind it."""

    def __init__(self, *answers: Exception | AccessToken) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[Any, ...]] = []
        self.closed = False

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        self.asked.append((*scopes, claims))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        self.closed = True


def tokens(*answers: Exception | AccessToken) -> tuple[EntraTokens, Credential]:
    credential = Credential(*answers)
    scope = "https://graph.microsoft.com/.default"
    return EntraTokens(URL, lambda: credential, scope, CredentialKind.ENVIRONMENT), credential


def lasting(text: str, seconds: float) -> AccessToken:
    return AccessToken(text, int(time.time() + seconds))


async def fetch(source: EntraTokens, times: int = 1, claims: str | None = None) -> list[str]:
    context = {"claims": claims} if claims else {}
    return await asyncio.gather(
        *(source.get_authorization_token(f"{URL}/users", context) for _ in range(times))
    )


def test_many_requests_share_one_sign_in() -> None:
    source, credential = tokens(lasting("t1", 3600))
    assert asyncio.run(fetch(source, times=5)) == ["t1"] * 5
    assert credential.asked == [("https://graph.microsoft.com/.default", None)]


def test_a_token_about_to_end_is_renewed() -> None:
    source, _ = tokens(lasting("t1", 60), lasting("t2", 3600))
    assert asyncio.run(fetch(source)) == ["t1"]
    assert asyncio.run(fetch(source)) == ["t2"]


async def ask_once(graph: RecordedGraph, source: EntraTokens) -> None:
    async with open_http(graph.url) as http:
        sdk = connected(http, graph.url, source, Cloud.GLOBAL)
        info = sdk.follow(f"{graph.url}/users/a", anything("a"))
        assert await sdk.send(info, anything("a")) == b'{"id": "a"}'


class Caching(Credential):
    """As azure-identity's are: a token is returned again until claims ask for another."""

    def get_token(self, *scopes: str, claims: str | None = None) -> AccessToken:
        if self.asked and claims is None:
            self.asked.append((*scopes, claims))
            return self.last
        self.last = super().get_token(*scopes, claims=claims)
        return self.last


def asked_with(graph: RecordedGraph, *answers: Exception | AccessToken) -> list[str]:
    """Ask one question with these tokens, each of a credential's own; those that Graph saw."""
    made = [Caching(answer) for answer in answers]
    source = EntraTokens(graph.url, iter(made).__next__, "scope", CredentialKind.ENVIRONMENT)
    try:
        asyncio.run(ask_once(graph, source))
    finally:
        seen = [request.headers["authorization"] for request in graph.seen]
    return seen


def test_a_token_that_graph_refuses_is_renewed_and_the_request_sent_once_more(
    graph: RecordedGraph,
) -> None:
    """Revoked, or outlived by a wait: the credential is asked, not the operator."""
    graph.on("/users/a", refusal(401, "InvalidAuthenticationToken"), {"id": "a"})
    seen = asked_with(graph, lasting("t1", 3600), lasting("t2", 3600))
    assert seen == ["Bearer t1", "Bearer t2"]


def test_a_refused_token_is_renewed_once_for_all_requests_that_went_with_it() -> None:
    made = [Caching(lasting(f"t{number}", 3600)) for number in (1, 2, 3)]
    left = iter(made)
    source = EntraTokens(URL, left.__next__, "scope", CredentialKind.ENVIRONMENT)
    assert asyncio.run(fetch(source)) == ["t1"]
    assert [source.renew("t1") for _ in range(3)] == [True, True, True]
    assert asyncio.run(fetch(source, times=3)) == ["t2"] * 3
    assert source.renew("t1")  # a late one: the token has been another since
    assert asyncio.run(fetch(source)) == ["t2"]
    assert [one.closed for one in made] == [True, False, False]


CHALLENGE = 'Bearer realm="", error="insufficient_claims", claims="eyJhIjoxfQ"'


def test_a_claims_challenge_is_answered_with_a_token_that_proves_them(
    graph: RecordedGraph,
) -> None:
    graph.on(
        "/users/a",
        refusal(401, "InvalidAuthenticationToken", WWW_Authenticate=CHALLENGE),
        {"id": "a"},
    )
    credential = Caching(lasting("t1", 3600), lasting("t2", 3600))
    source = EntraTokens(graph.url, lambda: credential, "scope", CredentialKind.ENVIRONMENT)
    asyncio.run(ask_once(graph, source))
    assert [one.headers["authorization"] for one in graph.seen] == ["Bearer t1", "Bearer t2"]
    assert credential.asked == [("scope", None), ("scope", '{"a":1}')]


@pytest.mark.parametrize(
    "claims", ["eyJhIjoxfQ==", "eyJhIjoxfQ", "eyJhIjoiPz8_In0", "eyJhIjoiPz8/In0="]
)
def test_claims_are_read_however_they_are_spelled(claims: str) -> None:
    source, credential = tokens(lasting("t1", 3600))
    asyncio.run(fetch(source, claims=claims))
    assert credential.asked[-1][-1] in ('{"a":1}', '{"a":"???"}')


@pytest.mark.parametrize("claims", ["no base64!", "gIGC"])
def test_claims_that_cannot_be_read_are_told(claims: str) -> None:
    source, _ = tokens(lasting("t1", 3600))
    with pytest.raises(CredentialRefused, match="claims challenge"):
        asyncio.run(fetch(source, claims=claims))


def test_many_requests_prove_the_same_claims_once() -> None:
    source, credential = tokens(lasting("t1", 3600), lasting("t2", 3600))
    asyncio.run(fetch(source))
    assert asyncio.run(fetch(source, times=4, claims="eyJhIjoxfQ==")) == ["t2"] * 4
    assert asyncio.run(fetch(source)) == ["t2"]
    assert len(credential.asked) == 2


def challenged(tenant: SandboxServer, tokens: Callable[[], Caching]) -> None:
    tenant.service.faults.active.append(Fault("claims-challenge"))
    source = EntraTokens(tenant.url, tokens, "scope", CredentialKind.ENVIRONMENT)

    async def session() -> None:
        async with open_http(tenant.url) as http:
            gateway = GraphGateway(connected(http, tenant.url, source, Cloud.GLOBAL))
            assert await gateway.look_up(tenant.rooms[0]) is not None
            found = await gateway.look_up_all(tenant.rooms)
            assert all(isinstance(one, DirectoryEntry) for one in found.values())

    asyncio.run(session())


def test_a_tenant_that_challenges_is_answered_singly_and_in_batches() -> None:
    with SandboxServer(frozen=True) as tenant:
        credential = Caching(lasting("old", 3600), lasting(f"new.{CLAIMS}", 3600))
        challenged(tenant, lambda: credential)
        assert len(credential.asked) == 2


def test_a_credential_that_can_prove_nothing_is_refused() -> None:
    with SandboxServer(frozen=True) as tenant, pytest.raises(CredentialRefused) as told:
        challenged(tenant, lambda: Caching(*(lasting(f"old{n}", 3600) for n in range(9))))
    assert told.value.exit_code == 4


def test_a_second_refusal_is_told(graph: RecordedGraph) -> None:
    graph.on("/users/a", refusal(401, "InvalidAuthenticationToken"))
    with pytest.raises(CredentialRefused, match="does not accept the credential"):
        asked_with(graph, lasting("t1", 3600), lasting("t2", 3600))
    assert len(graph.seen) == 2


def test_another_token_helps_nobody_who_is_forbidden(graph: RecordedGraph) -> None:
    graph.on("/users/a", refusal(403, "ErrorAccessDenied"))
    with pytest.raises(NotAuthorised):
        asked_with(graph, lasting("t1", 3600))
    assert len(graph.seen) == 1


def test_what_entra_wants_proven_anew_is_passed_on() -> None:
    source, credential = tokens(lasting("t1", 3600), lasting("t2", 3600))
    asyncio.run(fetch(source))
    assert asyncio.run(fetch(source, claims="eyJhIjoxfQ==")) == ["t2"]
    assert credential.asked[-1][-1] == '{"a":1}'


def test_a_token_never_leaves_for_another_server() -> None:
    source, credential = tokens(lasting("t1", 3600))
    for elsewhere in ("https://evil.example/v1.0", "http://graph.microsoft.com/v1.0"):
        with pytest.raises(ForeignLink) as raised:
            asyncio.run(source.get_authorization_token(elsewhere, {}))
        assert raised.value.code == "foreign-link"
    assert credential.asked == []


def test_the_credential_is_closed_with_its_source() -> None:
    source, credential = tokens()
    source.close()
    assert credential.closed


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (CredentialUnavailableError("no az here"), CredentialRefused),
        (
            ClientAuthenticationError("AADSTS7000215: invalid secret"),
            CredentialRefused,
        ),
        (ServiceRequestError("no network"), GraphUnavailable),
        (ValueError("Incorrect padding"), CredentialRefused),
    ],
)
def test_a_sign_in_that_goes_wrong_says_what_to_check(
    error: Exception, kind: type[ObctlError]
) -> None:
    source, _ = tokens(error)
    with pytest.raises(kind) as raised:
        asyncio.run(fetch(source))
    assert raised.value.hint


def test_a_certificate_file_that_is_missing_is_named(tmp_path: Path) -> None:
    settings = GraphSettings(
        tenant_id="t", client_id="c", credential=CredentialKind.CERTIFICATE,
        certificate=tmp_path / "app.pem",
    )  # fmt: skip
    with pytest.raises(ConfigError, match=r"app\.pem"):
        token_source(settings, URL, None, {})


def test_a_certificate_file_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text("hello")
    environ = {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}
    settings = GraphSettings(credential=CredentialKind.CERTIFICATE, certificate=file)
    with pytest.raises(ConfigError):
        token_source(settings, URL, None, environ)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (CredentialKind.ENVIRONMENT, ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"]),
        (CredentialKind.CERTIFICATE, ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "certificate"]),
        (
            CredentialKind.WORKLOAD_IDENTITY,
            ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"],
        ),
    ],
)
def test_everything_that_is_missing_is_named_at_once(
    kind: CredentialKind, missing: list[str]
) -> None:
    with pytest.raises(ConfigError) as raised:
        token_source(GraphSettings(credential=kind), URL, None, {})
    assert all(name in raised.value.message for name in missing)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("cloud", Cloud)
@pytest.mark.parametrize(
    "kind",
    [CredentialKind.ENVIRONMENT, CredentialKind.MANAGED_IDENTITY, CredentialKind.AZURE_CLI],
)
def test_every_cloud_has_its_own_scope(cloud: Cloud, kind: CredentialKind) -> None:
    settings = GraphSettings(cloud=cloud, tenant_id="t", client_id="c", credential=kind)
    source = token_source(settings, base_url(settings), None, {"AZURE_CLIENT_SECRET": SECRET})
    assert isinstance(source, EntraTokens)
    host = base_url(settings).removeprefix("https://").removesuffix("/v1.0")
    assert source._scope == f"https://{host}/.default"
    source.close()


@pytest.mark.parametrize(
    ("ids", "environ"),
    [
        ({"tenant_id": "t", "client_id": "c"}, {}),
        ({}, {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}),
    ],
    ids=["settings", "environment"],
)
def test_a_federated_token_needs_no_secret(
    mocker: MockerFixture, ids: dict[str, str], environ: dict[str, str]
) -> None:
    made = mocker.patch("azure.identity.WorkloadIdentityCredential")
    made.return_value.get_token.return_value = lasting("t1", 3600)
    settings = GraphSettings(
        cloud=Cloud.USGOV,
        credential=CredentialKind.WORKLOAD_IDENTITY,
        **ids,  # type: ignore[arg-type]
    )
    environ = environ | {"AZURE_FEDERATED_TOKEN_FILE": "/var/run/token"}
    source = token_source(settings, URL, None, environ)
    assert isinstance(source, EntraTokens)
    assert asyncio.run(fetch(source)) == ["t1"]
    (call,) = made.call_args_list
    told = {name: call.kwargs[name] for name in ("tenant_id", "client_id", "token_file_path")}
    assert told == {"tenant_id": "t", "client_id": "c", "token_file_path": "/var/run/token"}
    assert call.kwargs["authority"] == "login.microsoftonline.us"


def test_a_proxy_in_front_of_graph_changes_no_scope() -> None:
    settings = GraphSettings(url="https://proxy.example/graph/v1.0", tenant_id="t", client_id="c")
    source = token_source(settings, base_url(settings), None, {"AZURE_CLIENT_SECRET": SECRET})
    assert isinstance(source, EntraTokens)
    assert source._scope == "https://graph.microsoft.com/.default"
    source.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/v1.0",
        "http://127.8.9.1/v1.0",
        "http://[::1]:8080/v1.0",
        "http://localhost:8080/v1.0",
        "http://LOCALHOST/v1.0",
        "https://127.0.0.1/v1.0",
    ],
)
def test_the_token_of_a_sandbox_goes_to_this_machine(url: str) -> None:
    settings = GraphSettings(url=url, credential=CredentialKind.TOKEN)
    assert token_source(settings, base_url(settings), "x", {})


@pytest.mark.parametrize(
    "url",
    [
        None,
        "https://graph.microsoft.com/v1.0",
        "http://127.0.0.1.evil.example/v1.0",
        "http://localhost.evil.example/v1.0",
        "http://10.0.0.1/v1.0",
        "http://0.0.0.0/v1.0",
        "http://[::ffff:8.8.8.8]/v1.0",
    ],
)
def test_the_token_of_a_sandbox_goes_nowhere_else(url: str | None) -> None:
    settings = GraphSettings(url=url, credential=CredentialKind.TOKEN)
    with pytest.raises(ConfigError) as raised:
        token_source(settings, base_url(settings), SECRET, {})
    assert SECRET not in raised.value.message


def test_a_missing_token_names_the_variable() -> None:
    settings = GraphSettings(url="http://127.0.0.1/v1.0", credential=CredentialKind.TOKEN)
    with pytest.raises(ConfigError, match="OBCTL_GRAPH_TOKEN"):
        token_source(settings, base_url(settings), None, {})


def test_a_real_credential_never_goes_over_plain_http() -> None:
    settings = GraphSettings(url="http://127.0.0.1/v1.0", tenant_id="t", client_id="c")
    with pytest.raises(ConfigError, match="https"):
        token_source(settings, base_url(settings), None, {"AZURE_CLIENT_SECRET": SECRET})


@pytest.mark.parametrize(
    "url",
    ["ftp://x/v1.0", "graph.microsoft.com", "https://", "http://a:b@127.0.0.1/v1.0", "http://x:y/"],
)
def test_a_url_that_is_none_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError):
        base_url(GraphSettings(url=url))


def test_a_password_in_the_url_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as raised:
        base_url(GraphSettings(url=f"https://obctl:{SECRET}@graph.microsoft.com/v1.0"))
    assert SECRET not in raised.value.message


def test_no_secret_shows_in_a_traceback_or_a_repr() -> None:
    async def session() -> None:
        settings = GraphSettings(url="http://127.0.0.1:9/v1.0", credential=CredentialKind.TOKEN)
        async with open_gateway(settings, token=SECRET) as gateway:
            assert SECRET not in repr(gateway)
            await gateway.look_up("a")

    with pytest.raises(GraphUnavailable) as raised:
        asyncio.run(session())
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_az_that_is_not_signed_in_is_an_error_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    async def session() -> None:
        settings = GraphSettings(tenant_id="t", credential=CredentialKind.AZURE_CLI)
        async with open_gateway(settings, environ={}) as gateway:
            await gateway.look_up("a")

    with pytest.raises(CredentialRefused) as raised:
        asyncio.run(session())
    assert "az login" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("link", "same"),
    [
        ("https://graph.microsoft.com/v1.0/next?$skiptoken=1", True),
        ("https://GRAPH.microsoft.com:443/v1.0/next", True),
        ("http://graph.microsoft.com/v1.0/next", False),
        ("https://graph.microsoft.com:8443/v1.0/next", False),
        ("https://graph.microsoft.com@evil.example/v1.0/next", False),
        ("https://graph.microsoft.com.evil.example/v1.0", False),
        ("//graph.microsoft.com/v1.0", False),
        ("/v1.0/next", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_a_link_is_ours_only_with_scheme_host_and_port(link: str, same: bool) -> None:
    assert same_origin(link, URL) is same


def test_loopback_is_told_from_its_look_alikes() -> None:
    assert is_loopback("http://127.0.0.1:1/v1.0")
    assert not is_loopback("http://127.0.0.1@evil.example/v1.0")
    assert not is_loopback("http://[127.0.0.1/v1.0")
