"""Making a bundle: the rows concerned, masked, with what was said of them."""

from __future__ import annotations

import platform
import secrets
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec
import tomlkit

from obctl.config import Config
from obctl.domain.bundle import FORMAT, BundleRoom, Manifest, Verdict
from obctl.domain.values import replace
from obctl.engine.bundle.about import About, Item, OneRun, RoomDay, extents
from obctl.engine.bundle.archive import CONFIG, MANIFEST, STORE, VERDICT, write_archive
from obctl.engine.bundle.look import Look
from obctl.engine.bundle.own_words import own_words
from obctl.engine.bundle.read_now import keep_outlook
from obctl.engine.company import Company
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.explain import explain_item
from obctl.engine.compare.outlook_source import Outlook
from obctl.errors import ObctlError
from obctl.store.bundle_copy import copy_masked, copy_plain, mask_for, narrow_reading
from obctl.store.bundle_intake import SCHEMA
from obctl.store.bundle_rows import Extent, counted_rows, rows_of
from obctl.store.database import Store, open_store
from obctl.store.rooms import load_rooms_ever
from obctl.store.runs import RunState, load_runs, run_state

_LIBRARIES = (
    "msgraph-sdk", "azure-identity", "aiohttp", "msgspec", "sqlite-utils", "starlette", "typer",
    "tzdata", "tzlocal", "zstandard",
)  # fmt: skip
_NOT_TOLD = frozenset({"heartbeat_url"})
"""Settings in which people put secrets."""


async def create_bundle(
    company: Company, look: Look, verdict: Verdict, file: Path, *, masked: bool, obctl: str
) -> Manifest:
    """Write a bundle to a file that does not exist yet; returns what it says of itself.

    `obctl` is the version that makes it. As little is packed as tells from the store alone what the
    whole store tells. What is not masked yet lies in the company's own folder meanwhile.
    """
    about = look.about
    as_of = replace(company, clock=lambda now=company.now: now)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=company.config.folder) as name:
        folder = Path(name)
        with as_of.store.snapshot():
            active = _is_run_active(as_of)
            staged, extent, near = await _staged(as_of, about, folder)
        with closing(staged):
            read = look.outlook is not None and await keep_outlook(
                staged, look.outlook, near, as_of.now
            )
            content: dict[str, Any] = {
                "about": _words_for(about),
                "rooms": [
                    {"id": room.id, "mailbox": room.mailbox, "name": room.name}
                    | {"time_zone": room.time_zone}
                    for room in load_rooms_ever(staged)
                    if room.id in extent.rooms
                ],
                "verdict": msgspec.to_builtins(verdict),
            }
            store = staged
            if masked:
                store, content = _masked(staged, folder, content)
            with closing(store):
                packed = folder / "packed.db"
                store.compact_into(packed)
                counted = counted_rows(store)
        files: dict[str, Path | bytes] = {
            CONFIG: tomlkit.dumps(_settings(as_of.config)).encode(),
            VERDICT: msgspec.json.encode(content["verdict"]),
            STORE: packed,
        }
        manifest = Manifest(
            format=FORMAT,
            obctl=obctl,
            schema=SCHEMA,
            made_at=as_of.now,
            about=content["about"],
            masked=masked,
            rooms=tuple(BundleRoom(**room) for room in content["rooms"]),
            start=extent.span.start,
            end=extent.span.end,
            reservations=counted[0],
            events=counted[1],
            entries=counted[2],
            python=sys.version.split()[0],
            sqlite=sqlite3.sqlite_version,
            platform=platform.platform(),
            libraries=dict(_versions()),
            digests={name: _digest(item) for name, item in files.items()},
            outlook_as_of=as_of.now if read and extent == near else None,
            run_active=active,
        )
        write_archive(file, {MANIFEST: msgspec.json.encode(manifest), **files})
    return manifest


def _versions() -> Iterator[tuple[str, str]]:
    for name in _LIBRARIES:
        with suppress(metadata.PackageNotFoundError):
            yield name, metadata.version(name)


def _is_run_active(company: Company) -> bool:
    newest = load_runs(company.store, limit=1)
    states = [run_state(run, run, company.config.folder) for run in newest]
    return RunState.RUNNING in states


async def _staged(company: Company, about: About, folder: Path) -> tuple[Store, Extent, Extent]:
    """A store with the rows concerned, from which the same is told as from the whole one.

    With it what is in it, and the least that might have been.
    """
    at_home = await _told(company, about)
    every = extents(company, about)
    for number, extent in enumerate(every, 1):
        staged = open_store(folder / f"staged-{number}.db", create=True)
        copy_plain(company.store, staged, rows_of(company.store, extent, company.now))
        narrow_reading(staged, sorted(extent.rooms), extent.span)
        if number == len(every) or await _told(replace(company, store=staged), about) == at_home:
            return staged, extent, every[0]
        staged.close()
    raise AssertionError("every bundle has an extent")


async def _told(company: Company, about: About) -> object:
    """What the store alone says."""
    outlook = Outlook(company, None)
    try:
        match about:
            case Item(wanted=wanted):
                return await explain_item(company, outlook, wanted)
            case RoomDay(room=room, day=day):
                compared = await compare_rooms(company, outlook, [room], day, day)
                return [(item.verdict, item.differences, item.unreadable) for item in compared]
            case OneRun():
                return None
    except ObctlError as error:
        return type(error), error.message


def _masked(staged: Store, folder: Path, content: dict[str, Any]) -> tuple[Store, dict[str, Any]]:
    """The same masked, with a key that nobody keeps."""
    masked = open_store(folder / "masked.db", create=True)
    mask = mask_for(staged, secrets.token_bytes(32))
    (found,) = copy_masked(staged, masked, mask, own_words(), [content])
    return masked, found


def _words_for(about: About) -> str:
    match about:
        case Item(wanted=wanted):
            return f"reservation {wanted}" if wanted.isdecimal() else f"event {wanted}"
        case RoomDay(room=room, day=day):
            return f"room {room.mailbox} on {day.isoformat()}"
        case OneRun(run=run):
            return f"run {run}"


def _settings(config: Config) -> Mapping[str, Any]:
    """The settings that decide what is said, as they are in force; how Graph is reached is not."""
    sync = {
        name: value
        for name, value in msgspec.to_builtins(config.sync).items()
        if value is not None and name not in _NOT_TOLD
    }
    return {
        "company": {"time_zone": config.time_zone},
        "graph": {"cloud": config.graph.cloud.value},
        "sync": sync,
        "push": msgspec.to_builtins(config.push),
        "log": {} if config.log.keep_days is None else {"keep_days": config.log.keep_days},
    }


def _digest(content: Path | bytes) -> str:
    return sha256(content if isinstance(content, bytes) else content.read_bytes()).hexdigest()
