"""A tenant described in TOML: organisation, rooms, people and a settled past of meetings.

What the file says is what the calendars show: the booking attendant has long been by. Everything
derived from it (ids, change keys, iCalUIds) depends on the file and its seed alone. The format is
described in the README beside this module.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast, get_args
from uuid import UUID

from obctl.sandbox.clock import Clock
from obctl.sandbox.directory import Directory, Employee, Processing, Room
from obctl.sandbox.exchange import Exchange
from obctl.sandbox.generated import read_generated
from obctl.sandbox.identity import guid
from obctl.sandbox.item import Person
from obctl.sandbox.meetings_file import read_meeting
from obctl.sandbox.permissions_file import read_permissions
from obctl.sandbox.quirks import Quirks
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.toml_reader import Document, Table, open_document
from obctl.sandbox.words import RepeatedTransaction, RewrittenLink, UserPurpose


@dataclass(frozen=True, slots=True)
class Loaded:
    """An organisation, and the meetings that its file gives a name."""

    exchange: Exchange
    handles: dict[str, Meeting]


def load_tenant(file: Path, *, clock: datetime | None = None, frozen: bool = False) -> Loaded:
    """The organisation in `file`; raises `ConfigError` naming every problem and its line."""
    document = open_document(file)
    loaded = read_tenant(document, clock=clock, frozen=frozen)
    document.finish()
    return loaded


def read_tenant(
    document: Document, *, clock: datetime | None = None, frozen: bool = False
) -> Loaded:
    """The organisation in a parsed file; its problems are noted in the document."""
    root = Table(document, document.data, ())
    tenant = root.table("tenant")
    directory = _read_directory(tenant)
    now = tenant.instant("clock")
    exchange = Exchange(
        Clock(clock or now, frozen=frozen),
        directory,
        attendant_delay=timedelta(seconds=tenant.number("attendant_seconds", 2, low=0) or 0),
    )
    directory.quirks = _read_quirks(root.table("quirks"))
    _read_locations(root, directory)
    _read_buildings(root, directory)
    _read_rooms(root, directory)
    _read_people(root, directory)
    _check_locations(root, directory)
    read_permissions(root, tenant, directory)
    tenant.done()
    handles: dict[str, Meeting] = {}
    for table in root.tables("meetings"):
        read_meeting(table, exchange, handles)
    read_generated(root.table("generated"), exchange)
    root.done()
    return Loaded(exchange, handles)


def _read_directory(tenant: Table) -> Directory:
    domain = tenant.text("domain", "contoso.example")
    seed = tenant.number("seed", 0) or 0
    text = tenant.text("id", str(guid(seed, "tenant", domain)))
    try:
        tenant_id = UUID(text)
    except ValueError:
        tenant.complain(f"id {text!r} is no GUID", "id")
        tenant_id = guid(seed, "tenant", domain)
    return Directory(
        tenant_id,
        domain,
        tenant.zone("time_zone", "UTC"),
        seed,
        place_ids=tenant.flag("place_ids", default=True),
    )


def _read_quirks(table: Table) -> Quirks:
    usual = Quirks()
    repeated, rewritten = get_args(RepeatedTransaction), get_args(RewrittenLink)
    found = Quirks(
        table.flag("cancel_without_attendees", default=usual.cancel_without_attendees),
        table.number("longest_subscription_minutes", usual.longest_subscription_minutes, low=45)
        or usual.longest_subscription_minutes,
        cast("RepeatedTransaction", table.choice("repeated_transaction", repeated, repeated[0])),
        cast("RewrittenLink", table.choice("rewritten_link", rewritten, rewritten[0])),
    )
    table.done()
    return found


def _read_buildings(root: Table, directory: Directory) -> None:
    for table in root.tables("buildings"):
        name = table.text("name", required=True)
        if name in directory.buildings:
            table.complain(f"there are two buildings named {name!r}", "name")
        directory.buildings[name] = guid(directory.seed, "building", name)
        table.done()


def _read_locations(root: Table, directory: Directory) -> None:
    for table in root.tables("locations"):
        name = table.text("name", required=True)
        email = table.text("email", required=True)
        if name in directory.lists:
            table.complain(f"there are two locations named {name!r}", "name")
        directory.add_list(name, email, table.zone("time_zone", directory.zone))
        table.done()


def _read_rooms(root: Table, directory: Directory) -> None:
    for table in root.tables("rooms"):
        address = table.text("mailbox", required=True)
        location = table.text("location")
        known = directory.lists.get(location)
        if location and known is None:
            table.complain(f"location {location!r} is not among the locations", "location")
        building = table.text("building")
        if building and building not in directory.buildings:
            table.complain(f"building {building!r} is not among the buildings", "building")
        if address.lower() in directory.rooms:
            table.complain(f"there are two rooms {address}", "mailbox")
        directory.add_room(
            Room(
                Person(table.text("name", address), address),
                location,
                table.number("floor"),
                table.number("capacity", low=0),
                table.zone("time_zone", known.zone if known else directory.zone),
                _read_processing(table.table("processing")),
                building,
                table.flag("hidden"),
                principal=table.text("user_principal_name") or None,
            )
        )
        table.done()


def _read_processing(table: Table) -> Processing:
    found = Processing()
    for one in fields(Processing):
        key = "".join(word.capitalize() for word in one.name.split("_"))
        default = getattr(found, one.name)
        if isinstance(default, bool):
            setattr(found, one.name, table.flag(key, default=default))
        elif isinstance(default, int):
            setattr(found, one.name, table.number(key, default, low=0))
        elif one.name == "booking_type":
            setattr(found, one.name, table.choice(key, ("Standard", "Reserved"), default))
        else:
            allowed = ("None", "AutoUpdate", "AutoAccept")
            setattr(found, one.name, table.choice(key, allowed, default))
    table.done()
    return found


def _read_people(root: Table, directory: Directory) -> None:
    for table in root.tables("people"):
        address = table.text("mailbox", required=True)
        if address.lower() in directory.mailboxes:
            table.complain(f"there are two mailboxes {address}", "mailbox")
        directory.add_employee(
            Employee(
                Person(table.text("name", address), address),
                table.flag("enabled", default=True),
                table.flag("deleted"),
                cast("UserPurpose", table.choice("purpose", get_args(UserPurpose), "user")),
            )
        )
        table.done()


def _check_locations(root: Table, directory: Directory) -> None:
    for table in root.tables("locations"):
        address = table.text("email")
        if address.lower() in directory.mailboxes:
            table.complain(f"{address} is both a location and a mailbox", "email")
