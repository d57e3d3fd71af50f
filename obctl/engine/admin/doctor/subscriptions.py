"""Graph's promises to notify: the ledger beside Graph's list, and whether the listener answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from shlex import quote

from obctl.domain.room import Room
from obctl.domain.subscription import Subscription, SubscriptionState
from obctl.engine.admin.doctor.finding import (
    Finding,
    Verdict,
    ok,
    problem,
    refused,
    unproven,
    warning,
)
from obctl.engine.admin.doctor.grants import Application, assign
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.engine.subscriptions.renew import Comparison, compare_with_graph
from obctl.errors import CredentialRefused, NotAuthorised, ObctlError
from obctl.store.subscriptions import current_subscriptions

_CHECK = "subscriptions"
_RENEW = "obctl subscriptions renew --all"

ShakeHands = Callable[[str], Awaitable[str | None]]
"""Asks a notification URL as Graph would; what was wrong with the answer, or `None`."""


async def examine_subscriptions(
    company: Company, gateway: Gateway, rooms: Collection[Room], application: Application
) -> list[Finding]:
    """Graph's list against the ledger; whether one could be made is proven by one that is there."""
    chosen = {room.id for room in rooms}
    try:
        compared = await compare_with_graph(company, gateway)
    except CredentialRefused:
        raise
    except ObctlError as error:
        return [*examine_ledger(company, rooms), _unlisted(company, error, application)]
    mine = [one for one in compared.subscriptions if one.room in chosen]
    return [
        *_states(company, mine),
        *_foreign(compared),
        *_unreadable(compared),
        _makeable(company, compared, rooms),
    ]


def examine_ledger(company: Company, rooms: Collection[Room]) -> list[Finding]:
    """What the ledger alone says, where Graph could not be asked."""
    chosen = {room.id for room in rooms}
    ledger = current_subscriptions(company.store)
    return list(_states(company, [one for one in ledger.values() if one.room in chosen]))


async def examine_endpoints(company: Company, shake_hands: ShakeHands) -> list[Finding]:
    """Each notification URL of the ledger, asked from here as Graph asks it."""
    urls = sorted({one.notification_url for one in current_subscriptions(company.store).values()})
    found = []
    for url in urls:
        wrong = await shake_hands(url)
        if wrong is None:
            found.append(ok("listener", f"{url} answers the handshake from here"))
            continue
        found.append(
            problem(
                "listener",
                f"{url} {wrong}",
                "start `obctl listen` there, and see that it can be reached from outside",
                remedy=f"curl -i -X POST '{url}?validationToken=hello'",
            )
        )
    return found


def _states(company: Company, mine: Collection[Subscription]) -> Iterator[Finding]:
    states = Counter(one.state(company.now) for one in mine)
    bad = states[SubscriptionState.EXPIRED] + states[SubscriptionState.LOST]
    if bad:
        yield problem(_CHECK, f"{bad} expired or lost", _RENEW, remedy=_RENEW)
    elif mine:
        yield ok(_CHECK, f"{len(mine)} kept, none is expired or lost")
    else:
        yield ok(_CHECK, "none is expired or lost; there is none: changes wait for the next run")


def _foreign(compared: Comparison) -> Iterator[Finding]:
    if compared.foreign:
        yield warning(
            _CHECK,
            f"Graph holds {len(compared.foreign)} of this application that the ledger does not"
            " know: their notifications are dropped",
            "remove what nobody uses",
            remedy=f"obctl subscriptions remove {compared.foreign[0].id}",
        )


def _unreadable(compared: Comparison) -> Iterator[Finding]:
    if compared.unreadable:
        named = "; ".join(f"{one.named} ({one.wrong})" for one in compared.unreadable)
        yield warning(
            _CHECK,
            f"Graph lists what cannot be read, and of these the ledger alone speaks: {named}",
            "look at them as Graph sends them",
            remedy="obctl graph get subscriptions",
        )


def _makeable(company: Company, compared: Comparison, rooms: Collection[Room]) -> Finding:
    held = any(not one.lost for one in compared.subscriptions)
    if held or compared.foreign or compared.unreadable:
        return ok("subscribing", "Graph holds subscriptions that this application made")
    return unproven(
        "subscribing",
        "Graph holds none; only making one shows that it can be made, and doctor makes none",
        "with `obctl listen` running where Graph reaches it: subscribe a room",
        remedy=_making(company, rooms),
    )


def _making(company: Company, rooms: Collection[Room]) -> str:
    """The address that Graph is to notify is known where a room was subscribed before."""
    urls = [one.notification_url for one in current_subscriptions(company.store).values()]
    room = next(iter(rooms), None)
    if room is None or not urls:
        return "obctl subscriptions create --help"
    url = quote(min(urls))
    return f"obctl subscriptions create {quote(room.mailbox)} --notification-url {url}"


def _unlisted(company: Company, error: ObctlError, application: Application) -> Finding:
    """Who has no subscriptions needs no list of them."""
    used = bool(current_subscriptions(company.store))
    missing = isinstance(error, NotAuthorised)
    return refused(
        "subscribing",
        error,
        remedy=assign("Calendars.Read", application) if missing else None,
        verdict=Verdict.PROBLEM if used else Verdict.UNPROVEN,
    )
