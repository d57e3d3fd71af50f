"""The least that any client must do: fetch, decode, store the raw event and 15 columns."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from pathlib import Path

import httpx
import msgspec

HEADERS = {"Authorization": "Bearer x", "Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}
SPAN = "startDateTime=2026-10-17T00:00:00Z&endDateTime=2027-05-01T00:00:00Z"


class Moment(msgspec.Struct):
    dateTime: str  # noqa: N815  Graph's name


class Address(msgspec.Struct):
    name: str
    address: str


class Organizer(msgspec.Struct):
    emailAddress: Address  # noqa: N815  Graph's name


class Event(msgspec.Struct, rename="camel"):
    id: str
    type: str
    subject: str
    start: Moment
    end: Moment
    organizer: Organizer
    show_as: str
    sensitivity: str
    is_all_day: bool
    is_cancelled: bool
    is_organizer: bool
    change_key: str
    series_master_id: str | None = None
    transaction_id: str | None = None


class Page(msgspec.Struct):
    value: list[msgspec.Raw]
    next: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta: str | None = msgspec.field(name="@odata.deltaLink", default=None)


class BatchItem(msgspec.Struct):
    body: Page


class Batch(msgspec.Struct):
    responses: list[BatchItem]


PAGE = msgspec.json.Decoder(Page)
EVENT = msgspec.json.Decoder(Event)
BATCH = msgspec.json.Decoder(Batch)


async def first(url: str, rooms: int, path: Path) -> None:
    """Read every room's calendarView and store it, eight rooms at once."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode = WAL")
    store.execute("PRAGMA synchronous = NORMAL")
    store.execute("PRAGMA cache_size = -65536")
    columns = ", ".join(f"c{number}" for number in range(14))
    store.execute(f"CREATE TABLE events (room INTEGER, {columns}, raw, PRIMARY KEY (room, c0))")
    gate = asyncio.Semaphore(8)
    async with httpx.AsyncClient(timeout=60) as client:

        async def one(room: int) -> None:
            async with gate:
                link: str | None = f"{url}/users/room{room}/calendarView?{SPAN}&$top=200"
                rows: list[tuple[object, ...]] = []
                while link:
                    page = PAGE.decode((await client.get(link, headers=HEADERS)).content)
                    link = page.next
                    rows += [row(room, raw) for raw in page.value]
                store.execute("BEGIN")
                marks = ", ".join("?" * 16)
                store.executemany(f"INSERT OR REPLACE INTO events VALUES ({marks})", rows)
                store.execute("COMMIT")

        await asyncio.gather(*(one(room) for room in range(1, rooms + 1)))
    store.close()


def row(room: int, raw: msgspec.Raw) -> tuple[object, ...]:
    e = EVENT.decode(raw)
    return (
        room, e.id, e.type, e.subject, e.start.dateTime, e.end.dateTime,
        e.organizer.emailAddress.name, e.organizer.emailAddress.address, e.show_as, e.sensitivity,
        e.is_all_day, e.is_cancelled, e.is_organizer, e.change_key, e.series_master_id, bytes(raw),
    )  # fmt: skip


async def night(url: str, rooms: int) -> None:
    """Follow every room's delta link, 20 to a `$batch`, four batches at once."""
    gate = asyncio.Semaphore(4)
    async with httpx.AsyncClient(timeout=60) as client:

        async def one(part: list[int]) -> None:
            async with gate:
                items = [
                    {"id": str(room), "method": "GET", "headers": HEADERS,
                     "url": f"/users/room{room}/calendarView/delta?$deltatoken=t{room}"}
                    for room in part
                ]  # fmt: skip
                answer = await client.post(f"{url}/$batch", json={"requests": items},
                                           headers=HEADERS)  # fmt: skip
                for item in BATCH.decode(answer.content).responses:
                    for raw in item.body.value:
                        EVENT.decode(raw)

        numbers = list(range(1, rooms + 1))
        await asyncio.gather(*(one(numbers[at : at + 20]) for at in range(0, rooms, 20)))


if __name__ == "__main__":
    what, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if what == "first":
        asyncio.run(first(address, count, Path(sys.argv[4])))
    else:
        asyncio.run(night(address, count))
