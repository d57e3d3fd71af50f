"""Off by what separates two zones: misread, or moved by just so much; what each fact adds."""

from __future__ import annotations

import pytest
from builders import make_agreed, make_event, make_facts, make_occurrence, make_reservation, moment
from builders import make_occurrence_reservation as held

from obctl.domain.causes import explain
from obctl.domain.causes.facts import Facts
from obctl.domain.event import EventType
from obctl.domain.organizer_copy import OrganizerCopy
from obctl.domain.values import replace

LONDON, AMSTERDAM, OWN = "GMT Standard Time", "W. Europe Standard Time", "Customized Time Zone"
LATE = moment("2026-09-14 10:00")
SHIFT, MOVE = "timezone-shift", "awaiting-next-pass"


def off(zone: str, before: str | None, organizer: str | None, starts: str = "10:00") -> Facts:
    """Reserved from nine to ten UTC; the event begins at another time since the last pass."""
    return make_facts(
        reservation=make_reservation(),
        event=make_event(starts=starts, time_zone=zone, modified_at=LATE),
        agreed=make_agreed(),
        last_known=make_event(time_zone=before) if before else None,
        organizer_copy=OrganizerCopy(make_event("X", starts=organizer)) if organizer else None,
        fields={"start": ("09", starts), "end": ("10", "…")},
    )


ROWS = [
    # the same hour of the clock, in a zone that the event did not have before
    ("in the room alone", off(LONDON, AMSTERDAM, "09:00"), SHIFT, "likely"),
    ("the organiser not asked", off(LONDON, AMSTERDAM, None), SHIFT, "possible"),
    ("the organiser has it so", off(LONDON, AMSTERDAM, "10:00"), SHIFT, "possible"),
    ("the organiser has neither", off(LONDON, AMSTERDAM, "12:00"), SHIFT, "possible"),
    ("its zone before is unknown", off(LONDON, None, "09:00"), SHIFT, "likely"),
    # the other way round: no clock shows the same hour
    ("back, in the room alone", off(LONDON, AMSTERDAM, "09:00", "08:00"), SHIFT, "likely"),
    ("back, not asked", off(LONDON, AMSTERDAM, None, "08:00"), SHIFT, "possible"),
    ("back, the organiser has it", off(LONDON, AMSTERDAM, "08:00", "08:00"), MOVE, "likely"),
    # its zone is what it was
    ("a meeting from London", off(LONDON, LONDON, "10:00"), MOVE, "certain"),
    ("from London, not asked", off(LONDON, LONDON, None), MOVE, "likely"),
    ("from London, room alone", off(LONDON, LONDON, "09:00"), MOVE, "likely"),
    ("London by another name", off(LONDON, "Europe/London", "10:00"), MOVE, "certain"),
    # no offset, no doubt
    ("in the room's own zone", off(AMSTERDAM, AMSTERDAM, None), MOVE, "certain"),
    ("by no offset", off(LONDON, AMSTERDAM, None, "10:30"), MOVE, "certain"),
    # a zone that only its author's computer knows
    ("a zone nobody knows", off(OWN, AMSTERDAM, None), SHIFT, "possible"),
    ("which it always had", off(OWN, OWN, None), MOVE, "likely"),
    ("as the organiser has it", off(OWN, AMSTERDAM, "10:00"), MOVE, "likely"),
]


@pytest.mark.parametrize(
    ("facts", "code", "confidence"), [pytest.param(*r[1:], id=r[0]) for r in ROWS]
)
def test_a_misread_zone_is_told_from_a_move(facts: Facts, code: str, confidence: str) -> None:
    cause = explain(facts).cause
    assert (cause.code, cause.confidence) == (code, confidence)


BEFORE_THE_SWITCH = make_facts(
    reservation=held(starts="2026-10-20 09:00"),
    event=make_occurrence(starts="2026-10-20 10:00", modified_at=LATE),
    agreed=make_agreed(start=moment("2026-10-20 09:00"), end=moment("2026-10-20 10:00")),
    same_series=(make_occurrence("O2", starts="2026-10-27 09:00"),),
    siblings=(held(1002, event="O2", starts="2026-10-27 09:00"),),
    fields={"start": ("09", "10"), "end": ("10", "11")},
)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param(BEFORE_THE_SWITCH, SHIFT, id="the series, on this side of the switch"),
        pytest.param(
            replace(
                BEFORE_THE_SWITCH,
                event=make_occurrence(
                    starts="2026-10-20 10:00",
                    original="2026-10-20 09:00",
                    type=EventType.EXCEPTION,
                    modified_at=LATE,
                ),
            ),
            MOVE,
            id="one date that was moved by itself",
        ),
        pytest.param(
            replace(
                BEFORE_THE_SWITCH,
                organizer_copy=OrganizerCopy(make_event("X", starts="2026-10-20 10:00")),
            ),
            MOVE,
            id="the organiser has it at that hour",
        ),
    ],
)
def test_an_hour_off_before_a_clock_change_is_a_zone_only_of_the_series(
    facts: Facts, code: str
) -> None:
    assert explain(facts).cause.code == code
