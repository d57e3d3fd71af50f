"""Many GETs by `$batch`, each answer read by itself: one's failure is no other's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from obctl.errors import ObctlError, defects_named
from obctl.graph.batch import get_many
from obctl.graph.client import Graph
from obctl.graph.request import Errand

Key = TypeVar("Key")
Found = TypeVar("Found")


async def read_many(
    graph: Graph,
    errands: Mapping[Key, Errand],
    read: Callable[[Key, bytes], Awaitable[Found]],
    *,
    patient: bool = True,
) -> dict[Key, Found | ObctlError]:
    """What `read` makes of each body, keyed as the errands; errors are values. See `get_many`."""
    names = {key: str(number) for number, key in enumerate(errands)}
    bodies = await get_many(
        graph, {names[key]: errand for key, errand in errands.items()}, patient=patient
    )

    async def one(key: Key) -> Found | ObctlError:
        body = bodies.pop(names[key])
        if isinstance(body, ObctlError):
            return body
        try:
            with defects_named():
                return await read(key, body)
        except ObctlError as error:
            return error

    found = await asyncio.gather(*map(one, errands))
    return dict(zip(errands, found, strict=True))
