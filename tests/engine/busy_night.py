"""A night with a bit of everything ahead, and all that anybody can see of it afterwards."""

from __future__ import annotations

from typing import Any

from night import NAMES, Night, mailbox_of, weekly


def prepare(night: Night) -> None:
    """Moves, cancellations, series and pending writes are ahead."""
    moving = night.book("Rembrandt", "Moving", "09:00", "10:00")
    shifting = night.book("Rembrandt", "Shifting", "10:00", "11:00")
    ending = night.book("Rembrandt", "Ending", "11:00", "12:00")
    vanishing = night.book("Rembrandt", "Vanishing", "13:00", "14:00")
    series = night.book("Vermeer", "Board", "15:00", "16:00", recurrence=weekly(count=4))
    (changing,) = night.make("Hals", "Changing", "09:00", "10:00")
    (leaving,) = night.make("Hals", "Leaving", "11:00", "12:00")
    night.run()
    numbers = {item.subject: item.number for item in night.all()}
    night.cater(numbers["Moving"])
    night.cater(numbers["Shifting"])
    night.change(shifting, rooms="Hals")
    night.fail("forbidden", "Rembrandt")
    night.run(again=False)
    night.recover()
    night.change(moving, rooms="Vermeer")
    night.cancel(ending)
    night.delete("Rembrandt", vanishing)
    night.change(
        series, day=night.tenant.now().date().replace(day=22), start="23 15:00", end="23 16:00"
    )
    night.book("Rembrandt", "Fresh", "15:00", "16:00", recurrence=weekly(count=3))
    night.make("Vermeer", "Made here", "17:00", "18:00", push=False)
    weeks = night.make(
        "Hals", "Coaching", "13:00", "14:00", repeat="FREQ=WEEKLY;COUNT=4", push=False
    )
    night.edit(weeks[1].number, start="22 14:30", end="22 15:30", push=False)
    night.call_off(weeks[2].number, push=False)
    night.edit(changing.number, start="16 09:00", end="16 10:00", push=False)
    night.call_off(leaving.number, push=False)


def state(night: Night) -> dict[str, Any]:
    """Everything people and the next run can see, instants of writing aside."""
    return {
        "reservations": [
            (item.number, item.event_id, item.series_key, item.version, item.services)
            for item in night.all()
        ],
        "shown": night.reservations(),
        "agreed": [
            tuple(row)
            for row in night.store.rows(
                "SELECT reservation, event_id, start_at, subject, version FROM agreed_states"
                " ORDER BY reservation"
            )
        ],
        "requests": night.requests(None),
        "pending": night.pending(),
        "outlook": [line for room in NAMES for line in night.outlook(room)],
        "meetings": [len(night.tenant.meetings_in(mailbox_of(room))) for room in NAMES],
        # Graph forgets a link that is followed again and again, and the room is read whole then.
        "log": sorted(
            action
            for action in night.log()
            if not action.startswith(("sync.", "reservation.", "room.read-whole"))
        ),
    }
