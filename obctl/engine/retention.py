"""How long the company log is kept, by hand and at the end of a night."""

from __future__ import annotations

from datetime import datetime, timedelta

from obctl.domain.company_log import Action
from obctl.domain.counted import counted
from obctl.domain.local_time import zoned_text
from obctl.domain.time_span import later
from obctl.engine.company import Company
from obctl.store.retention import Pruned, prune_log


def prune(company: Company, before: datetime) -> Pruned:
    """Remove the entries older than `before` that nobody needs any more.

    That this was done, and how many stay for what is not over, is an entry of its own.
    """
    pruned = prune_log(company.store, before, company.now)
    _note(company, before, pruned)
    return pruned


def prune_nightly(company: Company) -> None:
    """Remove what is older than `[log] keep_days`, if that is set, and say so if there was any."""
    days = company.config.log.keep_days
    if days is None:
        return
    before = later(company.now, -timedelta(days=days))
    pruned = prune_log(company.store, before, company.now)
    if pruned.removed:
        _note(company, before, pruned)


def _note(company: Company, before: datetime, pruned: Pruned) -> None:
    kept = f"{counted(pruned.kept, 'older one')} kept for what is not over, " if pruned.kept else ""
    cut_off = zoned_text(before, company.config.time_zone)
    company.journal.note(
        Action.LOG_PRUNED,
        f"{counted(pruned.removed, 'entry', 'entries')} older than {cut_off} removed,"
        f" {kept}by {company.actor}",
    )
