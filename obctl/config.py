"""The company's configuration: option > `OBCTL_*` environment > `config.toml` > default.

Read once into one frozen `Config`; every problem of a file is reported in one message. Secrets never
stand in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from obctl.domain.settings import PushSettings, SyncSettings


class Cloud(StrEnum):
    """A national cloud: each has its own Graph, its own login and its own schema."""

    GLOBAL = "global"
    USGOV = "usgov"
    USGOV_DOD = "usgov-dod"
    CHINA = "china"


class CredentialKind(StrEnum):
    """Where the credential comes from; none of them stands in the file."""

    ENVIRONMENT = "environment"
    CERTIFICATE = "certificate"
    MANAGED_IDENTITY = "managed-identity"
    AZURE_CLI = "azure-cli"
    TOKEN = "token"  # noqa: S105  the kind's name, no secret


@dataclass(frozen=True, slots=True)
class GraphSettings:
    """`[graph]`. `url` (ending in `/v1.0`) replaces the cloud's own address where given."""

    cloud: Cloud = Cloud.GLOBAL
    url: str | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    credential: CredentialKind = CredentialKind.ENVIRONMENT
    certificate: Path | None = None
    """PEM or PFX file; its password comes from `AZURE_CLIENT_CERTIFICATE_PASSWORD`."""


@dataclass(frozen=True, slots=True)
class Config:
    """One company: its folder, its tenant and its policy."""

    company: str
    folder: Path
    time_zone: str
    graph: GraphSettings = field(default_factory=GraphSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    push: PushSettings = field(default_factory=PushSettings)

    @property
    def store_path(self) -> Path:
        return self.folder / "store.db"

    @property
    def config_path(self) -> Path:
        return self.folder / "config.toml"
