"""Routes that look at a span of time: calendarView, a series' instances, and delta."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from obctl.sandbox.change_feed import UnknownToken, first_token, read_page, seal, unseal
from obctl.sandbox.events_api import DEFAULT_PAGE, KNOWN, LARGEST_PAGE
from obctl.sandbox.item import Shown
from obctl.sandbox.mailbox import Mailbox, instances
from obctl.sandbox.odata import selected, written_page
from obctl.sandbox.refusal import Refusal, invalid_request
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service
from obctl.sandbox.times import parse_instant
from obctl.sandbox.wire import write_event

_LONGEST = timedelta(days=1825)
_FIRST_YEAR, _LAST_YEAR = 1601, 4500
_NOT_WITH_DELTA = ("$select", "$expand", "$filter", "$orderby", "$search")
# calendarView leaves these out as soon as anything is selected.
_NOT_SELECTABLE = frozenset({"createdDateTime", "lastModifiedDateTime"})


def calendar_view(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """Singles, occurrences and exceptions in a window; never masters."""
    mailbox = service.mailbox(user)
    return _window_page(request, mailbox, mailbox.view(*_window(request)), "calendarView")


def event_instances(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """The occurrences and exceptions of one series in a window."""
    mailbox = service.mailbox(user)
    item, day = mailbox.find(event_id)
    if item.kind != "seriesMaster" or day is not None:
        raise invalid_request("The event is not a series master.")
    return _window_page(request, mailbox, instances(item, *_window(request)), "events/instances")


def calendar_delta(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """What changed in a window since a token; the first round shows all of it."""
    try:
        return _delta_page(service.mailbox(user), request)
    except UnknownToken as error:
        if service.exchange.directory.quirks.rewritten_link == "gone":
            raise Refusal(410, "SyncStateNotFound", "The sync state is not found.") from error
        raise invalid_request("Badly formed token.") from error


def _delta_page(mailbox: Mailbox, request: GraphRequest) -> GraphResponse:
    style = request.style()
    if skip := request.query.get("$skiptoken"):
        token = unseal(skip, "skip")
    elif delta := request.query.get("$deltatoken"):
        token = unseal(delta, "delta")
    else:
        for name in _NOT_WITH_DELTA:
            if name in request.query:
                raise invalid_request(f"The following parameter is not supported: '{name}'.")
        token = first_token(mailbox, *_window(request))
    wish = request.preferences().get("odata.maxpagesize", "")
    size = min(max(int(wish), 1), LARGEST_PAGE) if wish.isdigit() else DEFAULT_PAGE
    page = read_page(mailbox, token, style, size)
    body = {
        "@odata.context": f"{request.base}/$metadata#Collection(event)",
        "value": page.items,
    }
    url = f"{request.base}/{request.path.strip('/')}"
    if page.next is not None:
        body["@odata.nextLink"] = f"{url}?$skiptoken={seal(page.next)}"
    if page.delta is not None:
        body["@odata.deltaLink"] = f"{url}?$deltatoken={seal(page.delta)}"
    return answer_json(body)


def _window_page(
    request: GraphRequest, mailbox: Mailbox, found: list[Shown], name: str
) -> GraphResponse:
    style, names = request.style(), request.select()
    wanted = tuple(one for one in names if one not in _NOT_SELECTABLE) or names

    def write(shown: Shown) -> dict[str, Any]:
        master = mailbox.items[shown.item.key] if shown.kind == "exception" else None
        return selected(write_event(mailbox, shown, style, master), wanted, KNOWN)

    size = request.number("$top", DEFAULT_PAGE, 1, LARGEST_PAGE)
    context = f"users('{mailbox.id}')/{name}"
    return answer_json(written_page(request, found, write, size, context))


def _window(request: GraphRequest) -> tuple[datetime, datetime]:
    names = ("startDateTime", "endDateTime")
    for name in names:
        if not request.query.get(name):
            raise invalid_request(
                "This request requires a time window specified by the query string parameters "
                "StartDateTime and EndDateTime."
            )
    start, end = (parse_instant(request.query[name], name=name) for name in names)
    if end <= start:
        raise invalid_request("The end of the time window must lie after its start.")
    if start.year < _FIRST_YEAR or end.year > _LAST_YEAR:
        raise invalid_request("The time window lies outside what Exchange can store.")
    if end - start > _LONGEST:
        raise invalid_request(
            "Your request can't be completed. The range between the start and end dates is "
            f"greater than the allowed range. Maximum number of days: {_LONGEST.days}"
        )
    return start, end
