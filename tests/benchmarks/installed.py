"""Measure obctl as it is installed: with the bytecode that pip leaves beside its sources.

Where `PYTHONDONTWRITEBYTECODE` is set, a checkout never gets any, and each process that is measured
would compile some 250 sources first. A bare client of one file would not.
"""

from __future__ import annotations

import compileall
import os
from pathlib import Path

import obctl


def as_installed() -> dict[str, str]:
    """This process's environment, for processes that find obctl compiled as pip would have it."""
    compileall.compile_dir(str(Path(obctl.__file__).parent), quiet=1)
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
