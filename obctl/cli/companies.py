"""`obctl companies`: all of them on one page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from obctl.cli.context import context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import parse_duration
from obctl.render import csv_fields

_SOME_UNREAD = 8


@lists(csv_fields.COMPANY)
def companies(
    ctx: typer.Context,
    listing: Listing,
    max_age: Annotated[str, typer.Option(help="A good pass older than this is stale.")] = "26h",
) -> None:
    """Every company: rooms, last run, open requests, and how it stands in one word.

    The word is the first that holds: broken (configuration or store cannot be used), no-rooms,
    stale, unfinished (the last run goes on, or was killed), failed (it left something undone),
    attention (`sync status` says what), waiting (requests wait for a person), ok.
    Exit 8: a company is broken; the others are shown. `sync status` tells more of one.
    """
    from obctl.domain.company_standing import CompanyVerdict, company_object
    from obctl.engine.admin.companies import each_standing
    from obctl.render.companies import COMPANIES
    from obctl.render.output import show_list, warning

    context = context_of(ctx)
    oldest = parse_duration(max_age)
    broken: list[tuple[str, str | None, str | None]] = []

    def each() -> Iterator[dict[str, object]]:
        for item in each_standing(context.home, context.environment, context.clock, oldest):
            if item.verdict is CompanyVerdict.BROKEN:
                broken.append((item.name, item.problem, item.hint))
            yield company_object(item)

    empty = f"there is no company in {context.home}: obctl init NAME … makes one"
    show_list(listing, each(), COMPANIES, empty=empty)
    for name, problem, hint in broken:
        warning(f"{name}: {problem}")
        if hint:
            warning(f"  {hint}")
    if broken:
        raise typer.Exit(_SOME_UNREAD)
