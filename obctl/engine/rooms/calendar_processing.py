"""Set-CalendarProcessing settings, which Graph does not show: read from PowerShell's JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obctl.domain.calendar_processing import PolicyWarning, lint
from obctl.domain.company_log import Action, Entry
from obctl.domain.room import CalendarProcessing, Room
from obctl.engine.company import Company
from obctl.engine.read_files import read_json
from obctl.errors import UsageError
from obctl.store.rooms import load_rooms, save_processing

_OWNERS = ("PrimarySmtpAddress", "Mailbox", "MailboxOwnerId", "Identity", "Name", "Alias")
_MODES = ("None", "AutoUpdate", "AutoAccept")  # Windows PowerShell writes the enum's number


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file: the rooms that got settings, and the owners that are no mapped room."""

    rooms: tuple[Room, ...]
    unknown: tuple[str, ...]


def import_policy(company: Company, path: Path) -> Imported:
    """Keep the settings of every mapped room in the file; raises `UsageError` with all problems."""
    rooms = load_rooms(company.store)
    found: dict[str, tuple[Room, CalendarProcessing]] = {}
    unknown: list[str] = []
    problems: list[str] = []
    for position, item in enumerate(_objects(path), start=1):
        lowered = {str(key).casefold(): value for key, value in item.items()}
        names = [str(lowered[key.casefold()]) for key in _OWNERS if lowered.get(key.casefold())]
        if not names:
            problems.append(f"object {position}: neither Identity nor a mailbox address")
            continue
        room = next((room for name in names for room in rooms if _is_called(room, name)), None)
        if room is None:
            unknown.append(names[0])
            continue
        policy = _policy(lowered, f"object {position} ({names[0]})", problems)
        found[room.mailbox] = (room, policy)
    if problems:
        raise UsageError(
            f"{path} was not imported:\n" + "\n".join(problems),
            hint="export it again: Get-Mailbox -RecipientTypeDetails RoomMailbox"
            " | Get-CalendarProcessing | ConvertTo-Json",
            code="bad-file",
        )
    with company.store.transaction():
        for room, policy in found.values():
            save_processing(company.store, room.id, policy)
        company.journal.write(
            Entry(
                Action.SETTING_CHANGED,
                f"{room.name}: Exchange settings imported from {path.name}",
                room=room.id,
            )
            for room, _policy in found.values()
        )
    return Imported(tuple(room for room, _ in found.values()), tuple(unknown))


def lint_rooms(
    company: Company, rooms: Sequence[Room]
) -> tuple[list[tuple[Room, PolicyWarning]], list[Room]]:
    """The warnings of each room, and the rooms whose settings are not known."""
    unknown = [room for room in rooms if room.processing == CalendarProcessing()]
    ahead = company.config.sync.future_days
    return [(room, warning) for room in rooms for warning in lint(room.processing, ahead)], unknown


def _objects(path: Path) -> list[Mapping[str, Any]]:
    try:
        content = json.loads(read_json(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", code="bad-file") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}", code="bad-file") from error
    items = content if isinstance(content, list) else [content]
    if not items or not all(isinstance(item, dict) for item in items):
        raise UsageError(
            f"{path} holds no settings",
            hint="expected is one object or an array of objects from Get-CalendarProcessing",
            code="bad-file",
        )
    return items


def _is_called(room: Room, name: str) -> bool:
    """Whether Exchange means this room; an identity may be a path that ends in the name."""
    wanted = name.rpartition("/")[2].casefold()
    return wanted in (
        room.mailbox.casefold(),
        room.name.casefold(),
        room.mailbox.partition("@")[0].casefold(),
        (room.object_id or room.mailbox).casefold(),
    )


def _policy(settings: Mapping[str, Any], where: str, problems: list[str]) -> CalendarProcessing:
    def of(name: str, parse: Callable[[Any], Any], meaning: str) -> Any:
        value = settings.get(name.casefold())
        if value is None:
            return None
        try:
            return parse(value)
        except (ValueError, KeyError):
            problems.append(f"{where}: {name} is {value!r}, expected is {meaning}")
            return None

    def flag(name: str) -> bool | None:
        found: bool | None = of(name, _flag, "true or false")
        return found

    def number(name: str) -> int | None:
        found: int | None = of(name, _number, "a number of 0 or more")
        return found

    return CalendarProcessing(
        automate_processing=of("AutomateProcessing", _mode, "None, AutoUpdate or AutoAccept"),
        delete_subject=flag("DeleteSubject"),
        add_organizer_to_subject=flag("AddOrganizerToSubject"),
        remove_private_property=flag("RemovePrivateProperty"),
        process_external_meeting_messages=flag("ProcessExternalMeetingMessages"),
        remove_canceled_meetings=flag("RemoveCanceledMeetings"),
        booking_window_in_days=number("BookingWindowInDays"),
        enforce_scheduling_horizon=flag("EnforceSchedulingHorizon"),
        conflict_percentage_allowed=number("ConflictPercentageAllowed"),
        maximum_conflict_instances=number("MaximumConflictInstances"),
        allow_conflicts=flag("AllowConflicts"),
    )


def _mode(value: object) -> str:
    if isinstance(value, int):
        return _MODES[range(len(_MODES)).index(value)]
    return {mode.casefold(): mode for mode in _MODES}[str(value).casefold()]


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value).casefold()]


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(value)
    number = int(value)
    if number < 0:
        raise ValueError(value)
    return number
