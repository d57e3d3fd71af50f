"""How Graph refuses a request: a status, a code, a message."""

from __future__ import annotations


class Refusal(Exception):
    """Raised by anything that serves a request; becomes Graph's error JSON."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def item_not_found() -> Refusal:
    """404 for an event that is not, or no longer, in this mailbox."""
    return Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def malformed_id() -> Refusal:
    """400 for an id that Exchange never made, a lower-cased one for example."""
    return Refusal(400, "ErrorInvalidIdMalformed", "Id is malformed.")


def invalid_property(message: str) -> Refusal:
    """400 for a body whose property has a value it cannot have."""
    return Refusal(400, "ErrorPropertyValidationFailure", message)


def invalid_request(message: str) -> Refusal:
    """400 for a request that does not make sense as a whole."""
    return Refusal(400, "ErrorInvalidRequest", message)
