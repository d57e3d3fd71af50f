"""The colours of the planner's drawing, light and dark; no meaning hangs on a colour alone.

Each pair of `text` and what it stands on has a contrast of 4.5 and more, each shape against its
ground 3 and more (WCAG 2.1, 1.4.3 and 1.4.11); a test works them out.
"""

from __future__ import annotations

from dataclasses import dataclass

from obctl.domain.compare.planner import View

CLASSES = {View.OFFICE365: "o365", View.OFFICEBOOKING: "ob"}


@dataclass(frozen=True, slots=True)
class Side:
    """`strong` is the full colour and what `text` stands on; `pale` is a tint for `words`."""

    strong: str
    text: str
    pale: str
    stripe: str
    words: str


@dataclass(frozen=True, slots=True)
class Colours:
    ground: str
    words: str
    dim: str
    grid: str
    band: str
    hatch: str
    differs: str
    on_differs: str
    now: str
    sides: dict[View, Side]


LIGHT = Colours(
    ground="#ffffff", words="#1b1b1b", dim="#555555", grid="#d0d0d0", band="#f5f5f5",
    hatch="#8a8a8a", differs="#b3140c", on_differs="#ffffff", now="#7b2d8b",
    sides={
        View.OFFICE365: Side("#0b57a4", "#ffffff", "#e4eefa", "#c5daf3", "#0a3d74"),
        View.OFFICEBOOKING: Side("#176b33", "#ffffff", "#e3f3e7", "#c1e3ca", "#0f4a23"),
    },
)  # fmt: skip
DARK = Colours(
    ground="#16181a", words="#eeeeee", dim="#bbbbbb", grid="#3a3d40", band="#1f2225",
    hatch="#8a8a8a", differs="#ff9d94", on_differs="#16181a", now="#e2a3ef",
    sides={
        View.OFFICE365: Side("#8dbdf2", "#10151b", "#16283c", "#254363", "#b9d7f7"),
        View.OFFICEBOOKING: Side("#84d199", "#101b13", "#15301d", "#245233", "#b4e5c1"),
    },
)  # fmt: skip


def style() -> str:
    """The drawing's style sheet. Colours stand in it as such: not every viewer knows variables."""
    return "".join(
        [
            _SHAPES,
            _rules(LIGHT),
            "@media screen and (prefers-color-scheme: dark) {\n",
            _rules(DARK),
            "}\n",
        ]
    )


_SHAPES = """
.planner text { font: 12px system-ui, sans-serif; unicode-bidi: isolate; white-space: pre; }
.planner .day { font-size: 17px; font-weight: 600; }
.planner .place, .planner .room { font-weight: 600; }
.planner .tick, .planner .side { font-size: 11px; }
.planner .side { font-weight: 600; }
.planner .mark { font-weight: 700; text-anchor: middle; }
.planner .grid, .planner .hatch, .planner .stripe { fill: none; stroke-width: 1; }
.planner .hatch { stroke-width: 1.5; }
.planner .stripe { stroke-width: 4; }
.planner .tentative .box { stroke-width: 1.5; stroke-dasharray: 5 3; }
.planner .cancelled .box { stroke-width: 1.2; stroke-dasharray: 1.5 2.5; }
.planner .cancelled .label { text-decoration: line-through; }
.planner .differs .box { stroke-width: 2.5; stroke-dasharray: none; }
.planner .now { stroke-width: 2; stroke-dasharray: 7 3 2 3; fill: none; }
.planner .unread .label { font-weight: 600; paint-order: stroke; stroke-width: 5; }
"""


def _rules(colours: Colours) -> str:
    rules = [
        f".planner text {{ fill: {colours.words}; }}",
        f".planner .ground {{ fill: {colours.ground}; }}",
        f".planner .band {{ fill: {colours.band}; }}",
        f".planner .grid {{ stroke: {colours.grid}; }}",
        f".planner .tick, .planner .zone {{ fill: {colours.dim}; }}",
        f".planner .hatch {{ stroke: {colours.hatch}; }}",
        f".planner .unread .label {{ stroke: {colours.ground}; }}",
        f".planner .edge {{ stroke: {colours.hatch}; fill: none; }}",
        f".planner .now {{ stroke: {colours.now}; }}",
        f".planner text.at {{ fill: {colours.now}; }}",
    ]
    for view, side in colours.sides.items():
        name = f".planner .{CLASSES[view]}"
        rules += [
            f"{name} .box {{ fill: {side.strong}; stroke: {side.strong}; }}",
            f"{name} .label, {name} .mark {{ fill: {side.text}; }}",
            f"{name} .sign {{ fill: none; stroke: {side.text}; }}",
            f"{name}.tentative .box {{ fill: {side.pale}; }}",
            f"{name}.cancelled .box {{ fill: {colours.ground}; }}",
            f"{name}.tentative .label, {name}.cancelled .label {{ fill: {side.words}; }}",
            f"{name}.tentative .sign {{ stroke: {side.words}; }}",
            f".planner .stripe.{CLASSES[view]} {{ stroke: {side.stripe}; }}",
            f".planner .side.{CLASSES[view]} {{ fill: {side.words}; }}",
        ]
    rules += [
        f".planner .differs .box {{ stroke: {colours.differs}; }}",
        f".planner .flag {{ fill: {colours.differs}; }}",
        f".planner .bar .mark {{ fill: {colours.on_differs}; }}",
    ]
    return "".join(f"{rule}\n" for rule in rules)
