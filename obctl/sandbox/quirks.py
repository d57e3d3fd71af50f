"""Where tenants differ, or nobody outside Microsoft knows: one switch for each such answer."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.sandbox.words import RepeatedTransaction, RewrittenLink


@dataclass(slots=True)
class Quirks:
    """How this tenant answers where another may answer otherwise."""

    cancel_without_attendees: bool = True
    """Whether `/cancel` is taken of an event that nobody is invited to; else 400."""
    longest_subscription_minutes: int = 10_080
    """How far ahead a subscription may expire; Microsoft's older pages say 4,230."""
    repeated_transaction: RepeatedTransaction = "first"
    """A POST with a `transactionId` already seen: the first event again, or 409."""
    rewritten_link: RewrittenLink = "gone"
    """A token that Graph did not make: 410 `SyncStateNotFound`, or 400."""
