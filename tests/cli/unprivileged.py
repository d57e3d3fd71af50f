"""Commands typed by somebody who is bound by file modes, also where the tests run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest

_NO_POWER = "-dac_override,-dac_read_search"


def unprivileged(environment: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """What a command answers to somebody without the powers of root."""
    if os.name != "posix":
        pytest.skip("access lists decide here, not modes")
    before: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root reads everything, and there is no setpriv to give that up")
        before = ["setpriv", f"--bounding-set={_NO_POWER}", f"--inh-caps={_NO_POWER}"]
    return subprocess.run(
        [*before, sys.executable, "-m", "obctl", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
