"""`/sandbox/…`: what a real tenant does not have: hands on its clock and its faults."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service
from obctl.sandbox.times import instant_text, parse_duration


def control(service: Service, request: GraphRequest) -> GraphResponse:
    """Answer one call to the control API."""
    match (request.method, request.segments):
        case ("GET", ("status",)):
            return answer_json(_status(service))
        case ("POST", ("clock",)):
            return _clock(service, request.fields())
        case _:
            raise Refusal(404, "NotFound", f"no control {request.method} /sandbox/{request.path}")


def _clock(service: Service, data: dict[str, Any]) -> GraphResponse:
    exchange = service.exchange
    try:
        if "advance" in data:
            exchange.advance(parse_duration(str(data["advance"])))
        if "set" in data:
            instant = datetime.fromisoformat(str(data["set"]))
            exchange.go_to(instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC))
    except ValueError as error:
        raise Refusal(400, "BadRequest", str(error)) from error
    if data.get("freeze") is True:
        exchange.clock.freeze()
    if data.get("run") is True:
        exchange.clock.run()
    return answer_json({"now": instant_text(exchange.clock.now())})


def _status(service: Service) -> dict[str, Any]:
    exchange = service.exchange
    service.subscriptions.purge()
    return {
        "now": instant_text(exchange.clock.now()),
        "frozen": exchange.clock.frozen,
        "rooms": service.tenant.rooms,
        "events": sum(len(one.items) for one in exchange.directory.mailboxes.values()),
        "due": len(exchange.agenda),
        "subscriptions": len(service.subscriptions.active),
        "undelivered": len(service.subscriptions.queue),
    }
