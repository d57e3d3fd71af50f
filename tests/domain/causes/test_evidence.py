"""What each cause rests on: the evidence as people and programs read it, fact by fact.

What is known is shown; what is not known is left out, and never shown as if it were not so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from builders import (
    BRAM,
    DAY,
    MADE,
    NOW,
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
)

from obctl.domain.causes import explain
from obctl.domain.causes.facts import Facts, OrganizerAnswer
from obctl.domain.difference import Cause, Confidence, DifferenceKind
from obctl.domain.event import EventId, EventType, Person, Response, SeriesMaster
from obctl.domain.organizer_copy import OrganizerCopy, OrganizerSays
from obctl.domain.outbox import PushAction
from obctl.domain.recurrence import Recurrence
from obctl.domain.reservation import ExternalState, Service, ServiceKind, Status
from obctl.domain.room import CalendarProcessing, RoomId
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace

DUPLICATE, OVERLAP = DifferenceKind.DUPLICATE, DifferenceKind.OVERLAP
LIBRARY = make_room("Library", id=RoomId(2))
LATE = moment("2026-09-14 10:00")  # after the last pass
HEARD = moment("2026-09-13 09:00")
OUTSIDER = Person("Omar Haddad", "omar@fabrikam.example")
UNANSWERED: dict[str, Any] = {"response": Response.NOT_RESPONDED, "show_as": "tentative"}
MOVED: dict[str, Any] = {"fields": {"start": ("09", "11"), "end": ("10", "12")}}
ENDED = Recurrence("weekly", 1, date(2026, 9, 1), end_date=date(2026, 9, 8), days=("tuesday",))
ENDLESS = Recurrence("weekly", 1, date(2026, 9, 1), days=("tuesday",))
REJECTED = make_request(status=RequestStatus.REJECTED)
LUNCH = (
    Service(1, make_reservation().number, ServiceKind.CATERING, "lunch", 12),
    Service(2, make_reservation().number, ServiceKind.OTHER, "flowers", 1, cancelled=True),
)
BECAUSE = Cause("hard-deleted-by-delegate", Confidence.LIKELY, (), "", "")


def with_policy(**settings: Any) -> Any:
    return make_room(processing=CalendarProcessing(**settings))


ROWS = [
    pytest.param(
        make_facts(
            event=make_event(),
            room=make_room(condition="room-remapped"),
            mailbox_id="object-other",
            mailbox_shared_with=(LIBRARY, make_room("Hall")),
        ),
        "room-remapped",
        {
            "room.object_id": "object-atrium",
            "directory.object_id": "object-other",
            "room.condition": "room-remapped",
            "mailbox.shared_with": "hall@contoso.example, library@contoso.example",
        },
        id="another mailbox and another room",
    ),
    pytest.param(
        make_facts(event=make_event(), mailbox_id="object-atrium", mailbox_shared_with=(LIBRARY,)),
        "room-remapped",
        {
            "room.object_id": "object-atrium",
            "directory.object_id": "object-atrium",
            "mailbox.shared_with": "library@contoso.example",
        },
        id="the mailbox is the one on record",
    ),
    pytest.param(
        make_facts(
            event=make_event(),
            room=make_room(object_id=None, condition="room-remapped"),
            mailbox_id="object-other",
        ),
        "room-remapped",
        {
            "directory.object_id": "object-other",
            "room.condition": "room-remapped",
        },
        id="a room whose object was never noted",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event="OLD"),
            event_missing=True,
            rekeyed=make_occurrence("NEW"),
        ),
        "id-changed-after-mailbox-move",
        {
            "reservation.event_id": "OLD",
            "answer.by_id": 404,
            "event.id": "NEW",
            "event.series_key": "key-of-M",
            "event.original_start": "2026-09-15T09:00:00Z",
            "event.start": "2026-09-15T09:00:00Z",
        },
        id="a date under a new id",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K"),
            fields={"event_id": ("OLD", "NEW")},
        ),
        "id-changed-after-mailbox-move",
        {
            "reservation.event_id": "OLD",
            "event.id": "NEW",
            "event.series_key": "K",
            "event.start": "2026-09-15T09:00:00Z",
        },
        id="a new id, the old one not asked for",
    ),
    pytest.param(
        make_facts(
            event=make_event("E1", transaction_id="T"),
            same_room=(make_event("E2", transaction_id="T", starts="09:30"),),
        ),
        "key-collision",
        {
            "event.id": "E1",
            "same_transaction_id_as": "E2",
            "event.ical_uid": "uid-key-of-E1",
            "event.transaction_id": "T",
        },
        id="one transaction id",
    ),
    pytest.param(
        make_facts(
            DUPLICATE,
            event=make_event("E2", transaction_id="T"),
            same_room=(make_event("E1", created_at=LATE),),
        ),
        "duplicate-import",
        {
            "event.id": "E2",
            "event.created_at": "2026-09-10T08:00:00Z",
            "event.transaction_id": "T",
            "same_slot_as": "E1",
            "twin.created_at": "2026-09-14T10:00:00Z",
        },
        id="one meeting sent twice",
    ),
    pytest.param(
        make_facts(DUPLICATE, event=make_event("E2")),
        "duplicate-import",
        {
            "event.id": "E2",
            "event.created_at": "2026-09-10T08:00:00Z",
        },
        id="the other half was not read",
    ),
    pytest.param(
        make_facts(
            DUPLICATE,
            reservation=make_reservation(1002),
            event=make_event(),
            siblings=(make_reservation(1001),),
        ),
        "duplicate-import",
        {
            "event.id": "E1",
            "reservation.number": 1002,
            "also_reserved_by": 1001,
        },
        id="two reservations for one event",
    ),
    pytest.param(
        make_facts(event=make_event(room_invited=False)),
        "forwarded",
        {
            "event.room_invited": False,
            "event.attendees": 3,
            "event.organizer": "anna@contoso.example",
        },
        id="not among three attendees",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(), master=make_master(created_at=moment("2025-12-20 09:00"))
        ),
        "created-before-activation",
        {
            "event.created_at": "2026-09-10T08:00:00Z",
            "master.created_at": "2025-12-20T09:00:00Z",
            "room.activated_at": "2026-01-01T00:00:00Z",
        },
        id="the series is older than the room",
    ),
    pytest.param(
        make_facts(event=make_event(born_at=moment("2025-12-20 09:00")), copied_together=10),
        "created-before-activation",
        {
            "event.created_at": "2026-09-10T08:00:00Z",
            "room.activated_at": "2026-01-01T00:00:00Z",
            "event.born_at": "2025-12-20T09:00:00Z",
            "made_anew_in_the_same_minute": 10,
        },
        id="born before the room, and copied with many",
    ),
    pytest.param(
        make_facts(event=make_event(born_at=moment("2025-12-20 09:00"), created_at=None)),
        "created-before-activation",
        {
            "room.activated_at": "2026-01-01T00:00:00Z",
            "event.born_at": "2025-12-20T09:00:00Z",
        },
        id="born before the room, its copy not dated",
    ),
    pytest.param(
        make_facts(event=make_event(starts="2026-09-01 09:00")),
        "outside-sync-window",
        {
            "event.start": "2026-09-01T09:00:00Z",
            "window.start": "2026-09-12T22:00:00Z",
            "window.end": "2027-03-13T23:00:00Z",
            "sync.past_days": 1,
        },
        id="before the window",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(is_draft=True)),
        "event-still-settling",
        {
            "event.created_at": "2026-09-10T08:00:00Z",
            "event.modified_at": "2026-09-10T08:00:00Z",
            "now": "2026-09-14T12:00:00Z",
            "sign": "a draft the organiser has not sent",
            "event.response": "accepted",
            "event.subject": "Budget",
        },
        id="a draft",
    ),
    pytest.param(
        make_facts(
            event=make_event(organizer=OUTSIDER, foreign_origin=True, **UNANSWERED),
            domains=frozenset({"contoso.example", "adatum.example"}),
        ),
        "external-organizer-ignored",
        {
            "event.organizer": "omar@fabrikam.example",
            "company.domains": "adatum.example, contoso.example",
            "event.foreign_origin": True,
            "event.response": "notResponded",
        },
        id="an outsider in another system",
    ),
    pytest.param(
        make_facts(event=make_event(foreign_origin=True, **UNANSWERED), domains=frozenset()),
        "external-organizer-ignored",
        {
            "event.organizer": "anna@contoso.example",
            "event.foreign_origin": True,
            "event.response": "notResponded",
        },
        id="no company domain is known",
    ),
    pytest.param(
        make_facts(
            event=make_event(**UNANSWERED), room=with_policy(automate_processing="AutoUpdate")
        ),
        "tentative-not-accepted",
        {
            "event.response": "notResponded",
            "event.show_as": "tentative",
            "event.created_at": "2026-09-10T08:00:00Z",
            "now": "2026-09-14T12:00:00Z",
            "room.AutomateProcessing": "AutoUpdate",
        },
        id="a delegate answers",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            last_known=make_event(response=Response.NOT_RESPONDED),
            organizer_copy=OrganizerCopy(make_event("X"), room_response=Response.DECLINED),
            organizer_says=OrganizerSays.TAKES_PLACE,
        ),
        "room-declined",
        {
            "answer.by_id": 404,
            "last_known.response": "notResponded",
            "organizer_copy.room_response": "declined",
            "reservation.status": "confirmed",
            "organizer.copy": "takes place",
        },
        id="declined, and gone since",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(status=Status.TENTATIVE)),
        "room-declined",
        {
            "reservation.status": "tentative",
        },
        id="only the reservation tells",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event=None, starts="2027-04-06 09:00"),
            room=with_policy(enforce_scheduling_horizon=True),
        ),
        "recurrence-horizon",
        {
            "reservation.start": "2027-04-06T09:00:00Z",
            "series.created_at": "2026-09-10T08:00:00Z",
            "room.EnforceSchedulingHorizon": True,
        },
        id="cut off, nothing seen of it",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event=None, starts="2026-10-06 09:00"),
            room=with_policy(booking_window_in_days=10),
            master=make_master(created_at=MADE),
            same_series=(
                make_occurrence("O0", starts="2026-09-15 09:00"),
                make_occurrence("O2", starts="2026-09-22 09:00"),
                make_occurrence("O3", starts="2026-09-08 09:00"),
            ),
        ),
        "recurrence-horizon",
        {
            "reservation.start": "2026-10-06T09:00:00Z",
            "series.created_at": "2026-09-10T08:00:00Z",
            "room.BookingWindowInDays": 10,
            "series.last_instance": "2026-09-22T09:00:00Z",
        },
        id="the last date of several",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(event=None),
            room=with_policy(conflict_percentage_allowed=10, maximum_conflict_instances=2),
            same_room=(make_event("E9", organizer=BRAM, starts="09:30"),),
        ),
        "conflict-partially-declined-series",
        {
            "reservation.start": "2026-09-15T09:00:00Z",
            "busy_with": "E9",
            "busy_with.start": "2026-09-15T09:30:00Z",
            "busy_with.end": "2026-09-15T10:30:00Z",
            "busy_with.created_at": "2026-09-10T08:00:00Z",
            "series_goes_on": False,
            "room.ConflictPercentageAllowed": 10,
            "room.MaximumConflictInstances": 2,
        },
        id="busy, and the series ends there",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(external_state=ExternalState.NOT_ON_OUTLOOK),
            event_missing=True,
            last_known=make_event(is_cancelled=True),
            request=REJECTED,
            room=with_policy(remove_canceled_meetings=True),
        ),
        "cancelled-but-kept-on-calendar",
        {
            "answer.by_id": 404,
            "request.status": "rejected",
            "last_known.is_cancelled": True,
            "room.RemoveCanceledMeetings": True,
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="gone after it was cancelled",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            last_known=make_event(),
            history=(make_log_entry("event.cancelled"),),
        ),
        "cancelled-but-kept-on-calendar",
        {
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="the log alone says so",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(), master=make_master(is_cancelled=True)
        ),
        "cancelled-but-kept-on-calendar",
        {
            "master.is_cancelled": True,
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="the whole series is off",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(
                services=LUNCH, external_state=ExternalState.CANCELLATION_REQUEST
            ),
            event_missing=True,
            request=make_request(cause=BECAUSE),
        ),
        "cancel-awaiting-approval",
        {
            "reservation.external_state": 100,
            "request.id": 7,
            "request.reason": "services-booked",
            "request.requested_at": "2026-09-14T01:00:00Z",
            "request.cause": "hard-deleted-by-delegate",
            "services": 1,
            "answer.by_id": 404,
        },
        id="a request with services",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(external_state=ExternalState.CANCELLATION_REQUEST)),
        "cancel-awaiting-approval",
        {
            "reservation.external_state": 100,
        },
        id="the request is not on record",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(external_state=ExternalState.CANCELLATION_REQUEST),
            request=REJECTED,
        ),
        "cancel-awaiting-approval",
        {
            "reservation.external_state": 100,
        },
        id="another request was decided before",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            last_known=make_occurrence(),
            master=make_master(cancelled=None),
            same_series=(
                make_occurrence("O0", starts="2026-09-08 09:00"),
                make_occurrence("O2", starts="2026-09-22 09:00"),
            ),
        ),
        "occurrence-cancelled-silently",
        {
            "reservation.original_start": "2026-09-15T09:00:00Z",
            "series.date": "2026-09-15",
            "master.id": "M",
            "master.pattern_has_date": True,
            "instances_read": 2,
            "changed_at": "2026-09-10T08:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="a hole where the cloud lists nothing",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            last_known=make_occurrence(),
            master=make_master(recurrence=ENDED),
            request=REJECTED,
        ),
        "occurrence-cancelled-silently",
        {
            "reservation.original_start": "2026-09-15T09:00:00Z",
            "master.id": "M",
            "master.cancelled_dates": False,
            "master.pattern_has_date": False,
            "series.end_date": "2026-09-08",
            "request.status": "rejected",
            "changed_at": "2026-09-10T08:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="after the end of its series",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            last_known=make_occurrence(),
            master=make_master(recurrence=replace(ENDLESS, count=2)),
        ),
        "occurrence-cancelled-silently",
        {
            "reservation.original_start": "2026-09-15T09:00:00Z",
            "master.id": "M",
            "master.cancelled_dates": False,
            "master.pattern_has_date": False,
            "series.end_date": "2026-09-08",
            "changed_at": "2026-09-10T08:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="after the last of the dates that its series counts",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            last_known=make_occurrence(),
            master=SeriesMaster(make_event("M", starts="2026-09-22 09:00"), None, None, 0),
        ),
        "occurrence-cancelled-silently",
        {
            "reservation.original_start": "2026-09-15T09:00:00Z",
            "series.date": "2026-09-15",
            "master.id": "M",
            "master.type": "singleInstance",
            "changed_at": "2026-09-10T08:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="one meeting is left of the series",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(starts="2026-07-01 09:00"), last_known=make_event()
        ),
        "retention-purged",
        {
            "reservation.end": "2026-07-01T10:00:00Z",
            "now": "2026-09-14T12:00:00Z",
        },
        id="long over, alone",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(event="OLD", key="K"),
            event=make_event("NEW", key="K", born_at=None),
            event_missing=True,
            organizer_says=OrganizerSays.TAKES_PLACE,
        ),
        "restored-by-calendar-repair",
        {
            "reservation.status": "cancelled",
            "reservation.event_id": "OLD",
            "answer.by_id": 404,
            "event.id": "NEW",
            "event.created_at": "2026-09-10T08:00:00Z",
            "organizer.copy": "takes place",
        },
        id="back, and takes place",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            last_known=make_event(),
            put_back=True,
            organizer_says=OrganizerSays.UNKNOWN,
        ),
        "restored-by-calendar-repair",
        {
            "reservation.event_id": "E1",
            "organizer.copy": "cannot be read",
        },
        id="put back once, and gone again",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(response=Response.DECLINED, modified_at=moment("09:12")),
            organizer_copy=OrganizerCopy(make_event("X")),
            now=moment("11:00"),
        ),
        "no-show-released",
        {
            "reservation.start": "2026-09-15T09:00:00Z",
            "reservation.end": "2026-09-15T10:00:00Z",
            "released_at": "2026-09-15T09:12:00Z",
            "event.end": "2026-09-15T10:00:00Z",
            "event.modified_at": "2026-09-15T09:12:00Z",
            "event.response": "declined",
            "organizer_copy.end": "2026-09-15T10:00:00Z",
        },
        id="declined while it ran, as the organiser has it in full",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event_missing=True,
            history=(make_log_entry("push.cancelled", "09:12"),),
            now=moment("11:00"),
        ),
        "no-show-released",
        {
            "reservation.start": "2026-09-15T09:00:00Z",
            "reservation.end": "2026-09-15T10:00:00Z",
            "released_at": "2026-09-15T09:12:00Z",
        },
        id="gone while it ran",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            master=make_master(recurrence=ENDLESS),
            organizer=OrganizerAnswer.DISABLED,
        ),
        "organizer-left-orphan",
        {
            "event.organizer": "anna@contoso.example",
            "directory.answer": "disabled",
            "event.modified_at": "2026-09-10T08:00:00Z",
            "series.without_end": True,
        },
        id="an endless series of somebody who left",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            master=make_master(recurrence=ENDED),
            organizer=OrganizerAnswer.NOT_FOUND,
        ),
        "organizer-left-orphan",
        {
            "event.organizer": "anna@contoso.example",
            "directory.answer": "not-found",
            "event.modified_at": "2026-09-10T08:00:00Z",
            "series.without_end": False,
            "series.last_date": "2026-09-08",
        },
        id="a series with an end",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event_missing=True,
            master_missing=True,
            last_known=make_occurrence(),
            organizer_copy=OrganizerCopy(make_event("X"), room_response=Response.ACCEPTED),
            organizer_says=OrganizerSays.TAKES_PLACE,
            request=REJECTED,
        ),
        "hard-deleted-by-delegate",
        {
            "reservation.event_id": "O1",
            "answer.by_id": 404,
            "master.answer": 404,
            "last_known.response": "accepted",
            "organizer_copy.room_response": "accepted",
            "reservation.status": "confirmed",
            "request.status": "rejected",
            "organizer.copy": "takes place",
        },
        id="deleted, and the organiser still has the room",
    ),
    pytest.param(
        make_facts(reservation=make_reservation()),
        "hard-deleted-by-delegate",
        {
            "reservation.event_id": "E1",
            "reservation.status": "confirmed",
        },
        id="deleted, and nothing else known",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(),
            event=make_occurrence(starts="11:00", original="09:00", time_zone="UTC"),
            siblings=(
                make_occurrence_reservation(1002, event="O2", starts="2026-09-22 09:00"),
                make_occurrence_reservation(1003, event="O3", starts="2026-09-29 09:00"),
            ),
            same_series=(
                make_occurrence("O2", starts="2026-09-22 11:00", original="2026-09-22 09:00"),
                make_occurrence("O3", starts="2026-09-29 09:00"),
            ),
            **MOVED,
        ),
        "timezone-shift",
        {
            "reservation.start": "2026-09-15T09:00:00Z",
            "event.start": "2026-09-15T11:00:00Z",
            "shift_minutes": 120,
            "event.time_zone": "UTC",
            "room.time_zone": "Europe/Amsterdam",
            "offset_minutes": -120,
            "dates_shifted_alike": 1,
        },
        id="two dates shifted alike",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(),
            event=make_event(starts="11:00", time_zone="Customized Time Zone"),
            **MOVED,
        ),
        "timezone-shift",
        {
            "reservation.start": "2026-09-15T09:00:00Z",
            "event.start": "2026-09-15T11:00:00Z",
            "shift_minutes": 120,
            "event.time_zone": "Customized Time Zone",
            "room.time_zone": "Europe/Amsterdam",
        },
        id="a zone of its own",
    ),
    pytest.param(
        make_facts(
            event=make_event(
                type=EventType.EXCEPTION, instance_date=DAY, series_master_id=EventId("M")
            ),
            master_missing=True,
        ),
        "exception-detached",
        {
            "event.type": "exception",
            "event.instance_date": "2026-09-15",
            "event.series_master_id": "M",
            "master.answer": 404,
            "event.series_key": "key-of-E1",
        },
        id="one date alone, its master gone",
    ),
    pytest.param(
        make_facts(
            reservation=make_occurrence_reservation(
                starts="13:00", original="09:00", services=LUNCH
            ),
            event=make_occurrence(),
            last_known=make_occurrence(type=EventType.EXCEPTION, starts="13:00", original="09:00"),
            fields={"start": ("13", "09")},
        ),
        "series-edit-wiped-exceptions",
        {
            "reservation.start": "2026-09-15T13:00:00Z",
            "event.start": "2026-09-15T09:00:00Z",
            "event.original_start": "2026-09-15T09:00:00Z",
            "last_known.type": "exception",
            "services": 1,
        },
        id="fallen back into line, with services",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence("N1", master="N", starts="09:30"),
            master=make_master("N", recurrence=ENDED),
            siblings=(make_occurrence_reservation(),),
        ),
        "series-split",
        {
            "reservation.series_master_id": "M",
            "event.series_master_id": "N",
            "event.id": "N1",
            "event.start": "2026-09-15T09:30:00Z",
            "reservation.number": 1001,
        },
        id="a split seen from the new series",
    ),
    pytest.param(
        make_facts(
            event=make_occurrence(),
            master=make_master(recurrence=replace(ENDLESS, interval=2), exceptions=3),
        ),
        "recurrence-unsupported",
        {
            "series.pattern": "weekly",
            "series.interval": 2,
            "master.exceptions": 3,
        },
        id="a pattern the room cannot follow",
    ),
    pytest.param(
        make_facts(event=make_occurrence(), master=make_master(exceptions=100)),
        "recurrence-unsupported",
        {
            "series.pattern": "weekly",
            "series.interval": 1,
            "master.exceptions": 100,
        },
        id="many exceptions",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(event=None, external_state=ExternalState.PUSH_FAILED),
            outbox=make_outbox_item(
                attempts=3, error_code="ErrorAccessDenied", error="No rights.", request_id="R-1"
            ),
        ),
        "push-failed",
        {
            "reservation.external_state": 21,
            "reservation.event_id": "none",
            "outbox.action": "create",
            "outbox.attempts": 3,
            "outbox.error_code": "ErrorAccessDenied",
            "outbox.error": "No rights.",
            "outbox.request_id": "R-1",
        },
        id="refused, in Graph's words",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(version=2),
            event=make_direct_event(starts="11:00"),
            outbox=make_outbox_item(PushAction.CHANGE),
            **MOVED,
        ),
        "push-failed",
        {
            "reservation.external_state": 10,
            "reservation.event_id": "E1",
            "event.is_organizer": True,
            "outbox.action": "change",
            "outbox.attempts": 0,
        },
        id="yet to be written",
    ),
    pytest.param(
        make_facts(
            event=make_direct_event(key="K"),
            reserved_elsewhere=(
                (
                    LIBRARY,
                    make_reservation(1002, key="K", external_state=ExternalState.PUSH_PENDING),
                ),
            ),
        ),
        "push-failed",
        {
            "event.id": "E1",
            "event.is_organizer": True,
            "reservation.number": 1002,
        },
        id="left behind in the old room",
    ),
    pytest.param(
        make_facts(
            reservation=make_cancelled_reservation(),
            event=make_event(),
            history=(
                make_log_entry("push.failed", message="Graph was busy"),
                make_log_entry("push.failed", message="only an organizer may"),
            ),
        ),
        "push-not-organizer",
        {
            "event.is_organizer": False,
            "event.organizer": "anna@contoso.example",
            "reservation.status": "cancelled",
        },
        id="refused in the log",
    ),
    pytest.param(
        make_facts(
            event=make_direct_event(),
            siblings=(
                make_cancelled_reservation(1002, event="E2"),
                make_reservation(1003, event="E3", starts="09:30"),
            ),
            room=with_policy(allow_conflicts=False),
        ),
        "double-booked-by-direct-write",
        {
            "event.id": "E1",
            "event.is_organizer": True,
            "event.created_at": "2026-09-10T08:00:00Z",
            "written_directly": "E1",
            "overlaps_reservation": 1003,
            "room.AllowConflicts": False,
        },
        id="over a reservation",
    ),
    pytest.param(
        make_facts(
            OVERLAP,
            event=make_event("E2", organizer=BRAM, created_at=LATE),
            same_room=(make_event("E1"),),
        ),
        "double-booked-by-direct-write",
        {
            "event.id": "E2",
            "event.is_organizer": False,
            "event.created_at": "2026-09-14T10:00:00Z",
            "overlaps_event": "E1",
            "overlaps_event.organizer": "anna@contoso.example",
            "overlaps_event.created_at": "2026-09-10T08:00:00Z",
        },
        id="two accepted meetings",
    ),
    pytest.param(
        make_facts(
            event=make_direct_event(
                transaction_id="panel-7", attendees=2, organizer=Person("Panel", None)
            )
        ),
        "booked-directly-in-room-mailbox",
        {
            "event.is_organizer": True,
            "event.attendees": 2,
            "event.transaction_id": "panel-7",
            "event.created_at": "2026-09-10T08:00:00Z",
        },
        id="written by a panel",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(
                make_subscription(id="S0", expires_at=MADE),
                make_subscription(expires_at=HEARD, last_notification_at=HEARD),
            ),
        ),
        "subscription-expired",
        {
            "subscription.id": "S1",
            "subscription.expires_at": "2026-09-13T09:00:00Z",
            "subscription.last_notification_at": "2026-09-13T09:00:00Z",
            "changed_at": "2026-09-14T10:00:00Z",
        },
        id="expired after it was last heard",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(
                make_subscription(id="S0", lost=True, expires_at=NOW),
                make_subscription(lost=True, lifecycle_url=None, last_notification_at=HEARD),
            ),
        ),
        "subscription-removed",
        {
            "subscription.id": "S1",
            "subscription.lost": True,
            "subscription.expires_at": "2026-09-17T12:00:00Z",
            "subscription.lifecycle_url": "none",
            "subscription.last_notification_at": "2026-09-13T09:00:00Z",
            "changed_at": "2026-09-14T10:00:00Z",
        },
        id="forgotten, with no lifecycle notice",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(last_notification_at=HEARD),),
            notified_at=HEARD,
        ),
        "missed-notification",
        {
            "subscription.id": "S1",
            "subscription.created_at": "2026-09-11T12:00:00Z",
            "subscription.expires_at": "2026-09-17T12:00:00Z",
            "subscription.last_notification_at": "2026-09-13T09:00:00Z",
            "event.notified_at": "2026-09-13T09:00:00Z",
            "changed_at": "2026-09-14T10:00:00Z",
        },
        id="heard before, and not of this",
    ),
    pytest.param(
        make_facts(
            event=make_event(created_at=LATE),
            subscriptions=(make_subscription(),),
            inbox_waiting=True,
        ),
        "awaiting-next-pass",
        {
            "changed_at": "2026-09-14T10:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
            "subscriptions": 1,
            "inbox_waiting": True,
        },
        id="a notification waits",
    ),
    pytest.param(
        make_facts(event=make_event(), room=make_room(last_synced_at=None)),
        "awaiting-next-pass",
        {
            "changed_at": "2026-09-10T08:00:00Z",
            "room.last_good_pass": "never",
            "subscriptions": 0,
        },
        id="a room never passed over",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(subject="Anna de Vries")),
        "subject-rewritten",
        {
            "reservation.subject": "Budget",
            "event.subject": "Anna de Vries",
            "event.organizer": "Anna de Vries",
        },
        id="rewritten by a room whose settings are not known",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(subject="Private meeting"),
            event=make_event(subject="Review", sensitivity="private"),
            room=with_policy(remove_private_property=False),
        ),
        "private-flag",
        {
            "event.sensitivity": "private",
            "room.RemovePrivateProperty": False,
        },
        id="private in a room that keeps the flag",
    ),
    pytest.param(
        make_facts(reservation=make_reservation(), event=make_event(starts="10:30"), **MOVED),
        "unexplained",
        {
            "difference.kind": "changed",
            "difference.fields": "end, start",
            "reservation.status": "confirmed",
            "reservation.external_state": 10,
            "event.response": "accepted",
            "event.created_at": "2026-09-10T08:00:00Z",
            "event.modified_at": "2026-09-10T08:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="nothing fits, two fields differ",
    ),
    pytest.param(
        make_facts(OVERLAP),
        "unexplained",
        {
            "difference.kind": "overlap",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="nothing fits two meetings at once",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(key="K", services=LUNCH),
            event_missing=True,
            last_known=make_event(key="K"),
            elsewhere=((LIBRARY, make_event("E2", key="K", created_at=LATE)),),
        ),
        "moved-to-other-room",
        {
            "series_key": "K",
            "room.left": "atrium@contoso.example",
            "room.entered": "library@contoso.example",
            "event.start": "2026-09-15T09:00:00Z",
            "event.created_at": "2026-09-14T10:00:00Z",
            "reservation.number": 1001,
            "services": 1,
            "changed_at": "2026-09-14T10:00:00Z",
            "room.last_good_pass": "2026-09-14T01:00:00Z",
        },
        id="moved away with its services",
    ),
    pytest.param(
        make_facts(
            reservation=make_reservation(day=DAY),
            event=make_event(day=DAY + timedelta(days=1)),
            **MOVED,
        ),
        "all-day-boundary",
        {
            "event.all_day": True,
            "event.day": "2026-09-16",
            "reservation.all_day": True,
            "reservation.start": "2026-09-14T22:00:00Z",
            "reservation.end": "2026-09-15T22:00:00Z",
            "room.time_zone": "Europe/Amsterdam",
        },
        id="a day later",
    ),
]


@pytest.mark.parametrize(("facts", "code", "evidence"), ROWS)
def test_a_cause_shows_all_it_rests_on_and_nothing_it_does_not_know(
    facts: Facts, code: str, evidence: dict[str, str | int | bool]
) -> None:
    cause = explain(facts).cause
    shown = {item.fact: item.value for item in cause.evidence if item.fact != "also_holds"}
    assert (cause.code, shown) == (code, evidence)
