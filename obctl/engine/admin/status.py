"""How a company stands: what monitoring asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from obctl.domain.outbox import OutboxItem
from obctl.domain.room import GuardStop, Room, RoomId, Verdict
from obctl.domain.subscription import SubscriptionState
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.sync.run_report import LOG_NOT_PRUNED
from obctl.domain.sync.undecided import Undecided
from obctl.domain.time_span import instant_text
from obctl.domain.unreadable_event import RecordedUnreadable
from obctl.engine.company import Company
from obctl.store.cancellation_requests import load_requests
from obctl.store.inbox import inbox_summary
from obctl.store.outbox import load_pending
from obctl.store.reservations import find_by_event
from obctl.store.rooms import find_room_by_id, load_rooms
from obctl.store.runs import RunRecord, load_runs, run_state
from obctl.store.subscriptions import current_subscriptions
from obctl.store.undecided import load_undecided
from obctl.store.unreadable_events import load_unreadable


def current_status(company: Company, max_age: timedelta) -> tuple[dict[str, Any], bool]:
    """The status object, and whether anything in it wants attention.

    A room is stale when its last good pass is older than `max_age` or it never had one. Its
    identity is unchecked where passes find no object id to know its mailbox by again.
    """
    store, now = company.store, company.now
    rooms = []
    mailboxes = {}
    stopped = []
    for room in load_rooms(store):
        mailboxes[room.id] = room.mailbox
        stale = room.last_synced_at is None or now - room.last_synced_at > max_age
        rooms.append(
            {
                "room": room.mailbox,
                "last_synced_at": instant_text(room.last_synced_at)
                if room.last_synced_at
                else None,
                "verdict": room.verdict.value if room.verdict else None,
                "condition": room.condition,
                "stale": stale,
                "identity_unchecked": room.object_id is None and room.last_synced_at is not None,
            }
        )
        if room.stopped:
            stopped.append(_stopped(room, room.stopped))
    pending = load_pending(store)
    failed = sum(item.failed for item in pending)
    unheard, oldest = inbox_summary(store)
    states = Counter(item.state(now) for item in current_subscriptions(store).values())
    runs = load_runs(store, limit=1)
    waiting = load_undecided(store, now)
    unreadable = [item for item in load_unreadable(store) if item.room in mailboxes]
    item = {
        "rooms": rooms,
        "outbox": {"pending": len(pending) - failed, "failed": failed},
        "inbox": {"pending": unheard, "oldest_at": instant_text(oldest) if oldest else None},
        "subscriptions": {state.value: states[state] for state in SubscriptionState},
        "cancellation_requests": len(load_requests(store, RequestStatus.OPEN)),
        "last_run": _last(company, runs[0]) if runs else None,
        "failed_writes": [_failed(company, item) for item in pending if item.failed],
        "undecided": [_undecided(item, mailboxes) for item in waiting],
        "unreadable": [_unreadable(company, item, mailboxes) for item in unreadable],
        "stopped": stopped,
        "log_not_pruned": _not_pruned(runs[0]) if runs else None,
    }
    attention = (
        not rooms  # nothing is kept in step
        or any(room["stale"] or room["verdict"] == Verdict.INCONCLUSIVE for room in rooms)
        or failed > 0
        or bool(waiting)
        or bool(unreadable)
        or bool(stopped)
        or (oldest is not None and now - oldest > max_age)
        or states[SubscriptionState.EXPIRED] > 0
        or states[SubscriptionState.LOST] > 0
    )
    return item, attention


def _failed(company: Company, item: OutboxItem) -> dict[str, Any]:
    """A write that did not succeed yet, and when a run tries it again."""
    return {
        "reservation": item.reservation,
        "room": find_room_by_id(company.store, item.room).mailbox,
        "action": item.action.value,
        "code": item.error_code,
        "message": item.error,
        "due_at": instant_text(item.due_at),
    }


def _stopped(room: Room, stop: GuardStop) -> dict[str, Any]:
    """A room that a guard stopped: nothing is done in it until somebody has looked."""
    command = f"obctl sync run --room {room.mailbox}"
    return {
        "room": room.mailbox,
        "since": instant_text(stop.since),
        "why": stop.why,
        "look": f"{command} --dry-run",
        "allow": f"{command} --allow-cancellations",
    }


def _undecided(item: Undecided, mailboxes: Mapping[RoomId, str]) -> dict[str, Any]:
    """A reservation whose meeting is gone and may be in a room that could not be read."""
    return {
        "reservation": item.reservation,
        "room": mailboxes[item.room],
        "since": instant_text(item.since),
        "unread": item.unread,
    }


def _unreadable(
    company: Company, item: RecordedUnreadable, mailboxes: Mapping[RoomId, str]
) -> dict[str, Any]:
    """An event that cannot be read, and the reservation that is its own, if one is known."""
    event = item.event
    owners = find_by_event(company.store, item.room, event.id) if event.id else []
    return {
        "event_id": event.id,
        "room": mailboxes[item.room],
        "since": instant_text(item.since),
        "subject": event.subject,
        "wrong": event.wrong,
        "reservation": owners[0].number if owners else None,
    }


def _last(company: Company, record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.id,
        "finished_at": instant_text(record.finished_at) if record.finished_at else None,
        "exit": record.exit_code,
        "state": run_state(record, record, company.config.folder).value,
    }


def _not_pruned(last: RunRecord) -> str | None:
    """Why the last run could not remove what the log keeps no longer."""
    problems = (last.report or {}).get("problems") or []
    told = (item["message"] for item in problems if item["code"] == LOG_NOT_PRUNED)
    return next(told, None)


def run_summary(company: Company, record: RunRecord) -> dict[str, Any]:
    """One run as a line of `sync history`."""
    report = record.report or {}
    newest = load_runs(company.store, limit=1)[0]
    return {
        "run": record.id,
        "kind": record.kind,
        "started_at": instant_text(record.started_at),
        "finished_at": instant_text(record.finished_at) if record.finished_at else None,
        "exit": record.exit_code,
        "rooms": report.get("rooms"),
        "changes": report.get("changes"),
        "state": run_state(record, newest, company.config.folder).value,
    }
