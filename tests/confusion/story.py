"""What a story is: the cause it truly has, and what happens when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from obctl.domain.settings import SeriesPolicy

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOTHING = "nothing"
"""Both sides agree, and nothing is the matter with what they agree on."""
SEASONS = {
    "summer": date(2026, 9, 14),
    "autumn": date(2026, 10, 12),
    "spring": date(2027, 3, 15),
}
"""The Mondays on which stories begin; in autumn and spring the clocks change within two weeks."""
BEGIN = "0 14:00"
BESIDE = "Beside"
"""The subject of a meeting that a story is not about: `explain` is not asked about it."""


@dataclass(frozen=True)
class Setting:
    """What the stories of one tenant share; `group` keeps some from the runs of the others."""

    season: str = "summer"
    ignore: bool = False
    """Whether cancellations are followed without asking."""
    future_days: int = 30
    past_days: int = 1
    series: SeriesPolicy = SeriesPolicy.NIGHTLY
    group: str = ""

    @property
    def monday(self) -> date:
        return SEASONS[self.season]

    def day(self, number: int) -> date:
        return self.monday + timedelta(days=number)

    def wall(self, when: str) -> datetime:
        """The wall-clock time of "3 09:00", without a zone."""
        number, _, hour = when.rpartition(" ")
        return datetime.fromisoformat(f"{self.day(int(number or 0))}T{hour}")

    def instant(self, when: str) -> datetime:
        """The same as an instant."""
        return self.wall(when).replace(tzinfo=AMSTERDAM).astimezone(UTC)


@dataclass(frozen=True)
class Do:
    """One thing that happens: a verb of `Stage`, and what it is given."""

    verb: str
    given: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        return f"{self.verb}({told})"


@dataclass(frozen=True)
class Act:
    """When something happens."""

    when: str
    do: Do

    def __str__(self) -> str:
        return f"{self.when:>8}  {self.do}"


def at(when: str, *dos: Do) -> list[Act]:
    return [Act(when, do) for do in dos]


@dataclass(frozen=True)
class Story:
    """What truly happened, as acts in their order, and what is to be said of it."""

    code: str
    title: str
    acts: tuple[Act, ...]
    look: str
    span: tuple[int, int] = (-1, 28)
    """The days that `diff` is asked for."""
    besides: Mapping[str, str] = field(default_factory=dict)
    """What other differences there are, by their subject or as "day 8"."""
    missed: str | None = None
    """What is to be said of why the change was not seen; `None`: whatever."""
    count: int | None = None
    """How many differences there are; `None`: however many."""
    asks: int = 1
    """How many items `explain` is asked about."""
    activated: str | None = None
    """When the rooms were mapped; long ago where it is not told."""
    setting: Setting | None = None
    """`None`: the ordinary one, in a season that its number draws."""
    number: int = 0
    family: str = ""

    def __str__(self) -> str:
        return f"{self.code} #{self.number}: {self.title}"

    @property
    def plain_title(self) -> str:
        """Its title without what else happens beside it."""
        return self.title.partition(" + ")[0]

    def expected(self, subject: str, day: int) -> str:
        """The cause of a difference of a meeting of that subject on that day."""
        return self.besides.get(subject) or self.besides.get(f"day {day}") or self.code


def story(code: str, title: str, *acts: Iterable[Act], look: str = "1 15:00", **more: Any) -> Story:
    """A story of these acts, looked at in the afternoon after its first night if not told when."""
    return Story(code, title, tuple(act for some in acts for act in some), look, **more)
