from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from builders import make_room
from hypothesis import given
from hypothesis import strategies as st

from obctl.domain.event import (
    DeltaItem,
    Event,
    EventId,
    EventType,
    Person,
    Response,
    SeriesMaster,
)
from obctl.domain.time_span import EARLIEST, LATEST, TimeSpan
from obctl.domain.unreadable_event import EventUnreadable
from obctl.domain.zones import zone
from obctl.errors import PartialRead, UnknownZone
from obctl.graph import request
from obctl.graph.odd_event import LIVABLE, NEEDED
from obctl.graph.times import (
    meant_midnight,
    read_instant,
    read_wall,
    span_texts,
    write_day,
    write_wall,
)
from obctl.graph.translate import read_delta_item, read_event, read_master
from obctl.graph.wire import EventWire, WallTime

ROOM = make_room("Atrium")
MEETING: dict[str, Any] = {
    "@odata.etag": 'W/"DwAAABYAAAB5"',
    "id": "AAkALgAA",
    "createdDateTime": "2026-09-10T08:00:00.1234567Z",
    "lastModifiedDateTime": "2026-09-10T08:05:00Z",
    "changeKey": "DwAAABYAAAB5",
    "transactionId": None,
    "originalStartTimeZone": "W. Europe Standard Time",
    "iCalUId": "040000008200E00074C5B7101A82E00800000000005202AD6334DD01"
    "000000000000000010000000F43E96FE8F964C0E8F72983EB9AA7F37",
    "subject": "Anna de Vries",
    "sensitivity": "normal",
    "isAllDay": False,
    "isCancelled": False,
    "isOrganizer": False,
    "isDraft": False,
    "seriesMasterId": None,
    "showAs": "busy",
    "type": "singleInstance",
    "hideAttendees": False,
    "responseStatus": {"response": "accepted", "time": "2026-09-10T08:00:03Z"},
    "start": {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": "UTC"},
    "end": {"dateTime": "2026-09-15T10:00:00.0000000", "timeZone": "UTC"},
    "attendees": [
        {"type": "required", "emailAddress": {"name": "Bram", "address": "bram@contoso.example"}},
        {
            "type": "resource",
            "emailAddress": {"name": "Atrium", "address": "ATRIUM@contoso.example"},
        },
    ],
    "organizer": {"emailAddress": {"name": "Anna de Vries", "address": "anna@contoso.example"}},
    "somethingNew": {"unknown": [1, 2]},
}


def read(**changes: Any) -> Event:
    return read_event(json.dumps(MEETING | changes).encode(), ROOM)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def attendee(address: str | None, kind: str | None = "required") -> dict[str, Any]:
    return {"type": kind, "emailAddress": {"address": address}}


def test_a_meeting_comes_out_with_every_field_obctl_uses() -> None:
    event = read()
    assert event == Event(
        id=event.id,
        type=EventType.SINGLE,
        start=utc("2026-09-15T09:00"),
        end=utc("2026-09-15T10:00"),
        subject="Anna de Vries",
        organizer=Person("Anna de Vries", "anna@contoso.example"),
        ical_uid=MEETING["iCalUId"],
        series_key=event.series_key,
        born_at=utc("2026-08-25T07:31"),
        response=Response.ACCEPTED,
        attendees=1,
        room_invited=True,
        time_zone="W. Europe Standard Time",
        created_at=utc("2026-09-10T08:00:00.123456"),
        modified_at=utc("2026-09-10T08:05"),
        change_key="DwAAABYAAAB5",
        etag='W/"DwAAABYAAAB5"',
        payload=json.dumps(MEETING).encode(),
    )


def test_the_payload_is_the_bytes_graph_sent() -> None:
    times = b'"start":{"dateTime":"2026-09-15T09:00:00"}, "end":{"dateTime":"2026-09-15T10:00:00"}'
    odd = b'{ "id":"1",\n ' + times + b' ,"x":1.00, "subject": "caf\\u00e9" }'
    assert read_event(msgspec.Raw(odd), ROOM).payload == odd


def test_a_stub_of_an_occurrence_is_read() -> None:
    stub = {"id": "o1", "type": "occurrence", "seriesMasterId": "m1"} | {
        name: MEETING[name] for name in ("start", "end")
    }
    event = read_event(json.dumps(stub).encode(), ROOM)
    assert (event.subject, event.organizer, event.series_key) == ("", Person(None, None), None)
    assert (event.show_as, event.response, event.attendees) == ("busy", Response.NONE, None)


@pytest.mark.parametrize(
    "field",
    sorted(MEETING.keys() - {"id", "start", "end"}),
)
def test_a_field_may_be_null_or_missing(field: str) -> None:
    missing = {name: value for name, value in MEETING.items() if name != field}
    nulled = read(**{field: None})
    absent = read_event(json.dumps(missing).encode(), ROOM)
    assert nulled.start == absent.start
    assert nulled.subject == absent.subject


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param({"type": "somethingNew"}, "type", EventType.SINGLE, id="an unknown type"),
        pytest.param({"type": "Exception"}, "type", EventType.EXCEPTION, id="a type in capitals"),
        pytest.param(
            {"responseStatus": {"response": "unheardOf"}}, "response", Response.NONE, id="an answer"
        ),
        pytest.param(
            {"responseStatus": {"response": "NotResponded"}},
            "response",
            Response.NOT_RESPONDED,
            id="an answer in capitals",
        ),
        pytest.param({"responseStatus": {}}, "response", Response.NONE, id="an empty answer"),
        pytest.param({"organizer": {}}, "organizer", Person(None, None), id="no organiser"),
        pytest.param(
            {"organizer": {"emailAddress": {"name": "", "address": "a@b.c"}}},
            "organizer",
            Person(None, "a@b.c"),
            id="an organiser without name",
        ),
        pytest.param(
            {"createdDateTime": "0001-01-01T00:00:00Z"}, "created_at", None, id="an unset time"
        ),
    ],
)
def test_what_graph_may_send_instead(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read(**changes), field) == value


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param({"dateTime": "2026-09-15T09:00:00.0000000"}, "2026-09-15T09:00", id="no zone"),
        pytest.param(
            {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": ""},
            "2026-09-15T09:00",
            id="an empty zone",
        ),
        pytest.param(
            {"dateTime": "2026-09-15T09:00:00Z", "timeZone": "UTC"}, "2026-09-15T09:00", id="a Z"
        ),
        pytest.param(
            {"dateTime": "2026-09-15T11:00:00", "timeZone": "W. Europe Standard Time"},
            "2026-09-15T09:00",
            id="a Windows zone though UTC was asked for",
        ),
        pytest.param(
            {"dateTime": "2026-09-15T05:00:00", "timeZone": "America/New_York"},
            "2026-09-15T09:00",
            id="an IANA zone",
        ),
        pytest.param(
            {"dateTime": "2026-09-15T09:00:00", "timeZone": "tzone://Microsoft/Utc"},
            "2026-09-15T09:00",
            id="Exchange's own name for UTC",
        ),
    ],
)
def test_a_start_is_an_instant_whatever_zone_graph_answers_in(
    start: dict[str, str], expected: str
) -> None:
    assert read(start=start).start == utc(expected)


@pytest.mark.parametrize(
    ("changes", "people", "room_invited"),
    [
        pytest.param({"attendees": []}, 0, False, id="nobody"),
        pytest.param({"attendees": None}, None, None, id="no list"),
        pytest.param({"hideAttendees": True}, None, None, id="a hidden list"),
        pytest.param(
            {"hideAttendees": True, "isOrganizer": True}, 1, True, id="hidden, but the room's own"
        ),
        pytest.param(
            {"attendees": [attendee("a@x"), attendee("A@X"), attendee("b@x", "optional")]},
            2,
            False,
            id="one of them twice",
        ),
        pytest.param(
            {"attendees": [attendee("anna@contoso.example"), attendee("b@x")]},
            1,
            False,
            id="the organiser among them",
        ),
        pytest.param(
            {"attendees": [attendee("beamer@x", "resource"), attendee("b@x", "Resource")]},
            0,
            False,
            id="equipment only",
        ),
        pytest.param(
            {"attendees": [attendee("atrium@contoso.example", "required"), attendee(None, None)]},
            1,
            True,
            id="the room as a person, and somebody without address",
        ),
    ],
)
def test_people_are_counted_without_rooms_and_organiser(
    changes: dict[str, Any], people: int | None, room_invited: bool | None
) -> None:
    event = read(**changes)
    assert (event.attendees, event.room_invited) == (people, room_invited)


def all_day(first: str, after: str, zone_name: str = "UTC", **others: Any) -> Event:
    return read(
        isAllDay=True,
        start={"dateTime": f"{first}T00:00:00.0000000", "timeZone": zone_name},
        end={"dateTime": f"{after}T00:00:00.0000000", "timeZone": zone_name},
        **others,
    )


@pytest.mark.parametrize("zone_name", ["UTC", "Pacific Standard Time", "Customized Time Zone"])
def test_an_all_day_event_is_the_days_of_the_room_whatever_zone_is_named(zone_name: str) -> None:
    event = all_day("2026-10-25", "2026-10-26", zone_name)
    assert (event.start, event.end) == (utc("2026-10-24T22:00"), utc("2026-10-25T23:00"))


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        pytest.param("2026-09-14T22:00:00Z", "2026-09-14T22:00", id="made in the room's zone"),
        pytest.param("2026-09-15T00:00:00Z", "2026-09-14T22:00", id="made in UTC"),
        pytest.param("2026-09-15T04:00:00Z", "2026-09-14T22:00", id="made in New York"),
        pytest.param("2026-09-14T15:00:00Z", "2026-09-14T22:00", id="made in Tokyo"),
        pytest.param("2026-09-15T00:00:00+02:00", "2026-09-14T22:00", id="with an offset"),
        pytest.param("2026-09-15T11:00:00Z", "2026-09-14T22:00", id="made in Samoa"),
        pytest.param("2026-09-14T10:00:00Z", "2026-09-14T22:00", id="made in Kiribati"),
    ],
)
def test_an_all_day_occurrence_was_planned_for_a_midnight_of_the_room(
    original: str, expected: str
) -> None:
    event = all_day("2026-09-15", "2026-09-16", type="occurrence", originalStart=original)
    assert event.original_start == utc(expected)


@pytest.mark.parametrize(
    ("original", "zone_name", "expected"),
    [
        pytest.param("2026-09-14T15:00:00Z", "Tokyo Standard Time", "14T22:00", id="Tokyo"),
        pytest.param("2026-09-15T11:00:00Z", "UTC-11", "14T22:00", id="Samoa"),
        pytest.param("2026-09-15T00:00:00Z", "UTC", "14T22:00", id="UTC"),
        pytest.param("2026-09-15T04:00:00Z", "", "14T22:00", id="no zone, the nearest"),
        pytest.param("2026-09-15T12:00:00Z", "W. Europe Standard Time", "15T12:00", id="by hours"),
    ],
)
def test_an_all_day_exception_was_planned_for_the_day_its_zone_says(
    original: str, zone_name: str, expected: str
) -> None:
    """A meeting of some hours, of which this date takes the whole day, keeps its instant."""
    event = all_day(
        "2026-09-17", "2026-09-18",
        type="exception", originalStart=original, originalStartTimeZone=zone_name,
    )  # fmt: skip
    assert event.original_start == utc(f"2026-09-{expected}")


def test_an_all_day_exception_of_a_zone_of_somebodys_own_names_its_day_in_its_key() -> None:
    uid = MEETING["iCalUId"][:32] + "07EA090F" + MEETING["iCalUId"][40:]
    event = all_day(
        "2026-09-17", "2026-09-18", type="exception", iCalUId=uid,
        originalStart="2026-09-15T11:00:00Z", originalStartTimeZone="tzone://Microsoft/Custom",
    )  # fmt: skip
    assert event.original_start == utc("2026-09-14T22:00")


@pytest.mark.parametrize(
    ("kind", "original", "expected"),
    [
        pytest.param("occurrence", "2026-09-15T09:00:00Z", "2026-09-15T09:00", id="with Z"),
        pytest.param("exception", "2026-09-14T11:00:00+02:00", "2026-09-14T09:00", id="an offset"),
        pytest.param("occurrence", None, "2026-09-15T09:00", id="an occurrence without its own"),
        pytest.param("exception", None, None, id="an exception without one was moved somewhere"),
        pytest.param("singleInstance", "2026-09-15T09:00:00Z", None, id="a single has none"),
    ],
)
def test_the_original_start_is_an_instant(
    kind: str, original: str | None, expected: str | None
) -> None:
    event = read(type=kind, originalStart=original)
    assert event.original_start == (utc(expected) if expected else None)


@pytest.mark.parametrize(
    ("changes", "kind", "original"),
    [
        pytest.param({}, EventType.SINGLE, None, id="of no series"),
        pytest.param(
            {"seriesMasterId": "M", "originalStart": "2026-09-14T09:00:00Z"},
            EventType.EXCEPTION, "2026-09-14T09:00", id="of a series",
        ),
        pytest.param({"seriesMasterId": "M"}, EventType.EXCEPTION, None, id="moved from somewhere"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("told", [None, "", "somethingNew"])
def test_an_event_that_does_not_say_its_type_is_of_the_series_it_names(
    changes: dict[str, Any], kind: EventType, original: str | None, told: str | None
) -> None:
    event = read(**{"seriesMasterId": None, "type": told} | changes)
    assert event.type is kind
    assert event.original_start == (utc(original) if original else None)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"id": "1", "start":', id="cut"),
        pytest.param(b"<html>", id="HTML"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'{"id": "1"}', id="no times"),
        pytest.param(json.dumps(MEETING | {"id": None}).encode(), id="no id"),
        pytest.param(
            json.dumps(MEETING | {"start": {"dateTime": "soon", "timeZone": "UTC"}}).encode(),
            id="no time in the start",
        ),
        pytest.param(
            json.dumps(
                MEETING
                | {"start": {"dateTime": "2026-09-15T09:00:00", "timeZone": "Customized Time Zone"}}
            ).encode(),
            id="a zone nobody knows",
        ),
    ],
)
def test_what_is_no_event_makes_the_read_partial(body: bytes) -> None:
    with pytest.raises(PartialRead) as raised:
        read_event(body, ROOM)
    assert raised.value.code == "partial-read"


SERIES = MEETING | {
    "type": "seriesMaster",
    "recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "month": 0},
        "range": {"type": "noEnd", "startDate": "2026-09-15", "endDate": "0001-01-01"},
    },
}


def series(wire: dict[str, Any]) -> SeriesMaster:
    asked = EventId("AAkALgAA")
    return read_master(json.dumps(wire).encode(), ROOM, request.event(ROOM, asked), asked)


@pytest.mark.parametrize("name", ["recurrence", "cancelledOccurrences", "exceptionOccurrences"])
@pytest.mark.parametrize("odd", ["weekly", 5, {"a": 1}, [1, None]], ids=str)
def test_what_is_odd_about_a_series_is_not_known_and_the_rest_is(name: str, odd: object) -> None:
    whole = SERIES | {"cancelledOccurrences": ["OID.m.2026-09-22"], "exceptionOccurrences": []}
    good, found = series(whole), series(whole | {name: odd})
    kept = {
        "recurrence": (found.cancelled_dates, found.exceptions),
        "cancelledOccurrences": (found.recurrence, found.exceptions),
        "exceptionOccurrences": (found.recurrence, found.cancelled_dates),
    }
    wanted = {
        "recurrence": (good.cancelled_dates, good.exceptions),
        "cancelledOccurrences": (good.recurrence, good.exceptions),
        "exceptionOccurrences": (good.recurrence, good.cancelled_dates),
    }
    assert kept[name] == wanted[name]


def test_a_master_tells_its_pattern_its_cancelled_dates_and_its_exceptions() -> None:
    wire = SERIES | {
        "cancelledOccurrences": ["OID.AAkA.LgAA=.2026-09-22", "OID.AAkA.LgAA=.2026-10-06", "odd"],
        "exceptionOccurrences": [MEETING],
    }
    master = series(wire)
    assert master.event.type is EventType.MASTER
    assert master.recurrence is not None
    assert master.recurrence.days == ("tuesday",)
    assert master.cancelled_dates == {date(2026, 9, 22), date(2026, 10, 6)}
    assert master.exceptions == 1


def test_a_master_without_cancelled_dates_says_that_it_does_not_know() -> None:
    master = series(SERIES)
    assert (master.cancelled_dates, master.exceptions) == (None, None)


@pytest.mark.parametrize(
    "recurrence",
    [
        None,
        {},
        {"pattern": {"type": "lunar"}},
        {"pattern": {"type": "daily"}, "range": {"type": "noEnd"}},
        {"pattern": {"type": "daily"}, "range": {"type": "noEnd", "startDate": "someday"}},
        {"pattern": None, "range": None},
    ],
)
def test_a_pattern_nobody_understands_is_none(recurrence: object) -> None:
    master = series(SERIES | {"recurrence": recurrence})
    assert master.recurrence is None


def test_a_removed_item_is_told_from_a_changed_one() -> None:
    gone = read_delta_item(b'{"id": "1", "@removed": {"reason": "deleted"}}')
    stub = read_delta_item(b'{"id":"2","type":"occurrence","seriesMasterId":"m"}')
    assert (gone.removed, gone.type) == (True, None)
    assert (stub.removed, stub.type, stub.series_master_id) == (False, EventType.OCCURRENCE, "m")


@pytest.mark.parametrize(
    "item", [b"{}", b'{"id": null}', b'{"id": 5}', b"[]", b'"x"', b'{"id":""}']
)
def test_a_delta_item_without_id_names_nothing(item: bytes) -> None:
    assert read_delta_item(item) is None


def test_what_else_is_odd_in_a_delta_item_does_not_hide_which_event_it_names() -> None:
    found = read_delta_item(b'{"id": "1", "type": 5, "seriesMasterId": [], "@removed": "yes"}')
    assert found == DeltaItem(EventId("1"), removed=False)


ODD: list[object] = [5, 1.5, True, "yes", "", [], [5], {}, {"a": 1}, {"dateTime": None}]


def test_every_field_is_needed_or_can_be_lived_without() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(EventWire)}
    assert fields == NEEDED | LIVABLE.keys()
    assert not NEEDED & LIVABLE.keys()


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("name", sorted(LIVABLE))
def test_what_an_event_can_do_without_may_be_odd(name: str, odd: object) -> None:
    """It is unknown then, and everything else is read as ever."""
    event, good = read(**{name: odd}), read()
    assert (event.id, event.start, event.end, event.type) == (
        good.id, good.start, good.end, good.type
    )  # fmt: skip
    assert set(event.unknown) <= set(LIVABLE[name])
    left = {"subject", "organizer", "sensitivity", "change_key"} - set(LIVABLE[name])
    assert all(getattr(event, field) == getattr(good, field) for field in left)


@pytest.mark.parametrize(
    ("name", "odd", "unknown"),
    [
        pytest.param("subject", 5, ("subject",), id="a number as subject"),
        pytest.param("organizer", [], ("organizer",), id="a list as organiser"),
        pytest.param("attendees", {}, ("attendees",), id="an object as attendees"),
        pytest.param("attendees", [5], ("attendees",), id="a number among them"),
        pytest.param("attendees", [None], ("attendees",), id="nothing among them"),
        pytest.param("isOrganizer", "no", ("is_organizer", "organizer"), id="whose it is"),
        pytest.param("createdDateTime", "soon", ("created_at",), id="no instant"),
        pytest.param("location", 5, (), id="what nobody reads"),
    ],
)
def test_what_is_odd_is_named_as_unknown(name: str, odd: object, unknown: tuple[str, ...]) -> None:
    assert read(**{name: odd}).unknown == unknown


def test_of_an_organiser_with_an_odd_name_the_address_is_known() -> None:
    event = read(organizer={"emailAddress": {"name": 5, "address": "anna@contoso.example"}})
    assert (event.organizer, event.unknown) == (Person(None, "anna@contoso.example"), ())


WRONG = [
    pytest.param({"id": None}, "id: expected str, got null", id="no id"),
    pytest.param({"id": 5}, "id: expected str, got int", id="a number as id"),
    pytest.param({"id": ""}, "id: empty", id="an empty id"),
    pytest.param({"id": "x" * 1025}, "id: 1025 characters long", id="an endless id"),
    pytest.param({"start": None}, "start: expected object, got null", id="no start"),
    pytest.param(
        {"end": {"dateTime": None}}, "end: expected str, got null - at $.dateTime", id="no end"
    ),
    pytest.param(
        {"start": {"dateTime": "soon"}},
        "start: invalid isoformat string: 'soon'",
        id="no time",
    ),
    pytest.param({"isAllDay": "yes"}, "isAllDay: expected bool, got str", id="days or hours"),
    pytest.param({"isCancelled": 1}, "isCancelled: expected bool, got int", id="off or not"),
    pytest.param({"isDraft": "no"}, "isDraft: expected bool, got str", id="sent or not"),
    pytest.param({"type": 5}, "type: expected str | null, got int", id="what it is"),
    pytest.param(
        {"seriesMasterId": 5}, "seriesMasterId: expected str | null, got int", id="of which series"
    ),
    pytest.param(
        {"end": {"dateTime": "2026-09-15T08:00:00", "timeZone": "UTC"}},
        "end: before the start",
        id="it ends before it starts",
    ),
]


@pytest.mark.parametrize(("changes", "wrong"), WRONG)
def test_what_cannot_be_placed_says_which_field_is_wrong(
    changes: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(EventUnreadable) as raised:
        read(**changes)
    event = raised.value.event
    assert event.wrong.lower().startswith(wrong.lower().split(",")[0])
    assert (event.subject, event.series_key) == ("Anna de Vries", read().series_key)
    assert json.loads(event.payload) == MEETING | changes


moments = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001  Hypothesis wants naive bounds
    datetime(2100, 1, 1),  # noqa: DTZ001
)


@given(moments, st.integers(0, 9), st.integers(0, 7))
def test_instants_may_have_up_to_seven_digits(moment: datetime, seventh: int, digits: int) -> None:
    fraction = f"{moment.microsecond:06d}{seventh}"[:digits]
    text = moment.replace(microsecond=0).isoformat() + (f".{fraction}" if fraction else "")
    expected = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")) if fraction else 0)
    assert read_instant(f"{text}Z") == expected.replace(tzinfo=UTC)
    assert read_wall(WallTime(text, "UTC")) == expected.replace(tzinfo=UTC)


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_an_offset_is_only_another_way_to_write_an_instant(moment: datetime, offset: int) -> None:
    aware = moment.replace(tzinfo=UTC)
    written = aware.astimezone(timezone(timedelta(minutes=offset))).isoformat()
    assert read_instant(written) == aware


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(-9, 12))
def test_a_midnight_of_a_zone_less_than_half_a_day_away_is_that_day_in_the_room(
    day: date, hours: int
) -> None:
    amsterdam = zone("Europe/Amsterdam")
    meant = datetime.combine(day, datetime.min.time(), timezone(timedelta(hours=hours)))
    found = meant_midnight(meant, None, None, amsterdam).astimezone(amsterdam)
    assert found.replace(tzinfo=None) == datetime.combine(day, datetime.min.time())


@given(moments, st.sampled_from(["Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "UTC"]))
def test_a_wall_clock_written_is_the_instant_read_outside_the_repeated_hour(
    moment: datetime, name: str
) -> None:
    aware = moment.replace(tzinfo=UTC, microsecond=0)
    if aware.astimezone(zone(name)).fold:
        return
    written = write_wall(aware, name)
    assert read_wall(WallTime(written["dateTime"], written["timeZone"])) == aware


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Europe/Amsterdam", "W. Europe Standard Time"),
        ("W. Europe Standard Time", "W. Europe Standard Time"),
        ("UTC", "UTC"),
        ("America/New_York", "Eastern Standard Time"),
        ("Europe/Uzhgorod", "FLE Standard Time"),
        ("US/East-Indiana", "US Eastern Standard Time"),
    ],
)
def test_graph_is_told_a_windows_zone(name: str, told: str) -> None:
    assert write_wall(datetime(2026, 9, 15, tzinfo=UTC), name)["timeZone"] == told


def test_a_zone_that_exchange_does_not_know_is_told_only_as_a_day() -> None:
    summer = datetime(2026, 7, 14, 22, tzinfo=UTC)
    with pytest.raises(UnknownZone):
        write_wall(summer, "Antarctica/Troll")
    assert write_day(summer, "Antarctica/Troll") == {
        "dateTime": "2026-07-15T00:00:00", "timeZone": "UTC",
    }  # fmt: skip


ODD_ZONES = st.sampled_from(["UTC", None, "", "W. Europe Standard Time", "Dateline Standard Time",
                             "Pacific/Kiritimati"])  # fmt: skip


@given(st.datetimes(), st.datetimes(), ODD_ZONES, st.booleans(), st.binary(min_size=8, max_size=8))
def test_no_time_of_an_event_is_too_far_away(
    starts: datetime, ends: datetime, name: str | None, all_day: bool, birth: bytes
) -> None:
    uid = f"040000008200E00074C5B7101A82E00807EA090F{birth.hex()}{'0' * 16}10000000{'0' * 32}"
    starts, ends = sorted([starts, ends])  # what ends before it starts cannot be placed
    event = read(
        start={"dateTime": starts.isoformat(), "timeZone": name},
        end={"dateTime": ends.isoformat(), "timeZone": name},
        isAllDay=all_day,
        type="exception",
        originalStart=f"{starts.isoformat()}+14:00",
        createdDateTime=f"{ends.isoformat()}-12:00",
        originalStartTimeZone=name,
        iCalUId=uid,
    )
    for moment in (event.start, event.end, event.original_start, event.created_at, event.born_at):
        assert moment is None or EARLIEST <= moment < LATEST


@pytest.mark.parametrize(
    ("start", "end", "texts"),
    [
        ("2026-01-01", "2026-01-02", ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")),
        ("1600-01-01", "1700-01-01", ("1601-01-01T00:00:00Z", "1700-01-01T00:00:00Z")),
        ("4500-01-01", "9000-01-01", ("4500-01-01T00:00:00Z", "4500-08-31T00:00:00Z")),
        ("9000-01-01", "9001-01-01", ("4500-08-30T00:00:00Z", "4500-08-31T00:00:00Z")),
        ("1100-01-01", "1200-01-01", ("1601-01-01T00:00:00Z", "1601-01-01T00:01:00Z")),
    ],
)
def test_exchange_is_asked_for_days_that_it_can_have(
    start: str, end: str, texts: tuple[str, str]
) -> None:
    assert span_texts(TimeSpan(utc(start), utc(end))) == texts


def test_who_stands_there_by_a_directory_name_may_be_the_room() -> None:
    x500 = "/o=ExchangeLabs/ou=Exchange/cn=Recipients/cn=0a1b"
    hidden = read(attendees=[attendee("bram@contoso.example"), attendee(x500, "resource")])
    assert (hidden.attendees, hidden.room_invited) == (1, None)
    shown = read(attendees=[attendee(ROOM.mailbox, "resource"), attendee(x500)])
    assert (shown.attendees, shown.room_invited) == (1, True)
    organizer = {"emailAddress": {"name": "Anna de Vries", "address": x500}}
    assert read(organizer=organizer).organizer == Person("Anna de Vries", None)
