"""When a room answered, and since when it has had a meeting."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from builders import make_event

from obctl.domain.room_answer import answered_at, in_room_since

EARLY, LATE = datetime(2025, 12, 20, 9, tzinfo=UTC), datetime(2026, 9, 10, 8, tzinfo=UTC)


def copy(time: object, **more: object):
    shown = f'"{time}"' if isinstance(time, str) else "null"
    payload = f'{{"responseStatus": {{"response": "accepted", "time": {shown}}}}}'.encode()
    return make_event(payload=payload, **more)


@pytest.mark.parametrize(
    ("event", "moment"),
    [
        pytest.param(copy("2025-12-20T09:00:00Z"), EARLY, id="an answer"),
        pytest.param(copy("2025-12-20T09:00:00.0000000Z"), EARLY, id="to the tick"),
        pytest.param(copy("2025-12-20T10:00:00+01:00"), EARLY, id="in a zone"),
        pytest.param(copy("2025-12-20T09:00:00"), EARLY, id="without a zone"),
        pytest.param(copy("0001-01-01T00:00:00Z"), None, id="Graph's never"),
        pytest.param(copy(None), None, id="no time"),
        pytest.param(copy("yesterday"), None, id="no instant"),
        pytest.param(make_event(payload=b'{"responseStatus": null}'), None, id="no answer"),
        pytest.param(make_event(payload=b'{"responseStatus": 1}'), None, id="nobody can read it"),
        pytest.param(make_event(payload=b""), None, id="no copy"),
    ],
)
def test_an_answer_has_its_time(event, moment) -> None:
    assert answered_at(event) == moment


@pytest.mark.parametrize(
    ("event", "since"),
    [
        pytest.param(copy("2025-12-20T09:00:00Z", created_at=LATE), EARLY, id="copy made anew"),
        pytest.param(copy("2026-09-10T08:00:02Z", created_at=LATE), LATE, id="as it was made"),
        pytest.param(copy(None, created_at=LATE, born_at=EARLY), LATE, id="birth proves nothing"),
        pytest.param(copy(None, created_at=None, born_at=EARLY), EARLY, id="all there is"),
        pytest.param(copy(None, created_at=None), None, id="nothing is known"),
    ],
)
def test_a_room_has_a_meeting_since_it_was_made_or_answered(event, since) -> None:
    assert in_room_since(event) == since
