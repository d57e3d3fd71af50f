"""A company full of what must not leave it: hostile texts, and names wherever names may stand."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

from builders import (
    DAY,
    LAST_PASS,
    NOW,
    make_agreed,
    make_event,
    make_log_entry,
    make_outbox_item,
    make_reservation,
    make_room,
    make_subscription,
    span_of,
    write_log,
)

from obctl import __version__
from obctl.config import Config
from obctl.domain.bundle import Verdict
from obctl.domain.difference import Cause, Confidence, Evidence
from obctl.domain.event import Event, EventId, Person
from obctl.domain.outbox import PushAction
from obctl.domain.reservation import Service, ServiceKind
from obctl.domain.room import RoomId
from obctl.domain.subscription import Occasion
from obctl.domain.sync.cancellation import Reason, RequestStatus
from obctl.domain.unreadable_event import UnreadableEvent
from obctl.domain.values import replace
from obctl.engine.admin.init import create_company
from obctl.engine.bundle.about import OneRun, RoomDay
from obctl.engine.bundle.create import create_bundle
from obctl.engine.bundle.look import Look, look_at_day, look_at_item, look_at_run
from obctl.engine.company import Company
from obctl.engine.ports import Gateway
from obctl.errors import GraphUnavailable
from obctl.store.agreed_states import save_agreed
from obctl.store.cancellation_requests import add_request, decide_request
from obctl.store.database import Store, open_store
from obctl.store.events import save_events
from obctl.store.inbox import Notification, NotificationKind, add_notifications
from obctl.store.outbox import add_to_outbox
from obctl.store.reservations import insert_reservations
from obctl.store.rooms import (
    ReadingState,
    add_room,
    find_room_by_id,
    load_rooms,
    save_pass,
    save_reading_state,
)
from obctl.store.runs import finish_run, start_run
from obctl.store.services import add_service
from obctl.store.subscriptions import save_subscription
from obctl.store.unreadable_events import save_unreadable

RUN = "20260914T010000Z-abcdef"
ZARA = Person("Zara Qvist", "Zara.Qvist@people.zephyr.test")
QUINN = Person("Quinn Ümlaut-Ågren 🦄", "quinn+rooms@zephyr.test")
TENANT = "7b1e8c52-41a9-4c0e-9d3f-5a6b7c8d9e0f"
MAILBOX_GUID = "a3f0c9d2-77aa-4b52-8f31-0d9e6c5b4a39"
TITLES = (
    "Takeover of Vexillum\x00 and \x1b]8;;http://evil.example\x07more",
    "🦄 Kündigungsgespräch Quibble",
    "\"Ozymandias\", or \\N{escape}? 'quoted' [bold]x[/bold]",
    '=HYPERLINK("http://formula.example")',
)
CODED = base64.b64encode(b"AAMk zara.qvist@people.zephyr.test").decode()
BODY = "<p>Zwischenbericht " + "Xylophon ruft +49 170 5551234 an. " * 30_000 + "Schlusswort</p>"
JOIN = "https://teams.microsoft.example/l/meetup-join/19%3ameeting_Zklm?tid=" + TENANT
TEXTS = (
    "Bring the Kumquats", "Gluten for Herr Wolpertinger", "the Quokka is on leave",
    "+31 6 5559 8765", "Schlusswort", "Zwischenbericht", "Xylophon", "Vexillum", "Quibble",
    "Ozymandias", "HYPERLINK", "Kündigungsgespräch", "meetup-join", "Zklm", "Wiener Strasse 7",
    "Klabautermann",
)  # fmt: skip
SECRETS = frozenset({
    *TITLES, *TEXTS, ZARA.name or "", ZARA.email or "", QUINN.name or "", QUINN.email or "",
    "Zara", "Qvist", "Quinn", "zephyr", "people.zephyr.test", TENANT, MAILBOX_GUID, CODED, JOIN,
    "Vermeerzaal", "vermeerzaal@rooms.zephyr.test", "Zaalplein", "client-state-Zq9", "hooks.zephyr",
    "Piet Pietersen", "5551234", "zephyr-holding", "delta-token-Zq", "heartbeat-Zq",
})  # fmt: skip
"""What no byte of a masked bundle may spell."""


def prepared(folder: Path) -> Company:
    """The company; every table has rows in it, each with something that is to be masked."""
    config = create_company(
        folder,
        "zephyr-holding",
        {
            "company.time_zone": "Europe/Amsterdam",
            "graph.url": "http://127.0.0.1:9/v1.0",
            "graph.credential": "token",
            "graph.tenant_id": TENANT,
            "sync.heartbeat_url": "https://hc.example/heartbeat-Zq",
        },
    )
    store = open_store(config.store_path)
    with store.transaction():
        _fill(store)
    return company_of(config, store)


def company_of(config: Config, store: Store) -> Company:
    return Company(config, store, lambda: NOW, "Piet Pietersen")


def _fill(store: Store) -> None:
    rooms = (
        make_room("Vermeerzaal", mailbox="vermeerzaal@rooms.zephyr.test", location="Zaalplein",
                  object_id=MAILBOX_GUID, floor="Klabautermann"),
        make_room("Atrium", id=RoomId(2), mailbox="atrium@rooms.zephyr.test"),
    )  # fmt: skip
    span = span_of(NOW.date(), 200)
    for room in rooms:
        add_room(store, room)
    for room in load_rooms(store):
        link = "https://graph.example/users/x/delta?$deltatoken=delta-token-Zq"
        save_reading_state(
            store,
            room.id,
            ReadingState(link, span.start, span.end, span.end),  # type: ignore[arg-type]
        )
        save_pass(store, room.id, synced_at=LAST_PASS)
    _meetings(store)
    _what_waits(store)
    _log(store)


def _meetings(store: Store) -> None:
    plain = make_reservation(1001, subject=TITLES[0], organizer=ZARA, notes=TEXTS[0])
    moved = make_reservation(
        1002, event="E2", starts="12:00", subject=TITLES[1], organizer=QUINN, notes=TEXTS[3]
    )
    rewritten = make_reservation(
        1003, event="E3", starts="14:00", subject=TITLES[2], organizer=ZARA
    )
    lonely = make_reservation(1004, event=None, starts="16:00", subject=TITLES[3], organizer=QUINN)
    insert_reservations(store, [plain, moved, rewritten, lonely])
    save_events(
        store,
        RoomId(1),
        [
            event("E1", subject=TITLES[0], organizer=ZARA, ical_uid=CODED),
            event("E2", starts="12:30", subject=TITLES[1], organizer=QUINN),
            event("E3", starts="14:00", subject=f"{ZARA.name} {TITLES[2]}", organizer=ZARA),
            event("E9", starts="18:00", subject=TITLES[3], organizer=ZARA),
        ],
    )
    save_agreed(
        store, [make_agreed(moved, make_event("E2", starts="12:00", organizer=QUINN,
                                              subject=TITLES[1]))]
    )  # fmt: skip
    add_service(store, Service(0, plain.number, ServiceKind.CATERING, TEXTS[1], 2))


def event(id: str, **changes: Any) -> Event:  # noqa: A002
    """An event with an original that holds whatever Graph may."""
    made = make_event(id, **changes)
    original = {
        "id": made.id, "subject": made.subject, "iCalUId": made.ical_uid, "changeKey": CODED,
        "organizer": {"emailAddress": {"name": made.organizer.name,
                                       "address": made.organizer.email}},
        "attendees": [{"type": "resource", "status": {"response": "accepted"},
                       "emailAddress": {"name": "Vermeerzaal",
                                        "address": "Vermeerzaal@Rooms.Zephyr.Test"}}],
        "body": {"contentType": "html", "content": BODY if id == "E1" else JOIN},
        "bodyPreview": f"Call +31 6 5559 8765, {TEXTS[2]}", "showAs": "busy",
        "location": {"displayName": "Wiener Strasse 7", "locationUri": ZARA.email,
                     "coordinates": {"latitude": 52.3731, "longitude": 4.8922}},
        "onlineMeeting": {"joinUrl": JOIN, "conferenceId": 5551234},
        "webLink": "https://outlook.example/?itemid=" + CODED, "originalStartTimeZone": "Zara's",
        "start": {"dateTime": "2026-09-15T09:00:00.0000000", "timeZone": "UTC"},
        f"extension_{ZARA.name}": True, "zephyr.custom": [TEXTS[0], {"Quinn": 1}],
    }  # fmt: skip
    return replace(made, payload=json.dumps(original, ensure_ascii=id == "E2").encode())


def _what_waits(store: Store) -> None:
    evidence = (Evidence("event.subject", TITLES[1]), Evidence("organizer", QUINN.email))
    cause = Cause("room-declined", Confidence.LIKELY, evidence, f"{QUINN.name} is asked",
                  "obctl sync run --room vermeerzaal@rooms.zephyr.test")  # fmt: skip
    made = add_request(store, 1002, reason=Reason.SERVICES_BOOKED, cause=cause, at=LAST_PASS)
    add_to_outbox(
        store,
        make_outbox_item(
            PushAction.CHANGE, reservation=1003, note=TEXTS[2], event_id=EventId("E3"),
            agreed=make_agreed(),
        ),
    )  # fmt: skip
    store.run(
        "UPDATE outbox SET failed = 1, error_code = 'ErrorAccessDenied', error = ?",
        (f"Access is denied for {QUINN.name} in tenant {TENANT}: '{TITLES[1]}'",),
    )
    save_subscription(
        store,
        make_subscription(
            resource=f"users/{MAILBOX_GUID}/events",
            notification_url="https://hooks.zephyr.test/notifications",
            lifecycle_url="https://hooks.zephyr.test/lifecycle",
            client_state="client-state-Zq9",
        ),
    )
    add_notifications(
        store,
        [Notification(NotificationKind.CHANGE, Occasion.UPDATED, "S1", RoomId(1), NOW,
                      EventId("E2"))],
    )  # fmt: skip
    save_unreadable(
        store,
        RoomId(1),
        [UnreadableEvent(EventId("E8"), f"start of '{TITLES[2]}' is no time", subject=TITLES[2],
                         payload=b'{"subject": "Ozymandias", "start": "Zara"}')],
        NOW,
    )  # fmt: skip
    decide_request(
        store, made, status=RequestStatus.REJECTED, at=NOW, by="Piet Pietersen", note=TEXTS[2]
    )


def _log(store: Store) -> None:
    start_run(store, RUN, kind="sync", at=LAST_PASS)
    finish_run(
        store, RUN, at=LAST_PASS, exit_code=8,
        report={"run": RUN, "rooms": {"ok": 1, "failed": 1},
                "problems": [{"room": "vermeerzaal@rooms.zephyr.test", "code": "not-found",
                              "message": f"{ZARA.name}: no such mailbox in {TENANT}"}]},
    )  # fmt: skip
    at_night: dict[str, Any] = {"run": RUN, "actor": "nightly run"}
    write_log(
        store,
        [
            make_log_entry("sync.started", LAST_PASS, **at_night),
            make_log_entry(
                "event.updated", LAST_PASS, room=RoomId(1), reservation=1002, event_id="E2",
                subject=TITLES[1], email=QUINN.email, payload=event("E2", subject=TITLES[1],
                                                                    organizer=QUINN).payload,
                message=f"reservation 1002 {TITLES[1]!r} of {QUINN.email} was moved", **at_night,
            ),
            make_log_entry(
                "cancellation.rejected", room=RoomId(1), reservation=1002, actor="Piet Pietersen",
                message=f"rejected by Piet Pietersen: reservation 1002 stays: {TEXTS[2]}",
            ),
            make_log_entry(
                "room.inconclusive", room=RoomId(1), message="Vermeerzaal (vermeerzaal@rooms."
                f"zephyr.test): {TITLES[0]!r} and 'Ozymandias, a stranger' on 2026-09-15 09:00",
            ),
            make_log_entry(
                "push.failed", room=RoomId(1), reservation=1003, event_id="E3",
                message=f"ErrorAccessDenied: {ZARA.name.upper()} may not, says {ZARA.email}",
                payload=b'{"error": {"code": "ErrorAccessDenied", "message": "Zara Qvist"}}',
            ),
            make_log_entry(
                "setting.changed", actor="Piet Pietersen",
                message=f"graph.tenant_id: none -> {TENANT}, by Piet Pietersen",
            ),
            make_log_entry("reservation.created", reservation=1004, payload=b"Zara, no JSON \xff"),
        ],
    )  # fmt: skip


async def nobody() -> Gateway:
    raise GraphUnavailable("Graph cannot be reached")


def make(company: Company, file: Path, wanted: str | RoomDay | OneRun, **options: Any) -> Path:
    """A bundle; Graph does not answer."""

    async def work() -> None:
        verdict = Verdict(live=False, why_cached="Zara Qvist does not answer")
        await create_bundle(
            company,
            await look(company, wanted),
            verdict,
            file,
            obctl=__version__,
            **options,
        )

    asyncio.run(work())
    return file


async def look(company: Company, wanted: str | RoomDay | OneRun) -> Look:
    match wanted:
        case str():
            return await look_at_item(company, nobody, wanted)
        case RoomDay():
            return await look_at_day(company, nobody, wanted)
        case OneRun():
            return await look_at_run(company, nobody, wanted)


def a_day(company: Company) -> RoomDay:
    return RoomDay(find_room_by_id(company.store, RoomId(1)), DAY)
