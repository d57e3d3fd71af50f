"""`obctl init`, `obctl config`: the company itself."""

from __future__ import annotations

from typing import Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.options import ByOption, FormatOption
from obctl.domain.enums import Cloud, CredentialKind
from obctl.render.output import Format

config_app = typer.Typer(no_args_is_help=True, help="The company's configuration.")


def init(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Short name of the company: a-z, 0-9, - and _.")],
    graph_url: Annotated[
        str | None, typer.Option(help="Graph's address ending in /v1.0: a sandbox, a proxy.")
    ] = None,
    cloud: Annotated[Cloud | None, typer.Option(help="National cloud.")] = None,
    tenant_id: Annotated[str | None, typer.Option(help="Tenant id.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Application (client) id.")] = None,
    credential: Annotated[
        CredentialKind, typer.Option(help="Where the credential comes from.")
    ] = CredentialKind.ENVIRONMENT,
    time_zone: Annotated[str, typer.Option(help="Zone of the company, IANA or Windows.")] = "UTC",
    format: FormatOption = Format.TABLE,
) -> None:
    """Make a company: one tenant, one configuration file, one store."""
    from obctl.engine.admin.init import create_company
    from obctl.render.output import message, write_json

    context = context_of(ctx)
    config = create_company(
        context.home,
        name,
        {
            "company.time_zone": time_zone,
            "graph.url": graph_url,
            "graph.cloud": cloud.value if cloud else None,
            "graph.tenant_id": tenant_id,
            "graph.client_id": client_id,
            "graph.credential": credential.value,
        },
    )
    if format is Format.TABLE:
        message(f"company {name}: {config.folder}")
        message(f"next: obctl --company {name} rooms discover")
    else:
        write_json({"company": name, "folder": str(config.folder)})


@config_app.command("show")
def show(ctx: typer.Context, format: FormatOption = Format.TABLE) -> None:
    """Every setting, its value and where the value comes from."""
    from obctl.engine.admin.settings import current_settings
    from obctl.render.output import Column, show_list

    context = context_of(ctx)
    show_list(
        format,
        current_settings(context.config, context.environment),
        [
            Column("setting", lambda o: o["key"], no_wrap=True),
            Column("value", lambda o: _shown(o["value"]), ratio=1),
            Column("from", lambda o: o["from"]),
        ],
    )


@config_app.command("get")
def get(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="For example sync.future_days.")],
    format: FormatOption = Format.TABLE,
) -> None:
    """One setting's value."""
    from obctl.engine.admin.settings import current_settings, known_setting
    from obctl.render.output import write_json

    context = context_of(ctx)
    known_setting(key)
    found = next(
        s for s in current_settings(context.config, context.environment) if s["key"] == key
    )
    if format is Format.TABLE:
        print(_shown(found["value"]))
    else:
        write_json(found)


@config_app.command("set")
def set_(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="For example sync.ignore_cancellation_requests.")],
    value: Annotated[str, typer.Argument(help="The new value; an empty text removes it.")],
    by: ByOption = None,
) -> None:
    """Change one setting in the file; the change is in the company log."""
    from obctl.engine.admin.settings import change_setting
    from obctl.render.output import message

    context = context_of(ctx)
    context.act_as(by)
    before, after = change_setting(context.company, key, value)
    message(f"{key}: {_shown(before)} -> {_shown(after)}")


@config_app.command("path")
def path(ctx: typer.Context) -> None:
    """Where the configuration file is."""
    print(context_of(ctx).config.config_path)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
