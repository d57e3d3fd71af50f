"""Nights in Prometheus' text format, for node_exporter's textfile collector.

Every company has every figure that is known of it: one that never had a good night has the time 0
of its last, so that an alert on its age speaks up. Nothing has a timestamp of its own, as the
collector refuses those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from obctl.domain.companies_run import CompaniesReport
from obctl.domain.company_night import CompanyNight
from obctl.domain.company_standing import Figures

_Value = float | None
_Samples = Iterable[tuple[Mapping[str, str], _Value]]

_OF_RUN: Sequence[tuple[str, str, Callable[[CompanyNight], _Value]]] = (
    (
        "obctl_sync_last_run_timestamp_seconds",
        "When the last run ended",
        lambda night: _seconds(night.ended_at),
    ),
    (
        "obctl_sync_last_run_success",
        "Whether the last run did every room and left nothing undone (1) or not (0)",
        lambda night: int(night.exit_code == 0 and any((night.rooms or {}).values())),
    ),
    (
        "obctl_sync_last_run_exit_code",
        "How the last run ended, in obctl's exit codes",
        lambda night: night.exit_code,
    ),
    (
        "obctl_sync_last_run_duration_seconds",
        "How long the last run took",
        lambda night: round(night.seconds, 3) if night.ended_at else None,
    ),
    (
        "obctl_sync_last_run_problems",
        "What the last run had to tell a person",
        lambda night: None if night.rooms is None else night.problems,
    ),
)
_OF_STORE: Sequence[tuple[str, str, Callable[[Figures], _Value]]] = (
    (
        "obctl_sync_last_success_timestamp_seconds",
        "When the last run ended that left nothing undone in any room, 0 if none did",
        lambda figures: _seconds(figures.last_good_at) or 0,
    ),
    ("obctl_rooms", "Mapped rooms", lambda figures: figures.rooms),
    (
        "obctl_rooms_stale",
        "Rooms without a good pass in the last 26 hours",
        lambda figures: figures.stale_rooms,
    ),
    (
        "obctl_rooms_inconclusive",
        "Rooms whose last read is not to be trusted",
        lambda figures: figures.inconclusive,
    ),
    (
        "obctl_cancellation_requests_open",
        "Cancellations that wait for a person",
        lambda figures: figures.cancellation_requests,
    ),
    (
        "obctl_outbox_failed",
        "Writes to Outlook that failed and are tried again",
        lambda figures: figures.outbox_failed,
    ),
)
_COUNTS: Sequence[tuple[str, str, str, Callable[[CompanyNight], Mapping[str, int] | None]]] = (
    (
        "obctl_sync_last_run_rooms",
        "Rooms of the last run by what became of them",
        "state",
        lambda night: night.rooms,
    ),
    (
        "obctl_sync_last_run_changes",
        "Changes of the last run by kind",
        "kind",
        lambda night: night.changes,
    ),
    (
        "obctl_sync_last_run_pushes",
        "Writes to Outlook of the last run by result",
        "result",
        lambda night: night.pushed,
    ),
)


def metrics_text(nights: Sequence[CompanyNight], all_of_them: CompaniesReport | None = None) -> str:
    """The whole file: each company's night, and that of all of them where there was one."""
    lines = [*_of_companies(nights), *(_of_all(all_of_them) if all_of_them else ())]
    return "".join(f"{line}\n" for line in lines)


def _of_companies(nights: Sequence[CompanyNight]) -> Iterator[str]:
    for name, meaning, of_run in _OF_RUN:
        yield from _metric(name, meaning, (({"company": n.company}, of_run(n)) for n in nights))
    known = [(night.company, night.figures) for night in nights if night.figures is not None]
    for name, meaning, of_store in _OF_STORE:
        yield from _metric(
            name, meaning, (({"company": company}, of_store(found)) for company, found in known)
        )
    for name, meaning, label, counts in _COUNTS:
        samples = (
            ({"company": night.company, label: kind}, number)
            for night in nights
            for kind, number in (counts(night) or {}).items()
        )
        yield from _metric(name, meaning, samples)


def _of_all(report: CompaniesReport) -> Iterator[str]:
    shard = {"shard": str(report.shard or "0/1")}
    yield from _metric(
        "obctl_night_timestamp_seconds",
        "When the last night over all companies of the shard ended",
        [(shard, _seconds(report.finished_at))],
    )
    yield from _metric(
        "obctl_night_exit_code",
        "How the last night over all companies of the shard ended, in obctl's exit codes",
        [(shard, report.exit_code)],
    )
    yield from _metric(
        "obctl_night_companies",
        "Companies of the shard by what became of them",
        [({**shard, "outcome": name}, number) for name, number in report.by_outcome().items()],
    )


def _metric(name: str, meaning: str, samples: _Samples) -> Iterator[str]:
    known = [(labels, value) for labels, value in samples if value is not None]
    if not known:
        return
    yield f"# HELP {name} {meaning}."
    yield f"# TYPE {name} gauge"
    for labels, value in known:
        shown = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
        yield f"{name}{{{shown}}} {value}"


def _escaped(text: str) -> str:
    """A label's value; a name that is no text is shown with question marks."""
    readable = text.encode(errors="replace").decode()
    return readable.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else int(moment.timestamp())
