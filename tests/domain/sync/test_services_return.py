"""Which services come back with a meeting that is there again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import NOW, make_reservation

from obctl.domain.organizer_copy import OrganizerSays
from obctl.domain.reservation import (
    CancelledWith,
    Ending,
    ReservationNumber,
    Service,
    ServiceKind,
)
from obctl.domain.sync.services_return import stays_cancelled, why_cancelled, with_services_back

HOUR = timedelta(hours=1)


def ended(how: CancelledWith | None = CancelledWith.MEETING, **more: Any) -> Service:
    ending = Ending(NOW - HOUR, "Sam", how) if how else None
    fields: dict[str, Any] = {
        "id": 4,
        "reservation": ReservationNumber(1001),
        "kind": ServiceKind.CATERING,
        "description": "lunch",
        "quantity": 12,
        "cancelled": True,
        "ending": ending,
    }
    return Service(**fields | more)


@pytest.mark.parametrize(
    ("service", "says", "why"),
    [
        pytest.param(ended(), None, None, id="with-its-meeting"),
        pytest.param(ended(), OrganizerSays.TAKES_PLACE, None, id="takes-place"),
        pytest.param(ended(), OrganizerSays.UNKNOWN, None, id="cannot-be-read"),
        pytest.param(ended(), OrganizerSays.GONE, None, id="not-there"),
        pytest.param(
            ended(),
            OrganizerSays.CANCELLED,
            "stays off, as the organiser's copy is cancelled",
            id="organiser-cancelled",
        ),
        pytest.param(ended(locked_from=NOW + HOUR), None, None, id="locked-later"),
        pytest.param(
            ended(locked_from=NOW),
            None,
            "was locked from Mon 2026-09-14 14:00 (Europe/Amsterdam)",
            id="locked-now",
        ),
        pytest.param(
            ended(kind=ServiceKind.VISITOR),
            None,
            "is a registration, to be made anew",
            id="visitor",
        ),
        pytest.param(
            ended(CancelledWith.RESERVATION),
            None,
            "was cancelled with the reservation by Sam",
            id="with-its-reservation",
        ),
        pytest.param(ended(None), None, "was cancelled, nobody knows by whom", id="not-recorded"),
    ],
)
def test_a_service_is_ordered_again_or_it_is_told_why_not(
    service: Service, says: OrganizerSays | None, why: str | None
) -> None:
    before = make_reservation(services=(service,))
    (after,) = with_services_back(before, NOW, says).services
    if why is None:
        assert (after.cancelled, after.ending) == (False, None)
    else:
        assert after == service
        assert stays_cancelled(after)
        named = f"service 4, {service.kind.value} for 12 (lunch), {why}"
        assert why_cancelled(after, make_reservation(updated_at=NOW), says) == named


def test_what_a_person_cancelled_by_itself_stays_so_and_is_not_missed() -> None:
    service = ended(CancelledWith.NOTHING_ELSE)
    (after,) = with_services_back(make_reservation(services=(service,)), NOW).services
    assert after == service
    assert not stays_cancelled(after)


def test_nothing_is_ordered_for_a_meeting_that_is_over() -> None:
    before = make_reservation(services=(ended(),))
    (after,) = with_services_back(before, before.end).services
    assert after.cancelled
    assert why_cancelled(after, make_reservation(updated_at=before.end)).endswith(
        "is for a meeting that is over"
    )
    (after,) = with_services_back(before, before.end - timedelta(seconds=1)).services
    assert not after.cancelled
