"""`/sandbox/…`: what a real tenant does not have: hands on its clock, its people and its faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from obctl.errors import ObctlError
from obctl.sandbox import steps
from obctl.sandbox.actions import perform
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service
from obctl.sandbox.times import instant_text, parse_duration


def control(service: Service, request: GraphRequest) -> GraphResponse:
    """Answer one call to the control API."""
    call = f"{request.method} {'/'.join(request.segments)}"
    handler = _CALLS.get(call)
    if handler is None:
        known = ", ".join(f"{one.replace(' ', ' /sandbox/')}" for one in _CALLS)
        raise Refusal(404, "NotFound", f"no such control; there are {known}")
    try:
        return answer_json(handler(service, request))
    except ObctlError as error:
        raise Refusal(400, error.code, error.message) from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise Refusal(400, "BadRequest", str(error)) from error


def _status(service: Service, _: GraphRequest) -> dict[str, Any]:
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
        "faults": [one.shown() for one in service.faults.active],
        "meetings": sorted(service.handles),
    }


def _token(service: Service, _: GraphRequest) -> dict[str, Any]:
    return {"token": service.access_token()}


def _clock(service: Service, request: GraphRequest) -> dict[str, Any]:
    exchange, data = service.exchange, request.fields()
    if "advance" in data:
        exchange.advance(parse_duration(str(data["advance"])))
    if "set" in data:
        instant = datetime.fromisoformat(str(data["set"]))
        exchange.go_to(instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC))
    if data.get("freeze") is True:
        exchange.clock.freeze()
    if data.get("run") is True:
        exchange.clock.run()
    return {"now": instant_text(exchange.clock.now()), "frozen": exchange.clock.frozen}


def _act(service: Service, request: GraphRequest) -> dict[str, Any]:
    return perform(service, msgspec.convert(request.fields(), steps.Step))


def _trigger(service: Service, request: GraphRequest) -> dict[str, Any]:
    return perform(service, msgspec.convert(request.fields(), steps.TriggerStep))


def _add_fault(service: Service, request: GraphRequest) -> dict[str, Any]:
    perform(service, msgspec.convert(request.fields(), steps.Fault))
    return _faults(service, request)


def _clear_faults(service: Service, request: GraphRequest) -> dict[str, Any]:
    perform(service, msgspec.convert(dict(request.query), steps.ClearFaults))
    return _faults(service, request)


def _faults(service: Service, _: GraphRequest) -> dict[str, Any]:
    return {"faults": [one.shown() for one in service.faults.active]}


_CALLS: dict[str, Callable[[Service, GraphRequest], dict[str, Any]]] = {
    "GET status": _status,
    "GET token": _token,
    "POST clock": _clock,
    "POST act": _act,
    "POST trigger": _trigger,
    "GET faults": _faults,
    "POST faults": _add_fault,
    "DELETE faults": _clear_faults,
}
