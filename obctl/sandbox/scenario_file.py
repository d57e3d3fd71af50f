"""A scenario in TOML: a tenant, steps that make a difference, and what obctl should make of it.

[scenario]
title = "The organiser cancels; the room keeps the meeting"
cause = "cancelled-but-kept-on-calendar"
story = "…"
tenant = "tenants/practice.toml"     # beside this file; or the tenant's tables in this file
clock = "2026-10-19T05:30:00Z"

[[steps]]                            # steps.py describes each
do = "book"
name = "budget"
…
[[steps]]
do = "obctl"
run = "sync run"

[expect]                             # what `obctl diff` has to find in the end
from = "2026-10-19"
to = "2026-10-23"
causes = ["cancelled-but-kept-on-calendar"]
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from obctl.errors import UsageError
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.steps import ScenarioStep
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.tenant_file import Loaded, read_tenant
from obctl.sandbox.times import parse_duration
from obctl.sandbox.toml_reader import Document, Table, open_document

_AT = re.compile(r"(.*?)(?: - at `\$\.?(.*?)`)?$")
_TENANT_KEYS = ("tenant", "locations", "rooms", "people", "meetings", "generated")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What obctl has to say about it."""

    first: date | None = None
    last: date | None = None
    causes: tuple[str, ...] = ()
    missed_because: str | None = None
    condition: str | None = None
    """The condition that makes the room inconclusive."""
    log: tuple[str, ...] = ()
    """Actions that the company log has to hold."""
    normalised: tuple[str, ...] = ()
    """Cosmetic causes that `obctl explain` has to name for the first reservation."""
    explained: str | None = None
    """The cause that `obctl explain` has to name for it, though no side differs."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story to act out."""

    file: Path
    title: str
    cause: str
    story: str
    exchange: Exchange
    handles: dict[str, Meeting]
    steps: tuple[ScenarioStep, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    """What `obctl config set` gets before the story begins."""
    activated_at: datetime | None = None
    expect: Expectation = Expectation()


def load_scenario(file: Path, *, clock: datetime | None = None, frozen: bool = False) -> Scenario:
    """The scenario in `file`; raises `ConfigError` naming every problem and its line."""
    document = open_document(file)
    root = Table(document, document.data, ())
    table = root.table("scenario")
    title = table.text("title", required=True)
    cause = table.text("cause")
    story = table.text("story")
    now = clock or table.instant("clock")
    tenant = table.text("tenant")
    activated_at = table.instant("activated_at")
    settings = table.table("settings").data
    table.done()
    loaded = _read_tenant(document, table, file, tenant, now, frozen=frozen)
    steps = tuple(_read_steps(root))
    expect = _read_expectation(root.table("expect"))
    for key in _TENANT_KEYS:
        root.raw(key)
    root.done()
    document.finish()
    return Scenario(
        file, title, cause, story, loaded.exchange, loaded.handles, steps, dict(settings),
        activated_at, expect,
    )  # fmt: skip


def _read_tenant(
    document: Document,
    table: Table,
    file: Path,
    name: str,
    now: datetime | None,
    *,
    frozen: bool,
) -> Loaded:
    if not name:
        inline = {key: document.data[key] for key in _TENANT_KEYS if key in document.data}
        part = Document(document.name, inline, document.text, document.problems)
        return read_tenant(part, clock=now, frozen=frozen)
    path = file.parent / name
    if not path.exists():
        table.complain(f"there is no {path}", "tenant")
        return read_tenant(Document(name, {}, ""), clock=now, frozen=frozen)
    other = open_document(path)
    loaded = read_tenant(other, clock=now, frozen=frozen)
    other.finish()
    return loaded


def _read_steps(root: Table) -> list[ScenarioStep]:
    found: list[ScenarioStep] = []
    for table in root.tables("steps"):
        try:
            step = msgspec.convert(_plain(table.data), ScenarioStep)
            parse_duration(step.after)
        except msgspec.ValidationError as error:
            _complain(table, str(error))
        except ValueError as error:
            table.complain(str(error), "after")
        else:
            found.append(step)
    return found


def _plain(data: Any) -> Any:
    """TOML's own dates as text, which is what the steps take."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(one) for one in data]
    return data.isoformat() if isinstance(data, date | datetime) else data


def _complain(table: Table, error: str) -> None:
    """Put msgspec's words on the line of the key they are about."""
    found = _AT.fullmatch(error)
    message, where = (found.group(1), found.group(2)) if found else (error, None)
    key = re.split(r"[.\[]", where)[0] if where else None
    unknown = re.search(r"unknown field `(\w+)`", message)
    if unknown is not None:
        key = unknown.group(1)
    name = f"{key}: " if key and unknown is None else ""
    table.complain(f"{name}{message[:1].lower()}{message[1:]}", key)


def _read_expectation(table: Table) -> Expectation:
    first, last = table.wall("from"), table.wall("to")
    found = Expectation(
        first.date() if first else None,
        last.date() if last else None,
        tuple(table.texts("causes")),
        table.text("missed_because") or None,
        table.text("condition") or None,
        tuple(table.texts("log")),
        tuple(table.texts("normalised")),
        table.text("explained") or None,
    )
    table.done()
    return found


def examples_folder() -> Path:
    """The scenarios shipped inside the package, or those beside it in a checkout."""
    shipped = Path(__file__).parent / "scenarios"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "examples" / "scenarios"


def list_scenarios(folder: Path | None = None) -> list[Scenario]:
    """Every scenario in a folder, by name."""
    return [load_scenario(file) for file in sorted((folder or examples_folder()).glob("*.toml"))]


def find_scenario(name: Path) -> Path:
    """A scenario file, or the example of that name."""
    if name.exists():
        return name
    example = examples_folder() / f"{name.stem}.toml"
    if not example.exists():
        raise UsageError(f"there is no scenario {name}", hint="obctl sandbox scenarios lists them")
    return example
