"""What the arguments of `obctl subscriptions` stand for: ids, addresses, names, all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obctl.cli.context import Context
from obctl.errors import UsageError

if TYPE_CHECKING:
    from obctl.domain.room import Room
    from obctl.domain.subscription import Subscription


def named_rooms(context: Context, names: list[str] | None, *, every: bool) -> list[Room]:
    """The rooms to subscribe."""
    _one_of(names, every=every, what="rooms")
    return context.chosen_rooms(None, names)


def named_subscriptions(
    context: Context, names: list[str] | None, *, every: bool
) -> list[Subscription]:
    """The subscriptions that ids, addresses or names stand for."""
    from obctl.store.subscriptions import current_subscriptions, find_subscription

    _one_of(names, every=every, what="subscriptions or rooms")
    current = current_subscriptions(context.store)
    if every:
        return list(current.values())
    chosen: dict[str, Subscription] = {}
    for name in names or []:
        found = find_subscription(context.store, name)
        if found is None:
            room = context.room(name)
            found = current.get(room.id)
            if found is None:
                raise UsageError(
                    f"{room.mailbox} has no subscription",
                    hint=f"obctl subscriptions create {room.mailbox} --notification-url URL",
                    code="no-subscription",
                )
        chosen[found.id] = found
    return list(chosen.values())


def named_or_foreign(
    context: Context, names: list[str] | None, *, every: bool
) -> tuple[list[Subscription], list[str]]:
    """As `named_subscriptions`, and the ids that only Graph can know."""
    _one_of(names, every=every, what="subscriptions or rooms")
    foreign = _foreign_ids(context, names)
    ours = [name for name in names or [] if name not in foreign]
    chosen = named_subscriptions(context, ours, every=every) if ours or every else []
    return chosen, foreign


def _foreign_ids(context: Context, names: list[str] | None) -> list[str]:
    """What can only be the id of a subscription that is not in the ledger."""
    from uuid import UUID

    from obctl.store.subscriptions import find_subscription

    found = []
    for name in names or []:
        try:
            UUID(name)
        except ValueError:
            continue
        if find_subscription(context.store, name) is None:
            found.append(name)
    return found


def _one_of(names: list[str] | None, *, every: bool, what: str) -> None:
    if bool(names) == every:
        raise UsageError(f"name {what}, or say --all" + (", not both" if every else ""))
