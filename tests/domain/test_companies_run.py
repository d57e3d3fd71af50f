"""The one exit code of a night over many companies, and what became of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from obctl.domain.companies_run import (
    CompaniesReport,
    CompanyError,
    CompanyResult,
    Outcome,
    result_of,
)

AT = datetime(2026, 10, 19, 2, 0, tzinfo=UTC)
REPORT: dict[str, Any] = {
    "run": "R", "rooms": {"ok": 2, "failed": 0}, "events": {"read": 3}, "changes": {"created": 1},
    "pushed": {"ok": 0}, "problems": [],
}  # fmt: skip


def night(*results: CompanyResult, interrupted: bool = False) -> CompaniesReport:
    return CompaniesReport(AT, len(results), None, False, list(results), AT, interrupted)


def ended(code: int) -> CompanyResult:
    return result_of("contoso", code, REPORT, None, seconds=1)


@pytest.mark.parametrize(
    ("codes", "exit_code"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 5], 5),
        ([5, 8], 8),
        ([8, 6, 5], 6),
        ([6, 7], 7),
        ([6, 4, 0], 4),
        ([4, 2, 8], 2),
        ([2, 1, 4], 1),
        ([0, 130], 8),
        ([5, 99], 1),
    ],
)
def test_the_worst_company_gives_the_exit_code(codes: list[int], exit_code: int) -> None:
    assert night(*map(ended, codes)).exit_code == exit_code


@pytest.mark.parametrize(
    ("outcome", "exit_code"),
    [(Outcome.KILLED, 1), (Outcome.TIMED_OUT, 8), (Outcome.INTERRUPTED, 8)],
)
def test_a_process_without_an_exit_code_counts_too(outcome: Outcome, exit_code: int) -> None:
    assert night(ended(0), CompanyResult("contoso", outcome, None)).exit_code == exit_code


def test_an_interrupted_night_is_130_whatever_became_of_the_companies() -> None:
    assert night(ended(2), interrupted=True).exit_code == 130


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (0, Outcome.OK), (1, Outcome.UNEXPECTED), (2, Outcome.CONFIGURATION),
        (4, Outcome.NOT_AUTHORISED), (5, Outcome.TRY_LATER), (6, Outcome.STOPPED),
        (7, Outcome.LOCKED_OUT), (8, Outcome.UNFINISHED), (130, Outcome.INTERRUPTED),
        (3, Outcome.UNEXPECTED),
    ],
)  # fmt: skip
def test_an_exit_code_is_told_in_a_word(code: int, outcome: Outcome) -> None:
    assert ended(code).outcome is outcome


def test_an_end_with_0_and_no_report_is_not_believed() -> None:
    result = result_of("contoso", 0, None, None, seconds=1)
    assert (result.outcome, result.counts_as) == (Outcome.UNEXPECTED, 1)
    assert result.error == CompanyError("no-report", "it ended with 0 and gave no report")


def test_a_company_that_is_running_is_told_apart_from_a_graph_that_is_down() -> None:
    error = CompanyError("another-run-active", "another run is active")
    assert result_of("contoso", 5, None, error, seconds=1).outcome is Outcome.LOCKED


def test_sums_are_those_of_the_reports_there_are() -> None:
    report = night(ended(0), ended(8), CompanyResult("fabrikam", Outcome.KILLED, None))
    assert report.total("rooms") == {"ok": 4, "failed": 0}
    assert report.by_outcome() == {"ok": 1, "unfinished": 1, "killed": 1}
