"""Showing and changing settings; every change is in the company log."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from typing import Any

from obctl.config import SETTINGS, Config, Setting, parse_config, save_setting, variable_of
from obctl.domain.company_log import Action
from obctl.engine.company import Company
from obctl.errors import ConfigError, UnknownZone, UsageError


def current_settings(config: Config, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every setting with its value in force and the layer it comes from."""
    content = tomllib.loads(config.config_path.read_text(encoding="utf-8"))
    found = []
    for key, setting in SETTINGS.items():
        table, name = key.split(".", 1)
        if environment.get(variable_of(key)):
            value, origin = setting.parse(environment[variable_of(key)]), variable_of(key)
        elif name in content.get(table, {}):
            value, origin = setting.check(content[table][name]), "file"
        else:
            value, origin = setting.default, "default"
        found.append({"key": key, "value": value, "from": origin, "meaning": setting.meaning})
    return found


def known_setting(key: str) -> Setting:
    """The setting with this key; raises `UsageError` with the likely one."""
    if key in SETTINGS:
        return SETTINGS[key]
    close = difflib.get_close_matches(key, SETTINGS, n=1)
    raise UsageError(
        f"unknown setting {key!r}",
        hint=f"did you mean {close[0]}?" if close else "`obctl config show` lists them",
        code="unknown-setting",
    )


def change_setting(company: Company, key: str, text: str) -> tuple[Any, Any]:
    """Set `key` to `text` in the file; returns the values before and after."""
    setting = known_setting(key)
    path = company.config.config_path
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    table, name = key.split(".", 1)
    before = content.get(table, {}).get(name, setting.default)
    try:
        after = setting.parse(text) if text else None
    except (ValueError, UnknownZone) as error:
        raise ConfigError(f"{key}: {error}", hint=f"it is: {setting.meaning}") from error
    changed = {**content, table: {**content.get(table, {}), name: after}}
    if after is None:
        changed[table].pop(name)
    parse_config(changed, {}, folder=company.config.folder, origin="the changed configuration")
    shown = setting.default if after is None else after
    with company.store.transaction():
        message = f"{key}: {before} -> {shown}, by {company.actor}"
        company.journal.note(Action.SETTING_CHANGED, message)
        save_setting(path, key, after)
    return before, shown
