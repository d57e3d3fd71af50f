"""The journal: the one way into the company log. It knows who acts, when and in which run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from obctl.domain.company_log import Action, Entry
from obctl.domain.room import RoomId
from obctl.domain.values import replace
from obctl.store.company_log import append_log
from obctl.store.database import Store


@dataclass(frozen=True, slots=True)
class Journal:
    """Writes down what one actor does; `clock` tells when."""

    store: Store
    actor: str
    clock: Callable[[], datetime]
    run: str | None = None

    def write(self, entries: Iterable[Entry], payloads: Mapping[str, int] | None = None) -> None:
        """Append entries, all of one instant. `payloads` names saved originals by event id."""
        append_log(
            self.store,
            entries,
            at=self.clock(),
            actor=self.actor,
            run=self.run,
            payloads=payloads or {},
        )

    def note(
        self,
        action: Action,
        message: str,
        *,
        room: RoomId | None = None,
        request_id: str | None = None,
        client_request_id: str | None = None,
    ) -> None:
        """Append one entry that is about no reservation."""
        self.write(
            [
                Entry(
                    action,
                    message,
                    room=room,
                    request_id=request_id,
                    client_request_id=client_request_id,
                )
            ]
        )

    def as_of(self, at: datetime) -> Journal:
        """The same journal, for what belongs to one instant."""
        return replace(self, clock=lambda: at)
