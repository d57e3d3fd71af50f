"""Commands that grant what Graph or Exchange refuses, to be pasted.

Ids of application permissions: permissions reference of Microsoft Graph.
"""

from __future__ import annotations

from collections.abc import Mapping

from obctl.config import GraphSettings
from obctl.domain.token_claims import TokenClaims

_GRAPH = "00000003-0000-0000-c000-000000000000"
_IDS = {
    "Place.Read.All": "913b9306-0ce1-42b8-9137-6a7df690a760",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
}

_ALL = "obctl config grants"
"""Where nothing tells the application's id: all commands, and what is to be filled in there."""


def application_of(
    settings: GraphSettings, claims: TokenClaims | None, environment: Mapping[str, str]
) -> str | None:
    """The application's id, where settings, environment or token tell it."""
    told = settings.client_id or environment.get("AZURE_CLIENT_ID")
    return told or (claims.application if claims else None)


def grant(permission: str, application: str | None) -> str:
    """Azure CLI: an application permission of Graph, with an administrator's consent."""
    if application is None:
        return _ALL
    return (
        f"az ad app permission add --id {application} --api {_GRAPH}"
        f" --api-permissions {_IDS[permission]}=Role"
        f" && az ad app permission admin-consent --id {application}"
    )


def assign(role: str, application: str | None) -> str:
    """Exchange Online PowerShell: a calendar permission for the rooms in the scope."""
    if application is None:
        return _ALL
    return (
        f"New-ManagementRoleAssignment -App {application} -Role 'Application {role}'"
        " -CustomResourceScope 'obctl rooms'"
    )


def test_scope(application: str | None) -> str:
    """Exchange Online PowerShell: what it may do in a room, whose address is `{room}`."""
    if application is None:
        return _ALL
    return f"Test-ServicePrincipalAuthorization {application} -Resource {{room}}"
