"""`--watch [SECONDS]`: a command that looks again and again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.errors import UsageError
from obctl.render.output import Format

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

WatchOption = Annotated[
    float | None,
    typer.Option(
        "--watch",
        min=0.5,
        metavar="[SECONDS]",
        help="Look again every so many seconds (5), until Ctrl-C: on a terminal, or -o jsonl.",
    ),
]


def watch(
    seconds: float,
    format: Format,
    zone: ZoneInfo,
    look: Callable[[], Any],
    shown_as: Callable[[Any], dict[str, Any]],
    picture: Callable[[Any], Any],
) -> None:
    """Look until Ctrl-C: a picture on a terminal, a line of JSON for each look with jsonl.

    What `look` finds becomes an object by `shown_as`, and a picture by `picture`.
    """
    from obctl.render.watch import watch_lines, watch_picture

    def clock() -> str:
        return f"{datetime.now(UTC).astimezone(zone):%H:%M:%S} ({zone.key})"

    match format:
        case Format.JSONL:
            watch_lines(lambda: shown_as(look()), seconds)
        case Format.TABLE if sys.stdout.isatty():
            watch_picture(lambda: _parts(picture(look())), seconds, clock)
        case Format.TABLE:
            raise UsageError("--watch draws on a terminal", hint="use -o jsonl", code="bad-format")
        case _:
            raise UsageError(f"{format} cannot be watched", hint="use -o jsonl", code="bad-format")


def _parts(drawn: Any) -> list[Any]:
    return list(drawn) if isinstance(drawn, list | tuple) else [drawn]
