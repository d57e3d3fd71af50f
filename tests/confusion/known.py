"""Stories that are still told wrongly, by cause and title, each with the reason.

A line goes as soon as its kind is mended: a test fails where a story listed here is told rightly.
"""

from __future__ import annotations

from collections.abc import Iterable

from confusion.story import Story

KNOWN: dict[tuple[str, str], str] = {}


def known(story: Story) -> str | None:
    """Why the story is told wrongly, if that is known; its noise is none of it."""
    return KNOWN.get((story.code, story.plain_title))


def unused(stories: Iterable[Story]) -> list[tuple[str, str]]:
    """Lines that are about no story."""
    return sorted(KNOWN.keys() - {(story.code, story.plain_title) for story in stories})
