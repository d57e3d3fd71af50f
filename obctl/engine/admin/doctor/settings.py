"""Settings that contradict each other, or what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from obctl.config import Cloud, Config, CredentialKind
from obctl.domain.counted import counted
from obctl.domain.room import Room, RoomId
from obctl.domain.subscription import Subscription
from obctl.engine.admin.doctor.finding import Finding, named, ok, warning

_CHECK = "settings"
AT_ONCE = 8
"""Requests that obctl has in flight at most; rooms beyond wait for each other all the same."""


def examine_settings(
    config: Config,
    environment: Mapping[str, str],
    rooms: Sequence[Room],
    subscriptions: Mapping[RoomId, Subscription],
) -> list[Finding]:
    """Every pair that does not go together; one finding says so where all do."""
    found = [
        *_window(config, rooms), *_guards(config), *_credential(config, environment),
        *_address(config), *_concurrency(config), *_live(config, rooms, subscriptions),
    ]  # fmt: skip
    return found or [ok(_CHECK, "none contradicts another")]


def _window(config: Config, rooms: Sequence[Room]) -> Iterator[Finding]:
    """Rooms that take bookings further ahead than obctl looks."""
    days = config.sync.future_days
    beyond = {
        room.mailbox: window
        for room in rooms
        if (window := room.processing.booking_window_in_days) is not None and window > days
    }
    if beyond:
        most = max(beyond.values())
        yield warning(
            _CHECK,
            f"sync.future_days is {days}, and {named(list(beyond))} can be booked up to"
            f" {counted(most, 'day')} ahead: meetings beyond are not seen until they come near",
            "look as far as the rooms can be booked",
            remedy=f"obctl config set sync.future_days {most}",
            rooms=list(beyond),
        )


def _guards(config: Config) -> Iterator[Finding]:
    share, floor = config.sync.max_cancelled_percent, config.sync.max_cancelled_floor
    if share == 100:
        yield warning(
            _CHECK,
            "sync.max_cancelled_percent is 100: no guard stops a room that loses everything",
            "let a person look at such a room first",
            remedy="obctl config set sync.max_cancelled_percent 50",
        )
    elif share == 0 and floor == 0:
        yield warning(
            _CHECK,
            "sync.max_cancelled_percent and max_cancelled_floor are 0: every unproven loss stops"
            " its room",
            "let a few go without asking",
            remedy="obctl config set sync.max_cancelled_floor 10",
        )


def _credential(config: Config, environment: Mapping[str, str]) -> Iterator[Finding]:
    graph = config.graph
    if graph.certificate is None:
        return
    by_environment = graph.credential is CredentialKind.ENVIRONMENT
    if by_environment and environment.get("AZURE_CLIENT_SECRET"):
        why = "AZURE_CLIENT_SECRET is set and goes before it"
    elif by_environment or graph.credential is CredentialKind.CERTIFICATE:
        return
    else:
        why = f"graph.credential is {graph.credential.value!r}"
    yield warning(
        _CHECK,
        f"graph.certificate is not used: {why}",
        "sign in by the certificate, or take the setting out",
        remedy="obctl config set graph.credential certificate",
    )


def _address(config: Config) -> Iterator[Finding]:
    """A proxy may stand before Graph; another cloud's Graph takes none of our tokens."""
    graph = config.graph
    host = (urlsplit(graph.url).hostname or "") if graph.url else ""
    theirs = _CLOUD_OF.get(host)
    if theirs is not None and theirs is not graph.cloud:
        yield warning(
            _CHECK,
            f"graph.url is that of cloud {theirs.value!r}, and graph.cloud is"
            f" {graph.cloud.value!r}: its tokens are for another server",
            "name the cloud alone",
            remedy=f"obctl config set graph.cloud {theirs.value} && obctl config set graph.url ''",
        )


_CLOUD_OF = {
    "graph.microsoft.com": Cloud.GLOBAL,
    "graph.microsoft.us": Cloud.USGOV,
    "dod-graph.microsoft.us": Cloud.USGOV_DOD,
    "microsoftgraph.chinacloudapi.cn": Cloud.CHINA,
}


def _concurrency(config: Config) -> Iterator[Finding]:
    wanted = config.sync.concurrency
    if wanted > AT_ONCE:
        yield warning(
            _CHECK,
            f"sync.concurrency is {wanted}, and at most {AT_ONCE} requests are in flight at once:"
            " more rooms wait for each other and take memory",
            "set it to what is used",
            remedy=f"obctl config set sync.concurrency {AT_ONCE}",
        )


def _live(
    config: Config, rooms: Sequence[Room], subscriptions: Mapping[RoomId, Subscription]
) -> Iterator[Finding]:
    """Some rooms notified and others not; or by more than one listener."""
    if not subscriptions:
        return
    deaf = [room.mailbox for room in rooms if room.id not in subscriptions]
    urls = sorted({one.notification_url for one in subscriptions.values()})
    if deaf:
        yield warning(
            _CHECK,
            f"{counted(len(subscriptions), 'room')} subscribed and {len(deaf)} not:"
            f" {named(deaf)} wait for the night",
            "subscribe them all",
            remedy=f"obctl subscriptions create --all --notification-url {urls[0]}",
            rooms=deaf,
        )
    if len(urls) > 1:
        yield warning(
            _CHECK,
            f"subscriptions notify {len(urls)} different addresses: {named(urls)}",
            "one listener for all",
            remedy=f"obctl subscriptions create --all --notification-url {urls[0]}",
        )
    if config.sync.settle_seconds == 0:
        yield warning(
            _CHECK,
            "sync.settle_seconds is 0 and rooms are subscribed: new events are read before Exchange"
            " has rewritten them",
            "wait until they have settled",
            remedy="obctl config set sync.settle_seconds 120",
        )
