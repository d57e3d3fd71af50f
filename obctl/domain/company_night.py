"""What monitoring is told of one company's night, whatever became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.company_standing import Figures


@dataclass(frozen=True, slots=True)
class CompanyNight:
    """One company; the counts are `None` where its run gave no report.

    `ended_at` is `None` where no run was begun, `figures` where the store could not be read.
    """

    company: str
    exit_code: int
    ended_at: datetime | None
    seconds: float
    rooms: Mapping[str, int] | None
    changes: Mapping[str, int] | None
    pushed: Mapping[str, int] | None
    problems: int
    figures: Figures | None
