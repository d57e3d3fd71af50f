"""Rows <-> domain values; the one datetime format of the store."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from functools import lru_cache
from typing import overload

from obctl.domain.time_span import found, utc


@overload
def instant(moment: datetime) -> str: ...
@overload
def instant(moment: None) -> None: ...
@overload
def instant(moment: datetime | None) -> str | None: ...
def instant(moment: datetime | None) -> str | None:
    """`YYYY-MM-DDTHH:MM:SSZ`: text order is time order. Parts of a second are cut."""
    return None if moment is None else _text(moment)


@lru_cache(maxsize=4096)
def _text(moment: datetime) -> str:
    # One instant is written to several tables in a row.
    return utc(moment).isoformat()[:19] + "Z"


@overload
def moment(text: str) -> datetime: ...
@overload
def moment(text: None) -> None: ...
@overload
def moment(text: str | None) -> datetime | None: ...
def moment(text: str | None) -> datetime | None:
    """The aware UTC datetime of a stored instant."""
    return None if text is None else found(datetime.fromisoformat(text))


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def fold(text: str) -> str:
    """Text as searches compare it: upper and lower case, with and without accents, are the same."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
