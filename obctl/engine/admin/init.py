"""Making a company: its folder, its configuration file, its store; all of them or nothing.

A store that is there already, and has lost its configuration, is taken over as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from obctl.config import (
    Config,
    CredentialKind,
    GraphSettings,
    companies,
    missing_for_credential,
    parse_config,
    write_private,
)
from obctl.domain.zones import usable_name
from obctl.errors import ConfigError, StoreError, UnknownZone
from obctl.store.database import open_store
from obctl.store.schema import ensure_sound
from obctl.store.store_file import beside

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_KEPT_BY_WINDOWS = frozenset(
    [
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
    ]
)
"""Names that no folder can have there (learn.microsoft.com, naming files, paths and namespaces)."""


def id_problems(settings: Mapping[str, str | None]) -> list[str]:
    """What is wrong with the ids of Entra among the settings."""
    problems = []
    tenant, client = settings.get("graph.tenant_id"), settings.get("graph.client_id")
    if tenant and not (_GUID.fullmatch(tenant) or _DOMAIN.fullmatch(tenant)):
        problems.append(f"tenant id {tenant!r} is neither a GUID nor a domain of the tenant")
    if client and not _GUID.fullmatch(client):
        problems.append(f"client id {client!r} is no GUID; Entra shows it as Application ID")
    return problems


def ensure_complete(settings: Mapping[str, str | None], environment: Mapping[str, str]) -> None:
    """Raise `ConfigError` with everything that is missing or wrong, `environment` counted in."""
    graph = GraphSettings(
        tenant_id=settings.get("graph.tenant_id") or environment.get("OBCTL_GRAPH_TENANT_ID"),
        client_id=settings.get("graph.client_id") or environment.get("OBCTL_GRAPH_CLIENT_ID"),
        credential=CredentialKind(settings.get("graph.credential") or CredentialKind.ENVIRONMENT),
        certificate=Path(settings["graph.certificate"] or "")
        if settings.get("graph.certificate")
        else None,
    )
    missing = missing_for_credential(graph, environment)
    said = [f"credential {graph.credential.value!r} needs {'; '.join(missing)}"] if missing else []
    said += id_problems(settings)
    try:
        usable_name(settings.get("company.time_zone") or "UTC")
    except UnknownZone as error:
        said.append(error.message)
    if said:
        raise ConfigError(
            "; ".join(said),
            hint="nothing was made; give --tenant-id and --client-id (and --certificate), or type"
            " `obctl init` on a terminal: it asks",
            code="init-incomplete",
        )


def ensure_name_is_free(home: Path, name: str) -> Path:
    """The folder of a new company; raises `ConfigError` where there can be none of that name."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name a company",
            hint="use lower-case letters, digits, - and _, for example contoso",
        )
    if name in _KEPT_BY_WINDOWS:
        raise ConfigError(
            f"{name!r} cannot name a company: Windows keeps that name for a device",
            hint="choose another one, so that the folder can be copied anywhere",
        )
    folder = home / name
    if name in companies(home):
        raise ConfigError(
            f"{folder} exists already",
            hint=f"`obctl --company {name} config show` shows it; choose another name",
            code="company-exists",
        )
    return folder


def create_company(home: Path, name: str, settings: Mapping[str, str | None]) -> Config:
    """Create the company `name` under `home`, or take over the store that is left of it.

    Raises `ConfigError`, or `StoreError` for a store that cannot be taken over, and leaves all as
    it was.
    """
    import tomlkit

    folder = ensure_name_is_free(home, name)
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
    made: list[Path] = []
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            folder.mkdir(mode=0o700)
            made.append(folder)
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}") from error
    try:
        if config.store_path.exists():
            _ensure_whole(config.store_path)
        else:
            _ensure_no_journal(config.store_path)
            made += [config.store_path, *beside(config.store_path)]
            open_store(config.store_path, create=True).close()
        write_private(config.config_path, tomlkit.dumps(content).encode())
    except BaseException:
        for file in reversed(made):
            _remove(file)
        raise
    return config


def _ensure_whole(path: Path) -> None:
    """Raise `StoreError` where the store that is left is none to go on with."""
    try:
        with closing(open_store(path)) as store:
            ensure_sound(store)
    except StoreError as error:
        raise _unusable(path, error.message, error.code) from error


def _ensure_no_journal(path: Path) -> None:
    """Raise `StoreError` where a journal tells of a store that is gone: a new one would end it."""
    for file in beside(path):
        if file.exists():
            raise _unusable(file, f"{file} is there and its store is not", "store-missing")


def _unusable(file: Path, why: str, code: str) -> StoreError:
    return StoreError(
        why,
        hint=f"nothing was made; move {file.name} away, run `obctl init` again, then put the last"
        " backup in the new store's place: obctl store restore FILE",
        code=code,
    )


def _remove(file: Path) -> None:
    with suppress(OSError):
        if file.is_dir():
            file.rmdir()
        else:
            file.unlink()
