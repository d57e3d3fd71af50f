"""One request to Graph and its answer, as they went over the wire; the token is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """What was asked, and what came back; bodies are whole and not compressed."""

    method: str
    url: str
    sent: bytes
    status: int
    headers: Mapping[str, str]
    """Of the answer, names in lower case."""
    body: bytes
    seconds: float | None = None
    """How long the answer took, or how long none came."""
    client_request_id: str | None = None
    """The id that was sent along; a request that is sent again has the same."""

    @property
    def was_answered(self) -> bool:
        """Whether an answer came; without one the status is 0."""
        return self.status != 0

    @property
    def answered_at(self) -> datetime | None:
        """The other side's clock (`Date`, RFC 9110 6.6.1), in whole seconds."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        # without a zone, or with -0000 for one, it is UTC all the same
        return told if told.tzinfo else told.replace(tzinfo=UTC)
