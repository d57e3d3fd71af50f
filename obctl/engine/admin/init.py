"""Making a company: its folder, its configuration file, its store; all of them or nothing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from obctl.config import (
    Config,
    CredentialKind,
    GraphSettings,
    missing_for_credential,
    parse_config,
    write_private,
)
from obctl.domain.zones import usable_name
from obctl.errors import ConfigError, UnknownZone
from obctl.store.database import open_store

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


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
    folder = home / name
    if folder.exists():
        raise ConfigError(
            f"{folder} exists already",
            hint=f"`obctl --company {name} config show` shows it; choose another name or remove it",
            code="company-exists",
        )
    return folder


def create_company(home: Path, name: str, settings: Mapping[str, str | None]) -> Config:
    """Create the company `name` under `home`; raises `ConfigError` and leaves nothing behind."""
    import tomli_w

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
