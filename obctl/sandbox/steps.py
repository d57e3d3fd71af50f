"""What a scenario, or the control API, can have happen: one struct for each thing.

The names of the fields are the keys of the TOML and of the JSON. Wall-clock times are in the zone
of the meeting; `name` gives a meeting a handle that later steps use as `meeting`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from obctl.sandbox.item import Response
from obctl.sandbox.words import FaultKind, Trigger


class _Step(
    msgspec.Struct, tag_field="do", forbid_unknown_fields=True, omit_defaults=True, kw_only=True
):
    after: str = "0s"
    """How long after the step before."""


class Book(_Step, tag="book"):
    """Someone sends a meeting request."""

    organizer: str
    rooms: list[str]
    subject: str
    start: str
    end: str = ""
    duration: str = ""
    name: str = ""
    time_zone: str | None = None
    organizer_name: str | None = None
    attendees: list[str] = []
    location: str | None = None
    """A place typed as text, in place of the rooms' own."""
    all_day: bool = False
    body: str = ""
    sensitivity: str = "normal"
    show_as: str = "busy"
    recurrence: dict[str, Any] | None = None


class BookDirectly(_Step, tag="book-directly"):
    """Someone writes on a room's calendar, past the booking attendant."""

    room: str
    subject: str
    start: str
    end: str = ""
    duration: str = ""
    name: str = ""
    transaction_id: str | None = None
    show_as: str = "busy"
    all_day: bool = False


class Change(_Step, tag="change"):
    """The organiser changes a meeting or one occurrence; `silent` sends no update."""

    meeting: str
    day: date | None = None
    start: str | None = None
    end: str | None = None
    subject: str | None = None
    body: str | None = None
    sensitivity: str | None = None
    show_as: str | None = None
    time_zone: str | None = None
    rooms: list[str] | None = None
    location: str | None = None
    recurrence: dict[str, Any] | None = None
    silent: bool = False


class Cancel(_Step, tag="cancel"):
    """The organiser calls a meeting, or one occurrence, off."""

    meeting: str
    day: date | None = None


class Forward(_Step, tag="forward"):
    """Somebody who is invited hands the invitation on to a room; the organiser's list stays."""

    meeting: str
    room: str


class Respond(_Step, tag="respond"):
    """A mailbox answers an invitation."""

    meeting: str
    mailbox: str
    response: Response
    day: date | None = None


class Delete(_Step, tag="delete"):
    """A mailbox's copy is deleted; nobody is told."""

    meeting: str
    mailbox: str
    day: date | None = None


class Rewrite(_Step, tag="rewrite"):
    """A mailbox's own copy is edited: by a delegate, a panel, or a broken client."""

    meeting: str
    mailbox: str
    fields: dict[str, Any]
    day: date | None = None


class Refile(_Step, tag="refile"):
    """A copy's ordinary id changes; the immutable one stays."""

    meeting: str
    mailbox: str


class Split(_Step, tag="split"):
    """`This and following`: the series goes on as a new one from `day`."""

    meeting: str
    day: date
    name: str = ""
    start: str | None = None
    subject: str | None = None


class InviteToOne(_Step, tag="invite-to-one"):
    """A room gets one occurrence of somebody's series."""

    meeting: str
    mailbox: str
    day: date
    name: str = ""


class Restore(_Step, tag="restore"):
    """Calendar repair puts a lost copy back under a new id."""

    meeting: str
    mailbox: str


class MoveMailbox(_Step, tag="move-mailbox"):
    """Every id of a room's calendar changes."""

    room: str


class Recreate(_Step, tag="recreate"):
    """A room's mailbox is made anew under its address; the old one lives on where `kept_as` says.

    Without it the old one is deleted.
    """

    room: str
    kept_as: str | None = None


class Purge(_Step, tag="purge"):
    """A retention tag removes what ended before an instant."""

    room: str
    before: str


class Processing(_Step, tag="processing"):
    """Set-CalendarProcessing, in Exchange's names."""

    room: str
    settings: dict[str, Any]


class Person(_Step, tag="person"):
    """Someone leaves: the account is disabled or deleted."""

    mailbox: str
    enabled: bool = True
    deleted: bool = False


class Fault(_Step, tag="fault"):
    """Graph has a bad day."""

    kind: FaultKind
    room: str | None = None
    route: str = "*"
    method: str = "*"
    times: int | None = None
    spare: int = 0
    share: float | None = None
    seed: int = 0
    seconds: float = 1.0


class ClearFaults(_Step, tag="clear-faults"):
    """Graph recovers."""

    kind: FaultKind | None = None
    room: str | None = None


class ExpireTokens(_Step, tag="expire-tokens"):
    """Every delta token of a room dies."""

    room: str


class LoseNotifications(_Step, tag="lose-notifications"):
    """The next notifications for a room are never delivered; `missed` may follow."""

    room: str
    times: int = 1_000_000


class EndSubscriptions(_Step, tag="end-subscriptions"):
    """A room's subscriptions end before their time; `tell` sends subscriptionRemoved."""

    room: str
    tell: bool = True


class TriggerStep(_Step, tag="trigger"):
    """Something of a kind happens in a room: whatever is easiest."""

    event: Trigger
    room: str


class Wait(_Step, tag="wait"):
    """Time passes; `until` an instant if given."""

    until: str | None = None


Disturbance = Fault | ClearFaults | ExpireTokens | LoseNotifications | EndSubscriptions
"""What befalls Graph itself."""
Incident = (
    Rewrite
    | Forward
    | Split
    | InviteToOne
    | Restore
    | MoveMailbox
    | Recreate
    | Purge
    | Processing
    | Person
)
"""What befalls calendars without an organiser or attendee doing it."""
Step = (
    Book | BookDirectly | Change | Cancel | Respond | Delete | Refile | TriggerStep | Wait
    | Incident | Disturbance
)  # fmt: skip


class Obctl(_Step, tag="obctl"):
    """What the engineer types; only `sandbox play` does that."""

    run: str
    exit: tuple[int, ...] = (0,)


class Listen(_Step, tag="listen"):
    """`obctl listen` starts and every room is subscribed; only `sandbox play` does that."""


class StopListening(_Step, tag="stop-listening"):
    """`obctl listen` is told to end, and finishes what it has received."""


ScenarioStep = Step | Obctl | Listen | StopListening
