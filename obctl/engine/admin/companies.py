"""Every company of a home folder, one after the other: how each stands, and which cannot tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from obctl.config import found_companies, load_config
from obctl.domain.company_standing import CompanyStanding, Figures, LastRun
from obctl.domain.room import Verdict
from obctl.engine.admin.status import current_status
from obctl.engine.company import Company
from obctl.errors import ObctlError, defects_named
from obctl.store.database import open_store
from obctl.store.runs import last_good_run, load_runs


def each_standing(
    home: Path,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    max_age: timedelta,
) -> Iterator[CompanyStanding]:
    """How each company stands, by name; one that cannot be read is told as such, alone."""
    for name in found_companies(home):
        yield standing_of(home, name, environment, clock, max_age)


def standing_of(
    home: Path,
    name: str,
    environment: Mapping[str, str],
    clock: Callable[[], datetime],
    max_age: timedelta,
) -> CompanyStanding:
    """How one company stands; a room is stale without a good pass for `max_age`."""
    try:
        with defects_named():
            config = load_config(home, name, environment)
            store = open_store(config.store_path)
            try:
                figures = _figures(Company(config, store, clock, actor=""), max_age)
            finally:
                store.close()
    except ObctlError as error:
        return CompanyStanding(name, home / name, None, error.message, error.hint)
    return CompanyStanding(name, home / name, figures)


def _figures(company: Company, max_age: timedelta) -> Figures:
    status, attention = current_status(company, max_age)
    rooms = status["rooms"]
    runs = load_runs(company.store, limit=1)
    last = LastRun(runs[0].id, runs[0].finished_at, runs[0].exit_code) if runs else None
    stale = sum(room["stale"] for room in rooms)
    return Figures(
        rooms=len(rooms),
        inconclusive=sum(room["verdict"] == Verdict.INCONCLUSIVE for room in rooms),
        stale=bool(stale) or not (rooms or _is_recent(last, company, max_age)),
        stale_rooms=stale,
        attention=attention,
        last_run=last,
        last_good_at=last_good_run(company.store, len(rooms)),
        cancellation_requests=status["cancellation_requests"],
        outbox_failed=status["outbox"]["failed"],
    )


def _is_recent(run: LastRun | None, company: Company, max_age: timedelta) -> bool:
    """Whether a run ended lately: without rooms there is nothing else to tell by."""
    return (
        run is not None
        and run.finished_at is not None
        and (company.now - run.finished_at <= max_age)
    )
