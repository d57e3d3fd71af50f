"""Files and names from Windows: marks, line ends, paths; none of it needs that system."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from desk import Desk

from obctl.engine.read_files import read_json
from obctl.errors import ConfigError
from obctl.sandbox.scenario_file import examples_folder, load_scenario
from obctl.sandbox.server import SandboxServer
from obctl.sandbox.tenant_file import load_tenant

MARK = "\ufeff".encode()
TEXT = b"""\
# Contoso, by Mia
[graph]
url = 'http://127.0.0.1:9/v1.0'
credential = "token"

[sync]
past_days = 2   # days
"""
TENANTS = Path(__file__).parents[2] / "examples" / "tenants"
ENDS = [pytest.param(b"\n", id="unix"), pytest.param(b"\r\n", id="windows")]
MARKS = [pytest.param(b"", id="plain"), pytest.param(MARK, id="marked")]


def file_of(desk: Desk) -> Path:
    return desk.home / "contoso" / "config.toml"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        (("set", "sync.past_days", "3"), b"past_days = 2 ", b"past_days = 3 "),
        (("set", "sync.series", "immediate"), b"days\n", b'days\nseries = "immediate"\n'),
        (("unset", "sync.past_days"), b"past_days = 2   # days\n", b""),
    ],
    ids=["changed", "new", "gone"],
)
def test_a_setting_changes_and_a_mark_and_line_ends_stay(
    empty_desk: Desk, mark: bytes, end: bytes, words: tuple[str, ...], before: bytes, after: bytes
) -> None:
    file = file_of(empty_desk)
    file.write_bytes(mark + TEXT.replace(b"\n", end))
    done = empty_desk.run("config", *words)
    assert done.exit_code == 0, done.stderr
    assert file.read_bytes() == mark + TEXT.replace(before, after).replace(b"\n", end)
    shown = json.loads(empty_desk.run("config", "get", "graph.credential", "-o", "json").stdout)
    assert shown["value"] == "token"


def test_line_ends_that_are_mixed_stay_as_they_are(empty_desk: Desk) -> None:
    file = file_of(empty_desk)
    file.write_bytes(TEXT.replace(b"\n", b"\r\n", 3))
    assert empty_desk.run("config", "set", "sync.past_days", "3").exit_code == 0
    changed = TEXT.replace(b"\n", b"\r\n", 3).replace(b"past_days = 2", b"past_days = 3")
    assert file.read_bytes() == changed


@pytest.mark.parametrize(
    "path", [r"C:\keys\obctl.pem", r"\\server\share\key.pem", r"C:\Users\née\a b\new.pem"]
)
def test_a_path_of_windows_is_kept_as_it_was_typed(empty_desk: Desk, path: str) -> None:
    assert empty_desk.run("config", "set", "graph.certificate", path).exit_code == 0
    text = file_of(empty_desk).read_text("utf-8")
    assert tomllib.loads(text)["graph"]["certificate"] == path


@pytest.mark.parametrize("path", [r"C:\keys\obctl.pem", r"C:\Users\mia\obctl.pem", r"D:\x"])
def test_a_path_of_windows_in_double_quotes_is_told_how_to_write_it(
    empty_desk: Desk, path: str
) -> None:
    file = file_of(empty_desk)
    file.write_text(f'[graph]\ncertificate = "{path}"\n', "utf-8")
    refused = empty_desk.run("config", "show")
    assert refused.exit_code == 2
    assert "line 2" in refused.stderr
    assert r"in single quotes: 'C:\keys\obctl.pem'" in refused.stderr


@pytest.mark.parametrize("name", ["con", "nul", "aux", "prn", "com1", "lpt9", "com0"])
def test_a_name_that_windows_keeps_for_a_device_names_no_company(
    empty_desk: Desk, name: str
) -> None:
    url = "http://127.0.0.1:9/v1.0"
    refused = empty_desk.run("init", name, "--graph-url", url, "--credential", "token")
    assert refused.exit_code == 2
    assert "Windows keeps that name" in refused.stderr
    assert not (empty_desk.home / name).exists()


@pytest.mark.parametrize("name", [r"a\b", "c:", "a b", "..", "con.txt", "Contoso", "nul:"])
def test_what_no_folder_can_be_called_everywhere_names_no_company(
    empty_desk: Desk, name: str
) -> None:
    for words in (("init", name), ("--company", name, "config", "show")):
        refused = empty_desk.run(*words)
        assert refused.exit_code == 2
        assert "unexpected" not in refused.stderr


def test_names_that_only_begin_like_a_device_are_fine(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "My Rooms & more")
    url = "http://127.0.0.1:9/v1.0"
    for name in ("console", "nullable", "com10"):
        made = desk.run("init", name, "--graph-url", url, "--credential", "token")
        assert made.exit_code == 0, made.stderr
        assert desk.run("--company", name, "rooms", "list").exit_code == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_json_is_read_in_whatever_powershell_writes(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes('{"room": "Zaal Één"}'.encode(encoding))
    assert json.loads(read_json(file)) == {"room": "Zaal Één"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_plan_is_applied_that_went_through_an_editor(
    live_desk: Desk, tenant: SandboxServer, tmp_path: Path, encoding: str
) -> None:
    room = "ams-1.02@contoso.example"
    times = {"start": "2026-10-20T20:00", "end": "2026-10-20T21:00"}
    tenant.tenant.book(organizer="bob@contoso.example", rooms=[room], subject="Één", **times)
    assert live_desk.run("rooms", "add", room, "--time-zone", "Europe/Amsterdam").exit_code == 0
    file = tmp_path / "my plan.json"
    assert live_desk.run("sync", "run", "--plan-out", str(file)).exit_code == 0
    text = file.read_text("utf-8").replace("\n", "\r\n")
    file.write_bytes(text.encode(encoding))
    applied = live_desk.run("sync", "apply", str(file), "--yes")
    assert applied.exit_code == 0, applied.stderr
    (made,) = json.loads(live_desk.run("reservations", "list", "-o", "json").stdout)
    assert made["subject"].endswith("Één")


def as_windows_saves(file: Path, folder: Path) -> Path:
    saved = folder / file.parent.name / file.name
    saved.parent.mkdir(exist_ok=True)
    saved.write_bytes(MARK + file.read_bytes().replace(b"\n", b"\r\n"))
    return saved


def test_a_tenant_is_the_same_with_a_mark_and_the_line_ends_of_windows(tmp_path: Path) -> None:
    file = TENANTS / "contoso.toml"
    first, second = (load_tenant(one) for one in (file, as_windows_saves(file, tmp_path)))
    assert list(first.exchange.directory.mailboxes) == list(second.exchange.directory.mailboxes)


def test_a_scenario_is_the_same_with_a_mark_and_the_line_ends_of_windows(tmp_path: Path) -> None:
    file = examples_folder() / "all-day-boundary.toml"
    saved = tmp_path / "scenarios"
    saved.mkdir()
    as_windows_saves(examples_folder() / "tenants" / "practice.toml", saved)
    first, second = (load_scenario(one) for one in (file, as_windows_saves(file, tmp_path)))
    assert first.cause == second.cause
    assert first.steps == second.steps


def test_a_mistake_in_such_a_tenant_has_the_line_on_which_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "tenant.toml"
    file.write_bytes(MARK + b'[tenant]\r\ndomain = "contoso.example"\r\ncolour = "blue"\r\n')
    with pytest.raises(ConfigError, match="line 3"):
        load_tenant(file)
