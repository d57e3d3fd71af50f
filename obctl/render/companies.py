"""The companies, and a night over all of them, on a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from obctl.domain.companies_run import CompanyResult, Outcome
from obctl.render.output import Column, fields, table
from obctl.render.sync import counts_text

if TYPE_CHECKING:
    from rich.console import RenderableType

JsonObject = Mapping[str, Any]


def _last_run(item: JsonObject) -> str:
    run = item["last_run"]
    if run is None:
        return "" if item["rooms"] is None else "never"
    return str(run["finished_at"] or "no end")[:16].replace("T", " ")


def _exit(item: JsonObject) -> str:
    run = item["last_run"]
    return "" if run is None or run["exit"] is None else str(run["exit"])


def _number(name: str) -> Any:
    return lambda item: "" if item[name] is None else str(item[name])


COMPANIES = [
    Column("company", lambda o: o["name"]),
    Column("rooms", _number("rooms"), justify="right"),
    Column("last run (UTC)", _last_run, no_wrap=True),
    Column("exit", _exit, justify="right"),
    Column("requests", _number("cancellation_requests"), justify="right"),
    Column("verdict", lambda o: o["verdict"], no_wrap=True),
]


def told_of(result: CompanyResult) -> Iterator[str]:
    """What a person has to know of a company that is not done, besides what its run said."""
    if result.error is not None:
        yield result.error.message
        yield from (f"  {line}" for line in (result.error.hint or "").splitlines())
    elif result.outcome is Outcome.NO_ROOMS:
        yield f"no room is mapped: obctl --company {result.company} rooms discover"
    elif result.outcome is Outcome.UNEXPECTED:
        yield f"it ended with {result.exit_code} and said nothing"


def night_picture(item: JsonObject) -> list[RenderableType]:
    """The summary, and a line for each company that is not done."""
    companies = item["companies"]
    pairs = [("companies", counts_text(item["by_outcome"]) or "none")]
    if item["shard"]:
        pairs.append(("shard", f"{item['shard']}: {companies['chosen']} of {companies['known']}"))
    pairs += [
        ("rooms", counts_text(item["rooms"]) or "none"),
        ("events", f"{item['events'].get('read', 0)} read"),
        ("would do (dry run)" if item["dry_run"] else "done", counts_text(item["changes"]) or "-"),
        ("pushed", counts_text(item["pushed"]) or "nothing due"),
        ("exit", str(item["exit"])),
    ]
    left = [result for result in item["results"] if result["outcome"] != "ok"]
    return [fields(pairs), *([table(left, _LEFT)] if left else [])]


_LEFT = [
    Column("company", lambda o: o["company"]),
    Column("outcome", lambda o: o["outcome"], no_wrap=True),
    Column("exit", lambda o: "" if o["exit"] is None else str(o["exit"]), justify="right"),
    Column("rooms", lambda o: counts_text(o["rooms"] or {})),
    Column("run", lambda o: o["run"] or "", no_wrap=True),
]
