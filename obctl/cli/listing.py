"""The options of every command that shows a list: `--fields`, `--sort`, `--limit`, `--format`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from obctl.cli.options import FormatOption
from obctl.render.listing import Format, Listing, wanted_list

Function = Callable[..., None]


def lists(
    names: Sequence[str], *, page: int | None = None, always: bool = False, few: bool = True
) -> Callable[[Function], Function]:
    """A command that shows a list with the columns `names` and takes it as one `Listing`.

    Its parameter `listing` becomes four options; a field that the list has not is refused before
    anything is done. `page`: how many are shown where no limit is set, in a table or `always`.
    `few=False`: the command has a word of its own for how many, and takes no `--limit`.
    """

    def as_listing(function: Function) -> Function:
        whole = inspect.signature(function)
        hints = get_type_hints(function, include_extras=True)
        own = [
            parameter.replace(annotation=hints[name])
            for name, parameter in whole.parameters.items()
            if name != "listing"
        ]

        @wraps(function)
        def command(*args: Any, **given: Any) -> None:
            format = given.pop("format")
            listing = wanted_list(
                format,
                names,
                fields=given.pop("fields"),
                sort=given.pop("sort", None),
                limit=given.pop("limit", None),
                page=page if always or format is Format.TABLE else None,
            )
            function(*args, listing=listing, **given)

        options = _options(names, page, always=always, few=few)
        vars(command)["__signature__"] = whole.replace(parameters=[*own, *options])
        vars(command)["names"] = names
        return command

    return as_listing


def _options(
    names: Sequence[str], page: int | None, *, always: bool, few: bool
) -> list[inspect.Parameter]:
    default = "" if page is None else f" Default: {page}."
    if page is not None and not always:
        default = f" Default: {page} in a table, else all."
    example = ",".join(names[:2])
    found: dict[str, tuple[Any, Any]] = {
        "fields": (
            Annotated[
                str | None,
                typer.Option(metavar="A,B,C", help=f"Only these, for example {example}."),
            ],
            None,
        ),
        "sort": (
            Annotated[
                str | None,
                typer.Option(metavar="[-]FIELD", help=f"By {names[0]}; -{names[0]}: downwards."),
            ],
            None,
        ),
        "limit": (
            Annotated[int | None, typer.Option(min=1, help=f"Show at most so many.{default}")],
            None,
        ),
        "format": (FormatOption, Format.TABLE),
    }
    if not few:
        del found["sort"], found["limit"]
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in found.items()
    ]


__all__ = ["Listing", "lists"]
