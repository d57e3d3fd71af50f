"""`sync run`: renew subscriptions, drain the inbox, push the outbox, pass over all rooms.

`sync apply` is the pass alone, over rooms that were looked at first: what it does is what was
reviewed, in every room of the plan or in none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from obctl.domain.company_log import Action, Entry
from obctl.domain.counted import counted
from obctl.domain.room import Room
from obctl.domain.subscription import Subscription
from obctl.domain.sync.plan import GUARD_TRIPPED
from obctl.domain.sync.run_report import LOG_NOT_PRUNED, Problem, RunReport, run_object
from obctl.domain.values import replace
from obctl.engine.company import Company, new_run_id
from obctl.engine.live.inbox import Reconcilers, drain_inbox
from obctl.engine.outlook.mailbox_identity import Identities
from obctl.engine.ports import Gateway
from obctl.engine.push.delivery import PushResult
from obctl.engine.push.dispatch import push_due
from obctl.engine.retention import prune_nightly
from obctl.engine.rooms.lockout import save_locked_out
from obctl.engine.subscriptions.ledger import record_not_renewed
from obctl.engine.subscriptions.renew import Failed, renew_in_run
from obctl.engine.sync.one_room import pass_over_room, reconcile_notified
from obctl.engine.sync.plan_room import PassOptions, stale_plan
from obctl.engine.sync.sync_pass import Pass
from obctl.errors import ObctlError, StoreBusy, StoreFull, Unforeseen, defects_named
from obctl.store.log_search import catch_up_log
from obctl.store.reservation_text import catch_up_reservations
from obctl.store.rooms import find_room_by_id, save_stopped
from obctl.store.runs import finish_run, run_lock, start_run

IDENTITY_UNCHECKED = "identity-unchecked"
"""The problem of a run in which the directory gave no answer; no room suffers for it."""
_INTERRUPTED = 130
_INDEXED_AT_ONCE = 20_000
"""What an ordinary night writes; a first night's words are left to the first search for one."""


@dataclass(frozen=True, slots=True)
class SyncHooks:
    """What a terminal shows meanwhile."""

    step: Callable[[str], None] = lambda _words: None
    room_done: Callable[[], None] = lambda: None


async def run_sync(
    company: Company,
    gateway: Gateway,
    rooms: Sequence[Room],
    options: PassOptions,
    hooks: SyncHooks = SyncHooks(),
) -> RunReport:
    """One run; its report says what was done and what was not.

    Raises `AnotherRunActive`, and what stops every room alike: `CredentialRefused`,
    `GraphUnavailable` or `Throttled` where Graph puts off every room.
    """
    now = company.now
    report = RunReport(run=new_run_id(now), started_at=now, dry_run=options.dry_run)
    company = replace(company, run=report.run)
    with run_lock(company.config.folder):
        identities = Identities(gateway)
        if options.dry_run:
            unchecked = await _check_mailboxes(company, identities, report, rooms)
            await Pass(
                company, gateway, report, options, identities, progress=hooks.room_done
            ).over(rooms)
            _report_unchecked(report, unchecked)
            report.finished_at = company.now
            return report
        _start(company, report, len(rooms))
        try:
            unchecked = await _check_mailboxes(company, identities, report, rooms)
            if options.expected is None:
                await _prepare(company, gateway, report, rooms, hooks)
            else:
                hooks.step("comparing with the plan")
                await _rehearse(company, gateway, report, rooms, options, identities)
            if not report.stopped:
                hooks.step("reading rooms")
                await Pass(
                    company, gateway, report, options, identities, progress=hooks.room_done
                ).over(rooms)
                _report_unchecked(report, unchecked)
        except BaseException as error:
            code, message = _end_of(error)
            _finish(company, report, code, f"ended early: {message}")
            raise
        _finish(company, report, report.exit_code, None)
        _prune(company, report)
        catch_up_log(company.store, most=_INDEXED_AT_ONCE)
        catch_up_reservations(company.store, most=_INDEXED_AT_ONCE)
    return report


def _prune(company: Company, report: RunReport) -> None:
    """Remove what the log keeps no longer; where that cannot be done now, the next run does it.

    That it was not done is in the report, and in the run's record where that can be written.
    """
    try:
        prune_nightly(company)
    except (StoreBusy, StoreFull) as error:
        message = f"the log was not pruned, the next run tries again: {error.message}"
        report.not_pruned.append(Problem(None, LOG_NOT_PRUNED, message, error.hint))
        with suppress(StoreBusy, StoreFull):
            finish_run(
                company.store,
                report.run,
                at=report.finished_at or company.now,
                exit_code=report.exit_code,
                report=run_object(report),
            )


def _end_of(error: BaseException) -> tuple[int, str]:
    """The exit code of a run that an exception ended, and the words for it."""
    kind = type(error).__name__
    match error:
        case ObctlError():
            return error.exit_code, error.message
        case KeyboardInterrupt() | asyncio.CancelledError():
            return _INTERRUPTED, str(error) or kind
        case _:
            return ObctlError.exit_code, f"{kind}: {error}"


async def _check_mailboxes(
    company: Company, identities: Identities, report: RunReport, rooms: Sequence[Room]
) -> ObctlError | None:
    """Ask whose the rooms' addresses are, before anything is read or written.

    A mailbox that lost its address goes on answering by its id: nothing is pushed into it any more,
    and the pass reports the room. The answer is why the directory could not be asked just now.
    """
    unchecked = await identities.check(rooms)
    if not report.dry_run:
        save_locked_out(company.store, await identities.others(rooms))
    return unchecked


def _report_unchecked(report: RunReport, unchecked: ObctlError | None) -> None:
    """Say that rooms were read whose addresses nobody vouched for; no room suffers for it."""
    if unchecked is not None and report.ok:
        message = f"whose the rooms' addresses are could not be asked: {unchecked.message}"
        report.problems.append(Problem(None, IDENTITY_UNCHECKED, message, unchecked.hint))


async def _prepare(
    company: Company,
    gateway: Gateway,
    report: RunReport,
    rooms: Sequence[Room],
    hooks: SyncHooks,
) -> None:
    """What comes before the rooms; a failure here is reported and keeps no room from its pass."""
    hooks.step("renewing subscriptions")
    with _reported(report, ObctlError):
        outcomes = await renew_in_run(company, gateway)
        for outcome in outcomes:
            if isinstance(outcome, Failed):
                record_not_renewed(company, outcome.room, outcome.error)
        _report_failed(company, report, outcomes)
    hooks.step("draining the inbox")
    with _reported(report, ObctlError):
        reconcilers = Reconcilers(
            partial(reconcile_notified, whole=report), partial(pass_over_room, whole=report)
        )
        _report_failed(company, report, await drain_inbox(company, gateway, reconcilers))
    hooks.step("pushing the outbox")
    with _reported(report, Unforeseen):
        ids = {room.id for room in rooms}
        _report_pushed(report, await push_due(company, gateway, rooms=ids))


@contextmanager
def _reported(report: RunReport, kind: type[ObctlError]) -> Iterator[None]:
    try:
        with defects_named():
            yield
    except kind as error:
        report.problems.append(Problem(None, error.code, error.message, error.hint))


def _report_failed(
    company: Company, report: RunReport, outcomes: Iterable[Subscription | Failed]
) -> None:
    for failed in outcomes:
        if isinstance(failed, Failed):
            mailbox = find_room_by_id(company.store, failed.room).mailbox
            error = failed.error
            report.problems.append(Problem(mailbox, error.code, error.message, error.hint))


def _report_pushed(report: RunReport, pushed: Iterable[PushResult]) -> None:
    for result in pushed:
        report.problems += result.problems
        if result.error is None:
            report.pushed += 1
            continue
        report.push_failed += 1
        message = f"reservation {result.reservation}: {result.error.message}"
        report.problems.append(Problem(None, "push-failed", message, result.error.hint))


async def _rehearse(
    company: Company,
    gateway: Gateway,
    report: RunReport,
    rooms: Sequence[Room],
    options: PassOptions,
    identities: Identities,
) -> None:
    """Stop all rooms where one would not get exactly what was reviewed for it.

    A room that cannot be read stops them if the plan changes it; else the pass reports it.
    """
    found = RunReport(run=report.run, started_at=report.started_at, dry_run=True)
    rehearsed = replace(options, dry_run=True, expected=None)
    await Pass(company, gateway, found, rehearsed, identities).over(rooms)
    planned, now = options.expected or {}, found.fingerprints()
    problems = [problem for problem in found.problems if problem.room in planned]
    named = {problem.room for problem in problems}
    for room in rooms:
        if room.mailbox not in named and now.get(room.mailbox) != planned.get(room.mailbox):
            error = stale_plan(room.mailbox)
            problems.append(Problem(room.mailbox, error.code, error.message, error.hint))
    if not problems:
        return
    report.stopped = len(rooms)
    report.problems += [
        replace(problem, message=f"{problem.message}; nothing of the plan was applied")
        for problem in problems
    ]
    ids = {room.mailbox: room.id for room in rooms}
    with company.store.transaction():
        for problem in found.problems:
            if problem.code == GUARD_TRIPPED and problem.room in ids:
                why, room_id = problem.message, ids[problem.room]
                save_stopped(company.store, room_id, why, at=company.now)
        company.journal.write(
            Entry(
                Action.GUARD_TRIPPED,
                f"{problem.code}: {problem.message}",
                room=ids.get(problem.room or ""),
            )
            for problem in report.problems
        )


def _start(company: Company, report: RunReport, rooms: int) -> None:
    with company.store.transaction():
        start_run(company.store, report.run, kind="sync", at=report.started_at)
        over = f"over {counted(rooms, 'room')}"
        company.journal.as_of(report.started_at).note(Action.SYNC_STARTED, over)


def _finish(company: Company, report: RunReport, exit_code: int, why: str | None) -> None:
    report.finished_at = company.now
    message = why or (
        f"{counted(report.ok, 'room')} in step, {counted(report.changes, 'change')},"
        f" {report.inconclusive} inconclusive, {report.failed} failed, {report.stopped} stopped"
    )
    if report.unreadable and not why:
        message += f", {counted(len(report.unreadable), 'event')} that cannot be read"
    with company.store.transaction():
        finish_run(
            company.store,
            report.run,
            at=report.finished_at,
            exit_code=exit_code,
            report=run_object(report),
        )
        action = Action.SYNC_FAILED if why else Action.SYNC_FINISHED
        company.journal.as_of(report.finished_at).note(action, message)
