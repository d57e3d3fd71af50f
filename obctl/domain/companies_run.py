"""One night over many companies: what became of each, and the one exit code of them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from obctl.domain.shard import Shard
from obctl.domain.time_span import instant_text
from obctl.errors import AnotherRunActive

INTERRUPTED = 130
URGENCY = (1, 2, 4, 7, 6, 8, 5)
"""Exit codes, the worst first: what a person has to mend comes before what the next run may."""
_UNFINISHED = 8


class Outcome(StrEnum):
    """What became of one company in one night."""

    OK = "ok"
    NO_ROOMS = "no-rooms"
    """Nothing went wrong, and nothing was looked at."""
    UNFINISHED = "unfinished"
    STOPPED = "stopped"
    LOCKED_OUT = "locked-out"
    TRY_LATER = "try-later"
    LOCKED = "locked"
    """Another run of the company is going on."""
    NOT_AUTHORISED = "not-authorised"
    CONFIGURATION = "configuration"
    UNEXPECTED = "unexpected"
    KILLED = "killed"
    TIMED_OUT = "timed-out"
    INTERRUPTED = "interrupted"
    NOT_STARTED = "not-started"


_BY_EXIT = {
    0: Outcome.OK,
    2: Outcome.CONFIGURATION,
    4: Outcome.NOT_AUTHORISED,
    5: Outcome.TRY_LATER,
    6: Outcome.STOPPED,
    7: Outcome.LOCKED_OUT,
    8: Outcome.UNFINISHED,
    INTERRUPTED: Outcome.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class CompanyError:
    """Why a company's run gave no report, as its process said or as was seen of it."""

    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class CompanyResult:
    """One company's night; the counts are those of its report, `None` where it gave none."""

    company: str
    outcome: Outcome
    exit_code: int | None
    """`None` where its process gave none: it was killed, ended for its time, or never begun."""
    seconds: float = 0.0
    run: str | None = None
    rooms: Mapping[str, int] | None = None
    events: Mapping[str, int] | None = None
    changes: Mapping[str, int] | None = None
    pushed: Mapping[str, int] | None = None
    problems: int = 0
    error: CompanyError | None = None

    @property
    def counts_as(self) -> int:
        """The exit code with which it counts among the others."""
        match self.outcome:
            case Outcome.KILLED:
                return 1
            case Outcome.TIMED_OUT | Outcome.INTERRUPTED | Outcome.NOT_STARTED:
                return _UNFINISHED
            case _:
                return 1 if self.exit_code is None else self.exit_code


def result_of(
    company: str,
    exit_code: int,
    report: Mapping[str, Any] | None,
    error: CompanyError | None,
    *,
    seconds: float,
) -> CompanyResult:
    """The result of a process that ended by itself, from its report and its error if any."""
    outcome = _BY_EXIT.get(exit_code, Outcome.UNEXPECTED)
    if error is not None and error.code == AnotherRunActive.code:
        outcome = Outcome.LOCKED
    if exit_code == 0 and report is None:
        outcome, exit_code = Outcome.UNEXPECTED, 1
        error = error or CompanyError("no-report", "it ended with 0 and gave no report")
    if report is None:
        return CompanyResult(company, outcome, exit_code, seconds, error=error)
    if outcome is Outcome.OK and not any(report["rooms"].values()):
        outcome = Outcome.NO_ROOMS
    return CompanyResult(
        company,
        outcome,
        exit_code,
        seconds,
        report["run"],
        report["rooms"],
        report["events"],
        report["changes"],
        report["pushed"],
        len(report["problems"]),
        error,
    )


@dataclass(slots=True)
class CompaniesReport:
    """The night: `known` companies there are, of which the shard's were to be done."""

    started_at: datetime
    known: int
    shard: Shard | None
    dry_run: bool
    results: list[CompanyResult] = field(default_factory=list)
    finished_at: datetime | None = None
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """130 if it was interrupted, else the worst of the companies' by `URGENCY`, else 0."""
        if self.interrupted:
            return INTERRUPTED
        found = {result.counts_as for result in self.results} - {0}
        known = [code for code in URGENCY if code in found]
        return known[0] if known and found <= set(URGENCY) else (1 if found else 0)

    def by_outcome(self) -> dict[str, int]:
        """How many companies had which outcome, in the order of the outcomes."""
        counted = Counter(result.outcome for result in self.results)
        return {outcome.value: counted[outcome] for outcome in Outcome if counted[outcome]}

    def total(self, name: str) -> dict[str, int]:
        """A sum over all companies of what their reports count under `name`."""
        total: Counter[str] = Counter()
        for result in self.results:
            total.update(getattr(result, name) or {})
        return dict(total)


def companies_run_object(report: CompaniesReport) -> dict[str, Any]:
    """The night as JSON data: one summary, and each company by name."""
    return {
        "started_at": instant_text(report.started_at),
        "finished_at": instant_text(report.finished_at) if report.finished_at else None,
        "dry_run": report.dry_run,
        "shard": str(report.shard) if report.shard else None,
        "exit": report.exit_code,
        "interrupted": report.interrupted,
        "companies": {"known": report.known, "chosen": len(report.results)},
        "by_outcome": report.by_outcome(),
        "rooms": report.total("rooms"),
        "events": report.total("events"),
        "changes": report.total("changes"),
        "pushed": report.total("pushed"),
        "results": [_result_object(result) for result in report.results],
    }


def _result_object(result: CompanyResult) -> dict[str, Any]:
    error = result.error
    return {
        "company": result.company,
        "outcome": result.outcome.value,
        "exit": result.exit_code,
        "run": result.run,
        "seconds": round(result.seconds, 1),
        "rooms": result.rooms,
        "events": result.events,
        "changes": result.changes,
        "pushed": result.pushed,
        "problems": result.problems,
        "error": error and {"code": error.code, "message": error.message, "hint": error.hint},
    }
