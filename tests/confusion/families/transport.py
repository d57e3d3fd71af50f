"""Why a change was not seen: the next pass, an expired or dropped subscription, a lost notice."""

from __future__ import annotations

from confusion.acts import book, change, daily, night, weekly
from confusion.story import at, story

_MOVES = {
    "an hour later": {"start": "3 10:00", "end": "3 11:00"},
    "to the afternoon": {"start": "3 14:00", "end": "3 15:00"},
    "to another day": {"start": "4 09:00", "end": "4 10:00"},
    "to end later": {"end": "3 11:30"},
    "to end earlier": {"end": "3 09:30"},
    "to begin earlier": {"start": "3 08:30"},
}
STORIES = [
    *(
        story(
            "awaiting-next-pass", f"a meeting moved {how}",
            at("0 15:00", book()), night(1), at("1 10:00", change(**move)),
        )
        for how, move in _MOVES.items()
    ),
    *(
        story(
            "awaiting-next-pass", f"a {name} series booked since",
            night(1), at("1 10:00", book(repeats=repeats)),
        )
        for name, repeats in (("weekly", weekly()), ("daily", daily()))
    ),
    story("awaiting-next-pass", "booked since", night(1), at("1 10:00", book())),
]  # fmt: skip
