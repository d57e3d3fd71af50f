"""Whether a next or delta link goes on with what was asked: this Graph, this mailbox, this query.

A link is opaque, and its token is never looked at. But it says in its path what it will be answered
from, and that has to be what the question was about: a page of another mailbox would be believed
to be this one's. Microsoft's samples spell a path in several ways, which mean the same
(`users/{id}/calendarView/delta`, `users('{id}')`, `calendarview`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from obctl.errors import ForeignLink
from obctl.graph.address import same_origin
from obctl.graph.request import Asked, Errand

_KEY = re.compile(r"(?P<name>[^()']+)\('(?P<key>.*)'\)")
"""`users('id')` for `users/id`: a quote inside is doubled."""
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_IN_A_LINK = re.compile(r"[^!-~]|#")
_HINT = "check `[graph] url` and what lies between it and Graph; no token was sent there"


def ensure_goes_on(link: str, errand: Errand, graph_url: str) -> None:
    """Raise `ForeignLink` for a link that is not of this Graph, or not of what `errand` asks."""
    asked = errand.asked
    if not same_origin(link, graph_url) or _NOT_IN_A_LINK.search(link):
        raise foreign_link(asked)
    path, base = urlsplit(link).path, urlsplit(graph_url).path
    if not path.casefold().startswith(f"{base}/".casefold()):
        raise foreign_link(asked)
    leads_to = _normal(path[len(base) :], asked)
    if leads_to != _normal(urlsplit(errand.path).path, asked):
        raise ForeignLink(
            f"the answer goes on with something else than what was asked for: {asked.what}",
            hint="nothing of it is used; run the command again. If it goes on, check"
            " `[graph] url` and what lies between it and Graph",
        )


def foreign_link(asked: Asked) -> ForeignLink:
    """Graph, or something in between, points to another server."""
    return ForeignLink(
        f"the answer leads away from Graph to another server: {asked.what}", hint=_HINT
    )


def _normal(path: str, asked: Asked) -> tuple[str, ...]:
    """The segments of a path below the base, however they are spelled."""
    segments = list(_segments(path))
    if segments[:1] == ["users"] and len(segments) > 1:
        segments[1] = _owner(segments[1], asked)
        # the default calendar, by its name or by that of its mailbox
        if segments[2:3] == ["calendar"]:
            del segments[2]
    return tuple(segments)


def _segments(path: str) -> Iterator[str]:
    before = ""
    for raw in path.strip("/").split("/"):
        text = unquote(raw)
        name, key = text.removesuffix("()"), None
        if (match := _KEY.fullmatch(text)) is not None:
            name, key = match["name"], match["key"].replace("''", "'")
        # the ids of events differ in case alone
        yield name if before == "events" else _word(name)
        before = _word(name)
        if key is not None:
            yield key if before == "events" else key.casefold()
            before = ""


def _word(name: str) -> str:
    """`microsoft.graph.delta` and `graph.delta` are `delta`."""
    return name.casefold().removeprefix("microsoft.").removeprefix("graph.")


def _owner(name: str, asked: Asked) -> str:
    """The mailbox asked about under one name, whether by address, object id or `id@tenant`."""
    if asked.mailbox is None:
        return name
    if name == asked.mailbox.casefold():
        return name
    before_tenant = name.partition("@")[0]
    if asked.object_id is None:
        # Which id is the mailbox's own nobody could tell: that of Graph's answer is taken.
        same = _OBJECT_ID.fullmatch(before_tenant) is not None
    else:
        same = before_tenant == asked.object_id.casefold()
    return asked.mailbox.casefold() if same else name
