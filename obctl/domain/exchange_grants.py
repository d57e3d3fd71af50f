"""The PowerShell with which an administrator lets obctl into a tenant, and no further.

Graph's permissions are granted to the application; the calendars by Exchange's RBAC for
Applications, for the rooms alone (Microsoft's pages: Role Based Access Control for Applications in
Exchange Online; New-ServicePrincipal, New-ManagementScope, Test-ServicePrincipalAuthorization).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from obctl.domain.enums import Cloud

GRAPH_PERMISSIONS = ("Place.Read.All", "User.ReadBasic.All")
_GRAPH_APP = "00000003-0000-0000-c000-000000000000"
_EXCHANGE = {
    Cloud.GLOBAL: "",
    Cloud.USGOV: " -ExchangeEnvironmentName O365USGovGCCHigh",
    Cloud.USGOV_DOD: " -ExchangeEnvironmentName O365USGovDoD",
    Cloud.CHINA: " -ExchangeEnvironmentName O365China",
}
_GRAPH = {
    Cloud.GLOBAL: "",
    Cloud.USGOV: " -Environment USGov",
    Cloud.USGOV_DOD: " -Environment USGovDoD",
    Cloud.CHINA: " -Environment China",
}
# PowerShell takes typographic quotes for the straight one, at both ends of a text.
_QUOTES = "'\u2018\u2019\u201a\u201b"


@dataclass(frozen=True, slots=True)
class Grant:
    """Whom to let in where. Without `rooms` the scope is every room mailbox of the tenant."""

    company: str
    cloud: Cloud = Cloud.GLOBAL
    tenant_id: str | None = None
    client_id: str | None = None
    rooms: Sequence[str] = ()
    example: str | None = None
    """A room to test with."""
    person: str | None = None
    """Somebody whose calendar must stay closed."""


def quoted(text: str) -> str:
    """A PowerShell text in single quotes, in which nothing has a meaning of its own."""
    return "'" + "".join(2 * one if one in _QUOTES else one for one in text) + "'"


def scope_name(company: str) -> str:
    """What the scope of a company's rooms is called in Exchange."""
    return f"obctl {company} rooms"


def room_filter(rooms: Sequence[str]) -> str:
    """The OPATH filter of the scope; its own quotes are doubled inside."""
    if not rooms:
        return "RecipientTypeDetails -eq 'RoomMailbox'"
    doubled = (room.replace("'", "''") for room in rooms)
    return " -or ".join(f"PrimarySmtpAddress -eq '{room}'" for room in doubled)


def grant_commands(grant: Grant) -> list[str]:
    """The commands, line by line; what nobody has told yet stands in capitals."""
    client = quoted(grant.client_id or "CLIENT-ID")
    scope = quoted(scope_name(grant.company))
    room = quoted(grant.example or next(iter(grant.rooms), "ROOM-ADDRESS"))
    tenant = f" -TenantId {quoted(grant.tenant_id)}" if grant.tenant_id else ""
    names = ", ".join(quoted(name) for name in GRAPH_PERMISSIONS)
    by_app = "Get-MgServicePrincipal -Filter \"appId eq '{}'\""
    app = by_app.format((grant.client_id or "CLIENT-ID").replace("'", "''"))
    return [
        *_to_fill_in(grant),
        "# 1. Graph: the directory and the places (as Privileged Role Administrator).",
        "#    Where User.ReadBasic.All is refused later on, grant User.Read.All in its place.",
        "#    Grant no Calendars.* here: it would open every mailbox, and grants add up.",
        (
            "Connect-MgGraph -Scopes 'Application.Read.All', 'AppRoleAssignment.ReadWrite.All'"
            f"{tenant}{_GRAPH[grant.cloud]}"
        ),
        f"$app = {app}",
        f"$graph = {by_app.format(_GRAPH_APP)}",
        f"foreach ($name in {names}) {{",
        (
            "  $role = $graph.AppRoles | Where-Object {"
            " $_.Value -eq $name -and $_.AllowedMemberTypes -contains 'Application' }"
        ),
        (
            "  New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id"
            " -PrincipalId $app.Id -ResourceId $graph.Id -AppRoleId $role.Id"
        ),
        "}",
        "# 2. Exchange: the calendars of the rooms alone (as Exchange Administrator).",
        f"Connect-ExchangeOnline{_EXCHANGE[grant.cloud]}",
        "Enable-OrganizationCustomization  # once in a tenant; it says so where that was done",
        (
            f"New-ServicePrincipal -AppId {client} -ObjectId $app.Id"
            f" -DisplayName {quoted(f'obctl {grant.company}')}"
        ),
        (
            f"New-ManagementScope -Name {scope}"
            f" -RecipientRestrictionFilter {quoted(room_filter(grant.rooms))}"
        ),
        *(
            f"New-ManagementRoleAssignment -App $app.Id -Role {quoted(role)}"
            f" -CustomResourceScope {scope}"
            for role in ("Application Calendars.Read", "Application Calendars.ReadWrite")
        ),
        (
            "# 3. Check it: InScope is True for a room, and False for a person. Both take up to two"
            " hours."
        ),
        f"Test-ServicePrincipalAuthorization -Identity $app.Id -Resource {room}",
        (
            "Test-ServicePrincipalAuthorization -Identity $app.Id"
            f" -Resource {quoted(grant.person or 'ADDRESS-OF-A-PERSON')}"
        ),
    ]


def _to_fill_in(grant: Grant) -> list[str]:
    """The words in capitals, and what puts something in their place."""
    words = {
        "CLIENT-ID (obctl config set graph.client_id)": grant.client_id,
        "ROOM-ADDRESS": grant.example or grant.rooms,
        "ADDRESS-OF-A-PERSON (obctl config grants --person)": grant.person,
    }
    missing = [word for word, known in words.items() if not known]
    return [f"# 0. Words to be filled in: {', '.join(missing)}."] if missing else []
