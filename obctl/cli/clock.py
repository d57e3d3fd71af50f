"""Now. `OBCTL_NOW` sets it for tests, demos and reproducing a night."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from obctl.errors import ConfigError


def standing(environment: Mapping[str, str]) -> datetime | None:
    """The instant in `OBCTL_NOW`, or `None`; raises `ConfigError` for what is no instant."""
    text = environment.get("OBCTL_NOW")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad(text) from error
    if moment.tzinfo is None:
        raise _bad(text)
    from obctl.domain.time_span import ACCEPTED, is_accepted

    if not is_accepted(moment):
        raise ConfigError(f"OBCTL_NOW={text!r} is out of range", hint=ACCEPTED)
    return moment.astimezone(UTC)


class Clock:
    """The clock of one command: real time, or `OBCTL_NOW`.

    `OBCTL_NOW` stands still in one-shot commands and runs on from there in servers (`running`).
    """

    def __init__(self, environment: Mapping[str, str], *, running: bool = False) -> None:
        self._start = standing(environment)
        self._running = running
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        if self._start is None:
            return datetime.now(UTC)
        if not self._running:
            return self._start
        return self._start + timedelta(seconds=time.monotonic() - self._began)


def _bad(text: str) -> ConfigError:
    return ConfigError(
        f"OBCTL_NOW={text!r} is no instant",
        hint="use ISO 8601 with a zone, for example 2026-10-19T05:30:00Z",
    )
