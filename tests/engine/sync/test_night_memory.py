"""What a pass holds in memory does not grow with the rooms it goes over."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest
from builders import DAY
from night import TenantServer, daily, nightfall

EVENTS = 60


def peak_of(tenant_server: TenantServer, folder: Path, rooms: int, *, full: bool) -> int:
    """The peak in bytes of a pass in which every room lost a meeting and has to wait."""
    folder.mkdir()
    names = tuple(f"Room{n}" for n in range(rooms))
    with nightfall(tenant_server, folder, names=names) as night:
        night.configure(future_days=EVENTS + 20)
        going = []
        for name in names:
            night.book(
                name, "Daily", "09:00", "10:00", recurrence=daily(DAY, count=EVENTS), settle=False
            )
            going.append(night.book(name, "Once", "13:00", "14:00", settle=False))
        night.settle()
        assert night.run(again=False).created == rooms * (EVENTS + 1)
        for meeting in going:
            night.cancel(meeting)
        gc.collect()
        tracemalloc.start()
        try:
            assert night.run(again=False, full=full).cancelled == rooms
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("full", [False, True], ids=["changes", "full"])
def test_rooms_that_wait_for_each_other_are_not_held_in_memory(
    tenant_server: TenantServer, tmp_path: Path, full: bool
) -> None:
    few, many = (
        peak_of(tenant_server, tmp_path / str(rooms), rooms, full=full) for rooms in (8, 32)
    )
    # One event alone has some 3,500 bytes; the sandbox and rubbish not collected yet count too.
    assert (many - few) / 24 < EVENTS * 1000
