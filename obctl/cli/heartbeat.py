"""The heartbeat: an address that is called after a good night, and by whose silence others know.

A failure to call it is told and makes no good night a bad one. Of the address only the host is
shown: what comes after it is often as good as a password.
"""

from __future__ import annotations

from http.client import HTTPException, InvalidURL
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from obctl import __version__

if TYPE_CHECKING:
    from obctl.domain.sync.run_report import Problem

_PATIENCE_SECONDS = 10.0


def call_heartbeat(url: str) -> Problem | None:
    """GET the address once; the problem where nobody there said yes."""
    from obctl.domain.sync.run_report import Problem

    asked = Request(url, headers={"User-Agent": f"obctl/{__version__}"})  # noqa: S310  checked
    try:
        with urlopen(asked, timeout=_PATIENCE_SECONDS):  # noqa: S310  http(s) alone: config.py
            return None
    except HTTPError as error:
        why = f"it answered {error.code}"
        error.close()
    except URLError as error:
        why = str(error.reason)
    except (InvalidURL, ValueError):  # their words hold the whole address
        why = "it is no address that can be asked for"
    except (OSError, HTTPException) as error:
        why = str(error) or type(error).__name__
    return Problem(
        None,
        "heartbeat-failed",
        f"the heartbeat at {urlsplit(url).hostname} could not be called: {why}",
        "the night itself was good; `obctl config get sync.heartbeat_url` shows the address",
    )
