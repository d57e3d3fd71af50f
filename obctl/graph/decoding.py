"""JSON of Graph's answers into the structs of `wire`; whatever cannot be read is a `ValueError`."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

Wire = TypeVar("Wire")


class Decoder(Generic[Wire]):
    """msgspec's, but for one thing: lists within lists without end are no defect of obctl.

    There msgspec raises `RecursionError`, also where it skips a field that nobody reads.
    """

    def __init__(self, kind: type[Wire]) -> None:
        self._json = msgspec.json.Decoder(kind)

    def decode(self, raw: bytes | msgspec.Raw) -> Wire:
        """Raises `msgspec.DecodeError`, which is a `ValueError`, for any other JSON."""
        try:
            return self._json.decode(raw)
        except RecursionError as error:
            raise msgspec.DecodeError("nested too deeply") from error
