"""What others are told of a night: figures for node_exporter, a heartbeat after a good one."""

from __future__ import annotations

import json
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from listening import PATIENCE, eventually
from several import Home, silence

from obctl.cli.heartbeat import call_heartbeat
from obctl.config import save_setting
from obctl.sandbox.server import SandboxServer

NOW_SECONDS = 1792387800  # 2026-10-19T05:30:00Z


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "obctl.prom"


class Called(ThreadingHTTPServer):
    """Notes each request for a heartbeat, and answers with `status`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Heart)
        self.calls: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/6f1c"


class _Heart(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Called)
        self.server.calls.append(f"{self.path} {self.headers['User-Agent'].partition('/')[0]}")
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def heart() -> Iterator[Called]:
    server = Called()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def nobody() -> Iterator[str]:
    with silence() as url:
        address = url
    yield address.replace("/v1.0", "/ping/6f1c")


def figures(file: Path) -> dict[str, float]:
    """The samples by name and labels; each name has its help and its type once, before it."""
    text = file.read_text(encoding="utf-8")
    assert text.endswith("\n")
    found: dict[str, float] = {}
    known: list[str] = []
    for line in text.splitlines():
        if line.startswith("# HELP "):
            known.append(line.split()[2])
        elif line.startswith("# TYPE "):
            assert line.split()[2:] == [known[-1], "gauge"]
        else:
            sample = re.fullmatch(r'(\w+)(\{(?:\w+="[^"]*",?)+\}) (-?\d+(?:\.\d+)?)', line)
            assert sample, line
            assert sample[1] == known[-1]
            found[sample[1] + sample[2]] = float(sample[3])
    assert len(known) == len(set(known))
    return found


def of(name: str, company: str = "contoso", **labels: str) -> str:
    more = "".join(f',{label}="{text}"' for label, text in labels.items())
    return f'obctl_{name}{{company="{company}"{more}}}'


def test_a_good_night_stands_in_the_file(home: Home, tenant: SandboxServer, file: Path) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    done = home.run("sync", "run", "--metrics-file", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    found = figures(file)
    assert found[of("sync_last_run_timestamp_seconds")] == NOW_SECONDS
    assert found[of("sync_last_success_timestamp_seconds")] == NOW_SECONDS
    assert found[of("sync_last_run_success")] == 1
    assert found[of("sync_last_run_exit_code")] == 0
    assert found[of("sync_last_run_duration_seconds")] > 0
    assert found[of("sync_last_run_rooms", state="ok")] == 1
    assert found[of("sync_last_run_changes", kind="cancelled")] == 0
    assert found[of("sync_last_run_pushes", result="failed")] == 0
    assert (found[of("rooms")], found[of("rooms_stale")], found[of("rooms_inconclusive")]) == (
        1, 0, 0,
    )  # fmt: skip
    assert (found[of("cancellation_requests_open")], found[of("outbox_failed")]) == (0, 0)
    assert file.stat().st_mode & 0o777 == 0o644  # node_exporter is another user
    assert [path.name for path in file.parent.iterdir() if "prom" in path.name] == [file.name]


def test_a_failed_night_stands_there_too_with_the_time_of_the_last_good_one(
    home: Home, tenant: SandboxServer, file: Path
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    assert home.run("sync", "run").returncode == 0
    home.environment["OBCTL_NOW"] = "2026-10-20T05:30:00Z"
    home.environment["OBCTL_GRAPH_URL"] = "http://127.0.0.1:9/v1.0"
    assert home.run("sync", "run", "--metrics-file", str(file)).returncode == 5
    found = figures(file)
    assert found[of("sync_last_run_success")] == 0
    assert found[of("sync_last_run_exit_code")] == 5
    assert found[of("sync_last_run_timestamp_seconds")] == NOW_SECONDS + 86400
    assert found[of("sync_last_success_timestamp_seconds")] == NOW_SECONDS
    assert of("sync_last_run_rooms", state="ok") not in found


def test_a_company_that_never_had_a_good_night_has_the_time_0(
    home: Home, tenant: SandboxServer, file: Path
) -> None:
    home.company("contoso", tenant.url, "nobody@contoso.example")
    assert home.run("sync", "run", "--metrics-file", str(file)).returncode == 8
    found = figures(file)
    assert found[of("sync_last_success_timestamp_seconds")] == 0
    assert found[of("sync_last_run_rooms", state="inconclusive")] == 1
    assert found[of("rooms_stale")] == 1


def test_a_night_over_no_room_is_no_good_one(home: Home, tenant: SandboxServer, file: Path) -> None:
    home.company("contoso", tenant.url)
    assert home.run("sync", "run", "--metrics-file", str(file)).returncode == 0
    found = figures(file)
    assert (found[of("rooms")], found[of("sync_last_run_success")]) == (0, 0)
    assert found[of("sync_last_success_timestamp_seconds")] == 0


def test_a_good_run_over_some_rooms_is_no_good_night(
    home: Home, tenant: SandboxServer, file: Path
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0], "nobody@contoso.example")
    assert home.run("sync", "run", "--room", tenant.rooms[0]).returncode == 0
    assert home.run("sync", "run", "--metrics-file", str(file)).returncode == 8
    assert figures(file)[of("sync_last_success_timestamp_seconds")] == 0


def test_a_company_whose_configuration_is_broken_is_in_the_file(
    home: Home, tenant: SandboxServer, file: Path
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    (home.folder / "contoso" / "config.toml").write_text("[sync]\npast = 1\n", encoding="utf-8")
    assert home.run("sync", "run", "--metrics-file", str(file)).returncode == 2
    found = figures(file)
    assert found[of("sync_last_run_exit_code")] == 2
    assert of("rooms") not in found


def test_an_interrupted_night_is_in_the_file(home: Home, tenant: SandboxServer, file: Path) -> None:
    with silence() as url:
        home.company("contoso", url, tenant.rooms[0])
        running = home.start("sync", "run", "--metrics-file", str(file))
        eventually(lambda: home.pid_of_run("contoso"))
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=PATIENCE)
    assert running.returncode == 130
    assert figures(file)[of("sync_last_run_exit_code")] == 130


def test_all_companies_stand_in_one_file(home: Home, tenant: SandboxServer, file: Path) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    home.company("fabrikam", tenant.url, "nobody@contoso.example")
    home.company("lucerne", tenant.url)
    (home.folder / "lucerne" / "config.toml").write_text("[", encoding="utf-8")
    done = home.run("sync", "run", "--all-companies", "--metrics-file", str(file))
    assert done.returncode == 2
    found = figures(file)
    codes = [found[of("sync_last_run_exit_code", name)] for name in ("contoso", "fabrikam")]
    assert codes == [0, 8]
    assert found[of("sync_last_run_exit_code", "lucerne")] == 2
    assert found[of("sync_last_success_timestamp_seconds", "fabrikam")] == 0
    assert found['obctl_night_exit_code{shard="0/1"}'] == 2
    assert found['obctl_night_timestamp_seconds{shard="0/1"}'] == NOW_SECONDS
    assert found['obctl_night_companies{shard="0/1",outcome="ok"}'] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--metrics-file", "nowhere/x.prom"], "there is no folder"),
        (["--metrics-file", "x.txt"], "node_exporter takes files that end in .prom"),
        (["--metrics-file", "x.prom", "--dry-run"], "--dry-run does not go with --metrics-file"),
        (["--metrics-file", "x.prom", "--room", "x"], "--room does not go with --metrics-file"),
        (["--all-companies", "--metrics-file", "x.txt"], "end in .prom"),
    ],
)
def test_a_file_that_would_tell_nothing_or_wrong_is_refused_before_the_night(
    home: Home, tenant: SandboxServer, words: list[str], said: str
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    done = home.run("sync", "run", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert json.loads(home.run("sync", "history", "-o", "json").stdout) == []


def beating(home: Home, url: str, company: str = "contoso") -> None:
    save_setting(home.folder / company / "config.toml", "sync.heartbeat_url", url)


def test_the_heartbeat_is_called_once_after_a_good_night(
    home: Home, tenant: SandboxServer, heart: Called
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    beating(home, heart.url)
    done = home.run("sync", "run")
    assert (done.returncode, done.stderr) == (0, "")
    assert heart.calls == ["/ping/6f1c obctl"]


def test_the_heartbeat_is_silent_after_anything_but_a_whole_good_night(
    home: Home, tenant: SandboxServer, heart: Called
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0], "nobody@contoso.example")
    beating(home, heart.url)
    assert home.run("sync", "run").returncode == 8
    assert home.run("sync", "run", "--dry-run").returncode == 8
    assert home.run("sync", "run", "--room", tenant.rooms[0]).returncode == 0
    home.company("empty", tenant.url)
    beating(home, heart.url, "empty")
    assert home.run("--company", "empty", "sync", "run").returncode == 0
    assert heart.calls == []


@pytest.mark.parametrize("status", [404, 500])
def test_a_heartbeat_that_is_refused_is_named_and_fails_no_night(
    home: Home, tenant: SandboxServer, heart: Called, status: int
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    beating(home, heart.url)
    heart.status = status
    done = home.run("sync", "run", "-o", "json")
    assert done.returncode == 0
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["room"], problem["code"]) == (None, "heartbeat-failed")
    said = f"the heartbeat at 127.0.0.1 could not be called: it answered {status}"
    assert problem["message"] == said
    assert f"heartbeat-failed: {said}\n" in done.stderr
    assert "6f1c" not in done.stderr + done.stdout


@pytest.mark.parametrize("path", ["6f1c x", "6f1c\x7f"])
def test_a_heartbeat_that_cannot_be_asked_for_shows_its_host_alone(path: str) -> None:
    problem = call_heartbeat(f"http://127.0.0.1:9/{path}")
    assert problem is not None
    assert problem.message == (
        "the heartbeat at 127.0.0.1 could not be called: it is no address that can be asked for"
    )


def test_a_heartbeat_where_nobody_answers_is_named_and_fails_no_night(
    home: Home, tenant: SandboxServer
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    with nobody() as url:
        beating(home, url)
        done = home.run("sync", "run")
    assert done.returncode == 0
    assert "heartbeat-failed: the heartbeat at 127.0.0.1 could not be called" in done.stderr


def test_each_company_calls_its_own_and_that_of_the_environment_is_for_all(
    home: Home, tenant: SandboxServer, heart: Called
) -> None:
    home.company("contoso", tenant.url, tenant.rooms[0])
    beating(home, f"{heart.url}/contoso")
    home.company("fabrikam", tenant.url, "nobody@contoso.example")
    home.environment["OBCTL_SYNC_HEARTBEAT_URL"] = heart.url
    assert home.run("sync", "run", "--all-companies").returncode == 8
    assert heart.calls == ["/ping/6f1c/contoso obctl"]
    (home.folder / "fabrikam" / "store.db").unlink()
    (home.folder / "fabrikam" / "config.toml").unlink()
    assert home.run("sync", "run", "--all-companies").returncode == 0
    assert heart.calls[1:] == ["/ping/6f1c/contoso obctl", "/ping/6f1c obctl"]


@pytest.mark.parametrize("url", ["ftp://host/x", "host/x", "https://me:secret@host/x", "http://"])
def test_what_is_no_heartbeat_address_is_refused(
    home: Home, tenant: SandboxServer, url: str
) -> None:
    home.company("contoso", tenant.url)
    done = home.run("config", "set", "sync.heartbeat_url", url)
    assert done.returncode == 2
    assert "sync.heartbeat_url" in done.stderr
