"""How rooms look: those of the tenant, the mapped ones, one of them, the free ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from obctl.domain.room import CalendarProcessing, GuardStop, Room
from obctl.domain.subscription import Subscription
from obctl.render.output import Column, JsonObject, fields, text
from obctl.render.times import ago_text, clock_text, moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

_TAKEN = 3
FOUND = (
    Column("", lambda o: "✓" if o["mapped"] else "", style="green"),
    Column("mailbox", lambda o: o["mailbox"]),
    Column("name", lambda o: o["name"]),
    Column("location", lambda o: o["location"]),
    Column("floor", lambda o: o["floor"]),
    Column("people", lambda o: _number(o["capacity"]), justify="right"),
)

POLICY = (
    Column("room", lambda o: o["room"]),
    Column("setting", lambda o: f"{o['setting']} = {o['value']}"),
    Column("what it leads to", lambda o: o["message"], ratio=1),
)


def room_columns(rooms: Sequence[Room], now: datetime) -> list[Column]:
    """The columns of these rooms: also why a read cannot be trusted, or a guard stopped one."""
    conditions = {room.mailbox: room.condition for room in rooms}
    stopped = {room.mailbox for room in rooms if room.stopped and room.is_mapped}

    def state(item: JsonObject) -> Text:
        if item["mailbox"] in stopped:
            return text("stopped by the guard", "red")
        if item["removed_at"] is not None:
            return text(f"taken out, {ago_text(item['removed_at'], now)}", "yellow")
        if item["verdict"] == "inconclusive":
            return text(conditions.get(item["mailbox"]) or "inconclusive", "yellow")
        if item["last_synced_at"] is None:
            return text("never", "dim")
        return text(f"ok, {ago_text(item['last_synced_at'], now)}", "green")

    def live(item: JsonObject) -> Text:
        word = item["subscription"]
        if word is None:
            return text("no", "dim")
        return text("yes" if word == "active" else word, "green" if word == "active" else "yellow")

    return [
        Column("name", lambda o: o["name"]),
        Column("location", lambda o: o["location"]),
        Column("people", lambda o: _number(o["capacity"]), justify="right"),
        Column("zone", lambda o: o["time_zone"]),
        Column("live", live),
        Column("synced", state),
    ]


def free_columns(zones: dict[str, str], dates: int) -> list[Column]:
    """The columns of the rooms free for so many dates; `zones` names each room's by mailbox."""

    def busy_until(item: JsonObject) -> str:
        if item["busy_until"] is None:
            return ""
        zone = zones[item["room"]]
        return f"{clock_text(datetime.fromisoformat(item['busy_until']), zone)} ({zone})"

    def taken(item: JsonObject) -> str:
        days = [
            datetime.fromisoformat(moment).astimezone(ZoneInfo(zones[item["room"]])).date()
            for moment in item["taken"]
        ]
        if not days:
            return f"all {dates}"
        shown = ", ".join(map(str, days[:_TAKEN]))
        more = f" and {len(days) - _TAKEN} more" if len(days) > _TAKEN else ""
        return f"{dates - len(days)} of {dates}, not {shown}{more}"

    last = Column("busy until", busy_until) if dates == 1 else Column("free on", taken, ratio=1)
    return [
        Column("name", lambda o: o["name"]),
        Column("location", lambda o: o["location"]),
        Column("floor", lambda o: o["floor"]),
        Column("people", lambda o: _number(o["capacity"]), justify="right"),
        Column("fits", lambda o: o["fits"]),
        last,
    ]


def room_picture(
    room: Room, subscription: Subscription | None, now: datetime
) -> list[RenderableType]:
    """Everything about one room."""
    verdict = room.verdict.value if room.verdict else "not synced yet"
    pairs: list[tuple[str, object]] = [
        ("mailbox", room.mailbox),
        ("name", room.name),
        ("location", room.location),
        ("floor", room.floor),
        ("capacity", None if room.capacity is None else f"{room.capacity} people"),
        ("time zone", room.time_zone),
        ("events count from", _local(room.activated_at, room)),
        ("object id", room.object_id or "not seen yet"),
        *([("taken out", _local(room.removed_at, room))] if room.removed_at else []),
        ("last synced", _local(room.last_synced_at, room) or "never"),
        *([("stopped by the guard", _stopped(room.stopped, room))] if room.stopped else []),
        ("last read", f"{verdict}: {room.condition}" if room.condition else verdict),
        ("subscription", _subscription(subscription, room, now)),
    ]
    return [fields(pairs), fields(_policy_pairs(room.processing), title="\nExchange settings")]


def _stopped(stop: GuardStop, room: Room) -> str:
    return f"since {_local(stop.since, room)}: {stop.why}"


def _policy_pairs(policy: CalendarProcessing) -> Sequence[tuple[str, object]]:
    known = {name: getattr(policy, name) for name in CalendarProcessing.__slots__}
    pairs = [
        (name.replace("_", " "), str(value).lower() if isinstance(value, bool) else value)
        for name, value in known.items()
        if value is not None
    ]
    return pairs or [("unknown", "`obctl rooms policy import FILE.json` brings them")]


def _subscription(subscription: Subscription | None, room: Room, now: datetime) -> str:
    if subscription is None:
        return "none: changes are seen by the next `obctl sync run`"
    return f"{subscription.state(now).value} until {_local(subscription.expires_at, room)}"


def _local(moment: datetime | None, room: Room) -> str:
    return "" if moment is None else f"{moment_text(moment, room.time_zone)} ({room.time_zone})"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
