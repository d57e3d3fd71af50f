"""Files that people make: read whole, with every problem of a file in one message."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from obctl.domain.counted import counted
from obctl.errors import UsageError

_MOST_BYTES = 50_000_000
_MOST_NAMED = 50


def nothing_imported(path: Path, problems: Sequence[str]) -> UsageError:
    """The error for a file with `problems`, each beginning with its line; all of them, or fifty."""
    if len(problems) == 1:
        words = f"{path}, {problems[0]}; nothing was imported"
    else:
        named = list(problems[:_MOST_NAMED])
        if len(problems) > _MOST_NAMED:
            named.append(f"and {len(problems) - _MOST_NAMED} more")
        words = f"{path} has {counted(len(problems), 'problem')}, nothing was imported:\n"
        words += "\n".join(named)
    return UsageError(words, hint="correct the file, then import it again", code="bad-file")


def read_text(path: Path, kind: str) -> str:
    """The text of a file in UTF-8, with or without a byte order mark, its line ends as they are.

    Raises `UsageError` where it cannot be read, is too large, or is not UTF-8: with the line.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(
                f"{path} is larger than {_MOST_BYTES // 1_000_000} MB",
                hint="import it in parts",
                code="bad-file",
            )
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", code="bad-file") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8",
            hint=f"save it as {kind} UTF-8",
            code="bad-file",
        ) from error


def read_json(path: Path) -> bytes:
    """A JSON file in UTF-8, also where PowerShell made UTF-16 of it or put a mark first.

    Raises `OSError`, and `ValueError` where it is no text.
    """
    data = path.read_bytes()
    return data.decode(json.detect_encoding(data)).encode()


def csv_rows(
    path: Path, columns: Sequence[str], required: Sequence[str], verbatim: Sequence[str] = ()
) -> list[tuple[int, Mapping[str, str]]]:
    """The rows of a CSV file with the line on which each ends; a column that it lacks is empty.

    Commas part them, or semicolons, as spreadsheets write where a comma parts decimals. Cells are
    without blanks around them, unless `verbatim`; rows without any are left out. Raises
    `UsageError`.
    """
    text = read_text(path, "CSV")
    head = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        strict=True,
        restval="",
        delimiter=";" if ";" in head and "," not in head else ",",
    )
    try:
        names = [name.strip().lower() for name in reader.fieldnames or []]
        missing = [name for name in required if name not in names]
        unknown = [name for name in names if name not in columns]
        if missing or unknown:
            said = [f"no column {name}" for name in missing]
            said += [f"unknown column {name!r}" for name in unknown]
            raise UsageError(
                f"{path}, line 1: {', '.join(said)}",
                hint=f"the columns are {','.join(columns)}",
                code="bad-file",
            )
        reader.fieldnames = names
        rows: list[tuple[int, Mapping[str, str]]] = []
        for row in reader:
            if None in row:
                raise UsageError(
                    f"{path}, line {reader.line_num}: more cells than columns",
                    hint="put quotes around a cell that holds a comma",
                    code="bad-file",
                )
            found = {name: row.get(name) or "" for name in columns}
            cells = {
                name: cell if name in verbatim else cell.strip() for name, cell in found.items()
            }
            if any(cells.values()):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise UsageError(
            f"{path}, after line {reader.line_num}: no CSV ({error})", code="bad-file"
        ) from error
    return rows
