"""Commands and groups as people type them: what is empty is refused, what stands wrong explained.

A script whose variable is unset passes an empty value, and must not be taken to mean "all".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from obctl.errors import UsageError

BEFORE = {
    "--company": "NAME",
    "-c": "NAME",
    "--debug": "",
    "--quiet": "",
    "--no-pager": "",
    "--version": "",
}
"""Options that stand before the command, with what follows them."""
AFTER = ("--format", "-o", "--yes", "-y", "--by")
"""Options that many commands take, and that stand after the command."""
_SECONDS = re.compile(r"\d+(\.\d+)?")
_WATCH_SECONDS = "5"
_DAYS_AGO = re.compile(r"-\d+")
_MAY_BE_EMPTY = {("config set", "value")}
"""Arguments to which an empty text means something."""


class Command(TyperCommand):
    """A command that takes no empty values."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        args = self._days_last(self._every_few_seconds(args))
        with_values = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except TyperException as error:
            raise explained(error, ctx.command_path) from error
        if not ctx.resilient_parsing:
            typed, _, _ = self.make_parser(ctx).parse_args(args=with_values)
            self._ensure_filled(ctx, typed)
        return rest

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Below the options, lines to try."""
        from obctl.cli.examples import EXAMPLES

        path = ctx.command_path.removeprefix(f"{ctx.find_root().command_path} ")
        if path in EXAMPLES:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line}\n" for line in EXAMPLES[path]))

    def _every_few_seconds(self, args: list[str]) -> list[str]:
        """The words, `--watch` with its number of seconds where none was given."""
        if not any("--watch" in one.opts for one in self.params):
            return args
        filled: list[str] = []
        for word, after in zip(args, [*args[1:], ""], strict=False):
            filled.append(word)
            if word == "--watch" and not _SECONDS.fullmatch(after):
                filled.append(_WATCH_SECONDS)
        return filled

    def _days_last(self, args: list[str]) -> list[str]:
        """The words, `-1` among them not taken for an option: it is the day before today."""
        if "--" in args or not any(_DAYS_AGO.fullmatch(word) for word in args):
            return args
        valued = {name for one in self.params for name in one.opts if not _is_switch(one)}
        kept: list[str] = []
        days: list[str] = []
        for before, word in zip(["", *args], args, strict=False):
            is_day = _DAYS_AGO.fullmatch(word) and before not in valued
            (days if is_day else kept).append(word)
        return [*kept, "--", *days] if days else args

    def _ensure_filled(self, ctx: Any, typed: Mapping[str, Any]) -> None:
        for param in self.params:
            words = ctx.command_path.partition(" ")[2]
            if (words, param.name) in _MAY_BE_EMPTY or not any(_empty(typed.get(str(param.name)))):
                continue
            is_option = param.param_type_name == "option"
            name = max(param.opts, key=len) if is_option else param.human_readable_name
            raise empty(name, may_be_left_out=not param.required)


class Group(TyperGroup):
    """A group of commands; its own options are few."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except TyperException as error:
            raise explained(error, ctx.command_path) from error


def ours(app: typer.Typer) -> None:
    """Have all commands and groups of an app be of these kinds."""
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        group.cls = Group
        if group.typer_instance is not None:
            ours(group.typer_instance)


def empty(name: str, *, may_be_left_out: bool) -> UsageError:
    """The error for a value that is empty."""
    hint = "a variable that is not set?"
    if may_be_left_out:
        hint += " To do without it leave it out"
    return UsageError(f"{name} is empty", hint=hint, code="empty-value")


def explained(error: TyperException, path: str) -> TyperException:
    """The error; of an option that is unknown where it stands, with the right place for it."""
    words = path.partition(" ")[2]
    name = getattr(error, "option_name", None)
    said = None
    if words == "bundle open" and name:
        said = f"{name} belongs to the command: obctl {words} FILE -- COMMAND … {name} …"
    elif words and name in BEFORE:
        value = f" {BEFORE[name]}" if BEFORE[name] else ""
        said = f"{name} stands before the command: obctl {name}{value} {words} …"
    elif not words and name in AFTER:
        said = f"{name} stands after the command: obctl COMMAND … {name} …"
    if said:
        error.message = said
        vars(error)["possibilities"] = None
    return error


def _is_switch(param: Any) -> bool:
    return param.param_type_name != "option" or bool(param.is_flag)


def _empty(value: Any) -> Iterator[bool]:
    values = value if isinstance(value, list | tuple) else (value,)
    for one in values:
        yield isinstance(one, str) and not one.strip()
