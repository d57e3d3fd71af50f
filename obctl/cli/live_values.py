"""What a word of the command line may be, for completion: read from the company as it stands.

Which values a parameter takes follows from its name, so that a new command's `--room` is completed
like every other. Values of an `Enum` are Typer's own affair.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from obctl.store import glimpse

Pairs = list[tuple[str, str]]
"""A value, and what it is."""


def values_of(path: str, name: str, company: str | None, names: Iterable[str]) -> Pairs | None:
    """What the parameter `name` of the command `path` takes; `None` where nothing is known.

    `company` is that of `--company`, `names` are the columns of the command's list.
    """
    if name in ("fields", "sort"):
        from obctl.render.listing import all_fields

        return [(field, "") for field in all_fields(list(names))]
    found = _OF_COMMAND.get((path, name)) or _OF_COMMAND.get((path.split(" ", maxsplit=1)[0], name))
    found = found or _ANYWHERE.get(name)
    if found is not None:
        return found()
    in_store = _IN_STORE_OF.get((path.split(" ", maxsplit=1)[0], name)) or _IN_STORE.get(name)
    return in_store(_store(company)) if in_store else None


def companies() -> Pairs:
    from obctl.config import companies as known
    from obctl.config import home

    return [(name, "") for name in known(home(os.environ))]


def _store(company: str | None) -> Path:
    from obctl.config import choose_company, home

    folder = home(os.environ)
    return folder / choose_company(folder, company, os.environ) / "store.db"


def _settings() -> Pairs:
    from obctl.config import SETTINGS

    return [(key, setting.meaning) for key, setting in SETTINGS.items()]


def _actions() -> Pairs:
    from obctl.domain.company_log import Action

    kinds = dict.fromkeys(action.partition(".")[0] for action in Action)
    return [(action.value, "") for action in Action] + [(f"{kind}.*", "") for kind in kinds]


def _causes() -> Pairs:
    from obctl.domain.cause_codes import MEANING

    return list(MEANING.items())


def _request_statuses() -> Pairs:
    from obctl.domain.sync.cancellation import RequestStatus

    return [(status.value, "") for status in RequestStatus] + [("all", "")]


def _external_states() -> Pairs:
    from obctl.domain.enums import ExternalState

    return [(str(state.value), state.name.lower().replace("_", " ")) for state in ExternalState]


def _scopes() -> Pairs:
    return [("one", "this date"), ("following", "it and all after it"), ("all", "the series")]


def _scenarios() -> Pairs:
    from obctl.sandbox.scenario_file import examples_folder

    return [(file.name, "") for file in sorted(examples_folder().glob("*.toml"))]


def _days() -> Pairs:
    return [(day, "") for day in ("today", "tomorrow", "yesterday")]


_ANYWHERE: dict[str, Callable[[], Pairs]] = {
    "action": _actions,
    "cause": _causes,
    "external_state": _external_states,
    "scope": _scopes,
    "day": _days,
    "on": _days,
    "scenario": _scenarios,
}
_OF_COMMAND: dict[tuple[str, str], Callable[[], Pairs]] = {
    ("config", "key"): _settings,
    ("cancellations", "status"): _request_statuses,
    ("sandbox play", "file"): _scenarios,
}
_IN_STORE: dict[str, Callable[[Path], Pairs]] = {
    "room": glimpse.room_words,
    "rooms": glimpse.room_words,
    "location": glimpse.locations,
    "run": glimpse.run_ids,
    "run_id": glimpse.run_ids,
}
_IN_STORE_OF: dict[tuple[str, str], Callable[[Path], Pairs]] = {
    ("cancellations", "request"): glimpse.open_requests,
    ("cancellations", "requests"): glimpse.open_requests,
    ("subscriptions", "named"): lambda path: [
        *glimpse.room_words(path),
        *glimpse.subscription_ids(path),
    ],
}
