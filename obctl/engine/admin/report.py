"""`sync report`: what a person reads in the morning, of the time since the last one.

All of it is read from the store, without asking Graph: how the company stands is what its last
passes found.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from obctl.domain.cause_counts import most_frequent
from obctl.domain.company_log import Action
from obctl.domain.morning_report import TOLD, MorningReport, Unread
from obctl.domain.room import Verdict
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.time_span import TimeSpan
from obctl.engine.admin.status import current_status, run_summary
from obctl.engine.company import Company
from obctl.store.cancellation_requests import load_requests
from obctl.store.log_counts import count_actions, entries_of, first_after
from obctl.store.reservations import find_reservation
from obctl.store.rooms import load_rooms
from obctl.store.runs import runs_since

MOST_ENTRIES = 200
_STALE = timedelta(hours=26)


def morning_report(company: Company, since: timedelta) -> MorningReport:
    """The report of the last stretch of time, as long as `since`."""
    store, now = company.store, company.now
    # what happens in this very second belongs to it
    span = TimeSpan(now - since, now + timedelta(seconds=1))
    status, _ = current_status(company, _STALE)
    requests = load_requests(store)
    waiting = [request for request in requests if request.status is RequestStatus.OPEN]
    counted = [
        request
        for request in requests
        if request.status is RequestStatus.OPEN or span.start <= request.requested_at < span.end
    ]
    causes = Counter(item.cause.code if item.cause else "unexplained" for item in counted)
    return MorningReport(
        company.config.company,
        company.config.time_zone,
        span,
        tuple(run_summary(company, record) for record in runs_since(store, span.start)),
        tuple(count_actions(store, span)),
        tuple(entries_of(store, span, TOLD, MOST_ENTRIES)),
        status,
        tuple(_unread(company)),
        tuple((request, find_reservation(store, request.reservation)) for request in waiting),
        most_frequent(causes),
    )


def _unread(company: Company) -> list[Unread]:
    """The rooms whose last read is not to be trusted, the longest first."""
    found = [
        Unread(
            room.mailbox,
            room.condition,
            first_after(
                company.store,
                room.id,
                (Action.ROOM_INCONCLUSIVE, Action.SYNC_FAILED),
                room.last_synced_at,
            ),
            room.last_synced_at,
        )
        for room in load_rooms(company.store)
        if room.verdict is Verdict.INCONCLUSIVE
    ]
    return sorted(found, key=lambda item: (item.since or company.now, item.room))
