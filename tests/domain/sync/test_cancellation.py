"""The table of what becomes of a cancellation, row by row, under both settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from builders import make_reservation, moment
from hypothesis import given, settings
from hypothesis import strategies as st

from obctl.domain.reservation import Reservation, Service, ServiceKind
from obctl.domain.sync.cancellation import TABLE as ROWS
from obctl.domain.sync.cancellation import (
    Decision,
    Impact,
    Outcome,
    Proof,
    Reason,
    Standing,
    decide,
    impact_of,
)

BEFORE, START, DURING, AFTER = (moment(time) for time in ("08:00", "09:00", "09:30", "10:00"))
TICK = timedelta(seconds=1)


def service(kind: ServiceKind, **more) -> Service:
    return Service(1, make_reservation().number, kind, "lunch", 12, **more)


CATERING = (service(ServiceKind.CATERING),)
VISITORS = (service(ServiceKind.VISITOR),)
FLOWERS = (service(ServiceKind.OTHER),)
LOCKED = (service(ServiceKind.OTHER, locked_from=BEFORE),)
LOCKS_LATER = (service(ServiceKind.OTHER, locked_from=BEFORE + timedelta(minutes=1)),)
CALLED_OFF = (service(ServiceKind.CATERING, cancelled=True),)

TABLE = [
    # proof, changed here, services, now -> the reason a person is asked for (None: nobody is)
    ("proven", Proof.PROVEN, False, (), BEFORE, None),
    ("proven-catering", Proof.PROVEN, False, CATERING, BEFORE, Reason.SERVICES_BOOKED),
    ("proven-visitors", Proof.PROVEN, False, VISITORS, BEFORE, Reason.SERVICES_BOOKED),
    ("proven-other-service", Proof.PROVEN, False, FLOWERS, BEFORE, None),
    ("proven-locked-service", Proof.PROVEN, False, LOCKED, BEFORE, Reason.SERVICES_BOOKED),
    ("proven-locking-later", Proof.PROVEN, False, LOCKS_LATER, BEFORE, None),
    ("proven-cancelled-service", Proof.PROVEN, False, CALLED_OFF, BEFORE, None),
    ("proven-started", Proof.PROVEN, False, (), DURING, Reason.ALREADY_STARTED),
    ("proven-catering-started", Proof.PROVEN, False, CATERING, DURING, Reason.SERVICES_BOOKED),
    ("proven-visitors-called-off-started", Proof.PROVEN, False, CALLED_OFF, DURING,
     Reason.ALREADY_STARTED),
    ("proven-changed-here", Proof.PROVEN, True, (), BEFORE, Reason.CONFLICT),
    ("proven-changed-here-catering", Proof.PROVEN, True, CATERING, BEFORE, Reason.CONFLICT),
    ("proven-changed-here-started", Proof.PROVEN, True, (), DURING, Reason.CONFLICT),
    ("unproven", Proof.UNPROVEN, False, (), BEFORE, Reason.UNPROVEN),
    ("unproven-catering", Proof.UNPROVEN, False, CATERING, BEFORE, Reason.UNPROVEN),
    ("unproven-started", Proof.UNPROVEN, False, (), DURING, Reason.UNPROVEN),
    ("unproven-locked-service", Proof.UNPROVEN, False, LOCKED, BEFORE, Reason.UNPROVEN),
    ("unproven-changed-here", Proof.UNPROVEN, True, (), BEFORE, Reason.CONFLICT),
    ("unproven-changed-here-catering-started", Proof.UNPROVEN, True, CATERING, DURING,
     Reason.CONFLICT),
]  # fmt: skip


@pytest.mark.parametrize(
    ("proof", "changed_here", "services", "now", "reason"),
    [pytest.param(*row[1:], id=row[0]) for row in TABLE],
)
def test_a_person_is_asked_unless_the_setting_says_nobody_is(
    proof: Proof, changed_here: bool, services: tuple[Service, ...], now, reason: Reason | None
) -> None:
    reservation = make_reservation(services=services)

    def decision(*, ignore: bool) -> Decision:
        return decide(
            reservation, proof=proof, changed_here=changed_here, ignore_requests=ignore, now=now
        )

    asked = Outcome.PROCESSED if reason is None else reason
    assert decision(ignore=False) == asked
    assert decision(ignore=True) == Outcome.PROCESSED


@pytest.mark.parametrize(
    ("proof", "changed_here", "services", "now", "reason"),
    [pytest.param(*row[1:], id=row[0]) for row in TABLE],
)
def test_nobody_is_asked_where_the_meeting_goes_on_beside_unless_both_sides_changed(
    proof: Proof, changed_here: bool, services: tuple[Service, ...], now, reason: Reason | None
) -> None:
    def decision(*, ignore: bool) -> Decision:
        return decide(
            make_reservation(services=services),
            proof=proof,
            changed_here=changed_here,
            ignore_requests=ignore,
            now=now,
            goes_on=True,
        )

    conflict = Reason.CONFLICT
    assert decision(ignore=False) == (conflict if changed_here else Outcome.PROCESSED)
    assert decision(ignore=True) == Outcome.PROCESSED


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("changed", [False, True], ids=["as-agreed", "changed-here"])
@pytest.mark.parametrize("proof", list(Proof))
@pytest.mark.parametrize("now", [AFTER, AFTER + timedelta(days=400)], ids=["at-its-end", "later"])
@pytest.mark.parametrize("services", [(), CATERING, LOCKED], ids=["bare", "catering", "locked"])
def test_what_has_ended_is_never_cancelled(
    proof: Proof, changed: bool, ignore: bool, now: datetime, services: tuple[Service, ...]
) -> None:
    found = decide(
        make_reservation(services=services),
        proof=proof,
        changed_here=changed,
        ignore_requests=ignore,
        now=now,
    )
    assert found == Outcome.KEPT


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        pytest.param(START - TICK, None, id="a-second-before-it-starts"),
        pytest.param(START, Reason.ALREADY_STARTED, id="at-its-start"),
        pytest.param(AFTER - TICK, Reason.ALREADY_STARTED, id="a-second-before-it-ends"),
    ],
)
def test_it_has_started_from_its_first_instant_to_its_last(
    now: datetime, asked: Reason | None
) -> None:
    found = decide(
        make_reservation(), proof=Proof.PROVEN, changed_here=False, ignore_requests=False, now=now
    )
    assert found == (asked or Outcome.PROCESSED)


reservations = st.builds(
    lambda services: make_reservation(services=tuple(services)),
    st.lists(st.sampled_from([*CATERING, *VISITORS, *FLOWERS, *LOCKED, *LOCKS_LATER, *CALLED_OFF])),
)
instants = st.datetimes(datetime(2026, 9, 15), datetime(2026, 9, 16)).map(  # noqa: DTZ001
    lambda found: found.replace(tzinfo=UTC)
)


@settings(deadline=None)
@given(reservations, st.sampled_from(Proof), st.booleans(), instants)
def test_the_setting_takes_nothing_but_the_questions(
    reservation: Reservation, proof: Proof, changed: bool, now: datetime
) -> None:
    off, on = (
        decide(reservation, proof=proof, changed_here=changed, ignore_requests=ignore, now=now)
        for ignore in (False, True)
    )
    assert (off is Outcome.KEPT) == (on is Outcome.KEPT)
    assert on in Outcome


@pytest.mark.parametrize("proof", list(Proof))
@pytest.mark.parametrize("count", range(len(Standing) + 1))
def test_one_row_answers_whatever_holds(proof: Proof, count: int) -> None:
    for standings in combinations(Standing, count):
        assert any(row.answers(proof, frozenset(standings)) for row in ROWS)


def test_every_row_decides_something() -> None:
    """A row that stands behind a wider one would be a promise nobody keeps."""
    deciding = {
        next(row for row in ROWS if row.answers(proof, frozenset(standings)))
        for proof in Proof
        for count in range(len(Standing) + 1)
        for standings in combinations(Standing, count)
    }
    assert deciding == set(ROWS)


def test_the_impact_counts_what_is_still_ordered() -> None:
    reservation = make_reservation(services=CATERING + VISITORS + FLOWERS + CALLED_OFF)
    assert impact_of(reservation) == Impact(services=3, catering_for=12, visitors=12)
