"""One row and more for each code of the catalogue: the facts, the cause, and how sure it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from builders import (
    ANNA,
    BRAM,
    DAY,
    LAST_PASS,
    MADE,
    NOW,
    make_agreed,
    make_cancelled_reservation,
    make_direct_event,
    make_event,
    make_facts,
    make_log_entry,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_outbox_item,
    make_request,
    make_reservation,
    make_room,
    make_subscription,
    moment,
    span_of,
)

from obctl.domain.causes import MEANING, cause_in_step, explain
from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.causes.predicates import others
from obctl.domain.causes.push import push_failed
from obctl.domain.causes.transport import awaiting_next_pass
from obctl.domain.difference import Confidence, DifferenceKind
from obctl.domain.event import EventId, EventType, Person, Response, SeriesMaster
from obctl.domain.organizer_copy import OrganizerCopy, OrganizerSays
from obctl.domain.outbox import PushAction
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import ExternalState, Source, Status
from obctl.domain.room import CalendarProcessing, RoomId
from obctl.domain.settings import SeriesPolicy, SyncSettings
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace

CERTAIN, LIKELY, POSSIBLE = Confidence.CERTAIN, Confidence.LIKELY, Confidence.POSSIBLE
DUPLICATE, OVERLAP = DifferenceKind.DUPLICATE, DifferenceKind.OVERLAP

ATRIUM = make_room()
LIBRARY = make_room("Library", id=RoomId(2))
LATE = moment("2026-09-14 10:00")  # after the last pass
OUTSIDER = Person("Omar Haddad", "omar@fabrikam.example")
UNANSWERED = {"response": Response.NOT_RESPONDED, "show_as": "tentative"}
ORGANIZER_HAS_IT = OrganizerCopy(make_event("X"), room_response=Response.ACCEPTED)
HORIZON = CalendarProcessing(booking_window_in_days=10)
PUSHED = {"is_organizer": True, "response": Response.ORGANIZER}
MOVED = {"fields": {"start": ("09", "11"), "end": ("10", "12")}}


def with_policy(**settings: object) -> object:
    return make_room(processing=CalendarProcessing(**settings))  # type: ignore[arg-type]


MOVED_COPY = make_facts(
    reservation=make_reservation(event="OLD", key="K"),
    event=make_event("NEW", key="K", starts="11:00"),
    last_known=make_event("OLD", key="K"),
    fields={"start": ("09", "11"), "end": ("10", "12")},
)
"""The same copy by its creation, under another id and at another hour."""
UPSTAIRS = make_facts(
    reservation=make_occurrence_reservation(),
    event_missing=True,
    master=make_master(
        recurrence=Recurrence(
            "weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 8), days=("tuesday",)
        )
    ),
    goes_on=(LIBRARY, make_occurrence("N1", master="N", starts="11:00")),
)
DAY_AFTER = make_facts(
    reservation=make_reservation(day=DAY),
    event=make_event(day=DAY + timedelta(days=1), modified_at=LATE),
    agreed=make_agreed(make_reservation(day=DAY), make_event(day=DAY)),
    fields={"start": ("15", "16"), "end": ("16", "17")},
)
ROLLED_IN = make_facts(
    event=make_occurrence(starts="2026-10-10 09:00"),
    master=make_master(recurrence=Recurrence("weekly", 2, date(2026, 9, 15), days=("saturday",))),
    planned_end=moment("2026-10-09 22:00"),
)
CUT_SHORT = make_facts(
    reservation=make_reservation(),
    event=make_event(ends="09:15", modified_at=moment("09:31")),
    fields={"end": ("10", "09:15")},
    now=moment("11:00"),
)
CALLED_OFF_NO_MORE = make_facts(
    reservation=make_cancelled_reservation(
        event="O1", key="key-of-M", original_start=moment("09:00")
    ),
    event=make_occurrence(starts="11:00", modified_at=LATE),
    history=(make_log_entry("event.cancelled"), make_log_entry("cancellation.processed")),
)

ROWS = [
    # identity
    pytest.param(
        make_facts(event=make_event(), mailbox_id="another-object"),
        "room-remapped",
        CERTAIN,
        id="the directory gives another mailbox for the address",
    ),
    pytest.param(
        make_facts(event=make_event(), mailbox_shared_with=(LIBRARY,)),
        "room-remapped",
        LIKELY,
        id="two rooms stand for one mailbox",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), room=make_room(condition="room-remapped")),
        "room-remapped",
        LIKELY,
        id="the last pass saw another mailbox",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event_missing=True,
            rekeyed=make_event("NEW", key="K"),
        ),
        "id-changed-after-mailbox-move",
        CERTAIN,
        id="the old id answers 404 and the same meeting stands beside it",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K"),
            fields={"event_id": ("OLD", "NEW")},
        ),
        "id-changed-after-mailbox-move",
        LIKELY,
        id="the pair was found by its key, the old id was not asked for",
    ),
    pytest.param(MOVED_COPY, "id-changed-after-mailbox-move", LIKELY, id="and moved besides"),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K", subject="Budget 2", created_at=LATE, modified_at=LATE),
            agreed=make_agreed(),
            last_known=make_event("OLD", key="K"),
            fields={"subject": ("Budget", "Budget 2")},
        ),
        "id-changed-after-mailbox-move",
        LIKELY,
        id="another copy in its slot, and called otherwise",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event_missing=True,
            rekeyed=make_event("NEW", key="K", created_at=LATE),
            last_known=make_event("OLD", key="K"),
        ),
        "id-changed-after-mailbox-move",
        LIKELY,
        id="a new id on a copy made days later may be a second invitation",
    ),
    pytest.param(
        make_facts(
            event=make_event("aBc"), siblings=(make_reservation(1002, event="AbC", starts="15:00"),)
        ),
        "key-collision",
        LIKELY,
        id="two ids that differ in case only",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", key="K"),
            same_room=(make_event("E2", key="K", starts="09:30"),),
        ),
        "key-collision",
        LIKELY,
        id="two meetings at two times under one key",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", transaction_id="T"),
            same_room=(make_event("E2", transaction_id="T", starts="09:30"),),
        ),
        "key-collision",
        LIKELY,
        id="a copied event kept the transaction id",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", transaction_id="T"),
            copies=(make_event("E2", transaction_id="T", starts="2026-09-22 09:00"),),
        ),
        "key-collision",
        LIKELY,
        id="the event it was copied from is a week away",
    ),
    pytest.param(
        make_facts(
            DUPLICATE,
            reservation=make_reservation(1002),
            event=make_event(),
            siblings=(make_reservation(1001),),
        ),
        "duplicate-import",
        CERTAIN,
        id="two reservations for one event",
    ),
    pytest.param(
        make_facts(DUPLICATE, event=make_event("E2"), same_room=(make_event("E1"),)),
        "duplicate-import",
        LIKELY,
        id="one meeting sent twice",
    ),
    pytest.param(
        make_facts(DUPLICATE, event=make_event("E2")),
        "duplicate-import",
        POSSIBLE,
        id="a duplicate whose other half was not read",
    ),
    pytest.param(
        make_facts(
            DUPLICATE,
            reservation=make_reservation(1002, key=None),
            event=make_event(key=None),
            siblings=(make_reservation(1001, event="E9", key=None),),
        ),
        "duplicate-import",
        POSSIBLE,
        id="another meeting without a key is not the other half",
    ),
    pytest.param(
        make_facts(
            DUPLICATE,
            reservation=make_reservation(1002),
            event=make_event(),
            siblings=(make_reservation(1001, event="E9"),),
        ),
        "duplicate-import",
        POSSIBLE,
        id="another meeting with its own key is not the other half",
    ),
    pytest.param(
        make_facts(
            DUPLICATE,
            reservation=make_reservation(1002, key="K"),
            event=make_event(key="K"),
            siblings=(make_reservation(1001, event="E9", key="K"),),
        ),
        "duplicate-import",
        CERTAIN,
        id="two reservations with the key of one event",
    ),
    # not due
    pytest.param(
        make_facts(event=make_event(created_at=moment("2025-12-20 09:00"))),
        "created-before-activation",
        CERTAIN,
        id="the room's copy is older than the activation",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            master=make_master(created_at=moment("2025-12-20 09:00")),
        ),
        "created-before-activation",
        LIKELY,
        id="the series is older than the activation",
    ),
    pytest.param(
        make_facts(event=make_event(born_at=moment("2025-12-20 09:00")), copied_together=40),
        "created-before-activation",
        LIKELY,
        id="a restored mailbox: the birth inside the id is older",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=moment("2025-12-20 09:00")),
            room=make_room(last_synced_at=None),
        ),
        "created-before-activation",
        CERTAIN,
        id="older than the activation in a room never passed over",
    ),
    pytest.param(
        make_facts(event=make_event(starts="2027-06-01 09:00")),
        "outside-sync-window",
        CERTAIN,
        id="further ahead than the window",
    ),
    pytest.param(
        make_facts(event=make_event(starts="2026-09-01 09:00")),
        "outside-sync-window",
        CERTAIN,
        id="longer ago than the window",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=NOW - timedelta(minutes=2), **UNANSWERED)),
        "event-still-settling",
        LIKELY,
        id="two minutes old and the room has not answered",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=NOW - timedelta(minutes=2), subject="New Event")),
        "event-still-settling",
        LIKELY,
        id="two minutes old and not named yet",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=NOW - timedelta(minutes=2)),
            subscriptions=(make_subscription(),),
        ),
        "event-still-settling",
        LIKELY,
        id="two minutes old and its notification may be on the way",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(created_at=NOW - timedelta(minutes=2), subject="Kick-off"),
            fields={"subject": ("Budget", "Kick-off")},
        ),
        "event-still-settling",
        LIKELY,
        id="two minutes old and the subject changes",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(created_at=NOW - timedelta(minutes=2), subject="Q", **UNANSWERED),
            fields={"subject": ("Budget", "Q"), "status": ("confirmed", "tentative")},
        ),
        "event-still-settling",
        LIKELY,
        id="two minutes old, the subject changes and the room has not answered",
    ),
    pytest.param(
        make_facts(
            event=make_event(
                created_at=NOW - timedelta(minutes=2), response=Response.NONE, show_as="tentative"
            )
        ),
        "event-still-settling",
        LIKELY,
        id="two minutes old and shown as tentative, with no answer at all",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(is_draft=True)),
        "event-still-settling",
        LIKELY,
        id="back to a draft that was not sent",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("O2", created_at=LATE),
            master=make_master(created_at=LATE),
            siblings=(make_occurrence_reservation(1001, starts="2026-09-15 09:00"),),
        ),
        "series-not-yet-expanded",
        CERTAIN,
        id="today's series has its first date only",
    ),
    # not taken
    pytest.param(
        make_facts(
            event=make_event(organizer=OUTSIDER, **UNANSWERED),
            room=with_policy(process_external_meeting_messages=False),
            organizer=OrganizerAnswer.NOT_FOUND,
        ),
        "external-organizer-ignored",
        CERTAIN,
        id="a sender whom the directory does not know, and a room that ignores those",
    ),
    pytest.param(
        make_facts(
            event=make_event(organizer=OUTSIDER, **UNANSWERED),
            room=with_policy(process_external_meeting_messages=False),
        ),
        "external-organizer-ignored",
        LIKELY,
        id="a sender with another mail domain than the rooms, and nobody asked who that is",
    ),
    pytest.param(
        make_facts(
            event=make_event(organizer=OUTSIDER, **UNANSWERED),
            room=with_policy(process_external_meeting_messages=False),
            organizer=OrganizerAnswer.REFUSED,
        ),
        "external-organizer-ignored",
        LIKELY,
        id="and the directory gave no answer",
    ),
    *(
        pytest.param(
            make_facts(
                event=make_event(organizer=OUTSIDER, **UNANSWERED),
                room=with_policy(process_external_meeting_messages=False),
                organizer=answer,
            ),
            "tentative-not-accepted",
            LIKELY,
            id=f"a colleague with another mail domain than the rooms: {answer}",
        )
        for answer in (OrganizerAnswer.FOUND, OrganizerAnswer.PRESENT, OrganizerAnswer.DISABLED)
    ),
    pytest.param(
        make_facts(event=make_event(organizer=OUTSIDER, **UNANSWERED)),
        "external-organizer-ignored",
        LIKELY,
        id="a sender from outside, the room's policy unknown",
    ),
    pytest.param(
        make_facts(event=make_event(foreign_origin=True, **UNANSWERED)),
        "external-organizer-ignored",
        POSSIBLE,
        id="a meeting born in another calendar system",
    ),
    pytest.param(
        make_facts(event=make_event(**UNANSWERED)),
        "tentative-not-accepted",
        LIKELY,
        id="a request nobody answered for days",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(response=Response.TENTATIVE),
            fields={"status": ("confirmed", "tentative")},
        ),
        "tentative-not-accepted",
        CERTAIN,
        id="confirmed here, tentative in the room",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(response=Response.DECLINED)),
        "room-declined",
        CERTAIN,
        id="the room's copy says declined",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            last_known=make_event(response=Response.NOT_RESPONDED),
        ),
        "room-declined",
        LIKELY,
        id="gone before the room ever accepted",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(status=Status.TENTATIVE), event_missing=True),
        "room-declined",
        POSSIBLE,
        id="gone while the reservation was tentative",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            last_known=make_event(),
            organizer_copy=OrganizerCopy(make_event("X"), room_response=Response.DECLINED),
        ),
        "room-declined",
        CERTAIN,
        id="the organiser sees that the room declined",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            history=(
                make_log_entry("event.created", "2026-09-10 08:00"),
                make_log_entry("reservation.cancelled", "2026-09-10 08:04", run="R1"),
            ),
        ),
        "policy-mismatch-rejected",
        POSSIBLE,
        id="a run cancelled the reservation minutes after the room accepted",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event=None, starts="2026-10-06 09:00"),
            room=make_room(processing=HORIZON),
            master=make_master(created_at=MADE),
            same_series=(make_occurrence("O0", starts="2026-09-15 09:00"),),
        ),
        "recurrence-horizon",
        LIKELY,
        id="the tail of a series beyond the room's booking window",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event=None, starts="2027-04-06 09:00"),
            master=make_master(created_at=MADE),
        ),
        "recurrence-horizon",
        POSSIBLE,
        id="beyond the window rooms have by default",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event=None),
            master=make_master(),
            same_series=(make_occurrence("O2", starts="2026-09-22 09:00"),),
            same_room=(make_event("E9", organizer=BRAM, starts="09:30"),),
        ),
        "conflict-partially-declined-series",
        LIKELY,
        id="a hole in the series where the room was busy",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, source=Source.OUTLOOK),
            organizer_copy=OrganizerCopy(make_event("X"), location="Atrium, 1st floor"),
        ),
        "location-text-only",
        LIKELY,
        id="named as the place and not invited",
    ),
    # cancelled and gone
    pytest.param(
        make_facts(
            reservation=make_reservation(), event=make_event(is_cancelled=True, show_as="free")
        ),
        "cancelled-but-kept-on-calendar",
        CERTAIN,
        id="cancelled and still on the calendar",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(is_cancelled=True),
        ),
        "cancelled-but-kept-on-calendar",
        CERTAIN,
        id="the whole series is cancelled and kept",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            rekeyed=make_event("E2", is_cancelled=True, show_as="free"),
        ),
        "cancelled-but-kept-on-calendar",
        CERTAIN,
        id="cancelled under the id that a moved mailbox gave it",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            last_known=make_event(is_cancelled=True),
        ),
        "cancelled-but-kept-on-calendar",
        LIKELY,
        id="cancelled before it went",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(external_state=ExternalState.CANCELLATION_REQUEST),
            event=make_event(is_cancelled=True),
            request=make_request(),
        ),
        "cancel-awaiting-approval",
        CERTAIN,
        id="cancelled, and the request waits",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(external_state=ExternalState.CANCELLATION_REQUEST),
            event_missing=True,
            request=make_request(),
        ),
        "cancel-awaiting-approval",
        CERTAIN,
        id="gone, and the request waits",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(external_state=ExternalState.CANCELLATION_REQUEST),
            event_missing=True,
        ),
        "cancel-awaiting-approval",
        LIKELY,
        id="external state 100 without a request on record",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event_missing=True, last_known=make_event()),
        "hard-deleted-by-delegate",
        LIKELY,
        id="accepted, then 404",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            last_known=make_event(),
            organizer_copy=ORGANIZER_HAS_IT,
        ),
        "hard-deleted-by-delegate",
        CERTAIN,
        id="gone here, and the organiser sees the room as accepted",
    ),
    pytest.param(
        make_facts(reservation=make_reservation()),
        "hard-deleted-by-delegate",
        POSSIBLE,
        id="not in the view, and not asked for by id",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(), event_missing=True, master_missing=True
        ),
        "hard-deleted-by-delegate",
        LIKELY,
        id="the whole series is gone",
    ),
    pytest.param(
        make_facts(event=make_event(), organizer=OrganizerAnswer.NOT_FOUND),
        "organizer-left-orphan",
        LIKELY,
        id="the directory does not know the organiser",
    ),
    pytest.param(
        make_facts(
            OVERLAP,
            event=make_event("E2"),
            same_room=(make_event("E1", organizer=BRAM),),
            organizer=OrganizerAnswer.DISABLED,
        ),
        "organizer-left-orphan",
        LIKELY,
        id="a leaver's meeting blocks another",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(cancelled=(DAY,)),
            organizer_says=OrganizerSays.CANCELLED,
        ),
        "occurrence-cancelled-silently",
        CERTAIN,
        id="the master lists the date as cancelled, in both calendars",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(cancelled=(DAY,)),
        ),
        "occurrence-cancelled-silently",
        LIKELY,
        id="the master lists the date as cancelled",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(cancelled=None),
            same_series=(make_occurrence("O2", starts="2026-09-22 09:00"),),
        ),
        "occurrence-cancelled-silently",
        LIKELY,
        id="a cloud without that list: the series lives on around the date",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(
                recurrence=Recurrence(
                    "weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 8), days=("tuesday",)
                )
            ),
        ),
        "occurrence-cancelled-silently",
        LIKELY,
        id="the series was shortened",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(starts="2026-09-15 23:00"),
            event_missing=True,
            master=make_master(
                recurrence=Recurrence("weekly", 1, date(2026, 9, 1), days=("tuesday",)),
                cancelled=(DAY,),
            ),
        ),
        "occurrence-cancelled-silently",
        LIKELY,
        id="the master lists the only day it can be, in whatever zone",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=SeriesMaster(make_event("M", starts="2026-09-01 09:00"), None),
        ),
        "occurrence-cancelled-silently",
        LIKELY,
        id="the series was made one meeting",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(ends="09:15", modified_at=moment("09:15")),
            fields={"end": ("10", "09:15")},
            now=moment("11:00"),
        ),
        "no-show-released",
        POSSIBLE,
        id="cut short a quarter of an hour after its start, at that moment",
    ),
    pytest.param(
        CUT_SHORT,
        "no-show-released",
        POSSIBLE,
        id="cut short a quarter of an hour after its start, written later",
    ),
    pytest.param(
        replace(CUT_SHORT, organizer_copy=OrganizerCopy(make_event("X"))),
        "no-show-released",
        LIKELY,
        id="cut short in the room alone",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(response=Response.DECLINED, modified_at=moment("09:10")),
            now=moment("11:00"),
        ),
        "no-show-released",
        LIKELY,
        id="declined ten minutes into the meeting",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(key="K"),
            event_missing=True,
            last_known=make_event(key="K"),
            elsewhere=((LIBRARY, make_event("E2", key="K", created_at=LATE)),),
        ),
        "moved-to-other-room",
        CERTAIN,
        id="gone here, newly there",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(key="K"),
            event=make_event(key="K", is_cancelled=True),
            elsewhere=((LIBRARY, make_event("E2", key="K")),),
        ),
        "moved-to-other-room",
        LIKELY,
        id="the room left keeps a cancelled copy",
    ),
    pytest.param(
        make_facts(
            event=make_event("E2", key="K", created_at=LATE),
            reserved_elsewhere=((LIBRARY, make_reservation(key="K", room=RoomId(2))),),
        ),
        "moved-to-other-room",
        LIKELY,
        id="seen from the room that was entered",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event=make_occurrence(is_cancelled=True),
            elsewhere=((LIBRARY, make_occurrence("E2")),),
            reserved_elsewhere=(
                (LIBRARY, make_occurrence_reservation(starts="2026-09-22 09:00", room=RoomId(2))),
            ),
        ),
        "moved-to-other-room",
        LIKELY,
        id="one date, to the room that has the others",
    ),
    pytest.param(
        make_facts(
            event=make_event(key="K"),
            elsewhere=((LIBRARY, make_event("E2", key="K", is_cancelled=True)),),
            reserved_elsewhere=((LIBRARY, make_reservation(key="K", room=RoomId(2))),),
        ),
        "moved-to-other-room",
        LIKELY,
        id="cancelled in the room that was left",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(starts="2025-11-03 09:00"),
            event_missing=True,
            vanished_together=25,
        ),
        "retention-purged",
        LIKELY,
        id="long over, and many went together",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(starts="2025-11-03 09:00"), event_missing=True),
        "retention-purged",
        POSSIBLE,
        id="long over",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K", born_at=moment("2026-06-01 09:00")),
            event_missing=True,
        ),
        "restored-by-calendar-repair",
        LIKELY,
        id="cancelled, gone, and back as a new copy",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K"),
            event_missing=True,
            organizer_says=OrganizerSays.TAKES_PLACE,
        ),
        "restored-by-calendar-repair",
        LIKELY,
        id="back as a new copy, and its organiser has it",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            put_back=True,
            organizer_says=OrganizerSays.UNKNOWN,
        ),
        "restored-by-calendar-repair",
        POSSIBLE,
        id="put back once, gone again, and its organiser cannot be asked",
    ),
    # time
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:00", time_zone="UTC"),
            **MOVED,
        ),
        "timezone-shift",
        LIKELY,
        id="off by the room's offset from the event's zone",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="10:00", time_zone="Customized Time Zone"),
            **MOVED,
        ),
        "timezone-shift",
        POSSIBLE,
        id="off by an hour in a zone nobody knows",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="10:00", time_zone="GMT Standard Time", modified_at=LATE),
            agreed=make_agreed(),
            **MOVED,
        ),
        "timezone-shift",
        POSSIBLE,
        id="moved since both sides agreed, by just the offset",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(starts="2026-10-27 09:00"),
            event=make_occurrence(starts="2026-10-27 10:00", original="2026-10-27 09:00"),
            same_series=(make_occurrence("O0", starts="2026-10-20 09:00"),),
            siblings=(make_occurrence_reservation(1002, event="O0", starts="2026-10-20 09:00"),),
            **MOVED,
        ),
        "timezone-shift",
        LIKELY,
        id="right before the clocks change, an hour off after",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(starts="00:00", ends="2026-09-16 00:00", all_day=True),
            event=make_event(day=DAY),
            fields={"start": ("00", "22"), "end": ("00", "22")},
        ),
        "all-day-boundary",
        LIKELY,
        id="from 02:00 to 02:00",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=DAY),
            event=make_event(day=DAY + timedelta(days=1)),
            fields={"start": ("15", "16"), "end": ("16", "17")},
        ),
        "all-day-boundary",
        LIKELY,
        id="the day after",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(
                starts="2026-09-14 22:00", ends="2026-09-16 22:00", all_day=True
            ),
            event=make_event(day=DAY),
            agreed=make_agreed(make_reservation(day=DAY), make_event(day=DAY)),
            organizer_copy=OrganizerCopy(make_event("X", day=DAY)),
            fields={"end": ("17", "16")},
        ),
        "all-day-boundary",
        LIKELY,
        id="the last day counted twice, and not in Outlook",
    ),
    pytest.param(
        DAY_AFTER,
        "all-day-boundary",
        POSSIBLE,
        id="the day after, since both sides agreed",
    ),
    pytest.param(
        replace(DAY_AFTER, organizer_copy=OrganizerCopy(make_event("X", day=DAY))),
        "all-day-boundary",
        LIKELY,
        id="the day after, in the room alone",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=date(2026, 10, 24)),
            event=make_event(day=date(2026, 10, 25)),
            fields={"start": ("24", "25"), "end": ("25", "26")},
        ),
        "all-day-boundary",
        LIKELY,
        id="the day after, of 25 hours",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(starts="2026-09-14 22:00", ends="22:00"),
            event=make_event(day=DAY),
            fields={"all_day": (False, True)},
        ),
        "all-day-boundary",
        LIKELY,
        id="midnight to midnight is all day",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(organizer=BRAM),
            fields={"organizer": ("anna", "bram")},
            organizer_copy=OrganizerCopy(
                make_event("X", starts="11:00", modified_at=LATE), room_response=Response.ACCEPTED
            ),
        ),
        "stale-room-copy",
        LIKELY,
        id="the organiser's copy is newer and at another time",
    ),
    # series
    pytest.param(
        make_facts(
            event=make_event(type=EventType.EXCEPTION, instance_date=DAY), master_missing=True
        ),
        "exception-detached",
        LIKELY,
        id="one date of a series the room does not have",
    ),
    pytest.param(
        make_facts(event=make_event(type=EventType.EXCEPTION, instance_date=DAY)),
        "exception-detached",
        LIKELY,
        id="one date that names no series",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(starts="13:00", original="09:00"),
            event=make_occurrence(starts="09:00"),
            fields={"start": ("13", "09"), "end": ("14", "10")},
            master=make_master(exceptions=0),
            last_known=make_occurrence(starts="13:00", original="09:00", type=EventType.EXCEPTION),
        ),
        "series-edit-wiped-exceptions",
        LIKELY,
        id="a date moved on its own fell back into line",
    ),
    pytest.param(
        CALLED_OFF_NO_MORE,
        "series-edit-wiped-exceptions",
        LIKELY,
        id="the series moved to another hour, and a date that was off is on again",
    ),
    pytest.param(
        replace(CALLED_OFF_NO_MORE, event=make_occurrence(starts="09:00")),
        "series-edit-wiped-exceptions",
        POSSIBLE,
        id="a date that was off is on again, at its hour",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(starts="2026-09-17 09:00"),
            event=make_occurrence("N1", master="N", starts="2026-09-15 11:00"),
            fields={"start": ("17", "15"), "end": ("17", "15")},
        ),
        "series-split",
        LIKELY,
        id="the date goes on in another series on another day",
    ),
    pytest.param(
        UPSTAIRS,
        "series-split",
        LIKELY,
        id="the date goes on in another series in another room",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("N1", master="N", starts="11:00"),
            came_from=(LIBRARY, make_occurrence_reservation(room=RoomId(2))),
        ),
        "series-split",
        LIKELY,
        id="the date of a series of another room goes on here",
    ),
    pytest.param(
        replace(UPSTAIRS, goes_on=(LIBRARY, make_occurrence("O2", starts="11:00"))),
        "moved-to-other-room",
        LIKELY,
        id="the series itself goes on in another room",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event=make_occurrence("N1", master="N", subject="Quarter"),
            fields={"subject": ("Budget", "Quarter")},
        ),
        "series-split",
        LIKELY,
        id="the date goes on in another series under another subject",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master=make_master(
                recurrence=Recurrence(
                    "weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 8), days=("tuesday",)
                )
            ),
            same_room=(make_occurrence("N1", master="N", starts="09:30"),),
        ),
        "series-split",
        LIKELY,
        id="the old series ends and a new one goes on",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event=make_occurrence("N1", master="N", starts="09:30"),
            fields={"start": ("09", "09:30"), "end": ("10", "10:30")},
        ),
        "series-split",
        LIKELY,
        id="the reservation stands with the date of another series",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("N1", master="N", starts="09:30"),
            siblings=(make_occurrence_reservation(),),
        ),
        "series-split",
        LIKELY,
        id="the new series, seen beside the old reservation",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            master=replace(make_master(), recurrence=None),
        ),
        "recurrence-unsupported",
        LIKELY,
        id="a pattern that is not understood",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            master=make_master(
                recurrence=Recurrence(
                    "relativeMonthly", 1, date(2026, 9, 15), days=("tuesday",), index="third"
                )
            ),
        ),
        "recurrence-unsupported",
        POSSIBLE,
        id="an awkward pattern that a pass has seen and left",
    ),
    pytest.param(
        ROLLED_IN,
        "awaiting-next-pass",
        CERTAIN,
        id="the window reaches the date only since the last pass",
    ),
    pytest.param(
        replace(ROLLED_IN, planned_end=moment("2026-10-10 09:00")),
        "awaiting-next-pass",
        CERTAIN,
        id="the last pass reached up to its very start",
    ),
    pytest.param(
        replace(ROLLED_IN, subscriptions=(make_subscription(),)),
        "awaiting-next-pass",
        CERTAIN,
        id="a subscription tells nothing of a window that rolls on",
    ),
    # our own pushes, and the writes of others
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, external_state=ExternalState.PUSH_FAILED),
            outbox=make_outbox_item(attempts=3, failed=True, error_code="ErrorAccessDenied"),
        ),
        "push-failed",
        CERTAIN,
        id="Graph refused the push",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(event=None)),
        "push-failed",
        LIKELY,
        id="never on Outlook",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, external_state=ExternalState.PUSH_PENDING),
            outbox=make_outbox_item(),
        ),
        "push-failed",
        POSSIBLE,
        id="pending and not tried yet",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(
                starts="11:00", external_state=ExternalState.PUSH_FAILED, version=2
            ),
            event=make_direct_event(starts="09:00"),
            outbox=make_outbox_item(PushAction.CHANGE, attempts=2, error_code="ErrorServerBusy"),
            **MOVED,
        ),
        "push-failed",
        CERTAIN,
        id="moved here, and the room's own event did not follow",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(external_state=ExternalState.PUSH_PENDING),
            event=make_event(is_cancelled=True),
            outbox=make_outbox_item(),
            request=make_request(status=RequestStatus.REJECTED),
        ),
        "push-failed",
        POSSIBLE,
        id="a rejected cancellation that is yet to be pushed back",
    ),
    pytest.param(
        make_facts(
            event=make_direct_event(key="K"),
            reserved_elsewhere=(
                (
                    LIBRARY,
                    make_reservation(
                        key="K", room=RoomId(2), external_state=ExternalState.PUSH_FAILED
                    ),
                ),
            ),
        ),
        "push-failed",
        LIKELY,
        id="moved to another room here, and the old room still has it",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, external_state=ExternalState.PUSH_PENDING)
        ),
        "push-failed",
        POSSIBLE,
        id="pending with the rest of its series",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            outbox=make_outbox_item(
                PushAction.CANCEL,
                attempts=1,
                failed=True,
                error_code="ErrorInvalidRequest",
                error="You need to be an organizer to cancel a meeting.",
            ),
        ),
        "push-not-organizer",
        CERTAIN,
        id="Graph lets only the organiser cancel",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            outbox=make_outbox_item(PushAction.CANCEL, attempts=1),
        ),
        "push-not-organizer",
        LIKELY,
        id="tried, and nothing is on record of why it failed",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            history=(
                make_log_entry("push.failed", message="400: You need to be an organizer to cancel"),
            ),
        ),
        "push-not-organizer",
        CERTAIN,
        id="so the company log says",
    ),
    pytest.param(
        make_facts(reservation=make_cancelled_reservation(), event=make_event()),
        "push-not-organizer",
        LIKELY,
        id="cancelled here, and somebody else's meeting stays",
    ),
    pytest.param(
        make_facts(event=make_direct_event()),
        "booked-directly-in-room-mailbox",
        CERTAIN,
        id="the room is organiser and we did not write it",
    ),
    pytest.param(
        make_facts(event=make_direct_event(transaction_id="room-panel-7")),
        "booked-directly-in-room-mailbox",
        CERTAIN,
        id="another app wrote it",
    ),
    pytest.param(
        make_facts(
            OVERLAP,
            event=make_direct_event("E2", created_at=LATE),
            same_room=(make_event("E1"),),
        ),
        "double-booked-by-direct-write",
        CERTAIN,
        id="a direct write on top of an accepted meeting",
    ),
    pytest.param(
        make_facts(
            OVERLAP,
            event=make_event("E2", organizer=BRAM, created_at=LATE),
            same_room=(make_direct_event("E1"),),
        ),
        "double-booked-by-direct-write",
        LIKELY,
        id="an accepted meeting on top of a direct write",
    ),
    pytest.param(
        make_facts(OVERLAP, event=make_event("E2", organizer=BRAM), same_room=(make_event("E1"),)),
        "double-booked-by-direct-write",
        POSSIBLE,
        id="two invitations the room accepted both",
    ),
    pytest.param(
        make_facts(event=make_direct_event("E2"), siblings=(make_reservation(1001),)),
        "double-booked-by-direct-write",
        LIKELY,
        id="a direct write on top of a reservation",
    ),
    # transport, and what nobody could have seen
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(expires_at=LAST_PASS),),
        ),
        "subscription-expired",
        CERTAIN,
        id="made after the subscription had expired",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE), subscriptions=(make_subscription(lost=True),)
        ),
        "subscription-removed",
        LIKELY,
        id="Graph forgot the subscription before its time",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=LATE), subscriptions=(make_subscription(),)),
        "missed-notification",
        LIKELY,
        id="the subscription was alive and silent",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=LATE)),
        "awaiting-next-pass",
        CERTAIN,
        id="made after the last pass, no subscription",
    ),
    pytest.param(
        make_facts(event=make_event(), room=make_room(last_synced_at=None)),
        "awaiting-next-pass",
        CERTAIN,
        id="a room never passed over",
    ),
    pytest.param(
        make_facts(event=make_event(modified_at=LATE)),
        "awaiting-next-pass",
        LIKELY,
        id="made before the last pass and touched since",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(),),
            inbox_waiting=True,
        ),
        "awaiting-next-pass",
        CERTAIN,
        id="its notification waits in the inbox",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="10:30", modified_at=LATE),
            agreed=make_agreed(),
            **MOVED,
        ),
        "awaiting-next-pass",
        CERTAIN,
        id="moved in Outlook since the last pass",
    ),
    # weak signs and cosmetics
    pytest.param(
        make_facts(event=make_event(room_invited=False)),
        "forwarded",
        POSSIBLE,
        id="not among the attendees",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(organizer=BRAM, room_invited=False),
            fields={"organizer": ("anna", "bram")},
        ),
        "forwarded",
        POSSIBLE,
        id="not among the attendees, and another owner",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(subject="Anna de Vries"),
            room=with_policy(delete_subject=True, add_organizer_to_subject=True),
        ),
        "subject-rewritten",
        CERTAIN,
        id="the organiser's name in place of the subject, as the room is set",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(subject="Anna de Vries")),
        "subject-rewritten",
        LIKELY,
        id="the organiser's name in place of the subject",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(subject="Private meeting"),
            event=make_event(subject="Review", sensitivity="private"),
        ),
        "private-flag",
        CERTAIN,
        id="private",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(show_as="free")),
        "show-as-free",
        CERTAIN,
        id="shown as free, and in step",
    ),
    pytest.param(
        make_facts(event=make_event(show_as="free")),
        "show-as-free",
        POSSIBLE,
        id="shown as free, and left by a pass",
    ),
    pytest.param(
        make_facts(event=make_event()),
        "unexplained",
        POSSIBLE,
        id="an ordinary meeting that a pass has seen and left",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(starts="10:30"), **MOVED),
        "unexplained",
        POSSIBLE,
        id="other hours for no reason known",
    ),
]


@pytest.mark.parametrize(("facts", "code", "confidence"), ROWS)
def test_the_facts_give_the_cause(facts: Facts, code: str, confidence: Confidence) -> None:
    cause = explain(facts).cause
    assert (cause.code, cause.confidence) == (code, confidence)


def test_every_code_of_the_catalogue_has_a_row() -> None:
    assert {row.values[1] for row in ROWS} == set(MEANING)


@pytest.mark.parametrize(("facts", "code", "confidence"), ROWS)
def test_every_cause_has_evidence_a_test_against_it_and_a_remedy(
    facts: Facts, code: str, confidence: Confidence
) -> None:
    cause = explain(facts).cause
    assert cause.evidence
    assert all(type(item.value) in (str, int, bool) for item in cause.evidence)
    assert cause.refuted_by
    assert cause.remedy


REMEDIES = {
    "created-before-activation": "obctl rooms import-existing atrium@contoso.example",
    "series-not-yet-expanded": (
        "none, tonight's run creates them; now: obctl sync run --room atrium@contoso.example"
    ),
    "cancelled-but-kept-on-calendar": "obctl sync run --room atrium@contoso.example --full",
    "cancel-awaiting-approval": (
        "obctl cancellations approve 7, or obctl cancellations reject 7 --push-back"
    ),
    "occurrence-cancelled-silently": "obctl sync run --room atrium@contoso.example --full",
    "moved-to-other-room": (
        "obctl sync run --room atrium@contoso.example --room library@contoso.example"
        " (one move; services follow)"
    ),
    "push-failed": (
        "obctl sync run --room atrium@contoso.example (sends pending writes to Outlook)"
    ),
    "subscription-expired": (
        "obctl subscriptions create atrium@contoso.example,"
        " then obctl sync run --room atrium@contoso.example"
    ),
    "outside-sync-window": (
        "nothing: it is due from 2026-12-03 on; to have it now, raise future_days under [sync]"
        " and obctl sync run --room atrium@contoso.example"
    ),
}


@pytest.mark.parametrize("code", REMEDIES)
def test_the_remedy_is_the_command_to_run(code: str) -> None:
    facts = next(row.values[0] for row in ROWS if row.values[1] == code)
    assert explain(facts).cause.remedy == REMEDIES[code]


@pytest.mark.parametrize(
    ("changed_at", "option"),
    [
        pytest.param(LAST_PASS + timedelta(minutes=1), "", id="the-next-pass-is-told-of-it"),
        pytest.param(LAST_PASS, "", id="changed-while-the-pass-looked"),
        pytest.param(LAST_PASS - timedelta(minutes=1), " --full", id="no-pass-is-told-again"),
        pytest.param(None, "", id="nobody-knows-when"),
    ],
)
def test_what_a_pass_did_not_notice_is_mended_by_one_that_reads_the_room_in_full(
    changed_at: datetime | None, option: str
) -> None:
    event = make_event(is_cancelled=True, modified_at=changed_at)
    cause = explain(make_facts(reservation=make_reservation(), event=event)).cause
    assert cause.code == "cancelled-but-kept-on-calendar"
    assert cause.remedy == f"obctl sync run --room atrium@contoso.example{option}"


def test_a_series_that_was_called_off_does_not_go_on_as_the_one_booked_in_its_place() -> None:
    off, anew = (
        make_occurrence(is_cancelled=True),
        make_occurrence("N1", master="N", starts="09:30"),
    )
    facts = make_facts(event=anew, siblings=(make_occurrence_reservation(),), same_room=(off,))
    assert explain(facts).cause.code == "unexplained"
    alive = replace(facts, same_room=(replace(off, is_cancelled=False),))
    assert explain(alive).cause.code == "series-split"


def test_what_is_over_is_not_moved_after_its_meeting() -> None:
    there = make_event("E2", key="K", created_at=LATE)
    over = make_reservation(key="K")
    now = over.end + timedelta(hours=2)
    stays = "a reservation that is over stays where it was"
    left = make_facts(
        reservation=over,
        event_missing=True,
        last_known=make_event(key="K"),
        elsewhere=((LIBRARY, there),),
        now=now,
    )
    held = ((LIBRARY, make_reservation(key="K", room=RoomId(2))),)
    entered = make_facts(event=there, reserved_elsewhere=held, now=now)
    long_ago = replace(entered, window=span_of((over.end + timedelta(days=3)).date()))
    told = [explain(facts).cause for facts in (left, entered, long_ago)]
    assert {cause.code for cause in told} == {"moved-to-other-room"}
    assert [cause.remedy for cause in told] == [
        f"none: {stays}",
        f"obctl sync run --room atrium@contoso.example reserves this room besides: {stays}",
        f"none: {stays}",
    ]


def test_nobody_knows_when_a_meeting_was_deleted_so_that_the_room_is_read_in_full() -> None:
    gone = make_facts(reservation=make_reservation(), event_missing=True, last_known=make_event())
    cause = explain(gone).cause
    assert cause.code == "hard-deleted-by-delegate"
    assert cause.remedy.startswith("obctl sync run --room atrium@contoso.example --full;")


def test_a_reservation_that_is_over_needs_no_remedy() -> None:
    facts = make_facts(
        reservation=make_reservation(),
        event=make_event(is_cancelled=True),
        now=moment("2026-09-16 09:00"),
    )
    assert explain(facts).cause.remedy == "none: a reservation that is over is never cancelled"


@pytest.mark.parametrize(
    ("facts", "remedy"),
    [
        pytest.param(
            make_facts(
                reservation=make_reservation(version=2),
                event=make_direct_event(starts="11:00"),
                agreed=make_agreed(),
                **MOVED,
            ),
            "obctl reservations change 1001 puts it into the outbox again",
            id="a change that is pending no more",
        ),
        pytest.param(
            make_facts(reservation=make_cancelled_reservation(), event=make_direct_event()),
            "obctl reservations cancel 1001 puts it into the outbox again",
            id="a cancellation that is pending no more",
        ),
        pytest.param(
            make_facts(
                reservation=make_reservation(external_state=ExternalState.PUSH_PENDING, event=None)
            ),
            "obctl sync run --room atrium@contoso.example (sends pending writes to Outlook)",
            id="it waits with its series",
        ),
        pytest.param(
            make_facts(
                reservation=make_cancelled_reservation(),
                event=make_direct_event(),
                outbox=make_outbox_item(PushAction.CANCEL),
            ),
            "obctl sync run --room atrium@contoso.example (sends pending writes to Outlook)",
            id="it stands in the outbox",
        ),
        pytest.param(
            make_facts(
                reservation=make_cancelled_reservation(),
                event=make_direct_event(),
                outbox=make_outbox_item(PushAction.CANCEL, due_at=NOW + timedelta(minutes=5)),
            ),
            "obctl sync run --room atrium@contoso.example (sends pending writes to Outlook, this"
            " one from 2026-09-14T12:05:00Z on)",
            id="it is not due again yet",
        ),
    ],
)
def test_what_did_not_reach_outlook_is_sent_or_owed_again(facts: Facts, remedy: str) -> None:
    cause = explain(facts).cause
    assert (cause.code, cause.remedy) == ("push-failed", remedy)


def test_a_push_for_a_reservation_that_is_over_needs_no_remedy() -> None:
    facts = make_facts(reservation=make_reservation(event=None), now=moment("2026-09-16 09:00"))
    assert explain(facts).cause.remedy == "none: the reservation is over"


@pytest.mark.parametrize(
    ("days", "code"),
    [
        pytest.param(("tuesday",), "occurrence-cancelled-silently", id="one-date-it-can-be"),
        pytest.param(("monday", "tuesday"), "hard-deleted-by-delegate", id="two-and-one-is-off"),
        pytest.param(("friday",), "occurrence-cancelled-silently", id="no-date-in-any-zone"),
    ],
)
def test_the_date_of_a_series_in_a_zone_nobody_knows_is_what_it_can_be_anywhere(
    days: tuple[str, ...], code: str
) -> None:
    """Past midnight in the room, and the evening before to the west of it."""
    series = Recurrence("weekly", 1, date(2026, 9, 1), days=days, time_zone="Customized Time Zone")
    facts = make_facts(
        reservation=make_occurrence_reservation(starts="2026-09-14 22:30"),
        event_missing=True,
        last_known=make_occurrence(starts="2026-09-14 22:30"),
        master=make_master(recurrence=series, cancelled=(DAY,)),
    )
    assert explain(facts).cause.code == code


@pytest.mark.parametrize(
    ("reservation", "unsent"),
    [
        pytest.param({"event": None}, True, id="never written"),
        pytest.param({"external_state": ExternalState.PUSH_PENDING}, True, id="to be written anew"),
        pytest.param({"external_state": ExternalState.PUSH_FAILED}, True, id="written in vain"),
        pytest.param({"external_state": ExternalState.NOT_ON_OUTLOOK}, True, id="kept without it"),
        pytest.param({}, False, id="in step until it went"),
    ],
)
def test_what_outlook_never_had_or_is_owed_again_has_not_reached_it(
    reservation: dict[str, Any], *, unsent: bool
) -> None:
    found = push_failed(make_facts(reservation=make_reservation(**reservation)))
    assert (found is not None) is unsent


def test_the_other_events_of_a_room_are_told_once_and_without_the_one_asked_about() -> None:
    own, first, second = make_event(), make_event("E2"), make_event("E3")
    facts = make_facts(event=own, same_room=(first, own, second), same_series=(second, own, first))
    assert list(others(facts)) == [first, second]
    assert list(others(make_facts(reservation=make_reservation(), same_room=(first,)))) == [first]


@pytest.mark.parametrize(
    ("facts", "remedy"),
    [
        pytest.param(
            make_facts(reservation=make_reservation(), event=make_event(show_as="free")),
            "none: the room's time is taken",
            id="in step",
        ),
        pytest.param(
            make_facts(event=make_event(show_as="free")),
            "obctl sync run --room atrium@contoso.example --full",
            id="left by a pass",
        ),
    ],
)
def test_a_time_shown_as_free_is_taken_all_the_same(facts: Facts, remedy: str) -> None:
    cause = explain(facts).cause
    assert (cause.code, cause.remedy) == ("show-as-free", remedy)


@pytest.mark.parametrize(
    ("more", "advised"),
    [
        pytest.param({}, True, id="no subscription"),
        pytest.param({"subscriptions": (make_subscription(lost=True),)}, False, id="one is known"),
        pytest.param({"inbox_waiting": True}, False, id="the notification came"),
    ],
)
def test_a_subscription_is_advised_where_none_was_ever_made(
    more: dict[str, Any], *, advised: bool
) -> None:
    subscribe = "; to be told at once: obctl subscriptions create atrium@contoso.example"
    cause = awaiting_next_pass(make_facts(event=make_event(created_at=LATE), **more))
    assert cause is not None
    assert cause.remedy.endswith(subscribe) is advised


@pytest.mark.parametrize(
    ("passed", "refuted_by"),
    [
        pytest.param(LAST_PASS, "the change is older than the room's last good pass", id="passed"),
        pytest.param(
            None,
            "a pass over the room has ended well, and the difference is still there",
            id="never passed over",
        ),
    ],
)
def test_what_awaits_a_pass_is_refuted_by_one(passed: datetime | None, refuted_by: str) -> None:
    room = make_room(last_synced_at=passed)
    cause = explain(make_facts(event=make_event(created_at=LATE), room=room)).cause
    assert (cause.code, cause.refuted_by) == ("awaiting-next-pass", refuted_by)


def test_a_meeting_that_a_person_kept_says_so() -> None:
    facts = make_facts(
        reservation=make_reservation(external_state=ExternalState.NOT_ON_OUTLOOK),
        event_missing=True,
        last_known=make_event(),
        request=make_request(status=RequestStatus.REJECTED),
    )
    cause = explain(facts).cause
    assert cause.code == "hard-deleted-by-delegate"
    assert cause.remedy.startswith(
        "none, it is kept on purpose: request 7 was rejected;"
        " to give it up after all: obctl reservations cancel 1001"
    )


MOVED_BY_ORGANIZER = OrganizerCopy(
    make_event("X", starts="11:00", modified_at=LATE), room_response=Response.ACCEPTED
)
IN_STEP = {"kind": DifferenceKind.CHANGED, "reservation": make_reservation()}

BACK_IN_LINE = make_facts(
    reservation=make_occurrence_reservation(starts="13:00", original="09:00"),
    event=make_occurrence(starts="09:00"),
    fields={"start": ("13", "09"), "end": ("14", "10")},
    last_known=make_occurrence(starts="13:00", original="09:00", type=EventType.EXCEPTION),
)

BEYOND_REACH = make_facts(
    reservation=make_occurrence_reservation(event=None, starts="2027-04-06 09:00"),
    master=make_master(created_at=MADE),
)

NEAR_MISSES = [
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K", created_at=LATE),
            request=make_request(requested_at=LAST_PASS),
            fields={"event_id": ("OLD", "NEW")},
        ),
        "id-changed-after-mailbox-move",
        id="a pass had missed the meeting, and the room was invited again",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("O2", starts="2026-09-22 09:00", created_at=LATE),
            master=make_master(created_at=LATE),
            siblings=(make_occurrence_reservation(series_master_id=None),),
        ),
        "series-not-yet-expanded",
        id="the room had one date of the series alone",
    ),
    pytest.param(
        UPSTAIRS,
        "occurrence-cancelled-silently",
        id="the series ended here, and goes on in another room",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            goes_on=(LIBRARY, make_event("E2", starts="11:00")),
        ),
        "series-split",
        id="a single meeting booked anew in another room",
    ),
    pytest.param(
        replace(
            DAY_AFTER,
            organizer_copy=OrganizerCopy(make_event("X", day=DAY + timedelta(days=1))),
        ),
        "all-day-boundary",
        id="its organiser moved it to the day after",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=DAY),
            event=make_event(
                starts="2026-09-14 22:00", ends="2026-09-16 22:00", all_day=True, modified_at=LATE
            ),
            agreed=make_agreed(make_reservation(day=DAY), make_event(day=DAY)),
            fields={"end": ("16", "17")},
        ),
        "all-day-boundary",
        id="its organiser added a day",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=DAY),
            event=make_event(starts="07:00", ends="15:00", modified_at=LATE),
            agreed=make_agreed(make_reservation(day=DAY), make_event(day=DAY)),
            fields={"all_day": (True, False)},
        ),
        "all-day-boundary",
        id="a whole day became office hours",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(day=DAY, modified_at=LATE),
            fields={"all_day": (False, True)},
        ),
        "all-day-boundary",
        id="an hour became the whole day",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=date(2026, 10, 24)),
            event=make_event(day=date(2026, 10, 26)),
            fields={"start": ("24", "26"), "end": ("25", "27")},
        ),
        "all-day-boundary",
        id="two days on, one of them of 25 hours",
    ),
    pytest.param(
        replace(ROLLED_IN, planned_end=moment("2026-10-10 09:01")),
        "awaiting-next-pass",
        id="the last pass reached the date",
    ),
    pytest.param(
        replace(ROLLED_IN, planned_end=None),
        "awaiting-next-pass",
        id="nobody knows how far the last pass reached",
    ),
    pytest.param(
        ROLLED_IN,
        "recurrence-unsupported",
        id="no pass has failed with the pattern yet",
    ),
    pytest.param(
        replace(
            CALLED_OFF_NO_MORE, event=make_occurrence(starts="11:00", type=EventType.EXCEPTION)
        ),
        "series-edit-wiped-exceptions",
        id="the organiser put one date on again",
    ),
    pytest.param(
        CALLED_OFF_NO_MORE,
        "push-not-organizer",
        id="what Outlook cancelled and has again was not cancelled here",
    ),
    pytest.param(
        replace(CALLED_OFF_NO_MORE, event=make_direct_event()),
        "push-failed",
        id="what Outlook cancelled and has again is not left over",
    ),
    pytest.param(
        replace(
            CALLED_OFF_NO_MORE,
            history=(
                make_log_entry("cancellation.processed"),
                make_log_entry("reservation.cancelled"),
            ),
        ),
        "awaiting-next-pass",
        id="cancelled here at last",
    ),
    pytest.param(
        replace(BACK_IN_LINE, event=make_occurrence("N1", master="N", starts="09:00")),
        "series-edit-wiped-exceptions",
        id="the date went on in another series",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(starts="2026-09-17 09:00"),
            event=make_occurrence(
                "N1", master="N", starts="2026-09-15 11:00", subject="Something else"
            ),
            fields={"start": ("17", "15"), "end": ("17", "15")},
        ),
        "series-split",
        id="another series about something else",
    ),
    pytest.param(
        replace(BEYOND_REACH, master_missing=True),
        "recurrence-horizon",
        id="the series itself is gone",
    ),
    pytest.param(
        replace(BEYOND_REACH, outbox=make_outbox_item()),
        "recurrence-horizon",
        id="the date is yet to be written",
    ),
    pytest.param(
        replace(BEYOND_REACH, last_known=make_occurrence()),
        "recurrence-horizon",
        id="the room had the date",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=NOW - timedelta(minutes=2), show_as="tentative")),
        "event-still-settling",
        id="shown as tentative and accepted all the same",
    ),
    pytest.param(
        make_facts(event=make_event(created_at=NOW - timedelta(minutes=2), response=Response.NONE)),
        "event-still-settling",
        id="no answer, and shown as busy",
    ),
    pytest.param(
        make_facts(
            **IN_STEP,
            event=make_event(modified_at=LATE + timedelta(minutes=1)),
            organizer_copy=MOVED_BY_ORGANIZER,
        ),
        "stale-room-copy",
        id="the room's copy was changed last",
    ),
    pytest.param(
        make_facts(
            **IN_STEP,
            event=make_event(),
            organizer_copy=MOVED_BY_ORGANIZER,
            now=LATE + timedelta(minutes=4),
        ),
        "stale-room-copy",
        id="an update may still be on its way",
    ),
    pytest.param(
        make_facts(
            **IN_STEP,
            event=make_event(),
            organizer_copy=OrganizerCopy(make_event("X", modified_at=LATE)),
        ),
        "stale-room-copy",
        id="the organiser's copy is newer and at the same time",
    ),
    pytest.param(
        make_facts(event=make_event(), organizer_copy=MOVED_BY_ORGANIZER),
        "stale-room-copy",
        id="a meeting without a reservation is not missing for its hours",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, source=Source.OUTLOOK),
            organizer_copy=OrganizerCopy(make_event("X"), location="Atrium", resources=1),
        ),
        "location-text-only",
        id="a room is invited, perhaps this one by another of its addresses",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, source=Source.OUTLOOK),
            organizer_copy=OrganizerCopy(make_event("X"), location="The Atriums, downtown"),
        ),
        "location-text-only",
        id="the room's name is part of another word",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, source=Source.OUTLOOK),
            room=make_room(name=""),
            organizer_copy=OrganizerCopy(make_event("X"), location="Downtown"),
        ),
        "location-text-only",
        id="a room without a name is named nowhere",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, source=Source.OUTLOOK),
            organizer_copy=OrganizerCopy(
                make_event("X"), location="Atrium", room_response=Response.NONE
            ),
        ),
        "location-text-only",
        id="the room is invited, and has not answered",
    ),
    pytest.param(
        make_facts(**IN_STEP, event=make_event(room_invited=None)),
        "forwarded",
        id="who is invited is hidden",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:00", room_invited=False, attendees=2),
            **MOVED,
        ),
        "forwarded",
        id="it is the hours that differ",
    ),
    pytest.param(
        make_facts(event=make_event(born_at=moment("2025-12-20 09:00"))),
        "created-before-activation",
        id="an old meeting that invited the room later",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("O2", created_at=LATE),
            siblings=(make_occurrence_reservation(1001),),
            settings=SyncSettings(series=SeriesPolicy.IMMEDIATE),
        ),
        "series-not-yet-expanded",
        id="series are created at once here",
    ),
    pytest.param(
        make_facts(event=make_event(organizer=Person("S", "s@eu.contoso.example"), **UNANSWERED)),
        "external-organizer-ignored",
        id="a subdomain of the company is no outside",
    ),
    pytest.param(
        make_facts(
            event=make_event(organizer=OUTSIDER, **UNANSWERED),
            room=with_policy(process_external_meeting_messages=True),
        ),
        "external-organizer-ignored",
        id="a room that does answer outside senders",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(key="K"),
            event_missing=True,
            elsewhere=((LIBRARY, make_event("E2", key="K")),),
            reserved_elsewhere=((LIBRARY, make_reservation(1002, key="K", room=RoomId(2))),),
        ),
        "moved-to-other-room",
        id="the other room had been invited all along",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="10:30", time_zone="UTC"),
            **MOVED,
        ),
        "timezone-shift",
        id="moved by what is no offset",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(starts="10:00"), **MOVED),
        "timezone-shift",
        id="moved by an hour in the room's own zone",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(version=2),
            event=make_direct_event(starts="11:00", time_zone="UTC"),
            agreed=make_agreed(),
            **MOVED,
        ),
        "timezone-shift",
        id="the reservation was moved here",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=DAY),
            event=make_event(day=DAY + timedelta(days=3)),
            fields={"start": ("15", "18"), "end": ("16", "19")},
        ),
        "all-day-boundary",
        id="three days later is a move",
    ),
    pytest.param(
        make_facts(event=make_event(), organizer=OrganizerAnswer.UNKNOWN),
        "organizer-left-orphan",
        id="silence makes no orphan",
    ),
    pytest.param(
        make_facts(event=make_event(organizer=OUTSIDER), organizer=OrganizerAnswer.NOT_FOUND),
        "organizer-left-orphan",
        id="the directory never knew an outsider",
    ),
    pytest.param(
        make_facts(event=make_direct_event(transaction_id="obctl-1001-1-0123456789abcdef")),
        "booked-directly-in-room-mailbox",
        id="our own push",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            outbox=make_outbox_item(PushAction.CANCEL, attempts=3, error_code="ErrorServerBusy"),
        ),
        "push-not-organizer",
        id="Graph was busy",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            outbox=make_outbox_item(PushAction.CANCEL),
        ),
        "push-not-organizer",
        id="nobody has tried yet",
    ),
    pytest.param(
        make_facts(event=make_event(room_invited=False, attendees=0)),
        "forwarded",
        id="no attendees at all",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:00", time_zone=None),
            **MOVED,
        ),
        "timezone-shift",
        id="a zone that is not known is no evidence",
    ),
    pytest.param(
        make_facts(
            event=make_event(organizer=Person("B", "b@contoso.example"), **UNANSWERED),
            domains=frozenset({"rooms.contoso.example"}),
        ),
        "external-organizer-ignored",
        id="rooms live in a subdomain",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            history=(
                make_log_entry("event.created", "2026-09-10 08:00"),
                make_log_entry("reservation.cancelled", "2026-09-10 08:04"),
            ),
        ),
        "policy-mismatch-rejected",
        id="a person cancelled it minutes later",
    ),
    pytest.param(
        make_facts(
            event=make_event(
                created_at=LATE,
                organizer=replace(ANNA, name="Anna"),
            ),
            subscriptions=(make_subscription(),),
            notified_at=LATE + timedelta(minutes=1),
        ),
        "missed-notification",
        id="the notification did come",
    ),
    pytest.param(
        make_facts(event=make_event(), subscriptions=(make_subscription(expires_at=LAST_PASS),)),
        "subscription-expired",
        id="a pass has seen it since",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            request=make_request(status=RequestStatus.REJECTED),
            event_missing=True,
        ),
        "cancel-awaiting-approval",
        id="the request was decided",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(ends="09:30", modified_at=LATE),
            fields={"end": ("10", "09:30")},
        ),
        "no-show-released",
        id="shortened the day before",
    ),
    pytest.param(
        replace(CUT_SHORT, organizer_copy=OrganizerCopy(make_event("X", ends="09:15"))),
        "no-show-released",
        id="shortened by its organiser",
    ),
    pytest.param(
        replace(CUT_SHORT, event=make_event(ends="09:45", modified_at=moment("09:05"))),
        "no-show-released",
        id="shortened in good time while it ran",
    ),
    pytest.param(
        replace(CUT_SHORT, event=make_event(ends="11:00", modified_at=moment("09:31"))),
        "no-show-released",
        id="extended while it ran",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(ends="17:00"),
            event=make_event(ends="10:01", modified_at=moment("10:01")),
            fields={"end": ("17", "10")},
            now=moment("11:00"),
        ),
        "no-show-released",
        id="ended after more than an hour",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(ends="09:15", subject="Quarter", modified_at=moment("09:40")),
            fields={"end": ("10", "09:15"), "subject": ("Budget", "Quarter")},
            now=moment("11:00"),
        ),
        "no-show-released",
        id="its organiser changed more than its end",
    ),
    pytest.param(
        replace(BACK_IN_LINE, reservation=make_occurrence_reservation(starts="09:00")),
        "series-edit-wiped-exceptions",
        id="the reservation was in line all the time",
    ),
    pytest.param(
        replace(BACK_IN_LINE, event=make_occurrence(starts="11:00", original="09:00")),
        "series-edit-wiped-exceptions",
        id="the date is at no hour of its series",
    ),
    pytest.param(
        replace(BACK_IN_LINE, event=make_occurrence(starts="09:00", type=EventType.EXCEPTION)),
        "series-edit-wiped-exceptions",
        id="the date is still one changed on its own",
    ),
    pytest.param(
        replace(BACK_IN_LINE, last_known=make_occurrence(starts="13:00", original="09:00")),
        "series-edit-wiped-exceptions",
        id="it was never seen changed on its own",
    ),
    pytest.param(
        replace(BACK_IN_LINE, last_known=None),
        "series-edit-wiped-exceptions",
        id="nobody knows what it was before",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key=None),
            event=make_event("NEW", key=None),
            fields={"event_id": ("OLD", "NEW")},
        ),
        "id-changed-after-mailbox-move",
        id="two ids and no key that says they are one meeting",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K", starts="11:00"),
            fields={"event_id": ("OLD", "NEW"), "start": ("09", "11")},
        ),
        "id-changed-after-mailbox-move",
        id="the meeting changed besides",
    ),
    pytest.param(
        replace(MOVED_COPY, last_known=make_event("OLD", key="K", created_at=LATE)),
        "id-changed-after-mailbox-move",
        id="invited anew at another hour",
    ),
    pytest.param(
        replace(
            MOVED_COPY,
            event=make_event("NEW", key="K", starts="11:00", series_master_id=EventId("M")),
            last_known=make_event("OLD", key="K", series_master_id=EventId("M")),
        ),
        "id-changed-after-mailbox-move",
        id="one date of the series that is there as ever",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event_missing=True,
            rekeyed=make_event("NEW", key="K", is_cancelled=True),
        ),
        "id-changed-after-mailbox-move",
        id="what bears the key is cancelled",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", key="K", instance_date=DAY, series_master_id=EventId("M")),
            same_room=(make_event("E2", key="K", starts="09:30", instance_date=DAY),),
        ),
        "key-collision",
        id="orphan instances share their series' key",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("E1", transaction_id="T"),
            same_series=(make_occurrence("E2", transaction_id="T", starts="2026-09-22 09:00"),),
        ),
        "key-collision",
        id="all dates of a series bear its transaction id",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", key="K"),
            same_room=(make_event("E2", key="K", starts="09:30", instance_date=DAY),),
        ),
        "key-collision",
        id="an orphan instance bears its series' key beside another",
    ),
    pytest.param(
        make_facts(event=make_occurrence(type=EventType.EXCEPTION, instance_date=DAY)),
        "exception-detached",
        id="a date whose series is in the room",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", key=None),
            same_room=(make_event("E2", key=None, starts="09:30"),),
        ),
        "key-collision",
        id="two meetings without a key share none",
    ),
    pytest.param(
        make_facts(
            event=make_event(key="K"),
            elsewhere=((LIBRARY, make_event("E2", key="K")),),
            reserved_elsewhere=((LIBRARY, make_reservation(key="K", room=RoomId(2))),),
        ),
        "moved-to-other-room",
        id="the other room still has it",
    ),
    pytest.param(
        make_facts(
            event=make_event(key="K", organizer=BRAM),
            reserved_elsewhere=((LIBRARY, make_reservation(key="K", room=RoomId(2))),),
        ),
        "moved-to-other-room",
        id="the reservation in the other room is somebody else's",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            reserved_elsewhere=(
                (LIBRARY, make_occurrence_reservation(starts="2026-09-22 09:00", room=RoomId(2))),
            ),
        ),
        "moved-to-other-room",
        id="the other room has another date of the series",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event=make_occurrence(is_cancelled=True),
            elsewhere=((LIBRARY, make_occurrence("E2")),),
            reserved_elsewhere=((LIBRARY, make_occurrence_reservation(room=RoomId(2))),),
        ),
        "moved-to-other-room",
        id="the other room had this date besides",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(key="K"),
            event_missing=True,
            last_known=make_event(key="K", created_at=LATE),
            called_off_elsewhere=(
                (
                    LIBRARY,
                    make_event(
                        "E2", key="K", created_at=moment("2026-09-01 09:00"), is_cancelled=True
                    ),
                ),
            ),
        ),
        "moved-to-other-room",
        id="the other room's cancelled copy is older: that is the room it had left",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(key="K", event="OLD"),
            event=make_event("NEW", key="K", starts="14:00", born_at=moment("2026-06-01 09:00")),
            event_missing=True,
        ),
        "restored-by-calendar-repair",
        id="the room was invited anew to another hour",
    ),
]


NOT_CERTAIN = [
    pytest.param(
        make_facts(reservation=make_reservation(), event_missing=True, organizer_copy=copy),
        id=why,
    )
    for why, copy in (
        ("nobody may ask the organiser", None),
        ("the room is no attendee there", OrganizerCopy(make_event("X"))),
        ("no answer stands there", OrganizerCopy(make_event("X"), room_response=Response.NONE)),
        (
            "the organiser cancelled it",
            OrganizerCopy(make_event("X", is_cancelled=True), room_response=Response.ACCEPTED),
        ),
    )
] + [
    pytest.param(
        make_facts(reservation=make_reservation(), organizer_copy=ORGANIZER_HAS_IT),
        id="Outlook was not asked for it by id",
    )
]


@pytest.mark.parametrize("facts", NOT_CERTAIN)
def test_a_deletion_is_not_certain_on_less(facts: Facts) -> None:
    cause = explain(facts).cause
    assert cause.code == "hard-deleted-by-delegate"
    assert cause.confidence is not CERTAIN


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param(
            make_facts(**IN_STEP, event=make_event(), organizer_copy=MOVED_BY_ORGANIZER),
            "stale-room-copy",
            id="the organiser's meeting is at another time",
        ),
        pytest.param(
            make_facts(**IN_STEP, event=make_event(room_invited=False, attendees=2)),
            "forwarded",
            id="the room is not among those invited",
        ),
        pytest.param(make_facts(**IN_STEP, event=make_event()), None, id="nothing"),
        pytest.param(
            make_facts(**IN_STEP, event=make_event(), organizer_says=OrganizerSays.UNKNOWN),
            None,
            id="the organiser cannot be asked",
        ),
    ],
)
def test_a_meeting_in_step_may_have_something_wrong_all_the_same(
    facts: Facts, code: str | None
) -> None:
    cause = cause_in_step(facts)
    assert (cause and cause.code) == code


@pytest.mark.parametrize(("facts", "code"), NEAR_MISSES)
def test_what_only_looks_like_the_cause_is_not_given(facts: Facts, code: str) -> None:
    assert explain(facts).cause.code != code
