"""The planner's picture as a file: SVG or HTML, drawn as on a terminal with colours."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from rich.console import Console

from obctl.domain.compare.planner import PlannerDay
from obctl.render.planner import planner_picture

_REMOTE_FONTS = re.compile(r"@font-face\s*\{.*?\}\s*", re.DOTALL)


def picture_file(days: Iterable[PlannerDay], *, title: str, suffix: str, width: int) -> str:
    """The text of an `.svg` or `.html` file that loads nothing from elsewhere."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=width,
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    for day in days:
        for part in planner_picture(day, width=width, colour=True):
            console.print(part, no_wrap=True, overflow="crop")
        console.print()
    if suffix == ".html":
        return console.export_html()
    return _REMOTE_FONTS.sub("", console.export_svg(title=f"planner {title}"))
