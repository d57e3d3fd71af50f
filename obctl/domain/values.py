"""Values are frozen: a changed one is a new one.

Those made hundreds of thousands of times a night (an event, a reservation, what is logged of them)
are msgspec structs, which cost a third of a frozen dataclass to make and a thirtieth to change; the
others are dataclasses.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace as _replace_struct

Value = TypeVar("Value")


def replace(value: Value, **changes: Any) -> Value:
    """A copy with other fields: `copy.replace` of Python 3.13. Raises `TypeError` for no field."""
    if isinstance(value, Struct):
        return _replace_struct(value, **changes)
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]
