"""Which handler answers which call, and what stands before every answer: the token."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from obctl.sandbox import (
    directory_api,
    events_api,
    places_api,
    schedule_api,
    subscriptions_api,
    views_api,
)
from obctl.sandbox.batch_api import run_batch
from obctl.sandbox.directory_api import calendar_id
from obctl.sandbox.identity import guid
from obctl.sandbox.refusal import Refusal, item_not_found
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service
from obctl.sandbox.spoil import spoiled
from obctl.sandbox.times import instant_text

_log = logging.getLogger(__name__)
Handler = Callable[..., GraphResponse | Awaitable[GraphResponse]]

# `*` stands for one segment, which becomes an argument. Calendar-scoped spellings are folded first.
ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "users", directory_api.list_users),
    ("GET", "users/*", directory_api.get_user),
    ("GET", "users/*/mailboxSettings", directory_api.get_mailbox_settings),
    ("GET", "users/*/calendar", directory_api.get_calendar),
    ("GET", "users/*/calendars", directory_api.list_calendars),
    ("GET", "users/*/outlook/supportedTimeZones", directory_api.supported_time_zones),
    ("POST", "users/*/translateExchangeIds", schedule_api.translate_ids),
    ("POST", "users/*/getSchedule", schedule_api.get_schedule),
    ("GET", "users/*/events", events_api.list_events),
    ("POST", "users/*/events", events_api.create_event),
    ("GET", "users/*/events/*", events_api.get_event),
    ("PATCH", "users/*/events/*", events_api.change_event),
    ("DELETE", "users/*/events/*", events_api.delete_event),
    ("GET", "users/*/events/*/instances", views_api.event_instances),
    ("GET", "users/*/events/*/exceptionOccurrences", events_api.list_exceptions),
    ("POST", "users/*/events/*/cancel", events_api.cancel_event),
    ("POST", "users/*/events/*/permanentDelete", events_api.delete_event),
    ("POST", "users/*/events/*/accept", events_api.accept_event),
    ("POST", "users/*/events/*/tentativelyAccept", events_api.tentatively_accept_event),
    ("POST", "users/*/events/*/decline", events_api.decline_event),
    ("GET", "users/*/calendarView", views_api.calendar_view),
    ("GET", "users/*/calendarView/delta", views_api.calendar_delta),
    ("GET", "places/graph.room", places_api.list_rooms),
    ("GET", "places/graph.roomlist", places_api.list_room_lists),
    ("GET", "places/graph.building", places_api.list_buildings),
    ("GET", "places/graph.floor", places_api.list_floors),
    ("GET", "places/*/descendants/graph.room", places_api.list_rooms_in),
    ("GET", "places/*", places_api.get_place),
    ("GET", "places/*/graph.room", places_api.get_room),
    ("GET", "places/*/graph.roomlist/rooms", places_api.list_rooms_of_list),
    ("GET", "organization", directory_api.list_organization),
    ("GET", "subscriptions", subscriptions_api.list_subscriptions),
    ("POST", "subscriptions", subscriptions_api.create_subscription),
    ("GET", "subscriptions/*", subscriptions_api.get_subscription),
    ("PATCH", "subscriptions/*", subscriptions_api.renew_subscription),
    ("DELETE", "subscriptions/*", subscriptions_api.delete_subscription),
    ("POST", "subscriptions/*/reauthorize", subscriptions_api.reauthorize_subscription),
)
_SPLIT = tuple((method, tuple(path.split("/")), handler) for method, path, handler in ROUTES)


class Router:
    """Answers any call to `/v1.0`; a refusal becomes Graph's error JSON."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._calls = 0

    async def call(self, request: GraphRequest) -> GraphResponse:
        """Answer one call, over HTTP or inside a batch."""
        self._calls += 1
        if self._service.journal is not None:
            self._service.journal(request)
        request_id = str(guid(self._service.exchange.directory.tenant_id, "call", self._calls))
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = self._error(request, refusal, request_id)
        except Exception:  # noqa: BLE001  a defect here still has to look like Graph's
            _log.exception("%s %s", request.method, request.path)
            defect = Refusal(500, "UnknownError", "An unexpected error occurred in the sandbox.")
            answer = self._error(request, defect, request_id)
        if self._service.last_hand is not None:
            answer = self._service.last_hand(request, answer)
        headers = {"request-id": request_id} | answer.headers
        if client := request.headers.get("client-request-id"):
            headers["client-request-id"] = client
        if applied := _applied(request):
            headers["Preference-Applied"] = applied
        return GraphResponse(answer.status, answer.body, headers, answer.cut)

    async def _answer(self, request: GraphRequest) -> GraphResponse:
        self._check_token(request)
        _check_type(request)
        segments = request.segments
        if segments == ("$batch",) and request.method == "POST":
            return await run_batch(request, self.call)
        if self._service.recording is not None:
            return self._service.recording.answer(request)
        mailbox, route = self._target(segments)
        if mailbox is None:
            return await self._serve(request, segments, mailbox, route)
        with self._service.throttle.entry(mailbox, self._service.exchange.clock.now()):
            # Others get their turn here, so that calls made at once are in flight at once.
            await asyncio.sleep(self._service.latency)
            return await self._serve(request, segments, mailbox, route)

    async def _serve(
        self, request: GraphRequest, segments: tuple[str, ...], mailbox: str | None, route: str
    ) -> GraphResponse:
        if request.method != "GET":
            self._service.exchange.dirty = True
        fault = self._service.faults.meet(request.method, mailbox, route)
        if fault is not None:
            if (refusal := fault.refusal()) is not None:
                raise refusal
            if fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
        answer = await self._handle(request, segments)
        return answer if fault is None else spoiled(fault, request, answer)

    async def _handle(self, request: GraphRequest, segments: tuple[str, ...]) -> GraphResponse:
        self._check_granted(request.method, segments)
        handler, arguments = _find(request.method, self._folded(segments))
        if inspect.iscoroutinefunction(handler):
            return await _awaited(handler(self._service, request, *arguments))
        with self._service.tenant.locked():
            return _plain(handler(self._service, request, *arguments))

    def _target(self, segments: tuple[str, ...]) -> tuple[str | None, str]:
        """The address of the mailbox a call is for, and the path below it."""
        if len(segments) < 3 or segments[0].lower() != "users":
            return None, "/".join(segments)
        found = self._service.exchange.directory.visible(segments[1])
        address = found.owner.address if found is not None else segments[1]
        return address.lower(), "/".join(segments[2:]).removeprefix("calendar/")

    def _check_granted(self, method: str, segments: tuple[str, ...]) -> None:
        """Calendars and places; what a handler knows better, it asks itself."""
        directory = self._service.exchange.directory
        if segments[:1] and segments[0].lower() == "places":
            directory.permissions.check_places()
        if len(segments) < 3 or segments[0].lower() != "users":
            return
        mailbox = directory.visible(segments[1])
        if mailbox is not None:
            _, route = self._target(segments)
            directory.permissions.check_mailbox(
                method, route, mailbox.owner.address, room=mailbox.kind == "room"
            )

    def _check_token(self, request: GraphRequest) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        wanted = self._service.token
        if scheme.lower() != "bearer" or not token.strip():
            raise Refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
        if wanted is not None and token.strip() != wanted:
            raise Refusal(
                401,
                "InvalidAuthenticationToken",
                "Access token validation failure. Invalid audience.",
            )
        fault = self._service.faults.challenge(token)
        if fault is not None and (refusal := fault.refusal()) is not None:
            raise refusal

    def _folded(self, segments: tuple[str, ...]) -> tuple[str, ...]:
        """`/calendar/…` and `/calendars/{id}/…` name what `/…` names: there is one calendar."""
        if len(segments) > 3 and segments[0].lower() == "users":
            if segments[2].lower() == "calendar":
                return segments[:2] + segments[3:]
            if segments[2].lower() == "calendars":
                if segments[3] != calendar_id(self._service.mailbox(segments[1])):
                    raise item_not_found()
                return segments[:2] + (segments[4:] or ("calendar",))
        return segments

    def _error(self, request: GraphRequest, refusal: Refusal, request_id: str) -> GraphResponse:
        inner = {
            "date": instant_text(self._service.exchange.clock.now())[:19],
            "request-id": request_id,
            "client-request-id": request.headers.get("client-request-id", request_id),
        }
        error = {"code": refusal.code, "message": refusal.message, "innerError": inner}
        return answer_json({"error": error}, refusal.status, **refusal.headers)


def _find(method: str, segments: tuple[str, ...]) -> tuple[Handler, list[str]]:
    other_method = False
    for wanted, pattern, handler in _SPLIT:
        arguments = _match(pattern, segments)
        if arguments is None:
            continue
        if wanted == method:
            return handler, arguments
        other_method = True
    if other_method:
        raise Refusal(
            405,
            "Request_BadRequest",
            "Specified HTTP method is not allowed for the request target.",
        )
    raise Refusal(400, "BadRequest", f"Resource not found for the segment '{segments[-1]}'.")


def _match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> list[str] | None:
    if len(pattern) != len(segments):
        return None
    arguments = []
    for expected, segment in zip(pattern, segments, strict=True):
        if expected == "*":
            arguments.append(segment)
        elif expected.lower() != segment.partition("(")[0].lower():
            return None
    return arguments


def _check_type(request: GraphRequest) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and not request.body and kind == "application/octet-stream":
        raise Refusal(
            400, "RequestBodyRead", f"The Content-Type {kind} is none of the supported types."
        )


def _applied(request: GraphRequest) -> str:
    """Which preferences the answer honours, echoed as Exchange echoes them."""
    known = ("outlook.timezone", "outlook.body-content-type", "idtype", "odata.maxpagesize")
    prefer = request.headers.get("prefer", "")
    found = [one.strip() for one in prefer.split(",") if one.strip().lower().startswith(known)]
    return ", ".join(found)


async def _awaited(pending: Any) -> GraphResponse:
    answer: GraphResponse = await pending
    return answer


def _plain(answer: Any) -> GraphResponse:
    found: GraphResponse = answer
    return found
