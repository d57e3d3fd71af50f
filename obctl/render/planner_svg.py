"""The planner's drawing as shapes: `planner_layout` says where, this says in which form.

Office 365 and Officebooking differ by colour and by the letters before their line; a tentative
meeting is striped in a dashed box, a cancelled one struck through in a dotted one, a difference has
a flag, and what shares its time two small squares. What was not read is hatched. Text never leaves
its bar: it is cut at an ellipsis, and the whole of it is the shape's `<title>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from obctl.domain.compare.planner import View
from obctl.render.output import clean
from obctl.render.page import element, shown
from obctl.render.planner_colours import CLASSES
from obctl.render.planner_items import SIGNS, Item
from obctl.render.planner_layout import DayDrawing, Lane, Place, Placed, RoomLines
from obctl.render.times import day_text

WIDTH = 1200
_NAMES, _TAG = 176, 44
_LEFT = _NAMES + _TAG
_AXIS = WIDTH - _LEFT
_LANE, _BAR, _GAP = 24, 20, 6
_HEAD = 42
_MOST = 600  # what is taller goes on below another axis, so that a page of paper holds it
_FLAG, _SAMPLE = 13, 34
LEAST = 13 / _AXIS
_TAGS = {View.OFFICE365: "O365", View.OFFICEBOOKING: "OB"}
_NAMED = {View.OFFICE365: "Office 365", View.OFFICEBOOKING: "Officebooking"}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the drawing with an axis of its own: its markup, as high as it says."""

    height: int
    name: str
    markup: str


def definitions() -> str:
    """The patterns that the shapes refer to; once in a file."""
    patterns = [
        element(
            "pattern",
            element("path", d="M0 0V8", class_=f"stripe {name}"),
            id=f"tentative-{name}", width=8, height=8, patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        )
        for name in CLASSES.values()
    ]  # fmt: skip
    unread = element(
        "pattern",
        element("path", d="M0 0V7M0 0H7", class_="hatch"),
        id="unread", width=7, height=7, patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )  # fmt: skip
    return element("defs", *patterns, unread)


def blocks(drawing: DayDrawing) -> list[Block]:
    """The day in pieces, none much higher than a page of paper is."""
    day = day_text(drawing.day.day)
    found: list[Block] = []
    for place in drawing.places:
        for number, rooms in enumerate(_pieces(place.rooms)):
            more = " (continued)" if number else ""
            name = f"{day}, {clean(place.location)}{more}"
            found.append(_block(place, rooms, name, more))
    return found


def key(view: View) -> Block:
    """What the forms mean, each beside a sample of it."""
    sides = [side for side in _TAGS if view in (side, View.BOTH)]
    samples = [(_sample(side), f"{_TAGS[side]} {_NAMED[side]}") for side in sides]
    first = sides[0]
    samples += [(_sample(first, sign), f"{sign} {meaning}") for sign, meaning in SIGNS.items()]
    if view is View.BOTH:
        samples.append((_sample(first, difference=True), "≠ differs"))
    samples.append((_sample(first, shared=True), "shares its time"))
    samples.append((_sample(first, bent=True), "◂ ▸ goes on beyond the day"))
    if View.OFFICE365 in sides:
        samples.append((_hatched(0, _SAMPLE), "not read: neither free nor taken"))
    samples.append((element("path", d=f"M{_SAMPLE / 2} 0V{_BAR}", class_="now"), "now"))
    parts: list[str] = []
    x = y = 0.0
    for sample, words in samples:
        wide = _SAMPLE + 6 + _width(words) + 18
        if x + wide > WIDTH:
            x, y = 0.0, y + _LANE
        parts.append(element("svg", sample, x=x, y=y, width=_SAMPLE, height=_BAR))
        parts.append(element("text", shown(words), x=round(x + _SAMPLE + 6, 1), y=y + 14.5))
        x += wide
    title = element("title", shown("; ".join(words for _sample_, words in samples)))
    return Block(int(y) + _LANE, "Key", title + "".join(parts))


def described(item: Item) -> str:
    """The markup of all that is known of an item, as its shape shows it when pointed at."""
    number = f", reservation {item.number}" if item.number is not None else ""
    words = [f"{_NAMED[item.side]}: {item.subject}{number}", item.times]
    words += item.notes
    if item.difference:
        words.append(f"≠ {item.difference}")
    return "\n".join(shown(part) for part in words)


def _pieces(rooms: Sequence[RoomLines]) -> Iterator[list[RoomLines]]:
    piece: list[RoomLines] = []
    height = 0
    for room in rooms:
        if piece and height + _height(room) > _MOST:
            yield piece
            piece, height = [], 0
        piece.append(room)
        height += _height(room)
    yield piece


def _height(room: RoomLines) -> int:
    return len(room.lanes) * _LANE + _GAP


def _block(place: Place, rooms: Sequence[RoomLines], name: str, more: str) -> Block:
    bottom = _HEAD + sum(map(_height, rooms))
    tops = accumulate(map(_height, rooms), initial=_HEAD)
    location = clean(place.location) + more
    parts = [
        element("title", shown(f"Planner of {name}")),
        element("rect", width=WIDTH, height=bottom, class_="ground"),
        element("text", shown(_cut(location, WIDTH - 400)), x=4, y=15, class_="place"),
        element("text", shown(place.zone), x=WIDTH - 4, y=15, class_="zone", text_anchor="end"),
        *(
            element("rect", x=0, y=top, width=WIDTH, height=_height(room), class_="band")
            for number, (room, top) in enumerate(zip(rooms, tops, strict=False))
            if number % 2 == 0
        ),
    ]
    for share, hour in place.axis.ticks:
        x = _x(share)
        parts.append(element("path", d=f"M{x} {_HEAD - 6}V{bottom}", class_="grid"))
        parts.append(element("text", shown(hour), x=x + 2, y=_HEAD - 9, class_="tick"))
    top = _HEAD
    for room in rooms:
        parts += _room(room, top)
        top += _height(room)
    if place.now is not None:
        x, late = _x(place.now), place.now > 0.9
        moment = place.axis.span.start + place.now * place.axis.span.length
        words = f"now {moment.astimezone(ZoneInfo(place.zone)):%H:%M}"
        parts.append(element("path", d=f"M{x} {_HEAD - 22}V{bottom}", class_="now"))
        parts.append(
            element(
                "text", words, x=x - 4 if late else x + 4, y=_HEAD - 25, class_="at",
                text_anchor="end" if late else "start",
            )
        )  # fmt: skip
    return Block(bottom, name, "".join(parts))


def _room(room: RoomLines, top: int) -> Iterator[str]:
    name = clean(room.room.name)
    yield element(
        "g",
        element("title", shown(name)),
        element("text", shown(_cut(name, _NAMES - 10, bold=True)), x=4, y=top + 19, class_="room"),
    )
    before: View | None = None
    for lane in room.lanes:
        middle = top + 19
        if lane.side is not before:
            yield element(
                "text", _TAGS[lane.side], x=_NAMES, y=middle, class_=f"side {CLASSES[lane.side]}"
            )
        before = lane.side
        yield from _lane(lane, top + _GAP // 2 + 2)
        top += _LANE


def _lane(lane: Lane, top: int) -> Iterator[str]:
    if lane.unread is not None:
        yield _unread(clean(lane.unread), top)
    for bar in lane.bars:
        yield _bar(bar, top)


def _unread(words: str, top: int) -> str:
    return element(
        "g",
        element("title", shown(words)),
        element("g", _hatched(_LEFT, _AXIS), transform=f"translate(0 {top})"),
        element("text", shown(_cut(words, _AXIS - 20, bold=True)), x=_LEFT + 10, y=top + 14,
                class_="label"),
        class_="unread",
    )  # fmt: skip


def _hatched(x: float, width: float) -> str:
    return "".join(
        [
            element("rect", x=x, width=width, height=_BAR, fill="url(#unread)"),
            element("rect", x=x, width=width, height=_BAR, class_="edge"),
        ]
    )


def _bar(bar: Placed, top: int) -> str:
    width = round((bar.end - bar.start) * _AXIS - 1, 1)
    inside = [
        element("title", described(bar.item)),
        _shape(
            bar.item.side, bar.item.sign, width, _label(bar),
            differs=bar.item.difference is not None, shared=bar.shared,
        ),
    ]  # fmt: skip
    return element("svg", element("g", *inside), x=_x(bar.start), y=top, width=width, height=_BAR)


def _sample(
    side: View, sign: str = "", *, difference: bool = False, shared: bool = False,
    bent: bool = False,
) -> str:  # fmt: skip
    words = sign or ("▸" if bent else "")
    return _shape(side, sign, _SAMPLE, words, differs=difference, shared=shared)


def _shape(side: View, sign: str, width: float, words: str, *, differs: bool, shared: bool) -> str:
    name = CLASSES[side]
    form = {"✕": " cancelled", "?": " tentative"}.get(sign, "")
    box = {"x": 0.75, "y": 0.75, "width": max(width - 1.5, 1), "height": _BAR - 1.5, "rx": 3}
    parts = [element("rect", class_="box", **box)]
    if form == " tentative":
        parts.append(element("rect", fill=f"url(#tentative-{name})", **box))
        parts.append(element("rect", class_="box", fill_opacity=0, **box))
    left = 5.0
    if differs:
        parts.append(element("rect", width=_FLAG, height=_BAR, class_="flag"))
        parts.append(element("text", "≠", x=_FLAG / 2, y=14.5, class_="mark"))
        left = _FLAG + 4.0
    if shared and width - left > 10:
        parts.append(element("path", d=f"M{left} 4h6v6h-6zM{left + 3} 8h6v6h-6z", class_="sign"))
        left += 13
    label = _cut(words, width - left - 3)
    if label:
        parts.append(element("text", shown(label), x=left, y=14.5, class_="label"))
    return element("g", *parts, class_=f"bar {name}{form}{' differs' if differs else ''}")


def _label(bar: Placed) -> str:
    item = bar.item
    number = item.number if item.side is View.OFFICEBOOKING else None
    words = [
        "◂" if bar.before else "",
        "" if number is None else str(number),
        item.sign,
        "all day:" if item.all_day else "",
        clean(item.subject),
        "▸" if bar.after else "",
    ]
    return " ".join(word for word in words if word)


def _x(share: float) -> float:
    return round(_LEFT + share * _AXIS, 1)


def _cut(words: str, room: float, *, bold: bool = False) -> str:
    """As much of `words` as `room` pixels surely hold at 12 pixels; nothing, if not a letter."""
    if _width(words, bold=bold) <= room:
        return words
    room -= 12
    kept: list[str] = []
    for character in words[:400]:
        room -= _width(character, bold=bold)
        if room < 0:
            break
        kept.append(character)
    cut = "".join(kept).rstrip()
    return f"{cut}…" if cut else ""


def _width(words: str, *, bold: bool = False) -> float:
    """At most so wide in a common sans serif; what is not known exactly is taken for more."""
    total = 0.0
    for character in words:
        if east_asian_width(character) in "WF" or ord(character) > 0x2000:
            total += 16.5
        elif cell_len(character) == 0:
            continue
        elif character in "iljtf.,:;'|!()[] ":
            total += 4.5
        elif character.isupper() or character in "mw%@&#":
            total += 10.5
        else:
            total += 7.3
    return total * (1.08 if bold else 1)
