"""What the store remembers of earlier nights: the last run, rooms and writes that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from obctl.domain.counted import counted
from obctl.domain.room import LOCKED_OUT, Room, Verdict
from obctl.engine.admin.doctor.finding import Finding, named, ok, problem, unproven, warning
from obctl.engine.company import Company
from obctl.store.outbox import load_pending
from obctl.store.runs import RunRecord, load_runs
from obctl.store.undecided import load_undecided

_STALE = timedelta(hours=26)
_GUARD = 6
_ASKED_ANEW = (4, 5, 8)
"""Exit codes: not authorised, try later, some rooms not done."""


def examine_history(company: Company, rooms: Sequence[Room]) -> list[Finding]:
    """The last run, guard stops, failed writes, what is undecided."""
    runs = load_runs(company.store, limit=1)
    return [
        *_last_run(company, runs[0] if runs else None),
        *_guarded(runs[0] if runs else None, rooms),
        *_failed_writes(company, rooms),
        *_undecided(company, rooms),
    ]


def _last_run(company: Company, run: RunRecord | None) -> Iterator[Finding]:
    if run is None:
        yield unproven("last run", "there was none yet", "obctl sync run --dry-run")
        return
    age = company.now - run.started_at
    show = f"obctl sync show {run.id}"
    if run.finished_at is None and age < _STALE:
        yield warning(
            "last run", f"{run.id} has no end: it is still at work, or it died", show, remedy=show
        )
    elif age > _STALE:
        hours = int(age / timedelta(hours=1))
        yield warning(
            "last run",
            f"{hours} hours ago; none began since",
            "look whether cron runs it",
            remedy="obctl sync run",
        )
    elif run.exit_code == _GUARD:
        return  # said of the rooms that it stopped
    elif run.exit_code == 0:
        yield ok("last run", f"{run.id} ended well")
    else:
        # What Graph refused or could not answer then is asked anew here.
        tell = warning if run.exit_code in _ASKED_ANEW else problem
        yield tell("last run", f"{run.id} ended with {run.exit_code}", show, remedy=show)


def _guarded(run: RunRecord | None, rooms: Sequence[Room]) -> Iterator[Finding]:
    """Rooms stay stopped, whatever runs there were since, until somebody has looked."""
    stopped = [room.mailbox for room in rooms if room.stopped]
    refused = run is not None and run.exit_code == _GUARD
    if run is not None and refused and not stopped:
        yield problem(
            "guard",
            f"the last run was stopped before it changed anything: {run.id}",
            "see why",
            remedy=f"obctl sync show {run.id}",
        )
    elif stopped:
        only = "".join(f" --room {mailbox}" for mailbox in stopped[:10])
        yield problem(
            "guard",
            f"nothing is done in {named(stopped)}: too much would go at once",
            "look at what would go; where it is right, allow it",
            remedy=f"obctl sync run{only} --dry-run && obctl sync run{only} --allow-cancellations",
            rooms=stopped,
        )


def examine_inconclusive(rooms: Sequence[Room], now: Sequence[Finding]) -> Iterator[Finding]:
    """One finding for each condition. Rooms locked out are told of with their mailboxes.

    `now` is what the calendars came to just now: of a room that still cannot be read, what mends
    that comes first, as another run would fail like the last.
    """
    closed = {room: one for one in now if one.check == "calendars" for room in one.rooms}
    conditions: dict[tuple[str, str | None], list[str]] = {}
    for room in rooms:
        if room.verdict is Verdict.INCONCLUSIVE and room.condition != LOCKED_OUT:
            why = closed.get(room.mailbox)
            key = room.condition or "unknown", why.remedy if why else None
            conditions.setdefault(key, []).append(room.mailbox)
    for (condition, first), mailboxes in conditions.items():
        again = "obctl sync run" + "".join(f" --room {one}" for one in mailboxes[:10])
        yield problem(
            "inconclusive",
            f"the last read of {named(mailboxes)} is not to be trusted: {condition}",
            "it still cannot be read: mend that first, as told under calendars"
            if first
            else "read again; the run says what is the matter",
            remedy=first or again,
            rooms=mailboxes,
        )


def _failed_writes(company: Company, rooms: Sequence[Room]) -> Iterator[Finding]:
    mailboxes = {room.id: room.mailbox for room in rooms}
    failed = [
        item for item in load_pending(company.store) if item.failed and item.room in mailboxes
    ]
    if failed:
        first = failed[0]
        yield problem(
            "outbox",
            f"{counted(len(failed), 'write')} failed, to be tried again;"
            f" reservation {first.reservation}: {first.error}",
            "see each with its reason",
            remedy="obctl sync status",
            rooms=list(dict.fromkeys(mailboxes[item.room] for item in failed)),
        )
    else:
        yield ok("outbox", "no write failed")


def _undecided(company: Company, rooms: Sequence[Room]) -> Iterator[Finding]:
    mailboxes = {room.id: room.mailbox for room in rooms}
    waiting = [one for one in load_undecided(company.store, company.now) if one.room in mailboxes]
    if waiting:
        yield warning(
            "undecided",
            f"{counted(len(waiting), 'reservation')} undecided until a room can be read",
            "the first run that can ask every room decides",
            remedy="obctl sync status",
            rooms=list(dict.fromkeys(mailboxes[one.room] for one in waiting)),
        )
