"""What the application may do: the grants in its token, and those that hold for some mailboxes.

An application permission granted in Entra shows in the token's `roles` and opens every mailbox.
One granted by RBAC for Applications does not show there, and opens the mailboxes of its scope.
Grants add up (concepts/auth-limit-mailbox-access).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from obctl.sandbox.refusal import Refusal
from obctl.sandbox.words import BeyondBasic, DirectoryPermission, ScopedCalls

READ, WRITE = "Calendars.Read", "Calendars.ReadWrite"
ROLES = (
    READ, WRITE, "MailboxSettings.Read", "Place.Read.All", "User.Read.All", "User.ReadBasic.All",
)  # fmt: skip
SCOPED = (READ, WRITE, "MailboxSettings.Read")
# Questions that are sent as POST: they change nothing.
_READS = frozenset({"getschedule", "translateexchangeids"})


@dataclass(frozen=True, slots=True)
class Permissions:
    """The grants of one application; without a table in the tenant's file it has them all."""

    roles: tuple[str, ...] = ROLES[:-1]
    """Granted in Entra, for every mailbox."""
    scoped: tuple[str, ...] = ()
    """Granted by RBAC for Applications, for the mailboxes in `scope`."""
    scope: tuple[str, ...] | None = None
    """Addresses in lower case; `None` is every room mailbox."""
    beyond_basic: BeyondBasic = "refused"
    """What `$select` gets that names more than `User.ReadBasic.All` covers."""
    schedules: ScopedCalls = "scoped"
    """Whether getSchedule sees an RBAC grant, which Microsoft's pages do not say."""
    subscriptions: ScopedCalls = "scoped"
    """The same of `/subscriptions`."""

    @property
    def directory(self) -> DirectoryPermission:
        """What the roles let be read of people and rooms."""
        if "User.Read.All" in self.roles:
            return "User.Read.All"
        return "User.ReadBasic.All" if "User.ReadBasic.All" in self.roles else "none"

    def reads(self, address: str, *, room: bool, calls: ScopedCalls = "scoped") -> bool:
        """Whether the calendar of a mailbox may be read; who may write it may read it, too."""
        return any(self._holds(one, address, room=room, calls=calls) for one in (READ, WRITE))

    def check_mailbox(self, method: str, route: str, address: str, *, room: bool) -> None:
        """Refuse a call to `/users/{address}/{route}` that no grant covers."""
        path = route.lower()
        if path.startswith("mailboxsettings"):
            allowed = self._holds("MailboxSettings.Read", address, room=room)
        elif path == "getschedule":
            allowed = self.reads(address, room=room, calls=self.schedules)
        elif method == "GET" or path in _READS:
            allowed = self.reads(address, room=room)
        else:
            allowed = self._holds(WRITE, address, room=room)
        if not allowed:
            raise Refusal(
                403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
            )

    def check_places(self) -> None:
        """Refuse what asks for places; Graph puts the reason into the message, as JSON."""
        if "Place.Read.All" not in self.roles:
            shown = ", ".join(self.roles)
            reason = {
                "code": "invalid_permissions",
                "message": "place.read.all permission is required to read company places, "
                f"scopes/roles provided: {shown} IsAppOnly:True",
            }
            raise Refusal(403, "UnknownError", json.dumps(reason))

    def check_subscribing(self, address: str | None = None, *, room: bool = False) -> None:
        """Refuse to tell of events without the permission to read them, by that very name.

        `address` is whose they are; without it the question is whether there is a grant at all.
        """
        calls = self.subscriptions
        if address is None:
            allowed = READ in self.roles or (calls == "scoped" and READ in self.scoped)
        else:
            allowed = self._holds(READ, address, room=room, calls=calls)
        if not allowed:
            raise Refusal(
                403,
                "ExtensionError",
                "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied. "
                "Check credentials and try again.]",
            )

    def _holds(
        self, permission: str, address: str, *, room: bool, calls: ScopedCalls = "scoped"
    ) -> bool:
        if permission in self.roles:
            return True
        if permission not in self.scoped or calls != "scoped":
            return False
        return room if self.scope is None else address.lower() in self.scope
