"""Routes of subscriptions."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from obctl.sandbox.addresses import is_loopback
from obctl.sandbox.delivery import validate_endpoint
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse, answer_json, no_content
from obctl.sandbox.service import Service
from obctl.sandbox.subscription import Subscription
from obctl.sandbox.subscriptions import SHORTEST_LIFE
from obctl.sandbox.times import instant_text, parse_instant

_CHANGE_TYPES = ("created", "updated", "deleted")
_LONGEST_CLIENT_STATE = 128


async def create_subscription(service: Service, request: GraphRequest) -> GraphResponse:
    """Subscribe to a mailbox's events once both endpoints have answered the handshake."""
    data = request.fields()
    with service.tenant.locked():
        subscription = _read(service, request, data)
    for url in (subscription.notification_url, subscription.lifecycle_url):
        if url is not None:
            await validate_endpoint(url, service.endpoints.patience.handshake)
    with service.tenant.locked():
        # Somebody else may have been quicker during the handshake.
        service.subscriptions.check_new(
            service.subscriptions.mailbox_of(subscription.resource),
            subscription.change_types,
            subscription.resource,
        )
        service.subscriptions.add(subscription)
        shown = _write(service, request, subscription)
    return answer_json(shown, HTTPStatus.CREATED)


def list_subscriptions(service: Service, request: GraphRequest) -> GraphResponse:
    """Every active subscription."""
    service.exchange.directory.permissions.check_subscribing()
    service.subscriptions.purge()
    found = [_write(service, request, one) for one in service.subscriptions.active.values()]
    for one in found:
        del one["@odata.context"]
    return answer_json(
        {"@odata.context": f"{request.base}/$metadata#subscriptions", "value": found}
    )


def get_subscription(
    service: Service, request: GraphRequest, subscription_id: str
) -> GraphResponse:
    """One subscription."""
    return answer_json(_write(service, request, service.subscriptions.get(subscription_id)))


async def renew_subscription(
    service: Service, request: GraphRequest, subscription_id: str
) -> GraphResponse:
    """Move the expiry, or the notification URL, which has to pass the handshake again."""
    data = request.fields()
    with service.tenant.locked():
        service.exchange.directory.permissions.check_subscribing()
        service.subscriptions.get(subscription_id)
        expires = _expiry(service, data) if "expirationDateTime" in data else None
    url = data.get("notificationUrl")
    if url is not None:
        await validate_endpoint(str(url), service.endpoints.patience.handshake)
    with service.tenant.locked():
        subscription = service.subscriptions.get(subscription_id)
        if expires is not None:
            service.subscriptions.extend(subscription, expires)
        subscription.notification_url = str(url or subscription.notification_url)
        shown = _write(service, request, subscription)
    return answer_json(shown)


def reauthorize_subscription(
    service: Service, _: GraphRequest, subscription_id: str
) -> GraphResponse:
    """Let a paused subscription deliver again; its expiry stays."""
    service.subscriptions.reauthorize(service.subscriptions.get(subscription_id))
    return no_content()


def delete_subscription(service: Service, _: GraphRequest, subscription_id: str) -> GraphResponse:
    """End a subscription."""
    del service.subscriptions.active[service.subscriptions.get(subscription_id).id]
    return no_content()


def _read(service: Service, request: GraphRequest, data: dict[str, Any]) -> Subscription:
    for name in ("changeType", "resource", "notificationUrl", "expirationDateTime"):
        if not data.get(name):
            raise _invalid(f"Subscription '{name}' is required.")
    change_types = tuple(
        word.strip().lower() for word in str(data["changeType"]).split(",") if word.strip()
    )
    if not change_types or any(word not in _CHANGE_TYPES for word in change_types):
        raise _invalid(f"Invalid 'changeType' attribute: '{data['changeType']}'.")
    client_state = data.get("clientState")
    if client_state is not None and len(str(client_state)) > _LONGEST_CLIENT_STATE:
        raise _invalid("'clientState' is longer than 128 characters.")
    for name in ("notificationUrl", "lifecycleNotificationUrl"):
        if data.get(name) and not _may_notify(str(data[name])):
            raise _invalid(f"'{name}' has to be an https address.")
    if data.get("includeResourceData"):
        # Nobody here encrypts; a silent promise to do so would be worse than this refusal.
        raise _invalid("The sandbox sends basic notifications only: no includeResourceData.")
    resource = str(data["resource"])
    mailbox = service.subscriptions.mailbox_of(resource)
    service.exchange.directory.permissions.check_subscribing(
        mailbox.owner.address, room=mailbox.kind == "room"
    )
    service.subscriptions.check_new(mailbox, change_types, resource)
    lifecycle = data.get("lifecycleNotificationUrl")
    return Subscription(
        id=service.subscriptions.new_id(),
        mailbox=mailbox.id,
        resource=resource,
        change_types=change_types,
        notification_url=str(data["notificationUrl"]),
        lifecycle_url=str(lifecycle) if lifecycle else None,
        client_state=str(client_state) if client_state is not None else None,
        expires_at=_expiry(service, data),
        immutable_ids=request.style().immutable,
        tls_version=str(data.get("latestSupportedTlsVersion") or "v1_2"),
    )


def _expiry(service: Service, data: dict[str, Any]) -> datetime:
    wanted = parse_instant(str(data["expirationDateTime"]), name="expirationDateTime")
    now = service.exchange.now()
    if wanted <= now:
        raise _invalid("Subscription expiration must be in the future.")
    minutes = service.exchange.directory.quirks.longest_subscription_minutes
    if wanted - now > timedelta(minutes=minutes):
        raise _invalid(f"Subscription expiration can only be {minutes} minutes in the future.")
    return max(wanted, now + SHORTEST_LIFE)


def _write(service: Service, request: GraphRequest, subscription: Subscription) -> dict[str, Any]:
    return {
        "@odata.context": f"{request.base}/$metadata#subscriptions/$entity",
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": str(service.application_id),
        "changeType": ",".join(subscription.change_types),
        "clientState": None,
        "notificationUrl": subscription.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": instant_text(subscription.expires_at),
        "creatorId": str(service.application_id),
        "includeResourceData": None,
        "latestSupportedTlsVersion": subscription.tls_version,
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }


def _may_notify(url: str) -> bool:
    """https alone; plain http only to this machine, where a listener is tried out."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def _invalid(message: str) -> Refusal:
    return Refusal(400, "InvalidRequest", message)
