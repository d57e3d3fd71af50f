"""Checks that tell a support engineer what is not in order, worst first to be fixed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from obctl.domain.directory import same_id
from obctl.domain.room import Room
from obctl.domain.subscription import SubscriptionState
from obctl.engine.company import Company
from obctl.engine.outlook.mailbox_identity import GRANT
from obctl.engine.ports import Connect, Gateway
from obctl.engine.rooms.lockout import way_out
from obctl.errors import CredentialRefused, NotAuthorised, ObctlError
from obctl.store.rooms import load_rooms
from obctl.store.subscriptions import current_subscriptions

Finding = dict[str, Any]


async def examine(company: Company, connect: Connect) -> list[Finding]:
    """All findings: `{check, verdict (ok|problem), message, hint}`."""
    rooms = load_rooms(company.store)
    findings = [
        _ok("configuration", str(company.config.config_path)),
        _mode(company),
        _store(company),
        _ok("rooms", f"{len(rooms)} mapped")
        if rooms
        else _problem("rooms", "none is mapped yet", "obctl rooms discover, then obctl rooms add"),
    ]
    try:
        findings += await _graph(await connect(), rooms)
    except ObctlError as error:
        findings.append(_problem("graph", error.message, error.hint))
    return findings + _subscriptions(company)


async def _graph(gateway: Gateway, rooms: Sequence[Room]) -> list[Finding]:
    """The tenant's rooms; and of each mapped one whether its mailbox is the one that was mapped."""
    found: list[Finding] = []
    refused: NotAuthorised | None = None
    try:
        places = await gateway.fetch_places()
        found.append(_ok("graph places", f"{len(places)} rooms in the tenant"))
    except ObctlError as error:
        found.append(_problem("graph places", error.message, error.hint))
    for room in rooms:
        try:
            entry = await gateway.look_up(room.mailbox)
            if entry is None:
                message = f"{room.mailbox}: the directory knows nobody by this address"
                found.append(_problem("room", message, None))
            elif room.object_id and not same_id(entry.object_id, room.object_id):
                message = f"{room.mailbox} is another mailbox now than the one that was mapped"
                found.append(_problem("room", message, way_out(room)))
        except CredentialRefused as error:
            found.append(_problem("room", f"{room.mailbox}: {error.message}", error.hint))
        except NotAuthorised as error:
            refused = refused or error
        except ObctlError as error:
            found.append(_problem("room", f"{room.mailbox}: {error.message}", error.hint))
    return found + _identity_check(rooms, refused)


def _identity_check(rooms: Sequence[Room], refused: NotAuthorised | None) -> list[Finding]:
    unknown = [room.mailbox for room in rooms if room.object_id is None and room.last_synced_at]
    names = ", ".join(unknown[:3]) + (f" and {len(unknown) - 3} more" if unknown[3:] else "")
    ambiguous = f"no object id is on record, and what seems to be gone may not be believed: {names}"
    if refused is not None:
        off = (
            f"off: {refused.message}; a mailbox made anew under a room's address is not recognised"
        )
        message = f"{off}; {ambiguous}" if unknown else off
        return [_problem("room identity", message, f"{GRANT}, then: obctl sync run --full")]
    if unknown:
        return [_problem("room identity", f"off: {ambiguous}", "obctl sync run --full")]
    return []


def _mode(company: Company) -> Finding:
    loose = [
        path
        for path in (company.config.folder, company.config.config_path, company.config.store_path)
        if path.exists() and path.stat().st_mode & 0o077
    ]
    if loose:
        names = ", ".join(map(str, loose))
        return _problem("file modes", f"others can read {names}", f"chmod go= {names}")
    return _ok("file modes", "only you can read configuration and store")


def _store(company: Company) -> Finding:
    answer = company.store.rows("PRAGMA quick_check(1)")[0][0]
    if answer == "ok":
        return _ok("store", str(company.store.path))
    return _problem("store", f"{company.store.path}: {answer}", "put the last backup in its place")


def _subscriptions(company: Company) -> list[Finding]:
    bad = [
        subscription
        for subscription in current_subscriptions(company.store).values()
        if subscription.state(company.now) in (SubscriptionState.EXPIRED, SubscriptionState.LOST)
    ]
    if not bad:
        return [_ok("subscriptions", "none is expired or lost")]
    return [
        _problem(
            "subscriptions",
            f"{len(bad)} expired or lost",
            "obctl subscriptions renew --all",
        )
    ]


def _ok(check: str, message: str) -> Finding:
    return {"check": check, "verdict": "ok", "message": message, "hint": None}


def _problem(check: str, message: str, hint: str | None) -> Finding:
    return {"check": check, "verdict": "problem", "message": message, "hint": hint}
