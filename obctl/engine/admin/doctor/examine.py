"""All checks in their order: what needs nobody, then Graph, then each room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from obctl.config import GraphSettings
from obctl.domain.counted import counted
from obctl.domain.room import Room
from obctl.domain.token_claims import TokenClaims
from obctl.engine.admin.doctor.clock import examine_clock
from obctl.engine.admin.doctor.files import examine_files
from obctl.engine.admin.doctor.finding import Finding, ok, problem, refused, unproven
from obctl.engine.admin.doctor.grants import application_of
from obctl.engine.admin.doctor.heard import Heard
from obctl.engine.admin.doctor.history import examine_history, examine_inconclusive
from obctl.engine.admin.doctor.places import examine_places
from obctl.engine.admin.doctor.record import write_recording
from obctl.engine.admin.doctor.rehearse import rehearse
from obctl.engine.admin.doctor.rooms import (
    examine_calendars,
    examine_identities,
    examine_schedules,
    look_up,
)
from obctl.engine.admin.doctor.settings import examine_settings
from obctl.engine.admin.doctor.subscriptions import (
    ShakeHands,
    examine_endpoints,
    examine_ledger,
    examine_subscriptions,
)
from obctl.engine.admin.doctor.token import examine_credential, examine_token
from obctl.engine.admin.doctor.writing import examine_writing
from obctl.engine.company import Company
from obctl.engine.ports import Connect, Gateway
from obctl.errors import ConfigError, ObctlError
from obctl.store.events import some_event_id
from obctl.store.rooms import load_rooms
from obctl.store.subscriptions import current_subscriptions


@dataclass(frozen=True, slots=True)
class World:
    """What `doctor` has of the world besides the company and Graph."""

    environment: Mapping[str, str]
    heard: Heard
    shake_hands: ShakeHands
    certificate_end: Callable[[GraphSettings, Mapping[str, str]], datetime | None]
    """Raises `ConfigError`."""
    step: Callable[[str], None]
    """Told what is being looked at."""
    record: Path | None = None
    """Where what Graph answered is to be written, if it is."""


async def examine(
    company: Company, connect: Connect, world: World, only: Sequence[Room] | None = None
) -> list[Finding]:
    """All findings; of `only` these rooms, where named, and of the others that they were not."""
    mapped = load_rooms(company.store)
    rooms = mapped if only is None else list(only)
    world.step("company")
    findings = _company(company, world, mapped) + examine_history(company, rooms)
    if len(rooms) < len(mapped):
        findings.append(_left_out(len(mapped) - len(rooms)))
    claims = None
    try:
        gateway = await connect()
        claims = await gateway.token_claims()
        await _graph(company, gateway, world, rooms, claims, findings)
        if world.record is not None:
            world.step("recording")
            await rehearse(gateway, rooms, company.now)
    except ObctlError as error:
        findings.append(refused("graph", error))
        findings.append(_unasked(rooms))
        findings += examine_ledger(company, rooms)
    findings += examine_inconclusive(rooms, findings)
    if world.record is not None:
        findings.append(_record(company, world, rooms, claims, world.record))
    if only is None:
        world.step("listener")
        findings += await examine_endpoints(company, world.shake_hands)
    return findings


def _company(company: Company, world: World, mapped: Sequence[Room]) -> list[Finding]:
    config = company.config
    ledger = current_subscriptions(company.store)
    return [
        ok("configuration", str(config.config_path)),
        *examine_settings(config, world.environment, mapped, ledger),
        *examine_files(config, company.store),
        ok("rooms", f"{len(mapped)} mapped")
        if mapped
        else problem(
            "rooms",
            "none is mapped yet",
            "obctl rooms discover, then obctl rooms add",
            remedy="obctl rooms discover",
        ),
        *_credential(company, world),
    ]


def _credential(company: Company, world: World) -> list[Finding]:
    settings = company.config.graph
    end: datetime | ConfigError | None
    try:
        end = world.certificate_end(settings, world.environment)
    except ConfigError as error:
        end = error
    return list(examine_credential(settings, world.environment, company.now, end))


async def _graph(
    company: Company,
    gateway: Gateway,
    world: World,
    rooms: Sequence[Room],
    claims: TokenClaims | None,
    findings: list[Finding],
) -> None:
    """Add what Graph answers to `findings`; raises where it answers nothing any more."""
    application = application_of(company.config, claims, world.environment)
    findings += examine_token(claims, application)
    world.step("places")
    findings.append(await examine_places(gateway, application))
    world.step("directory")
    entries = await look_up(gateway, rooms)
    findings += examine_identities(rooms, entries, application)
    world.step("calendars")
    calendars = await examine_calendars(gateway, rooms, company.now, application)
    findings += calendars.findings
    world.step("free and busy times")
    findings += await examine_schedules(gateway, calendars.readable, company.now, application)
    world.step("writing")
    findings += await examine_writing(
        gateway,
        calendars.readable,
        claims,
        calendars.some_event or some_event_id(company.store),
        application,
        company.now,
    )
    world.step("subscriptions")
    findings += await examine_subscriptions(company, gateway, rooms, application)
    pinned = bool(world.environment.get("OBCTL_NOW"))
    findings.append(examine_clock(world.heard.ahead, pinned=pinned))


def _record(
    company: Company, world: World, rooms: Sequence[Room], claims: TokenClaims | None, file: Path
) -> Finding:
    if not world.heard.exchanges:
        return unproven("recording", f"{file} is not written: Graph answered nothing")
    number = write_recording(company, rooms, world.heard, claims, file)
    return ok("recording", f"{counted(number, 'answer')} in {file}: names, addresses, texts masked")


def _left_out(others: int) -> Finding:
    return unproven(
        "not checked",
        f"{counted(others, 'other room')}, and whether the listener answers",
        "obctl doctor",
    )


def _unasked(rooms: Collection[Room]) -> Finding:
    return unproven(
        "not checked",
        f"Graph could not be asked all about {counted(len(rooms), 'room')}",
        "obctl doctor",
    )
