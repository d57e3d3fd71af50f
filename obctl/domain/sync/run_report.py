"""What a run did: counted as it goes, shown at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from obctl.domain.room import Room
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Change,
    Close,
    Create,
    Move,
    Rekey,
    Request,
    Restore,
    Update,
)
from obctl.domain.sync.change_log import left_text, processed_text
from obctl.domain.sync.plan import Plan, plan_object
from obctl.domain.time_span import instant_text

LOG_NOT_PRUNED = "log-not-pruned"
"""The problem of a run that could not remove what the log keeps no longer."""
_COUNTED = (
    "events_read", "events_changed", "created", "updated", "moved", "cancelled",
    "cancellation_requests", "conflicts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person has to know of a room or a push, mostly why it is not done."""

    room: str | None
    code: str
    message: str
    hint: str | None = None


@dataclass(slots=True)
class RunReport:
    """One run; `plans` holds only what a dry run would do, `problems` name the rooms not done.

    In rooms that are done, `undecided` names what waits for a room that could not be read,
    `unreadable` the events that cannot be, and `services_left` the meetings that take place, and
    not all that was ordered for them.
    """

    run: str
    started_at: datetime
    dry_run: bool = False
    finished_at: datetime | None = None
    ok: int = 0
    failed: int = 0
    inconclusive: int = 0
    stopped: int = 0
    events_read: int = 0
    events_changed: int = 0
    created: int = 0
    updated: int = 0
    moved: int = 0
    cancelled: int = 0
    cancellation_requests: int = 0
    conflicts: int = 0
    pushed: int = 0
    push_failed: int = 0
    problems: list[Problem] = field(default_factory=list)
    undecided: list[Problem] = field(default_factory=list)
    unreadable: list[Problem] = field(default_factory=list)
    services_left: list[Problem] = field(default_factory=list)
    not_pruned: list[Problem] = field(default_factory=list)
    """Why the log was not pruned; no room suffers for it, nor does the exit code."""
    plans: list[Plan] = field(default_factory=list)
    _left_alone: dict[str, Counter[str]] = field(default_factory=dict)
    """By room, as one may be finished twice."""

    def leave_alone(self, plan: Plan) -> None:
        """Note the events that get no reservation in one room, of those that were read."""
        self._left_alone[plan.room.mailbox] = Counter(item.code for item in plan.left_alone)

    @property
    def left_alone(self) -> Counter[str]:
        """How many events got no reservation for each reason: the two sides differ by them."""
        return sum(self._left_alone.values(), Counter())

    def count(self, plan: Plan) -> None:
        """Add one room's plan."""
        self.events_changed += len(plan.changes)
        self.created += plan.count(Create)
        self.updated += plan.count(Update, Rekey, Restore, Close)
        self.moved += plan.count(Move)
        self.cancelled += plan.count(Cancel, Absorb)
        self.cancellation_requests += plan.count(Request)
        self.conflicts += plan.conflicts
        for change in plan.changes:
            # a room may be finished twice
            if (problem := self._missed(plan, change)) and problem not in self.services_left:
                self.services_left.append(problem)

    def include(self, earlier: RunReport) -> None:
        """Add what was read and changed in a room before its turn: what waited in the inbox.

        Whether the room is done, and what is not, its own pass says.
        """
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(earlier, name))
        told = self.services_left
        told += [problem for problem in earlier.services_left if problem not in told]
        self._left_alone = earlier._left_alone | self._left_alone

    def _missed(self, plan: Plan, change: Change) -> Problem | None:
        """What somebody may miss of what was ordered for a meeting that takes place."""
        if isinstance(change, Restore) and change.services_left:
            return _services_left(plan.room, change)
        if isinstance(change, Cancel) and not self.dry_run:
            return _cancelled_with_services(plan, change)
        return None

    @property
    def told(self) -> list[Problem]:
        """All that a person has to know, in the order in which it is shown."""
        in_rooms = self.undecided + self.unreadable + self.services_left
        return self.problems + in_rooms + self.not_pruned

    def fingerprints(self) -> dict[str, list[str]]:
        """The plans of a dry run that change something, by room.

        A room may have two: what it lost may turn up only once its own plan is made.
        """
        found: dict[str, list[str]] = {}
        for plan in self.plans:
            if plan.changes:
                found.setdefault(plan.room.mailbox, []).append(plan.fingerprint())
        return found

    @property
    def changes(self) -> int:
        return (
            self.created + self.updated + self.moved + self.cancelled + self.cancellation_requests
        )

    @property
    def exit_code(self) -> int:
        """6 where a guard stopped a room, 8 where a room or something in it is not done, else 0."""
        if self.stopped:
            return 6
        left = self.failed or self.inconclusive or self.undecided or self.unreadable
        return 8 if left else 0


def _services_left(room: Room, change: Restore) -> Problem:
    number = change.after.number
    return Problem(
        room.mailbox,
        "services-stay-cancelled",
        f"reservation {number} is in Outlook again, and not all that was ordered for it:"
        f" {left_text(change)}",
        f"what is still wanted: obctl services add {number} --kind … --description …",
    )


def _cancelled_with_services(plan: Plan, change: Cancel) -> Problem | None:
    """What was ordered and went unasked, though the meeting takes place on another day."""
    meets = change.cause.meets_now if change.cause else None
    if meets is None or not change.services_cancelled:
        return None
    return Problem(
        plan.room.mailbox,
        "services-cancelled",
        f"{processed_text(change)}: on which of these days it is wanted, nobody knows",
        "what is still wanted: obctl services add NUMBER --kind … --description …, with the"
        f" NUMBER of the new date: obctl reservations list --room {plan.room.mailbox}",
    )


def run_object(report: RunReport) -> dict[str, Any]:
    """The run as JSON data; a dry run carries its plans besides."""
    shown: dict[str, Any] = {
        "run": report.run,
        "started_at": instant_text(report.started_at),
        "finished_at": instant_text(report.finished_at) if report.finished_at else None,
        "dry_run": report.dry_run,
        "rooms": {
            "ok": report.ok,
            "failed": report.failed,
            "inconclusive": report.inconclusive,
            "stopped": report.stopped,
        },
        "events": {"read": report.events_read, "changed": report.events_changed},
        "changes": {
            "created": report.created,
            "updated": report.updated,
            "moved": report.moved,
            "cancelled": report.cancelled,
            "cancellation_requests": report.cancellation_requests,
            "conflicts": report.conflicts,
        },
        "pushed": {"ok": report.pushed, "failed": report.push_failed},
        "problems": [
            {"room": item.room, "code": item.code, "message": item.message} for item in report.told
        ],
        "left_alone": dict(sorted(report.left_alone.items())),
    }
    if report.dry_run:
        shown["plans"] = [plan_object(plan) for plan in report.plans if plan.changes]
    return shown
