"""The catalogue: every cause code with what it means, in the order of its number.

The codes are stable: scripts, scenario files and the company log use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MEANING: Mapping[str, str] = MappingProxyType(
    {
        "subscription-expired": "nobody renewed the room's subscription before the change was made",
        "subscription-removed": "Graph dropped the room's subscription before it expired",
        "missed-notification": "the subscription was alive, and this change was never notified",
        "room-remapped": "the room's address leads to another mailbox than the one on record",
        "created-before-activation": "the meeting is older than the room's connection to obctl",
        "series-not-yet-expanded": "a new series has its first date only until the nightly run",
        "outside-sync-window": "the meeting lies beyond the days that are kept in step",
        "event-still-settling": "the meeting is minutes old and Exchange is still changing it",
        "tentative-not-accepted": "the request waits for somebody to accept it for the room",
        "room-declined": "the room answered no",
        "policy-mismatch-rejected": "one side's booking rules allow what the other's refuse",
        "recurrence-horizon": "the series runs further ahead than the room accepts",
        "conflict-partially-declined-series": "the room took all dates but those it was busy",
        "external-organizer-ignored": "the room does not answer invitations from outside",
        "location-text-only": "the room is named as the place and was not invited",
        "cancelled-but-kept-on-calendar": "the organiser cancelled, and rooms keep such items",
        "cancel-awaiting-approval": "a cancellation request waits for a person's decision",
        "hard-deleted-by-delegate": "somebody deleted the meeting from the room's calendar",
        "organizer-left-orphan": "the organiser left, and the meeting goes on taking the room",
        "occurrence-cancelled-silently": "one date was taken out of a series that goes on",
        "no-show-released": "nobody checked in, and the room was freed during the meeting",
        "moved-to-other-room": "the organiser took another room for the same meeting",
        "retention-purged": "a retention policy removed meetings that are long over",
        "restored-by-calendar-repair": "Exchange put a cancelled meeting back as a new copy",
        "timezone-shift": "one side read the hours in another time zone",
        "all-day-boundary": "an all-day date was read as an instant, and slipped by a day or hours",
        "stale-room-copy": "the organiser's change was never sent to the room",
        "exception-detached": "the room was invited to a single date of a series",
        "series-edit-wiped-exceptions": "a change of the whole series undid what single dates had",
        "series-split": "'this and all future' ended the series and began a new one",
        "recurrence-unsupported": "the pattern of the series cannot be followed",
        "push-failed": "a change made in Officebooking has not reached Outlook",
        "push-not-organizer": "only the organiser may do what Officebooking asks for",
        "booked-directly-in-room-mailbox": "somebody wrote into the room's own calendar",
        "double-booked-by-direct-write": "a direct write was put on top of an accepted meeting",
        "duplicate-import": "one meeting was taken over twice, or sent twice",
        "id-changed-after-mailbox-move": "the meeting lives on under another id",
        "key-collision": "two meetings share the key that should tell them apart",
        "forwarded": "the room got the meeting from somebody other than its organiser",
        "subject-rewritten": "the booking attendant replaced the subject by the organiser's name",
        "private-flag": "a private meeting's subject is masked on one side",
        "show-as-free": "the organiser shows the time as free though the room is taken",
        "awaiting-next-pass": "the change is newer than the last pass over the room",
        "unexplained": "no known cause fits what was observed",
    }
)
