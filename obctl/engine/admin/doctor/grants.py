"""Commands that grant what Graph or Exchange refuses, to be pasted.

Ids of application permissions: permissions reference of Microsoft Graph.
"""

from __future__ import annotations

from obctl.config import GraphSettings
from obctl.domain.token_claims import TokenClaims

_GRAPH = "00000003-0000-0000-c000-000000000000"
_IDS = {
    "Place.Read.All": "913b9306-0ce1-42b8-9137-6a7df690a760",
    "User.ReadBasic.All": "97235f07-e226-4f63-ace3-39588e11d3a1",
}


def application_of(settings: GraphSettings, claims: TokenClaims | None) -> str:
    """The application's id, or a word for it where it is not known."""
    return settings.client_id or (claims.application if claims else None) or "CLIENT-ID"


def grant(permission: str, application: str) -> str:
    """Azure CLI: an application permission of Graph, with an administrator's consent."""
    return (
        f"az ad app permission add --id {application} --api {_GRAPH}"
        f" --api-permissions {_IDS[permission]}=Role"
        f" && az ad app permission admin-consent --id {application}"
    )


def assign(role: str, application: str) -> str:
    """Exchange Online PowerShell: a calendar permission for the rooms in the scope."""
    return (
        f"New-ManagementRoleAssignment -App {application} -Role 'Application {role}'"
        " -CustomResourceScope 'obctl rooms'"
    )


def test_scope(application: str) -> str:
    """Exchange Online PowerShell: what it may do in a room, whose address is `{room}`."""
    return f"Test-ServicePrincipalAuthorization {application} -Resource {{room}}"
