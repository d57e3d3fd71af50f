"""Routes of the directory: users, mailbox settings, calendars, organisation, time zones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from obctl.domain import zones
from obctl.errors import UnknownZone
from obctl.sandbox.identity import guid, ordinary_id
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.odata import matching, page_of, selected
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json
from obctl.sandbox.service import Service
from obctl.sandbox.wire import address

_USER_SHOWN = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip


# What `User.ReadBasic.All` lets an application read.
_BASIC = ("displayName", "givenName", "id", "mail", "surname", "userPrincipalName")


def get_user(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """A person or a room, by id or user principal name; `accountEnabled` only with $select."""
    names = _readable(service, request)
    directory = service.exchange.directory
    mailbox = directory.visible(user)
    if mailbox is None or not directory.is_principal(user):
        raise Refusal(
            404,
            "Request_ResourceNotFound",
            f"Resource '{user}' does not exist or one of its queried reference-property objects "
            "are not present.",
        )
    context = {"@odata.context": f"{request.base}/$metadata#users/$entity"}
    return answer_json(context | selected(_user(service, mailbox), names, ()))


def list_users(service: Service, request: GraphRequest) -> GraphResponse:
    """Everybody who is not deleted."""
    names = _readable(service, request)
    directory = service.exchange.directory
    found = [
        _user(service, mailbox)
        for name, mailbox in directory.mailboxes.items()
        if directory.visible(name) is not None
    ]
    if filter_ := request.query.get("$filter"):
        if directory.permission == "User.ReadBasic.All" and "proxyAddresses" in filter_:
            raise _denied()
        found = matching(found, filter_, lambda item, name: item.get(name))
    shown = [selected(one, names, ()) for one in found]
    return answer_json(page_of(request, shown, request.number("$top", 100, 1, 999), "users"))


def _readable(service: Service, request: GraphRequest) -> Sequence[str]:
    """The properties to show; refuses a request for one that the permission does not cover."""
    permission = service.exchange.directory.permission
    wanted = request.select()
    beyond = permission == "User.ReadBasic.All" and not set(wanted) <= set(_BASIC)
    if beyond and service.exchange.directory.permissions.beyond_basic == "absent":
        return [name for name in wanted if name in _BASIC] or _BASIC
    if permission == "none" or beyond:
        raise _denied()
    return wanted or (_USER_SHOWN if permission == "User.Read.All" else _BASIC)


def _denied() -> Refusal:
    return Refusal(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )


def get_mailbox_settings(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """A mailbox's own time zone and what it is for."""
    mailbox = service.mailbox(user)
    return answer_json(
        {
            "@odata.context": f"{request.base}/$metadata#users('{mailbox.id}')/mailboxSettings",
            "archiveFolder": None,
            "timeZone": _windows(mailbox.zone),
            "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
            "dateFormat": "d-M-yyyy",
            "timeFormat": "HH:mm",
            "userPurpose": _purpose(service, mailbox),
            "automaticRepliesSetting": {
                "status": "disabled",
                "externalAudience": "all",
                "internalReplyMessage": "",
                "externalReplyMessage": "",
                "scheduledStartDateTime": {
                    "dateTime": "2026-01-01T00:00:00.0000000",
                    "timeZone": "UTC",
                },
                "scheduledEndDateTime": {
                    "dateTime": "2026-01-02T00:00:00.0000000",
                    "timeZone": "UTC",
                },
            },
            "language": {"locale": "en-US", "displayName": "English (United States)"},
            "workingHours": working_hours(mailbox),
        }
    )


def _purpose(service: Service, mailbox: Mailbox) -> str:
    employee = service.exchange.directory.employees.get(mailbox.owner.address.lower())
    return "room" if mailbox.kind == "room" else employee.purpose if employee else "user"


def get_calendar(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """The mailbox's only calendar."""
    mailbox = service.mailbox(user)
    context = f"{request.base}/$metadata#users('{mailbox.id}')/calendar/$entity"
    return answer_json({"@odata.context": context} | _calendar(mailbox))


def list_calendars(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """The mailbox's calendars: there is one."""
    mailbox = service.mailbox(user)
    return answer_json(
        page_of(request, [_calendar(mailbox)], 10, f"users('{mailbox.id}')/calendars")
    )


def list_organization(service: Service, request: GraphRequest) -> GraphResponse:
    """The tenant itself."""
    directory = service.exchange.directory
    return answer_json(
        page_of(
            request,
            [
                {
                    "id": str(directory.tenant_id),
                    "displayName": directory.domain.partition(".")[0].capitalize(),
                    "countryLetterCode": "NL",
                    "verifiedDomains": [
                        {
                            "capabilities": "Email, OfficeCommunicationsOnline",
                            "isDefault": True,
                            "isInitial": True,
                            "name": directory.domain,
                            "type": "Managed",
                        }
                    ],
                }
            ],
            10,
            "organization",
        )
    )


def supported_time_zones(service: Service, request: GraphRequest, user: str) -> GraphResponse:
    """Windows names, or IANA names where that standard is asked for."""
    service.mailbox(user)
    iana = "iana" in request.path.lower()
    names = sorted(available_timezones()) if iana else sorted(_all_windows())
    shown = [{"alias": name, "displayName": name.replace("_", " ")} for name in names]
    return answer_json(
        {"@odata.context": f"{request.base}/$metadata#Collection(timeZoneInformation)",
         "value": shown}
    )  # fmt: skip


def working_hours(mailbox: Mailbox) -> dict[str, Any]:
    """Office hours in the mailbox's zone."""
    return {
        "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "startTime": "08:00:00.0000000",
        "endTime": "17:00:00.0000000",
        "timeZone": {"name": _windows(mailbox.zone)},
    }


def _user(service: Service, mailbox: Mailbox) -> dict[str, Any]:
    employee = service.exchange.directory.employees.get(mailbox.owner.address.lower())
    given, _, surname = mailbox.owner.name.partition(" ")
    person = mailbox.kind == "user"
    mail = service.exchange.directory.address_of(mailbox)
    return {
        "businessPhones": [],
        "displayName": mailbox.owner.name,
        "givenName": given if person else None,
        "jobTitle": None,
        "mail": mail,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": surname if person else None,
        "proxyAddresses": [f"SMTP:{mail}"],
        "userPrincipalName": service.exchange.directory.principal_of(mailbox),
        "id": str(mailbox.id),
        # A room's account is disabled by design: nobody logs on to it.
        "accountEnabled": employee.enabled if employee is not None else False,
        "userType": "Member",
    }


def _calendar(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "id": calendar_id(mailbox),
        "name": "Calendar",
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": True,
        "changeKey": "",
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": True,
        "isRemovable": False,
        "owner": address(mailbox.owner),
    }


def calendar_id(mailbox: Mailbox) -> str:
    """The id of the mailbox's calendar."""
    return ordinary_id(guid(mailbox.id, "calendar"), 0)


def _windows(name: str) -> str:
    try:
        return zones.windows_name(name)
    except UnknownZone:
        return name


def _all_windows() -> set[str]:
    found = set()
    for name in available_timezones():
        try:
            found.add(zones.windows_name(name))
        except UnknownZone:
            continue
    return found
