"""Why a change was not heard of: three ways to miss it, for each kind of change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from builders import (
    LAST_PASS,
    MADE,
    NOW,
    make_agreed,
    make_event,
    make_facts,
    make_log_entry,
    make_master,
    make_occurrence,
    make_occurrence_reservation,
    make_reservation,
    make_subscription,
    moment,
)

from obctl.domain.causes import explain
from obctl.domain.causes.facts import Facts
from obctl.domain.values import replace

HOUR = timedelta(hours=1)
AT = moment("2026-09-14 10:00")
"""When it changed: after the last pass, long enough ago for Graph to have told of it."""
MOVED = {"fields": {"start": ("09", "11"), "end": ("10", "12")}}
EXPIRED = make_subscription(expires_at=AT - HOUR)
REMOVED = make_subscription(lost=True)
LIVE = make_subscription()
WAYS = {
    "subscription-expired": EXPIRED,
    "subscription-removed": REMOVED,
    "missed-notification": LIVE,
}


def created(at: datetime) -> Facts:
    return make_facts(event=make_event(created_at=at, modified_at=at))


def moved(at: datetime) -> Facts:
    event = make_event(starts="11:00", modified_at=at)
    return make_facts(reservation=make_reservation(), event=event, agreed=make_agreed(), **MOVED)


def cancelled(at: datetime) -> Facts:
    event = make_event(is_cancelled=True, modified_at=at)
    return make_facts(reservation=make_reservation(), event=event)


def date_cancelled(at: datetime) -> Facts:
    """Graph keeps no trace of the date itself: only its series was changed."""
    reservation = make_occurrence_reservation()
    assert reservation.original_start is not None
    master = make_master(modified_at=at, cancelled=frozenset({reservation.original_start.date()}))
    return make_facts(
        reservation=reservation,
        event_missing=True,
        last_known=make_occurrence(),
        master=master,
    )


def deleted(at: datetime) -> Facts:
    return make_facts(
        reservation=make_reservation(),
        event_missing=True,
        last_known=make_event(),
        history=(make_log_entry("event.deleted", at),),
    )


KINDS = {
    "created": created,
    "moved": moved,
    "cancelled": cancelled,
    "one date cancelled": date_cancelled,
    "deleted": deleted,
}


def missed(facts: Facts) -> str | None:
    because = explain(facts).missed_because
    return because and because.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_each_kind_of_change_was_missed_in_each_way(kind: str, way: str) -> None:
    assert missed(replace(KINDS[kind](AT), subscriptions=(WAYS[way],))) == way


NOT_MISSED: dict[str, dict[str, Any]] = {
    "no subscription was ever made": {},
    "its notification waits": {"subscriptions": (LIVE,), "inbox_waiting": True},
    "its notification waits, and then it expired": {
        "subscriptions": (replace(LIVE, expires_at=NOW - HOUR),),
        "inbox_waiting": True,
    },
    "it was notified": {"subscriptions": (LIVE,), "notified_at": AT},
    "it was notified before Graph dropped the subscription": {
        "subscriptions": (REMOVED,),
        "notified_at": AT + timedelta(seconds=1),
    },
    "the subscription was made later": {
        "subscriptions": (make_subscription(created_at=AT + HOUR),)
    },
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("why", NOT_MISSED)
def test_what_was_told_or_never_promised_was_not_missed(kind: str, why: str) -> None:
    assert missed(replace(KINDS[kind](AT), **NOT_MISSED[why])) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_what_a_pass_has_seen_was_not_missed(kind: str, way: str) -> None:
    before = LAST_PASS - HOUR
    line = replace(WAYS[way], created_at=MADE - HOUR)
    assert missed(replace(KINDS[kind](before), subscriptions=(line,))) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_an_earlier_notification_of_the_same_meeting_is_none_of_this_change(
    kind: str, way: str
) -> None:
    facts = replace(KINDS[kind](AT), subscriptions=(WAYS[way],), notified_at=AT - 4 * HOUR)
    assert missed(facts) == way


GONE = make_facts(
    reservation=make_reservation(),
    event_missing=True,
    last_known=make_event(),
    subscriptions=(LIVE,),
)
"""Nobody knows when it went."""


@pytest.mark.parametrize(
    ("more", "way"),
    [
        pytest.param({"notified_at": LAST_PASS}, "missed-notification", id="notified before"),
        pytest.param({"notified_at": LAST_PASS + HOUR}, None, id="notified since"),
        pytest.param(
            {
                "subscriptions": (replace(LIVE, created_at=LAST_PASS + HOUR),),
                "agreed": make_agreed(agreed_at=LAST_PASS + 2 * HOUR),
            },
            "missed-notification",
            id="in step once more, and subscribed by then",
        ),
        pytest.param(
            {"subscriptions": (replace(LIVE, created_at=LAST_PASS + HOUR),)},
            None,
            id="perhaps gone before anybody subscribed",
        ),
    ],
)
def test_what_went_unseen_went_after_it_was_last_seen(
    more: dict[str, Any], way: str | None
) -> None:
    assert missed(replace(GONE, **more)) == way
