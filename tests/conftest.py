"""What holds for every test; pytest makes `builders` beside it importable."""

from __future__ import annotations

import gc
import os
import signal

from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# As a command does: what is imported stays, and is not looked through again and again for garbage.
gc.set_threshold(50_000)

# A shell starts what runs in the background deaf to Ctrl-C, and children inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time tests wait for other processes."""
    return (os.cpu_count() or 1) + 1
