"""What tests start from is what `init` makes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from new_company import new_company

from obctl.engine.admin.init import create_company


def everything(folder: Path) -> tuple[list[str], dict[str, tuple[int, int]]]:
    with closing(sqlite3.connect(folder / "store.db")) as store:
        # when each schema step ran is told by the clock of the machine
        dump = [
            re.sub(r"(\"migrations\" VALUES\('\w+'),.*", r"\1", line) for line in store.iterdump()
        ]
        said = [*dump, *map(str, store.execute("PRAGMA journal_mode"))]
    files = (folder, folder / "store.db", folder / "config.toml")
    return said, {one.name: (one.stat().st_mode, one.stat().st_size) for one in files}


def test_a_copied_store_is_a_new_one(tmp_path: Path) -> None:
    settings = {"company.time_zone": "Europe/Amsterdam", "graph.credential": "token"}
    settings |= {"graph.url": "http://127.0.0.1:9/v1.0"}
    made = create_company(tmp_path / "made", "contoso", settings)
    copied = new_company(tmp_path / "copied", "contoso", settings)
    assert everything(made.folder) == everything(copied.folder)
