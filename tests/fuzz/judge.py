"""What must hold of a command one of whose answers was changed, and of the nights after it.

1. No exception escapes, nothing is called unexpected or a defect.
2. Nothing is cancelled, and nobody asked to cancel it, that Outlook still has.
3. Every room of which the answer says nothing is as it would have been.
4. What is not right is said: by the exit code, or by `sync status`. An answer that says the same in
   another way makes no difference at all.
5. The next clean night heals: both sides end as they would have, one event for each reservation,
   and the night after it finds nothing to do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from calls import Call, Seen
from mutate import HARMLESS, Answer, mutate
from sides import Gap, State, differences, state_of
from story import DAY, Building, Scene, Theatre, Typed, mailbox_of, untouched

BELIEVED: dict[str, str] = {
    "isCancelled": "the meeting is off, or it is not",
    "isDraft": "it was never sent",
    "response": "the room's answer",
    "responseStatus": "the room's answer",
    "organizer": "Graph knows none of some events",
    "emailAddress": "Graph knows none of some people",
    "address": "Graph knows none of some people",
    "attendees": "not every answer names those who are invited",
    "name": "people have names of all kinds",
    "subject": "whatever somebody typed",
    "notificationUrl": "another subscription than ours",
}
"""Fields in which Graph may lawfully say what the change says: nobody can know better.

Whoever reads the event anew, at the latest a full run, learns the truth.
"""
_SAYABLE = (
    "drop", "null", "empty", "turned", "key-null-first", "key-null-last", "odd-text", "other-type",
)  # fmt: skip
READS = ("subscribed", "free", "diff", "planner", "explain", "doctor")
LINKED = {mailbox_of("Rembrandt"), mailbox_of("Vermeer")}
"""A meeting moves between them: what is unknown of one is unknown of the other."""
NIGHT, HOUR = timedelta(days=1), timedelta(hours=1)
NOTHING = "nothing was changed"
_BOTH_SIDES = ("reservations", "requests", "pending", "outlook")
_ASKED_AND_CLOSED = (
    mailbox_of("Vermeer"), "Moving", f"{DAY}T07:00:00Z", "unproven", "closed",
)  # fmt: skip
_ALARMS = re.compile(r"unexpected \w+|a defect of obctl|Traceback", re.IGNORECASE)


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
            f"--seed {self.seed} --case {self.number}: {self.scene.name}, {call.route} ({where}),"
            f" {self.kind} {once}"
        )


@dataclass(frozen=True)
class Finding:
    """What does not hold: which of the rules, and where."""

    rule: str
    detail: str


@dataclass
class Outcome:
    """What a case came to."""

    case: Case
    what: str = NOTHING
    name: str = ""
    """The field that was changed, if it is one."""
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


@dataclass(frozen=True)
class Undisturbed:
    """What a scene does where nothing is changed, and where both sides are in the nights after."""

    seen: tuple[Seen, ...]
    typed: Typed
    before: State
    after: State
    healed: State
    full: State


def play(theatre: Theatre, scene: Scene) -> Undisturbed:
    """The scene and its nights, as they go where nothing is changed."""
    building = theatre.put_up(scene.stage)
    before = state_of(building)
    typed = scene.typed(building)
    assert typed.exit_code in (0, 3), (scene, typed)
    seen, after = tuple(building.proxy.seen), state_of(building)
    healed = full = after
    if scene.name not in READS:
        building.later(NIGHT)
        building.must("sync", "run")
        healed = state_of(building)
        building.later(HOUR)
        report = building.must("sync", "run", "-o", "json").json()
        assert not _done(report), report
        building.later(HOUR)
        building.must("sync", "run", "--full")
        full = state_of(building)
    theatre.take_down(building)
    return Undisturbed(seen, typed, before, after, healed, full)


def judge(
    building: Building, case: Case, right: Undisturbed, refused: Undisturbed, *, thorough: bool
) -> Outcome:
    """Play a case; `refused` is what comes of it where the command does nothing at all."""
    outcome = Outcome(case)

    def spoil(call: Call, answer: Answer) -> Answer:
        if not call.is_at(case.call, lasting=case.lasting):
            return answer
        mutated = mutate(answer, case.kind, f"{case.seed}/{case.number}")
        if mutated is None:
            return answer
        outcome.what, outcome.name = mutated.what, mutated.name
        return mutated.answer

    building.listen_to(spoil)
    typed = case.scene.typed(building)
    building.listen_to(untouched)
    if outcome.what == NOTHING:
        return outcome
    after = state_of(building)
    _no_alarm(outcome, typed)
    if case.scene.is_run and typed.exit_code == 1:
        outcome.find("1 unexpected", f"exit 1: {typed.stderr[-400:]}")
    if not outcome.is_believed:
        _nothing_lost(outcome, right.after, after)
    _others_right(outcome, right.after, after)
    _no_false_green(outcome, building, right, after, typed)
    if thorough:
        _no_alarm(outcome, *_looks(building, case.number))
    if case.scene.name in READS:
        outcome.find("5 heals", *differences(right.before, after))
        return outcome
    is_right = after == right.after and typed.exit_code == right.typed.exit_code
    if is_right and not thorough and not outcome.name.endswith("Link"):
        return outcome  # the rest is what it always is
    if after == right.before and not case.scene.is_run:
        right = refused
    _heals(outcome, building, right, thorough=thorough)
    return outcome


def _no_alarm(outcome: Outcome, *commands: Typed) -> None:
    for typed in commands:
        words = " ".join(typed.words)
        if typed.exception is not None:
            outcome.find("1 unexpected", f"`{words}` let escape {typed.exception!r}")
        said = typed.stdout + typed.stderr
        if alarm := _ALARMS.search(said):
            line = said[alarm.start() :].partition("\n")[0]
            outcome.find("1 unexpected", f"`{words}` exit {typed.exit_code}: {line[:300]}")


def _nothing_lost(outcome: Outcome, right: State, after: State) -> None:
    off = _off(right)
    for room in after.rooms:
        for way, subject, start in sorted(after.lost(room) - right.lost(room)):
            # A person may be asked about what is off, and about a catered meeting that left its
            # room while the one that it went to is unread.
            if way != "asked" or not ((subject, start) in off or subject == "Moving"):
                outcome.find("2 cancelled", f"{room}: {way} {subject} {start}")


def _off(right: State) -> set[tuple[str, str]]:
    """Subject and start of what Outlook really has no more."""
    return {(subject, start) for room in right.rooms for _, subject, start in right.lost(room)}


def _others_right(outcome: Outcome, right: State, after: State) -> None:
    case = outcome.case
    if not case.scene.is_run or case.kind == "status-401":
        return  # another command is about one thing; a credential that is refused ends a run
    others = set(right.rooms) - _touched(case, right)
    for gap in differences(right, after, *sorted(others), parts=_BOTH_SIDES) if others else ():
        # What is gone and nothing says why waits for every room that it may have moved to.
        if rest := gap.without("Vanishing"):
            outcome.find("3 others", rest)


def _touched(case: Case, state: State) -> set[str]:
    """The rooms of which the changed answer speaks, and those that have to do with them."""
    if case.call.route.split()[1].startswith(("subscriptions", "places")):
        return set()
    if case.call.mailbox is None:
        return set(state.rooms)
    return LINKED | {case.call.mailbox} if case.call.mailbox in LINKED else {case.call.mailbox}


def _no_false_green(
    outcome: Outcome, building: Building, right: Undisturbed, after: State, typed: Typed
) -> None:
    wrong = differences(right.after, after)
    if outcome.case.kind in HARMLESS:
        if wrong or typed.exit_code != right.typed.exit_code:
            outcome.find("4 harmless", f"exit {typed.exit_code}", *wrong, typed.stderr[-300:])
        return
    if outcome.is_believed:
        return
    wrong = [rest for gap in wrong if (rest := gap.without_asked(_off(right.after)))]
    if "not-confirmed:" in typed.stderr:
        return  # Outlook has taken it, and the next run looks again: that is said
    if wrong and typed.exit_code == 0 and building.must_or_three("sync", "status") == 0:
        outcome.find("4 green", *wrong)
    is_read = outcome.case.scene.name in READS
    if is_read and typed.exit_code == right.typed.exit_code and not typed.stderr:
        outcome.find("4 green", *_other_words(right.typed, typed))


def _other_words(right: Typed, typed: Typed) -> Iterator[str]:
    left, now = (set(one.stdout.splitlines()) for one in (right, typed))
    if left == now or any(word in typed.stdout for word in ("inconclusive", "cannot be read")):
        return
    # A cause of which less is known is less certain, or only likely, and says so.
    if typed.stdout.count("(certain)") < right.stdout.count("(certain)"):
        return
    if any(word in line for line in now - left for word in ("(likely)", "(possible)")):
        return
    yield f"says {sorted(now - left)} in place of {sorted(left - now)}"[:600]


def _looks(building: Building, number: int) -> Iterator[Typed]:
    """What a person looks at the next morning."""
    form = ("-o", "json") if number % 2 else ()
    for words in (
        ("sync", "status"), ("sync", "history"), ("diff", DAY), ("planner", DAY),
        ("planner", DAY, "--cached"), ("reservations", "list"), ("log", "search"),
        ("cancellations", "list"), ("subscriptions", "list"), ("store", "check"),
        ("explain", str(1 + number % 12)),
    ):  # fmt: skip
        typed = building.type(*words, *form)
        if form and typed.stdout:
            json.loads(typed.stdout)
        yield typed


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
    if second.exit_code == 0 and (done := _done(second.json())):
        outcome.find("5 heals", f"the second clean night still does {done}")
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
    gaps = [rest for gap in gaps if (rest := gap.without_row(_ASKED_AND_CLOSED))]
    return [rest for gap in gaps if (rest := gap.without_asked(_off(right)))]


def _done(report: dict) -> dict[str, int]:
    """What a run did where there was nothing to do."""
    return {name: count for name, count in report["changes"].items() if count} | {
        f"pushed {name}": count for name, count in report["pushed"].items() if count
    }
