"""How a company stands among others: what `obctl companies` tells of it in one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from obctl.domain.time_span import instant_text


class CompanyVerdict(StrEnum):
    """How a company stands, in one word; the first of these that holds."""

    BROKEN = "broken"
    """Its configuration or its store cannot be used: nobody knows how it stands."""
    NO_ROOMS = "no-rooms"
    STALE = "stale"
    """A room had no good pass lately, or never one."""
    UNFINISHED = "unfinished"
    """The last run has no end: it is going on, or was killed."""
    FAILED = "failed"
    """The last run left something undone."""
    ATTENTION = "attention"
    """`sync status` names what is inconclusive, lost or failed."""
    WAITING = "waiting"
    """A cancellation request waits for a person."""
    OK = "ok"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The latest run; one without an end is going on, or was killed."""

    run: str
    finished_at: datetime | None
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the store of a company says; `attention` is that of `sync status`."""

    rooms: int
    inconclusive: int
    stale: bool
    stale_rooms: int
    attention: bool
    last_run: LastRun | None
    last_good_at: datetime | None
    """When the last run ended that left nothing undone in any room there is."""
    cancellation_requests: int
    outbox_failed: int


@dataclass(frozen=True, slots=True)
class CompanyStanding:
    """One company, as its folder alone tells; where that is of no use, why and what to do."""

    name: str
    folder: Path
    figures: Figures | None
    problem: str | None = None
    hint: str | None = None

    @property
    def verdict(self) -> CompanyVerdict:
        """How it stands in one word."""
        figures = self.figures
        if figures is None:
            return CompanyVerdict.BROKEN
        if not figures.rooms:
            return CompanyVerdict.NO_ROOMS
        if figures.stale:
            return CompanyVerdict.STALE
        if figures.last_run is not None and figures.last_run.exit_code is None:
            return CompanyVerdict.UNFINISHED
        if figures.last_run is not None and figures.last_run.exit_code:
            return CompanyVerdict.FAILED
        if figures.attention:
            return CompanyVerdict.ATTENTION
        return CompanyVerdict.WAITING if figures.cancellation_requests else CompanyVerdict.OK


def company_object(standing: CompanyStanding) -> dict[str, object]:
    """The company as JSON data; of a broken one the figures are `null`."""
    figures = standing.figures
    run = figures.last_run if figures else None
    return {
        "name": standing.name,
        "folder": str(standing.folder),
        "rooms": figures and figures.rooms,
        "last_run": run
        and {
            "run": run.run,
            "finished_at": instant_text(run.finished_at) if run.finished_at else None,
            "exit": run.exit_code,
        },
        "stale": figures and figures.stale,
        "cancellation_requests": figures and figures.cancellation_requests,
        "outbox_failed": figures and figures.outbox_failed,
        "verdict": standing.verdict.value,
        "inconclusive": figures and figures.inconclusive,
        "problem": standing.problem,
        "hint": standing.hint,
    }
