"""The gateway against the simulated tenant, which shares no logic with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from builders import make_room

from obctl.config import CredentialKind, GraphSettings
from obctl.domain.availability import Schedule
from obctl.domain.event import Event, EventId, EventType, Response
from obctl.domain.event_changes import EventChanges, EventTime
from obctl.domain.outbox import EventDraft
from obctl.domain.room import Room
from obctl.domain.rrule import parse_rrule
from obctl.domain.subscription import GraphSubscription
from obctl.domain.time_span import TimeSpan, instant_text
from obctl.domain.values import replace
from obctl.errors import (
    DeltaLinkExpired,
    EventChanged,
    GraphRefused,
    GraphUnavailable,
    LoopingNextLink,
    MailboxGone,
    MailboxPermissionLost,
    NotAuthorised,
    NotFound,
    ObctlError,
    Throttled,
)
from obctl.graph.gateway import GraphGateway, open_gateway
from obctl.sandbox.server import SandboxServer

Result = TypeVar("Result")
WEEK = TimeSpan(datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
WEEKS = TimeSpan(datetime(2026, 10, 12, tzinfo=UTC), datetime(2026, 12, 14, tzinfo=UTC))
VERMEER = make_room("Vermeer", mailbox="ams-1.02@contoso.example", object_id=None)
REMBRANDT = make_room("Rembrandt", mailbox="ams-1.01@contoso.example", object_id=None)


@dataclass
class Tenant:
    server: SandboxServer

    def ask(self, question: Callable[[GraphGateway], Awaitable[Result]]) -> Result:
        async def session() -> Result:
            settings = GraphSettings(url=self.server.url, credential=CredentialKind.TOKEN)
            async with open_gateway(settings, token="letmein") as gateway:
                return await question(gateway)

        return asyncio.run(session())

    def act(self, do: str, **fields: Any) -> None:
        """Have something happen: a scenario's step."""
        self._call("act", {"do": do} | fields)

    def wait(self, time: str) -> None:
        self._call("clock", {"advance": time})

    def _call(self, path: str, body: dict[str, Any]) -> None:
        url = self.server.url.replace("/v1.0", f"/sandbox/{path}")
        request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urlopen(request) as answer:
            answer.read()

    def book(self, subject: str, start: str = "2026-10-20T13:00", **fields: Any) -> None:
        """A meeting in Vermeer, an hour long, accepted by the room."""
        end = (datetime.fromisoformat(start) + timedelta(hours=1)).isoformat()[:16]
        values = {"organizer": "anna@contoso.example", "rooms": [VERMEER.mailbox]}
        self.act("book", subject=subject, start=start, end=end, name=subject, **(values | fields))
        self.wait("1m")

    def view(self, room: Room = VERMEER, span: TimeSpan = WEEKS) -> tuple[Event, ...]:
        return self.ask(lambda gateway: gateway.fetch_view(room, span))

    def event_at(self, start: datetime) -> Event:
        """The one event of Vermeer that starts then."""
        (event,) = [event for event in self.view() if event.start == start]
        return event


@pytest.fixture
def tenant() -> Iterator[Tenant]:
    with SandboxServer(frozen=True) as server:
        yield Tenant(server)


def test_all_rooms_are_found_with_their_locations(tenant: Tenant) -> None:
    places = tenant.ask(lambda gateway: gateway.fetch_places())
    assert len(places) == 12
    assert {place.location for place in places} == {"Amsterdam HQ", "Berlin Mitte", "New York"}
    assert all(place.capacity and place.floor for place in places)


def test_the_directory_knows_who_is_there_and_who_left(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> list[object]:
        names = ("anna", "claudia", "willem")
        return [await gateway.look_up_account(f"{name}@contoso.example") for name in names]

    anna, claudia, willem = tenant.ask(ask)
    assert anna.enabled
    assert claudia.enabled is False
    assert willem is None


@pytest.mark.parametrize("permission", ["User.Read.All", "User.ReadBasic.All"])
def test_accounts_looked_up_together_are_those_looked_up_alone(
    tenant: Tenant, permission: str
) -> None:
    tenant.server.tenant.exchange.directory.permission = permission
    names = [f"{name}@contoso.example" for name in ("anna", "claudia", "willem")]

    async def ask(gateway: GraphGateway) -> tuple[object, object]:
        alone = {name: await gateway.look_up_account(name) for name in names}
        return alone, await gateway.look_up_accounts(names)

    alone, together = tenant.ask(ask)
    assert together == alone
    assert together[names[2]] is None  # type: ignore[index]


def test_the_least_permission_tells_who_somebody_is_and_not_whether_the_account_is_enabled(
    tenant: Tenant,
) -> None:
    tenant.server.tenant.exchange.directory.permission = "User.ReadBasic.All"

    async def ask(gateway: GraphGateway) -> list[Any]:
        name = "claudia@contoso.example"
        many = await gateway.look_up_all([name])
        return [await gateway.look_up(name), many[name], await gateway.look_up_account(name)]

    one, in_batch, account = tenant.ask(ask)
    assert one == in_batch == account
    assert one.object_id
    assert one.enabled is None


def test_a_directory_without_permission_refuses_every_question(tenant: Tenant) -> None:
    tenant.server.tenant.exchange.directory.permission = "none"
    anna = "anna@contoso.example"
    for ask in ("look_up", "look_up_account"):
        with pytest.raises(NotAuthorised, match=r"User\.ReadBasic\.All"):
            tenant.ask(lambda gateway, ask=ask: getattr(gateway, ask)(anna))
    for ask in ("look_up_all", "look_up_accounts"):
        found = tenant.ask(lambda gateway, ask=ask: getattr(gateway, ask)([anna]))
        assert isinstance(found[anna], NotAuthorised)


def test_a_room_is_the_same_by_address_and_by_object_id(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> tuple[object, object]:
        entry = await gateway.look_up(VERMEER.mailbox)
        by_id = make_room("Vermeer", mailbox=VERMEER.mailbox, object_id=entry.object_id)
        return await gateway.fetch_view(VERMEER, WEEK), await gateway.fetch_view(by_id, WEEK)

    by_address, by_id = tenant.ask(ask)
    assert by_address == by_id != ()


def test_a_view_holds_no_masters_and_each_event_once(tenant: Tenant) -> None:
    events = tenant.view(REMBRANDT)
    assert len({event.id for event in events}) == len(events) > 10
    assert EventType.MASTER not in {event.type for event in events}
    assert all(WEEKS.overlaps(event.start, event.end) for event in events)
    assert all(event.series_key and event.payload for event in events)


def test_views_by_batch_are_the_views_one_by_one(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> tuple[object, object]:
        rooms = [make_room(name, mailbox=name, object_id=None) for name in tenant.server.rooms]
        one_by_one = {room.mailbox: await gateway.fetch_view(room, WEEKS) for room in rooms}
        return one_by_one, await gateway.fetch_views(rooms, WEEKS)

    one_by_one, batched = tenant.ask(ask)
    assert set(one_by_one) == set(batched)
    for mailbox, events in one_by_one.items():
        assert [event.id for event in batched[mailbox]] == [event.id for event in events]


def test_views_of_several_spans_are_those_asked_for_one_by_one(tenant: Tenant) -> None:
    nobody = make_room("Nobody", mailbox="nobody@contoso.example", object_id=None)
    wanted = [(VERMEER, WEEK), (VERMEER, WEEKS), (REMBRANDT, WEEK), (nobody, WEEK)]

    async def ask(gateway: GraphGateway) -> tuple[object, dict[tuple[str, TimeSpan], object]]:
        alone = {(r.mailbox, span): await gateway.fetch_view(r, span) for r, span in wanted[:-1]}
        return alone, dict(await gateway.fetch_spans(wanted))

    alone, together = tenant.ask(ask)
    assert isinstance(together.pop((nobody.mailbox, WEEK)), MailboxGone)
    assert together == alone
    assert together[VERMEER.mailbox, WEEKS] == together[VERMEER.mailbox, WEEKS].within(WEEKS)  # type: ignore[attr-defined]
    assert together[VERMEER.mailbox, WEEKS].within(WEEK) == together[VERMEER.mailbox, WEEK]  # type: ignore[attr-defined]


def test_an_event_fetched_by_id_is_the_one_of_the_view(tenant: Tenant) -> None:
    tenant.book("Board")
    (seen,) = [
        event for event in tenant.view() if event.start == datetime(2026, 10, 20, 11, tzinfo=UTC)
    ]
    found = tenant.ask(lambda gateway: gateway.fetch_event(VERMEER, seen.id))
    assert (found.key, found.start, found.change_key) == (seen.key, seen.start, seen.change_key)
    assert found.response is Response.ACCEPTED
    assert found.room_invited
    assert found.organizer.email == "anna@contoso.example"


def test_events_fetched_together_are_those_fetched_alone(tenant: Tenant) -> None:
    tenant.book("Board")
    gone = tenant.event_at(datetime(2026, 10, 20, 11, tzinfo=UTC)).id
    tenant.act("delete", mailbox=VERMEER.mailbox, meeting="Board")

    async def ask(gateway: GraphGateway) -> tuple[object, dict[EventId, object]]:
        ids = [event.id for event in await gateway.fetch_view(VERMEER, WEEKS)]
        alone = {event_id: await gateway.fetch_event(VERMEER, event_id) for event_id in ids}
        wanted = [(VERMEER, event_id) for event_id in [*ids, gone]]
        found = await gateway.fetch_events(wanted)
        return alone, {event_id: answer for (_mailbox, event_id), answer in found.items()}

    alone, together = tenant.ask(ask)
    assert isinstance(together.pop(gone), NotFound)
    assert together == alone


def test_a_quiet_round_says_nothing_and_a_change_is_said(tenant: Tenant) -> None:
    opened = tenant.ask(lambda gateway: gateway.open_delta(VERMEER, WEEKS))
    links = [(VERMEER, opened)]
    quiet = tenant.ask(lambda gateway: gateway.follow_delta(links))[VERMEER.mailbox]
    assert quiet.items == ()
    tenant.book("Board")
    loud = tenant.ask(lambda gateway: gateway.follow_delta([(VERMEER, quiet.link)]))
    (item,) = {item.id: item for item in loud[VERMEER.mailbox].items}.values()
    assert (item.removed, item.type) == (False, EventType.SINGLE)


def test_links_opened_together_are_as_good_as_those_opened_alone(tenant: Tenant) -> None:
    rooms = (VERMEER, REMBRANDT)
    links = tenant.ask(lambda gateway: gateway.open_deltas([(room, WEEKS) for room in rooms]))
    tenant.book("Board")
    rounds = tenant.ask(
        lambda gateway: gateway.follow_delta([(room, links[room.mailbox]) for room in rooms])
    )
    assert {item.type for item in rounds[VERMEER.mailbox].items} == {EventType.SINGLE}
    assert rounds[REMBRANDT.mailbox].items == ()


def test_the_ids_of_delta_and_view_are_the_same_space(tenant: Tenant) -> None:
    start, end = (instant_text(moment) for moment in (WEEKS.start, WEEKS.end))
    path = f"users/{REMBRANDT.mailbox}/calendarView/delta?startDateTime={start}&endDateTime={end}"
    changed = json.loads(tenant.ask(lambda gateway: gateway.get(path)))["value"]
    assert {event.id for event in tenant.view(REMBRANDT)} <= {item["id"] for item in changed}


def test_a_dead_token_is_one_rooms_trouble(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> dict[str, Any]:
        rooms = (VERMEER, REMBRANDT)
        links = [(room, await gateway.open_delta(room, WEEK)) for room in rooms]
        tenant.act("expire-tokens", room=VERMEER.mailbox)
        return await gateway.follow_delta(links)

    rounds = tenant.ask(ask)
    assert isinstance(rounds[VERMEER.mailbox], DeltaLinkExpired)
    assert not isinstance(rounds[REMBRANDT.mailbox], ObctlError)


def series_in(tenant: Tenant) -> EventId:
    tenant.book(
        "Weekly",
        start="2026-10-21T12:00",
        recurrence={
            "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"]},
            "range": {"type": "numbered", "startDate": "2026-10-21", "numberOfOccurrences": 6},
        },
    )
    master_id = tenant.event_at(datetime(2026, 10, 21, 10, tzinfo=UTC)).series_master_id
    assert master_id is not None
    return master_id


def test_a_master_tells_its_cancelled_dates_and_exceptions(tenant: Tenant) -> None:
    master_id = series_in(tenant)
    tenant.act("cancel", meeting="Weekly", day="2026-10-28")
    tenant.act("change", meeting="Weekly", day="2026-11-04", start="2026-11-04T07:00")
    tenant.wait("1m")

    async def ask(gateway: GraphGateway) -> tuple[Any, Any]:
        master = await gateway.fetch_master(VERMEER, master_id)
        return master, await gateway.fetch_instances(VERMEER, master_id, WEEKS)

    master, instances = tenant.ask(ask)
    assert master.cancelled_dates == {date(2026, 10, 28)}
    assert master.exceptions == 1
    assert master.recurrence.count == 6
    assert master.event.type is EventType.MASTER
    kinds = [event.type for event in instances]
    assert (len(kinds), kinds.count(EventType.EXCEPTION)) == (5, 1)
    assert {event.series_key for event in instances} == {master.event.series_key}
    moved = next(event for event in instances if event.type is EventType.EXCEPTION)
    assert moved.instance_date == date(2026, 11, 4)
    assert moved.original_start == datetime(2026, 11, 4, 11, tzinfo=UTC)


def test_series_and_their_dates_fetched_together_are_those_fetched_alone(tenant: Tenant) -> None:
    master_id = series_in(tenant)
    tenant.act("cancel", meeting="Weekly", day="2026-10-28")
    tenant.wait("1m")
    gone = EventId(f"{master_id}x")

    async def ask(gateway: GraphGateway) -> list[Any]:
        key = VERMEER.mailbox, master_id
        return [
            (await gateway.fetch_masters([(VERMEER, master_id), (VERMEER, gone)])),
            {key: await gateway.fetch_master(VERMEER, master_id)},
            (await gateway.fetch_all_instances(
                [(VERMEER, master_id, WEEK), (VERMEER, master_id, WEEKS), (VERMEER, gone, WEEKS)]
            )),
            {(*key, span): await gateway.fetch_instances(VERMEER, master_id, span)
             for span in (WEEK, WEEKS)},
        ]  # fmt: skip

    masters, master, instances, dates = tenant.ask(ask)
    assert isinstance(masters.pop((VERMEER.mailbox, gone)), GraphRefused)
    assert isinstance(instances.pop((VERMEER.mailbox, gone, WEEKS)), GraphRefused)
    assert (masters, instances) == (master, dates)
    assert [len(some) for some in instances.values()] == [1, 5]


def test_a_series_keeps_its_wall_clock_when_summer_time_ends(tenant: Tenant) -> None:
    master_id = series_in(tenant)
    instances = tenant.ask(lambda gateway: gateway.fetch_instances(VERMEER, master_id, WEEKS))
    assert [event.start.hour for event in instances] == [10, 11, 11, 11, 11, 11]
    assert all(event.original_start == event.start for event in instances)


def test_an_all_day_event_is_the_days_of_the_room(tenant: Tenant) -> None:
    tenant.act(
        "book", organizer="anna@contoso.example", rooms=[VERMEER.mailbox], subject="Fair",
        start="2026-10-31", end="2026-11-01", all_day=True,
    )  # fmt: skip
    tenant.wait("1m")
    (fair,) = [event for event in tenant.view() if event.all_day]
    assert fair.start == datetime(2026, 10, 30, 23, tzinfo=UTC)
    assert fair.end == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_a_meeting_is_found_again_by_its_ical_uid(tenant: Tenant) -> None:
    tenant.book("Board")
    (event,) = [
        one for one in tenant.view(span=WEEK) if one.start.hour == 11 and one.start.day == 20
    ]
    found = tenant.ask(lambda gateway: gateway.find_by_ical_uid(VERMEER, event.ical_uid))
    assert [one.id for one in found] == [event.id]


def test_many_meetings_are_found_again_at_once(tenant: Tenant) -> None:
    tenant.book("Board")
    (event,) = [
        one for one in tenant.view(span=WEEK) if one.start.hour == 11 and one.start.day == 20
    ]
    nobody = replace(VERMEER, mailbox="nobody@contoso.example", object_id=None)
    wanted = [(VERMEER, event.ical_uid), (VERMEER, "none"), (nobody, event.ical_uid)]
    found = tenant.ask(lambda gateway: gateway.find_all_by_ical_uid(wanted))
    assert [one.id for one in found[VERMEER.mailbox, event.ical_uid]] == [event.id]
    assert found[VERMEER.mailbox, "none"] == ()
    assert found[nobody.mailbox, event.ical_uid].code == "mailbox-gone"


def draft(**changes: Any) -> EventDraft:
    start = datetime(2026, 10, 20, 12, tzinfo=UTC)
    values = {
        "subject": "Own",
        "start": start,
        "end": start + timedelta(hours=1),
        "all_day": False,
        "time_zone": "Europe/Amsterdam",
        "transaction_id": "obctl-1-1-x",
        "body": "Reservation 1",
        "location": "Vermeer",
    }
    return EventDraft(**(values | changes))


def test_what_the_room_writes_itself_it_may_change_and_cancel(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> None:
        made = await gateway.create_event(VERMEER, draft())
        assert made.is_organizer
        assert made.transaction_id == "obctl-1-1-x"
        assert (made.start, made.end) == (draft().start, draft().end)
        hour = timedelta(hours=1)
        time = EventTime(made.start + hour, made.end + hour, False, "Europe/Amsterdam")
        later = EventChanges("Later", time)
        changed = await gateway.change_event(VERMEER, made, later)
        assert (changed.id, changed.subject) == (made.id, "Later")
        assert changed.start == made.start + timedelta(hours=1)
        assert changed.change_key != made.change_key
        with pytest.raises(EventChanged):
            await gateway.change_event(VERMEER, made, EventChanges("Not seen"))
        await gateway.cancel_event(VERMEER, made.id, "closed")
        with pytest.raises(NotFound) as raised:
            await gateway.fetch_event(VERMEER, made.id)
        assert raised.value.code == "not-found"

    tenant.ask(ask)


def test_the_same_transaction_books_once(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> list[Event]:
        made = await gateway.create_event(VERMEER, draft())
        again = await gateway.create_event(VERMEER, draft())
        return [made, again]

    made, again = tenant.ask(ask)
    assert made.id == again.id


def test_a_repeated_reservation_becomes_one_series(tenant: Tenant) -> None:
    rule = parse_rrule("FREQ=WEEKLY;BYDAY=TU;COUNT=4", datetime(2026, 10, 20, 9, tzinfo=UTC))

    async def ask(gateway: GraphGateway) -> tuple[Any, Any]:
        made = await gateway.create_event(VERMEER, draft(recurrence=rule))
        master = await gateway.fetch_master(VERMEER, made.id)
        return master, await gateway.fetch_instances(VERMEER, made.id, WEEKS)

    master, instances = tenant.ask(ask)
    assert (master.recurrence.type, master.recurrence.count) == ("weekly", 4)
    assert master.cancelled_dates == frozenset()
    assert [event.start.hour for event in instances] == [12, 13, 13, 13]


def test_whole_days_survive_the_way_out_and_back(tenant: Tenant) -> None:
    start = datetime(2026, 10, 24, 22, tzinfo=UTC)
    days = draft(all_day=True, start=start, end=start + timedelta(hours=25))
    made = tenant.ask(lambda gateway: gateway.create_event(VERMEER, days))
    assert made.all_day
    assert (made.start, made.end) == (days.start, days.end)


def test_somebody_elses_meeting_can_be_declined_but_not_cancelled(tenant: Tenant) -> None:
    tenant.book("Board")
    (event,) = [
        one for one in tenant.view(span=WEEK) if one.start.hour == 11 and one.start.day == 20
    ]

    async def ask(gateway: GraphGateway) -> None:
        with pytest.raises(GraphRefused) as raised:
            await gateway.cancel_event(VERMEER, event.id, "closed")
        assert raised.value.graph is not None
        assert raised.value.graph.status == 400
        await gateway.decline_event(VERMEER, event.id, "closed", send=True)
        with pytest.raises(NotFound):
            await gateway.fetch_event(VERMEER, event.id)

    tenant.ask(ask)


class _Handshake(BaseHTTPRequestHandler):
    """Answers Graph's question whether it may notify; takes what it is told and does nothing."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        token = parse_qs(urlsplit(self.path).query).get("validationToken", [""])[0]
        self.send_response(200 if token else 202)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(token.encode())))
        self.end_headers()
        self.wfile.write(token.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def notification_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handshake) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/notifications"
        server.shutdown()
        thread.join()


def test_a_subscription_lives_from_creation_to_deletion(
    tenant: Tenant, notification_url: str
) -> None:
    ends = datetime(2026, 10, 22, tzinfo=UTC)

    async def ask(gateway: GraphGateway) -> None:
        async def create() -> GraphSubscription:
            return await gateway.create_subscription(
                VERMEER,
                notification_url=notification_url,
                lifecycle_url=notification_url,
                client_state="random",
                expires_at=ends,
            )

        made = await create()
        assert (made.expires_at, made.notification_url) == (ends, notification_url)
        with pytest.raises(GraphRefused) as duplicate:
            await create()
        assert duplicate.value.graph is not None
        assert duplicate.value.graph.status == 409
        assert [one.id for one in await gateway.fetch_subscriptions()] == [made.id]
        later = await gateway.renew_subscription(made.id, ends + timedelta(days=1))
        assert later.expires_at == ends + timedelta(days=1)
        await gateway.reauthorize_subscription(made.id)
        await gateway.delete_subscription(made.id)
        with pytest.raises(NotFound) as gone:
            await gateway.renew_subscription(made.id, ends)
        assert gone.value.code == "not-found"

    tenant.ask(ask)


def test_nobody_at_the_notification_address_is_refused(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> None:
        await gateway.create_subscription(
            VERMEER,
            notification_url="http://127.0.0.1:9/notifications",
            lifecycle_url=None,
            client_state="random",
            expires_at=datetime(2026, 10, 22, tzinfo=UTC),
        )

    with pytest.raises(GraphRefused) as raised:
        tenant.ask(ask)
    assert raised.value.graph is not None
    assert raised.value.graph.status == 400


def test_schedules_agree_with_the_views(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> tuple[Any, Any]:
        rooms = [make_room(name, mailbox=name, object_id=None) for name in tenant.server.rooms]
        return await gateway.fetch_schedules(rooms, WEEK), await gateway.fetch_views(rooms, WEEK)

    busy, views = tenant.ask(ask)
    assert views.keys() == busy.keys() == set(tenant.server.rooms)
    assert any(one.busy for one in busy.values())
    for mailbox, events in views.items():
        taken = [one for one in events if one.show_as != "free" and not one.is_cancelled]
        assert sorted((span.start, span.end) for span in busy[mailbox].busy) == sorted(
            (one.start, one.end) for one in taken
        )
        assert busy[mailbox].unknown == ()


def test_a_room_that_is_not_there_is_an_error_among_schedules(tenant: Tenant) -> None:
    nowhere = make_room("Nowhere", mailbox="nowhere@contoso.example", object_id=None)
    busy = tenant.ask(lambda gateway: gateway.fetch_schedules([nowhere, VERMEER], WEEK))
    assert isinstance(busy[nowhere.mailbox], NotFound)
    assert isinstance(busy[VERMEER.mailbox], Schedule)


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ({"kind": "forbidden"}, MailboxPermissionLost, "mailbox-permission-lost"),
        ({"kind": "unauthorized"}, NotAuthorised, "not-authorised"),
        ({"kind": "mailbox-gone"}, MailboxGone, "mailbox-gone"),
        ({"kind": "throttled", "seconds": 100}, Throttled, "throttled"),
        ({"kind": "unavailable", "seconds": 100}, GraphUnavailable, "graph-unavailable"),
        ({"kind": "server-error"}, GraphUnavailable, "graph-unavailable"),
        ({"kind": "mailbox-moving", "seconds": 100}, GraphUnavailable, "graph-unavailable"),
        ({"kind": "looping"}, LoopingNextLink, "looping-next-link"),
    ],
)
@pytest.mark.parametrize("batched", [False, True])
def test_each_fault_of_a_bad_day_has_its_error(
    tenant: Tenant, fault: dict[str, Any], kind: type[ObctlError], code: str, batched: bool
) -> None:
    tenant.act("fault", room=VERMEER.mailbox, **fault)

    async def ask(gateway: GraphGateway) -> object:
        if batched:
            return (await gateway.fetch_views([VERMEER], WEEKS))[VERMEER.mailbox]
        try:
            return await gateway.fetch_view(VERMEER, WEEKS)
        except ObctlError as error:
            return error

    error = tenant.ask(ask)
    assert isinstance(error, kind)
    assert error.code == code


def test_a_cut_connection_gives_no_half_calendar(tenant: Tenant) -> None:
    tenant.act("fault", kind="cut", room=VERMEER.mailbox)
    with pytest.raises(GraphUnavailable):
        tenant.view()


def test_a_throttled_moment_passes_unnoticed(tenant: Tenant) -> None:
    tenant.act("fault", kind="throttled", room=VERMEER.mailbox, times=1, seconds=1)
    assert tenant.view()


def test_twelve_reads_of_one_room_at_once_are_not_throttled(tenant: Tenant) -> None:
    async def ask(gateway: GraphGateway) -> list[tuple[Event, ...]]:
        return await asyncio.gather(*(gateway.fetch_view(VERMEER, WEEK) for _ in range(12)))

    assert len(set(tenant.ask(ask))) == 1


def test_the_original_json_of_any_path_can_be_had(tenant: Tenant) -> None:
    body = tenant.ask(lambda gateway: gateway.get(f"users/{VERMEER.mailbox}/calendar"))
    assert json.loads(body)["id"]
    with pytest.raises(NotFound):
        tenant.ask(lambda gateway: gateway.get("/users/nobody@contoso.example"))


def test_an_unknown_token_is_refused() -> None:
    async def session(url: str) -> None:
        settings = GraphSettings(url=url, credential=CredentialKind.TOKEN)
        async with open_gateway(settings, token="wrong") as gateway:
            await gateway.fetch_places()

    with SandboxServer(frozen=True, token="right") as server, pytest.raises(NotAuthorised):
        asyncio.run(session(server.url))
