"""Commands on a bundle: obctl's own, on a copy, without Graph, at the time when it was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import typer
from typer.exceptions import TyperException

from obctl.cli.context import Context
from obctl.domain.bundle import SaidBefore
from obctl.errors import GraphUnavailable, ObctlError, StoreError, UsageError
from obctl.render.output import Format

if TYPE_CHECKING:
    from datetime import date

    from obctl.domain.room import Room
    from obctl.engine.bundle.opened import OpenedBundle
    from obctl.engine.company import Company

BESIDE = timedelta(days=1)
"""What is read on either side of the days that are compared."""
# Command -> options that would ask Graph, write, or wait for what never comes.
READING: Mapping[str, frozenset[str]] = {
    "planner": frozenset({"watch", "at"}),
    "diff": frozenset({"fix", "at"}),
    "explain": frozenset({"at"}),
    "causes": frozenset({"risks"}),
    "log search": frozenset(),
    "log show": frozenset(),
    "log event": frozenset(),
    "log at": frozenset(),
    "log tail": frozenset({"follow"}),
    "log export": frozenset(),
    "reservations list": frozenset(),
    "reservations show": frozenset(),
    "reservations series": frozenset(),
    "services list": frozenset({"html"}),
    "subscriptions list": frozenset(),
    "cancellations list": frozenset(),
    "cancellations show": frozenset(),
    "rooms list": frozenset(),
    "rooms show": frozenset(),
    "sync status": frozenset({"watch"}),
    "sync show": frozenset(),
    "sync history": frozenset(),
    "store check": frozenset({"replay"}),
    "store schema": frozenset(),
    "config show": frozenset(),
    "config get": frozenset(),
}


class OfflineContext(Context):
    """An invocation whose company is a bundle's."""

    def __init__(self, bundle: OpenedBundle, *, debug: bool) -> None:
        super().__init__(company_option=None, debug=debug, environment={})
        self.bundle = bundle
        self.actor = "bundle"
        # in the place of what is found by the options and the environment
        vars(self).update(
            config=bundle.config, store=bundle.store, clock=lambda: bundle.manifest.made_at
        )

    @property
    def now(self) -> datetime:
        return self.bundle.manifest.made_at

    @cached_property
    def company(self) -> Company:
        """The company of the bundle, which knows when its Outlook was read."""
        from obctl.engine.company import Company

        manifest = self.bundle.manifest
        return Company(
            config=self.config,
            store=self.store,
            clock=self.clock,
            actor=self.actor,
            outlook_as_of=manifest.outlook_as_of,
        )

    def chosen_rooms(self, location: str | None, room: list[str] | str | None) -> list[Room]:
        """As ever, of the rooms that are in the bundle."""
        held = {item.id for item in self.bundle.manifest.rooms}
        chosen = super().chosen_rooms(location, room)
        if room and (missing := [item for item in chosen if item.id not in held]):
            raise self._not_held(f"what {missing[0].name} had")
        return [item for item in chosen if item.id in held]

    def ensure_days(self, first: date, last: date) -> None:
        """Raise `UsageError` where the bundle does not hold these days whole."""
        from obctl.domain.time_span import days_span

        manifest = self.bundle.manifest
        if not manifest.rooms:
            raise self._not_held("any room's days")
        for room in self.chosen_rooms(None, None):
            span = days_span(first, last, room.zone).widened(BESIDE)
            if span.start < manifest.start or span.end > manifest.end:
                days = f"{first}" if first == last else f"{first} to {last}"
                raise self._not_held(f"the whole of {days}")

    def ensure_item(self, item: str) -> None:
        """Raise `UsageError` for an item of a room of which the bundle does not hold all."""
        from obctl.store.events import find_event_anywhere
        from obctl.store.reservations import find_reservation

        held = {room.id for room in self.bundle.manifest.rooms}
        known = find_event_anywhere(self.store, item)
        if item.isdecimal():
            room = find_reservation(self.store, int(item)).room
        elif known is not None:
            room = known[0]
        else:
            return
        if room not in held:
            raise self._not_held(f"all that the room of {item} had")

    def said_before(self) -> SaidBefore:
        """What was said when the bundle was made."""
        return SaidBefore(self.bundle.manifest.made_at, self.bundle.verdict)

    def _graph(self) -> Any:
        raise GraphUnavailable(
            "a bundle holds what was read, and Graph is not asked from it",
            hint=f"obctl bundle open {self.bundle.file} shows what is in it",
            code="bundle-offline",
        )

    def _not_held(self, what: str) -> UsageError:
        manifest = self.bundle.manifest
        names = ", ".join(room.name for room in manifest.rooms) or "no room"
        return UsageError(
            f"{self.bundle.file} does not hold {what}",
            hint=f"it holds {names} from {manifest.start:%Y-%m-%d %H:%M} to"
            f" {manifest.end:%Y-%m-%d %H:%M} UTC",
            code="not-in-bundle",
        )


def run_offline(ctx: Any, bundle: OpenedBundle, words: Sequence[str], format: Format) -> None:
    """Run one of obctl's commands on a bundle; raises `UsageError` for one that would write."""
    from obctl.render.pasting import set_bundle

    outer: Any = ctx.find_root()
    set_bundle(str(bundle.file), READING)
    path, command, rest = _command(outer, words)
    if path not in READING:
        raise _refused(bundle, path)
    taken = {param.name for param in command.params}
    if path == "causes" and not any(word.partition("=")[0] in ("--from", "--to") for word in rest):
        rest = [*_days_held(bundle), *rest]
    if "cached" in taken and "--cached" not in rest:
        rest = ["--cached", *rest]
    if "format" in taken and format is not Format.TABLE:
        rest = ["--format", format.value, *rest]
    context = OfflineContext(bundle, debug=outer.obj.debug)
    root = type(outer)(outer.command, info_name=outer.info_name, obj=context)
    with root, command.make_context(path, rest, parent=root) as inner:
        for option in READING[path]:
            if inner.params.get(option):
                raise _refused(bundle, f"{path} --{option}")
        _ensure_held(context, path, inner.params)
        _say_what_it_is(bundle)
        with distrusting(bundle):
            command.invoke(inner)


@contextmanager
def distrusting(bundle: OpenedBundle) -> Iterator[None]:
    """Turn what values lead to that obctl never writes into an error that says so."""
    try:
        yield
    except (ObctlError, TyperException, typer.Exit, typer.Abort, OSError):
        raise
    except Exception as error:
        raise StoreError(
            f"{bundle.file} holds what obctl does not write: {type(error).__name__}: {error}",
            hint="obctl --debug … shows where; `obctl bundle create` makes a new one",
            code="bad-bundle",
        ) from error


def _command(root: Any, words: Sequence[str]) -> tuple[str, Any, list[str]]:
    """The command that words name, and the words after it."""
    name, command, rest = root.command.resolve_command(root, list(words))
    path = name
    if hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        _name, command, rest = command.resolve_command(root, rest)
        path = f"{name} {_name}"
    return path, command, rest


def _ensure_held(context: OfflineContext, path: str, params: Mapping[str, Any]) -> None:
    from obctl.cli.options import parse_days

    match path:
        case "planner" | "diff":
            days = parse_days(params["day"], params["to"], now=context.now, zone=context.zone)
            context.ensure_days(*days)
        case "explain":
            context.ensure_item(params["item"])
        case _:
            return


def _say_what_it_is(bundle: OpenedBundle) -> None:
    from obctl.render.output import message

    manifest = bundle.manifest
    read = "read then" if manifest.outlook_as_of else "as last read before"
    message(
        f"from a bundle about {manifest.about}, as of {manifest.made_at:%Y-%m-%d %H:%M} UTC,"
        f" Outlook {read}; what is not in it is neither known nor counted"
    )


def _refused(bundle: OpenedBundle, what: str) -> UsageError:
    return UsageError(
        f"a bundle is only read, and `{what}` does more",
        hint=f"on {bundle.file} work: {_listed()}",
        code="bundle-read-only",
    )


def _listed() -> str:
    """The commands that work, those of a group together."""
    groups: dict[str, list[str]] = {}
    for path in READING:
        group, _, name = path.partition(" ")
        groups.setdefault(group, []).append(name)
    return ", ".join(f"{group} {'|'.join(names)}".strip() for group, names in groups.items())


def _days_held(bundle: OpenedBundle) -> list[str]:
    """The days that a bundle holds whole in the zone of each of its rooms, as options."""
    from obctl.domain.time_span import local_day
    from obctl.domain.zones import zone

    manifest, day = bundle.manifest, timedelta(days=1)
    zones = [zone(room.time_zone) for room in manifest.rooms] or [zone("UTC")]
    first = max(local_day(manifest.start + BESIDE, where) for where in zones)
    last = min(local_day(manifest.end - BESIDE, where) - day for where in zones)
    return ["--from", first.isoformat(), "--to", max(first, last).isoformat()]
