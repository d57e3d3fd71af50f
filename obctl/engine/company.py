"""A company at work: its configuration, its store and the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from obctl.config import Config
    from obctl.store.database import Store
    from obctl.store.journal import Journal


@dataclass(frozen=True, slots=True)
class Company:
    """What every use case works on; Graph comes as a `Gateway` where one is needed."""

    config: Config
    store: Store
    clock: Callable[[], datetime]
    """Now, as an aware instant."""
    actor: str
    """Who does what is done, for the company log: see `domain.actor`."""
    run: str | None = None
    """The run that all this is part of, for the company log."""
    outlook_as_of: datetime | None = None
    """When Outlook was read that the store remembers, where no pass did that: in a bundle."""

    def __post_init__(self) -> None:
        # what the store records of its changes bears the same time as the entries
        self.store.clock = self.clock

    @property
    def journal(self) -> Journal:
        """What writes the company log, with who acts and in which run."""
        # commands that only read need none of it
        from obctl.store.journal import Journal

        return Journal(self.store, self.actor, self.clock, self.run)

    @property
    def now(self) -> datetime:
        """The instant, whole seconds: what the store keeps is what decisions saw."""
        return self.clock().astimezone(UTC).replace(microsecond=0)


def new_run_id(now: datetime) -> str:
    """A run's id: its start, readable and in time order, with a tail that keeps it unique."""
    from uuid import uuid4

    return f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
