"""Answers of Graph that the sandbox gives to nobody unasked."""

from __future__ import annotations

from dataclasses import dataclass

from obctl.sandbox.faults import Fault
from obctl.sandbox.refusal import Refusal

CODES = {
    400: "ErrorInvalidRequest",
    409: "ErrorOperationConflict",
    412: "ErrorIrresolvableConflict",
    429: "ApplicationThrottled",
    503: "ErrorServerBusy",
}


@dataclass(slots=True)
class Answer(Fault):
    """Requests are refused with this status; it befalls as any fault does."""

    status: int = 400

    def refusal(self) -> Refusal:
        headers = {"Retry-After": "0"} if self.status in (429, 503) else {}
        return Refusal(self.status, CODES[self.status], "Not like this.", headers=headers)
