"""What obctl says to run works where it is pasted, also with several companies."""

from __future__ import annotations

import json

import pytest
from desk import Desk

from obctl.cli.commands import _COMMANDS
from obctl.render.pasting import WITH_COMPANY, set_company, to_paste
from obctl.sandbox.server import SandboxServer

ROOM = "ams-1.02@contoso.example"


def test_each_command_that_works_on_a_company_gets_its_name() -> None:
    assert set(WITH_COMPANY) == {line[0] for line in _COMMANDS} - {
        "demo", "init", "sandbox", "companies",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        ("obctl sync run", "obctl --company acme sync run"),
        ("next: `obctl doctor`", "next: `obctl --company acme doctor`"),
        ("look:\nobctl rooms list", "look:\nobctl --company acme rooms list"),
        ("so that obctl can tell: obctl init acme", "so that obctl can tell: obctl init acme"),
        ("obctl --company other sync run", "obctl --company other sync run"),
        ("--subject 'obctl doctors'", "--subject 'obctl doctors'"),
        ("/usr/bin/obctl sync run", "/usr/bin/obctl sync run"),
    ],
)  # fmt: skip
def test_a_company_that_was_named_is_named_again(text: str, pasted: str) -> None:
    try:
        set_company("acme")
        assert to_paste(text) == pasted
    finally:
        set_company(None)
    assert to_paste(text) == text


def test_with_two_companies_what_is_said_can_be_pasted(
    live_desk: Desk, tenant: SandboxServer
) -> None:
    assert live_desk.run("init", "other", "--graph-url", tenant.url,
                         "--credential", "token").exit_code == 0  # fmt: skip
    assert live_desk.run("rooms", "list").exit_code == 2
    one = ("--company", "contoso")
    added = live_desk.run(*one, "rooms", "add", ROOM)
    assert "next: obctl --company contoso sync run" in added.stderr
    findings = json.loads(live_desk.run(*one, "doctor", "-o", "json").stdout)
    remedies = [item["remedy"] for item in findings if item["remedy"]]
    assert remedies
    for remedy in remedies:
        for line in remedy.splitlines():
            assert not line.startswith("obctl ") or line.startswith("obctl --company contoso ")
    refused = live_desk.run(*one, "reservations", "show", "7", "-o", "json")
    again = live_desk.run(*one, "rooms", "add", ROOM)
    assert (refused.exit_code, again.exit_code) == (2, 2)
    assert "obctl --company contoso " in again.stderr
