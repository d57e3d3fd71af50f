"""Keeps a tenant in a file between runs: JSON, written whole beside the old and swapped in."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from obctl.errors import ConfigError
from obctl.sandbox.clock import Clock
from obctl.sandbox.directory import Directory
from obctl.sandbox.exchange import Exchange, Job
from obctl.sandbox.service import Service
from obctl.sandbox.subscription import Notification, Subscription
from obctl.sandbox.tenant import Meeting

_VERSION = 1


class Snapshot(msgspec.Struct):
    version: int
    now: datetime
    attendant_delay: timedelta
    jobs_made: int
    meetings_made: int
    subscriptions_made: int
    agenda: list[Job]
    handles: dict[str, Meeting]
    subscriptions: dict[str, Subscription]
    queue: list[Notification]
    directory: Directory


def save_state(file: Path, service: Service) -> None:
    """Write everything that has to outlive the process."""
    exchange, subscriptions = service.exchange, service.subscriptions
    with exchange.lock:
        data = msgspec.json.encode(
            Snapshot(
                _VERSION,
                exchange.clock.now(),
                exchange.attendant_delay,
                exchange.jobs_made,
                exchange.meetings_made,
                subscriptions.made,
                exchange.agenda,
                service.handles,
                subscriptions.active,
                subscriptions.queue,
                exchange.directory,
            )
        )
        exchange.dirty = False
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(data)
    beside.replace(file)


def load_exchange(snapshot: Snapshot, clock: datetime | None, *, frozen: bool) -> Exchange:
    """The organisation as it was saved."""
    return Exchange(
        Clock(clock or snapshot.now, frozen=frozen),
        snapshot.directory,
        attendant_delay=snapshot.attendant_delay,
        agenda=snapshot.agenda,
        jobs_made=snapshot.jobs_made,
        meetings_made=snapshot.meetings_made,
    )


def read_state(file: Path) -> Snapshot:
    """The saved tenant; raises `ConfigError` for a file that holds none."""
    try:
        snapshot = msgspec.json.decode(file.read_bytes(), type=Snapshot)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(
            f"{file} holds no sandbox state: {error}", hint="delete it to start afresh"
        ) from error
    if snapshot.version != _VERSION:
        raise ConfigError(
            f"{file} was written by another version of the sandbox",
            hint="delete it to start afresh",
        )
    return snapshot


def restore_state(snapshot: Snapshot, service: Service) -> None:
    """Put back what stands around the organisation."""
    service.handles.update(snapshot.handles)
    service.subscriptions.active.update(snapshot.subscriptions)
    service.subscriptions.queue.extend(snapshot.queue)
    service.subscriptions.made = snapshot.subscriptions_made
