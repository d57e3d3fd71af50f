"""A Graph that costs nothing: rooms full of pre-serialised events, for measuring clients.

It answers just what a nightly pass asks: mailbox look-ups, calendarView, calendarView/delta, single
events, `$batch`. `--latency` waits that long before each answer. Prints its address when ready.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

START = datetime(2026, 10, 19, 6, tzinfo=UTC)
BODY = "Agenda and dial-in details. " * 60
STUB = ("id", "type", "start", "end", "@odata.type", "@odata.etag")


def event(room: int, number: int, version: int = 0) -> dict[str, object]:
    """A realistic single event of about 3.8 KB."""
    start = START + timedelta(hours=number * 9)
    text = f"{start:%Y-%m-%dT%H:%M:%S}.0000000"
    end = f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.0000000"
    ident = f"AAkALgAAAAAAHYQDEapmEc2byACqAC_EWg0A{room:08d}{number:08d}AAAAAAAACwAAAA=="
    uid = f"040000008200E00074C5B7101A82E00800000000{room:08X}{number:08X}000000000000000010000000"
    person = {"name": f"Person {number % 97}", "address": f"person{number % 97}@bench.example"}
    return {
        "@odata.type": "#microsoft.graph.event",
        "@odata.etag": f'W/"{room}-{number}-{version}"',
        "id": ident,
        "createdDateTime": "2026-09-01T08:00:00.0000000Z",
        "lastModifiedDateTime": "2026-09-01T08:00:00.0000000Z",
        "changeKey": f"{room}-{number}-{version}",
        "categories": [],
        "transactionId": None,
        "originalStartTimeZone": "W. Europe Standard Time",
        "originalEndTimeZone": "W. Europe Standard Time",
        "iCalUId": uid + f"{room:016X}{number:016X}",
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": False,
        "hasAttachments": False,
        "subject": f"Meeting {number} of room {room}" + (f", version {version}" if version else ""),
        "bodyPreview": BODY[:255],
        "importance": "normal",
        "sensitivity": "normal",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": False,
        "responseRequested": True,
        "seriesMasterId": None,
        "showAs": "busy",
        "type": "singleInstance",
        "webLink": f"https://outlook.office365.com/owa/?itemid={ident}",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "allowNewTimeProposals": True,
        "isDraft": False,
        "hideAttendees": False,
        "recurrence": None,
        "onlineMeeting": None,
        "responseStatus": {"response": "accepted", "time": "2026-09-01T08:00:01Z"},
        "body": {"contentType": "html", "content": BODY},
        "start": {"dateTime": text, "timeZone": "UTC"},
        "end": {"dateTime": end, "timeZone": "UTC"},
        "location": {"displayName": f"Room {room}", "locationType": "default"},
        "locations": [{"displayName": f"Room {room}", "locationType": "default"}],
        "attendees": [
            {
                "type": "required",
                "status": {"response": "accepted", "time": "0001-01-01T00:00:00Z"},
                "emailAddress": person,
            }
        ],
        "organizer": {"emailAddress": person},
    }


def user(room: int) -> dict[str, object]:
    mailbox = f"room{room}@bench.example"
    return {
        "id": f"room{room}",
        "mail": mailbox,
        "userPrincipalName": mailbox,
        "displayName": f"Room {room}",
        "accountEnabled": True,
    }


class Tenant:
    """Rooms and events, and which rooms changed since the first delta round."""

    def __init__(self, rooms: int, events: int, page: int, url: str) -> None:
        self.rooms, self.events, self.page, self.url = rooms, events, page, url
        self.changed: set[int] = set()
        self.requests = 0
        self._pages: dict[tuple[int, int], bytes] = {}

    def answer(self, method: str, target: str, body: bytes) -> bytes:
        """The JSON body for one request; always 200."""
        self.requests += 1
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
        if path == "/bench/changed":
            self.changed = set(range(1, int(query["rooms"][0]) + 1))
            return b"{}"
        if path == "/bench/requests":
            count, self.requests = self.requests - 1, 0
            return json.dumps({"requests": count}).encode()
        if path.endswith("/$batch"):
            return self._batch(json.loads(body))
        if path == "/v1.0/users":
            asked = re.findall(r"'room(\d+)'", query["$filter"][0])
            return json.dumps({"value": [user(int(room)) for room in asked]}).encode()
        found = re.match(r"/v1\.0/users/room(\d+)(?:@bench\.example)?(.*)", path)
        if not found:
            return b'{"value":[]}'
        room, rest = int(found[1]), found[2]
        if rest == "":
            return json.dumps(user(room)).encode()
        if "/calendarView/delta" in rest:
            return self._delta(room, "$deltatoken" in query or "deltatoken" in parts.query)
        if "/events/" in rest:
            return json.dumps(event(room, int(rest.split("/events/")[1][44:52]), 1)).encode()
        return self._view(room, int(query.get("$skip", ["0"])[0]), query)

    def _view(self, room: int, skip: int, query: dict[str, list[str]]) -> bytes:
        size = int(query.get("$top", [str(self.page)])[0])
        key = (room, skip)
        if key not in self._pages:
            version = 1 if room in self.changed else 0
            items = [
                event(room, number, version if number == 0 else 0)
                for number in range(skip, min(skip + size, self.events))
            ]
            page: dict[str, object] = {"value": items}
            if skip + size < self.events:
                window = f"startDateTime={query['startDateTime'][0]}"
                page["@odata.nextLink"] = (
                    f"{self.url}/users/room{room}/calendarView?{window}"
                    f"&endDateTime={query['endDateTime'][0]}&$top={size}&$skip={skip + size}"
                )
            return json.dumps(page).encode()
        return self._pages[key]

    def _delta(self, room: int, again: bool) -> bytes:
        link = f"{self.url}/users/room{room}/calendarView/delta?$deltatoken=t{room}"
        if again:
            items = [event(room, 0, 1)] if room in self.changed else []
        else:
            items = [
                {name: value for name, value in event(room, number).items() if name in STUB}
                for number in range(self.events)
            ]
        return json.dumps({"value": items, "@odata.deltaLink": link}).encode()

    def _batch(self, batch: dict[str, list[dict[str, str]]]) -> bytes:
        self.requests -= len(batch["requests"])
        inner = [
            b'{"id":"%s","status":200,"headers":{"Content-Type":"application/json"},"body":%s}'
            % (item["id"].encode(), self.answer("GET", "/v1.0" + item["url"], b""))
            for item in batch["requests"]
        ]
        return b'{"responses":[' + b",".join(inner) + b"]}"


async def serve(arguments: argparse.Namespace) -> None:
    tenant = Tenant(arguments.rooms, arguments.events, 200, "")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, target, _ = head.split(" ", 2)
                length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
                body = await reader.readexactly(int(length[1])) if length else b""
                if arguments.latency and not target.startswith("/bench/"):
                    await asyncio.sleep(arguments.latency)
                answer = tenant.answer(method, target, body)
                writer.write(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                    b"content-length: %d\r\n\r\n" % len(answer) + answer
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**20)
    port = server.sockets[0].getsockname()[1]
    tenant.url = f"http://127.0.0.1:{port}/v1.0"
    print(tenant.url, flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=500)
    parser.add_argument("--events", type=int, default=400)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    asyncio.run(serve(parser.parse_args()))
