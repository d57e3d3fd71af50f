"""The morning report: one object, and its sections, which a screen and a page show alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from obctl.domain.causes import MEANING
from obctl.render.cancellations import impact_text, local, where_text
from obctl.render.objects import Rooms, at, log_object, request_object
from obctl.render.output import Column, fields, table, text
from obctl.render.sync import counts_text
from obctl.render.times import moment_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from obctl.domain.morning_report import MorningReport

JsonObject = Mapping[str, Any]
Cell = Callable[[JsonObject], str]
_RUNS_SHOWN = 20
_SHORT = ("at", "began", "exit", "request", "run", "since", "what")
"""Columns of which every character counts on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report; where it has no rows, `nothing` says what that means."""

    title: str
    columns: Sequence[tuple[str, Cell]]
    rows: Sequence[JsonObject]
    nothing: str
    urgent: bool = False
    """Whether a row here is something to act on."""
    note: str = ""


def report_object(
    report: MorningReport, differences: JsonObject, rooms: Rooms, now: datetime
) -> dict[str, Any]:
    """The report as JSON data; `differences` is the object of `causes` over the coming days."""
    status = report.status
    totals: dict[str, int] = {}
    by_room: dict[str, dict[str, int]] = {}
    for count in report.counts:
        totals[count.action] = totals.get(count.action, 0) + count.number
        mailbox = rooms.mailbox(count.room)
        if mailbox is not None:
            by_room.setdefault(mailbox, {})[count.action] = count.number
    return {
        "company": report.company,
        "time_zone": report.time_zone,
        "since": at(report.span.start),
        "until": at(now.replace(microsecond=0)),
        "runs": list(report.runs),
        "last_run": status["last_run"],
        "rooms": len(status["rooms"]),
        "changed": {
            "by_action": totals,
            "by_room": by_room,
            "entries": [log_object(entry, rooms) for entry in report.entries],
            "entries_left_out": report.entries_left_out,
        },
        "requests": [
            request_object(request, reservation, rooms, now)
            for request, reservation in report.requests
        ],
        "stopped": status["stopped"],
        "undecided": status["undecided"],
        "unreadable": status["unreadable"],
        "inconclusive": [
            {
                "room": item.room,
                "condition": item.condition,
                "since": at(item.since),
                "last_synced_at": at(item.last_good_at),
            }
            for item in report.unread
        ],
        "stale": [
            {"room": room["room"], "last_synced_at": room["last_synced_at"]}
            for room in status["rooms"]
            if room["stale"]
        ],
        "failed_writes": status["failed_writes"],
        "causes": dict(report.causes),
        "differences": {
            "from": differences["from"],
            "to": differences["to"],
            "not_read": [room["room"] for room in differences["rooms"] if room["condition"]],
            "by_cause": {
                count["key"]: count["differences"]
                for count in differences["counts"]
                if count["differences"]
            },
        },
    }


def headline(item: JsonObject) -> list[str]:
    """What is to be acted on, in a line each; one line says so where nothing is."""
    said = []
    if not item["rooms"]:
        said.append("no room is mapped: nothing is kept in step")
    if not item["runs"]:
        last = item["last_run"]
        said.append("no run in this time" + ("" if last else ", and none before"))
    bad = [run for run in item["runs"] if run["exit"] != 0]
    if bad:
        said.append(f"{len(bad)} of {_many(len(item['runs']), 'run')} left something undone")
    for name, words in _URGENT:
        number = len(item[name])
        if number:
            said.append(words(number))
    ahead = sum(item["differences"]["by_cause"].values())
    if ahead:
        said.append(f"{_many(ahead, 'difference')} in the coming week")
    return said or ["every room is in step as of its last pass, and nothing waits for a person"]


def _many(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


_URGENT: Sequence[tuple[str, Callable[[int], str]]] = (
    ("stopped", lambda n: f"{_many(n, 'room')} stopped by the guard"),
    ("inconclusive", lambda n: f"{_many(n, 'room')} inconclusive"),
    ("stale", lambda n: f"{_many(n, 'room')} without a good pass in the last 26 hours"),
    ("failed_writes", lambda n: f"{_many(n, 'write')} to Outlook failed"),
    ("undecided", lambda n: f"{_many(n, 'reservation')} waiting for a room that was not read"),
    ("unreadable", lambda n: f"{_many(n, 'event')} that cannot be read"),
    ("requests", lambda n: f"{_many(n, 'cancellation request')} waiting for a person"),
)


def sections(item: JsonObject, names: Mapping[str, str]) -> list[Section]:
    """All parts, in the order in which they matter; `names` are the rooms' by mailbox."""
    zone = item["time_zone"]

    def room(row: JsonObject) -> str:
        return names.get(row["room"] or "", row["room"] or "")

    def moment(name: str) -> Cell:
        return lambda row: local(row[name], zone) if row[name] else ""

    passed = moment("last_synced_at")

    def known(name: str) -> Cell:
        return lambda row: "" if row[name] is None else str(row[name])

    waiting = "obctl cancellations show ID, then approve or reject"
    return [
        Section(
            "Stopped by the guard",
            [("room", room), ("since", moment("since")), ("why", known("why")),
             ("to look", known("look"))],
            item["stopped"], "no room", urgent=True,
        ),
        Section(
            "Waiting for a person",
            [("request", known("id")), ("reservation", _reservation), ("room, start", where_text),
             ("why", _why), ("since", moment("requested_at"))],
            item["requests"], "no cancellation request is open", urgent=True, note=waiting,
        ),
        Section(
            "Inconclusive",
            [("room", room), ("condition", known("condition")), ("since", moment("since")),
             ("last good pass", lambda row: passed(row) or "never")],
            item["inconclusive"], "no room", urgent=True, note="obctl doctor names what mends it",
        ),
        Section(
            "Without a good pass in the last 26 hours",
            [("room", room),
             ("last good pass", lambda row: passed(row) or "never")],
            item["stale"], "no room", urgent=True,
        ),
        Section(
            "Failed writes to Outlook",
            [("reservation", known("reservation")), ("room", room), ("write", known("action")),
             ("why", lambda row: f"{row['code']}: {row['message']}"),
             ("again from", moment("due_at"))],
            item["failed_writes"], "none", urgent=True,
        ),
        Section(
            "Waiting for a room that could not be read",
            [("reservation", known("reservation")), ("gone from", room),
             ("since", moment("since")), ("waits for", known("unread"))],
            item["undecided"], "no reservation", urgent=True,
        ),
        Section(
            "Events that cannot be read",
            [("room", room), ("event", lambda row: row["subject"] or row["event_id"] or ""),
             ("reservation", known("reservation")), ("since", moment("since")),
             ("what is wrong", known("wrong"))],
            item["unreadable"], "none", urgent=True,
        ),
        Section(
            "Causes of the cancellations that wait, or came in this time",
            [("cause", known("cause")), ("requests", known("number"))],
            [{"cause": code, "number": number} for code, number in item["causes"].items()],
            "none",
        ),
        Section(
            f"Differences from {item['differences']['from']} to {item['differences']['to']}, as"
            " Outlook was last read",
            [("cause", known("cause")), ("number", known("number")), ("meaning", known("meaning"))],
            [{"cause": code, "number": number, "meaning": MEANING.get(code)}
             for code, number in item["differences"]["by_cause"].items()],
            _none_but(item["differences"]["not_read"]),
            note=_not_looked_at(item["differences"]["not_read"]) or "obctl causes tells more",
        ),
        Section(
            "Runs",
            [("run", known("run")), ("began", moment("started_at")), ("exit", _exit),
             ("rooms", lambda row: counts_text(row["rooms"] or {})),
             ("changes", lambda row: counts_text(row["changes"] or {}))],
            item["runs"][-_RUNS_SHOWN:], "none in this time",
            note=_left_out(len(item["runs"]) - _RUNS_SHOWN, "earlier", "obctl sync history"),
        ),
        Section(
            "What happened, in numbers",
            [("what", known("action")), ("times", known("number"))],
            [{"action": action, "number": number}
             for action, number in item["changed"]["by_action"].items()],
            "nothing",
        ),
        Section(
            "What changed",
            [("at", moment("at")), ("what", known("action")), ("room", room), ("told", _told)],
            item["changed"]["entries"],
            "nothing was cancelled, moved, restored, decided or changed by hand",
            note=_left_out(item["changed"]["entries_left_out"], "earlier", "obctl log search"),
        ),
    ]  # fmt: skip


def _none_but(unread: Sequence[str]) -> str:
    return f"none where they could be looked for; {_not_looked_at(unread)}" if unread else "none"


def _not_looked_at(unread: Sequence[str]) -> str:
    return f"not looked at, as too little was read of them: {', '.join(unread)}" if unread else ""


def _left_out(number: int, what: str, command: str) -> str:
    return f"and {number} {what}: {command}" if number > 0 else ""


def _exit(run: JsonObject) -> str:
    return "no end" if run["finished_at"] is None else str(run["exit"])


def _reservation(request: JsonObject) -> str:
    reservation = request["reservation"]
    return f"{reservation['number']} {reservation['subject']}"


def _why(request: JsonObject) -> str:
    cause = request["cause"]
    words = [request["reason"], cause and cause["code"], impact_text(request)]
    return ", ".join(filter(None, words))


def _told(entry: JsonObject) -> str:
    about = f"reservation {entry['reservation']}" if entry["reservation"] else ""
    subject = entry["subject"] or ""
    words = [word for word in (subject, about) if word and word not in entry["message"]]
    return " · ".join([entry["message"], *words, *([entry["actor"]] if entry["actor"] else [])])


def report_picture(item: JsonObject, names: Mapping[str, str]) -> list[RenderableType]:
    """The report on a screen; parts without anything to tell are one line."""
    zone = item["time_zone"]
    span = f"{moment_text(item['since'], zone)} to {moment_text(item['until'], zone)} ({zone})"
    head = [("company", item["company"]), ("from", span)]
    lines = headline(item)
    head += [("" if place else "in short", line) for place, line in enumerate(lines)]
    parts: list[RenderableType] = [fields(head)]
    for section in sections(item, names):
        parts.append(text(""))
        if not section.rows:
            parts.append(text(f"{section.title}: {section.nothing}"))
            continue
        columns = [Column(name, cell, no_wrap=name in _SHORT) for name, cell in section.columns]
        parts += [text(section.title, "bold"), table(section.rows, columns)]
        if section.note:
            parts.append(text(section.note, "dim"))
    return parts
