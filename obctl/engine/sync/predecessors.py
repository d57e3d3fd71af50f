"""Before an event takes over another's reservation, Graph is asked what became of that other.

A reading of what changed shows the second copy of a meeting and not the first, which may well be
there still: then each has its own reservation, as a reading of everything would have it.
"""

from __future__ import annotations

from obctl.domain.reservation import Reservation, ReservationNumber
from obctl.domain.sync.matching import unheard
from obctl.domain.sync.reading import Reading
from obctl.domain.sync.sibling import waiting_beside
from obctl.domain.sync.situation import Situation
from obctl.engine.outlook.items import read_parts
from obctl.engine.ports import Gateway
from obctl.store.database import Store


async def read_predecessors(gateway: Gateway, store: Store, situation: Situation) -> Reading:
    """The situation's reading, joined with whatever its new ids seem to replace."""
    reading = situation.reading
    asked: set[ReservationNumber] = set()
    while silent := [item for item in _silent(situation) if item.number not in asked]:
        span = reading.scope.span
        whole = [r for r in silent if r.series_master_id and span.overlaps(r.start, r.end)]
        alone = [r for r in silent if r not in whole]
        parts = await read_parts(
            gateway,
            store,
            situation.room,
            span,
            singles={r.event_id for r in alone if r.event_id},
            series={r.series_master_id for r in whole if r.series_master_id},
        )
        reading = reading.joined(parts)
        situation = situation.reread(reading)
        asked |= {item.number for item in silent}
    return reading


def _silent(situation: Situation) -> list[Reservation]:
    found = {
        item.number: item for item in (*unheard(situation.matching), *waiting_beside(situation))
    }
    return list(found.values())
