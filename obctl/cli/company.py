"""`obctl config`: the company itself."""

from __future__ import annotations

from typing import Annotated

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import ByOption, FormatOption
from obctl.render import csv_fields
from obctl.render.output import Format

config_app = typer.Typer(no_args_is_help=True, help="The company's configuration.")


@config_app.command("show")
@lists(csv_fields.SETTING)
def show(ctx: typer.Context, listing: Listing) -> None:
    """Every setting, its value and where the value comes from."""
    from obctl.config import shown_value
    from obctl.engine.admin.settings import current_settings
    from obctl.render.output import Column, show_list

    context = context_of(ctx)
    show_list(
        listing,
        current_settings(context.config, context.environment),
        [
            Column("setting", lambda o: o["key"], no_wrap=True),
            Column("value", lambda o: shown_value(o["value"]), ratio=1),
            Column("from", lambda o: o["from"]),
            Column("default", lambda o: shown_value(o["default"])),
        ],
    )


@config_app.command("get")
def get(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="For example sync.future_days.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """One setting's value."""
    from obctl.config import shown_value
    from obctl.engine.admin.settings import current_settings, known_setting
    from obctl.render.output import write_one

    context = context_of(ctx)
    known_setting(key)
    found = next(
        s for s in current_settings(context.config, context.environment) if s["key"] == key
    )
    if format is Format.TABLE:
        print(shown_value(found["value"]))
    else:
        write_one(format, found)


@config_app.command("set")
def set_(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="For example sync.ignore_cancellation_requests.")],
    value: Annotated[str, typer.Argument(help="The new value; an empty text removes it.")],
    by: ByOption = None,
) -> None:
    """Change one setting in the file, comments kept; the change is in the company log.

    The whole file is checked first. What is wrong in it may be put right with this, too.
    """
    _change(context_of(ctx), key, value, by)


@config_app.command("unset")
def unset(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="For example sync.future_days.")],
    by: ByOption = None,
) -> None:
    """Remove one setting from the file, so that its default holds again."""
    _change(context_of(ctx), key, None, by)


def _change(context: Context, key: str, value: str | None, by: str | None) -> None:
    from obctl.config import choose_company, variable_of
    from obctl.engine.admin.settings import known_setting, prepare_change, save_change
    from obctl.render.output import message

    known_setting(key)
    context.act_as(by)
    name = choose_company(context.home, context.company_option, context.environment)
    change = prepare_change(context.home / name, key, value, context.environment)
    context.config = change.config
    save_change(context.company, change)
    message(change.told)
    if context.environment.get(variable_of(key)):
        message(f"{variable_of(key)} is set here, and holds in its place")


@config_app.command("path")
def path(ctx: typer.Context) -> None:
    """Where the configuration file is."""
    print(context_of(ctx).config.config_path)


@config_app.command("grants")
def grants(
    ctx: typer.Context,
    mapped_only: Annotated[
        bool,
        typer.Option("--mapped-only", help="The mapped rooms, in place of all room mailboxes."),
    ] = False,
    person: Annotated[
        str | None, typer.Option(help="Somebody whose calendar must stay closed, to test with.")
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """The PowerShell with which an administrator lets obctl into the tenant, and no further."""
    from obctl.domain.exchange_grants import Grant, grant_commands
    from obctl.render.output import write_one

    context = context_of(ctx)
    graph = context.config.graph
    rooms = [room.mailbox for room in context.chosen_rooms(None, None)]
    commands = grant_commands(
        Grant(
            context.config.company,
            graph.cloud,
            graph.tenant_id or context.environment.get("AZURE_TENANT_ID"),
            graph.client_id or context.environment.get("AZURE_CLIENT_ID"),
            rooms if mapped_only else (),
            next(iter(rooms), None),
            person,
        )
    )
    if format is Format.TABLE:
        print("\n".join(commands))
    else:
        write_one(format, {"commands": commands})
