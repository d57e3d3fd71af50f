"""Whose mailbox answers to a room's address: asked before anything in it is believed."""

from __future__ import annotations

from collections.abc import Sequence

from obctl.domain.directory import DirectoryEntry, same_id
from obctl.domain.room import LOCKED_OUT, Room
from obctl.engine.outlook.inconclusive import Inconclusive
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, GraphRefused, NotAuthorised, ObctlError

UNPROVEN = "identity-unproven"
"""The condition of a room that seems to have lost meetings, and may be another mailbox."""
GRANT = "grant the application User.ReadBasic.All (or User.Read.All)"


class Identities:
    """Looks mailboxes up: many at once where it is known what will be asked, each answer once."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._found: dict[str, DirectoryEntry | ObctlError | None] = {}

    async def prepare(self, rooms: Sequence[Room]) -> None:
        """Ask for rooms that are about to be confirmed."""
        if rooms:
            self._found |= await self._gateway.look_up_all([room.mailbox for room in rooms])

    async def ensure_not_locked_out(self, room: Room) -> None:
        """Raise `Inconclusive` for a room locked out whose mailbox on record is not back.

        The old mailbox may live on under another address, and answer by its id as if nothing were.
        """
        if room.condition == LOCKED_OUT:
            await self.confirm(room)

    async def confirm(self, room: Room) -> str | None:
        """The mailbox's object id; raises `Inconclusive` where it is not the one mapped.

        The id that is known already where the directory does not say: it may be closed to us while
        the calendar is open. A room locked out stays so then.
        """
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
                return await self._gateway.look_up(room.mailbox)
            entry = self._found.pop(room.mailbox)
            if isinstance(entry, ObctlError):
                raise entry
        except CredentialRefused:
            raise
        except (NotAuthorised, GraphRefused) as error:
            return error
        return entry
