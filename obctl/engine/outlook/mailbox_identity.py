"""Whose mailbox answers to a room's address: asked before anything in it is believed."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.directory import DirectoryEntry, same_id
from obctl.domain.room import LOCKED_OUT, Room
from obctl.engine.outlook.inconclusive import Inconclusive
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, GraphRefused, NotAuthorised, NotFound, ObctlError

UNPROVEN = "identity-unproven"
"""The condition of a room that seems to have lost meetings, and may be another mailbox."""
GRANT = "grant the application User.ReadBasic.All (or User.Read.All)"


class Identities:
    """Looks mailboxes up: many at once where it is known what will be asked."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._found: dict[str, DirectoryEntry | ObctlError | None] = {}
        self._same: set[str] = set()
        """Addresses that the mailboxes on record still have."""

    async def prepare(self, rooms: Sequence[Room]) -> None:
        """Ask for rooms that are about to be confirmed, as far as that was not asked yet."""
        addresses = [room.mailbox for room in rooms if not self._is_prepared(room)]
        if addresses:
            self._found |= await self._gateway.look_up_all(addresses)

    async def check(self, rooms: Sequence[Room]) -> ObctlError | None:
        """Ask whether mailboxes on record still have their rooms' addresses, many ids at once.

        Where one has not, whose the address is now. A mailbox that lost it goes on answering by its
        id. The answer is why the directory could not be asked just now, if it could not.
        """
        known = [(room, room.object_id) for room in rooms if room.object_id]
        if not known:
            return None
        entries = await self._gateway.look_up_ids(sorted({object_id for _, object_id in known}))
        doubtful: list[Room] = []
        passing: ObctlError | None = None
        for room, object_id in known:
            match entry := entries[object_id]:
                case DirectoryEntry() if entry.address.casefold() == room.mailbox.casefold():
                    self._same.add(room.mailbox)
                case DirectoryEntry() | None | GraphRefused() | NotFound():
                    doubtful.append(room)
                case NotAuthorised():
                    self._found[room.mailbox] = entry
                case _:
                    passing = entry
        await self.prepare(doubtful)
        return passing

    async def others(self, rooms: Sequence[Room]) -> list[Room]:
        """Rooms not locked out yet whose address is known to be another mailbox's."""
        found: list[Room] = []
        for room in rooms:
            if room.condition != LOCKED_OUT and room.mailbox in self._found:
                try:
                    await self.confirm(room)
                except Inconclusive:
                    found.append(room)
                except ObctlError:
                    continue  # said when the room's turn comes
        return found

    async def ensure_not_another(self, room: Room) -> None:
        """Raise `Inconclusive` for a room whose address is known to be another mailbox's.

        The old mailbox may live on under another address, and answer by its id as if nothing were.
        A room locked out is asked for in any case: the mailbox on record may be back.
        """
        if room.condition == LOCKED_OUT or self._is_prepared(room):
            await self.confirm(room)

    def _is_prepared(self, room: Room) -> bool:
        return room.mailbox in self._same or room.mailbox in self._found

    async def confirm(self, room: Room) -> str | None:
        """The mailbox's object id; raises `Inconclusive` where it is not the one mapped.

        The id that is known already where the directory does not say: it may be closed to us while
        the calendar is open. A room locked out stays so then.
        """
        if room.mailbox in self._same:
            return room.object_id
        entry = await self._found_for(room)
        if entry is None and room.condition == LOCKED_OUT:
            raise Inconclusive(
                f"{room.mailbox} was another mailbox than the one mapped ({room.object_id}), and"
                " the directory does not say whose it is now; nothing was changed",
                code=LOCKED_OUT,
                hint=f"if the mailbox was re-created: obctl sync resync {room.mailbox}",
            )
        if entry is None:
            return room.object_id
        if room.object_id and not same_id(entry.object_id, room.object_id):
            raise Inconclusive(
                f"{room.mailbox} is another mailbox now (object id {entry.object_id}, mapped as"
                f" {room.object_id}); nothing was changed",
                code=LOCKED_OUT,
                hint=f"if the mailbox was re-created: obctl sync resync {room.mailbox}",
            )
        del self._found[room.mailbox]
        if room.object_id:
            self._same.add(room.mailbox)
        return entry.object_id

    async def unproven(self, room: Room, lost: int) -> Inconclusive:
        """The error of a room whose losses another mailbox under its address would show too."""
        name = room.mailbox
        hint = f"if its calendar is right as it is: obctl sync run --room {name}"
        hint += " --allow-cancellations"
        match await self._answer(room):
            case None:
                why = f"no object id is on record, and the directory knows no {name}"
            case DirectoryEntry():
                why = "no object id was on record"
                hint += f"\nif the mailbox was re-created: obctl sync resync {name}"
            case refusal:
                why = f"no object id is on record, and the directory is closed: {refusal.message}"
                hint += f"\nso that obctl can tell: {GRANT}"
        seem = "1 reservation seems" if lost == 1 else f"{lost} reservations seem"
        return Inconclusive(
            f"{seem} to have lost the meeting in {name}, which may be another mailbox than the one"
            f" that was mapped: {why}; nothing was changed",
            code=UNPROVEN,
            hint=hint,
        )

    async def _found_for(self, room: Room) -> DirectoryEntry | None:
        answer = await self._answer(room)
        return None if isinstance(answer, ObctlError) else answer

    async def _answer(self, room: Room) -> DirectoryEntry | NotAuthorised | GraphRefused | None:
        """What the directory says, its refusal included; raises for what passes, or ends a run."""
        try:
            if room.mailbox not in self._found:
                self._found[room.mailbox] = await self._gateway.look_up(room.mailbox)
            entry = self._found[room.mailbox]
            if isinstance(entry, ObctlError):
                raise entry
        except CredentialRefused:
            raise
        except (NotAuthorised, GraphRefused) as error:
            return error
        return entry
