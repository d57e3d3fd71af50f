"""`--metrics-file`: the figures of a night for node_exporter, also where it went wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from obctl.cli.context import Context
from obctl.errors import ObctlError, UsageError

if TYPE_CHECKING:
    from obctl.domain.companies_run import CompaniesReport, CompanyResult
    from obctl.domain.company_night import CompanyNight
    from obctl.domain.company_standing import Figures
    from obctl.domain.sync.run_report import RunReport

_INTERRUPTED = 130
_STALE = timedelta(hours=26)


@dataclass
class Measured:
    """A night that is going on: its report, once there is one."""

    report: RunReport | None = None


def ensure_writable(file: Path) -> None:
    """Raise `UsageError` for a file that could not be written after the night either."""
    if not file.parent.is_dir() or file.is_dir():
        raise UsageError(
            f"{file} cannot be written: "
            + ("it is a folder" if file.is_dir() else f"there is no folder {file.parent}"),
            hint="name a file in node_exporter's --collector.textfile.directory",
            code="bad-file",
        )
    if file.suffix != ".prom":
        raise UsageError(
            f"{file} would not be read: node_exporter takes files that end in .prom",
            hint=f"name it {file.with_suffix('.prom').name}",
            code="bad-file",
        )


@contextmanager
def measured(context: Context, file: Path | None) -> Iterator[Measured]:
    """Within, the one company's night happens; whatever becomes of it stands in `file` then."""
    night = Measured()
    if file is None:
        yield night
        return
    ensure_writable(file)
    began, code = time.monotonic(), 1
    try:
        yield night
        code = night.report.exit_code if night.report else 0
    except ObctlError as error:
        code = error.exit_code
        raise
    except KeyboardInterrupt:
        code = _INTERRUPTED
        raise
    finally:
        name = _name(context)
        if name is not None:
            seconds = time.monotonic() - began
            _write(file, [_of_report(context, name, night.report, code, seconds)])


def night_of(context: Context, result: CompanyResult) -> CompanyNight:
    """One company of many, as its process left it."""
    from obctl.domain.companies_run import Outcome
    from obctl.domain.company_night import CompanyNight

    begun = result.outcome is not Outcome.NOT_STARTED
    return CompanyNight(
        result.company,
        result.counts_as if result.exit_code is None else result.exit_code,
        context.now if begun else None,
        result.seconds,
        result.rooms,
        result.changes,
        result.pushed,
        result.problems,
        _figures(context, result.company),
    )


def write_nights(file: Path, nights: list[CompanyNight], report: CompaniesReport) -> None:
    """The file of a night over all companies."""
    _write(file, nights, report)


def _of_report(
    context: Context, name: str, report: RunReport | None, code: int, seconds: float
) -> CompanyNight:
    from obctl.domain.company_night import CompanyNight
    from obctl.domain.sync.run_report import run_object

    shown = run_object(report) if report else {}
    return CompanyNight(
        name,
        code,
        context.now,
        seconds,
        shown.get("rooms"),
        shown.get("changes"),
        shown.get("pushed"),
        len(shown.get("problems", ())),
        _figures(context, name),
    )


def _figures(context: Context, name: str) -> Figures | None:
    from obctl.engine.admin.companies import standing_of

    return standing_of(context.home, name, context.environment, context.clock, _STALE).figures


def _name(context: Context) -> str | None:
    """The company, also where its configuration is broken; `None` where nobody said which."""
    from obctl.config import choose_company

    try:
        return choose_company(context.home, context.company_option, context.environment)
    except ObctlError:
        return context.company_option or context.environment.get("OBCTL_COMPANY") or None


def _write(file: Path, nights: list[CompanyNight], report: CompaniesReport | None = None) -> None:
    """The night is over: what goes wrong here is told and makes it no worse."""
    from obctl.cli.files import write_whole
    from obctl.render.metrics import metrics_text
    from obctl.render.output import warning

    try:
        write_whole(file, [metrics_text(nights, report)], for_all=True)
    except UsageError as error:
        warning(f"the figures of this night are missing: {error.message}")
