"""`obctl init`: by options all at once, on a terminal step by step."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from obctl.cli.app import app

TENANT, CLIENT = "7d6f2c1e-4b0a-4c58-9e3d-52a1f0b7c914", "5b1e2f7a-90cc-4f3e-a1d0-6a3c0f6b7e21"
IDS = ("--tenant-id", TENANT, "--client-id", CLIENT)
NO_AZURE = {"AZURE_TENANT_ID": "", "AZURE_CLIENT_ID": "", "AZURE_CLIENT_CERTIFICATE_PATH": ""}


def init(home: Path, *words: str, environment: Mapping[str, str] = NO_AZURE) -> Any:
    env = {"OBCTL_HOME": str(home), "NO_COLOR": "1", **environment}
    return CliRunner().invoke(app, ["init", *words], env=env)


def settings(home: Path) -> dict[str, Any]:
    return tomllib.loads((home / "contoso" / "config.toml").read_text())


def test_it_ends_with_the_commands_for_an_administrator(tmp_path: Path) -> None:
    answer = init(tmp_path, "contoso", *IDS, "--cloud", "usgov")
    assert answer.exit_code == 0, answer.stderr
    assert "Connect-ExchangeOnline -ExchangeEnvironmentName O365USGovGCCHigh" in answer.stdout
    assert f"New-ServicePrincipal -AppId '{CLIENT}'" in answer.stdout
    assert "New-ServicePrincipal" not in answer.stderr
    assert settings(tmp_path)["graph"] == {
        "cloud": "usgov", "tenant_id": TENANT, "client_id": CLIENT, "credential": "environment",
    }  # fmt: skip


def test_a_sandbox_has_no_administrator(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/v1.0"
    words = ("contoso", "--graph-url", url, "--credential", "token")
    answer = init(tmp_path, *words, "-o", "json")
    assert json.loads(answer.stdout)["commands"] == []


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (("contoso",), ["tenant_id", "client_id"]),
        (("contoso", "--tenant-id", TENANT), ["client_id"]),
        (("contoso", "--credential", "certificate"), ["tenant_id", "client_id", "certificate"]),
        (("contoso", "--credential", "workload-identity"), ["tenant_id", "client_id"]),
        (IDS, ["the company has no name"]),
        (
            ("contoso", "--tenant-id", "ours", "--client-id", "mine"),
            ["tenant id 'ours' is neither", "client id 'mine' is no GUID"],
        ),
    ],
)
def test_what_is_left_out_is_named_at_once_and_nothing_is_made(
    tmp_path: Path, words: tuple[str, ...], missing: list[str]
) -> None:
    answer = init(tmp_path / "home", *words)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert [word for word in missing if word not in answer.stderr] == []
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("kind", ["managed-identity", "azure-cli"])
def test_some_credentials_need_no_ids(tmp_path: Path, kind: str) -> None:
    assert init(tmp_path, "contoso", "--credential", kind).exit_code == 0


def test_what_the_environment_names_need_not_be_given(tmp_path: Path) -> None:
    answer = init(
        tmp_path,
        "contoso",
        environment={"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT},
    )
    assert answer.exit_code == 0, answer.stderr


def on_a_terminal(home: Path, *answers: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `obctl init` whose answers are typed."""
    person, program = pty.openpty()
    environment = os.environ | NO_AZURE | {"OBCTL_HOME": str(home), "NO_COLOR": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "obctl", "init"],
        stdin=program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment,
    ) as process:  # fmt: skip
        os.close(program)
        os.write(person, "".join(f"{answer}\n" for answer in answers).encode())
        out, err = process.communicate(timeout=60)
    os.close(person)
    return process.returncode, out, err


def test_on_a_terminal_it_asks_and_checks_each_answer_at_once(tmp_path: Path) -> None:
    code, out, err = on_a_terminal(
        tmp_path, "Contoso Ltd", "contoso", "mars", "usgov", "", "", "ours", TENANT, "mine", CLIENT,
        "Amsterdm", "W. Europe Standard Time",
    )  # fmt: skip
    assert code == 0, err
    for said in (
        "'Contoso Ltd' cannot name a company",
        "'mars' is none of global, usgov, usgov-dod, china",
        "there is no default: this has to be answered",
        "tenant id 'ours' is neither a GUID nor a domain of the tenant",
        "client id 'mine' is no GUID",
        "unknown time zone 'Amsterdm'; did you mean Europe/Amsterdam?",
    ):
        assert said in err
    assert f"New-ServicePrincipal -AppId '{CLIENT}'" in out
    found = settings(tmp_path)
    assert found["company"] == {"time_zone": "Europe/Berlin"}
    assert found["graph"] == {
        "cloud": "usgov", "tenant_id": TENANT, "client_id": CLIENT, "credential": "environment",
    }  # fmt: skip


def test_config_grants_shows_them_again_for_the_mapped_rooms(tmp_path: Path) -> None:
    init(tmp_path, "contoso", *IDS)
    file = tmp_path / "rooms.csv"
    file.write_text("mailbox,name\natrium@contoso.example,Atrium\n")
    env = {"OBCTL_HOME": str(tmp_path), "NO_COLOR": "1"}
    runner = CliRunner()
    assert runner.invoke(app, ["rooms", "import", str(file)], env=env).exit_code == 0
    words = ["config", "grants", "--mapped-only", "--person", "anna@contoso.example"]
    answer = runner.invoke(app, words, env=env)
    assert answer.exit_code == 0
    assert "PrimarySmtpAddress -eq ''atrium@contoso.example''" in answer.stdout
    assert "-Resource 'atrium@contoso.example'" in answer.stdout
    assert "-Resource 'anna@contoso.example'" in answer.stdout
    assert "''RoomMailbox''" in runner.invoke(app, ["config", "grants"], env=env).stdout
