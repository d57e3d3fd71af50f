"""`config set` and `unset`: one setting changes, and nothing else of the file does."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from desk import Desk

from obctl.config import SETTINGS

TEXT = """\
# Contoso, by Mia
[company]
time_zone = "Europe/Amsterdam"  # where the office is

[graph]
url = 'http://127.0.0.1:9/v1.0'
credential = "token"

[sync]
# agreed with facility, 2026-03
past_days = 2   # days
future_days = 90
"""


@pytest.fixture
def kept(desk: Desk) -> Desk:
    """A company whose file somebody wrote by hand."""
    file_of(desk).write_text(TEXT)
    return desk


def file_of(desk: Desk) -> Path:
    return desk.home / "contoso" / "config.toml"


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        (("set", "sync.past_days", "3"), "past_days = 2 ", "past_days = 3 "),
        (
            ("set", "company.time_zone", "W. Europe Standard Time"),
            '"Europe/Amsterdam"  # where',
            '"Europe/Berlin"  # where',
        ),
        (("set", "sync.series", "immediate"), "= 90\n", '= 90\nseries = "immediate"\n'),
        (("unset", "sync.future_days"), "future_days = 90\n", ""),
        (("set", "sync.future_days", ""), "future_days = 90\n", ""),
        (
            ("set", "push.invite_organizer", "yes"),
            "= 90\n",
            "= 90\n\n[push]\ninvite_organizer = true\n",
        ),
        (("unset", "push.invite_organizer"), "", ""),
    ],
    ids=str,
)
def test_comments_order_and_spelling_stay(
    kept: Desk, words: tuple[str, ...], before: str, after: str
) -> None:
    answer = kept.run("config", *words)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert file_of(kept).read_text() == TEXT.replace(before, after)
    assert file_of(kept).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in file_of(kept).parent.glob(".*")] == []


GOOD = {
    "whole": "31", "flag": "on", "zone": "Europe/Paris", "url": "https://hc.example/x",
    "graph-url": "http://127.0.0.1:9/v1.0", "text": "b",
}  # fmt: skip
BAD = {
    "whole": "many", "flag": "perhaps", "zone": "Europe/Nowhere", "url": "hc.example",
    "graph-url": "https://graph.example/beta",
}  # fmt: skip


@pytest.mark.parametrize("key", SETTINGS)
def test_each_setting_is_typed_by_its_kind(kept: Desk, key: str) -> None:
    setting = SETTINGS[key]
    value = setting.choices[-1] if setting.choices else GOOD[setting.kind]
    if key == "graph.credential":
        value = "token"
    assert kept.run("config", "set", key, value).exit_code == 0
    table, name = key.split(".")
    written = tomllib.loads(file_of(kept).read_text())[table][name]
    assert written == setting.parse(value)
    wrong = "neither" if setting.choices else BAD.get(setting.kind)
    if wrong is not None:
        text = file_of(kept).read_text()
        answer = kept.run("config", "set", key, wrong)
        assert answer.exit_code == 2
        assert key in answer.stderr
        assert setting.meaning in answer.stderr
        assert file_of(kept).read_text() == text


@pytest.mark.parametrize("words", [("set", "sync.pastdays", "1"), ("unset", "sync.pastdays")])
def test_an_unknown_key_is_refused_with_the_nearest(kept: Desk, words: tuple[str, ...]) -> None:
    answer = kept.run("config", *words)
    assert answer.exit_code == 2
    assert "did you mean sync.past_days" in answer.stderr
    assert file_of(kept).read_text() == TEXT


def test_what_would_make_the_whole_file_wrong_is_refused(kept: Desk) -> None:
    """A token goes to this machine alone."""
    answer = kept.run("config", "set", "graph.url", "https://graph.example/v1.0")
    assert answer.exit_code == 2
    assert "token is only for a graph.url on this machine" in answer.stderr
    assert file_of(kept).read_text() == TEXT


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("past_days = 2", ("set", "sync.past_days", "2")),
        ("past_days = 2", ("unset", "sync.past_days")),
    ],
    ids=str,
)
def test_a_wrong_setting_is_put_right(kept: Desk, wrong: str, words: tuple[str, ...]) -> None:
    file_of(kept).write_text(TEXT.replace(wrong, 'past_days = "two"'))
    assert kept.run("config", "get", "sync.past_days").exit_code == 2
    assert kept.run("config", *words).exit_code == 0
    assert kept.run("config", "get", "sync.past_days").exit_code == 0


def test_what_else_is_wrong_is_named_and_nothing_is_written(kept: Desk) -> None:
    text = TEXT.replace("future_days = 90", "future_dais = 90")
    file_of(kept).write_text(text)
    answer = kept.run("config", "set", "sync.past_days", "3")
    assert answer.exit_code == 2
    assert "sync.future_dais: unknown (did you mean sync.future_days?)" in answer.stderr
    assert file_of(kept).read_text() == text


def test_a_file_that_is_no_toml_stays_as_it_is(kept: Desk) -> None:
    file_of(kept).write_text("[sync\n")
    answer = kept.run("config", "set", "sync.past_days", "3")
    assert answer.exit_code == 2
    assert "no TOML" in answer.stderr
    assert file_of(kept).read_text() == "[sync\n"


def test_a_link_stays_a_link(kept: Desk, tmp_path: Path) -> None:
    real = tmp_path / "kept-elsewhere.toml"
    file_of(kept).rename(real)
    file_of(kept).symlink_to(real)
    assert kept.run("config", "set", "sync.past_days", "5").exit_code == 0
    assert file_of(kept).is_symlink()
    assert "past_days = 5" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o600


def test_the_log_says_who_changed_what_and_keeps_a_secret(kept: Desk) -> None:
    url = "https://hc-ping.com/2f6a-secret"
    for words in (("sync.past_days", "4"), ("sync.heartbeat_url", url)):
        assert kept.run("config", "set", *words, "--by", "mia").exit_code == 0
    assert kept.run("config", "get", "sync.heartbeat_url").stdout == f"{url}\n"
    found = kept.run(
        "log", "search", "--action", "setting.changed", "--fields", "message,actor", "-o", "json"
    )
    assert "secret" not in found.stdout
    assert json.loads(found.stdout) == [
        {"message": "sync.heartbeat_url:  -> hc-ping.com/…, by mia", "actor": "mia"},
        {"message": "sync.past_days: 2 -> 4, by mia", "actor": "mia"},
    ]


def test_each_setting_says_its_value_its_default_and_where_it_comes_from(kept: Desk) -> None:
    kept.environment["OBCTL_SYNC_PAST_DAYS"] = "7"
    found = json.loads(
        kept.run("config", "show", "--fields", "key,value,default,from", "-o", "json").stdout
    )
    sync = {item["key"]: item for item in found if item["key"].startswith("sync.")}
    assert sync["sync.past_days"] == {
        "key": "sync.past_days", "value": 7, "default": 1, "from": "OBCTL_SYNC_PAST_DAYS",
    }  # fmt: skip
    assert sync["sync.future_days"]["from"] == "file"
    assert sync["sync.concurrency"] == {
        "key": "sync.concurrency", "value": 8, "default": 8, "from": "default",
    }  # fmt: skip
    one = json.loads(kept.run("config", "get", "sync.future_days", "-o", "json").stdout)
    assert (one["value"], one["default"], one["from"]) == (90, 180, "file")


def test_a_variable_that_holds_in_its_place_is_named(kept: Desk) -> None:
    kept.environment["OBCTL_SYNC_PAST_DAYS"] = "7"
    answer = kept.run("config", "set", "sync.past_days", "3")
    assert answer.stderr == (
        "sync.past_days: 2 -> 3\nOBCTL_SYNC_PAST_DAYS is set here, and holds in its place\n"
    )
