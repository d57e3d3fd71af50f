"""A plan: what one pass would do to one room, and whether that looks safe.

Nothing here talks to Graph or to the store; `engine/sync/apply.py` does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from obctl.domain.counted import counted
from obctl.domain.event import Event
from obctl.domain.reservation import Reservation
from obctl.domain.room import Room
from obctl.domain.settings import SyncSettings
from obctl.domain.sync.cancellation import Proof, impact_of
from obctl.domain.sync.change import (
    Absorb,
    Cancel,
    Change,
    Create,
    Request,
    Restore,
    Withdrawal,
    conflicts_of,
)
from obctl.domain.time_span import instant_text
from obctl.errors import UnsafePlan

GUARD_TRIPPED = "guard-tripped"
"""The problem of a room of which too much would go at once without proof."""


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """An event that gets no reservation, with the code of the reason."""

    event_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes for one room in the order they will be applied.

    `agreements` are pairs that are equal but whose agreed state is out of date: no change for
    people, only for the next decision. `undecided` are reservations whose meeting is gone and may
    be in a room that could not be read: they stay as they are until it is.
    """

    room: Room
    changes: tuple[Change, ...] = ()
    agreements: tuple[tuple[Reservation, Event], ...] = ()
    left_alone: tuple[LeftAlone, ...] = ()
    undecided: tuple[Reservation, ...] = ()

    def count(self, *kinds: type[Change]) -> int:
        return sum(isinstance(change, kinds) for change in self.changes)

    @property
    def conflicts(self) -> int:
        return sum(bool(conflicts_of(change)) for change in self.changes)

    @property
    def withdrawals(self) -> list[Withdrawal]:
        """What the room loses, at once or when a person approves."""
        return [one for one in self.changes if isinstance(one, Cancel | Absorb | Request)]

    def ensure_safe(self, linked: int, settings: SyncSettings) -> None:
        """Raise `UnsafePlan` where too much would go at once without proof.

        `linked` counts the room's future reservations that are in Outlook. The message shows the
        consequences and the command that goes on.
        """
        going = [change for change in self.withdrawals if change.proof is not Proof.PROVEN]
        share = 100 * len(going) / linked if linked else 0
        if len(going) <= settings.max_cancelled_floor or share <= settings.max_cancelled_percent:
            return
        impacts = [impact_of(change.before) for change in going if not isinstance(change, Absorb)]
        fed = [impact.catering_for for impact in impacts if impact.catering_for]
        visited = [impact.visitors for impact in impacts if impact.visitors]
        consequences = (
            f"{len(going)} of {counted(linked, 'reservation')} of {self.room.name} would go"
        )
        if fed:
            consequences += (
                f", {len(fed)} with catering for {counted(sum(fed), 'person', 'people')}"
            )
        if visited:
            consequences += f", {len(visited)} with {counted(sum(visited), 'visitor')}"
        room = self.room.mailbox
        raise UnsafePlan(
            f"{consequences}; Outlook gives no proof that they were cancelled"
            f" (limit: {settings.max_cancelled_percent} % and {settings.max_cancelled_floor})",
            hint=f"look first: obctl sync run --room {room} --dry-run\n"
            f"if they are really gone: obctl sync run --room {room} --allow-cancellations",
            code=GUARD_TRIPPED,
        )

    def fingerprint(self) -> str:
        """The same for two plans that do the same, whenever they were made."""
        return fingerprint_of(plan_object(self)["changes"])


def fingerprint_of(changes: list[dict[str, Any]]) -> str:
    """The fingerprint of a plan from its changes as JSON data, as `Plan.fingerprint` gives it."""
    text = json.dumps(changes, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def plan_object(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data."""
    return {
        "room": plan.room.mailbox,
        "changes": [change_object(change) for change in plan.changes],
        "left_alone": [{"event_id": item.event_id, "code": item.code} for item in plan.left_alone],
    }


def change_object(change: Change) -> dict[str, Any]:
    """One change as JSON data: what it is about, and each field from and to."""
    after = change.after
    return {
        "kind": change.kind,
        "reservation": after.number or None,
        "event_id": after.event_id,
        "subject": after.subject,
        "start": instant_text(after.start),
        "end": instant_text(after.end),
        "organizer": after.organizer.email,
        "status": after.status.value,
        "fields": _fields(change),
        "conflicts": [
            {
                "field": item.field,
                "officebooking": item.officebooking,
                "outlook": item.outlook,
                "agreed": item.agreed,
                "kept": item.kept,
            }
            for item in conflicts_of(change)
        ],
        **_withdrawn(change),
    }


def _withdrawn(change: Change) -> dict[str, Any]:
    """What only a withdrawal has, or a meeting's return, and another change has null or empty."""
    shown: dict[str, Any] = {
        "proof": None,
        "reason": None,
        "cause": None,
        "services_cancelled": [],
        "services_moved": [],
        "services_restored": [],
        "services_left": [],
        "goes_on_as": None,
    }
    if isinstance(change, Cancel | Absorb | Request):
        cause = change.cause.code if change.cause else None
        shown |= {"proof": change.proof.value, "cause": cause}
    match change:
        case Cancel():
            shown |= {"services_cancelled": list(change.services_cancelled)}
        case Absorb():
            services = list(change.services_moved)
            shown |= {"services_moved": services, "goes_on_as": change.goes_on_as.number}
        case Request():
            shown |= {"reason": change.reason.value}
        case Restore():
            left = [service.id for service in change.services_left]
            shown |= {"services_restored": list(change.services_restored), "services_left": left}
    return shown


def _fields(change: Change) -> dict[str, dict[str, Any]]:
    if isinstance(change, Create):
        return {}
    pairs = {
        "room": (change.before.room, change.after.room),
        "subject": (change.before.subject, change.after.subject),
        "start": (instant_text(change.before.start), instant_text(change.after.start)),
        "end": (instant_text(change.before.end), instant_text(change.after.end)),
        "organizer": (change.before.organizer.email, change.after.organizer.email),
        "status": (change.before.status.value, change.after.status.value),
        "event_id": (change.before.event_id, change.after.event_id),
    }
    return {name: {"from": old, "to": new} for name, (old, new) in pairs.items() if old != new}
