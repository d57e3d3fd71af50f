"""Causes counted over some days: as data, and on a screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from obctl.domain.cause_counts import CauseCount, Found, Grouping, Kind, most_frequent
from obctl.domain.causes import MEANING
from obctl.domain.counted import counted
from obctl.render.objects import Rooms, at
from obctl.render.output import Column, fields, table, text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from obctl.domain.difference import RoomVerdict

JsonObject = Mapping[str, Any]
_MENDED = 3
"""For so many causes the way to mend them is shown."""


def causes_object(
    days: tuple[str, str],
    by: Grouping,
    counts: Sequence[CauseCount],
    verdicts: Sequence[RoomVerdict],
    rooms: Rooms,
    *,
    unasked: int | None,
) -> dict[str, Any]:
    """The counts as JSON data; `unasked` is `None` where nobody looked for risks."""
    risks = unasked is not None
    by_cause: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for count in counts:
        by_cause.update(count.by_cause)
        missed.update(count.missed_because)
    return {
        "from": days[0],
        "to": days[1],
        "by": by.value,
        "rooms": [
            {
                "room": rooms.mailbox(verdict.room),
                "verdict": verdict.verdict.value,
                "condition": verdict.condition,
            }
            for verdict in verdicts
        ],
        "counts": [_count_object(count, by, risks=risks) for count in counts],
        "summary": {
            "rooms": len(verdicts),
            "not_read": sum(bool(verdict.condition) for verdict in verdicts),
            "differences": _sum(counts, Kind.DIFFERENCE),
            "requests": _sum(counts, Kind.REQUEST),
            "risks": _sum(counts, Kind.RISK) if risks else None,
            "risks_unasked": unasked,
            "by_cause": most_frequent(by_cause),
            "missed_because": most_frequent(missed),
        },
    }


def _count_object(count: CauseCount, by: Grouping, *, risks: bool) -> dict[str, Any]:
    is_cause = by is Grouping.CAUSE
    example = count.example
    return {
        "key": count.key,
        "differences": count.numbers.get(Kind.DIFFERENCE, 0),
        "requests": count.numbers.get(Kind.REQUEST, 0),
        "risks": count.numbers.get(Kind.RISK, 0) if risks else None,
        "rooms": count.rooms,
        "by_cause": dict(count.by_cause),
        "missed_because": dict(count.missed_because),
        "meaning": MEANING.get(count.key) if is_cause else None,
        "remedy": example.cause.remedy if is_cause and example.cause else None,
        "example": _example_object(example),
    }


def count_in_a_line(count: JsonObject) -> JsonObject:
    """One of the counts for CSV: what is counted by code stands in one cell (`code 3, code 1`)."""
    in_one = {
        name: ", ".join(f"{code} {number}" for code, number in count[name].items())
        for name in ("by_cause", "missed_because")
    }
    return {**count, **in_one}


def _example_object(example: Found) -> dict[str, Any]:
    return {
        "kind": example.kind.value,
        "room": example.room.mailbox,
        "start": at(example.start),
        "subject": example.subject,
        "reservation": example.reservation,
        "event_id": example.event_id,
    }


def _sum(counts: Iterable[CauseCount], kind: Kind) -> int:
    return sum(count.numbers.get(kind, 0) for count in counts)


def causes_picture(item: JsonObject, names: Mapping[str, str]) -> list[RenderableType]:
    """The table, the largest first, and how the first causes are mended."""
    summary = item["summary"]
    read = summary["rooms"] - summary["not_read"]
    head = [("days", f"{item['from']} to {item['to']}"), ("rooms", f"{read} looked at")]
    if summary["not_read"]:
        head[1] = ("rooms", f"{read} looked at, {summary['not_read']} not")
    if summary["risks"] is None:
        head.append(("risks", "not looked for: --risks"))
    elif summary["risks_unasked"]:
        unasked = summary["risks_unasked"]
        head.append(("risks", f"of {counted(unasked, 'meeting')} the organiser could not be asked"))
    if not item["counts"]:
        where = "in what was looked at" if summary["not_read"] else "in any of them"
        return [fields([*head, ("causes", f"none {where}")])]
    grouping = Grouping(item["by"])
    parts: list[RenderableType] = [
        fields(head),
        text(""),
        table(item["counts"], _columns(grouping, names, risks=summary["risks"] is not None)),
    ]
    if summary["missed_because"]:
        told = _numbers(summary["missed_because"])
        parts += [text(""), fields([("nobody was told, as", told)])]
    if grouping is Grouping.CAUSE:
        parts += [text(""), text("to mend, by the first meeting of each", "dim")]
        parts.append(
            fields((count["key"], _mend(count, names)) for count in item["counts"][:_MENDED])
        )
    return parts


def _columns(grouping: Grouping, names: Mapping[str, str], *, risks: bool) -> list[Column]:
    def key(count: JsonObject) -> Text:
        if grouping is Grouping.ROOM:
            return text(names.get(count["key"], count["key"]))
        drawn = text(count["key"] or "(none)")
        if count["meaning"]:
            drawn.append(f"\n{count['meaning']}", style="dim")
        return drawn

    def number(name: str) -> Column:
        return Column(name, lambda count: str(count[name]), justify="right")

    more = (
        []
        if grouping is Grouping.CAUSE
        else [Column("causes", lambda count: _numbers(count["by_cause"]))]
    )
    return [
        Column(grouping.value, key),
        number("differences"),
        number("requests"),
        *([number("risks")] if risks else []),
        *([] if grouping is Grouping.ROOM else [number("rooms")]),
        *more,
    ]


def _numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {code}" for code, number in counts.items())


def _mend(count: JsonObject, names: Mapping[str, str]) -> str:
    example = count["example"]
    room = names.get(example["room"], example["room"])
    which = f"reservation {example['reservation']}" if example["reservation"] else "an event"
    return f"{count['remedy'] or 'obctl explain tells more'} ({room}, {which})"
