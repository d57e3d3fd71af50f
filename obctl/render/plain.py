"""Foreign text as it may be shown: without control characters, whatever shows it."""

from __future__ import annotations

from collections.abc import Mapping


def clean(text: str) -> str:
    """Foreign text without control characters: escapes become visible, line breaks spaces."""
    if text.isprintable():
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    import unicodedata

    # Cc: terminal escapes; Cf: direction overrides that make text read backwards.
    if unicodedata.category(character) in ("Cc", "Cf", "Cs"):
        return "" if character == "\u200d" else f"\\x{ord(character):02x}"
    return character


def plain(value: object) -> str:
    """A value as one text: lists and objects as JSON, without control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | Mapping):
        import json

        return clean(json.dumps(value, ensure_ascii=False))
    return clean(str(value))
