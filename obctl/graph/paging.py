"""Pages to their end, or an error: half a collection is never used."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec

from obctl.domain.foreign_text import decode_parts
from obctl.errors import LoopingNextLink
from obctl.graph.client import Graph
from obctl.graph.failures import cut_short
from obctl.graph.links import ensure_goes_on
from obctl.graph.request import Asked, Errand
from obctl.graph.wire import Page

MAX_PAGES = 2_000
MAX_EMPTY = 50
"""Empty pages in a row: a delta round may begin with some."""
_PAGE = msgspec.json.Decoder(Page)


async def pages(graph: Graph, first: bytes, errand: Errand) -> AsyncIterator[Page]:
    """The page in `first`, and all that its next links lead to.

    Raises `ForeignLink` where a page has a link that does not go on with what `errand` asks.
    """
    asked = errand.asked
    guard = LoopGuard(asked)
    page = read_page(first, asked)
    while True:
        for link in (page.next_link, page.delta_link):
            if link is not None:
                ensure_goes_on(link, errand, graph.url)
        guard.check(page)
        yield page
        if page.next_link is None:
            return
        page = read_page(await graph.send(graph.follow(page.next_link, asked), asked), asked)


def read_page(body: bytes, asked: Asked) -> Page:
    """One page. Raises `PartialRead` for what is no page."""
    try:
        page, original = decode_parts(_PAGE, body)
    except ValueError as error:
        raise cut_short(asked) from error
    page.value = [original(item) for item in page.value]
    return page


@dataclass(slots=True)
class LoopGuard:
    """Notices a chain of next links that leads nowhere.

    Graph has been seen to repeat the same pages under ever new links
    (microsoftgraph/msgraph-sdk-dotnet issues 3070 and 3082).
    """

    asked: Asked
    max_pages: int = MAX_PAGES
    _links: set[str] = field(default_factory=set)
    _contents: set[bytes] = field(default_factory=set)
    _pages: int = 0
    _empty: int = 0

    def check(self, page: Page) -> None:
        """Raise `LoopingNextLink` where `page` shows a loop."""
        self._pages += 1
        self._empty = 0 if page.value else self._empty + 1
        if page.next_link is None:
            return
        content = _digest(page) if page.value else None
        if (
            page.next_link in self._links
            or content in self._contents
            or self._pages >= self.max_pages
            or self._empty >= MAX_EMPTY
        ):
            raise LoopingNextLink(
                f"Graph's next links lead in a circle after {self._pages} pages: {self.asked.what}",
                hint="the next pass reads the room in full; if it goes on, tell Microsoft",
            )
        self._links.add(page.next_link)
        if content is not None:
            self._contents.add(content)


def _digest(page: Page) -> bytes:
    """What tells one page from another: how many items, and the first and the last whole."""
    digest = hashlib.blake2b(b"%d" % len(page.value), digest_size=16)
    digest.update(page.value[0])
    digest.update(page.value[-1])
    return digest.digest()
