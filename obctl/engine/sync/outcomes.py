"""What becomes of each room of a pass: done, stopped, failed or inconclusive, and why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from obctl.domain.company_log import Action
from obctl.domain.room import Room, RoomId
from obctl.domain.sync.plan import GUARD_TRIPPED, Plan
from obctl.domain.sync.run_report import Problem, RunReport
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.engine.outlook.inconclusive import (
    Inconclusive,
    condition,
    condition_of,
    is_out_of_reach,
)
from obctl.errors import (
    CredentialRefused,
    ObctlError,
    StoreBusy,
    StoreError,
    StoreFailing,
    StoreFull,
    Throttled,
    TryLater,
    UnsafePlan,
    defects_named,
)
from obctl.store.journal import Journal
from obctl.store.rooms import save_inconclusive, save_stopped

_EVERY_ROOM_ALIKE = (CredentialRefused, StoreBusy, StoreError, StoreFailing, StoreFull)
"""What one room finds wrong here is wrong for all: the run ends, and says so."""
_RETRIES = 3


class StaleRead(Exception):
    """Raised when somebody else applied something to the room since it was read."""


class RoomOutcomes:
    """Fills the report of a pass as its rooms come and go."""

    def __init__(self, journal: Journal, report: RunReport, progress: Callable[[], None]) -> None:
        self._journal = journal
        self._progress = progress
        self._done: set[RoomId] = set()
        self.report = report
        self.read: set[RoomId] = set()
        """Rooms of this pass that were read to their end."""
        self.unread: set[RoomId] = set()
        self.unreadable: dict[RoomId, tuple[UnreadableEvent, ...]] = {}
        """Events of rooms of this pass that cannot be read."""
        self._not_now: dict[RoomId, ObctlError] = {}

    def planned(self, room: Room, plan: Plan) -> None:
        """Count a plan that was made and, unless this is a dry run, applied."""
        if room.id in self.read:
            self._done.add(room.id)
        self.report.ok = len(self._done)
        self.report.count(plan)
        self._progress()

    async def isolated(
        self,
        room: Room,
        work: Callable[[], Awaitable[None]],
        *,
        again: Callable[[], Awaitable[None]],
    ) -> bool:
        """Do one room's work, and say whether it was done; a failure stops no other room.

        `again` reads the room anew: a notification or a push came in between.
        """
        try:
            for attempt in (work, *[again] * _RETRIES):
                with defects_named(), suppress(StaleRead):
                    await attempt()
                    return True
            raise TryLater(
                f"{room.mailbox} changes faster than it can be read",
                hint=f"obctl sync run --room {room.mailbox}",
                code="room-busy",
            )
        except UnsafePlan as error:
            self.report.stopped += 1
            self._problem(room, error, action=Action.GUARD_TRIPPED)
        except _EVERY_ROOM_ALIKE:
            raise
        except ObctlError as error:
            self.unread.add(room.id)
            failed = condition_of(error) is None
            if (later := _not_now(error)) is not None:
                self._not_now.setdefault(room.id, later)
            if failed:
                self.report.failed += 1
            else:
                self.report.inconclusive += 1
            action = Action.SYNC_FAILED if failed else Action.ROOM_INCONCLUSIVE
            self._problem(room, error, action=action, condition=condition(error))
        return False

    def read_whole(self, room: Room, why: str, error: ObctlError | None = None) -> None:
        """Tell that a room was read in full for another reason than its time had come."""
        if self.report.dry_run:
            return
        said = "" if error is None else f": {error.code}: {error.message}"
        with self._journal.store.transaction():
            self._journal.note(
                Action.ROOM_READ_WHOLE,
                f"{room.mailbox} was read in full, as {why}{said}",
                room=room.id,
                request_id=error.graph.request_id if error and error.graph else None,
                client_request_id=error.client_request_id if error else None,
            )

    def ensure_graph_is_there(self, rooms: Sequence[Room]) -> None:
        """Raise `GraphUnavailable` or `Throttled` where that is all that Graph said to any room.

        An error that answers the only room of a pass may be the room's own.
        """
        if self.read or not rooms or any(room.id not in self._not_now for room in rooms):
            return
        first = self._not_now[rooms[0].id]
        if len(rooms) > 1:
            message = f"none of {len(rooms)} rooms could be read: {first.message}"
            raise type(first)(message, hint=first.hint, graph=first.graph) from first
        if first.graph is None:
            raise first

    def _problem(
        self, room: Room, error: ObctlError, *, action: Action, condition: str | None = None
    ) -> None:
        """Report and log it; `condition` is why the room was not read, which its verdict tells."""
        code = condition or error.code
        self.report.problems.append(Problem(room.mailbox, code, error.message, error.hint))
        self._progress()
        if self.report.dry_run:
            return
        store = self._journal.store
        with store.transaction():
            if condition:
                save_inconclusive(store, room.id, condition)
            if code == GUARD_TRIPPED:
                save_stopped(store, room.id, error.message, at=self._journal.clock())
            self._journal.note(
                action,
                f"{code}: {error.message}",
                room=room.id,
                request_id=error.request_id,
                client_request_id=error.client_request_id,
            )


def _not_now(error: ObctlError) -> ObctlError | None:
    """The error, if it says "not now"; an answer cut short may be the room's own."""
    cause = error.__cause__ if isinstance(error, Inconclusive) else error
    return cause if isinstance(cause, Throttled) or is_out_of_reach(cause) else None
