"""How long a subscription is to last: as long as this tenant's Graph grants.

Microsoft's pages name 10,080 minutes, older ones 4,230. A refused expiry is told from a refused
address by nothing but Graph's message, so whatever is refused with 400 is asked for again, shorter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from obctl.domain.subscription import LIFETIME, SHORTER_LIFETIME, GraphSubscription
from obctl.errors import GraphRefused

LIFETIMES = (LIFETIME, SHORTER_LIFETIME)

Ask = Callable[[datetime], Awaitable[GraphSubscription]]


async def longest_granted(
    ask: Ask, now: datetime, lifetimes: Sequence[timedelta] = LIFETIMES
) -> GraphSubscription:
    """What `ask` gets for the first of `lifetimes` that Graph grants; raises its last refusal."""
    for lifetime in lifetimes[:-1]:
        try:
            return await ask(now + lifetime)
        except GraphRefused as error:
            if error.graph is None or error.graph.status != HTTPStatus.BAD_REQUEST:
                raise
    return await ask(now + lifetimes[-1])
