"""A backup in the store's place, and what the company log says of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from obctl.config import Config
from obctl.domain.company_log import Action
from obctl.store.database import open_store
from obctl.store.journal import Journal
from obctl.store.restore import Contents, checked_copy, put_in_place
from obctl.store.runs import run_lock


@dataclass(frozen=True, slots=True)
class Candidate:
    """A backup that was looked at and can be put in place."""

    backup: Path
    copy: Path
    contents: Contents
    kept: Path
    """Where the old store will be."""


@contextmanager
def candidate(config: Config, backup: Path, now: datetime) -> Iterator[Candidate]:
    """The backup, checked, while no run may begin.

    Raises `StoreError` where it cannot be used, and `AnotherRunActive`.
    """
    path = config.store_path
    kept = path.with_name(f"store-before-{now:%Y%m%dT%H%M%SZ}.db")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"store-before-{now:%Y%m%dT%H%M%SZ}-{number}.db")
    with run_lock(config.folder), checked_copy(backup, path) as (copy, contents):
        yield Candidate(backup, copy, contents, kept)


def restore(
    config: Config, chosen: Candidate, actor: str, clock: Callable[[], datetime]
) -> Path | None:
    """Put it in place; returns where the old store is kept, if there was one.

    Raises `StoreBusy` where some process has the old one open.
    """
    kept = chosen.kept if put_in_place(chosen.copy, config.store_path, chosen.kept) else None
    old = f"; the one before is kept as {kept.name}" if kept else ""
    with closing(open_store(config.store_path)) as store, store.transaction():
        Journal(store, actor, clock).note(
            Action.STORE_RESTORED, f"the store is {chosen.backup} now{old}"
        )
    return kept
