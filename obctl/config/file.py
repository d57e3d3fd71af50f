"""The configuration file as a person keeps it: one setting changes, comments and order stay."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from obctl.errors import ConfigError

_MARK = "\ufeff"
"""What editors on Windows put before a text in UTF-8."""


def read_text(path: Path) -> str:
    """The file's text, a byte order mark and its line ends as they are.

    Raises `ConfigError` where it cannot be read.
    """
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no TOML: {error}", hint="correct the file") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error


def toml_of(text: str) -> dict[str, Any]:
    """What a text says, with or without a byte order mark; raises `TOMLDecodeError`."""
    return tomllib.loads(text.removeprefix(_MARK))


def with_setting(text: str, key: str, value: str | float | None) -> str:
    """The text of a file with one setting changed; `None` removes it.

    A byte order mark and the line ends of Windows stay. Raises `ConfigError` for a text that is no
    TOML.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    mark = _MARK if text.startswith(_MARK) else ""
    lines = text.count("\n")
    is_windows = 0 < lines == text.count("\r\n")
    plain = text.removeprefix(_MARK)
    table, name = key.split(".", 1)
    try:
        content = tomlkit.parse(plain.replace("\r\n", "\n") if is_windows else plain)
        if table not in content:
            if value is None:
                return text
            content[table] = tomlkit.table()
        section = content[table]
        if value is not None:
            section[name] = value
        elif name in section:
            del section[name]
    except (TOMLKitError, TypeError) as error:
        raise ConfigError(
            f"the file is no TOML: {error}", hint="`obctl config path` names it; correct it"
        ) from error
    changed = tomlkit.dumps(content)
    return mark + (changed.replace("\n", "\r\n") if is_windows else changed)


def save_setting(config_path: Path, key: str, value: str | float | None) -> None:
    """Change one setting in the file, all or nothing; `None` removes it."""
    write_private(config_path, with_setting(read_text(config_path), key, value).encode())


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, replacing an older one in one step.

    Where the path is a link, what it leads to is replaced. Raises `ConfigError` where it cannot be
    written.
    """
    real = path.resolve()
    fresh = real.with_name(f".{real.name}.new")
    try:
        fresh.unlink(missing_ok=True)  # what was left of a write that was cut off
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(real)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", code="unwritable-file"
        ) from error
