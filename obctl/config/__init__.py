"""The company's configuration: option > `OBCTL_*` environment > `config.toml` > default.

Read once into one frozen `Config`; every problem of a file is reported in one message. Secrets
never stand in the file.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any, Literal

from obctl.config.companies import choose_company as choose_company
from obctl.config.companies import companies as companies
from obctl.config.companies import found_companies as found_companies
from obctl.config.companies import home as home
from obctl.config.companies import no_company as no_company
from obctl.config.companies import unconfigured as unconfigured
from obctl.config.file import save_setting as save_setting
from obctl.config.file import toml_of
from obctl.config.file import write_private as write_private
from obctl.domain.enums import Cloud as Cloud
from obctl.domain.enums import CredentialKind as CredentialKind
from obctl.domain.settings import LogSettings, PushSettings, SeriesPolicy, SyncSettings
from obctl.domain.zones import usable_name
from obctl.errors import ConfigError, UnknownZone


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
    log: LogSettings = field(default_factory=LogSettings)

    @property
    def store_path(self) -> Path:
        return self.folder / "store.db"

    @property
    def config_path(self) -> Path:
        return self.folder / "config.toml"

    @property
    def places_path(self) -> Path:
        """Where its processes share the places of each mailbox."""
        return self.folder / "mailboxes.lock"


def missing_for_credential(settings: GraphSettings, environment: Mapping[str, str]) -> list[str]:
    """What the credential cannot do without and nobody has named yet; secrets aside."""
    missing = []
    kind = settings.credential
    of_an_application = kind in (
        CredentialKind.ENVIRONMENT,
        CredentialKind.CERTIFICATE,
        CredentialKind.WORKLOAD_IDENTITY,
    )
    if of_an_application and not (settings.tenant_id or environment.get("AZURE_TENANT_ID")):
        missing.append("tenant_id in [graph] or AZURE_TENANT_ID")
    if of_an_application and not (settings.client_id or environment.get("AZURE_CLIENT_ID")):
        missing.append("client_id in [graph] or AZURE_CLIENT_ID")
    file = settings.certificate or environment.get("AZURE_CLIENT_CERTIFICATE_PATH")
    if kind is CredentialKind.CERTIFICATE and not file:
        missing.append("certificate in [graph] or AZURE_CLIENT_CERTIFICATE_PATH")
    return missing


_CLOUDS = [item.value for item in Cloud]
_KINDS = [item.value for item in CredentialKind]


def load_config(folder: Path, company: str, environment: Mapping[str, str]) -> Config:
    """The configuration of one company; raises `ConfigError` with every problem at once."""
    path = folder / company / "config.toml"
    try:
        content = toml_of(path.read_bytes().decode())
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no {path}", hint=f"`obctl init {company} …` makes one"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        hint = "correct the file"
        if "scape" in str(error) or "hex value" in str(error):
            hint += "; a path of Windows stands in single quotes: 'C:\\keys\\obctl.pem'"
        raise ConfigError(f"{path} is no TOML: {error}", hint=hint) from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    return parse_config(content, environment, folder=folder / company, origin=str(path))


def parse_config(
    content: Mapping[str, Any], environment: Mapping[str, str], *, folder: Path, origin: str
) -> Config:
    """A `Config` from parsed TOML and the environment, which wins."""
    problems: list[str] = []
    values = _flatten(content)
    for key in sorted(values.keys() - SETTINGS.keys()):
        close = difflib.get_close_matches(key, SETTINGS, n=1)
        problems.append(f"{key}: unknown" + (f" (did you mean {close[0]}?)" if close else ""))
    read: dict[str, Any] = {}
    for key, setting in SETTINGS.items():
        variable = variable_of(key)
        try:
            if environment.get(variable):
                read[key] = setting.parse(environment[variable])
            elif key in values:
                read[key] = setting.check(values[key])
            else:
                read[key] = setting.default
        except (ValueError, UnknownZone) as error:
            source = variable if environment.get(variable) else key
            problems.append(f"{source}: {error}")
    url = read.get("graph.url")
    if read.get("graph.credential") == "token" and not (url and is_loopback(url)):
        problems.append("graph.credential: token is only for a graph.url on this machine")
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise ConfigError(
            f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in {origin}:\n{listed}",
            hint="`obctl config path` names the file, `obctl config set` changes a setting",
        )
    return Config(
        company=folder.name,
        folder=folder,
        time_zone=read["company.time_zone"],
        graph=GraphSettings(
            cloud=Cloud(read["graph.cloud"]),
            url=url,
            tenant_id=read["graph.tenant_id"],
            client_id=read["graph.client_id"],
            credential=CredentialKind(read["graph.credential"]),
            certificate=Path(read["graph.certificate"]) if read["graph.certificate"] else None,
        ),
        sync=SyncSettings(
            **{name: read[f"sync.{name}"] for name in _names(SyncSettings) if name != "series"},
            series=SeriesPolicy(read["sync.series"]),
        ),
        push=PushSettings(invite_organizer=read["push.invite_organizer"]),
        log=LogSettings(keep_days=read["log.keep_days"]),
    )


def variable_of(key: str) -> str:
    """The environment variable that overrides a setting: `graph.url` -> `OBCTL_GRAPH_URL`."""
    return "OBCTL_" + key.upper().replace(".", "_")


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of `config.toml`: its default, what it may be, and what it means."""

    default: Any
    meaning: str
    kind: Literal["text", "whole", "flag", "zone", "url", "graph-url"] = "text"
    is_secret: bool = False
    """Whoever knows it can use it: of an address only the host is told to others."""
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 100_000

    def told(self, value: Any) -> str:
        """A value as others may read it, in the company log for one."""
        if not self.is_secret or value is None:
            return shown_value(value)
        from urllib.parse import urlsplit

        return f"{urlsplit(str(value)).hostname}/…"

    def parse(self, text: str) -> Any:
        """The value of `text` from the environment or the command line; raises `ValueError`."""
        match self.kind:
            case "flag":
                flags = {"true": True, "on": True, "1": True, "yes": True}
                flags |= {"false": False, "off": False, "0": False, "no": False}
                if text.lower() not in flags:
                    raise ValueError(f"{text!r} is neither true nor false")
                return flags[text.lower()]
            case "whole":
                try:
                    return self.check(int(text))
                except ValueError as error:
                    if text.lstrip("-").isdigit():
                        raise
                    raise ValueError(f"{text!r} is no whole number") from error
            case _:
                return self.check(text)

    def check(self, value: Any) -> Any:
        """`value` as it came from TOML, if it may be; raises `ValueError` or `UnknownZone`."""
        match self.kind:
            case "flag":
                if not isinstance(value, bool):
                    raise ValueError(f"{value!r} is neither true nor false")
            case "whole":
                if isinstance(value, bool) or not isinstance(value, int):
                    raise ValueError(f"{value!r} is no whole number")
                if not self.least <= value <= self.most:
                    raise ValueError(f"{value} is not between {self.least} and {self.most}")
            case "zone":
                return usable_name(str(value))
            case "url":
                return _checked_url(value)
            case "graph-url":
                return _checked_graph_url(value)
            case _:
                if not isinstance(value, str):
                    raise ValueError(f"{value!r} is no text")
                if self.choices and value not in self.choices:
                    raise ValueError(f"{value!r} is none of {', '.join(self.choices)}")
        return value


def shown_value(value: object) -> str:
    """A value as it is typed and read: `true`, not `True`; nothing for none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


SETTINGS: dict[str, Setting] = {
    "company.time_zone": Setting("UTC", "zone of days where no room gives one", "zone"),
    "graph.cloud": Setting("global", "national cloud", choices=tuple(_CLOUDS)),
    "graph.url": Setting(
        None, "address of Graph ending in /v1.0, instead of the cloud's", "graph-url"
    ),
    "graph.tenant_id": Setting(None, "tenant of the company"),
    "graph.client_id": Setting(None, "application (client) id"),
    "graph.credential": Setting(
        "environment", "where the credential comes from", choices=tuple(_KINDS)
    ),
    "graph.certificate": Setting(None, "certificate file for credential = certificate"),
    "sync.ignore_cancellation_requests": Setting(
        default=False, meaning="process every cancellation from Outlook without asking", kind="flag"
    ),
    "sync.past_days": Setting(1, "days before today to keep in step", "whole", most=365),
    "sync.future_days": Setting(
        180, "days after today to keep in step", "whole", least=1, most=1080
    ),
    "sync.series": Setting(
        "nightly", "when a new series' instances are created", choices=("nightly", "immediate")
    ),
    "sync.settle_seconds": Setting(
        120, "how long Exchange may still rewrite a new event", "whole", most=3600
    ),
    "sync.concurrency": Setting(8, "rooms at once", "whole", least=1, most=64),
    "sync.max_cancelled_percent": Setting(
        50, "share of a room's reservations that may go at once", "whole", most=100
    ),
    "sync.max_cancelled_floor": Setting(
        10, "number of reservations that may go at once whatever the share", "whole"
    ),
    "sync.heartbeat_url": Setting(
        None, "address that is called after a good night", "url", is_secret=True
    ),
    "push.invite_organizer": Setting(
        default=False,
        meaning="add the organiser as attendee of what is pushed (Exchange mails them)",
        kind="flag",
    ),
    "log.keep_days": Setting(
        None,
        "older log entries that nobody needs go after each run",
        "whole",
        least=30,
        most=36_500,
    ),
}


def _names(of: type[Any]) -> list[str]:
    return [item.name for item in dataclass_fields(of)]


def _flatten(content: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for table, values in content.items():
        if isinstance(values, Mapping):
            flat |= {f"{table}.{name}": value for name, value in values.items()}
        else:
            flat[table] = values
    return flat


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine: the only place a token from the environment goes."""
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_url(value: Any) -> str:
    from urllib.parse import urlsplit

    text = str(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is no http(s) address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user name or a password, and secrets never stand in the file")
    return text


def _checked_graph_url(value: Any) -> str:
    from urllib.parse import urlsplit

    text = _checked_url(str(value).rstrip("/"))
    if not urlsplit(text).path.endswith("/v1.0"):
        raise ValueError(f"{value!r} does not end in /v1.0")
    return text
