"""The company's files: who can read them, whether the store is whole, how much room is left."""

from __future__ import annotations

import os
import shutil

from obctl.config import Config
from obctl.engine.admin.doctor.finding import Finding, ok, problem, warning
from obctl.store.database import Store
from obctl.store.schema import problems

_MEGABYTE = 1_000_000
_LEAST = 200 * _MEGABYTE
_COMFORT = 1000 * _MEGABYTE


def examine_files(config: Config, store: Store) -> list[Finding]:
    """Modes, integrity, free disk."""
    return [*_modes(config), _integrity(store), _disk(config)]


def _modes(config: Config) -> list[Finding]:
    if os.name != "posix":
        return []  # access lists decide there, and the bits say nothing
    loose = [
        path
        for path in (config.folder, config.config_path, config.store_path)
        if path.exists() and path.stat().st_mode & 0o077
    ]
    if loose:
        names = " ".join(f"'{path}'" for path in loose)
        told = ", ".join(map(str, loose))
        command = f"chmod go= {names}"
        return [problem("file modes", f"others can read {told}", command, remedy=command)]
    return [ok("file modes", "only you can read configuration and store")]


def _integrity(store: Store) -> Finding:
    found = problems(store)
    if not found:
        return ok("store", str(store.path))
    more = f" and {len(found) - 1} more" if found[1:] else ""
    return problem(
        "store",
        f"{store.path}: {found[0]}{more}",
        "put the last backup in its place",
        remedy="obctl store check",
    )


def _disk(config: Config) -> Finding:
    """A night writes a journal beside the store, and `store backup` a copy of it."""
    free = shutil.disk_usage(config.folder).free
    size = config.store_path.stat().st_size if config.store_path.exists() else 0
    message = f"{free // _MEGABYTE} MB free where the store has {size // _MEGABYTE} MB"
    remedy = f"df -h '{config.folder}'"
    if free < max(_LEAST, size // 4):
        return problem("disk", message, "make room before the night", remedy=remedy)
    if free < max(_COMFORT, size):
        return warning("disk", message, "a backup may not fit beside it", remedy=remedy)
    return ok("disk", message)
