"""How the company log looks: a list, one entry with its original, the versions of an event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from obctl.domain.actor import NIGHTLY_RUN, person_in
from obctl.render.objects import Rooms, at, log_object
from obctl.render.output import Column, JsonObject, clean, fields, text
from obctl.render.times import moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from obctl.domain.company_log import LogEntry
    from obctl.domain.event_history import Version

_STYLES = {
    "cancellation": "yellow",
    "conflict": "yellow",
    "guard": "red",
    "event": "blue",
    "push": "green",
}


def log_columns(rooms: Mapping[str, str], zone_name: str) -> list[Column]:
    """The columns of a search; `rooms` names the rooms by mailbox."""

    def said(item: JsonObject) -> Text:
        drawn = text(item["message"])
        about = [rooms.get(item[room] or "") for room in ("room", "left_room")] + [item["email"]]
        about += [f"reservation {item['reservation']}"] if item["reservation"] else []
        person = person_in(item["actor"] or NIGHTLY_RUN)
        about += [f"by {person}"] if person else []
        known = [word for word in about if word and not _is_said(word, item["message"])]
        if known:
            drawn.append(f"\n{clean(' · '.join(known))}", style="dim")
        return drawn

    return [
        Column("entry", lambda o: str(o["id"]), justify="right", no_wrap=True),
        Column(f"at, {zone_name}", lambda o: seconds_text(o["at"], zone_name), no_wrap=True),
        Column("action", action_text),
        Column("what", said, ratio=1),
    ]


def _is_said(word: str, message: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", message) is not None


def log_line(item: JsonObject, zone_name: str) -> Text:
    """One entry on one line, for following the log."""
    drawn = text(seconds_text(item["at"], zone_name), "dim")
    drawn.append(f"  {item['id']}  ", style="dim")
    drawn.append_text(action_text(item))
    drawn.append(f"  {clean(item['message'])}")
    return drawn


def action_text(item: JsonObject) -> Text:
    action = item["action"]
    bad = action.endswith((".failed", ".lost", ".inconclusive"))
    return text(action, "red" if bad else _STYLES.get(action.partition(".")[0], ""))


def seconds_text(moment: str, zone_name: str) -> str:
    """A moment to the second, which a log needs."""
    return f"{moment_text(moment, zone_name)[4:]}{moment[16:19]}"


def entry_object(entry: LogEntry, rooms: Rooms) -> dict[str, Any]:
    """An entry with its original as JSON, or as text where it is none."""
    return {**log_object(entry, rooms), "payload": _parsed(entry.payload)}


def export_lines(entries: Iterable[LogEntry], rooms: Rooms) -> Iterator[str]:
    import json

    for entry in entries:
        yield json.dumps(entry_object(entry, rooms), ensure_ascii=False) + "\n"


def entry_picture(item: JsonObject, zone_name: str) -> list[RenderableType]:
    """One entry, and the original below it."""
    import json

    from rich.text import Text

    pairs: list[tuple[str, object]] = [
        ("at", f"{seconds_text(item['at'], zone_name)} ({zone_name})"),
        ("action", action_text(item)),
        ("message", item["message"]),
        ("room", item["room"]),
        ("room it left", item["left_room"]),
        ("email", item["email"]),
        ("subject", item["subject"]),
        ("reservation", item["reservation"]),
        ("event id", item["event_id"]),
        ("run", item["run"]),
        ("request id", item["request_id"]),
        ("client request id", item["client_request_id"]),
        ("actor", item["actor"]),
    ]
    drawn: list[RenderableType] = [
        fields(
            ((name, value) for name, value in pairs if value not in (None, "")),
            title=f"entry {item['id']}",
        )
    ]
    if item["payload"] is None:
        return [*drawn, "", text("no original was kept with this entry", "dim")]
    shown = json.dumps(item["payload"], ensure_ascii=False, indent=2)
    lines = "\n".join(clean(line) for line in shown.splitlines())
    head = text("the original, laid out; `--payload` prints its bytes", "dim")
    return [*drawn, "", head, Text(lines)]


def versions_object(event_id: str, versions: Sequence[Version]) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "versions": [
            {
                "at": at(version.at),
                "entry": version.entry,
                "action": version.action,
                "changed": {
                    name: {"from": step.before, "to": step.after}
                    for name, step in version.changed.items()
                },
            }
            for version in versions
        ],
    }


def versions_picture(item: JsonObject, zone_name: str) -> list[RenderableType]:
    """The versions, oldest first, each with what changed."""
    drawn: list[RenderableType] = [text(f"event {item['event_id']}"), text(f"times: {zone_name}")]
    for version in item["versions"]:
        head = text(f"{seconds_text(version['at'], zone_name)}  ", "dim")
        head.append_text(action_text(version))
        head.append(f"  entry {version['entry']}", style="dim")
        drawn += ["", head]
        drawn += [_step(name, step) for name, step in version["changed"].items()]
    return drawn


def _step(name: str, step: Mapping[str, Any]) -> RenderableType:
    from rich.padding import Padding

    drawn = text(name)
    drawn.append(": ")
    drawn.append(_value(step["from"]), style="red")
    drawn.append(" → ")
    drawn.append(_value(step["to"]), style="green")
    return Padding(drawn, (0, 0, 0, 2))


def _value(value: object) -> str:
    import json

    if value is None:
        return "nothing"
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return clean(shown) or "(empty)"


def _parsed(payload: bytes | None) -> Any:
    if payload is None:
        return None
    from obctl.domain.foreign_text import read_json

    try:
        return read_json(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
