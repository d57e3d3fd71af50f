"""What a support bundle says of itself, and of what was said when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from obctl.domain.counted import counted
from obctl.render.objects import at
from obctl.render.output import fields

if TYPE_CHECKING:
    from rich.console import RenderableType

    from obctl.domain.bundle import Manifest, SaidBefore, Verdict

_NOT_ASKED = (
    "what is told from here alone differs: Outlook as it was then, the organiser's calendar and the"
    " directory cannot be asked from a bundle"
)


def manifest_object(manifest: Manifest, verdict: Verdict) -> dict[str, Any]:
    """The JSON object of `bundle open`."""
    return {
        "about": manifest.about,
        "made_at": at(manifest.made_at),
        "outlook_as_of": at(manifest.outlook_as_of),
        "masked": manifest.masked,
        "rooms": [
            {"mailbox": room.mailbox, "name": room.name, "time_zone": room.time_zone}
            for room in manifest.rooms
        ],
        "from": at(manifest.start),
        "to": at(manifest.end),
        "reservations": manifest.reservations,
        "events": manifest.events,
        "entries": manifest.entries,
        "versions": {
            "obctl": manifest.obctl,
            "schema": manifest.schema,
            "python": manifest.python,
            "sqlite": manifest.sqlite,
            "platform": manifest.platform,
            "libraries": manifest.libraries,
        },
        "verdict": {
            "live": verdict.live,
            "why_cached": verdict.why_cached,
            "explain": verdict.explain,
            "diff": verdict.diff,
            "run": verdict.run,
        },
    }


def manifest_picture(item: Mapping[str, Any]) -> RenderableType:
    """The same for people."""
    versions, verdict = item["versions"], item["verdict"]
    rooms = [f"{room['name']} ({room['mailbox']})" for room in item["rooms"]]
    held = (
        f"{counted(item['reservations'], 'reservation')}, {counted(item['events'], 'event')},"
        f" {counted(item['entries'], 'log entry', 'log entries')}"
    )
    asked = "Graph was asked" if verdict["live"] else f"from the store: {verdict['why_cached']}"
    return fields(
        [
            ("about", item["about"]),
            ("made", f"{item['made_at']} by obctl {versions['obctl']}"),
            (
                "Outlook",
                "read then" if item["outlook_as_of"] else "as each room's last pass left it",
            ),
            ("masked", "yes" if item["masked"] else "no: names and texts stand as they are"),
            ("rooms", "\n".join(rooms) or "none"),
            ("from", f"{item['from']} to {item['to']}"),
            ("holds", held),
            ("verdict", f"{said(verdict)} ({asked})"),
            ("schema", versions["schema"]),
            (
                "python",
                f"{versions['python']}, SQLite {versions['sqlite']}, {versions['platform']}",
            ),
            ("libraries", ", ".join(f"{name} {v}" for name, v in versions["libraries"].items())),
        ]
    )


def said(verdict: Mapping[str, Any]) -> str:
    """What was said, in one line."""
    if (story := verdict["explain"]) is not None:
        return story_said(story)
    if (diff := verdict["diff"]) is not None:
        return diff_said(diff)
    return "nothing was compared"


def story_said(story: Mapping[str, Any]) -> str:
    """What `explain` said, in one line."""
    if story["condition"]:
        return f"inconclusive: {story['condition']}"
    cause = story["cause"]
    if cause is not None:
        return f"{cause['code']} ({cause['confidence']})"
    return "differs, unexplained" if story["differences"] else "in step"


def diff_said(diff: Mapping[str, Any]) -> str:
    """What `diff` said, in one line."""
    unread = [room["room"] for room in diff["rooms"] if room["condition"]]
    found = diff["summary"]["differences"]
    by_cause = ", ".join(f"{count} {code}" for code, count in diff["summary"]["by_cause"].items())
    words = f"{counted(found, 'difference')}: {by_cause}" if found else "no differences"
    return f"could not be read: {', '.join(unread)}; else {words}" if unread else words


def add_said_before(item: dict[str, Any], before: SaidBefore) -> None:
    """Have the object of `explain` or `diff` say what was said when the bundle was made.

    `None` where that was about something else.
    """
    verdict = before.verdict
    same = _is_same_story(item, verdict.explain) if "item" in item else _is_same_diff(item, verdict)
    item["at_creation"] = None
    if same:
        item["at_creation"] = {
            "made_at": at(before.made_at),
            "live": verdict.live,
            "why_cached": verdict.why_cached,
            "explain": verdict.explain,
            "diff": verdict.diff,
        }


def _is_same_story(item: Mapping[str, Any], story: Mapping[str, Any] | None) -> bool:
    if story is None:
        return False
    one, other = item["item"], story["item"]
    return any(
        one[name] is not None and one[name] == other[name] for name in ("reservation", "event_id")
    )


def _is_same_diff(item: Mapping[str, Any], verdict: Verdict) -> bool:
    diff = verdict.diff
    return diff is not None and (item["from"], item["to"]) == (diff["from"], diff["to"])


def said_before(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same for people, as fields; nothing outside of a bundle, or where nothing was said."""
    if (before := item.get("at_creation")) is None:
        return []
    story = before["explain"]
    then, now = (
        (story_said(story), story_said(item))
        if story
        else (diff_said(before["diff"]), diff_said(item))
    )
    asked = "Graph was asked" if before["live"] else "Graph did not answer then"
    pairs = [("at creation", f"{then} ({asked}, {before['made_at']})")]
    if then != now:
        pairs.append(("", _NOT_ASKED))
    return pairs
