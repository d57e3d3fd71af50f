"""What Graph lists, item by item: one that cannot be read is named, and the others are there.

Not for events: those have `unreadable_event.Listing`, which tells more of what it could not read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class UnreadableItem:
    """What can be told of such an item; of all else it says nothing is believed.

    `named` is how messages name it, `wrong` what is wrong with which field; `path`, below Graph's
    address, is that of the list in which it stands.
    """

    id: str | None
    named: str
    wrong: str
    path: str = ""


class Listed(list[Item]):
    """The items of a list that can be read; `unreadable` are the others it holds."""

    unreadable: tuple[UnreadableItem, ...]

    def __init__(
        self, items: Iterable[Item] = (), unreadable: Iterable[UnreadableItem] = ()
    ) -> None:
        super().__init__(items)
        self.unreadable = tuple(unreadable)
