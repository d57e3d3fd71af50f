"""What each verb of a story does: in the sandbox, in Officebooking, or as the engineer."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from typing import Any

from night import TenantServer, at_once

from confusion.cast import Cast
from confusion.story import AMSTERDAM, Do
from obctl.domain.event import Person as Organizer
from obctl.domain.notification_urls import notification_urls
from obctl.domain.reservation import Reservation, ReservationNumber, ServiceKind
from obctl.domain.room import Room
from obctl.domain.sync.cancellation import RequestStatus
from obctl.domain.values import replace
from obctl.engine.company import Company
from obctl.engine.live.inbox import Reconcilers, drain_room
from obctl.engine.push.dispatch import push_reservations
from obctl.engine.push.enqueue import CancelNotice
from obctl.engine.reservations import cancellation_requests, services
from obctl.engine.reservations.cancel import cancel_reservation
from obctl.engine.reservations.change import Edit, change_reservation
from obctl.engine.reservations.create import NewReservation, make_reservation
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.engine.rooms.calendar_processing import import_policy
from obctl.engine.rooms.mapping import import_existing
from obctl.engine.subscriptions.create import create_subscription
from obctl.sandbox import steps
from obctl.sandbox.actions import perform
from obctl.sandbox.faults import Fault
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.tenant import Meeting
from obctl.store.cancellation_requests import load_requests
from obctl.store.outbox import cancel_pending_of
from obctl.store.reservations import Filter, search_reservations, update_reservation
from obctl.store.rooms import load_rooms

ZONE = "Europe/Amsterdam"
OURS = "ours"
"""What obctl wrote last into the story's first room."""
_DELIVERED_WITHIN = 30.0


class Doings:
    """Carries out the verbs of `acts`, for the cast of whichever story."""

    def __init__(self, company: Company, tenant_server: TenantServer, url: str) -> None:
        self.company = company
        self.tenant_server = tenant_server
        self.url = url
        self.service = tenant_server.server.service
        self.tenant = tenant_server.server.tenant

    def do(self, cast: Cast, do: Do) -> None:
        getattr(self, do.verb)(cast, **do.given)

    def go_to(self, moment: datetime) -> None:
        """Let time pass until `moment`, and all be delivered that is due by then."""
        if moment > self.tenant.now():
            self.tenant.set_clock(moment)
        if not self.url:
            return
        deadline = time.monotonic() + _DELIVERED_WITHIN
        while self.service.subscriptions.owes():
            assert time.monotonic() < deadline, "notifications are not delivered"
            time.sleep(0.002)

    # -- people in Outlook ---------------------------------------------------------------------

    def book(
        self, cast: Cast, start: str, end: str, subject: str, *, name: str = "it",
        rooms: str = "A", by: str = "anna", zone: str = ZONE, repeats: Any = None,
        attendees: tuple[str, ...] = (), location: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        begin = cast.setting.wall(start)
        made = self.tenant.book(
            cast.address(by), [cast.mailbox(letter) for letter in rooms.split()], subject,
            begin.isoformat(), cast.setting.wall(end).isoformat(), time_zone=zone,
            recurrence=recurrence(cast, begin.date(), repeats),
            attendees=[cast.address(one) for one in attendees],
            location=typed(cast, location), **more,
        )  # fmt: skip
        self._name(cast, name, made)

    def direct(
        self, cast: Cast, start: str, end: str, subject: str, *, name: str = "panel",
        room: str = "A", repeats: Any = None, attendees: tuple[str, ...] = (), zone: str = ZONE,
        **more: Any,
    ) -> None:  # fmt: skip
        begin = cast.setting.wall(start)
        made = self.tenant.book(
            cast.mailbox(room), [], subject, begin.isoformat(), cast.setting.wall(end).isoformat(),
            time_zone=zone, recurrence=recurrence(cast, begin.date(), repeats),
            attendees=[cast.address(one) for one in attendees], **more,
        )  # fmt: skip
        self._name(cast, name, made)

    def change(
        self, cast: Cast, *, meeting: str = "it", day: int | None = None, rooms: str | None = None,
        repeats: Any = None, location: str | None = None, zone: str | None = None, **more: Any,
    ) -> None:  # fmt: skip
        for name in ("start", "end"):
            if name in more:
                more[name] = cast.setting.wall(more[name]).isoformat()
        if rooms is not None:
            more["rooms"] = [cast.mailbox(letter) for letter in rooms.split()]
        if zone is not None:
            more |= {"zone": zone, "end_zone": zone}
        if repeats is not None:
            _, item = self.tenant.copy(self._meeting(cast, meeting).organizer,
                                       self._meeting(cast, meeting))  # fmt: skip
            start = datetime.fromisoformat(more["start"]) if "start" in more else item.start
            shown = recurrence(cast, start.date(), repeats)
            more["recurrence"] = read_recurrence(shown, start=start.date(), zone=ZONE)
            more["kind"] = "seriesMaster"
        self.tenant.change(
            self._meeting(cast, meeting), day=_day(cast, day), location=typed(cast, location),
            **more,
        )  # fmt: skip

    def cancel(self, cast: Cast, *, meeting: str = "it", day: int | None = None) -> None:
        self.tenant.cancel(self._meeting(cast, meeting), day=_day(cast, day))

    def respond(
        self, cast: Cast, response: Any, *, meeting: str = "it", day: int | None = None,
        room: str = "A",
    ) -> None:  # fmt: skip
        found = self._meeting(cast, meeting)
        self.tenant.respond(cast.mailbox(room), found, response, day=_day(cast, day))

    def delete(
        self, cast: Cast, *, meeting: str = "it", day: int | None = None, mailbox: str = "A"
    ) -> None:
        found = self._meeting(cast, meeting)
        self.tenant.delete(self._box(cast, mailbox), found, day=_day(cast, day))

    def rewrite(
        self, cast: Cast, *, meeting: str = "it", day: int | None = None, mailbox: str = "A",
        **fields: Any,
    ) -> None:  # fmt: skip
        for name in ("start", "end"):
            if name in fields:
                fields[name] = cast.setting.wall(fields[name]).isoformat()
        self._meeting(cast, meeting)
        self._perform(
            steps.Rewrite(
                meeting=cast.handle(meeting), mailbox=self._box(cast, mailbox), fields=fields,
                day=_day(cast, day),
            )
        )  # fmt: skip

    def split(
        self, cast: Cast, day: int, *, meeting: str = "it", name: str = "rest",
        start: str | None = None, subject: str | None = None,
    ) -> None:  # fmt: skip
        first = cast.setting.day(day)
        begin = cast.setting.wall(start).isoformat() if start else None
        self._perform(
            steps.Split(
                meeting=cast.handle(meeting), day=first, name=cast.handle(name), start=begin,
                subject=subject,
            )
        )  # fmt: skip

    def forward(self, cast: Cast, room: str, *, meeting: str = "it") -> None:
        self._perform(steps.Forward(meeting=cast.handle(meeting), room=cast.mailbox(room)))

    def invite_to_one(
        self, cast: Cast, day: int, *, meeting: str = "it", room: str = "A", name: str = "one"
    ) -> None:
        self._perform(
            steps.InviteToOne(
                meeting=cast.handle(meeting), mailbox=cast.mailbox(room),
                day=cast.setting.day(day), name=cast.handle(name),
            )
        )  # fmt: skip

    # -- Exchange and Graph --------------------------------------------------------------------

    def restore(self, cast: Cast, *, meeting: str = "it", room: str = "A") -> None:
        self._perform(steps.Restore(meeting=cast.handle(meeting), mailbox=cast.mailbox(room)))

    def move_mailbox(self, cast: Cast, room: str) -> None:
        self._perform(steps.MoveMailbox(room=cast.mailbox(room)))

    def recreate(self, cast: Cast, room: str, *, kept: bool = False) -> None:
        kept_as = f"old-{cast.mailbox(room)}" if kept else None
        self._perform(steps.Recreate(room=cast.mailbox(room), kept_as=kept_as))

    def purge(self, cast: Cast, room: str, before: str) -> None:
        moment = cast.setting.instant(before).isoformat()
        self._perform(steps.Purge(room=cast.mailbox(room), before=moment))

    def refile(self, cast: Cast, *, meeting: str = "it", room: str = "A") -> None:
        self._perform(steps.Refile(meeting=cast.handle(meeting), mailbox=cast.mailbox(room)))

    def rules(self, cast: Cast, room: str, *, known: bool, **settings: Any) -> None:
        self._perform(steps.Processing(room=cast.mailbox(room), settings=settings))
        if known:
            file = self.company.config.folder / "policy.json"
            file.write_text(json.dumps([{"Identity": cast.mailbox(room)} | settings]), "utf-8")
            import_policy(self.company, file)

    def leaves(self, cast: Cast, person: str, *, deleted: bool) -> None:
        self._perform(steps.Person(mailbox=cast.address(person), enabled=deleted, deleted=deleted))

    def fails(self, cast: Cast, kind: Any, mailbox: str, **more: Any) -> None:
        fault = Fault(kind, self._box(cast, mailbox), seconds=0, **more)
        self.service.faults.active.append(fault)

    def recovers(self, cast: Cast, mailbox: str) -> None:
        self.service.faults.clear(None, self._box(cast, mailbox))

    def expire_tokens(self, cast: Cast, room: str) -> None:
        self._perform(steps.ExpireTokens(room=cast.mailbox(room)))

    # -- Officebooking -------------------------------------------------------------------------

    def reserve(
        self, cast: Cast, start: str, end: str, subject: str, *, room: str = "A",
        by: str = "anna", push: bool = True, **more: Any,
    ) -> None:  # fmt: skip
        who = Organizer(f"{by.title()} {cast.key}", cast.address(by))
        begin, until = (cast.setting.instant(when) for when in (start, end))
        new = NewReservation(self._room(cast, room), subject, begin, until, who, **more)
        made = at_once(make_reservation(self.company, None, new)).reservations
        if push:
            self._push(made[0].number)

    def edit(
        self, cast: Cast, subject: str, *, day: int | None = None, scope: str = "one",
        push: bool = True, to: str | None = None, start: str | None = None,
        end: str | None = None, title: str | None = None,
    ) -> None:  # fmt: skip
        change = Edit(
            room=self._room(cast, to) if to else None,
            subject=title,
            start=cast.setting.instant(start) if start else None,
            end=cast.setting.instant(end) if end else None,
        )
        number = self._reservation(cast, subject, day).number
        done = at_once(change_reservation(self.company, None, number, change, SeriesScope(scope)))
        if push:
            self._push(*(one.number for one in done.reservations))

    def call_off(
        self, cast: Cast, subject: str, *, day: int | None = None, scope: str = "one",
        push: bool = True, silent: bool = False,
    ) -> None:  # fmt: skip
        number, notice = self._reservation(cast, subject, day).number, CancelNotice(silent=silent)
        done = at_once(cancel_reservation(self.company, None, number, SeriesScope(scope), notice))
        if push:
            self._push(*(one.number for one in done.reservations))

    def cater(self, cast: Cast, subject: str, *, day: int | None = None) -> None:
        kind = ServiceKind.CATERING
        for one in self._reservations(cast, subject, day):
            services.add_service(self.company, one.number, kind, "lunch", 8, None)

    def approve(self, cast: Cast, subject: str) -> None:
        cancellation_requests.approve(self.company, self._requests(cast, subject), note=None)

    def reject(self, cast: Cast, subject: str, *, push_back: bool) -> None:
        wanted = self._requests(cast, subject)
        cancellation_requests.reject(self.company, wanted, note=None, push_back=push_back)
        if push_back:
            self._push(*(one.number for one in self._reservations(cast, subject)))

    def import_existing(self, cast: Cast, room: str) -> None:
        import_existing(self.company, [self._room(cast, room)])

    def forget_push(self, cast: Cast, subject: str) -> None:
        with self.company.store.transaction():
            for one in self._reservations(cast, subject):
                cancel_pending_of(self.company.store, one.number, one.room, self.company.now)

    def stored(self, cast: Cast, subject: str, *, day: int | None = None, **fields: Any) -> None:
        for name in ("start", "end"):
            if name in fields:
                fields[name] = cast.setting.instant(fields[name])
        shift = timedelta(minutes=fields.pop("shift", 0))
        with self.company.store.transaction():
            for one in self._reservations(cast, subject, day):
                moved = replace(one, start=one.start + shift, end=one.end + shift)
                update_reservation(self.company.store, replace(moved, **fields))

    # -- the engineer --------------------------------------------------------------------------

    def subscribe(self, cast: Cast, room: str, *, catch_up: bool = False) -> None:
        urls = notification_urls(self.url)
        self.tenant_server.ask(
            lambda gateway: create_subscription(
                self.company, gateway, self._room(cast, room), urls, catch_up=catch_up
            )
        )

    def drain(self, cast: Cast) -> None:
        for letter in cast.letters:
            room = self._room(cast, letter).id
            self.tenant_server.ask(
                lambda gateway, room=room: drain_room(self.company, gateway, room, Reconcilers())
            )

    def lose_notifications(self, cast: Cast, room: str, times: int) -> None:
        self._perform(steps.LoseNotifications(room=cast.mailbox(room), times=times))

    def end_subscriptions(self, cast: Cast, room: str, *, tell: bool) -> None:
        self._perform(steps.EndSubscriptions(room=cast.mailbox(room), tell=tell))

    # -- who is meant --------------------------------------------------------------------------

    def _perform(self, step: Any) -> None:
        perform(self.service, step)

    def _name(self, cast: Cast, name: str, meeting: Meeting) -> None:
        self.service.handles[cast.handle(name)] = meeting

    def _meeting(self, cast: Cast, name: str) -> Meeting:
        handle = cast.handle(name)
        if name == OURS:
            self.service.handles[handle] = self.tenant.meetings_in(cast.mailbox("A"))[-1]
        return self.service.handles[handle]

    def _box(self, cast: Cast, name: str) -> str:
        return cast.mailbox(name) if len(name) == 1 else cast.address(name)

    def _room(self, cast: Cast, letter: str) -> Room:
        mailbox = cast.mailbox(letter)
        return next(room for room in load_rooms(self.company.store) if room.mailbox == mailbox)

    def _reservations(self, cast: Cast, subject: str, day: int | None = None) -> list[Reservation]:
        mine = {
            room.id for room in load_rooms(self.company.store) if room.mailbox in cast.mailboxes
        }
        found = [
            one
            for one in search_reservations(self.company.store, Filter())
            if one.room in mine and one.is_active and one.subject == subject
            and (day is None or one.start.astimezone(AMSTERDAM).date() == cast.setting.day(day))
        ]  # fmt: skip
        assert found, f"no reservation {subject!r}"
        return sorted(found, key=lambda one: one.start)

    def _reservation(self, cast: Cast, subject: str, day: int | None) -> Reservation:
        return self._reservations(cast, subject, day)[0]

    def _requests(self, cast: Cast, subject: str) -> list[int]:
        mine = {one.number for one in self._reservations(cast, subject)}
        waiting = load_requests(self.company.store, RequestStatus.OPEN)
        found = [request.id for request in waiting if request.reservation in mine]
        assert found, "no request waits"
        return found

    def _push(self, *numbers: ReservationNumber) -> None:
        self.tenant_server.ask(lambda gateway: push_reservations(self.company, gateway, numbers))


def typed(cast: Cast, location: str | None) -> str | None:
    """A place as somebody typed it: {A} is the name of the story's room."""
    if location is None:
        return None
    return location.format(**{letter: cast.room_name(letter) for letter in cast.letters})


def recurrence(cast: Cast, start: date, shown: dict[str, Any] | None) -> dict[str, Any] | None:
    """Graph's recurrence of what `weekly` and `daily` describe, from `start` on."""
    if shown is None:
        return None
    pattern = {name: value for name, value in shown.items() if name not in ("count", "until")}
    usual = {"interval": 1, "daysOfWeek": [f"{start:%A}".lower()]}
    span: dict[str, Any] = {"type": "noEnd", "startDate": start.isoformat()}
    if shown["count"]:
        span |= {"type": "numbered", "numberOfOccurrences": shown["count"]}
    if shown["until"] is not None:
        span |= {"type": "endDate", "endDate": cast.setting.day(shown["until"]).isoformat()}
    return {"pattern": usual | pattern, "range": span}


def _day(cast: Cast, number: int | None) -> date | None:
    return None if number is None else cast.setting.day(number)
