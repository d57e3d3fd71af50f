"""What happened says more than why it was not seen; but that is told beside it."""

from __future__ import annotations

from confusion.acts import (
    book,
    cancel,
    change,
    delete,
    end_subscriptions,
    lose_notifications,
    move_mailbox,
    respond,
    rules,
    run,
    split,
    subscribe,
    weekly,
)
from confusion.story import NOTHING, Do, Setting, at, story

_LATE = {"start": "12 09:00", "end": "12 10:00"}
_SERIES = {"repeats": weekly(3)}
"""On days 12, 19 and 26."""
WAYS = {
    "subscription-expired": (),
    "subscription-removed": at("8 10:00", end_subscriptions(), end_subscriptions("B")),
    "missed-notification": at("8 10:00", lose_notifications(), lose_notifications("B")),
}
"""A subscription lasts seven days; where it is to live on it is made on the second."""
_MOVED = change(start="12 14:00", end="12 15:00")
KINDS: dict[str, tuple[str, list[Do], dict, dict]] = {
    "a meeting cancelled": ("cancelled-but-kept-on-calendar", [cancel()], {}, {}),
    "a series cancelled": ("cancelled-but-kept-on-calendar", [cancel()], _SERIES, {}),
    "moved, then cancelled": ("cancelled-but-kept-on-calendar", [_MOVED, cancel()], {}, {}),
    "one date cancelled": ("occurrence-cancelled-silently", [cancel(day=19)], _SERIES, {}),
    "a meeting deleted": ("hard-deleted-by-delegate", [delete()], {}, {}),
    "a series deleted": ("hard-deleted-by-delegate", [delete()], _SERIES, {}),
    "moved to another room": ("moved-to-other-room", [change(rooms="B")], {}, {}),
    "the rest of a series at another hour": (
        "series-split", [split(19, start="19 14:00")], _SERIES, {}),
    "a pending request declined": ("room-declined", [respond("declined")], {}, {
        "before": at("0 14:30", rules(AutomateProcessing="AutoUpdate"))}),
}  # fmt: skip


def unheard(way: str, title: str, code: str, dos: list[Do], shape: dict, more: dict):
    """Nobody passed over the room since the first evening, and nobody heard of it."""
    settings = {
        "subscription-expired": ("0 16:00", Setting("summer", group="missed: expired")),
        "subscription-removed": ("4 16:00", Setting("summer", group="missed: removed")),
        "missed-notification": ("4 16:00", Setting("summer", group="missed: lost")),
    }
    subscribed, setting = settings[way]
    # when a deleted one went nobody can say: a subscription must have been there all the time
    again = at("4 17:00", run("A", "B")) if way == "missed-notification" else []
    return story(
        code, f"{title}; {way}", more.get("before", []), at("0 15:00", book(**_LATE | shape)),
        at("0 15:30", run("A", "B")), at(subscribed, subscribe(), subscribe("B")), again, WAYS[way],
        at("9 10:00", *dos), look="9 15:00", missed=way, setting=setting,
    )  # fmt: skip


STORIES = [
    *(unheard(way, title, *kind) for way in WAYS for title, kind in KINDS.items()),
    *(
        story(
            "id-changed-after-mailbox-move", f"the mailbox was moved: no news to miss; {way}",
            at("0 15:00", book(**_LATE)), at("0 15:30", run()), at("4 16:00", subscribe()),
            at("8 10:00", end_subscriptions()), at("9 10:00", move_mailbox()), look="9 15:00",
            missed=NOTHING, setting=Setting("summer", group="missed: removed"),
        )
        for way in ("subscription-removed",)
    ),
]  # fmt: skip
