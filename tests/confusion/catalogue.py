"""All stories, numbered within their cause, and which of them share a tenant."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import replace

from confusion import families
from confusion.story import SEASONS, Setting, Story

MOST_TOGETHER = 30
"""Stories in one tenant: more make each step slower, fewer make more tenants."""


def all_stories() -> list[Story]:
    """The stories of every module in `families`, by its name."""
    found: list[Story] = []
    counted: dict[str, int] = {}
    titles = set()
    for module in sorted(pkgutil.iter_modules(families.__path__), key=lambda one: one.name):
        for story in importlib.import_module(f"confusion.families.{module.name}").STORIES:
            assert (story.code, story.title) not in titles, f"two stories are called {story}"
            titles.add((story.code, story.title))
            counted[story.code] = counted.get(story.code, 0) + 1
            found.append(replace(story, number=counted[story.code], family=module.name))
    return found


def setting_of(story: Story) -> Setting:
    """The story's own setting, or the ordinary one in a season drawn by its number."""
    return story.setting or Setting(tuple(SEASONS)[story.number % len(SEASONS)])


def together(stories: Iterable[Story]) -> Iterator[tuple[Setting, list[Story]]]:
    """The stories that are played at once, and in what setting."""
    groups: dict[Setting, list[Story]] = {}
    for story in stories:
        groups.setdefault(setting_of(story), []).append(story)
    for setting, those in groups.items():
        for first in range(0, len(those), MOST_TOGETHER):
            yield setting, those[first : first + MOST_TOGETHER]
