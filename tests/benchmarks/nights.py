"""First, unchanged and 1 %-changed nights: obctl beside a bare client, in one run, as ratios.

    python tests/benchmarks/nights.py [--rooms 500] [--events 400]

Whole processes are measured: CPU seconds for the first night, wall seconds with 50 ms per request
for the others, requests, and the peak memory of obctl.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
NIGHT = "2026-10-19T05:30:00Z"


@contextmanager
def graph(rooms: int, events: int, latency: float) -> Iterator[str]:
    """A running Graph; yields its address."""
    command = [sys.executable, str(HERE / "graph_pages.py"), "--rooms", str(rooms)]
    command += ["--events", str(events), "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def measure(
    command: list[str], environment: dict[str, str], *, may_end_with: Sequence[int] = (0,)
) -> dict[str, float]:
    """Run a command to its end; CPU and wall seconds, peak memory in MB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in may_end_with:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "mb": usage.ru_maxrss / 1024,
    }


def control(url: str, what: str) -> dict[str, int]:
    with urllib.request.urlopen(url.removesuffix("/v1.0") + f"/bench/{what}") as answer:
        return json.load(answer)


def prepare(folder: Path, url: str, rooms: int) -> dict[str, str]:
    """A company with all rooms mapped."""
    environment = {
        **os.environ, "OBCTL_HOME": str(folder), "OBCTL_GRAPH_TOKEN": "x", "OBCTL_NOW": NIGHT,
    }  # fmt: skip
    obctl = [sys.executable, "-m", "obctl", "--quiet"]
    file = folder / "rooms.csv"
    lines = ["mailbox,name,location,floor,capacity,time_zone,activated_at"]
    lines += [
        f"room{n}@bench.example,Room {n},Bench,1,8,Europe/Amsterdam,2020-01-01T00:00:00Z"
        for n in range(1, rooms + 1)
    ]
    file.write_text("\n".join(lines) + "\n")
    init = ["init", "bench", "--graph-url", url, "--credential", "token"]
    for command in (init, ["rooms", "import", str(file)]):
        subprocess.run([*obctl, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


def show(what: str, ours: float, bare: float, unit: str, limit: float) -> None:
    print(f"{what:34} obctl {ours:8.2f} {unit}  bare {bare:8.2f} {unit}  "
          f"ratio {ours / bare:5.2f}  (at most {limit})")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--events", type=int, default=400)
    arguments = parser.parse_args()
    rooms, events = arguments.rooms, arguments.events
    run = [sys.executable, "-m", "obctl", "--quiet", "sync", "run"]
    bare = [sys.executable, str(HERE / "bare_client.py")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with graph(rooms, events, 0.0) as url:
            environment = prepare(folder, url, rooms)
            theirs = measure([*bare, "first", url, str(rooms), str(folder / "bare.db")],
                             environment)  # fmt: skip
            control(url, "requests")
            ours = measure(run, environment)
            asked = control(url, "requests")["requests"]
            show(f"first night, {rooms} x {events}", ours["cpu"], theirs["cpu"], "s cpu", 3.0)
            print(f"{'':34} {asked / rooms:.2f} requests a room, peak {ours['mb']:.0f} MB"
                  f" (at most 200), store {(folder / 'bench/store.db').stat().st_size / 2**20:.0f}"
                  " MB")  # fmt: skip
        with graph(rooms, events, 0.05) as url:
            environment["OBCTL_GRAPH_URL"] = url
            _relink(folder / "bench/store.db", url)
            theirs = measure([*bare, "night", url, str(rooms)], environment)
            control(url, "requests")
            ours = measure(run, environment)
            asked = control(url, "requests")["requests"]
            show("unchanged night, 50 ms a request", ours["wall"], theirs["wall"], "s wall", 3.0)
            print(f"{'':34} {asked / rooms:.3f} requests a room (at most 0.11),"
                  f" peak {ours['mb']:.0f} MB")  # fmt: skip
            control(url, f"changed?rooms={max(1, rooms // 100)}")
            theirs = measure([*bare, "night", url, str(rooms)], environment)
            control(url, "requests")
            ours = measure(run, environment)
            asked = control(url, "requests")["requests"]
            show("1 % changed night, 50 ms a request", ours["wall"], theirs["wall"], "s wall", 4.0)
            print(f"{'':34} {asked / rooms:.3f} requests a room")


def _relink(path: Path, url: str) -> None:
    """The same tenant answers at another port now: keep the delta links it gave."""
    import sqlite3

    store = sqlite3.connect(path)
    store.execute(
        "UPDATE rooms SET delta_link = ? || substr(delta_link, instr(delta_link, '/users/'))",
        (url,),
    )
    store.commit()
    store.close()


if __name__ == "__main__":
    main()
