"""Whom `graph get` asks, and where it asks by an address that is no user principal name.

`/users/{…}` takes an id or a user principal name (Microsoft's page user-get); a room's address is
often neither, and the directory then says 404 though the room is there.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from obctl.errors import NotFound

_USER = re.compile(r"/users/([^/?]+@[^/?]+)", re.IGNORECASE)
_BELOW_USER = re.compile(r"/users/([^/?]+)/[^/?]", re.IGNORECASE)
_DIRECTORY = "request_resourcenotfound"


def way_on(path: str, error: NotFound) -> str | None:
    """The command that looks for the address; nothing where it is not the directory that said 404.

    The quotes of the filter are percent-encoded, so that single ones keep a shell off its `$`.
    """
    user = _USER.match(path)
    if user is None or error.graph is None or error.graph.code.casefold() != _DIRECTORY:
        return None
    address = user[1].replace("%27", "'").replace("'", "%27%27")
    return (
        "a room's address may differ from its user principal name, which is asked for here:"
        f" obctl graph get '/users?$filter=mail eq %27{address}%27'"
    )


def mailboxes_in(path: str) -> list[str]:
    """The mailbox whose places a path takes, as it is named there; none in the directory."""
    user = _BELOW_USER.match(path)
    return [unquote(user[1])] if user else []
