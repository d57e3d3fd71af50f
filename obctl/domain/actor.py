"""Who acts, as the company log names them: a person, or obctl on its own.

`sync run` and `sync apply` name themselves. Without a terminal that is all there is to say; on one
the person is named too.
"""

from __future__ import annotations

import re

LISTENER = "listener"
NIGHTLY_RUN = "nightly run"
SYNC_RUN = "sync run"
SYNC_APPLY = "sync apply"

_BY_A_PERSON = re.compile(rf"(?:{SYNC_RUN}|{SYNC_APPLY}) by (.+)", re.DOTALL)


def run_by(command: str, person: str) -> str:
    """The actor of a run that somebody started on a terminal."""
    return f"{command} by {person}"


def person_in(actor: str) -> str | None:
    """The person that an actor names, if any."""
    if actor in (LISTENER, NIGHTLY_RUN, SYNC_APPLY):
        return None
    found = _BY_A_PERSON.fullmatch(actor)
    return found[1] if found else actor
