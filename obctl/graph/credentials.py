"""Who we are towards Graph: which credential the settings name.

Secrets come from the environment, a certificate file, a managed identity or `az login`, and never
reach a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from obctl.config import CredentialKind, GraphSettings, is_loopback, missing_for_credential
from obctl.errors import ConfigError
from obctl.graph.address import GRAPH_HOSTS, LOGIN_HOSTS
from obctl.graph.tokens import HINTS, EntraTokens, FixedToken, TokenSource, first_line

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_REAL = [kind.value for kind in CredentialKind if kind is not CredentialKind.TOKEN]
_LIMITS: dict[str, Any] = {"retry_total": 2, "connection_timeout": 15, "read_timeout": 30}


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
        partial(_credential, settings, environ),
        f"https://{GRAPH_HOSTS[settings.cloud]}/.default",
        settings.credential,
    )


def _fixed(base_url: str, token: str | None) -> FixedToken:
    if not is_loopback(base_url):
        raise ConfigError(
            f'[graph] credential "token" is for a sandbox on this machine, and url is {base_url}',
            hint="choose one of a real tenant: " + ", ".join(_REAL),
        )
    if not token:
        raise ConfigError(
            '[graph] credential "token" needs OBCTL_GRAPH_TOKEN',
            hint="export OBCTL_GRAPH_TOKEN=… (any text, unless the sandbox was given a token)",
        )
    if not (token.isascii() and token.isprintable()) or " " in token.strip():
        raise ConfigError(
            "OBCTL_GRAPH_TOKEN holds characters that no token has",
            hint="letters, digits and -._~+/= alone: a line break or a blank got in?",
        )
    return FixedToken(base_url, token.strip())


def _credential(settings: GraphSettings, environ: Mapping[str, str]) -> TokenCredential:
    from azure.identity import AzureCliCredential, ManagedIdentityCredential

    match settings.credential:
        case CredentialKind.MANAGED_IDENTITY:
            return ManagedIdentityCredential(client_id=settings.client_id)
        case CredentialKind.AZURE_CLI:
            return AzureCliCredential(tenant_id=settings.tenant_id or "")
        case CredentialKind.WORKLOAD_IDENTITY:
            return _federated(settings, environ)
        case _:
            return _application(settings, environ)


def certificate_file(settings: GraphSettings, environ: Mapping[str, str]) -> str | None:
    """The certificate that signs us in, where one does: a secret goes before it."""
    match settings.credential:
        case CredentialKind.CERTIFICATE:
            secret = None
        case CredentialKind.ENVIRONMENT:
            secret = environ.get("AZURE_CLIENT_SECRET")
        case _:
            return None
    file = settings.certificate or environ.get("AZURE_CLIENT_CERTIFICATE_PATH")
    return str(file) if file and not secret else None


def _federated(settings: GraphSettings, environ: Mapping[str, str]) -> TokenCredential:
    """A token of Kubernetes or a CI, which Entra trusts: no secret anywhere."""
    from azure.identity import WorkloadIdentityCredential

    file = environ.get("AZURE_FEDERATED_TOKEN_FILE")
    missing = missing_for_credential(settings, environ)
    if not file:
        missing.append("AZURE_FEDERATED_TOKEN_FILE")
    if missing:
        raise _incomplete(settings, missing)
    return WorkloadIdentityCredential(
        tenant_id=settings.tenant_id or environ.get("AZURE_TENANT_ID"),
        client_id=settings.client_id or environ.get("AZURE_CLIENT_ID"),
        token_file_path=file,
        authority=LOGIN_HOSTS[settings.cloud],
        **_LIMITS,
    )


def _incomplete(settings: GraphSettings, missing: list[str]) -> ConfigError:
    return ConfigError(
        f"credential {settings.credential.value!r} needs {'; '.join(missing)}",
        hint="`obctl doctor` shows what is set",
    )


def _application(settings: GraphSettings, environ: Mapping[str, str]) -> TokenCredential:
    from azure.identity import CertificateCredential, ClientSecretCredential

    tenant = settings.tenant_id or environ.get("AZURE_TENANT_ID")
    client = settings.client_id or environ.get("AZURE_CLIENT_ID")
    secret = environ.get("AZURE_CLIENT_SECRET")
    by_certificate = settings.credential is CredentialKind.CERTIFICATE
    file = settings.certificate or environ.get("AZURE_CLIENT_CERTIFICATE_PATH")
    missing = missing_for_credential(settings, environ)
    if not by_certificate and not secret and not file:
        missing.append("AZURE_CLIENT_SECRET")
    if missing or not tenant or not client:
        raise _incomplete(settings, missing)
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
            f"credential {settings.credential.value!r} cannot be used: {first_line(error)}",
            hint=HINTS[settings.credential],
        ) from error
