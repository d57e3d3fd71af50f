"""Why a change was not heard of: each way to miss it, and each kind of change, told by `diff`.

The listener is the real one: the sandbox shakes hands with it and delivers to it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from night import Night, daily, mailbox_of

from obctl.domain.difference import Difference
from obctl.domain.notification_urls import notification_urls
from obctl.engine.compare.diff import compare_rooms
from obctl.engine.compare.outlook_source import Outlook
from obctl.engine.ports import Gateway
from obctl.engine.subscriptions.create import create_subscription
from obctl.sandbox.delivery import Courier
from obctl.sandbox.steps import EndSubscriptions, LoseNotifications, Processing
from obctl.store.inbox import load_waiting
from obctl.webhook.app import Receiver, make_app
from obctl.webhook.intake import Intake
from obctl.webhook.server import Listener, bind

ROOM = "Rembrandt"
BOX = mailbox_of(ROOM)
DAY, TO = date(2026, 9, 25), date(2026, 9, 29)
THE_DATE = date(2026, 9, 26)


@contextmanager
def listening(night: Night) -> Iterator[str]:
    """`obctl listen` for the night's company, at the sandbox's time; ends when all is delivered."""
    receiver = Receiver(Intake(night.company.config.store_path), night.tenant.now)
    port, ready = bind("127.0.0.1", 0), threading.Event()
    server = Listener(make_app(receiver), port, tls=None, ready=ready.set)
    thread = threading.Thread(target=server.serve_until_told)
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{port.getsockname()[1]}/notifications"
        deliver(night)
    finally:
        server.stop()
        thread.join()
        port.close()


def deliver(night: Night) -> None:
    """Graph posts what it owes."""
    service = night.server.service
    asyncio.run(Courier(service.subscriptions, service.endpoints).deliver_due())
    assert not service.subscriptions.owes()


def subscribe(night: Night, url: str) -> None:
    async def ask(gateway: Gateway) -> None:
        await create_subscription(night.company, gateway, night.room(ROOM), notification_urls(url))

    night.ask(ask)


def expire(night: Night) -> None:
    night.sleep(8)


def remove(night: Night) -> None:
    night.act(EndSubscriptions(room=BOX, tell=False))


def lose(night: Night) -> None:
    night.act(LoseNotifications(room=BOX))


def create(night: Night, _: Any) -> None:
    night.book(ROOM, "New", "25 14:00", "25 15:00")


def move(night: Night, meeting: Any) -> None:
    night.change(meeting, start="25 11:00", end="25 12:00")


def rename(night: Night, meeting: Any) -> None:
    night.change(meeting, subject="Budget 2027")


def cancel(night: Night, meeting: Any) -> None:
    night.cancel(meeting)


def cancel_and_remove(night: Night, meeting: Any) -> None:
    night.act(Processing(room=BOX, settings={"RemoveCanceledMeetings": True}))
    night.cancel(meeting)


def delete(night: Night, meeting: Any) -> None:
    night.delete(ROOM, meeting)


def cancel_a_date(night: Night, meeting: Any) -> None:
    night.cancel(meeting, day=THE_DATE)


def move_a_date(night: Night, meeting: Any) -> None:
    night.change(meeting, day=THE_DATE, start="26 11:00", end="26 12:00")


def leave(night: Night, meeting: Any) -> None:
    night.change(meeting, rooms="Vermeer")


SERIES = {"recurrence": daily(date(2026, 9, 25), count=4)}
KINDS = {
    "created": (create, {}),
    "moved": (move, {}),
    "renamed": (rename, {}),
    "cancelled": (cancel, {}),
    "cancelled and removed": (cancel_and_remove, {}),
    "deleted": (delete, {}),
    "moved to another room": (leave, {}),
    "a date moved": (move_a_date, SERIES),
    "a date cancelled": (cancel_a_date, SERIES),
}
WAYS = {
    "subscription-expired": expire,
    "subscription-removed": remove,
    "missed-notification": lose,
}


def differences(night: Night) -> list[Difference]:
    async def ask(gateway: Gateway) -> list[Difference]:
        outlook = Outlook(night.company, gateway)
        (item,) = await compare_rooms(night.company, outlook, [night.room(ROOM)], DAY, TO)
        return list(item.differences)

    return night.ask(ask)


def subscribed(night: Night, **more: Any) -> Any:
    """A meeting that was notified and is in step, in a room that goes on being subscribed."""
    with listening(night) as url:
        subscribe(night, url)
        meeting = night.book(ROOM, "Budget", "25 09:00", "25 10:00", **more)
    night.run()
    night.sleep(0, hours=1)
    return meeting


def missed(night: Night) -> list[str | None]:
    return [found.missed_because and found.missed_because.code for found in differences(night)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_each_kind_of_change_is_told_with_the_way_in_which_it_was_missed(
    night: Night, kind: str, way: str
) -> None:
    act, more = KINDS[kind]
    meeting = subscribed(night, **more)
    WAYS[way](night)
    act(night, meeting)
    night.sleep(0, hours=1)
    assert missed(night) == [way]


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_promised_to_tell_was_not_missed(night: Night, kind: str) -> None:
    act, more = KINDS[kind]
    meeting = night.book(ROOM, "Budget", "25 09:00", "25 10:00", **more)
    night.run()
    night.sleep(0, hours=1)
    act(night, meeting)
    night.sleep(0, hours=1)
    assert missed(night) == [None]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_notified_and_waits_in_the_inbox_was_not_missed(night: Night, kind: str) -> None:
    act, more = KINDS[kind]
    with listening(night) as url:
        subscribe(night, url)
        meeting = night.book(ROOM, "Budget", "25 09:00", "25 10:00", **more)
        deliver(night)
        night.run()
        night.sleep(0, hours=1)
        act(night, meeting)
    night.sleep(0, hours=1)
    assert load_waiting(night.store, night.room(ROOM).id)
    assert missed(night) == [None]


@pytest.mark.parametrize("kind", ["cancelled", "deleted", "a date cancelled"])
def test_what_a_pass_has_seen_since_was_not_missed(night: Night, kind: str) -> None:
    act, more = KINDS[kind]
    meeting = subscribed(night, **more)
    lunch = next(r for r in night.all() if not more or f"{r.start:%m-%d}" == "09-26")
    night.cater(lunch.number)
    lose(night)
    act(night, meeting)
    night.sleep(0, hours=1)
    assert missed(night) == ["missed-notification"]
    night.run(again=False)
    night.reject()
    assert missed(night) == [None]


def test_a_notification_about_another_meeting_brings_no_news_of_this_one(night: Night) -> None:
    with listening(night) as url:
        subscribe(night, url)
        meeting = night.book(ROOM, "Budget", "25 09:00", "25 10:00")
        deliver(night)
        night.run()
        night.sleep(0, hours=1)
        lose(night)
        move(night, meeting)
        night.act(LoseNotifications(room=BOX, times=0))
        night.book(ROOM, "Another", "28 09:00", "28 10:00", organizer="bram")
    night.sleep(0, hours=1)
    causes = {found.subject: found.cause and found.cause.code for found in differences(night)}
    assert causes == {"Budget": "missed-notification", "Another": "awaiting-next-pass"}
