"""The type of a test's one question to the gateway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from obctl.graph.gateway import GraphGateway

Result = TypeVar("Result")
Ask = Callable[[Callable[[GraphGateway], Awaitable[Result]]], Result]
