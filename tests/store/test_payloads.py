"""Originals are kept byte for byte, and small."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obctl.errors import StoreError
from obctl.sandbox.server import SandboxServer
from obctl.store.database import Store, open_store
from obctl.store.payloads import load_payload, save_payload, save_payloads


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "store.db", create=True)
    yield opened
    opened.close()


@given(st.lists(st.binary(max_size=3000), max_size=8))
def test_any_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, many) -> None:
    opened = open_store(tmp_path_factory.mktemp("payloads") / "store.db", create=True)
    try:
        ids = save_payloads(opened, many)
        assert [load_payload(opened, number) for number in ids] == many
    finally:
        opened.close()


def test_a_payload_that_is_not_there_is_none(store: Store) -> None:
    assert load_payload(store, 99) is None
    assert load_payload(store, None) is None


def test_a_damaged_payload_says_what_to_do(store: Store) -> None:
    number = save_payload(store, b'{"id": "x"}')
    store.run("UPDATE payloads SET data = ? WHERE id = ?", (b"no zstd", number))
    with pytest.raises(StoreError) as error:
        load_payload(store, number)
    assert error.value.code == "store-corrupt"
    assert "backup" in (error.value.hint or "")


def test_graphs_events_take_a_third_of_their_plain_size_at_most(store: Store) -> None:
    with SandboxServer() as sandbox:
        span = "startDateTime=2026-10-12T00:00:00Z&endDateTime=2026-11-08T00:00:00Z"
        request = urllib.request.Request(
            f"{sandbox.url}/users/{sandbox.rooms[1]}/calendarView?{span}&$top=100",
            headers={"Authorization": "Bearer x"},
        )
        with urllib.request.urlopen(request) as answer:
            page = msgspec.json.decode(answer.read(), type=dict[str, msgspec.Raw])
    events = [bytes(raw) for raw in msgspec.json.decode(page["value"], type=list[msgspec.Raw])]
    save_payloads(store, events)
    kept = store.rows("SELECT sum(length(data)) FROM payloads")[0][0]
    assert len(events) > 20
    assert kept < sum(map(len, events)) * 0.35
