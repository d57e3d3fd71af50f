"""Which companies there are: the folders of one home."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from obctl.errors import ConfigError


def home(environment: Mapping[str, str]) -> Path:
    """The folder that holds the companies: `OBCTL_HOME`, else the platform's user data folder."""
    if environment.get("OBCTL_HOME"):
        try:
            return Path(environment["OBCTL_HOME"]).expanduser()
        except RuntimeError as error:
            raise ConfigError(
                f"OBCTL_HOME={environment['OBCTL_HOME']!r}: there is no such user, or no home",
                hint="name the folder in full",
            ) from error
    from platformdirs import user_data_path

    return user_data_path("obctl", appauthor=False)


def companies(folder: Path) -> list[str]:
    """The companies under a home folder, by name; raises `ConfigError` where it cannot be read."""
    return [name for name in _folders(folder) if _is_there(folder / name / "config.toml")]


def unconfigured(folder: Path) -> list[str]:
    """The folders that hold a store and no configuration any more."""
    return [
        name
        for name in _folders(folder)
        if _is_there(folder / name / "store.db") and not _is_there(folder / name / "config.toml")
    ]


def _folders(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot be read: {error.strerror}",
            hint=f"`ls -ld '{folder}'` shows whose it is; OBCTL_HOME names another folder",
            code="unreadable-folder",
        ) from error


def _is_there(file: Path) -> bool:
    """Whether a file is there; of a folder that cannot be read it is said when it is wanted."""
    try:
        return file.exists()
    except OSError:
        return True


def found_companies(folder: Path) -> list[str]:
    """As `companies`, with those whose configuration is lost and whose store is still there."""
    return sorted([*companies(folder), *unconfigured(folder)])


def no_company(folder: Path) -> ConfigError:
    """The error where a home folder holds none."""
    return ConfigError(
        f"there is no company in {folder}",
        hint="`obctl init NAME …` makes one; `obctl demo` shows a simulated one",
        code="no-company",
    )


def choose_company(folder: Path, wanted: str | None, environment: Mapping[str, str]) -> str:
    """The company to work on: the option, `OBCTL_COMPANY`, else the only one there is."""
    known = companies(folder)
    name = wanted or environment.get("OBCTL_COMPANY")
    if name:
        if name in known:
            return name
        listed = ", ".join(known) or "none yet"
        if name in unconfigured(folder):
            raise _without_configuration(folder, name)
        raise ConfigError(
            f"there is no company {name!r} in {folder}",
            hint=f"known companies: {listed}; `obctl init {name} …` makes a new one",
            code="unknown-company",
        )
    if len(known) == 1:
        return known[0]
    if not known:
        for left in unconfigured(folder):
            raise _without_configuration(folder, left)
        raise no_company(folder)
    raise ConfigError(
        f"there are {len(known)} companies: {', '.join(known)}",
        hint="say which: obctl --company NAME …, or set OBCTL_COMPANY",
        code="which-company",
    )


def _without_configuration(folder: Path, name: str) -> ConfigError:
    return ConfigError(
        f"{folder / name} holds a store and no config.toml",
        hint=f"`obctl init {name} …` makes the configuration anew and keeps the store as it is",
        code="no-configuration",
    )
