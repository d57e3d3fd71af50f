"""Trouble on demand: what Graph does on a bad day, for as long and as often as told."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, get_args

from obctl.sandbox.refusal import Refusal
from obctl.sandbox.words import FaultKind

KINDS: tuple[str, ...] = get_args(FaultKind)
_REFUSALS: dict[str, tuple[int, str, str]] = {
    "throttled": (
        429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    "unavailable": (503, "serviceNotAvailable", "The service is temporarily unavailable."),
    "gateway-timeout": (504, "UnknownError", "The gateway did not receive a response in time."),
    "server-error": (500, "ErrorInternalServerError", "An internal server error occurred."),
    "forbidden": (403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    "mailbox-gone": (
        404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive or hosted on-premise."),
    "mailbox-moving": (
        503, "ErrorMailboxMoveInProgress", "Mailbox move is in progress. Try again later."),
    "mailbox-stale": (503, "MailboxInfoStale", "Mailbox info is stale."),
    "token-expired": (
        410, "SyncStateNotFound", "The sync state generation is not found; generation=0."),
    "claims-challenge": (
        401, "InvalidAuthenticationToken",
        "Continuous access evaluation resulted in challenge with result: InteractionRequired."),
    "bad-request": (400, "ErrorInvalidRequest", "Your request can't be completed."),
    "unauthorized": (401, "InvalidAuthenticationToken", "Access token has expired."),
}  # fmt: skip
CLAIMS = base64.b64encode(
    b'{"access_token":{"nbf":{"essential":true,"value":"1760850000"}}}'
).decode()
"""What a challenge wants proven, as its header carries it."""
_WITH_RETRY_AFTER = ("throttled", "unavailable", "mailbox-moving")
# These shape the answer to a read; the others stand in front of any request.
_READS_ONLY = ("empty", "partial", "looping")
_LISTS = ("calendarview", "instances")


@dataclass(slots=True)
class Fault:
    """One kind of trouble and whom it befalls."""

    kind: FaultKind
    mailbox: str | None = None
    """Only requests for this address; any, if None."""
    route: str = "*"
    """Only paths below the mailbox that match, `calendarView*` for example."""
    method: str = "*"
    times: int | None = None
    """How often it still happens; until cleared, if None."""
    spare: int = 0
    """How many such requests go well first: a token that expires in mid-run."""
    share: float | None = None
    """The part of the requests it befalls, drawn by seed."""
    seed: int = 0
    seconds: float = 1.0
    """Retry-After, or how slow."""
    calls: int = 0

    def befalls(self, method: str, mailbox: str | None, route: str) -> bool:
        """Whether a request meets this fault; counts it if so."""
        if self.kind == "claims-challenge":
            return False
        if self.times == 0 or not fnmatch(route.lower(), self.route.lower()):
            return False
        if self.mailbox is not None and self.mailbox.lower() != mailbox:
            return False
        if not fnmatch(method, self.method.upper()):
            return False
        if self.kind in _READS_ONLY and not (method == "GET" and _lists_events(route)):
            return False
        if self.kind == "token-expired" and "delta" not in route.lower():
            return False
        self.calls += 1
        if self.calls <= self.spare:
            return False
        if self.share is not None and not _drawn(self.seed, self.calls, self.share):
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def refusal(self) -> Refusal | None:
        """The error this fault answers with; None if it shapes an answer instead."""
        found = _REFUSALS.get(self.kind)
        if found is None:
            return None
        headers = {}
        if self.kind == "claims-challenge":
            headers["WWW-Authenticate"] = (
                'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/'
                f'oauth2/authorize", error="insufficient_claims", claims="{CLAIMS}"'
            )
        if self.kind in _WITH_RETRY_AFTER:
            headers["Retry-After"] = str(max(round(self.seconds), 0))
        return Refusal(*found, headers=headers)

    def shown(self) -> dict[str, Any]:
        """The fault as the control API tells of it."""
        return {
            "kind": self.kind,
            "room": self.mailbox,
            "route": self.route,
            "method": self.method,
            "times": self.times,
            "spare": self.spare,
            "share": self.share,
            "seed": self.seed,
            "seconds": self.seconds,
        }


@dataclass(slots=True)
class Faults:
    """The faults in force."""

    active: list[Fault] = field(default_factory=list)

    def meet(self, method: str, mailbox: str | None, route: str) -> Fault | None:
        """The first fault that a request meets."""
        for fault in self.active:
            if fault.befalls(method, mailbox, route):
                return fault
        return None

    def challenge(self, token: str) -> Fault | None:
        """The challenge that meets every call, until its token carries what is to be proven."""
        for fault in self.active:
            if fault.kind == "claims-challenge" and CLAIMS not in token:
                return fault
        return None

    def clear(self, kind: str | None = None, mailbox: str | None = None) -> None:
        """End the faults of a kind, of a room, or all."""
        self.active = [
            one
            for one in self.active
            if (kind is not None and one.kind != kind)
            or (mailbox is not None and one.mailbox != mailbox.lower())
        ]


def _lists_events(route: str) -> bool:
    return any(part in _LISTS for part in route.lower().split("/"))


def _drawn(seed: int, call: int, share: float) -> bool:
    digest = hashlib.blake2b(f"{seed}/{call}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) < share * 2**32
