"""An entry of the tenant's directory, as far as a room or an organiser needs one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What the directory says of an address; `object_id` is Entra's.

    `enabled` is `None` where nobody asked, or the directory keeps it to itself.
    """

    object_id: str
    address: str
    display_name: str | None
    enabled: bool | None = None
