from __future__ import annotations

from datetime import timedelta

import pytest
from builders import NOW, make_subscription

from obctl.domain.subscription import LIFETIME, SHORTER_LIFETIME


@pytest.mark.parametrize(
    ("age", "left", "state"),
    [
        (timedelta(0), LIFETIME, "active"),
        (LIFETIME / 2 - timedelta(seconds=1), LIFETIME / 2 + timedelta(seconds=1), "active"),
        (LIFETIME / 2, LIFETIME / 2, "expiring"),
        (LIFETIME, timedelta(0), "expired"),
        (timedelta(days=400), LIFETIME, "active"),
        (timedelta(days=400), LIFETIME / 2, "expiring"),
        (timedelta(hours=1), timedelta(hours=2), "active"),
        (timedelta(hours=2), timedelta(hours=1), "expiring"),
    ],
    ids=[
        "new",
        "just before half of its life",
        "at half of its life",
        "over",
        "renewed many times, the last time just now",
        "renewed many times, due again",
        "short-lived",
        "short-lived and due",
    ],
)
def test_it_is_due_at_half_of_what_it_was_granted(
    age: timedelta, left: timedelta, state: str
) -> None:
    subscription = make_subscription(created_at=NOW - age, expires_at=NOW + left)
    assert subscription.state(NOW) == state


@pytest.mark.parametrize(("left", "state"), [(0.6, "active"), (0.4, "expiring")])
def test_one_that_is_granted_less_each_time_is_due_at_half_of_that(left: float, state: str) -> None:
    expires_at = NOW + SHORTER_LIFETIME * left
    subscription = make_subscription(
        created_at=NOW - timedelta(days=400),
        granted_at=expires_at - SHORTER_LIFETIME,
        expires_at=expires_at,
    )
    assert subscription.state(NOW) == state


def test_a_lost_one_is_lost_whatever_its_dates_say() -> None:
    assert make_subscription(lost=True).state(NOW) == "lost"


def test_its_secret_is_not_in_its_repr() -> None:
    assert "hush" not in repr(make_subscription(client_state="hush"))


@pytest.mark.parametrize(
    ("since", "until", "lost", "covers"),
    [
        (timedelta(0), timedelta(seconds=1), False, True),
        (timedelta(seconds=1), timedelta(hours=1), False, False),
        (timedelta(days=-1), timedelta(0), False, False),
        (timedelta(days=-1), timedelta(days=1), False, True),
        (timedelta(days=-1), timedelta(days=1), True, False),
    ],
    ids=["from its first instant", "not yet", "not at its expiry", "in its life", "lost"],
)
def test_a_change_is_notified_of_from_its_creation_until_its_expiry(
    since: timedelta, until: timedelta, *, lost: bool, covers: bool
) -> None:
    subscription = make_subscription(created_at=NOW + since, expires_at=NOW + until, lost=lost)
    assert subscription.covers(NOW) is covers
