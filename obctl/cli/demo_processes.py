"""obctl as processes of its own: commands that end, and servers that say when they are ready."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_READY_SECONDS = 60.0
_END_SECONDS = 15.0


def start(
    words: Sequence[str], environment: Mapping[str, str], folder: Path, *, together: bool
) -> subprocess.Popen[str]:
    """Start a command; `together` mixes its remarks into its output as a terminal does."""
    return subprocess.Popen(  # noqa: S603  obctl itself
        [sys.executable, "-m", "obctl", *words],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if together else subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def serve(
    words: Sequence[str], environment: Mapping[str, str], folder: Path, complaints: Path
) -> tuple[subprocess.Popen[str], dict[str, Any] | None]:
    """Start a server and wait for the line that says where it is; `None` if it never comes."""
    with complaints.open("a", encoding="utf-8") as file:
        process = subprocess.Popen(  # noqa: S603  obctl itself
            [sys.executable, "-m", "obctl", *words],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            encoding="utf-8",
            process_group=0,  # Ctrl-C is the demo's, which ends its servers in order
        )
    try:
        line = _first_line(process)
    except BaseException:
        stop(process)
        raise
    if not line:
        stop(process)
        return process, None
    return process, json.loads(line)


def stop(process: subprocess.Popen[str]) -> None:
    """End a server: it is asked to, and made to if it does not."""
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    """The first line of a process, `""` where none comes in time; Windows can select no pipe."""
    stream = process.stdout
    if stream is None:
        return ""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
    with suppress(queue.Empty):
        return lines.get(timeout=_READY_SECONDS)
    return ""
