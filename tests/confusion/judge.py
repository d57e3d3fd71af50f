"""What obctl named against what truly happened: the matrix, its share, the calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from confusion.stage import Seen, essence
from confusion.story import AMSTERDAM, NOTHING, Story
from obctl.domain.causes.story import Story as Told
from obctl.domain.difference import Cause, Difference
from obctl.domain.room import Verdict

WIDTH = 80
_CONFIDENCES = ("certain", "likely", "possible")


@dataclass(frozen=True)
class Named:
    """What was said of one fact of a story, and what should have been."""

    expected: str
    code: str
    confidence: str | None = None
    missed: str | None = None
    where: str = ""

    @property
    def right(self) -> bool:
        return self.expected == self.code


@dataclass
class Judged:
    """One story, judged."""

    seen: Seen
    named: list[Named] = field(default_factory=list)
    quarrels: list[str] = field(default_factory=list)
    """Where two commands name different causes for one fact."""
    wrong: list[str] = field(default_factory=list)
    """What else is not as the story says."""

    @property
    def story(self) -> Story:
        return self.seen.story

    @property
    def right(self) -> bool:
        said = all(one.right for one in self.named)
        return said and not (self.wrong or self.quarrels or self.seen.broken)

    def __str__(self) -> str:
        setting = self.seen.cast.setting
        acts = sorted(self.story.acts, key=lambda act: setting.wall(act.when))
        lines = [str(self.story), *(f"    {act}" for act in acts)]
        lines.append(f"{self.story.look:>12}  look, in {setting}")
        if self.seen.broken:
            lines.append(f"    could not be played: {self.seen.broken}")
        for one in self.named:
            mark = " " if one.right else "!"
            lines.append(
                f"  {mark} {one.where}: {one.code} ({one.confidence})"
                + ("" if one.right else f", and it is {one.expected}")
                + (f", missed because {one.missed}" if one.missed else "")
            )
        lines += [f"  ! {what}" for what in (*self.quarrels, *self.wrong)]
        return "\n".join(lines)

    def evidence(self) -> str:
        """All that was said, with what it rests on."""
        told: list[tuple[str, Cause | None]] = [
            (_where(self, found), cause)
            for found in self.seen.differences
            for cause in (found.cause, found.missed_because)
        ]
        told += [(f"explain {_item(one)}", one.cause) for one in self.seen.explained]
        lines = []
        for where, cause in told:
            if cause is None:
                continue
            lines.append(f"    {where}: {cause.code} ({cause.confidence})")
            lines += [f"        {item.fact}: {item.value}" for item in cause.evidence]
        return "\n".join(lines)


def judge(seen: Seen) -> Judged:
    found = Judged(seen)
    if seen.broken:
        return found
    found.named = list(_named(found))
    found.quarrels = [*_quarrels(found), *_unlike_the_request(found)]
    story = seen.story
    if story.count is not None and story.count != len(seen.differences):
        found.wrong.append(f"{len(seen.differences)} differences instead of {story.count}")
    if story.missed is not None:
        missed = {one.missed or NOTHING for one in found.named}
        if missed != {story.missed}:
            told = ", ".join(sorted(missed)) or NOTHING
            found.wrong.append(f"missed because {told} instead of {story.missed}")
    return found


def _named(judged: Judged) -> Iterator[Named]:
    """One for each cause that is named, however many differences have it."""
    seen, story = judged.seen, judged.story
    distinct: dict[tuple[str, str, str | None, str | None], Named] = {}
    for item in seen.compared:
        if item.verdict.verdict is Verdict.INCONCLUSIVE:
            condition = item.verdict.condition or "inconclusive"
            distinct[story.code, condition, None, None] = Named(
                story.code, condition, where=item.room.name
            )
    for found in seen.differences:
        expected = story.expected(found.subject, _day(judged, found))
        cause, missed = found.cause, found.missed_because
        assert cause is not None
        named = Named(
            expected, cause.code, cause.confidence.value, missed.code if missed else None,
            _where(judged, found),
        )  # fmt: skip
        distinct.setdefault((expected, named.code, named.confidence, named.missed), named)
    if not distinct:
        for told in seen.explained:
            code, confidence = _at_rest(told)
            named = Named(story.code, code, confidence, where=f"explain {_item(told)}")
            distinct.setdefault((story.code, code, confidence, None), named)
    yield from distinct.values() or [Named(story.code, NOTHING, where="nowhere")]


def _at_rest(told: Told) -> tuple[str, str | None]:
    """What is said of an item in which nothing differs: a risk, or a likeness."""
    if told.cause is not None:
        return told.cause.code, told.cause.confidence.value
    return next((item.cause_code for item in told.normalised), NOTHING), None


def _quarrels(judged: Judged) -> Iterator[str]:
    """Where `diff --room` and `explain` say other than `diff`."""
    said = {_fact(found): _told(found) for found in judged.seen.differences}
    alone = {_fact(found): _told(found) for item in judged.seen.alone for found in item.differences}
    for fact in sorted(said.keys() | alone.keys(), key=str) if judged.seen.alone else ():
        if said.get(fact) != alone.get(fact):
            yield f"diff says {said.get(fact)}, diff --room {alone.get(fact)}: {fact}"
    for told in judged.seen.explained:
        if not judged.seen.differences:
            continue
        for found in told.differences[:1]:
            if said.get(_fact(found)) != _told(found):
                yield f"diff says {said.get(_fact(found))}, explain {_told(found)}: {_fact(found)}"
        if not told.differences:
            yield f"diff names a difference of {_item(told)}, explain none"


def _unlike_the_request(judged: Judged) -> Iterator[str]:
    """Where the request that the next run makes carries another cause than `diff` named."""
    for found in judged.seen.differences:
        requested = judged.seen.requested.get(found.reservation or 0)
        if requested and found.cause and requested != found.cause.code:
            yield f"diff says {found.cause.code}, the run's request {requested}: {_fact(found)}"


def _fact(found: Difference) -> tuple[object, ...]:
    return found.kind.value, found.room, found.reservation, found.event_id


def _told(found: Difference) -> tuple[object, ...]:
    return essence(found.cause), essence(found.missed_because)


def _day(judged: Judged, found: Difference) -> int:
    here: date = found.start.astimezone(AMSTERDAM).date()
    return (here - judged.seen.cast.setting.monday).days


def _where(judged: Judged, found: Difference) -> str:
    local = found.start.astimezone(AMSTERDAM)
    return f"{found.kind} {found.subject!r} on day {_day(judged, found)} at {local:%H:%M}"


def _item(told: Told) -> str:
    return str(told.reservation.number) if told.reservation else "an event"


@dataclass
class Matrix:
    """All that was judged, counted."""

    judged: Sequence[Judged]

    @property
    def named(self) -> list[Named]:
        return [one for judged in self.judged for one in judged.named]

    @property
    def top_1(self) -> float:
        """The share of the stories of which everything is named rightly."""
        right = sum(
            all(one.right for one in judged.named) and not judged.seen.broken
            for judged in self.judged
        )
        return right / max(len(self.judged), 1)

    @property
    def wrong_certain(self) -> list[Judged]:
        return [
            judged
            for judged in self.judged
            if any(not one.right and one.confidence == "certain" for one in judged.named)
        ]

    def calibration(self) -> dict[str, tuple[int, int]]:
        """Of each confidence: how often it was claimed, and how often rightly."""
        claimed = Counter(one.confidence for one in self.named)
        right = Counter(one.confidence for one in self.named if one.right)
        return {one: (claimed[one], right[one]) for one in _CONFIDENCES}

    def __str__(self) -> str:
        lines = list(self._rows())
        stories = len(self.judged)
        lines += ["", f"{stories} stories, {self.top_1:.1%} named rightly"]
        lines.append(f"wrong and certain: {len(self.wrong_certain)}")
        for confidence, (claimed, right) in self.calibration().items():
            share = f"{right / claimed:.1%}" if claimed else "-"
            lines.append(f"{confidence:>9}: {claimed:4} claimed, {right:4} right, {share:>6}")
        quarrels = sum(bool(judged.quarrels) for judged in self.judged)
        lines.append(f"stories of which two commands say different things: {quarrels}")
        return "\n".join(lines)

    def _rows(self) -> Iterator[str]:
        """A line for each cause that is expected: how many stories, and what they were named."""
        expected = Counter(one.expected for one in self.named)
        cells = Counter((one.expected, one.code) for one in self.named)
        for row in sorted(expected):
            right = cells[row, row]
            head = f"{row:36}{right:4} of {expected[row]:3}"
            wrong = [
                f"{number} {code}"
                for (truly, code), number in sorted(cells.items())
                if truly == row and code != row
            ]
            yield from _folded(head, wrong)


def _folded(head: str, words: Iterable[str]) -> Iterator[str]:
    """A head, and words behind it on as many lines as they take."""
    line = head
    for word in words:
        if len(line) + len(word) + 2 > WIDTH:
            yield line
            line = " " * 8
        line += f"  {word}"
    yield line
