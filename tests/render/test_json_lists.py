"""A list of any length is written object by object, and reads as if written at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from obctl.render.output import Format, show_list

OBJECTS: list[dict[str, Any]] = [
    {"id": 1, "what": "two\nlines", "series": None, "services": []},
    {"id": 2, "what": "é", "series": {"of": [1, {"a": {}}]}, "services": [{"kind": "x"}]},
]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_json_is_an_array(capsys: pytest.CaptureFixture[str], count: int) -> None:
    show_list(Format.JSON, iter(OBJECTS[:count]), [], names=())
    expected = json.dumps(OBJECTS[:count], ensure_ascii=False, indent=2)
    assert capsys.readouterr().out == f"{expected}\n"
