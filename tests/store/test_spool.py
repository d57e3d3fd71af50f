from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from obctl.errors import StoreFailing, StoreFull
from obctl.store.spool import Spool


def test_what_was_put_there_is_found_again_in_any_order(tmp_path: Path) -> None:
    spool: Spool[list[str]] = Spool(tmp_path)
    places = [spool.put([word] * 1000) for word in ("one", "two", "three")]
    for place, word in zip(reversed(places), ("three", "two", "one"), strict=True):
        assert spool.get(place) == [word] * 1000
    places.append(spool.put(["four"]))
    assert spool.get(places[0]) == ["one"] * 1000
    assert spool.get(places[-1]) == ["four"]
    spool.close()


def test_nothing_is_left_lying_in_the_folder(tmp_path: Path) -> None:
    spool: Spool[str] = Spool(tmp_path)
    spool.put("one")
    assert list(tmp_path.iterdir()) == []
    spool.close()


def test_a_folder_that_takes_no_file_is_named(tmp_path: Path) -> None:
    spool: Spool[str] = Spool(tmp_path / "gone")
    with pytest.raises(StoreFailing, match="gone"):
        spool.put("one")


def test_a_full_disk_is_named_and_stays_the_error_to_the_end(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    full = Path("/dev/full").open("r+b")  # noqa: SIM115
    mocker.patch("tempfile.TemporaryFile", return_value=full)
    spool: Spool[str] = Spool(tmp_path)
    with pytest.raises(StoreFull), closing(spool):
        spool.put("one")
