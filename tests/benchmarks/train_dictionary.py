"""Train the Zstandard dictionary with which the store keeps Graph's JSON.

    python tests/benchmarks/train_dictionary.py obctl/store/payload_1.dict

The samples are the demo tenant's events as the sandbox sends them. A dictionary that was released
never changes: stores hold payloads that only it can read. A better one is another file and another
codec number in `obctl/store/payloads.py`.
"""

from __future__ import annotations

import json
import random
import sys
import urllib.request
from pathlib import Path

import zstandard

from obctl.sandbox.server import SandboxServer

SIZE = 16 * 1024
SPAN = "startDateTime=2026-10-01T00:00:00Z&endDateTime=2027-05-01T00:00:00Z"


def samples() -> list[bytes]:
    found: list[bytes] = []
    with SandboxServer() as sandbox:
        for room in sandbox.rooms:
            link: str | None = f"{sandbox.url}/users/{room}/calendarView?{SPAN}&$top=200"
            while link:
                request = urllib.request.Request(link, headers={"Authorization": "Bearer x"})
                with urllib.request.urlopen(request) as answer:
                    page = json.load(answer)
                found += [
                    json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
                    for event in page["value"]
                ]
                link = page.get("@odata.nextLink")
    return found


if __name__ == "__main__":
    events = samples()
    random.Random(1).shuffle(events)
    trained = zstandard.train_dictionary(SIZE, events[:800])
    Path(sys.argv[1]).write_bytes(trained.as_bytes())
    compressor = zstandard.ZstdCompressor(level=3, dict_data=trained)
    rest = events[800:]
    kept = sum(len(compressor.compress(event)) for event in rest) / sum(map(len, rest))
    print(f"{len(events)} events, {kept:.3f} of plain JSON")
