"""Identity: is this the room, the meeting and the organiser it seems to be?"""

from __future__ import annotations

from obctl.domain.causes.facts import Facts
from obctl.domain.causes.finding import CERTAIN, LIKELY, POSSIBLE, found, name, sync
from obctl.domain.causes.predicates import bereft, changed, others, sync_over, unreserved
from obctl.domain.difference import Cause, DifferenceKind
from obctl.domain.directory import same_id
from obctl.domain.event import Event, same_person
from obctl.domain.room import LOCKED_OUT

_A_DAY = 86_400
_CALLED = frozenset({"event_id", "subject"})
"""Under what a meeting goes: in its slot it is the same one whatever it is called."""


def room_remapped(facts: Facts) -> Cause | None:
    """The room's address leads to another mailbox now, or two rooms to the same one."""
    room = facts.room
    other_id = None if same_id(facts.mailbox_id, room.object_id) else facts.mailbox_id
    seen_by_pass = room.condition if room.condition == LOCKED_OUT else None
    shared = ", ".join(sorted(other.mailbox for other in facts.mailbox_shared_with)) or None
    if not ((other_id and room.object_id) or seen_by_pass or shared):
        return None
    return found(
        "room-remapped",
        CERTAIN if other_id and room.object_id else LIKELY,
        {
            "room.object_id": room.object_id,
            "directory.object_id": facts.mailbox_id,
            "room.condition": seen_by_pass,
            "mailbox.shared_with": shared,
        },
        refuted_by="the directory gives the object id on record, and no other room has it",
        remedy=(
            f"check which mailbox is meant (obctl graph get /users/{name(room)}), then"
            f" obctl sync resync {name(room)} and obctl subscriptions create {name(room)}"
        ),
    )


def id_changed(facts: Facts) -> Cause | None:
    """The same meeting lives on under another id: its mailbox was moved or restored."""
    reservation = facts.reservation
    event = facts.rekeyed or facts.event
    if reservation is None or reservation.event_id is None or event is None:
        return None
    if not (bereft(facts) or changed(facts)):
        return None
    if facts.difference.fields.keys() - _CALLED and not _is_same_copy(facts, event):
        return None
    same_meeting = event.key is not None and event.key == reservation.key
    if event.id == reservation.event_id or not same_meeting or not event.takes_room:
        return None
    if facts.request and event.created_at and event.created_at > facts.request.requested_at:
        # a pass has missed the meeting, and somebody invited the room again since
        return None
    # a copy made anew may as well be an invitation repeated after a removal
    known = facts.last_known.created_at if facts.last_known else None
    again = known and event.created_at and (event.created_at - known).total_seconds() > _A_DAY
    proven = facts.event_missing and event.start == reservation.start and not again
    return found(
        "id-changed-after-mailbox-move",
        CERTAIN if proven else LIKELY,
        {
            "reservation.event_id": reservation.event_id,
            "answer.by_id": 404 if facts.event_missing else None,
            "event.id": event.id,
            "event.series_key": event.series_key,
            "event.original_start": event.original_start,
            "event.start": event.start,
        },
        refuted_by="the old id still answers, or the series key is not in this room",
        remedy=(
            f"{sync_over(facts)} (takes the new id, cancels nothing); if many ids changed at once,"
            f" also obctl subscriptions create {name(facts.room)}"
        ),
    )


def _is_same_copy(facts: Facts, event: Event) -> bool:
    """Whether it is the very copy that was last known: whoever invites anew makes another one.

    Of a series the master has another id, too; a date that gets one by itself was edited.
    """
    known = facts.last_known
    if known is None or known.created_at is None or known.created_at != event.created_at:
        return False
    return event.series_master_id is None or event.series_master_id != known.series_master_id


def key_collision(facts: Facts) -> Cause | None:
    """Two meetings that share what should tell them apart."""
    event = facts.event
    if event is None or facts.difference.kind is DifferenceKind.OVERLAP:
        return None
    reservations = (*([facts.reservation] if facts.reservation else []), *facts.siblings)
    for reservation in reservations:
        stored = reservation.event_id
        if stored and stored != event.id and _folded(stored) == _folded(event.id):
            return _collision(facts, event, "ids_equal_but_for_case", stored)
    for other in others(facts):
        if not other.takes_room or other.start == event.start:
            continue
        # orphan instances share the key of a series that is not in the room
        orphans = event.instance_date or other.instance_date
        if event.key is not None and other.key == event.key and not orphans:
            return _collision(facts, event, "same_key_as", other.id)
    copies = (other for other in (*others(facts), *facts.copies) if _is_copied(event, other))
    if (copy := next(copies, None)) is not None:
        return _collision(facts, event, "same_transaction_id_as", copy.id)
    return None


def _is_copied(event: Event, other: Event) -> bool:
    """Whether another meeting bears the event's transaction id; dates of one series all do."""
    if event.transaction_id is None or not other.takes_room or other.start == event.start:
        return False
    return other.transaction_id == event.transaction_id and other.series_key != event.series_key


def _collision(facts: Facts, event: Event, fact: str, other: str) -> Cause:
    return found(
        "key-collision",
        LIKELY,
        {
            "event.id": event.id,
            fact: other,
            "event.ical_uid": event.ical_uid,
            "event.transaction_id": event.transaction_id,
        },
        refuted_by="both items are one meeting at one time",
        remedy=(
            f"obctl sync resync {name(facts.room)} links each date by its own key;"
            " whatever else reads these ids must compare them case-sensitively"
        ),
    )


def _folded(event_id: str) -> str:
    return event_id.casefold().replace("-", "_")


def duplicate_import(facts: Facts) -> Cause | None:
    """One meeting was taken over twice, or sent twice."""
    if facts.difference.kind is not DifferenceKind.DUPLICATE or facts.event is None:
        return None
    event, reservation = facts.event, facts.reservation
    shared = [
        other.number
        for other in facts.siblings
        if other.event_id == event.id or (event.key is not None and other.key == event.key)
    ]
    if reservation is not None and shared:
        return found(
            "duplicate-import",
            CERTAIN,
            {
                "event.id": event.id,
                "reservation.number": reservation.number,
                "also_reserved_by": shared[0],
            },
            refuted_by="the two reservations stand for two different dates",
            remedy=(
                f"keep {shared[0]}: book the services of {reservation.number} there"
                f" (obctl services list {reservation.number}) and cancel {reservation.number}"
                " where it was imported; cancelling it here would cancel the event of both"
            ),
        )
    twin = next((other for other in others(facts) if _same_slot(event, other)), None)
    return found(
        "duplicate-import",
        LIKELY if twin else POSSIBLE,
        {
            "event.id": event.id,
            "event.created_at": event.created_at,
            "event.transaction_id": event.transaction_id,
            "same_slot_as": twin.id if twin else None,
            "twin.created_at": twin.created_at if twin else None,
        },
        refuted_by="the two events end at different dates of a series that was split",
        remedy=(
            "the organiser deletes the later one; see that only one integration writes to this"
            f" room; then {sync(facts.room)}"
        ),
    )


def _same_slot(event: Event, other: Event) -> bool:
    return (
        other.takes_room
        and other.start == event.start
        and same_person(other.organizer, event.organizer)
    )


def forwarded(facts: Facts) -> Cause | None:
    """The room took a meeting it was not invited to by its organiser.

    An invitation to a distribution list that holds the room looks the same.
    """
    event = unreserved(facts)
    fields = facts.difference.fields
    if (both := changed(facts)) and (not fields or "organizer" in fields):
        event = both[1]
    if event is None or event.is_organizer or event.room_invited is not False:
        return None
    if not event.attendees:
        return None
    return found(
        "forwarded",
        POSSIBLE,
        {
            "event.room_invited": event.room_invited,
            "event.attendees": event.attendees,
            "event.organizer": event.organizer.email,
        },
        refuted_by="the room, or a list it belongs to, stands among the attendees",
        remedy=f"tell the organiser; to take it over as it is: {sync_over(facts)}",
    )
