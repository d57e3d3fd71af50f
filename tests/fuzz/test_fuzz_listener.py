"""A notification is a reason to look, whatever it says: no changed one changes what a run makes."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from cases import Fuzzer
from judge import NIGHT
from mutate import KINDS, mutate
from notifications import bodies, listener, said_to
from sides import differences, state_of

PARTS = ("reservations", "requests", "pending", "outlook")
POSTED = [
    kind
    for kind in KINDS
    if not kind.startswith("status-") and kind not in ("chunked", "broken-chunks", "until-close")
]
TAKEN_OR_REFUSED = {b"202", b"400", b"413", b"415", b"431", b""}


@pytest.mark.parametrize("seed", range(3))
def test_the_listener_takes_or_refuses_each_changed_notification_and_the_night_is_as_ever(
    fuzzer: Fuzzer, seed: int
) -> None:
    building = fuzzer.theatre.put_up("changed")
    answers: dict[str, bytes] = {}
    with listener(building) as port:
        for number, post in enumerate(bodies(building)):
            for kind in POSTED:
                mutated = mutate(post, kind, f"{seed}/{number}")
                if mutated is None:
                    continue
                answer = said_to(port, mutated.answer)
                answers[f"{seed}/{number} {kind}: {mutated.what}"] = answer.partition(b"\r\n")[0]
            assert b" 202 " in said_to(port, post).partition(b"\r\n")[0]
    wrong = {what: line for what, line in answers.items() if line[9:12] not in TAKEN_OR_REFUSED}
    assert not wrong
    building.must("sync", "run")
    right = fuzzer.undisturbed("night")
    found = differences(right.after, state_of(building), parts=PARTS)
    building.later(NIGHT)
    building.must("sync", "run")
    found += differences(right.healed, state_of(building), parts=PARTS)
    assert not found
    with closing(sqlite3.connect(building.store)) as store:
        unheard = store.execute("SELECT * FROM inbox WHERE handled_at IS NULL").fetchall()
    assert unheard == []
    fuzzer.theatre.take_down(building)
