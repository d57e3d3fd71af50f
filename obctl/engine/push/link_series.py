"""A series that has just come to Outlook: each of its reservations gets its occurrence there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from obctl.domain.company_log import Action
from obctl.domain.event import Event
from obctl.domain.local_time import zoned_text
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import Reservation
from obctl.domain.series.order import in_passing_order
from obctl.domain.series.pair_dates import pair_dates
from obctl.domain.series.same_date import day_in_series
from obctl.domain.sync.run_report import Problem
from obctl.domain.time_span import TimeSpan
from obctl.domain.unreadable_event import EventUnreadable, Listing, unreadable_in
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.outlook.items import find_left_out
from obctl.engine.ports import Gateway
from obctl.engine.push.confirm import LinkedSeries, record_series
from obctl.engine.push.delivery import Delivery, PushResult
from obctl.engine.push.retry import is_final
from obctl.engine.push.slot_guard import check_double_booking
from obctl.engine.push.take_off import take_off
from obctl.errors import (
    CredentialRefused,
    GraphRefused,
    MailboxGone,
    NotAuthorised,
    NotFound,
    ObctlError,
    PartialRead,
    TryLater,
)

_AROUND = timedelta(days=1)


async def link_series(
    company: Company, gateway: Gateway, delivery: Delivery, master: Event, rule: Recurrence
) -> PushResult:
    """Link each reservation of the series to its occurrence of the one Graph series.

    A date that was changed or called off here before Outlook had the series gets a write of its
    own, and so does one that Outlook's series does not have: whatever becomes of that one, the
    others stand. They also stand where Outlook refuses for good to take out a date that nobody
    wants.
    """
    zone = delivery.room.zone
    ours = frozenset(rule.dates(date.max))
    instances = await _instances(gateway, delivery, master, _whole(ours, zone))
    found = pair_dates(delivery.series, instances, zone)
    linked = LinkedSeries()
    behind: list[tuple[Reservation, Event]] = []
    for reservation, event in found.pairs:
        if not reservation.is_active:
            linked.called_off.append((reservation, event))
        elif _differs(event, reservation):
            behind.append((reservation, event))
        else:
            linked.in_step.append((reservation, event))
    linked.behind += _one_by_one(behind)
    linked.missing += [one for one in found.without_event if not one.is_active]
    linked.alone += [one for one in found.without_event if one.is_active]
    unasked: list[Event] = []
    kept: list[tuple[Event, ObctlError]] = []
    for event in found.without_reservation:
        if day_in_series(event, zone) not in ours:
            unasked.append(event)
        elif refusal := await _leave_out(gateway, delivery, event):
            kept.append((event, refusal))
        else:
            linked.left_out.append(event)
    follow = record_series(company, delivery, linked)
    staying = [
        (reservation, event)
        for reservation, event in linked.in_step + linked.behind
        if (reservation.start, reservation.end) == (event.start, event.end)
    ]
    problems = (
        *_log_unreserved(company, delivery, unasked),
        *_log_not_left_out(company, delivery, kept),
        *await check_double_booking(company, gateway, delivery, staying),
    )
    return PushResult(delivery.reservation.number, problems=problems, follow=follow)


async def _instances(
    gateway: Gateway, delivery: Delivery, master: Event, span: TimeSpan
) -> Listing:
    """All dates of the series; raises `TryLater` where the answer leaves one out that is there."""
    found = await gateway.fetch_instances(delivery.room, master.id, span)
    if unreadable_in(found):
        # Which date that is nobody can tell: as one that is not there it would be written again.
        raise EventUnreadable(delivery.room.mailbox, unreadable_in(found)[0])
    left_out = await find_left_out(gateway, delivery.room, master.id, span, found)
    if left_out is not None:
        raise TryLater(
            f"the series is in Outlook, but the answer with its dates left out {left_out.id}",
            hint="the next sync run asks for them again",
            code=PartialRead.code,
        )
    return found


def _whole(days: Collection[date], zone: ZoneInfo) -> TimeSpan:
    """The time of all dates of a series; one may start at another hour than we know."""
    first, last = (datetime.combine(day, time(), zone) for day in (min(days), max(days)))
    return TimeSpan(first.astimezone(UTC) - _AROUND, last.astimezone(UTC) + 2 * _AROUND)


def _differs(event: Event, reservation: Reservation) -> bool:
    there = (event.start, event.end, event.subject)
    return there != (reservation.start, reservation.end, reservation.subject)


def _one_by_one(behind: Collection[tuple[Reservation, Event]]) -> list[tuple[Reservation, Event]]:
    """The order in which these dates can go where they were moved here, none passing another."""
    events = {reservation.number: event for reservation, event in behind}
    order = in_passing_order(
        [(replace(one, start=event.start, end=event.end), one) for one, event in behind]
    )
    return [(one, events[one.number]) for _before, one in order]


async def _leave_out(gateway: Gateway, delivery: Delivery, event: Event) -> ObctlError | None:
    """Take a date out of the series that went to another room before Outlook had the series.

    Returns why it stays in, where waiting does not help; raises what may pass.
    """
    try:
        await take_off(gateway, delivery.room, event)
    except (MailboxGone, CredentialRefused):
        raise
    except NotFound:
        return None
    except NotAuthorised as error:
        return error
    except GraphRefused as error:
        if not is_final(error):
            raise
        return error
    return None


def _log_unreserved(
    company: Company, delivery: Delivery, unasked: Collection[Event]
) -> list[Problem]:
    """Dates that Outlook gives the series on days that nobody reserved: a person has to look."""
    problems: list[Problem] = []
    for event in unasked:
        message = (
            f"reservation {delivery.reservation.number}: its series has a date in Outlook that"
            f" nobody reserved, {zoned_text(event.start, delivery.room.time_zone)}; it was left"
            " there"
        )
        problem = Problem(delivery.room.mailbox, "unreserved-date", message)
        problems.append(problem)
        with company.store.transaction():
            company.journal.write([delivery.problem_entry(Action.PUSH_UNMATCHED, problem, event)])
    return problems


def _log_not_left_out(
    company: Company, delivery: Delivery, refused: Collection[tuple[Event, ObctlError]]
) -> list[Problem]:
    """Dates that went to another room here, and that Outlook would not take out of the series."""
    problems: list[Problem] = []
    for event, error in refused:
        message = (
            f"reservation {delivery.reservation.number}: Outlook did not leave"
            f" {zoned_text(event.start, delivery.room.time_zone)} out of its series, though that"
            f" date went to another room: {error.message}"
        )
        hint = (
            f"the next pass over {delivery.room.mailbox} reserves the date there, as the room is"
            " taken; cancel that reservation, or the date in Outlook"
        )
        problem = Problem(delivery.room.mailbox, "date-not-left-out", message, hint)
        problems.append(problem)
        entry = delivery.problem_entry(Action.PUSH_FAILED, problem, event)
        entry = replace(
            entry, request_id=error.request_id, client_request_id=error.client_request_id
        )
        with company.store.transaction():
            company.journal.write([entry])
    return problems
