"""Looks for texts in every byte of a bundle, however they may have been written."""

from __future__ import annotations

import base64
import json
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from obctl.store.database import open_store
from obctl.store.payloads import load_payload


def found_in(file: Path, wanted: Iterable[str], folder: Path) -> set[str]:
    """Those of `wanted` that occur in a bundle, as bytes of it or of anything in it."""
    haystacks = [file.read_bytes(), *unpacked(file, folder)]
    lowered = [one.lower() for one in haystacks]
    return {
        text
        for text in wanted
        if any(
            form in stack or form.lower() in low
            for form in forms(text)
            for stack, low in zip(haystacks, lowered, strict=True)
        )
    }


def unpacked(file: Path, folder: Path) -> Iterator[bytes]:
    """Every member of a bundle, and of its store every value and every original."""
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            yield archive.read(name)
        archive.extract("store.db", folder)
    with closing(sqlite3.connect(folder / "store.db")) as connection:
        yield "\n".join(connection.iterdump()).encode(errors="surrogatepass")
    with closing(open_store(folder / "store.db")) as store:
        for row in store.rows("SELECT id FROM payloads"):
            original = load_payload(store, row["id"]) or b""
            yield original
            with suppress(ValueError):
                yield json.dumps(json.loads(original), ensure_ascii=False).encode()


def forms(text: str) -> set[bytes]:
    """A text as it may be written: in several encodings, escaped, or within base64."""
    plain = text.encode()
    found = {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), quote(text).encode()}
    found |= {json.dumps(text)[1:-1].encode(), repr(text)[1:-1].encode()}
    found |= {plain.hex().encode(), text.lower().encode()}
    for offset in range(3):
        # within base64 a text begins at one of three places; its first and last letters differ
        coded = base64.b64encode(b"\0" * offset + plain)
        found.add(coded[4 if offset else 0 : len(coded) - 4])
    return {one for one in found if len(one) >= len(text) or len(one) > 5}
