"""The PowerShell that lets obctl in: everything that is needed, and no text that breaks out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.enums import Cloud
from obctl.domain.exchange_grants import Grant, grant_commands, quoted, room_filter

TENANT, CLIENT = "7d6f2c1e-4b0a-4c58-9e3d-52a1f0b7c914", "5b1e2f7a-90cc-4f3e-a1d0-6a3c0f6b7e21"
QUOTES = "'\u2018\u2019\u201a\u201b"


def typed(grant: Grant) -> list[str]:
    return [line for line in grant_commands(grant) if not line.startswith("#")]


def test_all_an_administrator_runs_in_its_order() -> None:
    grant = Grant(
        "contoso", Cloud.GLOBAL, TENANT, CLIENT, example="atrium@contoso.example",
        person="anna@contoso.example",
    )  # fmt: skip
    assert typed(grant) == [
        (
            "Connect-MgGraph -Scopes 'Application.Read.All', 'AppRoleAssignment.ReadWrite.All'"
            f" -TenantId '{TENANT}'"
        ),
        f"""$app = Get-MgServicePrincipal -Filter "appId eq '{CLIENT}'\"""",
        (
            """$graph = Get-MgServicePrincipal -Filter"""
            """ "appId eq '00000003-0000-0000-c000-000000000000'\""""
        ),
        "foreach ($name in 'Place.Read.All', 'User.ReadBasic.All') {",
        (
            "  $role = $graph.AppRoles | Where-Object { $_.Value -eq $name -and"
            " $_.AllowedMemberTypes -contains 'Application' }"
        ),
        (
            "  New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $app.Id"
            " -PrincipalId $app.Id -ResourceId $graph.Id -AppRoleId $role.Id"
        ),
        "}",
        "Connect-ExchangeOnline",
        "Enable-OrganizationCustomization  # once in a tenant; it says so where that was done",
        f"New-ServicePrincipal -AppId '{CLIENT}' -ObjectId $app.Id -DisplayName 'obctl contoso'",
        (
            "New-ManagementScope -Name 'obctl contoso rooms' -RecipientRestrictionFilter"
            " 'RecipientTypeDetails -eq ''RoomMailbox'''"
        ),
        (
            "New-ManagementRoleAssignment -App $app.Id -Role 'Application Calendars.Read'"
            " -CustomResourceScope 'obctl contoso rooms'"
        ),
        (
            "New-ManagementRoleAssignment -App $app.Id -Role 'Application Calendars.ReadWrite'"
            " -CustomResourceScope 'obctl contoso rooms'"
        ),
        "Test-ServicePrincipalAuthorization -Identity $app.Id -Resource 'atrium@contoso.example'",
        "Test-ServicePrincipalAuthorization -Identity $app.Id -Resource 'anna@contoso.example'",
    ]


@pytest.mark.parametrize("cloud", Cloud)
def test_each_cloud_signs_in_at_its_own_place(cloud: Cloud) -> None:
    lines = typed(Grant("contoso", cloud))
    graph, exchange = (
        next(line for line in lines if line.startswith(name))
        for name in ("Connect-MgGraph", "Connect-ExchangeOnline")
    )
    assert ("-Environment" in graph, "-ExchangeEnvironmentName" in exchange) == (
        (False, False) if cloud is Cloud.GLOBAL else (True, True)
    )


def test_what_nobody_told_is_left_to_fill_in() -> None:
    text = "\n".join(typed(Grant("contoso")))
    for word in ("CLIENT-ID", "ROOM-ADDRESS", "ADDRESS-OF-A-PERSON"):
        assert f"'{word}'" in text
        assert word in grant_commands(Grant("contoso"))[0]
    told = grant_commands(Grant("contoso", client_id="x", example="a@b.c", person="d@b.c"))
    assert not any("to be filled in" in line for line in told)


def test_the_scope_may_be_the_mapped_rooms_alone() -> None:
    rooms = ["o'hara@contoso.example", "atrium@contoso.example"]
    assert room_filter(rooms) == (
        "PrimarySmtpAddress -eq 'o''hara@contoso.example' -or"
        " PrimarySmtpAddress -eq 'atrium@contoso.example'"
    )
    (scope,) = [
        line for line in typed(Grant("contoso", rooms=rooms)) if "New-ManagementScope" in line
    ]
    assert "''o''''hara@contoso.example''" in scope


@given(st.text(alphabet=st.sampled_from([*QUOTES, "a", "$", "(", "`", ";", "\n", '"', " "])))
def test_no_text_ends_its_own_quotes(text: str) -> None:
    """Inside, every quote that PowerShell knows comes in pairs; a pair is one quote."""
    shown = quoted(text)
    assert (shown[0], shown[-1]) == ("'", "'")
    inside = shown[1:-1]
    assert re.sub(rf"([{QUOTES}])\1", "", inside) == re.sub(rf"[{QUOTES}]", "", text)
    assert re.sub(rf"([{QUOTES}])\1", r"\1", inside) == text
