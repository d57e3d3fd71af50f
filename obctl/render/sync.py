"""Runs and the company's status on a screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from obctl.domain.counted import counted
from obctl.domain.room import Room, RoomId
from obctl.domain.sync.undecided import ROOMS_UNREAD
from obctl.domain.unreadable_event import EVENT_UNREADABLE
from obctl.render.output import Column, fields, table, text
from obctl.render.times import moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType

JsonObject = Mapping[str, Any]
_IMPORTABLE = "created-before-activation"


def report_picture(
    item: JsonObject, places: Mapping[str, Room] = MappingProxyType({})
) -> list[RenderableType]:
    """One run: what was read, what changed, and for a dry run each change.

    `places` are the rooms by address.
    """
    rooms, changes = item.get("rooms") or {}, item.get("changes") or {}
    events, pushed = item.get("events") or {}, item.get("pushed") or {}
    title = "would do (dry run)" if item.get("dry_run") else "done"
    parts: list[RenderableType] = [
        fields(
            [
                ("run", item["run"]),
                ("rooms", counts_text(rooms)),
                ("events", f"{events.get('read', 0)} read"),
                (title, counts_text(changes) or _nothing(item)),
                *_left_alone(item),
                ("pushed", counts_text(pushed) or "nothing due"),
            ]
        )
    ]
    plans = item.get("plans")
    if plans:
        lines = [_line(plan, c, places) for plan in plans for c in plan["changes"]]
        parts.append(table(lines, _plan_columns({line["zone"] for line in lines})))
    return parts


def with_addresses(item: JsonObject, rooms: Iterable[Room]) -> JsonObject:
    """The run with the rooms of its plans by address, where a plan knows them by their rows."""
    addresses = {room.id: room.mailbox for room in rooms}
    if "plans" not in item:
        return item
    return {**item, "plans": [_addressed(plan, addresses) for plan in item["plans"]]}


def _addressed(plan: JsonObject, addresses: Mapping[RoomId, str]) -> JsonObject:
    def named(change: JsonObject) -> JsonObject:
        if "room" not in change["fields"]:
            return change
        moved = {side: addresses.get(room, room) for side, room in change["fields"]["room"].items()}
        return {**change, "fields": {**change["fields"], "room": moved}}

    return {**plan, "changes": [named(change) for change in plan["changes"]]}


def _nothing(item: JsonObject) -> str:
    """No changes: because there were none to make, or because something is left over."""
    rooms = item.get("rooms") or {}
    if any(problem["code"] == ROOMS_UNREAD for problem in item.get("problems") or ()):
        return "nothing: what is gone may be in a room that could not be read"
    if any(problem["code"] == EVENT_UNREADABLE for problem in item.get("problems") or ()):
        return "nothing: what could be read is in step"
    if any(rooms.get(name) for name in ("failed", "inconclusive", "stopped")):
        return "nothing: not every room could be done"
    if not rooms.get("ok"):
        return "nothing: no room was looked at"
    return "nothing: neither side has anything new"


def _left_alone(item: JsonObject) -> list[tuple[str, str]]:
    """Events that were read and are none of ours: without them both sides are not the same."""
    told = [
        f"{count} {code}" + (": obctl rooms import-existing" if code == _IMPORTABLE else "")
        for code, count in (item.get("left_alone") or {}).items()
    ]
    return [("" if place else "left alone", line) for place, line in enumerate(told)]


def counts_text(counts: JsonObject) -> str:
    """`3 ok, 1 failed`, without what there is none of."""
    return ", ".join(_count_text(name, number) for name, number in counts.items() if number)


def _count_text(name: str, number: int) -> str:
    words = name.replace("_", " ")
    return counted(number, words[:-1]) if words.endswith("s") else f"{number} {words}"


def _line(plan: JsonObject, change: JsonObject, rooms: Mapping[str, Room]) -> JsonObject:
    """One change as people read it: rooms by name, times in the room's zone."""
    room = rooms.get(plan["room"])
    zone = room.time_zone if room else "UTC"

    def shown(name: str, value: Any) -> Any:
        if name == "room":
            return rooms[value].name if value in rooms else value
        return moment_text(value, zone) if name in ("start", "end") else value

    changed = "; ".join(
        f"{name}: {shown(name, values['from'])} → {shown(name, values['to'])}"
        for name, values in change["fields"].items()
        if name != "event_id"
    )
    why = change["reason"] or change["cause"] or ""
    what = "; ".join(filter(None, (changed or why, _goes_on(change), _services_again(change))))
    named = room.name if room else plan["room"].partition("@")[0]
    return {**change, "room": named, "zone": zone, "what": what}


def _goes_on(change: JsonObject) -> str:
    if not change["goes_on_as"]:
        return ""
    count = len(change["services_moved"])
    along = f", {count} service{'s' if count > 1 else ''} with it" if count else ""
    return f"goes on as reservation {change['goes_on_as']}{along}"


def _services_again(change: JsonObject) -> str:
    told = (
        (len(change.get(name) or ()), words)
        for name, words in (
            ("services_restored", "ordered again"), ("services_left", "stay cancelled"),
        )
    )  # fmt: skip
    return ", ".join(
        f"{count} service{'s' if count > 1 else ''} {words}" for count, words in told if count
    )


def _plan_columns(zones: Collection[str]) -> list[Column]:
    head = f"start, {next(iter(zones))}" if len(zones) == 1 else "start"

    def start(line: JsonObject) -> str:
        zone = f" ({line['zone']})" if len(zones) > 1 else ""
        return f"{moment_text(line['start'], line['zone'])}{zone}"

    return [
        Column("change", lambda o: o["kind"], no_wrap=True),
        Column("room", lambda o: o["room"]),
        Column(head, start),
        Column("subject", lambda o: o["subject"]),
        Column("what", lambda o: o["what"]),
    ]


def status_picture(
    item: JsonObject, names: Mapping[str, str], zone_name: str
) -> list[RenderableType]:
    """How the company stands; `names` are the rooms' by address, `zone_name` is that of times."""
    run = item["last_run"]
    inbox, outbox = item["inbox"], item["outbox"]
    waiting = f" since {moment_text(inbox['oldest_at'], zone_name)}" if inbox["oldest_at"] else ""
    unpruned = item["log_not_pruned"]
    summary = fields(
        [
            ("last run", _run_text(run) if run else "never"),
            ("outbox", f"{outbox['pending']} pending, {outbox['failed']} failed"),
            ("inbox", f"{inbox['pending']} waiting{waiting}"),
            ("subscriptions", counts_text(item["subscriptions"]) or "none"),
            ("cancellation requests", f"{item['cancellation_requests']} open"),
            *([("log", text(unpruned, "yellow"))] if unpruned else []),
            ("times", zone_name),
        ]
    )
    halted = {one["room"] for one in item["stopped"]}
    rooms = [{**room, "stopped": room["room"] in halted} for room in item["rooms"]]
    columns = _status_columns(names, zone_name)
    troubles = [
        table(item[name], columns[name])
        for name in ("stopped", "failed_writes", "undecided", "unreadable")
        if item[name]
    ]
    return [summary, *troubles, table(rooms, columns["rooms"])]


def _status_columns(names: Mapping[str, str], zone_name: str) -> dict[str, list[Column]]:
    """The columns of each part of the status."""

    def room(o: JsonObject) -> str:
        return names.get(o["room"], o["room"])

    def at(name: str) -> Callable[[JsonObject], str]:
        return lambda o: moment_text(o[name], zone_name) or "never"

    number = Column("no.", lambda o: str(o["reservation"] or ""), justify="right")
    since = Column("since", at("since"))
    return {
        "stopped": [
            Column("stopped", lambda o: text(room(o), "red")),
            since,
            Column("why", lambda o: o["why"]),
        ],
        "failed_writes": [
            number,
            Column("room", room),
            Column("write", lambda o: o["action"]),
            Column("why not yet", lambda o: f"{o['code']}: {o['message']}"),
            Column("again from", at("due_at")),
        ],
        "undecided": [
            number,
            Column("gone from", room),
            since,
            Column("waits for", lambda o: o["unread"]),
        ],
        "unreadable": [
            number,
            Column("room", room),
            since,
            Column("event", lambda o: o["subject"] or o["event_id"] or "without an id"),
            Column("cannot be read", lambda o: o["wrong"]),
        ],
        "rooms": [
            Column("room", room),
            Column("last good pass", at("last_synced_at")),
            Column("verdict", lambda o: o["verdict"]),
            Column("condition", lambda o: o["condition"]),
            Column("", lambda o: text(_trouble(o), "red")),
            Column("", lambda o: "identity check off" if o["identity_unchecked"] else ""),
        ],
    }


def _trouble(room: JsonObject) -> str:
    return ", ".join(word for word in ("stopped", "stale") if room[word])


def _run_text(run: JsonObject) -> str:
    ended = run["state"] if run["exit"] is None else f"exit {run['exit']}"
    return f"{run['run']}, {ended}"


def _exit(run: JsonObject) -> str:
    """The exit code of a run, or what became of one that has none."""
    return str(run["state"]) if run["exit"] is None else str(run["exit"])


HISTORY = [
    Column("run", lambda o: o["run"], no_wrap=True),
    Column("exit", _exit, justify="right"),
    Column("rooms", lambda o: counts_text(o["rooms"] or {})),
    Column("changes", lambda o: counts_text(o["changes"] or {})),
]
