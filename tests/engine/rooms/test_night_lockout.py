"""A room whose address leads to another mailbox is locked out until somebody has looked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from night import Night, mailbox_of

from obctl.domain.room import LOCKED_OUT
from obctl.engine.reservations.series_scope import SeriesScope
from obctl.engine.sync.resync import forget_reading
from obctl.errors import ResyncRequired, TryLater
from obctl.sandbox.steps import Recreate
from obctl.store.rooms import save_inconclusive

BUDGET = "Rembrandt 09-15 09:00-10:00 Budget"


@pytest.fixture
def remade(night: Night) -> Night:
    """Rembrandt's mailbox was deleted and made anew; no pass has seen it yet."""
    night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.act(Recreate(room=mailbox_of("Rembrandt")))
    return night


def standing(night: Night) -> int:
    """How many meetings the new mailbox has."""
    return len(night.tenant.meetings_in(mailbox_of("Rembrandt")))


def make(night: Night) -> None:
    night.make("Rembrandt", "Interview", "16 09:00", "16 10:00")


def change(night: Night) -> None:
    night.edit(1, subject="Other")


def move_in(night: Night) -> None:
    (other,) = [item.number for item in night.all() if item.subject == "Elsewhere"]
    night.edit(other, room="Rembrandt")


def move_out(night: Night) -> None:
    night.edit(1, room="Vermeer")


def cancel(night: Night) -> None:
    night.call_off(1, scope=SeriesScope.ALL)


DECISIONS = [make, change, move_in, move_out, cancel]


@pytest.mark.parametrize("decide", DECISIONS)
def test_nothing_is_decided_for_a_room_locked_out_until_it_is_resynced(
    remade: Night, decide: Callable[[Night], None]
) -> None:
    night = remade
    night.make("Vermeer", "Elsewhere", "17 09:00", "17 10:00")
    night.run()
    assert night.room("Rembrandt").condition == "room-remapped"
    before = (night.all(), night.pending(), standing(night))
    with pytest.raises(ResyncRequired, match="another mailbox") as told:
        decide(night)
    assert (told.value.exit_code, told.value.code) == (7, "resync-required")
    assert told.value.hint is not None
    assert f"obctl sync resync {mailbox_of('Rembrandt')}" in told.value.hint
    assert (night.all(), night.pending(), standing(night)) == before
    forget_reading(night.company, night.room("Rembrandt"))
    decide(night)


def test_other_rooms_are_not_locked_out(remade: Night) -> None:
    assert remade.run().exit_code == 8
    remade.make("Vermeer", "Elsewhere", "09:00", "10:00")
    assert remade.outlook("Vermeer") == ["Vermeer 09-15 09:00-10:00 Elsewhere"]


def test_to_a_run_a_room_locked_out_is_inconclusive_as_any_other(remade: Night) -> None:
    assert remade.run("Rembrandt").exit_code == 8
    assert remade.run("Rembrandt", dry_run=True).exit_code == 8
    assert remade.run("Rembrandt", "Vermeer").exit_code == 8
    assert remade.reservations() == [BUDGET]


def test_a_push_that_finds_another_mailbox_locks_the_room_out(remade: Night) -> None:
    (made,) = remade.make("Rembrandt", "Interview", "16 09:00", "16 10:00", push=False)
    (result,) = remade.push(made.number)
    assert isinstance(result.error, ResyncRequired)
    assert standing(remade) == 0
    assert remade.room("Rembrandt").condition == "room-remapped"
    with pytest.raises(ResyncRequired):
        change(remade)


def test_a_resync_lifts_the_lock_and_what_is_pending_goes_out(remade: Night) -> None:
    (made,) = remade.make("Rembrandt", "Interview", "16 09:00", "16 10:00", push=False)
    remade.run("Rembrandt")
    assert remade.pending() == [(made.number, "create")]
    forget_reading(remade.company, remade.room("Rembrandt"))
    report = remade.run("Rembrandt", again=False)
    assert (report.pushed, report.push_failed) == (1, 0)
    assert remade.outlook("Rembrandt") == ["Rembrandt 09-16 09:00-10:00 Interview"]
    assert remade.room("Rembrandt").condition is None


def test_a_room_whose_mailbox_is_gone_or_closed_to_us_is_not_locked_out(night: Night) -> None:
    """Those come back by themselves."""
    night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    for kind in ("mailbox-gone", "forbidden", "server-error"):
        night.fail(kind, "Rembrandt")
        assert night.run("Rembrandt", full=True).exit_code == 8
        change(night)
        night.recover()
    night.sleep()
    night.run()
    assert night.outlook("Rembrandt") == ["Rembrandt 09-15 09:00-10:00 Other"]


OLD = "old-rembrandt@contoso.example"


@pytest.fixture
def given_away(night: Night) -> Night:
    """Rembrandt's address belongs to another mailbox; the old one lives on. A run saw it."""
    give_away(night)
    assert night.run().exit_code == 8
    return night


def give_away(night: Night) -> None:
    night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.act(Recreate(room=mailbox_of("Rembrandt"), kept_as=OLD))


@pytest.mark.parametrize("options", [{}, {"dry_run": True}, {"full": True}])
def test_any_run_notices_that_an_address_was_given_to_another_mailbox(
    night: Night, options: dict[str, bool]
) -> None:
    """The old mailbox answers by its id as if nothing were, and its changes are not the room's."""
    give_away(night)
    night.edit(1, subject="Other")
    report = night.run(**options)
    assert [problem.code for problem in report.problems] == ["room-remapped"]
    assert (report.exit_code, report.ok, report.inconclusive) == (8, 2, 1)
    assert night.room("Rembrandt").condition == (
        None if options == {"dry_run": True} else LOCKED_OUT
    )


def test_a_run_pushes_nothing_into_a_mailbox_that_lost_the_rooms_address(night: Night) -> None:
    give_away(night)
    (made,) = night.make("Rembrandt", "Interview", "16 09:00", "16 10:00", push=False)
    report = night.run()
    assert report.pushed == 0
    assert old_mailbox(night) == ["Budget"]
    assert (made.number, "create") in night.pending()


def test_whose_the_addresses_are_costs_a_run_one_question_for_fifteen_rooms(night: Night) -> None:
    night.run()
    night.watched.calls.clear()
    night.run(again=False)
    asked = [route for _, mailbox, route in night.watched.calls if mailbox is None]
    assert asked == ["users"]


@pytest.mark.parametrize("full", [False, True])
def test_a_room_mapped_by_another_of_its_addresses_is_asked_for_by_that_one(
    night: Night, full: bool
) -> None:
    give_away(night)
    directory = night.tenant.exchange.directory
    new = directory.mailboxes[mailbox_of("Rembrandt")]
    directory.mailboxes[mailbox_of("Rembrandt")] = directory.mailboxes[OLD]
    assert directory.address_of(directory.mailboxes[OLD]) == OLD != new.owner.address
    assert night.run(full=full).problems == []


@pytest.mark.parametrize("kind", ["forbidden", "mailbox-gone"])
def test_a_directory_that_is_closed_keeps_no_room_from_its_pass(night: Night, kind: str) -> None:
    night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail(kind, route="users*")
    night.edit(1, subject="Other")
    report = night.run()
    assert (report.exit_code, report.ok, report.problems) == (0, 3, [])


def test_a_directory_that_gives_no_answer_is_said_and_the_rooms_are_read(night: Night) -> None:
    night.make("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    night.fail("server-error", route="users")
    report = night.run(again=False)
    assert (report.exit_code, report.ok) == (0, 3)
    assert [(problem.room, problem.code) for problem in report.problems] == [
        (None, "identity-unchecked")
    ]


def test_a_notification_that_something_is_gone_is_not_believed_of_another_mailbox(
    night: Night,
) -> None:
    meeting = night.book("Rembrandt", "Budget", "09:00", "10:00")
    night.run()
    before = night.all()
    night.delete("Rembrandt", meeting)
    night.act(Recreate(room=mailbox_of("Rembrandt"), kept_as=OLD))
    with pytest.raises(TryLater) as told:
        night.notify("Rembrandt", before[0].event_id or "")
    assert told.value.code == "room-remapped"
    assert (night.all(), night.requests()) == (before, [])


def old_mailbox(night: Night) -> list[str]:
    return sorted(
        item.subject for item in night.tenant.exchange.directory.mailboxes[OLD].items.values()
    )


def test_a_room_found_remapped_stays_locked_out_while_the_old_mailbox_answers(
    given_away: Night,
) -> None:
    night = given_away
    before = (night.all(), old_mailbox(night))
    for _ in range(3):
        night.sleep(0, hours=8)
        for options in ({}, {"dry_run": True}, {"full": True}):
            report = night.run(**options)
            assert [problem.code for problem in report.problems] == ["room-remapped"]
            assert (report.exit_code, report.ok, report.inconclusive) == (8, 2, 1)
        assert night.room("Rembrandt").condition == "room-remapped"
    with pytest.raises(ResyncRequired):
        make(night)
    assert (night.all(), old_mailbox(night)) == before


def test_a_run_asks_for_the_address_of_a_room_locked_out_with_all_others(
    given_away: Night,
) -> None:
    given_away.watched.calls.clear()
    given_away.run()
    asked = [route for _, mailbox, route in given_away.watched.calls if mailbox is None]
    assert asked == ["users", f"users/{mailbox_of('Rembrandt')}"]


@pytest.mark.parametrize("kind", ["forbidden", "server-error"])
def test_a_lock_holds_where_the_directory_does_not_say(given_away: Night, kind: str) -> None:
    given_away.fail(kind, route="users/*")
    assert given_away.run().exit_code == 8
    assert given_away.room("Rembrandt").condition == "room-remapped"


def test_the_mailbox_on_record_found_again_lifts_the_lock(given_away: Night) -> None:
    mailboxes = given_away.tenant.exchange.directory.mailboxes
    mailboxes[mailbox_of("Rembrandt")] = mailboxes[OLD]
    assert given_away.run(again=False).exit_code == 0
    assert given_away.room("Rembrandt").condition is None
    make(given_away)


def test_nothing_pending_is_pushed_into_the_mailbox_that_is_no_longer_the_rooms(
    night: Night,
) -> None:
    (made,) = night.make("Rembrandt", "Interview", "16 09:00", "16 10:00", push=False)
    night.act(Recreate(room=mailbox_of("Rembrandt"), kept_as=OLD))
    save_inconclusive(night.store, night.room("Rembrandt").id, LOCKED_OUT)
    (result,) = night.push(made.number)
    assert isinstance(result.error, ResyncRequired)
    assert old_mailbox(night) == []


def test_a_notification_from_the_old_mailbox_changes_nothing(given_away: Night) -> None:
    before = given_away.all()
    with pytest.raises(TryLater) as told:
        given_away.notify("Rembrandt", before[0].event_id or "")
    assert told.value.code == "room-remapped"
    assert given_away.all() == before


@pytest.fixture
def named_apart(night: Night) -> Night:
    """Rembrandt's user principal name is not the address at which it is invited."""
    directory = night.tenant.exchange.directory
    directory.rooms[mailbox_of("Rembrandt")].principal = "conf-1@contoso.example"
    return night


@pytest.mark.parametrize("permission", ["User.Read.All", "User.ReadBasic.All"])
def test_a_room_whose_principal_name_is_not_its_address_has_its_mailbox_on_record(
    named_apart: Night, permission: str
) -> None:
    night = named_apart
    night.tenant.exchange.directory.permission = permission  # type: ignore[assignment]
    give_away(night)
    old = night.tenant.exchange.directory.mailboxes[OLD]
    assert night.room("Rembrandt").object_id == str(old.id)
    assert [problem.code for problem in night.run().problems] == ["room-remapped"]
