"""A room under another address is told by the ids of its mailbox, which are GUIDs."""

from __future__ import annotations

import pytest
from builders import make_room

from obctl.domain.directory import DirectoryEntry
from obctl.engine.rooms.same_place import is_same_mailbox

OURS = "5fb0c1ea-0d45-4bbc-9d6c-2d2c1f4f9a11"


@pytest.mark.parametrize(
    ("on_record", "in_directory", "same"),
    [
        (OURS, OURS, True),
        (OURS, OURS.upper(), True),
        (OURS.upper(), OURS, True),
        (OURS, "a" + OURS[1:], False),
        (None, OURS, False),
        (OURS, None, False),
        (None, None, False),
    ],
)
def test_a_mailbox_is_the_same_by_its_id_in_whatever_case(
    on_record: str | None, in_directory: str | None, same: bool
) -> None:
    entry = DirectoryEntry(in_directory, "new@contoso.example", "Atrium") if in_directory else None
    assert is_same_mailbox(make_room(object_id=on_record), entry) is same
