"""What a change notification leads to: the event or series is read and reconciled at once."""

from __future__ import annotations

from obctl.domain.event import EventId
from obctl.domain.room import Room
from obctl.domain.sync.run_report import RunReport
from obctl.domain.values import replace
from obctl.engine.company import Company, new_run_id
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway
from obctl.engine.sync.plan_room import PassOptions
from obctl.engine.sync.sync_pass import Pass
from obctl.errors import TryLater, UnsafePlan


async def reconcile_notified(
    company: Company,
    gateway: Gateway,
    room: Room,
    event_ids: frozenset[EventId],
    whole: RunReport | None = None,
) -> None:
    """Read what was notified about and bring the reservations in step.

    `whole` is the run that this belongs to, and gets to know what was done.

    Raises `TryLater` where the room could not be read now, and `UnsafePlan` where a guard stopped
    it: the nightly run meets it again.
    """
    options = PassOptions(only={room.id: event_ids})
    await _pass(company, gateway, room, options, Identities(gateway), whole)


async def pass_over_room(
    company: Company, gateway: Gateway, room: Room, whole: RunReport | None = None
) -> None:
    """Pass over a whole room, as the nightly run does; `whole` is as in `reconcile_notified`."""
    identities = Identities(gateway)
    await identities.check([room])
    await _pass(company, gateway, room, PassOptions(), identities, whole)


async def _pass(
    company: Company,
    gateway: Gateway,
    room: Room,
    options: PassOptions,
    identities: Identities,
    whole: RunReport | None,
) -> None:
    now = company.now
    report = RunReport(run=company.run or new_run_id(now), started_at=now)
    company = replace(company, run=report.run)
    await Pass(company, gateway, report, options, identities).over([room])
    if whole is not None:
        whole.include(report)
    for problem in report.problems:
        if report.stopped:
            raise UnsafePlan(problem.message, hint=problem.hint, code=problem.code)
        raise TryLater(problem.message, hint=problem.hint, code=problem.code)
