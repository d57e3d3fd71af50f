"""Where Graph sends what it notifies, and what it has to say about a subscription itself."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit, urlunsplit

from obctl.errors import UsageError


@dataclass(frozen=True, slots=True)
class NotificationUrls:
    """The two addresses of a listener as Graph reaches it."""

    notification: str
    lifecycle: str | None


def notification_urls(notification: str, lifecycle: str | None = None) -> NotificationUrls:
    """The addresses, checked; the lifecycle address defaults to the listener's own beside it.

    Raises `UsageError` for what Graph would refuse, before Graph is asked.
    """
    parts = _checked(notification, "--notification-url")
    if lifecycle is not None:
        _checked(lifecycle, "--lifecycle-url")
        return NotificationUrls(notification, lifecycle)
    folder, _, last = parts.path.rstrip("/").rpartition("/")
    if last != "notifications":
        # One address may serve for both; the listener tells the items apart.
        return NotificationUrls(notification, notification)
    beside = urlunsplit(parts._replace(path=f"{folder}/lifecycle"))
    return NotificationUrls(notification, beside)


def _checked(text: str, option: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{option}: {text!r} is no address", code="bad-url") from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise UsageError(
            f"{option}: {text!r} is no http(s) address",
            hint="for example https://hooks.example.com/notifications",
            code="bad-url",
        )
    if parts.fragment:
        raise UsageError(f"{option}: an address with a #fragment cannot be called", code="bad-url")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"{option}: Graph notifies only https addresses, not {text}",
            hint="put a certificate on the listener (--tls-cert) or a proxy before it",
            code="bad-url",
        )
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
