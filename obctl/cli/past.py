"""Commands with `--at`: obctl's own, on the store as it was at an instant, without Graph."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import Context
from obctl.errors import GraphUnavailable, NotOnRecord, UnknownRoom, UsageError

if TYPE_CHECKING:
    from obctl.domain.room import Room

AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="INSTANT", help="As obctl knew it then, from the store; not with Graph."
    ),
]


class PastContext(Context):
    """An invocation whose company is as it was at an instant."""

    def __init__(self, today: Context, at: datetime, folder: Path) -> None:
        from obctl.store.past import open_past

        super().__init__(
            company_option=today.company_option,
            debug=today.debug,
            environment=today.environment,
            actor=today.actor,
        )
        self.at = at
        self.today = today
        store = open_past(today.config.store_path, folder, at)
        today.at_end(store.close)
        # in the place of what is found by the options and the environment
        vars(self).update(config=today.config, store=store, clock=lambda: at)

    def room(self, wanted: str) -> Room:
        """As ever; a room may also be named as it is now."""
        try:
            return super().room(wanted)
        except UnknownRoom as error:
            found = self._named_now(wanted, error)
            if found.removed_at is not None:
                from obctl.store.rooms import not_mapped

                raise not_mapped(found) from error
            return found

    def room_ever(self, wanted: str) -> Room:
        """As ever; a room may also be named as it is now."""
        try:
            return super().room_ever(wanted)
        except UnknownRoom as error:
            return self._named_now(wanted, error)

    def _named_now(self, wanted: str, error: UnknownRoom) -> Room:
        from obctl.store.rooms import load_rooms_ever

        now = self.today.room_ever(wanted)
        for room in load_rooms_ever(self.store):
            if room.id == now.id:
                return room
        raise NotOnRecord(
            f"{now.name} was not mapped then: nothing is known of it",
            hint=f"obctl log search --room {now.mailbox} shows since when",
            code="not-mapped-then",
        ) from error

    def _graph(self) -> Any:
        raise GraphUnavailable(
            "Graph only tells what is now, and is not asked about the past", code="past-offline"
        )


def past_context(today: Context, text: str) -> PastContext:
    """The invocation as of the instant that `text` names, in the company's zone.

    Raises `UsageError` for one that is to come, or of which nothing is on record.
    """
    from obctl.render.output import message
    from obctl.render.times import moment_text
    from obctl.store.past import ensure_on_record

    at = parse_past(today, text)
    zone = today.zone.key
    ensure_on_record(today.store, at, zone)
    folder = tempfile.TemporaryDirectory(prefix="obctl-past-")
    today.at_end(folder.cleanup)
    past = PastContext(today, at, Path(folder.name))
    message(f"as obctl knew it at {moment_text(at, zone)} ({zone}); Graph is not asked")
    return past


def parse_past(today: Context, text: str) -> datetime:
    """An instant that is not to come."""
    from obctl.cli.options import parse_instant

    at = parse_instant(text, now=today.now, zone=today.zone)
    if at > today.now:
        raise UsageError(
            f"{text} is to come: nobody knows what obctl will know then",
            hint="give an instant that is past",
            code="bad-time",
        )
    return at
