"""The commands by name: what `--help` lists without importing any of them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

from obctl.cli.as_typed import Group, ours

# Name, module, what it is called there, the first sentence of its help: in the order of the help.
_COMMANDS = (
    ("demo", "demo", "demo",
     "See one night happen: a simulated tenant, a company, and the commands on it."),
    ("init", "init", "init", "Make a company: one tenant, one configuration file, one store."),
    ("doctor", "doctor", "doctor",
     "Check configuration, store, credential, permissions and rooms."),
    ("companies", "companies", "companies",
     "Every company: rooms, last run, open requests, and how it stands in one word."),
    ("listen", "listen", "listen",
     "Receive Graph's notifications and bring the rooms they are about in step."),
    ("planner", "planner", "planner",
     "Rooms × hours: Office 365 in blue, Officebooking in green, differences marked."),
    ("diff", "diff", "diff", "Compare Officebooking and Outlook, each difference with its cause."),
    ("explain", "diff", "explain",
     "The whole story of one item: both sides, what they agreed on, its log, the verdict."),
    ("causes", "causes", "causes",
     "Which setting to mend first: causes counted over some days, most frequent first."),
    ("rooms", "rooms", "app", "The rooms obctl keeps in step."),
    ("subscriptions", "subscriptions", "app", "Graph's promises to notify about rooms."),
    ("sync", "sync", "app", "The sync pass."),
    ("reservations", "reservations", "app", "Officebooking's reservations."),
    ("services", "services", "app", "Catering, visitors and the rest, on reservations."),
    ("cancellations", "cancellations", "app", "Cancellations from Outlook that wait for a person."),
    ("log", "log", "app", "The company log: what happened, when and why."),
    ("bundle", "bundle", "app",
     "What support needs, in one file; looked into without the tenant."),
    ("store", "store", "app", "The company's store, an SQLite file."),
    ("config", "company", "config_app", "The company's configuration."),
    ("sandbox", "sandbox", "app",
     "A simulated Exchange Online tenant that speaks Graph over HTTP."),
    ("graph", "graph", "app", "Microsoft Graph as it is."),
)  # fmt: skip


class Later(TyperCommand):
    """A command or a group whose module is imported once it is typed."""

    def __init__(self, name: str, module: str, target: str, says: str) -> None:
        super().__init__(name, help=says, rich_markup_mode=None)
        self.module = module
        self.target = target

    def load(self) -> Any:
        """The real command."""
        return _loaded(str(self.name), self.module, self.target)


@cache
def _loaded(name: str, module: str, target: str) -> Any:
    """Made once for all command lines of a process."""
    found = getattr(import_module(f"obctl.cli.{module}"), target)
    parent = typer.Typer(add_completion=False, rich_markup_mode=None)
    # With a callback the parent is a group even where it holds one command alone.
    parent.callback()(lambda: None)
    if isinstance(found, typer.Typer):
        parent.add_typer(found, name=name)
    else:
        parent.command(name)(found)
    ours(parent)
    group: Any = typer.main.get_command(parent)
    return group.commands[name]


class LateGroup(Group):
    """A group that knows its commands by name and help, and loads the one that is typed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {line[0]: Later(*line) for line in _COMMANDS}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The name, the command itself and the words after it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Later) else command, rest
