"""`obctl init`: a company from options, or asked for step by step on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from obctl.cli.context import Context, context_of
from obctl.cli.options import FormatOption
from obctl.domain.enums import Cloud, CredentialKind
from obctl.errors import ConfigError, ObctlError
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.config import Config

Settings = dict[str, str | None]


def init(
    ctx: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Short name of the company: a-z, 0-9, - and _.")
    ] = None,
    graph_url: Annotated[
        str | None, typer.Option(help="Graph's address ending in /v1.0: a sandbox, a proxy.")
    ] = None,
    cloud: Annotated[Cloud | None, typer.Option(help="National cloud.")] = None,
    tenant_id: Annotated[str | None, typer.Option(help="Tenant id.")] = None,
    client_id: Annotated[str | None, typer.Option(help="Application (client) id.")] = None,
    credential: Annotated[
        CredentialKind | None,
        typer.Option(
            help="Where the credential comes from. Default: environment, for a sandbox token."
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM or PFX file, for --credential certificate.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Zone of the company, IANA or Windows. Default: UTC.")
    ] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Make a company: one tenant, one configuration file, one store.

    A store that is left without its configuration is taken over as it is. On a terminal and
    without options it asks, step by step. It ends with the PowerShell commands that let obctl into
    the tenant (`obctl config grants` shows them again).
    """
    from obctl.config import unconfigured
    from obctl.engine.admin.init import create_company, ensure_complete

    context = context_of(ctx)
    given: Settings = {
        "company.time_zone": time_zone,
        "graph.url": graph_url,
        "graph.cloud": cloud.value if cloud else None,
        "graph.tenant_id": tenant_id,
        "graph.client_id": client_id,
        "graph.credential": credential.value if credential else None,
        "graph.certificate": str(certificate) if certificate else None,
    }
    if not any(given.values()) and sys.stdin.isatty():
        name, given = _asked(context, name)
    if name is None:
        raise ConfigError(
            "the company has no name", hint="obctl init NAME …", code="init-incomplete"
        )
    settings: Settings = given | {
        "company.time_zone": given["company.time_zone"] or "UTC",
        "graph.credential": given["graph.credential"]
        or context.environment.get("OBCTL_GRAPH_CREDENTIAL")
        or _usual_credential(given["graph.url"]),
    }
    ensure_complete(settings, context.environment)
    adopted = name in unconfigured(context.home)
    config = create_company(context.home, name, settings)
    _tell(config, settings, format, adopted=adopted)


def _usual_credential(graph_url: str | None) -> str:
    """Of a Graph on this machine, a sandbox, any token does."""
    from obctl.config import is_loopback

    kind = CredentialKind.ENVIRONMENT
    if graph_url and is_loopback(graph_url):
        kind = CredentialKind.TOKEN
    return kind.value


def _tell(
    config: Config, settings: Mapping[str, str | None], format: Format, *, adopted: bool
) -> None:
    from obctl.domain.exchange_grants import Grant, grant_commands
    from obctl.render.output import message, write_one

    name, folder = config.company, str(config.folder)
    commands: list[str] = []
    if settings["graph.credential"] != CredentialKind.TOKEN.value:
        cloud = Cloud(settings.get("graph.cloud") or Cloud.GLOBAL)
        tenant, client = settings.get("graph.tenant_id"), settings.get("graph.client_id")
        commands = grant_commands(Grant(name, cloud, tenant, client))
    if format is not Format.TABLE:
        write_one(
            format,
            {"company": name, "folder": folder, "commands": commands, "adopted_store": adopted},
        )
        return
    message(f"company {name}: {folder}")
    if adopted:
        message(f"its store was there and is taken over as it is: {_held(config.store_path)}")
    if commands:
        message("what an administrator runs in PowerShell, once, to let it in:")
        print("\n".join(commands))
        message(f"then: obctl --company {name} doctor")
    message(f"next: obctl --company {name} {'doctor' if adopted else 'rooms discover'}")


def _held(path: Path) -> str:
    from contextlib import closing

    from obctl.domain.counted import counted
    from obctl.store.database import open_store
    from obctl.store.restore import contents_of

    with closing(open_store(path)) as store:
        contents = contents_of(store)
    return f"{counted(contents.rooms, 'room')}, {counted(contents.reservations, 'reservation')}"


def _asked(context: Context, name: str | None) -> tuple[str, Settings]:
    """The company's name and settings as a person answers, each answer checked at once."""
    from obctl.domain.zones import usable_name
    from obctl.engine.admin.init import ensure_name_is_free, id_problems

    def free(text: str) -> str:
        ensure_name_is_free(context.home, text)
        return text

    def an_id(key: str) -> Callable[[str], str]:
        def check(text: str) -> str:
            if problems := id_problems({key: text}):
                raise ConfigError(problems[0])
            return text

        return check

    def a_zone(text: str) -> str:
        try:
            return usable_name(text)
        except ObctlError as error:
            raise ConfigError(error.message, hint=error.hint) from error

    def a_file(text: str) -> str:
        if not Path(text).expanduser().is_file():
            raise ConfigError(f"there is no file {text}")
        return str(Path(text).expanduser())

    def one_of(words: list[str]) -> Callable[[str], str]:
        def check(text: str) -> str:
            if text not in words:
                raise ConfigError(f"{text!r} is none of {', '.join(words)}")
            return text

        return check

    clouds = [item.value for item in Cloud]
    kinds = [item.value for item in CredentialKind if item is not CredentialKind.TOKEN]
    name = free(name) if name else _ask("Short name of the company", free)
    given: Settings = {"graph.url": None, "graph.certificate": None}
    given["graph.cloud"] = _ask(f"Cloud ({', '.join(clouds)})", one_of(clouds), clouds[0])
    given["graph.credential"] = kind = _ask(
        f"Credential ({', '.join(kinds)})", one_of(kinds), kinds[0]
    )
    needed = kind in ("environment", "certificate", "workload-identity")
    given["graph.tenant_id"] = _ask("Tenant id", an_id("graph.tenant_id"), None if needed else "")
    given["graph.client_id"] = _ask(
        "Application (client) id", an_id("graph.client_id"), None if needed else ""
    )
    if kind == CredentialKind.CERTIFICATE.value:
        given["graph.certificate"] = _ask("Certificate file (PEM or PFX)", a_file)
    given["company.time_zone"] = _ask("Time zone", a_zone, "UTC")
    return name, {key: value or None for key, value in given.items()}


def _ask(question: str, check: Callable[[str], str], default: str | None = None) -> str:
    """Ask until an answer will do; without a `default` there has to be one."""
    from obctl.render.output import message

    while True:
        answer: str = typer.prompt(
            question, default=default or "", err=True, show_default=bool(default)
        )
        if not answer.strip() and default is None:
            message("there is no default: this has to be answered")
            continue
        try:
            return check(answer.strip())
        except ConfigError as error:
            message(error.message + (f" ({error.hint})" if error.hint else ""))
