"""`sync run --all-companies`: one company's trouble is its own, and the night says what it was."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from listening import PATIENCE, eventually
from several import Home, silence

from obctl.cli.all_companies import Night, run_companies
from obctl.cli.company_process import GRACE_SECONDS, Children, run_company
from obctl.domain.companies_run import CompaniesReport, CompanyResult, Outcome
from obctl.domain.shard import shard_of
from obctl.sandbox.server import SandboxServer
from obctl.store.database import open_store
from obctl.store.runs import RunRecord, load_runs


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def night(home: Home, *options: str) -> tuple[int, dict[str, Any], str]:
    done = home.run("sync", "run", "--all-companies", "-o", "json", *options)
    return done.returncode, json.loads(done.stdout), done.stderr


def outcomes(item: dict[str, Any]) -> dict[str, str]:
    return {result["company"]: result["outcome"] for result in item["results"]}


def runs_of(home: Home, company: str) -> list[RunRecord]:
    store = open_store(home.folder / company / "store.db")
    try:
        return load_runs(store)
    finally:
        store.close()


def last_run(home: Home, company: str) -> RunRecord:
    return runs_of(home, company)[0]


def test_every_company_has_its_night_and_one_summary_tells(
    home: Home, tenant: SandboxServer
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    home.company("fabrikam", tenant.url, tenant.rooms[1], tenant.rooms[2])
    code, item, said = night(home)
    assert (code, said) == (0, "")
    assert list(item) == [
        "started_at", "finished_at", "dry_run", "shard", "exit", "interrupted", "companies",
        "by_outcome", "rooms", "events", "changes", "pushed", "results",
    ]  # fmt: skip
    assert item["companies"] == {"known": 2, "chosen": 2}
    assert item["by_outcome"] == {"ok": 2}
    assert item["rooms"] == {"ok": 3, "failed": 0, "inconclusive": 0, "stopped": 0}
    first, second = item["results"]
    assert list(first) == [
        "company", "outcome", "exit", "run", "seconds", "rooms", "events", "changes", "pushed",
        "problems", "error",
    ]  # fmt: skip
    assert (first["company"], second["company"]) == ("contoso", "fabrikam")
    assert first["rooms"]["ok"] == 1
    assert item["events"]["read"] == first["events"]["read"] + second["events"]["read"] > 0
    assert (last_run(home, "contoso").id, last_run(home, "contoso").exit_code) == (first["run"], 0)


def test_each_failure_is_named_and_keeps_no_other_from_its_night(
    home: Home, tenant: SandboxServer
) -> None:
    home.company("adatum", tenant.url, tenant.rooms[0])
    (home.folder / "adatum" / "config.toml").write_text("[sync]\npast = 1\n", encoding="utf-8")
    home.company("contoso", tenant.url, tenant.rooms[0])
    home.company("fabrikam", "http://127.0.0.1:9/v1.0", tenant.rooms[0])
    home.company("lucerne", tenant.url, "nobody@contoso.example")
    home.company("northwind", tenant.url)
    home.company("tailspin", tenant.url, tenant.rooms[0])
    (home.folder / "tailspin" / "config.toml").unlink()
    code, item, said = night(home)
    assert code == item["exit"] == 2
    assert outcomes(item) == {
        "adatum": "configuration", "contoso": "ok", "fabrikam": "try-later",
        "lucerne": "unfinished", "northwind": "no-rooms", "tailspin": "configuration",
    }  # fmt: skip
    errors = {result["company"]: result["error"] for result in item["results"]}
    assert "sync.past" in errors["adatum"]["message"]
    assert errors["contoso"] is None
    assert errors["fabrikam"]["code"] == "graph-unavailable"
    told = {name: [] for name in outcomes(item)}
    for line in said.splitlines():
        name, _, words = line.partition(": ")
        told[name].append(words)
    assert told["contoso"] == []
    assert any("sync.past" in words for words in told["adatum"])
    assert told["lucerne"][0].startswith("nobody@contoso.example: mailbox-gone: ")
    assert told["northwind"] == ["no room is mapped: obctl --company northwind rooms discover"]
    assert "tailspin" in told["tailspin"][0]


def test_a_company_whose_run_is_going_on_is_said_so(home: Home, tenant: SandboxServer) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    with silence() as url:
        home.company("fabrikam", url, tenant.rooms[0])
        going = home.start("--company", "fabrikam", "sync", "run")
        try:
            eventually(lambda: home.pid_of_run("fabrikam") == going.pid)
            code, item, said = night(home)
        finally:
            going.kill()
            going.communicate()
    assert code == 5
    assert outcomes(item) == {"contoso": "ok", "fabrikam": "locked"}
    assert f"fabrikam: another run is active for this company (process {going.pid})" in said


def test_a_company_that_is_killed_is_named_and_hides_no_other(
    home: Home, tenant: SandboxServer
) -> None:
    with silence() as url:
        home.company("contoso", url, tenant.rooms[0])
        home.company("fabrikam", tenant.url, tenant.rooms[1])
        running = home.start("sync", "run", "--all-companies", "--jobs", "1", "-o", "json")
        eventually(lambda: home.pid_of_run("contoso") is not None)
        os.kill(home.pid_of_run("contoso") or 0, signal.SIGKILL)
        shown, said = running.communicate(timeout=PATIENCE)
    item = json.loads(shown)
    assert running.returncode == 1
    assert outcomes(item) == {"contoso": "killed", "fabrikam": "ok"}
    assert item["results"][0]["exit"] is None
    assert "contoso: its process was killed by SIGKILL\n" in said


def test_a_full_disk_under_the_remarks_ends_no_night(home: Home, tenant: SandboxServer) -> None:
    """What is said of the first company cannot be written: the others have their night."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    home.company("adatum", "http://127.0.0.1:9/v1.0", tenant.rooms[0])
    home.company("contoso", tenant.url, tenant.rooms[0])
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123  a device
        done = home.run("sync", "run", "--all-companies", "--jobs", "1", "-o", "json", stderr=full)
    assert outcomes(json.loads(done.stdout))["contoso"] == "ok"
    assert last_run(home, "contoso").exit_code == 0


def test_what_breaks_off_a_night_ends_its_companies_in_order(
    home: Home, tenant: SandboxServer
) -> None:
    """Nobody would hear of them any more, and the next night would find them at work."""
    with silence() as url:
        home.company("adatum", "http://127.0.0.1:9/v1.0", tenant.rooms[0])
        home.company("contoso", url, tenant.rooms[0])
        night = Night((), (), home.environment, jobs=2, limit=600.0)
        report = CompaniesReport(datetime(2026, 10, 19, tzinfo=UTC), 2, None, dry_run=False)

        def done(_result: CompanyResult, _lines: list[str]) -> None:
            eventually(lambda: runs_of(home, "contoso"))
            raise RuntimeError("a defect")

        with pytest.raises(RuntimeError):
            run_companies(["adatum", "contoso"], night, report, done)
        eventually(lambda: last_run(home, "contoso").exit_code == 130)


def test_a_company_that_hangs_is_ended_when_its_time_is_up(
    home: Home, tenant: SandboxServer
) -> None:
    with silence() as url:
        home.company("contoso", url, tenant.rooms[0])
        result, _ = run_company("contoso", [], [], home.environment, Children(), limit=0.01)
    assert (result.outcome, result.exit_code, result.counts_as) == (Outcome.TIMED_OUT, None, 8)
    assert result.error is not None
    assert result.error.code == "timed-out"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_an_interrupted_night_ends_its_companies_in_order(
    home: Home, tenant: SandboxServer, number: signal.Signals
) -> None:
    with silence() as url:
        for name in ("adatum", "contoso", "fabrikam"):
            home.company(name, url, tenant.rooms[0])
        running = home.start("sync", "run", "--all-companies", "--jobs", "2", "-o", "json")
        eventually(lambda: home.pid_of_run("adatum") and home.pid_of_run("contoso"))
        running.send_signal(number)
        shown, said = running.communicate(timeout=PATIENCE)
    item = json.loads(shown)
    assert (running.returncode, item["exit"], item["interrupted"]) == (130, 130, True)
    assert outcomes(item) == {
        "adatum": "interrupted", "contoso": "interrupted", "fabrikam": "not-started",
    }  # fmt: skip
    assert "what was done is consistent" in said
    assert last_run(home, "adatum").exit_code == last_run(home, "contoso").exit_code == 130
    assert home.pid_of_run("adatum") is home.pid_of_run("contoso") is None


def test_children_of_a_night_that_is_deaf_to_ctrl_c_can_be_ended_in_order(
    home: Home, tenant: SandboxServer
) -> None:
    """What a shell starts in the background ignores SIGINT, and children inherit that."""
    with silence() as url:
        home.company("contoso", url, tenant.rooms[0])
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            running = home.start("sync", "run", "--all-companies", "-o", "json")
        finally:
            signal.signal(signal.SIGINT, before)
        eventually(lambda: home.pid_of_run("contoso"))
        running.send_signal(signal.SIGINT)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert last_run(home, "contoso").exit_code == 130


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_company_in_which_the_process_stops_is_made_to_end_by_a_second_signal(
    home: Home, tenant: SandboxServer
) -> None:
    with silence() as url:
        home.company("contoso", url, tenant.rooms[0])
        running = home.start("sync", "run", "--all-companies", "-o", "json")
        eventually(lambda: home.pid_of_run("contoso"))
        stuck = home.pid_of_run("contoso") or 0
        os.kill(stuck, signal.SIGSTOP)
        eventually(lambda: status_of(stuck)["State"].startswith("T"))
        running.send_signal(signal.SIGINT)
        eventually(lambda: interrupt_pending(stuck))
        running.send_signal(signal.SIGINT)
        shown, _ = running.communicate(timeout=GRACE_SECONDS / 2)  # without it: all of that
    assert running.returncode == 130
    assert outcomes(json.loads(shown)) == {"contoso": "interrupted"}


def status_of(pid: int) -> dict[str, str]:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return dict(line.split(":\t", 1) for line in status.splitlines())


def interrupt_pending(pid: int) -> bool:
    return bool(int(status_of(pid)["ShdPnd"], 16) & (1 << (signal.SIGINT - 1)))


def test_machines_share_the_companies_by_their_names_alone(
    home: Home, tenant: SandboxServer
) -> None:
    names = ["adatum", "contoso", "fabrikam", "tailspin"]
    for name in names:
        home.company(name, tenant.url)
    seen: list[str] = []
    for index in range(3):
        code, item, _ = night(home, "--shard", f"{index}/3")
        own = [name for name in names if shard_of(name, 3) == index]
        assert (code, item["shard"]) == (0, f"{index}/3")
        assert item["companies"] == {"known": 4, "chosen": len(own)}
        assert list(outcomes(item)) == own
        seen += own
    assert sorted(seen) == names


def test_a_shard_without_companies_is_said_and_no_failure(
    home: Home, tenant: SandboxServer
) -> None:
    home.company("contoso", tenant.url)
    other = 1 - shard_of("contoso", 2)
    code, item, said = night(home, "--shard", f"{other}/2")
    assert (code, item["results"]) == (0, [])
    assert said == f"none of the 1 company belongs to shard {other}/2\n"


def test_no_company_at_all_is_wrong(home: Home) -> None:
    done = home.run("sync", "run", "--all-companies")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: there is no company in {home.folder}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--all-companies", "--shard", "2/2"], "there is no shard 2/2: shards are counted from 0"),
        (["--all-companies", "--room", "x"], "--room is for one company"),
        (["--all-companies", "--location", "x"], "--location is for one company"),
        (["--all-companies", "--plan-out", "x"], "--plan-out is for one company"),
        (["--all-companies", "--allow-cancellations"], "--allow-cancellations is for one company"),
        (["--jobs", "2"], "--jobs needs --all-companies"),
        (["--shard", "0/2"], "--shard needs --all-companies"),
        (["--timeout", "1h"], "--timeout needs --all-companies"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    home: Home, tenant: SandboxServer, words: list[str], said: str
) -> None:
    home.company("contoso", tenant.url)
    done = home.run("sync", "run", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_one_tenant_in_the_environment_is_not_that_of_every_company(
    home: Home, tenant: SandboxServer
) -> None:
    home.company("contoso", tenant.url)
    home.company("fabrikam", tenant.url)
    home.environment["OBCTL_GRAPH_TENANT_ID"] = "7d6f2c1e-4b0a-4c58-9e3d-52a1f0b7c914"
    done = home.run("sync", "run", "--all-companies")
    assert done.returncode == 2
    assert "OBCTL_GRAPH_TENANT_ID is set" in done.stderr


def test_a_screen_shows_the_sums_and_whoever_is_not_done(home: Home, tenant: SandboxServer) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    home.company("lucerne", tenant.url, "nobody@contoso.example")
    done = home.run("sync", "run", "--all-companies", "--dry-run", "--shard", "0/1")
    assert done.returncode == 8
    shown = [line.rstrip() for line in done.stdout.splitlines()]
    assert max(map(len, shown)) <= 80
    assert shown[:3] == [
        "companies           1 ok, 1 unfinished",
        "shard               0/1: 2 of 2",
        "rooms               1 ok, 1 inconclusive",
    ]
    assert shown[4].startswith("would do (dry run)  ")
    assert "exit                8" in shown
    assert [line.split()[:3] for line in shown if line.startswith("lucerne")] == [
        ["lucerne", "unfinished", "8"]
    ]


def test_csv_has_a_line_for_each_company(home: Home, tenant: SandboxServer) -> None:
    home.company("contoso", tenant.url)
    home.company("fabrikam", tenant.url)
    done = home.run("sync", "run", "--all-companies", "-o", "csv")
    head, *rows = done.stdout.splitlines()
    assert head.startswith("company,outcome,exit,")
    assert [row.split(",")[:2] for row in rows] == [
        ["contoso", "no-rooms"],
        ["fabrikam", "no-rooms"],
    ]
