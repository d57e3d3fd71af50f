"""`doctor --record`: the recording of what was heard, in a file that only its owner can read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from obctl.config import write_private
from obctl.domain.recording import Recorder
from obctl.domain.room import Room
from obctl.domain.time_span import instant_text
from obctl.domain.token_claims import TokenClaims
from obctl.engine.admin.doctor.heard import Heard
from obctl.engine.company import Company
from obctl.errors import UsageError


def write_recording(
    company: Company, rooms: Sequence[Room], heard: Heard, claims: TokenClaims | None, file: Path
) -> int:
    """Write it; how many answers are in it. Raises `UsageError` where nothing can be written."""
    ahead = heard.ahead
    found = Recorder(rooms).recording(
        heard.exchanges,
        recorded_at=instant_text(company.now),
        claims=claims,
        ahead_seconds=None if ahead is None else ahead.total_seconds(),
    )
    try:
        write_private(file, (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode())
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {error.strerror}", hint="name another file"
        ) from error
    return len(found["exchanges"])
