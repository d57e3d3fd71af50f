"""The original JSON, byte for byte, compressed at rest.

Codec 1 is Zstandard with the dictionary `payload_1.dict`: Graph's events repeat the same names, and
one alone is too short to learn them from. Codec 0 is plain. A released codec never changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import zstandard

from obctl.errors import StoreError
from obctl.store.database import Store

_PLAIN, _ZSTD = 0, 1
_LEVEL = 2  # as small as 3 here, and up to twice as fast


def save_payload(store: Store, data: bytes) -> int:
    """Keep `data`; returns its id."""
    cursor = store.run("INSERT INTO payloads (codec, data) VALUES (?, ?)", packed(data))
    return cursor.lastrowid or 0


def save_payloads(store: Store, many: Iterable[bytes]) -> range:
    """Keep many payloads in order; returns their ids. Only inside a transaction."""
    row = store.row("SELECT coalesce(max(id), 0) + 1 AS first FROM payloads")
    first: int = row["first"] if row else 1
    compress = _compressor().compress
    rows: list[tuple[object, ...]] = [
        (number, _ZSTD, compress(data)) for number, data in enumerate(many, first)
    ]
    store.run_many("INSERT INTO payloads (id, codec, data) VALUES (?, ?, ?)", rows)
    return range(first, first + len(rows))


def packed(data: bytes) -> tuple[int, bytes]:
    """`data` as it is kept: the codec, and what it makes of it."""
    return _ZSTD, _compressor().compress(data)


def load_payload(store: Store, payload: int | None) -> bytes | None:
    """The bytes as they were saved, or `None` where they were pruned."""
    row = store.row("SELECT codec, data FROM payloads WHERE id = ?", (payload,))
    if row is None:
        return None
    data = bytes(row["data"])
    try:
        return data if row["codec"] == _PLAIN else _decompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise StoreError(
            f"payload {payload} in {store.path} is damaged",
            hint="put the last backup (`obctl store backup`) in its place",
            code="store-corrupt",
        ) from error


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    dictionary = zstandard.ZstdCompressionDict(
        files("obctl.store").joinpath("payload_1.dict").read_bytes()
    )
    dictionary.precompute_compress(level=_LEVEL)
    return dictionary


@cache
def _compressor() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(dict_data=_dictionary(), level=_LEVEL)


@cache
def _decompressor() -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(dict_data=_dictionary())
