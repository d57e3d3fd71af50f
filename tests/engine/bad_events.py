"""What spoils single events on their way out of the sandbox, as a proxy or broken data would."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from night import Night, mailbox_of

from obctl.sandbox.faults import Fault
from obctl.sandbox.request import GraphRequest, GraphResponse

Spoil = Callable[[dict[str, Any]], object]


def without(*names: str) -> Spoil:
    return lambda event: {name: value for name, value in event.items() if name not in names}


def with_(**fields: Any) -> Spoil:
    return lambda event: event | fields


NO_START = with_(start=None)


def spoil(night: Night, event_id: str, how: Spoil = NO_START, *, methods: str = "GET") -> None:
    """Spoil an event wherever it is in an answer: of a list, a delta round, or asked for by id."""
    spoil_all(night, {event_id: how}, methods=methods)


def spoil_all(night: Night, events: dict[str, Spoil], *, methods: str = "GET") -> None:
    def spoiled(item: Any) -> Any:
        how = events.get(item.get("id")) if isinstance(item, dict) else None
        return how(item) if how else item

    def last_hand(request: GraphRequest, answer: GraphResponse) -> GraphResponse:
        if answer.status >= 300 or request.method not in methods or not answer.body:
            return answer
        data = json.loads(answer.body)
        if isinstance(data, dict) and isinstance(data.get("value"), list):
            data["value"] = [spoiled(item) for item in data["value"]]
        else:
            data = spoiled(data)
        return replace(answer, body=json.dumps(data).encode())

    night.server.service.last_hand = last_hand


def heal(night: Night) -> None:
    night.server.service.last_hand = None
    night.recover()


def refuse(night: Night, room: str, event_id: str, kind: str = "server-error") -> None:
    """Graph does not give this event by its id, nor its dates where it is a series."""
    for route in (f"events/{event_id}", f"events/{event_id}/*"):
        fault = Fault(kind, mailbox_of(room), route=route, method="GET", seconds=0)  # type: ignore[arg-type]
        night.watched.active.append(fault)
