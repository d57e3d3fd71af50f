"""Carries out the steps of `steps.py` on a running sandbox."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime, timedelta
from typing import Any, assert_never

from obctl.errors import UsageError
from obctl.sandbox import incidents, item_edit, meeting_mail, steps
from obctl.sandbox.change_feed import expire_tokens
from obctl.sandbox.directory import Processing
from obctl.sandbox.faults import Fault
from obctl.sandbox.item import Item
from obctl.sandbox.mailbox import Mailbox
from obctl.sandbox.recurrence_wire import read_recurrence
from obctl.sandbox.service import Service
from obctl.sandbox.tenant import Meeting
from obctl.sandbox.times import instant_text, parse_duration
from obctl.sandbox.triggers import trigger


def perform(service: Service, step: steps.Step) -> dict[str, Any]:
    """Have `step` happen now; says what came of it."""
    tenant = service.tenant
    match step:
        case steps.Book():
            return _named(service, step.name, _book(service, step))
        case steps.BookDirectly():
            end = _end(step.start, step.end, step.duration)
            booked = tenant.book_directly(
                step.room, step.subject, step.start, end,
                transaction_id=step.transaction_id, show_as=step.show_as, all_day=step.all_day,
            )  # fmt: skip
            return _named(service, step.name, booked)
        case steps.Change():
            _change(service, step)
        case steps.Cancel():
            tenant.cancel(_handle(service, step.meeting), day=step.day)
        case steps.Respond():
            meeting = _handle(service, step.meeting)
            tenant.respond(step.mailbox, meeting, step.response, day=step.day)
        case steps.Delete():
            tenant.delete(step.mailbox, _handle(service, step.meeting), day=step.day)
        case steps.Refile():
            tenant.refile(step.mailbox, _handle(service, step.meeting))
        case steps.TriggerStep():
            return trigger(service, step.event, step.room)
        case steps.Wait():
            if step.until is not None:
                tenant.set_clock(_instant(step.until))
        case _:
            with tenant.locked():
                return _befall(service, step)
    return {}


def _befall(service: Service, step: steps.Incident | steps.Disturbance) -> dict[str, Any]:
    """Steps that no person takes."""
    exchange = service.exchange
    match step:
        case steps.Rewrite():
            mailbox, item = service.tenant.copy(step.mailbox, _handle(service, step.meeting))
            item_edit.edit(item, step.day, _checked(step.fields, item))
            exchange.touch(mailbox, item, step.day)
        case steps.Forward():
            _, item = _original(service, step.meeting)
            meeting_mail.forward(exchange, item, _mailbox(service, step.room))
        case steps.Split():
            mailbox, item = _original(service, step.meeting)
            start = datetime.fromisoformat(step.start) if step.start else None
            made = incidents.split_series(
                exchange, mailbox, item, step.day, start=start, subject=step.subject
            )
            return _named(service, step.name, Meeting(made.uid, made.organizer.address))
        case steps.InviteToOne():
            _, item = _original(service, step.meeting)
            room = _mailbox(service, step.mailbox)
            made = incidents.invite_to_one(exchange, room, item, step.day)
            return _named(service, step.name, Meeting(made.uid, made.organizer.address))
        case steps.Restore():
            _, item = _original(service, step.meeting)
            incidents.restore(exchange, _mailbox(service, step.mailbox), item)
        case steps.MoveMailbox():
            incidents.move_mailbox(_mailbox(service, step.room))
        case steps.Recreate():
            _mailbox(service, step.room)
            exchange.directory.recreate(step.room, kept_as=step.kept_as)
        case steps.Purge():
            room = _mailbox(service, step.room)
            return {"purged": incidents.purge(exchange, room, _instant(step.before))}
        case steps.Processing():
            _process(service, step)
        case steps.Person():
            employee = exchange.directory.employees.get(step.mailbox.lower())
            if employee is None:
                raise UsageError(f"{step.mailbox} is not among the people")
            employee.enabled, employee.deleted = step.enabled, step.deleted
        case _:
            return _disturb(service, step)
    return {}


def _disturb(service: Service, step: steps.Disturbance) -> dict[str, Any]:
    """Steps that befall Graph itself."""
    match step:
        case steps.Fault():
            if step.room is not None:
                _mailbox(service, step.room)
            service.faults.active.append(
                Fault(step.kind, step.room.lower() if step.room else None, step.route, step.method,
                      step.times, step.spare, step.share, step.seed, step.seconds)
            )  # fmt: skip
        case steps.ClearFaults():
            service.faults.clear(step.kind, step.room)
        case steps.ExpireTokens():
            expire_tokens(_mailbox(service, step.room))
        case steps.LoseNotifications():
            service.subscriptions.lose(_mailbox(service, step.room), step.times)
        case steps.EndSubscriptions():
            service.subscriptions.end(_mailbox(service, step.room), tell=step.tell)
        case _:
            assert_never(step)
    return {}


def _book(service: Service, step: steps.Book) -> Meeting:
    return service.tenant.book(
        step.organizer,
        step.rooms,
        step.subject,
        step.start,
        _end(step.start, step.end, step.duration),
        time_zone=step.time_zone,
        recurrence=step.recurrence,
        attendees=step.attendees,
        location=step.location,
        all_day=step.all_day,
        organizer_name=step.organizer_name,
        body=step.body,
        body_type="text",
        sensitivity=step.sensitivity,
        show_as=step.show_as,
    )


def _change(service: Service, step: steps.Change) -> None:
    meeting = _handle(service, step.meeting)
    _, item = _original(service, step.meeting)
    given = {
        name: getattr(step, name)
        for name in ("subject", "body", "sensitivity", "show_as")
        if getattr(step, name) is not None
    }
    if step.time_zone is not None:
        given |= {"zone": step.time_zone, "end_zone": step.time_zone}
    if step.recurrence is not None:
        start = datetime.fromisoformat(step.start) if step.start else item.start
        zone = step.time_zone or item.zone
        given["recurrence"] = read_recurrence(step.recurrence, start=start.date(), zone=zone)
        given["kind"] = "seriesMaster"
    service.tenant.change(
        meeting, day=step.day, start=step.start, end=step.end, rooms=step.rooms,
        location=step.location, silent=step.silent, **given,
    )  # fmt: skip


def _checked(fields: dict[str, Any], item: Item) -> dict[str, Any]:
    known = {one.name for one in dataclass_fields(item)}
    if unknown := fields.keys() - known:
        raise UsageError(f"an event has no {', '.join(sorted(unknown))}")
    walls = {
        name: datetime.fromisoformat(str(fields[name]))
        for name in ("start", "end")
        if name in fields
    }
    return fields | walls


def _process(service: Service, step: steps.Processing) -> None:
    room = service.exchange.directory.rooms.get(step.room.lower())
    if room is None:
        raise UsageError(f"{step.room} is not among the rooms")
    names = {
        "".join(word.capitalize() for word in one.name.split("_")): one.name
        for one in dataclass_fields(Processing)
    }
    for key, value in step.settings.items():
        if key not in names or type(value) is not type(getattr(room.processing, names[key])):
            raise UsageError(f"Set-CalendarProcessing has no {key} that could be {value!r}")
        setattr(room.processing, names[key], value)


def _named(service: Service, name: str, meeting: Meeting) -> dict[str, Any]:
    if name:
        service.handles[name] = meeting
    return {"iCalUId": meeting.uid, "organizer": meeting.organizer, "name": name or None}


def _handle(service: Service, name: str) -> Meeting:
    found = service.handles.get(name)
    if found is None:
        known = ", ".join(sorted(service.handles)) or "none"
        raise UsageError(f"no meeting is named {name!r}; named so far: {known}")
    return found


def _original(service: Service, name: str) -> tuple[Mailbox, Item]:
    meeting = _handle(service, name)
    return service.tenant.copy(meeting.organizer, meeting)


def _mailbox(service: Service, address: str) -> Mailbox:
    found = service.exchange.directory.mailboxes.get(address.lower())
    if found is None:
        raise UsageError(f"there is no mailbox {address}")
    return found


def _end(start: str, end: str, duration: str) -> str:
    if end:
        return end
    try:
        length = parse_duration(duration) if duration else timedelta(hours=1)
        return (datetime.fromisoformat(start) + length).isoformat()
    except ValueError as error:
        raise UsageError(str(error)) from error


def _instant(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no instant such as {instant_text(datetime.now(UTC))}"
        ) from error
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).astimezone(UTC)
