from __future__ import annotations

import pytest

from obctl.domain.actor import (
    LISTENER,
    NIGHTLY_RUN,
    SYNC_APPLY,
    SYNC_RUN,
    person_in,
    run_by,
)


@pytest.mark.parametrize("actor", [LISTENER, NIGHTLY_RUN, SYNC_APPLY])
def test_obctl_on_its_own_is_nobody(actor: str) -> None:
    assert person_in(actor) is None


@pytest.mark.parametrize("person", ["mia", "Mia Mol", "mia\nmol", "by by mia"])
def test_a_person_is_found_again(person: str) -> None:
    assert person_in(person) == person
    assert person_in(run_by(SYNC_RUN, person)) == person
    assert person_in(run_by(SYNC_APPLY, person)) == person
