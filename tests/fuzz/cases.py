"""Cases by number: which answer is changed in which way, and whether all that must hold holds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from calls import Call, Seen
from judge import Gap, State, differences, state_of
from mutate import CHANGED, HARMLESS, KINDS, WIRE_ONLY, Answer, mutate
from story import DAY, SCENES, Building, Scene, Theatre, Typed, mailbox_of, untouched

FAMILIES: dict[str, tuple[str, ...]] = {
    "left out": ("drop",),
    "null": ("null", "empty", "key-null-first", "key-null-last"),
    "other type": ("other-type", "other-number", "turned"),
    "odd": ("odd-text",),
    "huge": ("huge-text", "huge-number", "many-items", "deep", "huge-header"),
    "encoding": ("surrogate", "no-utf8", "bad-escape", "bom", "utf-16"),
    "the same": tuple(HARMLESS),
    "cut": ("truncated", "nothing", "no-json", "trailing", "too-long", "too-short", "silent"),
    "status": tuple(kind for kind in KINDS if kind.startswith("status-")),
    "headers": (
        "content-type", "needless-rest", "not-gzip", "unknown-coding", "broken-chunks",
        "two-lengths", "no-length",
    ),
}  # fmt: skip
BELIEVED: dict[str, str] = {
    "isCancelled": "the meeting is off, or it is not",
    "isDraft": "it was never sent",
    "response": "the room's answer",
    "responseStatus": "the room's answer",
    "organizer": "Graph knows none of some events",
    "emailAddress": "Graph knows none of some people",
    "address": "Graph knows none of some people",
    "name": "people have names of all kinds",
    "subject": "whatever somebody typed",
    "notificationUrl": "another subscription than ours",
}
"""Fields in which Graph may lawfully say what the mutation says: nobody can know better.

Whoever reads the event anew, at the latest a full run, learns the truth.
"""
_SAYABLE = (
    "drop", "null", "empty", "turned", "key-null-first", "key-null-last", "odd-text", "other-type",
)  # fmt: skip
READS = ("subscribed", "free", "diff", "planner", "explain", "doctor")
LINKED = {mailbox_of("Rembrandt"), mailbox_of("Vermeer")}
"""A meeting moves between them: what is unknown of one is unknown of the other."""
_ASKED_AND_CLOSED = (
    mailbox_of("Vermeer"), "Moving", f"{DAY}T07:00:00Z", "unproven", "closed",
)  # fmt: skip
_ALARMS = re.compile(r"unexpected \w+|a defect of obctl[^\n]*|Traceback", re.IGNORECASE)
NIGHT, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Case:
    """One answer, changed in one way."""

    number: int
    seed: int
    scene: Scene
    call: Call
    kind: str
    lasting: bool
    """Every answer to this question is changed so, not only the first."""

    def __str__(self) -> str:
        call, once = self.call, "each time" if self.lasting else "once"
        where = f"{call.mailbox or '-'} #{call.nth}" + (" in $batch" if call.batched else "")
        return (
            f"seed {self.seed} case {self.number}: {self.scene.name}, {call.route} ({where}),"
            f" {self.kind} {once}"
        )


@dataclass(frozen=True)
class Undisturbed:
    """What a scene does where nothing is changed."""

    seen: tuple[Seen, ...]
    typed: Typed
    before: State
    after: State
    healed: State
    full: State


@dataclass(frozen=True)
class Finding:
    """What does not hold: the number of the rule, and where."""

    rule: str
    detail: str


@dataclass
class Outcome:
    case: Case
    what: str = "nothing was changed"
    name: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_believed(self) -> bool:
        """Whether Graph says something else, and nothing that it may not say."""
        return self.name in BELIEVED and self.case.kind in _SAYABLE

    def find(self, rule: str, *details: object) -> None:
        self.findings += [Finding(rule, str(detail)) for detail in details]

    def __str__(self) -> str:
        lines = [f"{self.case}", f"    {self.what}"]
        return "\n".join(lines + [f"    {one.rule}: {one.detail}" for one in self.findings])


class Fuzzer:
    """All cases of a seed, over the scenes given."""

    def __init__(self, theatre: Theatre, seed: int, scenes: Sequence[str] = tuple(SCENES)) -> None:
        self.theatre = theatre
        self.seed = seed
        self.scenes = scenes
        self._undisturbed: dict[str, Undisturbed] = {}
        self.cells = self._cells()

    def _cells(self) -> list[tuple[str, str]]:
        """Every route with every family, in an order of the seed."""
        routes = {seen.call.route for name in self.scenes for seen in self.undisturbed(name).seen}
        cells = [(route, family) for route in sorted(routes) for family in FAMILIES]
        Random(self.seed).shuffle(cells)
        return cells

    def undisturbed(self, name: str) -> Undisturbed:
        if name not in self._undisturbed:
            stage = name.removeprefix("nothing on ")
            scene = SCENES.get(name) or Scene(name, stage, ("sync", "status"))
            self._undisturbed[name] = _play(self.theatre, scene)
        return self._undisturbed[name]

    def case(self, number: int) -> Case:
        """Numbers go through all cells in turn, again and again with other places and kinds."""
        route, family = self.cells[number % len(self.cells)]
        random = Random(f"{self.seed}/{number}")
        found = [
            (name, seen.call)
            for name in self.scenes
            for seen in self.undisturbed(name).seen
            if seen.call.route == route
        ]
        name = random.choice(sorted({name for name, _ in found}))
        call = random.choice([call for scene, call in found if scene == name])
        kinds = [
            kind for kind in FAMILIES[family] if not (call.batched and kind in WIRE_ONLY)
        ] or list(FAMILIES["cut"][:3])
        # In turn, so that no kind of a family waits for chance.
        kind = kinds[(number // len(self.cells) + number) % len(kinds)]
        return Case(number, self.seed, SCENES[name], call, kind, lasting=random.random() < 0.5)

    def run(self, case: Case, *, thorough: bool) -> Outcome:
        outcome = Outcome(case)
        building = self.theatre.put_up(case.scene.stage)
        try:
            right = self.undisturbed(case.scene.name)
            refused = self.undisturbed(f"nothing on {case.scene.stage}")
            _judge(building, case, right, refused, outcome, thorough=thorough)
        finally:
            self.theatre.take_down(building)
        return outcome


def _play(theatre: Theatre, scene: Scene) -> Undisturbed:
    building = theatre.put_up(scene.stage)
    before = state_of(building)
    typed = scene.typed(building)
    assert typed.exit_code in (0, 3), (scene, typed)
    seen = tuple(building.proxy.seen)
    after = state_of(building)
    healed = full = after
    if after != before or scene.is_run or scene.name not in SCENES:
        healed = _next_nights(building)
        building.later(HOUR)
        building.must("sync", "run", "--full")
        full = state_of(building)
    theatre.take_down(building)
    return Undisturbed(seen, typed, before, after, healed, full)


def _next_nights(building: Building) -> State:
    building.later(NIGHT)
    building.must("sync", "run")
    healed = state_of(building)
    building.later(HOUR)
    report = building.must("sync", "run", "-o", "json").json()
    assert not _planned(report), report
    return healed


def _planned(report: dict) -> dict[str, int]:
    """What a run did, where it should have found nothing to do."""
    return {name: count for name, count in report["changes"].items() if count} | {
        f"pushed {name}": count for name, count in report["pushed"].items() if count
    }


def _judge(
    building: Building,
    case: Case,
    right: Undisturbed,
    undisturbed_without: Undisturbed,
    outcome: Outcome,
    *,
    thorough: bool,
) -> None:
    place = f"{case.seed}/{case.number}"

    def spoil(call: Call, answer: Answer) -> Answer:
        if not call.is_at(case.call, lasting=case.lasting):
            return answer
        mutated = mutate(answer, case.kind, place)
        if mutated is None:
            return answer
        outcome.what, outcome.name = mutated.what, mutated.name
        return mutated.answer

    building.listen_to(spoil)
    typed = case.scene.typed(building)
    building.listen_to(untouched)
    if outcome.what == "nothing was changed":
        return
    after = state_of(building)
    status = building.type("sync", "status", "-o", "json")
    _no_alarm(outcome, typed, status)
    if case.scene.is_run and typed.exit_code == 1:
        outcome.find("1 unexpected", f"exit 1: {typed.stderr[-400:]}")
    touched = _touched(case, after)
    if not outcome.is_believed:
        _nothing_lost(outcome, right.after, after)
    _others_right(outcome, case, right, after, touched, typed)
    _no_false_green(outcome, case, right, after, touched, typed, status)
    if thorough:
        _no_alarm(outcome, *_looks(building, case))
    if right.after == right.before and not case.scene.is_run and after == right.before:
        return
    if after == right.before and not case.scene.is_run:
        right = undisturbed_without  # it was refused, and nothing happened
    _heals(outcome, building, right, thorough=thorough)


def _touched(case: Case, state: State) -> set[str]:
    """The rooms of which the changed answer speaks, and those that have to do with them."""
    steps = case.call.route.split()[1]
    if steps.startswith(("subscriptions", "places")):
        return set()
    if case.call.mailbox is None:
        return set(state.rooms)
    return LINKED | {case.call.mailbox} if case.call.mailbox in LINKED else {case.call.mailbox}


def _no_alarm(outcome: Outcome, *commands: Typed) -> None:
    for typed in commands:
        words = " ".join(typed.words)
        if typed.exception is not None:
            outcome.find("1 unexpected", f"`{words}` let escape {typed.exception!r}")
        for alarm in _ALARMS.finditer(typed.stdout + typed.stderr):
            line = (typed.stdout + typed.stderr)[alarm.start() :].partition("\n")[0]
            outcome.find("1 unexpected", f"`{words}` exit {typed.exit_code}: {line[:300]}")
            break


def _nothing_lost(outcome: Outcome, right: State, after: State) -> None:
    for room in after.rooms:
        expected = right.lost(room)
        for row in after.lost(room):
            if row not in expected and not _may_wait(row):
                outcome.find("2 cancelled", f"{room}: {row}")


def _may_wait(row: Any) -> bool:
    """A catered meeting that left its room for one that is unread asks a person."""
    return "Moving" in row[:2] and row[0] != "services of"


def _others_right(
    outcome: Outcome, case: Case, right: Undisturbed, after: State, touched: set[str], typed: Typed
) -> None:
    if not case.scene.is_run or case.kind == "status-401":
        return  # one command is about one thing; a refused credential ends a run
    others = [room for room in right.after.rooms if room not in touched]
    parts = ("reservations", "requests", "pending", "outlook")
    for gap in differences(right.after, after, *others, parts=parts) if others else ():
        # What is gone and nothing says why waits for every room that it may have moved to.
        if rest := gap.without("Vanishing"):
            outcome.find("3 others", rest)


def _no_false_green(
    outcome: Outcome, case: Case, right: Undisturbed, after: State, touched: set[str],
    typed: Typed, status: Typed,
) -> None:  # fmt: skip
    wrong = differences(right.after, after)
    if case.kind in HARMLESS:
        if wrong or typed.exit_code != right.typed.exit_code:
            outcome.find("4 harmless", f"exit {typed.exit_code}", *wrong, typed.stderr[-300:])
        return
    if outcome.is_believed:
        return
    if typed.exit_code == 0 and status.exit_code == 0 and wrong:
        outcome.find("4 green", *wrong)
    if case.scene.name in READS and typed.exit_code == right.typed.exit_code and not typed.stderr:
        for line in _other_lines(right.typed, typed):
            outcome.find("4 green", line)


def _other_lines(right: Typed, typed: Typed) -> Iterator[str]:
    # A cause of which less is known is less certain, and says so.
    said = (one.stdout.replace("(likely) ", "(certain)") for one in (right, typed))
    left, now = (set(text.splitlines()) for text in said)
    if left == now or any(word in typed.stdout for word in ("inconclusive", "cannot be read")):
        return
    yield f"says {sorted(now - left)} in place of {sorted(left - now)}"[:600]


def _looks(building: Building, case: Case) -> Iterator[Typed]:
    """What a person looks at the next morning."""
    form = ("-o", "json") if case.number % 2 else ()
    for words in (
        ("sync", "status"), ("sync", "history"), ("diff", DAY), ("planner", DAY),
        ("planner", DAY, "--cached"), ("reservations", "list"), ("log", "search"),
        ("cancellations", "list"), ("subscriptions", "list"), ("store", "check"),
    ):  # fmt: skip
        typed = building.type(*words, *form)
        if form and typed.exit_code in (0, 3, 8) and typed.stdout:
            json.loads(typed.stdout)
        yield typed
    number = 1 + case.number % 12
    yield building.type("explain", str(number), *form)


def _heals(outcome: Outcome, building: Building, right: Undisturbed, *, thorough: bool) -> None:
    building.later(NIGHT)
    night = building.type("sync", "run")
    _no_alarm(outcome, night)
    if night.exit_code != 0:
        outcome.find("5 heals", f"the next clean night exits {night.exit_code}: {night.stderr}")
    left = _unhealed(outcome, right.healed, state_of(building))
    if not left and not thorough:
        return
    building.later(HOUR)
    second = building.type("sync", "run", "-o", "json")
    _no_alarm(outcome, second)
    if second.exit_code == 0 and (planned := _planned(second.json())):
        outcome.find("5 heals", f"the second clean night still does {planned}")
    if not left:
        return
    building.later(HOUR)
    building.type("sync", "run", "--full")
    if rest := _unhealed(outcome, right.full, state_of(building)):
        outcome.find("5 never heals", *rest)
    elif not outcome.is_believed:
        outcome.find("5 heals in full", *left)


def _unhealed(outcome: Outcome, right: State, found: State) -> list[Gap]:
    gaps = differences(right, found)
    if outcome.case.scene.name == "unsubscribe":
        # It was said that one stays, and whoever wants it gone types the command again.
        gaps = [gap for gap in gaps if gap.part != "subscriptions"]
    # The request about what left its room while another was unread has closed itself.
    return [rest for gap in gaps if (rest := gap.without_row(_ASKED_AND_CLOSED)) is not None]


__all__ = ["CHANGED", "Case", "Fuzzer", "Outcome"]
