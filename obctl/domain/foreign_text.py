"""JSON that holds text which is no text: half of a surrogate pair, bytes that are not UTF-8.

Exchange cuts a preview in the middle of an emoji and writes the half that is left as `\\ud83c`,
which JSON allows (RFC 8259, section 8.2) and no Unicode string can hold. It is read as U+FFFD, the
replacement character; the original bytes stay as they came.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")
Original = Callable[[msgspec.Raw], msgspec.Raw]
"""Gives back a part of a decoded JSON text as it was sent."""

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Any escape; `half` where it is a surrogate without its other half."""
_REPLACEMENT = rb"\ufffd"


def decode(decoder: msgspec.json.Decoder[Value], content: bytes | msgspec.Raw) -> Value:
    """What `decoder` makes of `content`, what is no text in it being U+FFFD.

    Raises `msgspec.DecodeError` for what is wrong otherwise.
    """
    try:
        return _decode(decoder, content)
    except msgspec.DecodeError:
        mended = _mended(bytes(content))
        if mended == content:
            raise
    return _decode(decoder, mended)


def decode_parts(
    decoder: msgspec.json.Decoder[Value], content: bytes | msgspec.Raw
) -> tuple[Value, Original]:
    """As `decode`, for what has parts that are kept as they are written (`msgspec.Raw`).

    Each part is to be taken by way of the second value. Raises `msgspec.DecodeError`.
    """
    try:
        return _decode(decoder, content), _as_it_is
    except msgspec.DecodeError:
        sent = bytes(content)
        # Bytes that are no text disturb nobody in a part that is passed over, and lead back.
        mark = next(mark for mark in _marks() if mark not in sent)
        marked = _halves_as(sent, lambda half: mark + half)
        if marked == sent:
            raise
    return _decode(decoder, marked), lambda part: msgspec.Raw(bytes(part).replace(mark, rb"\u"))


def _decode(decoder: msgspec.json.Decoder[Value], content: bytes | msgspec.Raw) -> Value:
    """Of lists within lists without end msgspec makes a `RecursionError`, read or passed over."""
    try:
        return decoder.decode(content)
    except RecursionError as error:
        raise msgspec.DecodeError("nested too deeply") from error


def read_json(content: bytes) -> Any:
    """Any JSON, as Python has it; raises `ValueError`."""
    try:
        return json.loads(_mended(content))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def well_formed(text: str) -> str:
    """Text as somebody else's parser read it, with U+FFFD for what is none."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _mended(content: bytes) -> bytes:
    whole = _halves_as(content, lambda _half: _REPLACEMENT)
    return whole.decode("utf-8", "replace").encode()


def _halves_as(content: bytes, put: Callable[[bytes], bytes]) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        half = found["half"]
        return found[0] if half is None else put(half)

    return _ESCAPE.sub(one, content) if b"\\u" in content else content


def _as_it_is(part: msgspec.Raw) -> msgspec.Raw:
    return part


def _marks() -> Iterator[bytes]:
    """Pairs of bytes that occur in no UTF-8, likeliest first, and then any that need not occur."""
    for first in range(0xFF, 0x7F, -1):
        for second in range(0xFF, 0x7F, -1):
            yield bytes((first, second))
