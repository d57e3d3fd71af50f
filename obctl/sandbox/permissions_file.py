"""The `[permissions]` of a tenant file. A table that is there starts from what the README of obctl
tells a company to grant: places and the basic directory for all, calendars of rooms alone."""

from __future__ import annotations

from difflib import get_close_matches
from typing import cast, get_args

from obctl.sandbox.directory import Directory
from obctl.sandbox.permissions import READ, ROLES, SCOPED, WRITE, Permissions
from obctl.sandbox.toml_reader import Table
from obctl.sandbox.words import BeyondBasic, DirectoryPermission, ScopedCalls

_USUAL = ("Place.Read.All", "User.ReadBasic.All")


def read_permissions(root: Table, tenant: Table, directory: Directory) -> None:
    """Give the directory its permissions; the scope may name its mailboxes only.

    `directory_permission` in `[tenant]` overrides what the roles say: some directories refuse
    although the role is granted, and without the table it names the role.
    """
    said = tenant.raw("directory_permission")
    if "permissions" in root:
        directory.permissions = _read(root.table("permissions"), directory)
    elif said in get_args(DirectoryPermission):
        others = tuple(one for one in Permissions().roles if not one.startswith("User."))
        directory.permissions = Permissions(roles=others if said == "none" else (*others, said))
    default = directory.permissions.directory
    allowed = get_args(DirectoryPermission)
    directory.permission = cast(
        "DirectoryPermission", tenant.choice("directory_permission", allowed, default)
    )


def _read(table: Table, directory: Directory) -> Permissions:
    calls = get_args(ScopedCalls)
    beyond = get_args(BeyondBasic)
    found = Permissions(
        roles=_known(table, "roles", _USUAL, ROLES),
        scoped=_known(table, "scoped", (READ, WRITE), SCOPED),
        scope=_scope(table, directory),
        beyond_basic=cast("BeyondBasic", table.choice("beyond_basic", beyond, beyond[0])),
        schedules=cast("ScopedCalls", table.choice("schedules", calls, calls[0])),
        subscriptions=cast("ScopedCalls", table.choice("subscriptions", calls, calls[0])),
    )
    table.done()
    return found


def _known(
    table: Table, key: str, default: tuple[str, ...], known: tuple[str, ...]
) -> tuple[str, ...]:
    if key not in table:
        return default
    names = table.texts(key)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            told = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            table.complain(f"{name!r} cannot be granted here; {told}", key)
    return tuple(names)


def _scope(table: Table, directory: Directory) -> tuple[str, ...] | None:
    if "scope" not in table:
        return None
    names = [name.lower() for name in table.texts("scope")]
    for name in names:
        if name not in directory.mailboxes:
            table.complain(f"{name!r} is no mailbox of this tenant", "scope")
    return tuple(names)
