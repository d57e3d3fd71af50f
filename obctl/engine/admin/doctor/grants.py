"""Commands that grant what Graph or Exchange refuses, to be pasted.

Ids of application permissions: permissions reference of Microsoft Graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from obctl.config import Config, GraphSettings
from obctl.domain.exchange_grants import quoted, scope_name
from obctl.domain.token_claims import TokenClaims

_GRAPH = "00000003-0000-0000-c000-000000000000"
_IDS = {
    "Place.Read.All": "913b9306-0ce1-42b8-9137-6a7df690a760",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
}

_ALL = "obctl config grants"
"""Where nothing tells the application's id: all commands, and what is to be filled in there."""


@dataclass(frozen=True, slots=True)
class Application:
    """Whom to grant something: its id, where known, and the scope of the rooms."""

    id: str | None
    scope: str


def application_of(
    config: Config, claims: TokenClaims | None, environment: Mapping[str, str]
) -> Application:
    known = client_id(config.graph, environment) or (claims.application if claims else None)
    return Application(known, scope_name(config.company))


def client_id(settings: GraphSettings, environment: Mapping[str, str]) -> str | None:
    """The application's id, where settings or environment tell it."""
    return settings.client_id or environment.get("AZURE_CLIENT_ID")


def grant(permission: str, application: Application) -> str:
    """Azure CLI: an application permission of Graph, with an administrator's consent."""
    if application.id is None:
        return _ALL
    return (
        f"az ad app permission add --id {application.id} --api {_GRAPH}"
        f" --api-permissions {_IDS[permission]}=Role"
        f" && az ad app permission admin-consent --id {application.id}"
    )


def assign(role: str, application: Application) -> str:
    """Exchange Online PowerShell: a calendar permission for the rooms in the scope."""
    if application.id is None:
        return _ALL
    return (
        f"New-ManagementRoleAssignment -App {application.id} -Role 'Application {role}'"
        f" -CustomResourceScope {quoted(application.scope)}"
    )


def test_scope(application: Application) -> str:
    """Exchange Online PowerShell: what it may do in a room, whose address is `{room}`."""
    if application.id is None:
        return _ALL
    return f"Test-ServicePrincipalAuthorization {application.id} -Resource {{room}}"
