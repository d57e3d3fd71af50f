"""What can be told of an item of a list that cannot be read: a place, a subscription."""

from __future__ import annotations

import msgspec

from obctl.domain.listed import UnreadableItem
from obctl.graph.odd_event import is_object, plain, read_each

_NAMES = ("display_name", "email_address", "id", "resource")


def unreadable(
    raw: msgspec.Raw,
    struct: type[msgspec.Struct],
    error: Exception,
    path: str,
    among: str = "",
) -> UnreadableItem:
    """It is named by the first that can be read of its name, address, id and resource.

    `path` is that of its list; `among` says of which it is, where there are several.
    """
    told = read_each(raw, struct)
    names = (told.get(name) for name in _NAMES)
    named = next((name for name in names if isinstance(name, str) and name), "one without name")
    wrong = plain(error) if is_object(bytes(raw)) else "it is no JSON object"
    known = told.get("id")
    return UnreadableItem(known or None, f"{named} among {among}" if among else named, wrong, path)
