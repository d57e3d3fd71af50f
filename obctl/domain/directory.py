"""An entry of the tenant's directory, as far as a room or an organiser needs one."""

from __future__ import annotations

from dataclasses import dataclass


def same_id(one: str | None, other: str | None) -> bool:
    """Whether two ids of Entra's or of subscriptions are the same: GUIDs have no case."""
    return one is not None and other is not None and one.casefold() == other.casefold()


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What the directory says of an address; `object_id` is Entra's.

    `enabled` is `None` where nobody asked, or the directory keeps it to itself.
    """

    object_id: str
    address: str
    display_name: str | None
    enabled: bool | None = None
    guest: bool = False
    """Somebody of another company, whom this one invited into its directory."""
