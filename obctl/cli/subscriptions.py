"""`obctl subscriptions`: Graph's promises to notify about rooms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import Context, confirm, context_of
from obctl.cli.left_out import name_unreadable
from obctl.cli.listing import Listing, lists
from obctl.cli.options import ByOption, FormatOption, YesOption
from obctl.cli.subscription_names import named_or_foreign, named_rooms, named_subscriptions
from obctl.domain.counted import counted
from obctl.errors import ObctlError, TryLater, Unfinished
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.domain.listed import UnreadableItem
    from obctl.domain.subscription import GraphSubscription, Subscription
    from obctl.engine.ports import Gateway
    from obctl.engine.subscriptions.renew import Failed

app = typer.Typer(no_args_is_help=True, help="Graph's promises to notify about rooms.")

RoomsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[ROOM]...", help="Addresses or unique names.")
]
NamedArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID|ROOM]...", help="Subscription ids, room addresses or names."),
]
AllOption = Annotated[bool, typer.Option("--all", help="Every room.")]


@app.command("create")
def create(
    ctx: typer.Context,
    notification_url: Annotated[
        str, typer.Option(help="Where Graph reaches `obctl listen`: https://…/notifications")
    ],
    rooms: RoomsArgument = None,
    every: AllOption = False,
    lifecycle_url: Annotated[
        str | None, typer.Option(help="For lifecycle events; /lifecycle beside it by default.")
    ] = None,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Subscribe rooms; what Graph already holds for a room is adopted or replaced."""
    from obctl.domain.notification_urls import notification_urls
    from obctl.engine.subscriptions.renew import create_subscription, for_each

    context = context_of(ctx)
    context.act_as(by)
    urls = notification_urls(notification_url, lifecycle_url)
    chosen = named_rooms(context, rooms, every=every)

    async def work(gateway: Gateway) -> list[Subscription | Failed]:
        return await for_each(
            context.company,
            [(room.id, room) for room in chosen],
            lambda room: create_subscription(context.company, gateway, room, urls),
        )

    outcomes = context.with_graph(work) if chosen else []
    _show_outcome(context, format, outcomes, empty="no room is mapped yet")


@app.command("list")
@lists(csv_fields.SUBSCRIPTION)
def list_(ctx: typer.Context, listing: Listing) -> None:
    """Our ledger beside Graph's list: active, expiring, expired or lost."""
    from obctl.engine.subscriptions.renew import compare_with_graph
    from obctl.render.output import warning
    from obctl.store.subscriptions import current_subscriptions

    context = context_of(ctx)
    try:
        found = context.with_graph(lambda gateway: compare_with_graph(context.company, gateway))
    except TryLater as error:
        warning(f"Graph cannot be asked, this is the ledger alone: {error.message}")
        _show(context, listing, current_subscriptions(context.store).values())
        return
    _show(context, listing, found.subscriptions)
    _remark_on_lost(context, found.subscriptions)
    _remark_on_foreign(context, found.foreign)
    _name_unreadable(found.unreadable)


@app.command("renew")
def renew(
    ctx: typer.Context,
    named: NamedArgument = None,
    every: AllOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Renew the named ones, or with --all those that are due or lost."""
    from obctl.engine.subscriptions.renew import for_each, renew_all, renew_subscription

    context = context_of(ctx)
    context.act_as(by)
    chosen = named_subscriptions(context, named, every=every)
    unreadable: list[UnreadableItem] = []

    async def work(gateway: Gateway) -> list[Subscription | Failed]:
        if every:
            done, odd = await renew_all(context.company, gateway)
            unreadable.extend(odd)
            return done
        return await for_each(
            context.company,
            [(item.room, item) for item in chosen],
            lambda item: renew_subscription(context.company, gateway, item),
        )

    outcomes = context.with_graph(work) if chosen else []
    _show_outcome(context, format, outcomes, empty="no subscription is due")
    _name_unreadable(unreadable)


@app.command("remove")
def remove(
    ctx: typer.Context,
    named: NamedArgument = None,
    every: AllOption = False,
    yes: YesOption = False,
    by: ByOption = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """End subscriptions; what Graph has dropped already is simply forgotten."""
    from obctl.engine.subscriptions.renew import for_each, remove_foreign, remove_subscription
    from obctl.render.output import message

    context = context_of(ctx)
    context.act_as(by)
    chosen, foreign = named_or_foreign(context, named, every=every)
    if every and chosen:
        ends = counted(len(chosen), "subscription")
        question = f"End {ends}, all there are? Nothing notifies obctl afterwards."
        confirm(question, yes=yes, on_terminal_only=True)

    async def work(gateway: Gateway) -> list[Subscription | Failed]:
        for subscription_id in foreign:
            await remove_foreign(gateway, subscription_id)
            message(f"foreign: {subscription_id} removed")
        return await for_each(
            context.company,
            [(item.room, item) for item in chosen],
            lambda item: remove_subscription(context.company, gateway, item),
        )

    outcomes = context.with_graph(work) if chosen or foreign else []
    if outcomes or not foreign or format is not Format.TABLE:
        _show_outcome(context, format, outcomes, empty="there is no subscription")


def _show_outcome(
    context: Context, format: Format, outcomes: Sequence[Subscription | Failed], *, empty: str
) -> None:
    """Show what was done; then fail with the one error, or say how many rooms failed."""
    from obctl.engine.subscriptions.renew import Failed

    failures = [item for item in outcomes if isinstance(item, Failed)]
    done = [item for item in outcomes if not isinstance(item, Failed)]
    if done or not failures:
        _show(context, format, done, empty=empty)
    if not failures:
        return
    if not done and len({type(item.error) for item in failures}) == 1:
        raise failures[0].error
    raise Unfinished(
        f"{len(failures)} of {counted(len(outcomes), 'room')} failed, the others are done",
        hint="\n".join(
            f"{context.rooms.mailbox(item.room)}: {_message(item.error)}" for item in failures
        ),
    )


def _message(error: ObctlError) -> str:
    ids = [("request-id", error.request_id), ("client-request-id", error.client_request_id)]
    known = ", ".join(f"{name} {value}" for name, value in ids if value)
    return f"{error.message} [{known}]" if known else error.message


def _show(
    context: Context,
    wanted: Format | Listing,
    subscriptions: Iterable[Subscription],
    *,
    empty: str = "no room is subscribed",
) -> None:
    from obctl.render.objects import subscription_object
    from obctl.render.output import show_list
    from obctl.render.subscriptions import subscription_columns

    rooms, now = context.rooms, context.now
    show_list(
        wanted,
        sorted(
            (subscription_object(item, rooms, now) for item in subscriptions),
            key=lambda item: item["room"] or "",
        ),
        subscription_columns(context.config.time_zone, now),
        names=csv_fields.SUBSCRIPTION,
        empty=empty,
    )


def _name_unreadable(items: Sequence[UnreadableItem]) -> None:
    name_unreadable(items, kept="of these the ledger alone speaks")


def _remark_on_lost(context: Context, subscriptions: Iterable[Subscription]) -> None:
    from obctl.domain.subscription import SubscriptionState
    from obctl.render.output import message

    dead = (SubscriptionState.LOST, SubscriptionState.EXPIRED)
    if any(item.state(context.now) in dead for item in subscriptions):
        message("expired or lost: `obctl subscriptions renew --all` subscribes anew")


def _remark_on_foreign(context: Context, foreign: Sequence[GraphSubscription]) -> None:
    """Name what this application holds at Graph besides: whose room it is, and who is told."""
    from obctl.render.output import message
    from obctl.render.times import moment_text
    from obctl.store.rooms import load_rooms_ever
    from obctl.store.subscriptions import load_unwanted

    taken_out = {item.id.casefold() for item in load_unwanted(context.store, context.now)}
    names = {
        word.casefold(): room.name
        for room in load_rooms_ever(context.store)
        for word in (room.mailbox, room.object_id)
        if word
    }
    for item in foreign:
        user = item.resource.lower().partition("users/")[2].partition("/")[0].strip("'()")
        room = names.get(user)
        watched = f"{room} ({item.resource})" if room else item.resource
        until = f"{moment_text(item.expires_at, context.zone.key)} ({context.zone.key})"
        if item.id.casefold() in taken_out:
            why = (
                "no mapped room of the ledger relies on it any more, and each `obctl sync run`"
                " tries to end it"
            )
        else:
            why = (
                "this company's ledger does not know it: another company's or installation's, or of"
                f" a ledger that was lost. `obctl subscriptions remove {item.id}` ends it"
            )
        message(
            f"foreign: {item.id} watches {watched} until {until} and tells"
            f" {item.notification_url or 'nobody that Graph names'}; {why}"
        )
