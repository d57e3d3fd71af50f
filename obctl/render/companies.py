"""The companies on a screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from obctl.render.output import Column

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
