"""Who we are towards Graph: an azure-identity credential, or the sandbox's token.

Tokens live in memory only. Secrets come from the environment, a certificate file, a managed
identity or `az login`, and never reach a message.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator

from obctl.config import CredentialKind, GraphSettings
from obctl.errors import ConfigError, GraphRefused, GraphUnavailable, NotAuthorised
from obctl.graph.address import GRAPH_HOSTS, LOGIN_HOSTS, is_loopback, same_origin

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

_RENEW_BEFORE = 300.0  # seconds; a token must outlive the request it is sent with
_LIMITS: dict[str, Any] = {"retry_total": 2, "connection_timeout": 15, "read_timeout": 30}


class TokenSource(AccessTokenProvider):
    """What the SDK asks for a bearer token before every request; `close` when done."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: dict[str, Any] | None = None
    ) -> str:
        if not same_origin(uri, self._base_url):
            raise GraphRefused("no token leaves for another server", code="foreign-link")
        challenge = (additional_authentication_context or {}).get("claims")
        return await self.fetch(base64.b64decode(challenge).decode() if challenge else None)

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([urlsplit(self._base_url).hostname or ""])

    async def fetch(self, claims: str | None) -> str:
        """A token; `claims` are what Entra wants proven anew, if anything."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what the credential holds open."""


class FixedToken(TokenSource):
    """The token of a sandbox."""

    def __init__(self, base_url: str, token: str) -> None:
        super().__init__(base_url)
        self._token = token

    async def fetch(self, claims: str | None) -> str:  # noqa: ARG002  a sandbox wants no proof
        return self._token


class EntraTokens(TokenSource):
    """Tokens of an azure-identity credential, kept until shortly before they end.

    The credential blocks, so it works in a thread; the requests of a start share one sign-in.
    """

    def __init__(
        self, base_url: str, credential: TokenCredential, scope: str, kind: CredentialKind
    ) -> None:
        super().__init__(base_url)
        self._credential = credential
        self._scope = scope
        self._kind = kind
        self._token: AccessToken | None = None
        self._lock = asyncio.Lock()

    async def fetch(self, claims: str | None) -> str:
        async with self._lock:
            token = self._token
            if token is None or claims or token.expires_on - time.time() < _RENEW_BEFORE:
                token = self._token = await asyncio.to_thread(self._sign_in, claims)
            return token.token

    def close(self) -> None:
        close = getattr(self._credential, "close", None)
        if close is not None:
            close()

    def _sign_in(self, claims: str | None) -> AccessToken:
        from azure.core.exceptions import (
            AzureError,
            ClientAuthenticationError,
            ServiceRequestError,
            ServiceResponseError,
        )
        from azure.identity import CredentialUnavailableError

        try:
            return self._credential.get_token(self._scope, claims=claims)
        except CredentialUnavailableError as error:
            raise NotAuthorised(
                f"no sign-in: credential {self._kind.value!r} is not available here",
                hint=_HINTS[self._kind],
            ) from error
        except ClientAuthenticationError as error:
            raise NotAuthorised(
                f"Entra refuses credential {self._kind.value!r}: {_first_line(error)}",
                hint=_HINTS[self._kind],
            ) from error
        except (ServiceRequestError, ServiceResponseError) as error:
            raise GraphUnavailable(
                "the sign-in service cannot be reached",
                hint="check the network and proxy; then run the command again",
            ) from error
        except (AzureError, ValueError) as error:
            raise NotAuthorised(
                f"credential {self._kind.value!r} cannot be used: {_first_line(error)}",
                hint=_HINTS[self._kind],
            ) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


_HINTS = {
    CredentialKind.ENVIRONMENT: "check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    CredentialKind.CERTIFICATE: "check `[graph] certificate`, tenant_id and client_id, and that"
    " the certificate is uploaded to the application",
    CredentialKind.MANAGED_IDENTITY: "run on a machine with a managed identity, or choose another"
    " `[graph] credential`",
    CredentialKind.AZURE_CLI: "run `az login --tenant …` (and `az cloud set` for a national cloud)",
    CredentialKind.TOKEN: "set OBCTL_GRAPH_TOKEN",
}


def token_source(
    settings: GraphSettings, base_url: str, token: str | None, environ: Mapping[str, str]
) -> TokenSource:
    """The source of bearer tokens that `settings` name; raises `ConfigError`."""
    if settings.credential is CredentialKind.TOKEN:
        return _fixed(base_url, token)
    if not base_url.startswith("https:"):
        raise ConfigError(
            f"[graph] credential {settings.credential.value!r} needs https, and url is {base_url}",
            hint='a sandbox is reached with credential = "token"',
        )
    return EntraTokens(
        base_url,
        _credential(settings, environ),
        f"https://{GRAPH_HOSTS[settings.cloud]}/.default",
        settings.credential,
    )


def _fixed(base_url: str, token: str | None) -> FixedToken:
    if not is_loopback(base_url):
        raise ConfigError(
            f'[graph] credential "token" is for a sandbox on this machine, and url is {base_url}',
            hint='choose "environment", "certificate", "managed-identity" or "azure-cli"',
        )
    if not token:
        raise ConfigError(
            '[graph] credential "token" needs OBCTL_GRAPH_TOKEN',
            hint="export OBCTL_GRAPH_TOKEN=… (any text, unless the sandbox was given a token)",
        )
    return FixedToken(base_url, token)


def _credential(settings: GraphSettings, environ: Mapping[str, str]) -> TokenCredential:
    from azure.identity import AzureCliCredential, ManagedIdentityCredential

    match settings.credential:
        case CredentialKind.MANAGED_IDENTITY:
            return ManagedIdentityCredential(client_id=settings.client_id)
        case CredentialKind.AZURE_CLI:
            return AzureCliCredential(tenant_id=settings.tenant_id or "")
        case _:
            return _application(settings, environ)


def _application(settings: GraphSettings, environ: Mapping[str, str]) -> TokenCredential:
    from azure.identity import CertificateCredential, ClientSecretCredential

    tenant = settings.tenant_id or environ.get("AZURE_TENANT_ID")
    client = settings.client_id or environ.get("AZURE_CLIENT_ID")
    secret = environ.get("AZURE_CLIENT_SECRET")
    by_certificate = settings.credential is CredentialKind.CERTIFICATE
    file = settings.certificate or environ.get("AZURE_CLIENT_CERTIFICATE_PATH")
    missing = []
    if not tenant:
        missing.append("tenant_id in [graph] or AZURE_TENANT_ID")
    if not client:
        missing.append("client_id in [graph] or AZURE_CLIENT_ID")
    if by_certificate and not file:
        missing.append("certificate in [graph] or AZURE_CLIENT_CERTIFICATE_PATH")
    if not by_certificate and not secret and not file:
        missing.append("AZURE_CLIENT_SECRET")
    if missing or not tenant or not client:
        raise ConfigError(
            f"credential {settings.credential.value!r} needs {'; '.join(missing)}",
            hint="`obctl doctor` shows what is set",
        )
    authority = LOGIN_HOSTS[settings.cloud]
    try:
        if secret and not by_certificate:
            return ClientSecretCredential(tenant, client, secret, authority=authority, **_LIMITS)
        return CertificateCredential(
            tenant,
            client,
            str(file),
            password=environ.get("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
            authority=authority,
            **_LIMITS,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"credential {settings.credential.value!r} cannot be used: {_first_line(error)}",
            hint=_HINTS[settings.credential],
        ) from error
