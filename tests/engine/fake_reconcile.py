"""A stand-in for reconciling rooms, and notifications that ask for it."""

from __future__ import annotations

from builders import NOW

from obctl.domain.subscription import Occasion
from obctl.engine.live.inbox import Reconcilers
from obctl.store.inbox import Notification, NotificationKind, add_notifications
from obctl.store.rooms import load_rooms


class Looking:
    """Notes how each room was looked at; fails for the rooms it is told to."""

    def __init__(self) -> None:
        self.looked: list[tuple[str, frozenset[str] | None]] = []
        self.failing: dict[str, Exception] = {}
        self.meanwhile = lambda: None

    @property
    def reconcilers(self) -> Reconcilers:
        return Reconcilers(at_events=self._at_events, at_all=self._at_all)

    async def _at_events(self, *given) -> None:
        _, _, room, event_ids = given
        self._note(room, event_ids)

    async def _at_all(self, *given) -> None:
        _, _, room = given
        self._note(room, None)

    def _note(self, room, event_ids) -> None:
        self.looked.append((room.name, event_ids))
        if room.name in self.failing:
            raise self.failing[room.name]
        self.meanwhile()


def notify(company, room="Atrium", event=None, what="updated", subscription="S1") -> None:
    number = next(item.id for item in load_rooms(company.store) if item.name == room)
    changed = what in ("created", "updated", "deleted")
    kind = NotificationKind.CHANGE if changed else NotificationKind.LIFECYCLE
    add_notifications(
        company.store,
        [Notification(kind, Occasion(what), subscription, number, NOW, event_id=event)],
    )
