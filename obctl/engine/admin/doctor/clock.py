"""Whether our clock and Graph's agree: windows, expiries and sign-in by certificate need it."""

from __future__ import annotations

from datetime import timedelta

from obctl.domain.counted import counted
from obctl.engine.admin.doctor.finding import Finding, ok, problem, unproven, warning

_NOTICED = timedelta(minutes=1)
_TOO_FAR = timedelta(minutes=5)
"""Entra takes no assertion that was signed further from its own time."""
_SET = "sudo timedatectl set-ntp true"


def examine_clock(ahead: timedelta | None, *, pinned: bool) -> Finding:
    """`ahead` is how far our clock goes before Graph's; `pinned`: `OBCTL_NOW` sets it."""
    if ahead is None:
        return unproven("clock", "Graph's time is not known: no answer carried a Date")
    far = abs(ahead)
    if far <= _NOTICED:
        return ok("clock", "within a minute of Graph's")
    which = "ahead of" if ahead > timedelta() else "behind"
    whose = "OBCTL_NOW is" if pinned else "this machine's clock is"
    message = f"{whose} {_words(far)} {which} Graph's"
    hint = "unset OBCTL_NOW" if pinned else "let the clock be set by NTP"
    tell = problem if far > _TOO_FAR else warning
    return tell("clock", message, hint, remedy="unset OBCTL_NOW" if pinned else _SET)


def _words(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return counted(minutes, "minute")
    hours = round(minutes / 60)
    return f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
