"""What else may happen beside a story and changes nothing about its cause.

Each kind of noise fits the stories of the ordinary course: booked on the first day, a night, the
event of the story in the morning, the look in the afternoon. `noisy` draws one for a story.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from random import Random

from confusion.acts import (
    book,
    cancel,
    cater,
    change,
    delete,
    direct,
    expire_tokens,
    fails,
    leaves,
    reserve,
    rules,
    run,
)
from confusion.doings import OURS
from confusion.story import BESIDE, NOTHING, Act, Setting, Story, at

Noise = Callable[[Story], Story | None]
_LOOK = "1 15:00"
_DAYS = frozenset(f"day {day}" for day in range(-7, 60))
_BESIDE = {"start": "6 20:00", "end": "6 20:30", "subject": BESIDE, "by": "bram"}
_ORGANIZER_TELLS = frozenset({
    "stale-room-copy", "location-text-only", "recurrence-horizon", "hard-deleted-by-delegate",
    "conflict-partially-declined-series", "room-declined", "all-day-boundary", "timezone-shift",
    "awaiting-next-pass", "series-edit-wiped-exceptions", "organizer-left-orphan", NOTHING,
})  # fmt: skip
"""What only the organiser's own calendar may tell, or tell apart from something else."""
_NO_LUNCH = frozenset({"recurrence-horizon", "outside-sync-window"})
_HANGS_ON_NOW = frozenset({"outside-sync-window", "event-still-settling"})
_IN_STEP = frozenset({
    "subject-rewritten", "private-flag", "show-as-free", "forwarded", "stale-room-copy",
    "organizer-left-orphan", "recurrence-horizon", NOTHING,
})  # fmt: skip
"""What is told of two sides that agree: another difference would be told in its place."""
_STAYS_WHEN_HE_LEAVES = frozenset({
    "cancelled-but-kept-on-calendar", "occurrence-cancelled-silently", "hard-deleted-by-delegate",
    "id-changed-after-mailbox-move",
})  # fmt: skip


def _ordinary(story: Story) -> bool:
    """Whether the story takes the ordinary course, in a tenant of the ordinary kind."""
    nights = [act.when for act in story.acts if act.do.verb == "run"]
    early = all(act.when.startswith("0 ") or _hour(act) >= "09:00" for act in story.acts
                if act.do.verb != "run")  # fmt: skip
    plain = story.setting is None or story.setting == Setting(story.setting.season)
    return nights[:1] == ["1 03:00"] and early and plain and story.look == _LOOK


def _hour(act: Act) -> str:
    return act.when.rpartition(" ")[2]


def _booked(story: Story) -> bool:
    """Whether "it" is Anna's, in the room and reserved after the first night."""
    first = [act for act in story.acts if act.do.verb == "book" and _name(act) == "it"]
    rooms = first[0].do.given.get("rooms", "A") if first else ""
    mine = bool(first) and "by" not in first[0].do.given
    return mine and first[0].when == "0 15:00" and "A" in rooms and story.activated is None


def _name(act: Act) -> object:
    return act.do.given.get("name", "it")


def _with(story: Story, *acts: list[Act], **changes: object) -> Story:
    more = tuple(act for some in acts for act in some)
    return replace(story, acts=story.acts + more, **changes)


def _beside(code: str, *acts: list[Act]) -> Noise:
    def add(story: Story) -> Story | None:
        verbs = {act.do.verb for act in story.acts}
        # "ours" is what was reserved last
        if any(act.do.given.get("meeting") == OURS for act in story.acts):
            return None
        odd_room = verbs & {"rules", "move_mailbox", "recreate"} or story.activated
        if odd_room or any("all_day" in act.do.given for act in story.acts):
            return None
        if code != NOTHING and story.code in _IN_STEP:
            return None
        count = story.count if story.count is None else story.count + (code != NOTHING)
        return _with(story, *acts, besides={**story.besides, BESIDE: code}, count=count)

    return add


def _touched(story: Story) -> Story | None:
    """The organiser writes an agenda before the story's own event."""
    if not _booked(story) or story.code in ("created-before-activation", "subject-rewritten"):
        return None
    return _with(story, at("1 08:30", change(body="Agenda follows.")))


def _catered(story: Story) -> Story | None:
    """Lunch is ordered for every date."""
    # what a run follows without lunch, it asks about with lunch
    nights = sum(act.do.verb == "run" for act in story.acts)
    nameless = any("DeleteSubject" in act.do.given for act in story.acts)
    known = _booked(story) and nights == 1 and story.code not in _NO_LUNCH and not nameless
    return _with(story, at("1 08:30", cater())) if known else None


def _unreadable(story: Story) -> Story | None:
    """The organiser's calendar may not be read."""
    removes = any("RemoveCanceledMeetings" in act.do.given for act in story.acts)
    if removes or story.code in _ORGANIZER_TELLS:
        return None
    return _with(story, at("1 14:00", fails("forbidden", "anna")))


def _left(story: Story) -> Story | None:
    """The organiser leaves the company afterwards."""
    if story.code not in _STAYS_WHEN_HE_LEAVES or not _booked(story) or story.besides:
        return None
    return _with(story, at("1 14:00", leaves()))


def _usual_room(story: Story) -> Story | None:
    """The room rewrites subjects, as Exchange's do by default: its copies bear a person's name."""
    told_by_subject = {"cater", "stored", "edit", "call_off", "reserve", "approve", "reject"}
    for act in story.acts:
        verb, given = act.do.verb, act.do.given
        if verb in told_by_subject or (verb in ("change", "rewrite") and "subject" in given):
            return None
        if "sensitivity" in given or "AddOrganizerToSubject" in given:
            return None
    if story.besides.keys() - _DAYS or story.code in ("subject-rewritten", "private-flag"):
        return None
    settings = {"DeleteSubject": True, "AddOrganizerToSubject": True}
    return _with(story, at("0 14:20", *(rules(room, **settings) for room in "AB")))


def _rules_known(story: Story) -> Story | None:
    """The room's Exchange settings were imported."""
    if any(act.do.verb == "rules" for act in story.acts):
        return None
    settings = {
        "AutomateProcessing": "AutoAccept", "BookingWindowInDays": 1080, "AllowConflicts": False,
        "EnforceSchedulingHorizon": False, "RemoveCanceledMeetings": False,
        "DeleteSubject": False, "AddOrganizerToSubject": False, "MaximumConflictInstances": 0,
    }  # fmt: skip
    return _with(story, at("0 14:20", rules(known=True, **settings)))


def _later(story: Story) -> Story | None:
    """The next night is missed, and somebody looks a day later."""
    days = [int(act.do.given["start"].split()[0]) for act in story.acts if act.do.verb == "book"]
    ahead = min(days, default=3) > 2 and story.code not in _HANGS_ON_NOW
    return replace(story, look="2 15:00") if ahead else None


def _one_day(story: Story) -> Story | None:
    """Somebody looks at the days of the first date alone."""
    first = [act for act in story.acts if act.do.verb in ("book", "direct", "reserve")]
    days = {act.do.given["start"].split()[0] for act in first}
    if any("day" in act.do.given or act.do.verb == "change" for act in story.acts):
        return None
    return replace(story, span=(3, 3), count=None) if days == {"3"} else None


def _followed(story: Story) -> Story | None:
    """Where cancellations are followed without asking, and no night has come yet."""
    if story.code == "restored-by-calendar-repair":
        return None
    season = story.setting.season if story.setting else "summer"
    return replace(story, setting=Setting(season, ignore=True))


NOISES: dict[str, Noise] = {
    "another meeting is beside it": _beside(NOTHING, at("0 15:40", book(name="beside", **_BESIDE))),
    "another meeting is cancelled": _beside(
        "cancelled-but-kept-on-calendar", at("0 15:40", book(name="beside", **_BESIDE)),
        at("1 09:30", cancel(meeting="beside"))),
    "another meeting is deleted": _beside(
        "hard-deleted-by-delegate", at("0 15:40", book(name="beside", **_BESIDE)),
        at("1 09:30", delete(meeting="beside"))),
    "another meeting is booked": _beside(
        "awaiting-next-pass", at("1 09:30", book(name="beside", **_BESIDE))),
    "another meeting is written into the room": _beside(
        "booked-directly-in-room-mailbox",
        at("1 09:30", direct("6 20:00", "6 20:30", BESIDE, name="beside"))),
    "another meeting was reserved here": _beside(
        NOTHING, at("0 15:40", reserve("6 20:00", "6 20:30", BESIDE, by="bram"))),
    "an agenda was sent before": _touched,
    "lunch was ordered": _catered,
    "the delta is forgotten": lambda story: _with(story, at("1 09:15", expire_tokens())),
    "a run in the morning": lambda story: _with(story, at("1 08:00", run())),
    "everything is read in the morning": lambda story: _with(story, at("1 08:00", run(full=True))),
    "the room rewrites subjects": _usual_room,
    "the room's rules are known": _rules_known,
    "the organiser may not be read": _unreadable,
    "the organiser leaves": _left,
    "a night more is missed": _later,
    "only the day itself is looked at": _one_day,
    "nobody is asked": _followed,
}  # fmt: skip


def noisy(stories: Iterable[Story], draw: int) -> Iterator[Story]:
    """Each story of the ordinary course with one noise that fits it, drawn by its name."""
    for story in filter(_ordinary, stories):
        fitting = [
            (name, made) for name, noise in NOISES.items() if (made := noise(story)) is not None
        ]
        name, made = Random(f"{draw}/{story.code}/{story.title}").choice(fitting)
        yield replace(made, title=f"{story.title} + {name}")
