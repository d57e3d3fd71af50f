"""What the routes share: the tenant and everything that stands around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from obctl.sandbox.access_token import access_token
from obctl.sandbox.endpoints import Endpoints
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.faults import Faults
from obctl.sandbox.identity import guid
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recorded import Recording
from obctl.sandbox.refusal import Refusal
from obctl.sandbox.request import GraphRequest, GraphResponse
from obctl.sandbox.subscriptions import Subscriptions
from obctl.sandbox.tenant import Meeting, Tenant
from obctl.sandbox.throttle import Throttle


@dataclass(slots=True)
class Service:
    """One running sandbox."""

    tenant: Tenant
    subscriptions: Subscriptions
    faults: Faults
    throttle: Throttle
    endpoints: Endpoints
    token: str | None = None
    """The only bearer token accepted; any, if None."""
    handles: dict[str, Meeting] = field(default_factory=dict)
    """Meetings that steps know by name."""
    journal: Callable[[GraphRequest], object] | None = None
    """Told of every call that arrives, before it is answered."""
    recording: Recording | None = None
    """Answers in place of the tenant, where a real one was recorded."""
    last_hand: Callable[[GraphRequest, GraphResponse], GraphResponse] | None = None
    """Has the last word on every answer, single ones of a batch too: what a proxy may do to it."""
    latency: float = 0.0
    """Seconds of real time that every call takes at least."""

    @property
    def application_id(self) -> UUID:
        """The app that every token is taken to belong to."""
        return guid(self.exchange.directory.tenant_id, "application")

    def access_token(self) -> str:
        """The token that is accepted; where any is, one that shows the application's roles."""
        directory = self.exchange.directory
        return self.token or access_token(directory, self.application_id, self.exchange.clock.now())

    @property
    def exchange(self) -> Exchange:
        """The organisation behind the tenant."""
        return self.tenant.exchange

    def mailbox(self, name: str) -> Mailbox:
        """The mailbox at an address or object id, or Graph's 404."""
        found = self.exchange.directory.visible(name)
        if found is None:
            raise Refusal(404, "ErrorInvalidUser", f"The requested user '{name}' is invalid.")
        self.exchange.directory.fill(found)
        return found


def make_service(exchange: Exchange, handles: dict[str, Meeting]) -> Service:
    """Everything that stands around an organisation, new."""
    return Service(
        Tenant(exchange),
        Subscriptions(exchange),
        Faults(),
        Throttle(),
        Endpoints(),
        handles=dict(handles),
    )
