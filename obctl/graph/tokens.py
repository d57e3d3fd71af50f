"""Bearer tokens for the SDK: a sandbox's fixed one, or those of an azure-identity credential.

They live in memory only, and leave for one server only.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kiota_abstractions.authentication import AccessTokenProvider, AllowedHostsValidator

from obctl.config import CredentialKind
from obctl.errors import CredentialRefused, ForeignLink, GraphUnavailable
from obctl.graph.address import same_origin

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

_RENEW_BEFORE = 300.0  # seconds; a token must outlive the request it is sent with


class TokenSource(AccessTokenProvider):
    """What the SDK asks for a bearer token before every request; `close` when done."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def get_authorization_token(
        self, uri: str, additional_authentication_context: dict[str, Any] | None = None
    ) -> str:
        if not same_origin(uri, self._base_url):
            raise ForeignLink("no token leaves for another server")
        challenge = (additional_authentication_context or {}).get("claims")
        return await self.fetch(_claims_in(challenge) if challenge else None)

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([urlsplit(self._base_url).hostname or ""])

    async def fetch(self, claims: str | None) -> str:
        """A token; `claims` are what Entra wants proven anew, if anything."""
        raise NotImplementedError

    def renew(self, refused: str | None) -> bool:  # noqa: ARG002  a fixed one is all there is
        """Graph refused this token: forget it; whether another one can be had."""
        return False

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
    After a refusal `make` builds another: the first would return the refused token from its cache.
    What Entra wants proven (`claims`) is proven once for all requests that were asked for it.
    """

    def __init__(
        self,
        base_url: str,
        make: Callable[[], TokenCredential],
        scope: str,
        kind: CredentialKind,
    ) -> None:
        super().__init__(base_url)
        self._make = make
        self._credential = make()
        self._scope = scope
        self._kind = kind
        self._token: AccessToken | None = None
        self._proven: str | None = None
        self._refused = False
        self._lock = asyncio.Lock()

    async def fetch(self, claims: str | None) -> str:
        async with self._lock:
            if self._refused:
                self.close()
                self._credential = self._make()
                self._refused = False
            token = self._token
            unproven = claims is not None and claims != self._proven
            if token is None or unproven or token.expires_on - time.time() < _RENEW_BEFORE:
                token = await asyncio.to_thread(self._sign_in, claims)
                self._token, self._proven = token, claims
            return token.token

    def renew(self, refused: str | None) -> bool:
        # Many requests may have gone with the refused token: one of them renews it for all.
        if self._token is not None and refused in (None, self._token.token):
            self._token = self._proven = None
            self._refused = True
        return True

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
            raise CredentialRefused(
                f"no sign-in: credential {self._kind.value!r} is not available here",
                hint=HINTS[self._kind],
            ) from error
        except ClientAuthenticationError as error:
            raise CredentialRefused(
                f"Entra refuses credential {self._kind.value!r}: {first_line(error)}",
                hint=HINTS[self._kind],
            ) from error
        except (ServiceRequestError, ServiceResponseError) as error:
            raise GraphUnavailable(
                "the sign-in service cannot be reached",
                hint="check the network and proxy; then run the command again",
            ) from error
        except (AzureError, ValueError) as error:
            raise CredentialRefused(
                f"credential {self._kind.value!r} cannot be used: {first_line(error)}",
                hint=HINTS[self._kind],
            ) from error


def _claims_in(challenge: str) -> str:
    """The claims of a challenge, which is base64 in either alphabet, padded or not."""
    text = challenge.strip().rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except ValueError as error:
        raise CredentialRefused(
            "Graph wants something proven anew (a claims challenge) that cannot be read",
            hint="run the command again; if it goes on, look at the sign-in log of Entra",
        ) from error


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


HINTS = {
    CredentialKind.ENVIRONMENT: "check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    CredentialKind.CERTIFICATE: "check `[graph] certificate`, tenant_id and client_id, and that"
    " the certificate is uploaded to the application",
    CredentialKind.MANAGED_IDENTITY: "run on a machine with a managed identity, or choose another"
    " `[graph] credential`",
    CredentialKind.WORKLOAD_IDENTITY: "check AZURE_FEDERATED_TOKEN_FILE, tenant_id and client_id,"
    " and the application's federated credential",
    CredentialKind.AZURE_CLI: "run `az login --service-principal` (`az cloud set` before it for a"
    " national cloud)",
    CredentialKind.TOKEN: "set OBCTL_GRAPH_TOKEN",
}
