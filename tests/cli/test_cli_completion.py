"""Completion: live values of the company, quoted as each shell wants them, and no other word."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from builders import make_request, make_reservation, make_room
from desk import Desk, two_rooms
from hypothesis import given
from hypothesis import strategies as st

from obctl.cli.app import app
from obctl.cli.completion import Bash, Fish, Zsh, _quoted_for_bash, typed
from obctl.cli.live_values import values_of
from obctl.domain.room import RoomId
from obctl.store.cancellation_requests import add_request

ODD = """Big "O'Brien" $Room: 1"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("completed"))
    odd = make_room(ODD, id=RoomId(3), mailbox="brien@contoso.example")
    twins = [
        make_room("Twin", id=RoomId(4 + number), mailbox=f"twin{number}@contoso.example")
        for number in range(2)
    ]
    closed = make_room("Atrium annex", id=RoomId(6), mailbox="atrium-annex@contoso.example")
    desk.rooms(*two_rooms(), odd, *twins, closed)
    desk.reservations(make_reservation(1, starts="09:00"))
    with desk.store() as store, store.transaction():
        request = make_request(1)
        add_request(store, 1, reason=request.reason, cause=None, at=request.requested_at)
        store.run("UPDATE rooms SET removed_at = '2026-01-01T00:00:00Z' WHERE id = 6")
    return desk


@pytest.fixture
def at_company(company: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name, value in company.environment.items():
        monkeypatch.setenv(name, value)
    return company


def in_bash(monkeypatch: pytest.MonkeyPatch, *pieces: str) -> list[str]:
    """What is offered for the last piece; bash has split the line into these."""
    monkeypatch.setenv("COMP_WORDS", "\n".join(("obctl", *pieces)))
    monkeypatch.setenv("COMP_CWORD", str(len(pieces)))
    return Bash(typer.main.get_command(app), {}, "obctl", "_OBCTL_COMPLETE").complete().split("\n")


@pytest.mark.parametrize(
    ("pieces", "offered"),
    [
        (("rooms", "show", "Atr"), ["Atrium"]),
        (("rooms", "show", "ATR"), ["Atrium", "atrium@contoso.example"]),
        (("rooms", "show", "Big"), [r"Big\ \"O\'Brien\"\ \$Room:\ 1"]),
        (("rooms", "show", '"Big'), [r"""Big \"O'Brien\" \$Room: 1"""]),
        (("rooms", "show", "'Big"), [r"""Big "O'\''Brien" $Room: 1"""]),
        (("rooms", "show", r"Big\ \"O"), [r"Big\ \"O\'Brien\"\ \$Room:\ 1"]),
        (("rooms", "show", "Tw"), ["twin0@contoso.example"]),
        (("rooms", "show", "tw"), ["twin0@contoso.example", "twin1@contoso.example"]),
        (("planner", "--room", "atrium", "@", "c"), ["contoso.example"]),
        (("planner", "--room", "atrium", "@"), ["contoso.example"]),
        (("planner", "--room", "=", "Lib"), ["Liberty"]),
        (("planner", "--room", "="), ["Atrium"]),
        (("planner", "--room", "=", "atrium", "@", "c"), ["contoso.example"]),
        (("reservations", "list", "--location", "New"), [r"New\ York"]),
        (("config", "get", "sync.fut"), ["sync.future_days"]),
        (("config", "set", "push"), ["push.invite_organizer"]),
        (("log", "search", "--action", "cancellation.app"), ["cancellation.approved"]),
        (("cancellations", "list", "--cause", "room-d"), ["room-declined"]),
        (("cancellations", "list", "--status", "al"), ["all"]),
        (("cancellations", "show", ""), ["1"]),
        (("cancellations", "approve", ""), ["1"]),
        (("services", "add", "1", "--kind", "cat"), ["catering"]),
        (("sandbox", "play", "all-day"), ["all-day-boundary.toml"]),
        (("reservations", "list", "--fields", "number,organizer.e"), ["number,organizer.email"]),
        (("reservations", "list", "--sort", "-num"), [""]),
        (("reservations", "list", "--sort", "subject,-num"), ["subject,-number"]),
        (("--company", "con"), ["contoso"]),
        (("--company", "contoso", "rooms", "show", "Lib"), ["Liberty"]),
        (("--company", "fabrikam", "rooms", "show", "Lib"), [""]),
        (("reservations", "show", ""), [""]),
        (("rooms", "nosuch", "x"), [""]),
        (("diff", "tom"), ["tomorrow"]),
    ],
    ids=str,
)
def test_a_word_is_completed_from_the_company(
    at_company: Desk,
    monkeypatch: pytest.MonkeyPatch,
    pieces: tuple[str, ...],
    offered: list[str],
) -> None:
    assert in_bash(monkeypatch, *pieces)[: len(offered)] == offered


def test_a_room_that_was_taken_out_is_not_offered(
    at_company: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = in_bash(monkeypatch, "planner", "--room", "atr")
    assert offered == ["atrium@contoso.example"]


def test_a_location_is_said_to_have_so_many_rooms(at_company: Desk) -> None:
    offered = values_of("planner", "location", None, ())
    assert offered is not None
    assert dict(offered)["New York"] == "1 room"


def test_the_company_of_the_environment_is_the_one(
    at_company: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBCTL_COMPANY", "fabrikam")
    assert in_bash(monkeypatch, "rooms", "show", "Lib") == [""]


def _no_home(folder: Path) -> None:
    shutil.rmtree(folder.parent)


def _no_store(folder: Path) -> None:
    (folder / "store.db").unlink()


def _empty_store(folder: Path) -> None:
    (folder / "store.db").write_bytes(b"")


def _no_database(folder: Path) -> None:
    (folder / "store.db").write_bytes(b"no database" * 100)


def _broken_configuration(folder: Path) -> None:
    (folder / "config.toml").write_text("no = [TOML")


@pytest.mark.parametrize(
    ("harm", "offered"),
    [
        (_no_home, [""]), (_no_store, [""]), (_empty_store, [""]), (_no_database, [""]),
        (_broken_configuration, ["Liberty"]),
    ],
)  # fmt: skip
def test_what_is_broken_is_no_completion_and_no_word(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    harm,
    offered: list[str],
) -> None:
    for name, value in desk.environment.items():
        monkeypatch.setenv(name, value)
    harm(desk.home / "contoso")
    files = sorted(desk.home.rglob("*"))
    assert in_bash(monkeypatch, "rooms", "show", "Lib") == offered
    assert capfd.readouterr() == ("", "")
    assert sorted(desk.home.rglob("*")) == files


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("obctl rooms show Big", (["rooms", "show"], "Big")),
        ("obctl rooms show ", (["rooms", "show"], "")),
        ("obctl rooms show Big\\ ", (["rooms", "show"], "Big ")),
        ('obctl rooms show "Big ', (["rooms", "show"], "Big ")),
        ("obctl rooms show 'O\"B", (["rooms", "show"], 'O"B')),
        ("obctl --room 'a b' x", (["--room", "a b"], "x")),
        ("obctl #1", ([], "#1")),
        ("obctl r", ([], "r")),
    ],
)
def test_a_line_is_read_as_the_shell_reads_it(text: str, words: tuple[list[str], str]) -> None:
    assert typed(text) == words


@pytest.mark.parametrize(
    ("shell", "offered"),
    [
        (
            Zsh,
            r"""_arguments '*: :(("Big \"O'\''Brien\" \$Room\\: 1":"brien@contoso.example"))'""",
        ),
        (Fish, f"{ODD}\tbrien@contoso.example"),
    ],
    ids=["zsh", "fish"],
)
def test_zsh_and_fish_are_told_in_their_way(
    at_company: Desk, monkeypatch: pytest.MonkeyPatch, shell, offered: str
) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "obctl planner --room Big\\ ")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    cli = typer.main.get_command(app)
    assert shell(cli, {}, "obctl", "_OBCTL_COMPLETE").complete() == offered


@given(
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs")) | st.just(" "), min_size=1)
)
def test_what_bash_is_told_is_read_back_as_the_value(value: str) -> None:
    assert shlex.split(_quoted_for_bash(value, "")) == [value]
    assert shlex.split(f"'{_quoted_for_bash(value, chr(39))}'") == [value]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_itself_gets_each_value_as_one_word(company: Desk, tmp_path: Path) -> None:
    program = tmp_path / "obctl"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.argv[0] = 'obctl'\n"
        "from obctl.cli.app import main\nmain()\n"
    )
    program.chmod(0o755)
    script = """
        eval "$(_OBCTL_COMPLETE=source_bash obctl)"
        COMP_WORDS=(obctl rooms show B)
        COMP_CWORD=3
        _obctl_completion obctl
        declare -a given="(${COMPREPLY[*]})"
        printf '%s|' "${#COMPREPLY[@]}" "${given[@]}"
    """
    paths = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=os.environ | company.environment | paths,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (run.stdout, run.stderr) == (f"1|{ODD}|", "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="there is no fish here")
def test_fish_itself_offers_each_value(company: Desk, tmp_path: Path) -> None:
    script = """
        _OBCTL_COMPLETE=source_fish obctl | source
        complete -C "obctl rooms show B"
    """
    assert _in_shell(["fish", "--no-config", "-c", script], company, tmp_path) == (
        f"{ODD}\tbrien@contoso.example\n"
    )


@pytest.mark.skipif(shutil.which("zsh") is None, reason="there is no zsh here")
def test_zsh_itself_reads_each_value_as_one(company: Desk, tmp_path: Path) -> None:
    script = """
        compdef() { }
        eval "$(_OBCTL_COMPLETE=source_zsh obctl)"
        _arguments() { print -r -- "$1" }
        words=(obctl rooms show B); CURRENT=4
        _obctl_completion
    """
    shown = _in_shell(["zsh", "-f", "-c", script], company, tmp_path)
    assert shown.startswith("*: :((")
    (value, _, help_) = shown.removeprefix("*: :((").rpartition('":"')
    assert help_ == 'brien@contoso.example"))\n'
    assert value == r'"Big \"O' + "'" + r"Brien\" \$Room\\: 1"


def _in_shell(command: list[str], company: Desk, tmp_path: Path) -> str:
    """What a shell prints that finds obctl."""
    program = tmp_path / "obctl"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.argv[0] = 'obctl'\n"
        "from obctl.cli.app import main\nmain()\n"
    )
    program.chmod(0o755)
    paths = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    run = subprocess.run(
        command, env=os.environ | company.environment | paths, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stderr == ""
    return run.stdout
