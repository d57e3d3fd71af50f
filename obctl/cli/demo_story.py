"""The demo's story: one night between Outlook and Officebooking, step by step."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from obctl.cli.demo_stage import Stage

MONDAY_MORNING = datetime(2026, 10, 19, 5, 30, tzinfo=UTC)
NIGHT = datetime(2026, 10, 20, 0, 0, tzinfo=UTC)
TUESDAY_MORNING = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
TUESDAY_AN_HOUR_LATER = datetime(2026, 10, 20, 7, 0, tzinfo=UTC)
TUESDAY = "2026-10-20"

VERMEER, VERMEER_MAILBOX = "AMS 1.02 Vermeer", "ams-1.02@contoso.example"
REMBRANDT, REMBRANDT_MAILBOX = "AMS 1.01 Rembrandt", "ams-1.01@contoso.example"
PANKE, PANKE_MAILBOX = "BER 2.01 Panke", "ber-2.01@contoso.example"
ZONES = {
    "Amsterdam HQ": "Europe/Amsterdam",
    "Berlin Mitte": "Europe/Berlin",
    "New York": "America/New_York",
}
EXISTING = 1000  # the tenant holds more than that, most of it occurrences of series


def explain_item(stage: Stage) -> None:
    """The whole story; raises at the first thing that does not turn out as told."""
    stage.screen.chapter("Monday 19 October 2026, 07:30 in Amsterdam")
    _make_company(stage)
    _map_rooms(stage)
    _import_existing(stage)
    _subscribe(stage)
    review = _book_in_outlook(stage)
    _book_series(stage)

    stage.deafen()
    stage.go_to(NIGHT)
    stage.screen.chapter("Tuesday 20 October, 02:00: the nightly run")
    _nightly_run(stage)

    stage.go_to(TUESDAY_MORNING)
    stage.screen.chapter("Tuesday 20 October, 08:00")
    _listen_again(stage)
    _reserve(stage)
    _order_catering(stage, review)
    request = _cancel_in_outlook(stage, review)
    _ask_for_status(stage, request)
    _lose_notification(stage)

    stage.go_to(TUESDAY_AN_HOUR_LATER)
    stage.screen.chapter("Tuesday 20 October, 09:00")
    _show_planner(stage)
    _explain_difference(stage)
    _approve(stage, request, review)
    _read_log(stage, review)


def _make_company(stage: Stage) -> None:
    stage.screen.step("A company is one tenant, one configuration file and one store.")
    stage.run(
        "init", "contoso", "--graph-url", stage.url, "--credential", "token",
        "--time-zone", "Europe/Amsterdam",
    )  # fmt: skip
    found = stage.ask("config", "get", "graph.url")
    stage.check(found, "the company's Graph is the sandbox", lambda o: o["value"] == stage.url)


def _map_rooms(stage: Stage) -> None:
    stage.screen.step("Graph lists the tenant's rooms.")
    rooms = stage.look(
        "rooms", "discover", most=(6, 0),
        holds="Graph lists twelve rooms, none of them mapped",
        where=lambda o: len(o) == 12 and not any(room["mapped"] for room in o),
    )  # fmt: skip
    stage.screen.step(
        "They are mapped from a file, each in the time zone of its location; Graph does not know"
        " zones of rooms."
    )
    file = stage.folder / "rooms.csv"
    _write_rooms(file, rooms)
    stage.run("rooms", "import", file.name, most=(4, 4))
    mapped = stage.ask("rooms", "list")
    stage.check(
        mapped,
        "twelve rooms are mapped in three time zones",
        lambda o: len(o) == 12 and {room["time_zone"] for room in o} == set(ZONES.values()),
    )


def _write_rooms(file: Path, rooms: list[dict[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["mailbox", "name", "location", "floor", "capacity", "time_zone"])
        for room in rooms:
            fields = [room[name] for name in ("mailbox", "name", "location", "floor", "capacity")]
            writer.writerow([*fields, ZONES[room["location"]]])


def _import_existing(stage: Stage) -> None:
    stage.screen.step(
        "What was booked before obctl came is left alone, unless it is asked for; the first pass"
        " reads all rooms and makes the reservations."
    )
    stage.run("rooms", "import-existing", "--all")
    stage.run("sync", "run")
    _check_run(stage, "over a thousand reservations were made", lambda o: o["created"] > EXISTING)


def _subscribe(stage: Stage) -> None:
    stage.screen.step("A listener receives Graph's notifications; it runs in the background.")
    stage.listen()
    stage.screen.step("Every room is subscribed; Graph first shakes hands with the listener.")
    stage.run(
        "subscriptions", "create", "--all", "--notification-url", stage.listener_url, most=(7, 0)
    )
    found = stage.ask("subscriptions", "list")
    stage.check(
        found,
        "twelve subscriptions are active",
        lambda o: [item["state"] for item in o] == ["active"] * 12,
    )


def _book_in_outlook(stage: Stage) -> int:
    stage.screen.step("People book rooms in Outlook; the notifications make the reservations.")
    stage.outlook(
        f"Anna books {VERMEER}, Tuesday 11:00-12:00: Quarterly review",
        {
            "do": "book", "name": "review", "organizer": "anna@contoso.example",
            "rooms": [VERMEER_MAILBOX], "subject": "Quarterly review",
            "start": f"{TUESDAY}T11:00", "duration": "1h",
        },
    )  # fmt: skip
    made = stage.watch(
        "reservations", "list", "--room", VERMEER, "--on", TUESDAY,
        holds="Anna's reservation is made in Outlook, from 09:00Z to 10:00Z, and in step",
        where=lambda o: (
            o[0]["organizer"]["email"], o[0]["start"], o[0]["end"], o[0]["source"],
            o[0]["external_state"],
        ) == (
            "anna@contoso.example", f"{TUESDAY}T09:00:00Z", f"{TUESDAY}T10:00:00Z", "outlook", 10,
        ),
    )  # fmt: skip
    stage.outlook(
        f"Lotte books {REMBRANDT}, Tuesday 14:00-14:30: Contract talk",
        {
            "do": "book", "name": "contract", "organizer": "lotte@contoso.example",
            "rooms": [REMBRANDT_MAILBOX], "subject": "Contract talk",
            "start": f"{TUESDAY}T14:00", "duration": "30m",
        },
    )  # fmt: skip
    stage.wait(
        "reservations", "list", "--on", TUESDAY, "--text", "Contract talk",
        holds="the notification of Contract talk became a reservation",
        where=lambda o: len(o) == 1,
    )  # fmt: skip
    return int(made[0]["number"])


def _book_series(stage: Stage) -> None:
    stage.screen.step(
        "Of a new series the notification makes the first reservation only, so that the room is"
        " taken at once; the night makes the others."
    )
    stage.outlook(
        f"Bob books {PANKE} for ten Tuesdays at 16:00: Weekly one-to-one",
        {
            "do": "book", "name": "weekly", "organizer": "bob@contoso.example",
            "rooms": [PANKE_MAILBOX], "subject": "Weekly one-to-one",
            "start": f"{TUESDAY}T16:00", "duration": "30m",
            "recurrence": {
                "pattern": {
                    "type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"],
                    "firstDayOfWeek": "monday",
                },
                "range": {"type": "numbered", "startDate": TUESDAY, "numberOfOccurrences": 10},
            },
        },
    )  # fmt: skip
    stage.watch(
        "reservations", "list", "--text", "one-to-one",
        holds="the first instance alone is reserved",
        where=lambda o: [item["start"] for item in o] == [f"{TUESDAY}T14:00:00Z"],
    )  # fmt: skip


def _nightly_run(stage: Stage) -> None:
    stage.screen.step("Cron calls the nightly run: the other nine of the series are reserved.")
    stage.run("sync", "run")
    _check_run(stage, "nine reservations were made", lambda o: o["created"] == 9)
    stage.screen.step("Run again, it plans nothing: both sides are in step.")
    stage.run("sync", "run")
    _check_run(stage, "the second run changes nothing", lambda o: not any(o.values()))


def _check_run(stage: Stage, holds: str, where: Any) -> None:
    newest = stage.ask("sync", "history", "--limit", "1")[0]
    stage.check(newest, "all twelve rooms are done", lambda o: o["rooms"]["ok"] == 12)
    stage.check(newest["changes"], holds, where)


def _listen_again(stage: Stage) -> None:
    stage.screen.step("The listener is back for the day.")
    stage.listen()


def _reserve(stage: Stage) -> None:
    stage.screen.step("Which room is free on both sides for a breakfast of five?")
    stage.look(
        "rooms", "free", "--from", f"{TUESDAY}T09:00", "--to", f"{TUESDAY}T10:30",
        "--capacity", "5", "--location", "Amsterdam HQ",
        holds=f"{VERMEER} is free",
        where=lambda o: VERMEER_MAILBOX in [item["room"] for item in o],
    )  # fmt: skip
    stage.screen.step("It is reserved in Officebooking, which writes it into Outlook at once.")
    stage.run(
        "reservations", "create", "--room", VERMEER, "--subject", "Board breakfast",
        "--start", f"{TUESDAY}T09:00", "--duration", "90m",
        "--organizer", "sanne@contoso.example", "--organizer-name", "Sanne Jansen",
    )  # fmt: skip
    stage.screen.step("And there it is: the room's calendar, read from Outlook.")
    stage.look(
        "planner", TUESDAY, "--room", VERMEER, "--view", "office365",
        holds="Outlook shows the Board breakfast from 07:00Z to 08:30Z",
        where=lambda o: (f"{TUESDAY}T07:00:00Z", f"{TUESDAY}T08:30:00Z", "Board breakfast") in [
            (item["start"], item["end"], item["subject"]) for item in o["rooms"][0]["office365"]
        ],
    )  # fmt: skip


def _order_catering(stage: Stage, review: int) -> None:
    stage.screen.step("Anna's meeting gets lunch, ordered in Officebooking.")
    stage.run(
        "services", "add", str(review), "--kind", "catering",
        "--description", "Lunch buffet", "--quantity", "6",
    )  # fmt: skip
    found = stage.ask("services", "list", str(review))
    stage.check(found, "catering for six is ordered", lambda o: o[0]["quantity"] == 6)


def _cancel_in_outlook(stage: Stage, review: int) -> int:
    stage.screen.step(
        "Then its organiser cancels it. With lunch on order nobody should lose it silently: it"
        " becomes a cancellation request, and a person decides."
    )
    stage.outlook("Anna cancels her Quarterly review", {"do": "cancel", "meeting": "review"})
    found = stage.watch(
        "cancellations", "list",
        holds="one request is open, for Anna's reservation, which has external state 100",
        where=lambda o: (
            o[0]["reservation"]["number"], o[0]["external_state"], o[0]["reason"], o[0]["status"],
        ) == (review, 100, "services-booked", "open"),
    )  # fmt: skip
    return int(found[0]["id"])


def _ask_for_status(stage: Stage, request: int) -> None:
    stage.screen.step("Get Status Info: what does Outlook say now, beside the last known original?")
    stage.look(
        "cancellations", "status", str(request),
        holds="Outlook says that it is cancelled",
        where=lambda o: o["outlook"] == "cancelled",
    )  # fmt: skip


def _show_planner(stage: Stage) -> None:
    stage.screen.step("The planner shows the day from both sides, and where they differ.")
    stage.look(
        "planner", TUESDAY, "--location", "Amsterdam HQ",
        holds="the Contract talk stands at 15:00 in Outlook and at 14:00 in Officebooking",
        where=lambda o: (
            [_starts(o, "office365", "Contract talk"), _starts(o, "officebooking", "Contract talk")]
            == [[f"{TUESDAY}T13:00:00Z"], [f"{TUESDAY}T12:00:00Z"]]
        ),
    )  # fmt: skip


def _starts(planner: dict[str, Any], side: str, subject: str) -> list[str]:
    items = [item for room in planner["rooms"] for item in room[side]]
    return [item["start"] for item in items if item["subject"] == subject]


def _lose_notification(stage: Stage) -> None:
    stage.screen.step(
        "Graph loses a notification now and then: nobody tells obctl that this meeting moved."
    )
    stage.outlook(
        "Lotte moves her Contract talk from 14:00 to 15:00",
        {"do": "lose-notifications", "room": REMBRANDT_MAILBOX},
        {
            "do": "change", "meeting": "contract",
            "start": f"{TUESDAY}T15:00", "end": f"{TUESDAY}T15:30",
        },
    )  # fmt: skip


def _explain_difference(stage: Stage) -> None:
    stage.screen.step("Both sides are compared: each difference is named, with its cause.")
    found = stage.look(
        "diff", TUESDAY, exits=3,
        holds="two differences: the open request, and a missed notification",
        where=lambda o: sorted(item["cause"]["code"] for item in o["differences"])
        == ["cancel-awaiting-approval", "missed-notification"],
    )  # fmt: skip
    moved = next(item for item in found["differences"] if item["room"] == REMBRANDT_MAILBOX)
    stage.screen.step("The whole story of one of them: the evidence, and what was ruled out.")
    stage.look(
        "explain", str(moved["reservation"]),
        holds="the cause is a missed notification, with evidence",
        where=lambda o: o["cause"]["code"] == "missed-notification" and o["cause"]["evidence"],
    )  # fmt: skip
    stage.screen.step("Its remedy is a pass over the room; then the room is in step again.")
    stage.run("sync", "run", "--room", REMBRANDT)
    stage.look(
        "diff", TUESDAY, "--room", REMBRANDT,
        holds="the room has no difference left",
        where=lambda o: o["differences"] == [],
    )  # fmt: skip


def _approve(stage: Stage, request: int, review: int) -> None:
    stage.screen.step("The request is approved: the reservation and its lunch are cancelled.")
    stage.run(
        "cancellations", "approve", str(request), "--note", "Anna confirmed by phone", "--yes"
    )
    stage.look(
        "reservations", "show", str(review),
        holds="the reservation is cancelled, its external state 110, its lunch cancelled",
        where=lambda o: (o["status"], o["external_state"], o["services"][0]["status"])
        == ("cancelled", 110, "cancelled"),
    )  # fmt: skip


def _read_log(stage: Stage, review: int) -> None:
    stage.screen.step("The company log knows who did what, and when.")
    entries = stage.look(
        "log", "search", "--reservation", str(review),
        holds="creation, cancellation, request and approval are in the log",
        where=lambda o: {"event.created", "event.cancelled", "cancellation.requested",
                         "cancellation.approved"} <= {item["action"] for item in o},
    )  # fmt: skip
    cancelled = next(item for item in entries if item["action"] == "event.cancelled")
    stage.screen.step("With it lies what Outlook really said, byte for byte.")
    stage.look(
        "log", "show", str(cancelled["id"]), most=(41, 0),
        holds="the original says isCancelled",
        where=lambda o: o["payload"]["isCancelled"] is True,
    )  # fmt: skip
