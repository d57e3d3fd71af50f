"""How subscriptions look: one row per room, the id that Graph knows beneath the address."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from obctl.render.output import Column, JsonObject, text
from obctl.render.times import ago_text, moment_text

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {"active": "green", "expiring": "yellow", "expired": "red", "lost": "red"}


def subscription_columns(zone_name: str, now: datetime) -> list[Column]:
    """The columns; expiry in the company's zone, which the head names."""

    def room(item: JsonObject) -> Text:
        return text(item["room"]).append("\n").append_text(text(item["id"], "dim"))

    return [
        Column("room and id", room),
        Column("state", lambda o: text(o["state"], _STYLES[o["state"]]), no_wrap=True),
        Column(f"expires\n({zone_name})", lambda o: moment_text(o["expires_at"], zone_name)),
        Column("notified", lambda o: ago_text(o["last_notification_at"], now)),
    ]
