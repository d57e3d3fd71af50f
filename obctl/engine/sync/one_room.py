"""What a change notification leads to: the event or series is read and reconciled at once."""

from __future__ import annotations

from obctl.domain.event import EventId
from obctl.domain.room import Room
from obctl.domain.sync.run_report import RunReport
from obctl.domain.values import replace
from obctl.engine.company import Company, new_run_id
from obctl.engine.ports import Gateway
from obctl.engine.sync.plan_room import PassOptions
from obctl.engine.sync.sync_pass import Pass
from obctl.errors import TryLater, UnsafePlan


async def reconcile_notified(
    company: Company, gateway: Gateway, room: Room, event_ids: frozenset[EventId]
) -> None:
    """Read what was notified about and bring the reservations in step.

    Raises `TryLater` where the room could not be read now, and `UnsafePlan` where a guard stopped
    it: the nightly run meets it again.
    """
    await _pass(company, gateway, room, PassOptions(only={room.id: event_ids}))


async def pass_over_room(company: Company, gateway: Gateway, room: Room) -> None:
    """Pass over a whole room, as the nightly run does."""
    await _pass(company, gateway, room, PassOptions())


async def _pass(company: Company, gateway: Gateway, room: Room, options: PassOptions) -> None:
    now = company.now
    report = RunReport(run=company.run or new_run_id(now), started_at=now)
    await Pass(replace(company, run=report.run), gateway, report, options).over([room])
    for problem in report.problems:
        if report.stopped:
            raise UnsafePlan(problem.message, hint=problem.hint, code=problem.code)
        raise TryLater(problem.message, hint=problem.hint, code=problem.code)
