"""Words that the control API, scenarios and the command line share; imports nothing."""

from __future__ import annotations

from typing import Literal

FaultKind = Literal[
    "throttled", "unavailable", "gateway-timeout", "server-error", "slow", "cut", "looping",
    "empty", "partial", "forbidden", "mailbox-gone", "mailbox-moving", "mailbox-stale",
    "token-expired", "unauthorized", "claims-challenge", "bad-request",
]  # fmt: skip
UserPurpose = Literal["user", "shared", "linked", "others"]
DirectoryPermission = Literal["User.Read.All", "User.ReadBasic.All", "none"]
BeyondBasic = Literal["refused", "absent"]
ScopedCalls = Literal["scoped", "unscoped-only"]
RepeatedTransaction = Literal["first", "conflict"]
RewrittenLink = Literal["gone", "bad-request"]
Trigger = Literal[
    "created", "updated", "cancelled", "deleted", "missed", "subscriptionRemoved",
    "reauthorizationRequired",
]  # fmt: skip
