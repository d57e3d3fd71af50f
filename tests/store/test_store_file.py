"""Looking at the store's file takes nothing away from those who have it open."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from obctl.store.database import open_store
from obctl.store.glimpse import room_words
from obctl.store.store_file import ensure_there

_LOOK = """
import sys
from contextlib import closing
from pathlib import Path
from obctl.store.database import open_store
with closing(open_store(Path(sys.argv[1]))) as store:
    print(store.row("SELECT count(*) AS number FROM probe")["number"])
"""


def seen_by_another_process(path: Path) -> int:
    """How many rows another process finds; it may be the last to have the store open, or not."""
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK, str(path)], capture_output=True, text=True, check=True
    )
    return int(looked.stdout)


@pytest.mark.parametrize(
    "meanwhile",
    [ensure_there, lambda path: open_store(path).close(), room_words],
    ids=["looked at", "opened again and closed", "glanced at"],
)
def test_what_is_written_after_another_look_is_seen_by_all(tmp_path: Path, meanwhile) -> None:
    """A lock lost within this process would have others delete the journal it writes to."""
    path = tmp_path / "store.db"
    with closing(open_store(path, create=True)) as store:
        store.run("CREATE TABLE probe (number INTEGER)")
        store.run("INSERT INTO probe VALUES (1)")
        assert seen_by_another_process(path) == 1
        store.run("PRAGMA wal_checkpoint(TRUNCATE)")
        meanwhile(path)
        assert seen_by_another_process(path) == 1
        store.run("INSERT INTO probe VALUES (2)")
        assert seen_by_another_process(path) == 2
