"""Look-alikes: causes that look alike, and the one test that tells each pair apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from obctl.domain.cause_codes import MEANING
from obctl.domain.causes.facts import Facts


class RuledOut(NamedTuple):
    """A cause that was considered, and the test that speaks against it."""

    code: str
    test: str


class _Pair(NamedTuple):
    """Two look-alikes: what would be seen if it were the one, and if it were the other."""

    one: str
    if_one: str
    other: str
    if_other: str


_PAIRS = (
    _Pair(
        "cancelled-but-kept-on-calendar",
        "asked by id, Outlook would answer with an event that has isCancelled set",
        "hard-deleted-by-delegate",
        "asked by id, Outlook would answer 404",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "the series key would be nowhere in this room",
        "id-changed-after-mailbox-move",
        "the series key would be in this room under another id, a day around the old start",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "the series key would be in none of the mapped rooms",
        "moved-to-other-room",
        "the series key would be in another mapped room, and gone from this one",
    ),
    _Pair(
        "cancelled-but-kept-on-calendar",
        "no other mapped room would have the meeting",
        "moved-to-other-room",
        "another mapped room would have the meeting at the same time",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "the id would have been on record before Outlook answered 404",
        "delta-false-removal",
        "the id would never have been on record, or would still answer",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "the meeting would be still to come, or alone in its absence",
        "retention-purged",
        "it would be over, and ten or more others would be gone since the same pass",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "it would have gone at no time related to its start",
        "no-show-released",
        "it would have ended or gone minutes after its start, or by our own hand",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "the room would have accepted before the meeting went",
        "room-declined",
        "the room would never have accepted",
    ),
    _Pair(
        "occurrence-cancelled-silently",
        "the master would list the date as cancelled, or no busy event would fill it",
        "conflict-partially-declined-series",
        "another busy event would cover the missing date",
    ),
    _Pair(
        "conflict-partially-declined-series",
        "the missing date would have later dates of the series behind it",
        "recurrence-horizon",
        "nothing of the series would follow, and the date would lie beyond the booking window",
    ),
    _Pair(
        "recurrence-horizon",
        "the limit would be the room's own booking window",
        "outside-sync-window",
        "the limit would be the days in our configuration",
    ),
    _Pair(
        "created-before-activation",
        "the room's copy would be older than the room's activation",
        "missed-notification",
        "the room's copy would be younger, and a live subscription would have been silent",
    ),
    _Pair(
        "created-before-activation",
        "the room's copy would be older than the room's activation",
        "outside-sync-window",
        "the meeting would lie outside the configured days",
    ),
    _Pair(
        "series-not-yet-expanded",
        "no complete pass would have run since the series was created",
        "recurrence-horizon",
        "a complete pass would have run since the series was created",
    ),
    _Pair(
        "timezone-shift",
        "the item would have hours, and be off by an offset of its zone",
        "all-day-boundary",
        "the item would be all-day (isAllDay)",
    ),
    _Pair(
        "duplicate-import",
        "both would run over the same dates",
        "series-split",
        "one series would end where the other begins",
    ),
    _Pair(
        "duplicate-import",
        "both would have one organiser and one subject",
        "double-booked-by-direct-write",
        "they would have different organisers or subjects",
    ),
    _Pair(
        "booked-directly-in-room-mailbox",
        "the event would bear no transaction id of ours",
        "push-failed",
        "the event, if any, would bear the transaction id of one of our reservations",
    ),
    _Pair(
        "booked-directly-in-room-mailbox",
        "nothing else would be busy at that time",
        "double-booked-by-direct-write",
        "another busy event would overlap it",
    ),
    _Pair(
        "push-failed",
        "the room would be organiser of its copy, or have no copy yet",
        "push-not-organizer",
        "the room's copy would have isOrganizer false",
    ),
    _Pair(
        "tentative-not-accepted",
        "the request would be older than five minutes",
        "event-still-settling",
        "the request would be younger than five minutes",
    ),
    _Pair(
        "tentative-not-accepted",
        "the organiser would be internal",
        "external-organizer-ignored",
        "the organiser would be outside the company's mail domains",
    ),
    _Pair(
        "cancelled-but-kept-on-calendar",
        "there would be no open cancellation request",
        "cancel-awaiting-approval",
        "an open cancellation request would be waiting (external state 100)",
    ),
    _Pair(
        "hard-deleted-by-delegate",
        "there would be no open cancellation request",
        "cancel-awaiting-approval",
        "an open cancellation request would be waiting (external state 100)",
    ),
    _Pair(
        "subscription-expired",
        "the expiry would have passed before the change",
        "subscription-removed",
        "Graph would have forgotten the subscription before its expiry",
    ),
    _Pair(
        "subscription-expired",
        "the expiry would have passed before the change",
        "missed-notification",
        "a subscription would have been valid throughout",
    ),
    _Pair(
        "subscription-removed",
        "Graph would have forgotten the subscription before its expiry",
        "missed-notification",
        "a subscription would have been valid throughout",
    ),
    _Pair(
        "awaiting-next-pass",
        "no subscription would cover the room, or its notification would wait in the inbox",
        "missed-notification",
        "a live subscription would cover the room, and the inbox would be empty",
    ),
    _Pair(
        "awaiting-next-pass",
        "the change would be newer than the room's last good pass",
        "created-before-activation",
        "the room's copy would be older than the room's activation",
    ),
    _Pair(
        "restored-by-calendar-repair",
        "the old id would be gone",
        "duplicate-import",
        "the old id would still be alive beside the new one",
    ),
    _Pair(
        "subject-rewritten",
        "the sensitivity would be normal",
        "private-flag",
        "the sensitivity would be private or confidential",
    ),
    _Pair(
        "organizer-left-orphan",
        "the directory would not find the organiser, or find a disabled account",
        "awaiting-next-pass",
        "the directory would find the organiser; silence alone makes no orphan",
    ),
)  # fmt: skip


def ruled_out(code: str, facts: Facts, holds: Callable[[str, Facts], bool]) -> tuple[RuledOut, ...]:
    """The look-alikes of `code` that the facts speak against; one that holds too is left out."""
    excluded = []
    for pair in _PAIRS:
        if pair.one == code:
            look_alike = RuledOut(pair.other, pair.if_other)
        elif pair.other == code:
            look_alike = RuledOut(pair.one, pair.if_one)
        else:
            continue
        # a condition of the run has no rule: what was answered by id speaks for itself
        stands = holds(look_alike.code, facts) if look_alike.code in MEANING else False
        unproven = look_alike.code not in MEANING and not facts.event_missing
        if not stands and not unproven:
            excluded.append(look_alike)
    return tuple(excluded)
