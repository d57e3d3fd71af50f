"""Who and what exists in the tenant: rooms, room lists and people, by address or object id."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from obctl.sandbox.identity import guid
from obctl.sandbox.item import Item, Person
from obctl.sandbox.mailbox import Mailbox, MailboxKind
from obctl.sandbox.permissions import Permissions
from obctl.sandbox.quirks import Quirks
from obctl.sandbox.words import DirectoryPermission, UserPurpose


@dataclass(slots=True)
class Processing:
    """Set-CalendarProcessing of one room; names and defaults are Exchange Online's."""

    automate_processing: Literal["None", "AutoUpdate", "AutoAccept"] = "AutoAccept"
    delete_subject: bool = True
    add_organizer_to_subject: bool = True
    delete_comments: bool = True
    delete_attachments: bool = True
    delete_non_calendar_items: bool = True
    remove_private_property: bool = True
    add_new_requests_tentatively: bool = True
    tentative_pending_approval: bool = True
    allow_conflicts: bool = False
    conflict_percentage_allowed: int = 0
    maximum_conflict_instances: int = 0
    allow_recurring_meetings: bool = True
    booking_window_in_days: int = 180
    enforce_scheduling_horizon: bool = True
    maximum_duration_in_minutes: int = 1440
    minimum_duration_in_minutes: int = 0
    schedule_only_during_work_hours: bool = False
    all_book_in_policy: bool = True
    all_request_in_policy: bool = False
    all_request_out_of_policy: bool = False
    forward_requests_to_delegates: bool = True
    process_external_meeting_messages: bool = False
    remove_old_meeting_messages: bool = True
    remove_forwarded_meeting_notifications: bool = False
    remove_canceled_meetings: bool = False
    enforce_capacity: bool = False
    booking_type: Literal["Standard", "Reserved"] = "Standard"


@dataclass(slots=True)
class Room:
    """A room mailbox as Places and the attendant know it."""

    person: Person
    location: str = ""
    floor: int | None = None
    capacity: int | None = None
    zone: str = "UTC"
    processing: Processing = field(default_factory=Processing)
    building: str = ""
    """The building of Places that it stands in: then its floor is known by its parent alone."""
    hidden: bool = False
    """Hidden from the address list: Places does not list it."""
    place_id: UUID | None = None
    principal: str | None = None
    """The user principal name, where it is not the address."""


@dataclass(slots=True)
class RoomList:
    """A distribution list of rooms."""

    id: UUID
    person: Person
    zone: str = "UTC"


@dataclass(slots=True)
class Employee:
    """A person with an account; a deleted one is no longer found."""

    person: Person
    enabled: bool = True
    deleted: bool = False
    purpose: UserPurpose = "user"


@dataclass(slots=True)
class Directory:
    """Every mailbox of the tenant, and those of strangers who write to it."""

    tenant_id: UUID
    domain: str
    zone: str = "UTC"
    seed: int = 0
    permission: DirectoryPermission = "User.Read.All"
    """What the caller was granted to read people and rooms with."""
    permissions: Permissions = field(default_factory=Permissions)
    quirks: Quirks = field(default_factory=Quirks)
    buildings: dict[str, UUID] = field(default_factory=dict)
    place_ids: bool = True
    """Whether Places tells `placeId` and `parentId`, which national clouds do not."""
    rooms: dict[str, Room] = field(default_factory=dict)
    lists: dict[str, RoomList] = field(default_factory=dict)
    employees: dict[str, Employee] = field(default_factory=dict)
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    unfilled: set[str] = field(default_factory=set)
    """People whose copies of the meetings they organise are still to be made."""
    _addresses: dict[str, str] = field(default_factory=dict)

    def add_room(self, room: Room) -> Mailbox:
        """Create a room and its mailbox."""
        room.place_id = room.place_id or guid(self.seed, "place", room.person.address.lower())
        self.rooms[room.person.address.lower()] = room
        if room.principal is not None:
            self._addresses[room.principal.lower()] = room.person.address.lower()
        return self._open(room.person, "room", room.zone)

    def add_list(self, name: str, address: str, zone: str) -> RoomList:
        """Create a room list."""
        found = RoomList(guid(self.seed, "list", address.lower()), Person(name, address), zone)
        self.lists[name] = found
        return found

    def add_employee(self, employee: Employee) -> Mailbox:
        """Create a person and their mailbox."""
        self.employees[employee.person.address.lower()] = employee
        return self._open(employee.person, "user", self.zone)

    def mailbox(self, person: Person) -> Mailbox:
        """The calendar of anybody at all; a stranger's is made on first sight."""
        known = self.mailboxes.get(person.address.lower())
        if known is None:
            return self._open(person, "external", self.zone)
        self.fill(known)
        return known

    def fill(self, mailbox: Mailbox) -> None:
        """Make an organiser's copies of meetings that only the rooms have so far."""
        address = mailbox.owner.address.lower()
        if address not in self.unfilled:
            return
        self.unfilled.discard(address)
        for room in [self.mailboxes[one] for one in self.rooms]:
            for item in room.items.values():
                if item.organizer == mailbox.owner:
                    mailbox.add(_original(item, mailbox.next_number()))

    def visible(self, name: str) -> Mailbox | None:
        """The mailbox Graph shows under an address or object id."""
        address = self._addresses.get(name.lower(), name.lower())
        mailbox = self.mailboxes.get(address)
        if mailbox is None or mailbox.kind == "external":
            return None
        employee = self.employees.get(address)
        return None if employee is not None and employee.deleted else mailbox

    def address_of(self, mailbox: Mailbox) -> str:
        """The address a mailbox has now: it may live on under another one."""
        own = mailbox.owner.address
        known = self._addresses.get(str(mailbox.id), own)
        return own if known == own.lower() else known

    def principal_of(self, mailbox: Mailbox) -> str:
        """The user principal name under which a mailbox is found among the users."""
        address = self.address_of(mailbox)
        room = self.rooms.get(address.lower())
        return room.principal if room is not None and room.principal is not None else address

    def is_principal(self, name: str) -> bool:
        """Whether users are found by this name: an address may be no user principal name."""
        room = self.rooms.get(name.lower())
        return room is None or room.principal is None or room.principal.lower() == name.lower()

    def room_of(self, mailbox: Mailbox) -> Room | None:
        """The room whose mailbox this is."""
        return self.rooms.get(mailbox.owner.address.lower())

    def person(self, address: str, name: str | None = None) -> Person:
        """Someone by address: an employee, a room, or a stranger with the name given."""
        known = self.mailboxes.get(address.lower())
        if known is not None:
            if known.kind == "external" and name:
                known.owner = Person(name, known.owner.address)
            return known.owner
        return Person(name or address.partition("@")[0], address)

    def readdress(self, address: str, new: str) -> Mailbox:
        """Give a room's mailbox another address; it stays the same mailbox and the same place."""
        room, mailbox = self.rooms.pop(address.lower()), self.mailboxes.pop(address.lower())
        room.person = mailbox.owner = Person(room.person.name, new)
        self.rooms[new.lower()] = room
        return self._register(mailbox)

    def recreate(self, address: str, *, kept_as: str | None = None) -> Mailbox:
        """Make a new mailbox under a room's address; the old one is deleted, or lives on."""
        old = self.mailboxes[address.lower()]
        del self._addresses[str(old.id)]
        if kept_as is not None:
            self.mailboxes[kept_as.lower()] = old
            self._addresses[str(old.id)] = kept_as.lower()
        new_id = guid(old.id, "recreated")
        return self._register(Mailbox(new_id, old.owner, old.kind, old.zone))

    def _open(self, person: Person, kind: MailboxKind, zone: str) -> Mailbox:
        made = guid(self.seed, self.tenant_id, "mailbox", person.address.lower())
        return self._register(Mailbox(made, person, kind, zone))

    def _register(self, mailbox: Mailbox) -> Mailbox:
        address = mailbox.owner.address.lower()
        self.mailboxes[address] = mailbox
        self._addresses[str(mailbox.id)] = address
        return mailbox


def _original(copy: Item, number: int) -> Item:
    return replace(
        copy, key=number, entry=number, is_organizer=True, response="organizer", responded_at=None
    )
