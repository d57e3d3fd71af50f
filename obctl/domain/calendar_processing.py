"""What a room's Set-CalendarProcessing settings lead to, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from obctl.domain.counted import counted
from obctl.domain.room import CalendarProcessing


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """A setting of a room that makes the two sides differ; `cause` is the code it shows up as."""

    setting: str
    value: str
    cause: str
    sentence: str


def lint(policy: CalendarProcessing, future_days: int) -> list[PolicyWarning]:
    """The settings that lead to differences; unknown ones lead to nothing.

    `future_days` is how far ahead obctl keeps the room in step (`sync.future_days`).
    """
    return [*_of_answers(policy), *_of_contents(policy), *_of_series(policy, future_days)]


def _of_answers(policy: CalendarProcessing) -> Iterator[PolicyWarning]:
    if policy.automate_processing == "None":
        yield PolicyWarning(
            "AutomateProcessing", "None", "tentative-not-accepted",
            "Nobody answers invitations for this room: meetings never reach its calendar unless"
            " a delegate accepts them. Set AutoAccept.",
        )  # fmt: skip
    if policy.automate_processing == "AutoUpdate":
        yield PolicyWarning(
            "AutomateProcessing", "AutoUpdate", "tentative-not-accepted",
            "Meetings stay tentative until a delegate accepts them, so their reservations do too."
            " Set AutoAccept.",
        )  # fmt: skip
    if policy.process_external_meeting_messages is False:
        yield PolicyWarning(
            "ProcessExternalMeetingMessages", "False", "external-organizer-ignored",
            "Invitations from outside the company are dropped without an answer: the organiser"
            " believes to have the room, and neither side shows it.",
        )  # fmt: skip
    if policy.allow_conflicts:
        yield PolicyWarning(
            "AllowConflicts", "True", "double-booked-by-direct-write",
            "The room accepts overlapping meetings; only one of them fits into it.",
        )  # fmt: skip


def _of_contents(policy: CalendarProcessing) -> Iterator[PolicyWarning]:
    if policy.delete_subject and policy.add_organizer_to_subject:
        yield PolicyWarning(
            "DeleteSubject, AddOrganizerToSubject", "True", "subject-rewritten",
            "Seconds after a meeting arrives, its subject is replaced by the organiser's name:"
            " reservations keep the subject that was seen first, if any.",
        )  # fmt: skip
    elif policy.delete_subject:
        yield PolicyWarning(
            "DeleteSubject", "True", "subject-rewritten",
            "The subject is removed seconds after a meeting arrives: Outlook shows none.",
        )  # fmt: skip
    elif policy.add_organizer_to_subject:
        yield PolicyWarning(
            "AddOrganizerToSubject", "True", "subject-rewritten",
            "The organiser's name is put before the subject seconds after a meeting arrives.",
        )  # fmt: skip
    if policy.remove_private_property:
        yield PolicyWarning(
            "RemovePrivateProperty", "True", "private-flag",
            "Private meetings lose their mark in this room: what they are called is public.",
        )  # fmt: skip
    if policy.remove_canceled_meetings is False:
        yield PolicyWarning(
            "RemoveCanceledMeetings", "False", "cancelled-but-kept-on-calendar",
            "Cancelled meetings stay on the calendar: they look like bookings and are none.",
        )  # fmt: skip


def _of_series(policy: CalendarProcessing, future_days: int) -> Iterator[PolicyWarning]:
    window = policy.booking_window_in_days
    if policy.enforce_scheduling_horizon is False:
        yield PolicyWarning(
            "EnforceSchedulingHorizon", "False", "recurrence-horizon",
            f"A series that runs past the booking window ({_days(window)}) is accepted and cut"
            " there: the organiser believes to have the room for longer.",
        )  # fmt: skip
    if window is not None and window < future_days:
        yield PolicyWarning(
            "BookingWindowInDays", str(window), "recurrence-horizon",
            f"The room takes bookings {_days(window)} ahead, obctl looks {_days(future_days)}"
            " ahead: reservations beyond the window cannot be written to Outlook.",
        )  # fmt: skip
    if policy.conflict_percentage_allowed or policy.maximum_conflict_instances:
        value = (
            f"{policy.conflict_percentage_allowed or 0} %,"
            f" {counted(policy.maximum_conflict_instances or 0, 'date')}"
        )
        yield PolicyWarning(
            "ConflictPercentageAllowed, MaximumConflictInstances", value,
            "conflict-partially-declined-series",
            "A series is accepted although some of its dates are taken: those dates are missing"
            " here while the organiser still shows the room.",
        )  # fmt: skip


def _days(number: int | None) -> str:
    return "its length is unknown" if number is None else counted(number, "day")
