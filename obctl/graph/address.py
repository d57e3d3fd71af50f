"""Where Graph is: the address of each cloud, and whether a link stays there."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from obctl.config import Cloud, GraphSettings
from obctl.errors import ConfigError

GRAPH_HOSTS = {
    Cloud.GLOBAL: "graph.microsoft.com",
    Cloud.USGOV: "graph.microsoft.us",
    Cloud.USGOV_DOD: "dod-graph.microsoft.us",
    Cloud.CHINA: "microsoftgraph.chinacloudapi.cn",
}
LOGIN_HOSTS = {
    Cloud.GLOBAL: "login.microsoftonline.com",
    Cloud.USGOV: "login.microsoftonline.us",
    Cloud.USGOV_DOD: "login.microsoftonline.us",
    Cloud.CHINA: "login.chinacloudapi.cn",
}
_PORTS = {"http": 80, "https": 443}


def base_url(settings: GraphSettings) -> str:
    """The address below which everything is asked, without a slash at its end."""
    if settings.url is None:
        return f"https://{GRAPH_HOSTS[settings.cloud]}/v1.0"
    url = settings.url.strip().rstrip("/")
    parts = _split(url)
    if parts is None or parts.scheme not in _PORTS or not parts.hostname:
        raise ConfigError(
            f"[graph] url {settings.url!r} is no web address",
            hint="for example https://graph.microsoft.com/v1.0",
        )
    if parts.username is not None:
        raise ConfigError(
            "[graph] url holds a user name or a password",
            hint="secrets never stand in the file; see `[graph] credential`",
        )
    return url


def same_origin(url: str, other: str) -> bool:
    """Whether both go to the same scheme, host and port, and neither as somebody else."""
    first, second = _split(url), _split(other)
    return first is not None and second is not None and _origin(first) == _origin(second)


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None, bool]:
    port = _PORTS.get(parts.scheme) if parts.port is None else parts.port
    return parts.scheme, parts.hostname, port, "@" in parts.netloc


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number shows only when it is read
    except ValueError:
        return None
    return parts
