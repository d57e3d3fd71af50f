"""Reading the company log as a whole, the story of one event, and pruning."""

from __future__ import annotations

from collections.abc import Iterator

from obctl.domain.company_log import LogEntry
from obctl.domain.event_history import Version, versions
from obctl.domain.pseudonyms import Pseudonyms
from obctl.engine.company import Company
from obctl.errors import UsageError
from obctl.store.company_log import find_entry, load_history, read_log
from obctl.store.rooms import load_rooms_ever


def whole_log(company: Company) -> Iterator[LogEntry]:
    """Every entry with its payload, oldest first; only a few are held at a time."""
    after = 0
    while entries := read_log(company.store, after=after):
        yield from entries
        after = entries[-1].id or 0


def pseudonyms(company: Company) -> Pseudonyms:
    """Fresh pseudonyms that know the company's rooms."""
    return Pseudonyms((room.mailbox, room.name) for room in load_rooms_ever(company.store))


def event_versions(company: Company, event_id: str) -> list[Version]:
    """The versions of an event that the log kept; raises `UsageError` where it kept none."""
    entries = load_history(company.store, None, [event_id], None)
    if not entries:
        raise UsageError(
            f"the log knows no event {event_id}",
            hint="`obctl log search` shows entries, `obctl log show ID` an entry's event id",
            code="unknown-event",
        )
    return versions(find_entry(company.store, entry.id or 0) for entry in entries)
