#!/usr/bin/env python3
"""A check for a monitoring system: how a company stands, in one line and an exit code.

    check_obctl.py [COMPANY | --all]

With --all it is the worst of all companies, each that is not well by name.

0 OK, 1 WARNING (a person has something to decide, or something will expire), 2 CRITICAL (rooms are
not kept in step), 3 UNKNOWN (obctl could not say). It needs obctl on PATH and Python alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

OK, WARNING, CRITICAL, UNKNOWN = range(4)
WORDS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
SOME_BROKEN = 8  # `obctl companies` ends so where it could not tell how a company stands
STALE = 3  # `sync status` ends so where something is out of date; its answer is there all the same


def main(companies: list[str]) -> int:
    """Ask, judge, say."""
    if companies == ["--all"]:
        question, verdict = ["companies"], judge_all
    else:
        question, verdict = (
            [*(["--company", *companies] if companies else []), "sync", "status"],
            judge,
        )
    asked = subprocess.run(
        ["obctl", *question, "--max-age", "26h", "-o", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode not in (0, STALE, SOME_BROKEN):
        print(f"UNKNOWN: obctl ended with {asked.returncode}: {complaint(asked.stderr)}")
        return UNKNOWN
    level, finding = verdict(json.loads(asked.stdout))
    print(f"{WORDS[level]}: {finding}")
    return level


def judge_all(companies: list[dict[str, Any]]) -> tuple[int, str]:
    """The worst that can be said of the companies, and who is not well."""
    if not companies:
        return UNKNOWN, "there is no company"
    levels = {"ok": OK, "waiting": WARNING, "unfinished": WARNING}
    ill = [company for company in companies if company["verdict"] != "ok"]
    if not ill:
        return OK, f"companies in step: {len(companies)}"
    said = ", ".join(f"{company['name']} ({company['verdict']})" for company in ill)
    return max(levels.get(company["verdict"], CRITICAL) for company in ill), said


def judge(status: dict[str, Any]) -> tuple[int, str]:
    """The worst that can be said of a status, and all that is to be said."""
    rooms = status["rooms"]
    stale = [room["room"] for room in rooms if room["stale"]]
    unread = [f"{room['room']} ({room['condition']})" for room in rooms if room["condition"]]
    ended = status["subscriptions"]["expired"] + status["subscriptions"]["lost"]
    halted = [one["room"] for one in status["stopped"]]
    findings = [
        (CRITICAL, "no room is mapped", not rooms),
        (CRITICAL, f"stopped by the guard: {', '.join(halted)} (obctl sync status)", bool(halted)),
        (CRITICAL, f"no good pass lately over {', '.join(stale)}", bool(stale)),
        (CRITICAL, f"inconclusive: {', '.join(unread)}", bool(unread)),
        (CRITICAL, f"writes to Outlook that failed: {status['outbox']['failed']}",
         status["outbox"]["failed"] > 0),
        (WARNING, f"subscriptions expired or lost: {ended}", ended > 0),
        (WARNING, f"cancellation requests that wait: {status['cancellation_requests']}",
         status["cancellation_requests"] > 0),
    ]  # fmt: skip
    said = [(level, words) for level, words, holds in findings if holds]
    if not said:
        return OK, f"{len(rooms)} room{'s' if len(rooms) != 1 else ''} in step"
    return max(level for level, _ in said), "; ".join(words for _, words in said)


def complaint(stderr: str) -> str:
    """The message of obctl's error object."""
    try:
        return str(json.loads(stderr)["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return stderr.strip() or "it said nothing"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
