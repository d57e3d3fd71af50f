"""Routes of single events: read, create, change, cancel, answer, delete."""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from obctl.sandbox import meeting_mail, meetings
from obctl.sandbox.event_input import read_event
from obctl.sandbox.identity import change_key
from obctl.sandbox.item import Item, Response, Shown, shown_item, shown_occurrence
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.odata import matching, page_of, selected, written_page
from obctl.sandbox.refusal import Refusal, invalid_request
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json, no_content
from obctl.sandbox.service import Service
from obctl.sandbox.wire import Style, occurrence_ids, write_event

_BY_UID = re.compile(r"\s*iCalUId\s+eq\s+'(\w+)'\s*")
DEFAULT_PAGE, LARGEST_PAGE = 10, 1000
# Properties that only a GET of a master shows, or that this sandbox leaves out.
EXPANDED_PAGE = 20
KNOWN = ("cancelledOccurrences", "transactionId", "originalStart", "exceptionOccurrences")


def list_events(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """Single instances and masters, never occurrences."""
    mailbox, style, names = service.mailbox(user), request.style(), request.select()
    filter_, order = request.query.get("$filter"), request.query.get("$orderby")
    items = _candidates(mailbox, filter_)
    size = request.number("$top", DEFAULT_PAGE, 1, LARGEST_PAGE)
    if filter_ is None and order is None:
        return answer_json(
            written_page(
                request,
                items,
                lambda item: selected(write_event(mailbox, shown_item(item), style), names, KNOWN),
                size,
                _context(mailbox),
            )
        )
    found = [write_event(mailbox, shown_item(item), style) for item in items]
    found = matching(found, filter_ or "", _filterable)
    if order is not None:
        found = _ordered(found, order)
    shown = [selected(event, names, KNOWN) for event in found]
    return answer_json(page_of(request, shown, size, _context(mailbox)))


def _candidates(mailbox: Mailbox, filter_: str | None) -> list[Item]:
    """The items a filter can mean; the usual look-up by iCalUId need not write all of them."""
    by_uid = _BY_UID.fullmatch(filter_) if filter_ else None
    if by_uid is None:
        return list(mailbox.items.values())
    return [item for item in mailbox.items.values() if item.uid == by_uid.group(1)]


def create_event(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """Put an event on a calendar; on a room's own calendar the room organises it."""
    exchange, mailbox, style = service.exchange, service.mailbox(user), request.style()
    data = request.fields()
    changes = read_event(data, find=exchange.directory.person)
    transaction = data.get("transactionId")
    before = _by_transaction(mailbox, transaction)
    if before is not None and exchange.directory.quirks.repeated_transaction == "conflict":
        raise Refusal(409, "ErrorDuplicateTransactionId", "This transactionId was used before.")
    if before is not None:
        return _event(request, mailbox, shown_item(before), style, status=HTTPStatus.CREATED)
    now = exchange.now()
    number = mailbox.next_number()
    item = Item(
        key=number,
        entry=number,
        uid=exchange.new_uid(now),
        organizer=mailbox.owner,
        is_organizer=True,
        response="organizer",
        created=now,
        modified=now,
        transaction_id=str(transaction) if transaction else None,
        show_as=changes.pop("show_as", "free" if changes.get("all_day") else "busy"),
        end_zone=changes.pop("end_zone"),
        **changes,
    )
    if item.end_at < item.start_at:
        raise Refusal(400, "ErrorPropertyValidationFailure", "The start must lie before the end.")
    meetings.schedule(exchange, mailbox, item)
    return _event(request, mailbox, shown_item(item), style, status=HTTPStatus.CREATED)


def get_event(service: Service, request: GraphRequest, user: str, event_id: str) -> GraphResponse:
    """One event; `cancelledOccurrences` and `exceptionOccurrences` only where asked for."""
    mailbox, style = service.mailbox(user), request.style()
    item, day = mailbox.find(event_id)
    shown = shown_item(item) if day is None else shown_occurrence(item, day)
    return _event(request, mailbox, shown, style, master=item if day else None)


def change_event(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """Change an event, a series, or one occurrence."""
    exchange, mailbox, style = service.exchange, service.mailbox(user), request.style()
    item, day = mailbox.find(event_id)
    _check_match(request, mailbox, item, day)
    current = item if day is None else item.exceptions.get(day) or item.exception_on(day)
    changes = read_event(request.fields(), find=exchange.directory.person, current=current)
    if day is not None and changes.keys() & {"recurrence", "kind"}:
        raise invalid_request("An occurrence cannot have a recurrence of its own.")
    meetings.change(exchange, mailbox, item, day, changes)
    shown = shown_item(item) if day is None else shown_occurrence(item, day)
    return _event(request, mailbox, shown, style, master=item if day else None)


def delete_event(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """Delete: an organiser cancels by it, anybody else tells nobody."""
    exchange, mailbox = service.exchange, service.mailbox(user)
    item, day = mailbox.find(event_id)
    _check_match(request, mailbox, item, day)
    if item.is_organizer:
        meetings.cancel(exchange, mailbox, item, day)
    else:
        meeting_mail.take_off(exchange, mailbox, item, day)
    return no_content()


def cancel_event(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """The organiser calls it off."""
    mailbox = service.mailbox(user)
    item, day = mailbox.find(event_id)
    request.fields()
    alone = item.is_organizer and not meetings.invited_to(item, day)
    if alone and not service.exchange.directory.quirks.cancel_without_attendees:
        raise invalid_request("Nobody is invited to whom a cancellation could be sent.")
    meetings.cancel(service.exchange, mailbox, item, day)
    return no_content(HTTPStatus.ACCEPTED)


def accept_event(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """Accept an invitation."""
    return _respond(service, request, user, event_id, "accepted")


def tentatively_accept_event(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """Accept an invitation with a doubt."""
    return _respond(service, request, user, event_id, "tentativelyAccepted")


def decline_event(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """Decline an invitation; it leaves the calendar."""
    return _respond(service, request, user, event_id, "declined")


def _respond(
    service: Service, request: GraphRequest, user: str, event_id: str, response: Response
) -> GraphResponse:
    mailbox = service.mailbox(user)
    item, day = mailbox.find(event_id)
    data = request.parameters()
    send = data.get("sendResponse", True) is not False
    if not send and data.get("comment") is not None:
        raise Refusal(
            400,
            "ErrorInvalidParameter",
            "The 'SendResponse' parameter must be true when the 'Comment' parameter is given.",
        )
    if send and not item.response_requested and not item.is_organizer:
        raise invalid_request(
            "Your request can't be completed. The organizer of this meeting has asked for no "
            "responses."
        )
    proposes = data.get("proposedNewTime") is not None
    if proposes and (response == "accepted" or not send or not item.allow_new_time_proposals):
        raise invalid_request("A new time cannot be proposed for this meeting.")
    meetings.respond(service.exchange, mailbox, item, day, response, send=send)
    return no_content(HTTPStatus.ACCEPTED)


def _event(
    request: GraphRequest,
    mailbox: Mailbox,
    shown: Shown,
    style: Style,
    *,
    master: Item | None = None,
    status: int = HTTPStatus.OK,
) -> GraphResponse:
    event = write_event(mailbox, shown, style, master)
    names = request.select()
    context = {"@odata.context": f"{request.base}/$metadata#{_context(mailbox)}/$entity"}
    shown_event = selected(event, names, KNOWN)
    if shown.kind == "seriesMaster":
        if "cancelledOccurrences" in names:
            shown_event["cancelledOccurrences"] = occurrence_ids(mailbox, shown.item, style)
        # Either alone leaves it out.
        if "exceptionOccurrences" in request.expand() and "exceptionOccurrences" in names:
            page = _exceptions_page(request, mailbox, shown.item, style, 0)
            for name, value in page.items():
                shown_event[name.replace("@", "exceptionOccurrences@", 1)] = value
            shown_event["exceptionOccurrences"] = shown_event.pop("value")
    headers = {"ETag": str(event["@odata.etag"])}
    if request.method == "POST":
        headers["Location"] = f"{request.base}/users/{mailbox.id}/events/{event['id']}"
    return answer_json(context | shown_event, status, **headers)


def list_exceptions(
    service: Service, request: GraphRequest, user: str, event_id: str
) -> GraphResponse:
    """More of a series' exceptions than its master shows at once."""
    mailbox, style = service.mailbox(user), request.style()
    item, _ = mailbox.find(event_id)
    skip = request.number("$skip", 0, 0, 1_000_000)
    return answer_json(_exceptions_page(request, mailbox, item, style, skip))


def _exceptions_page(
    request: GraphRequest, mailbox: Mailbox, series: Item, style: Style, skip: int
) -> dict[str, Any]:
    exceptions = list(series.exceptions.values())
    shown = exceptions[skip : skip + EXPANDED_PAGE]
    page: dict[str, Any] = {
        "value": [write_event(mailbox, shown_item(one), style, series) for one in shown]
    }
    if len(exceptions) > skip + EXPANDED_PAGE:
        master = f"users/{mailbox.id}/events/{style.event_id(mailbox, series)}"
        more = f"exceptionOccurrences?$skip={skip + EXPANDED_PAGE}"
        page["@odata.nextLink"] = f"{request.base}/{master}/{more}"
    return page


def _check_match(request: GraphRequest, mailbox: Mailbox, item: Item, day: date | None) -> None:
    wanted = request.headers.get("if-match")
    if wanted is None or wanted.strip() == "*":
        return
    target = item.exceptions.get(day, item) if day else item
    stamp = change_key(mailbox.id, target.version)
    if unquote(wanted).strip().removeprefix("W/").strip('"') != stamp:
        raise Refusal(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed "
            "in the request does not match the current change key for the item.",
        )


def _by_transaction(mailbox: Mailbox, transaction: object) -> Item | None:
    if not transaction:
        return None
    return next((one for one in mailbox.items.values() if one.transaction_id == transaction), None)


def _filterable(event: dict[str, Any], name: str) -> Any:
    value: Any = event
    for step in name.split("/"):
        if not isinstance(value, dict) or step not in value:
            if step in ("seriesMasterId", *KNOWN):
                return None
            raise Refusal(
                400,
                "RequestBroker--ParseUri",
                f"Could not find a property named '{step}' on type 'Event'.",
            )
        value = value[step]
    return value


def _ordered(events: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    name, _, direction = order.partition(" ")
    return sorted(
        events,
        key=lambda event: str(_filterable(event, name)),
        reverse=direction.strip().lower() == "desc",
    )


def _context(mailbox: Mailbox) -> str:
    return f"users('{mailbox.id}')/events"
