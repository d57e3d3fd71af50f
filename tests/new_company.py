"""A company as `init` makes it, in a fifth of the time: its new store is copied, not made."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from obctl.config import Config
from obctl.engine.admin.init import create_company
from obctl.store.database import open_store


def new_company(home: Path, name: str, settings: Mapping[str, str | None]) -> Config:
    """A company of this name in `home`, which takes over an empty store as it would any other."""
    folder = home / name
    folder.mkdir(mode=0o700, parents=True)
    store = folder / "store.db"
    store.touch(mode=0o600)
    store.write_bytes(_new_store())
    return create_company(home, name, settings)


@cache
def _new_store() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        open_store(path, create=True).close()
        return path.read_bytes()
