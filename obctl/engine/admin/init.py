"""Making a company: its folder, its configuration file, its store; all of them or nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from obctl.config import Config, parse_config, write_private
from obctl.errors import ConfigError
from obctl.store.database import open_store

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def create_company(home: Path, name: str, settings: Mapping[str, str | None]) -> Config:
    """Create the company `name` under `home`; raises `ConfigError` and leaves nothing behind."""
    import tomli_w

    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name a company",
            hint="use lower-case letters, digits, - and _, for example contoso",
        )
    folder = home / name
    if folder.exists():
        raise ConfigError(
            f"{folder} exists already",
            hint=f"`obctl --company {name} config show` shows it; choose another name or remove it",
            code="company-exists",
        )
    content: dict[str, dict[str, str]] = {}
    for key, value in settings.items():
        if value is not None:
            table, setting = key.split(".", 1)
            content.setdefault(table, {})[setting] = value
    try:
        config = parse_config(content, {}, folder=folder, origin="these options")
    except ConfigError as error:
        hint = "nothing was made; `obctl init --help` shows what can be given"
        raise ConfigError(error.message, hint=hint) from error
    try:
        home.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}") from error
    try:
        folder.chmod(0o700)
        open_store(config.store_path, create=True).close()
        write_private(config.config_path, tomli_w.dumps(content).encode())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return config
