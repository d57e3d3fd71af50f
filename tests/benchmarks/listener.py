"""How many notifications the listener takes, and how long Graph waits for its 202.

Usage: python tests/benchmarks/listener.py [--count 20000] [--connections 32] [--rate 1000]

Starts a real `obctl listen --no-worker` on a store of its own and posts one notification per
request, first at a fixed rate, then as fast as answers come. Client and listener share the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from obctl.domain.room import Room, RoomId
from obctl.domain.subscription import Subscription
from obctl.store.database import open_store
from obctl.store.inbox import inbox_summary
from obctl.store.rooms import add_room
from obctl.store.subscriptions import save_subscription

ROOMS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000, help="notifications per measurement")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1000, help="notifications per second, paced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "OBCTL_HOME": folder, "OBCTL_GRAPH_TOKEN": "unused"}
        store_path = make_company(folder, environment)
        listener = subprocess.Popen(
            [sys.executable, "-m", "obctl", "listen", "--port", "0", "--no-worker", "-o", "json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert listener.stdout is not None
            url = json.loads(listener.stdout.readline())["url"]
            requests = [make_request(url, number) for number in range(options.count)]
            for name, rate in ((f"paced at {options.rate:.0f}/s", options.rate), ("flat out", 0.0)):
                began = time.perf_counter()
                waits = asyncio.run(post_all(url, requests, options.connections, rate))
                show(name, waits, time.perf_counter() - began)
        finally:
            listener.terminate()
            listener.wait()
        store = open_store(store_path)
        print(f"in the inbox: {inbox_summary(store)[0]:,} of {2 * options.count:,}")
        store.close()


def make_company(folder: str, environment: dict[str, str]) -> Path:
    """A company with rooms and a ledger; Graph is never asked."""
    command = "init bench --graph-url http://127.0.0.1:9/v1.0 --credential token"
    subprocess.run([sys.executable, "-m", "obctl", *command.split()], env=environment, check=True)
    path = Path(folder, "bench", "store.db")
    store = open_store(path)
    now = datetime.now(UTC)
    with store.transaction():
        for number in range(ROOMS):
            address = f"room{number}@contoso.example"
            room = Room(RoomId(0), address, f"Room {number}", None, None, 8, "UTC", now)
            subscription = Subscription(
                id=f"subscription-{number}",
                room=add_room(store, room).id,
                resource=f"users/{number}/events",
                notification_url="https://hooks.contoso.example/notifications",
                lifecycle_url=None,
                client_state=f"client-state-of-{number}",
                created_at=now,
                expires_at=now + timedelta(days=6),
            )
            save_subscription(store, subscription)
    store.close()
    return path


def make_request(url: str, number: int) -> bytes:
    """One POST as Graph sends it, ready for the wire."""
    room = number % ROOMS
    event = f"AAMkAGI1AAAt9AHjAAA{number:0100d}="
    resource = f"Users/{room}/Events/{event}"
    item = {
        "subscriptionId": f"subscription-{room}",
        "subscriptionExpirationDateTime": "2026-11-28T09:00:00Z",
        "changeType": "updated",
        "resource": resource,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": resource,
            "@odata.etag": 'W/"DwAAABYAAAAiIsqMbYjsT5e/T7KzowPTAAAYbvZE"',
            "id": event,
        },
        "clientState": f"client-state-of-{room}",
        "tenantId": "84bd8158-6d4d-4958-8b9f-9d6445542f95",
    }
    body = json.dumps({"value": [item]}).encode()
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def post_all(url: str, requests: list[bytes], connections: int, rate: float) -> list[float]:
    """Seconds each request took, counted from when it was due where a rate is given."""
    parts = urlsplit(url)
    left = iter(enumerate(requests))
    waits: list[float] = []
    began = time.perf_counter()

    async def one_connection() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number, request in left:
            due = began + number / rate if rate else time.perf_counter()
            if due > time.perf_counter():
                await asyncio.sleep(due - time.perf_counter())
            writer.write(request)
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 202"):
                raise SystemExit(f"the listener said {answer.splitlines()[0].decode()}")
            waits.append(time.perf_counter() - due)
        writer.close()

    await asyncio.gather(*(one_connection() for _ in range(connections)))
    return waits


def show(name: str, waits: list[float], seconds: float) -> None:
    cuts = statistics.quantiles(waits, n=100)
    print(
        f"{name:>14}: {len(waits) / seconds:6,.0f} notifications/s, p50 {cuts[49] * 1000:.1f} ms,"
        f" p99 {cuts[98] * 1000:.1f} ms, worst {max(waits) * 1000:.1f} ms"
    )


if __name__ == "__main__":
    main()
