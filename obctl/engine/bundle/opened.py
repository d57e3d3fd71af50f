"""A bundle opened: a company in a folder of its own that is gone afterwards."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from obctl.config import SETTINGS, Config, parse_config
from obctl.domain.bundle import Manifest, Verdict
from obctl.engine.bundle.archive import CONFIG, STORE, unpack
from obctl.errors import ConfigError, StoreError
from obctl.store.bundle_intake import take_in
from obctl.store.database import Store
from obctl.store.runs import run_lock

COMPANY = "bundle"
"""What the company in a bundle is called: who it is stays at home."""


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """What a bundle says, and its company as commands find one; the store is a copy."""

    file: Path
    manifest: Manifest
    verdict: Verdict
    config: Config
    store: Store


@contextmanager
def opened_bundle(file: Path, *, obctl: str) -> Iterator[OpenedBundle]:
    """Open a bundle; `obctl` is the version that does.

    Raises `StoreError` for what is none, is damaged or from a newer obctl.
    """
    with tempfile.TemporaryDirectory(prefix="obctl-bundle-") as name:
        unpacked, home = Path(name) / "unpacked", Path(name) / COMPANY
        for folder in (unpacked, home):
            folder.mkdir(mode=0o700)
        manifest, verdict = unpack(file, unpacked, obctl=obctl)
        (unpacked / CONFIG).replace(home / CONFIG)
        try:
            config = _config(home)
            store = take_in(unpacked / STORE, home / STORE, manifest.schema)
        except (StoreError, ConfigError) as error:
            said = error.message.replace(str(unpacked / STORE), "its store")
            raise StoreError(
                f"{file} cannot be used: {said}",
                hint="`obctl bundle create` makes a new one",
                code="bad-bundle",
            ) from error
        (unpacked / STORE).unlink()
        try:
            with run_lock(home) if manifest.run_active else nullcontext():
                yield OpenedBundle(file, manifest, verdict, config, store)
        finally:
            store.close()


def _config(home: Path) -> Config:
    """The settings that the bundle has and this obctl knows; raises `ConfigError`."""
    try:
        content = tomllib.loads((home / CONFIG).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"its {CONFIG} is no TOML") from error
    known = {
        table: {name: value for name, value in values.items() if f"{table}.{name}" in SETTINGS}
        for table, values in content.items()
        if isinstance(values, dict)
    }
    return parse_config(known, {}, folder=home, origin=f"its {CONFIG}")
