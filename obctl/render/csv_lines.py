"""CSV: a header whatever was found, nested values as dotted columns, and nothing to be run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from obctl.render.listing import JsonObject
from obctl.render.plain import plain
from obctl.render.streams import is_unicode


def write_csv(objects: Sequence[JsonObject], names: Sequence[str] = ()) -> None:
    """CSV with a header: `names`, and what the objects have besides.

    Nested values are dotted columns or JSON text.
    """
    import csv

    rows = [_flat(item) for item in objects]
    inner = {name.rpartition(".")[0] for name in names}
    there = (name for row in rows for name in row if name not in inner)
    names = list(dict.fromkeys((*names, *there)))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    known = None if is_unicode(sys.stdout) else sys.stdout.encoding
    writer.writerow(names)
    for row in rows:
        cells = [_csv_cell(row.get(name)) for name in names]
        if known:  # nothing is lost: what cannot be written is spelled out
            cells = [cell.encode(known, "backslashreplace").decode(known) for cell in cells]
        writer.writerow(cells)


def _flat(item: JsonObject, prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _csv_cell(value: object) -> str:
    from obctl.domain.csv_cells import disarmed

    cell = plain(value)
    return cell if isinstance(value, int | float) else disarmed(cell)
