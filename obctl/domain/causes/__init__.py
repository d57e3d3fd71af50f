"""Causes: why the two sides differ, told from facts alone.

One function per rule, grouped by family, each `(Facts) -> Cause | None`; `explain` walks them.
Conditions under which a whole room cannot be trusted are verdicts of the room, not causes.
"""

from obctl.domain.cause_codes import MEANING
from obctl.domain.causes.explain import (
    Explanation,
    cause_in_step,
    cause_of_cancellation,
    explain,
    reply_in,
)
from obctl.domain.causes.look_alikes import RuledOut

__all__ = [
    "MEANING", "Explanation", "RuledOut", "cause_in_step", "cause_of_cancellation", "explain",
    "reply_in",
]  # fmt: skip
