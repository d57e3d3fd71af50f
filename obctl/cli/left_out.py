"""What a list of Graph's holds and nobody can read: named after the others have been shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from obctl.errors import Unfinished

if TYPE_CHECKING:
    from obctl.domain.listed import UnreadableItem


def name_unreadable(items: Sequence[UnreadableItem], *, kept: str) -> None:
    """Warn of each and raise `Unfinished`; nothing happens where there is none.

    `kept` says what became of them.
    """
    from shlex import quote

    from obctl.render.output import warning

    for one in items:
        warning(f"cannot be read: {one.named} ({one.wrong})")
    paths = dict.fromkeys(one.path for one in items)
    if items:
        raise Unfinished(
            f"{len(items)} of what Graph lists cannot be read: {kept}",
            hint="as Graph sends it:"
            + "".join(f"\nobctl graph get {quote(path)}" for path in paths),
            code="unreadable-items",
        )
