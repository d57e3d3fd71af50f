"""The table of what becomes of a cancellation, row by row, under both settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders import make_reservation, moment

from obctl.domain.cancellation import Decision, Impact, Proof, Reason, Verdict, decide, impact_of
from obctl.domain.reservation import Service, ServiceKind

BEFORE, DURING, AFTER = moment("08:00"), moment("09:30"), moment("10:00")
PROCESS, NEVER = Decision(Verdict.PROCESS), Decision(Verdict.NEVER)


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
    ("proven-changed-here", Proof.PROVEN, True, (), BEFORE, Reason.CONFLICT),
    ("unproven", Proof.UNPROVEN, False, (), BEFORE, Reason.UNPROVEN),
    ("unproven-catering", Proof.UNPROVEN, False, CATERING, BEFORE, Reason.UNPROVEN),
    ("unproven-started", Proof.UNPROVEN, False, (), DURING, Reason.UNPROVEN),
    ("unproven-changed-here", Proof.UNPROVEN, True, CATERING, DURING, Reason.CONFLICT),
]


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

    asked = PROCESS if reason is None else Decision(Verdict.REQUEST, reason)
    assert decision(ignore=False) == asked
    assert decision(ignore=True) == PROCESS


@pytest.mark.parametrize("ignore", [False, True], ids=["ask", "ignore"])
@pytest.mark.parametrize("changed", [False, True], ids=["as-agreed", "changed-here"])
@pytest.mark.parametrize("proof", list(Proof))
def test_what_has_ended_is_never_cancelled(proof: Proof, changed: bool, ignore: bool) -> None:
    found = decide(
        make_reservation(services=CATERING),
        proof=proof,
        changed_here=changed,
        ignore_requests=ignore,
        now=AFTER,
    )
    assert found == NEVER


def test_the_impact_counts_what_is_still_ordered() -> None:
    reservation = make_reservation(services=CATERING + VISITORS + FLOWERS + CALLED_OFF)
    assert impact_of(reservation) == Impact(services=3, catering_for=12, visitors=12)
