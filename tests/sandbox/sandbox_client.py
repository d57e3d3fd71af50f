"""A bare HTTP client for the sandbox's tests: what any program could send."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import httpx

ROOM = "rembrandt@contoso.example"
OTHER_ROOM = "vermeer@contoso.example"
ANNA = "anna@contoso.example"
BOB = "bob@contoso.example"
WINDOW = "startDateTime=2026-10-18T00:00:00Z&endDateTime=2026-11-22T00:00:00Z"
IMMUTABLE = 'IdType="ImmutableId"'


class Graph:
    """Speaks to `/v1.0` with a token, and to `/sandbox` beside it."""

    def __init__(self, url: str, token: str = "any") -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def send(
        self, method: str, path: str, body: Any = None, *, prefer: str = "", **headers: str
    ) -> httpx.Response:
        if prefer:
            headers["Prefer"] = prefer
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, path, json=body, headers=named)

    def get(self, path: str, *, prefer: str = "") -> Any:
        answer = self.send("GET", path, prefer=prefer)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, prefer: str = "") -> Any:
        answer = self.send("POST", path, body, prefer=prefer)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json() if answer.content else None

    def view(self, mailbox: str = ROOM, *, prefer: str = "", window: str = WINDOW) -> Any:
        return self.get(f"/users/{mailbox}/calendarView?{window}&$top=1000", prefer=prefer)["value"]

    def delta(
        self, link: str = "", mailbox: str = ROOM, *, prefer: str = ""
    ) -> tuple[list[dict[str, Any]], str]:
        """A whole round: every item of every page, and the delta link."""
        url = link or f"/users/{mailbox}/calendarView/delta?{WINDOW}"
        items: list[dict[str, Any]] = []
        while True:
            page = self.get(url, prefer=prefer)
            items.extend(page["value"])
            if "@odata.deltaLink" in page:
                return items, page["@odata.deltaLink"]
            url = page["@odata.nextLink"]

    def control(self, method: str, path: str, body: Any = None) -> Any:
        base = self.url.removesuffix("v1.0") + "sandbox/"
        answer = self.http.request(method, base + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def error_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def event(
    start: str = "2026-10-19T09:00:00",
    end: str = "2026-10-19T10:00:00",
    *,
    subject: str = "Budget 2027",
    rooms: tuple[str, ...] = (ROOM,),
    zone: str = "Europe/Amsterdam",
    **more: Any,
) -> dict[str, Any]:
    return {
        "subject": subject,
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
        "attendees": [{"type": "resource", "emailAddress": {"address": room}} for room in rooms],
    } | more


def weekly(day: str = "monday", count: int = 5, start: str = "2026-10-19") -> dict[str, Any]:
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [day]},
        "range": {"type": "numbered", "startDate": start, "numberOfOccurrences": count},
    }
