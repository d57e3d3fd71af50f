"""Processes of one company: together they keep to what one mailbox allows."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from obctl.graph import shared_places as module
from obctl.graph.shared_places import PER_MAILBOX, SharedPlaces, first_of, shared_places
from obctl.sandbox.server import SandboxServer

ASKER = """
import asyncio, sys
from pathlib import Path
from obctl.config import CredentialKind, GraphSettings
from obctl.graph.gateway import open_gateway

async def ask(url, room, file):
    settings = GraphSettings(url=url, credential=CredentialKind.TOKEN)
    async with open_gateway(settings, token="x", places_file=Path(file)) as gateway:
        print("ready", flush=True)
        sys.stdin.readline()
        path = f"users/{room}/calendarView?startDateTime=2026-10-19&endDateTime=2026-10-20"
        await asyncio.gather(*(gateway.get(path) for _ in range(12)))

asyncio.run(ask(*sys.argv[1:]))
"""
"""Twelve questions to one mailbox, as many at once as may be, once told to go."""
PATIENCE = 30.0


@contextmanager
def asker(sandbox: SandboxServer, file: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to ask."""
    process = subprocess.Popen(
        [sys.executable, "-c", ASKER, sandbox.url, sandbox.rooms[0], str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()


def eventually(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(latency=0.03) as server:
        yield server


def in_flight(sandbox: SandboxServer) -> int:
    return sandbox.service.throttle.in_flight[sandbox.rooms[0].lower()]


def test_two_processes_never_have_more_than_four_requests_at_one_mailbox(
    sandbox: SandboxServer, tmp_path: Path
) -> None:
    file = tmp_path / "places"
    with asker(sandbox, file) as one, asker(sandbox, file) as other:
        go(one, other)
        assert (one.wait(PATIENCE), other.wait(PATIENCE)) == (0, 0)
    assert sandbox.service.throttle.refused == 0
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_killed_process_gives_its_places_back(sandbox: SandboxServer, tmp_path: Path) -> None:
    file = tmp_path / "places"
    sandbox.service.latency = PATIENCE
    with asker(sandbox, file) as doomed, asker(sandbox, file) as other:
        go(doomed)
        eventually(lambda: in_flight(sandbox) == PER_MAILBOX)
        go(other)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(PATIENCE)
        sandbox.service.throttle.in_flight.clear()  # Graph knows nobody there any more
        sandbox.service.latency = 0.0
        assert other.wait(PATIENCE) == 0


@contextmanager
def places(path: Path, patience: float = PATIENCE) -> Iterator[SharedPlaces]:
    with shared_places(path, patience) as found:
        assert found is not None
        yield found


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param([{"a": 1}] * 9, id="singles"),
        pytest.param([{"a": 20}] * 3 + [{"A": 1}] * 5, id="batches-to-one-mailbox"),
        pytest.param([{"a": 3, "b": 2}, {"b": 9, "a": 1}, {"b": 1}] * 3, id="mixed"),
    ],
)
def test_two_gates_of_one_file_share_its_places(
    asked: list[dict[str, int]], tmp_path: Path
) -> None:
    """Within one process too, which the system's locks do not tell from itself."""
    now, most = Counter[str](), 0

    async def one(shared: SharedPlaces, wanted: dict[str, int]) -> None:
        nonlocal most
        async with shared.held(wanted):
            mine = Counter({name.lower(): min(n, PER_MAILBOX) for name, n in wanted.items()})
            now.update(mine)
            most = max(most, *now.values())
            await asyncio.sleep(0)
            now.subtract(mine)

    async def work() -> None:
        with places(tmp_path / "p") as first, places(tmp_path / "p") as second:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(
                    *(one(shared, wanted) for wanted in asked for shared in (first, second))
                )

    asyncio.run(work())
    assert most == PER_MAILBOX
    assert not module._OPEN


def test_two_mailboxes_that_happen_to_share_their_bytes_do_not_block_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAILBOXES", 1)
    assert first_of("a") == first_of("b")

    async def work() -> None:
        with places(tmp_path / "p") as shared:
            async with asyncio.timeout(PATIENCE), shared.held({"a": 4, "b": 4}):
                pass

    asyncio.run(work())


def test_a_process_that_stands_still_holds_nobody_up_for_ever(tmp_path: Path) -> None:
    async def work() -> None:
        with places(tmp_path / "p", patience=0.05) as shared:
            async with shared.held({"a": 4}), shared.held({"a": 1}):
                pass
            async with shared.held({"a": 4}):  # and whoever did without gives back nothing
                pass

    asyncio.run(work())


def test_a_process_that_stands_still_is_waited_for_once_and_not_for_each_mailbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BRIEFLY", 0.0)
    rooms = [f"room{number}" for number in range(50)]

    async def work() -> None:
        with places(tmp_path / "p") as still, places(tmp_path / "p", patience=1.0) as shared:
            async with still.held(dict.fromkeys(rooms, 4)), asyncio.timeout(PATIENCE):
                async with shared.held(dict.fromkeys(rooms, 1)):
                    pass
                async with shared.held({rooms[0]: 1}):
                    pass

    asyncio.run(work())


def test_who_goes_on_is_waited_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BRIEFLY", 0.0)
    entered = asyncio.Event()

    async def ask(shared: SharedPlaces) -> None:
        async with shared.held({"a": 1}):
            entered.set()

    async def work() -> None:
        with places(tmp_path / "p") as other, places(tmp_path / "p", patience=1.0) as shared:
            async with other.held({"a": 4}):
                await ask(shared)
            await ask(shared)
            entered.clear()
            async with other.held({"a": 4}):
                asking = asyncio.create_task(ask(shared))
                for _ in range(10):
                    await asyncio.sleep(0)
                assert not entered.is_set()
            await asking

    asyncio.run(work())


def test_who_is_interrupted_while_waiting_gives_back_what_it_had(tmp_path: Path) -> None:
    async def work() -> None:
        with places(tmp_path / "p") as shared:
            async with shared.held({"b": 1}):
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05), shared.held({"a": 4, "b": 4}):
                        pass
            async with asyncio.timeout(PATIENCE), shared.held({"a": 4, "b": 4}):
                pass

    asyncio.run(work())


def test_a_folder_in_which_nothing_can_be_made_stops_nobody(tmp_path: Path) -> None:
    with shared_places(tmp_path / "nowhere" / "p") as shared:
        assert shared is None


def test_a_file_system_without_locks_stops_nobody(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch("fcntl.lockf", side_effect=OSError(37, "No locks available"))

    async def work() -> None:
        with places(tmp_path / "p", patience=PATIENCE) as shared:
            async with asyncio.timeout(1), shared.held({"a": 4}):
                pass

    asyncio.run(work())
