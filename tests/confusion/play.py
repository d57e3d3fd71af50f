"""Plays stories, those together that may be, and judges what was said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hasty import hasty_loops
from night import TenantServer, tenant_text

from confusion.catalogue import together
from confusion.judge import Judged, judge
from confusion.stage import staged
from confusion.story import Story
from obctl.sandbox.server import SandboxServer


def play(stories: Sequence[Story], folder: Path) -> list[Judged]:
    """Every story, played and judged; `folder` is for the companies."""
    file = folder / "tenant.toml"
    file.write_text(tenant_text(), "utf-8")
    judged: list[Judged] = []
    with hasty_loops(), SandboxServer(file, frozen=True) as server:
        tenant_server = TenantServer(server)
        try:
            for number, (setting, those) in enumerate(together(stories)):
                place = folder / str(number)
                place.mkdir()
                with staged(tenant_server, place, setting, those) as stage:
                    judged += [judge(seen) for seen in stage.play()]
        finally:
            tenant_server.close()
    return judged
