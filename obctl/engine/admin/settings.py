"""Showing and changing settings; every change is in the company log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obctl.config import SETTINGS, Config, Setting, parse_config, variable_of, write_private
from obctl.config.file import read_text, toml_of, with_setting
from obctl.domain.company_log import Action
from obctl.domain.nearest import meant
from obctl.engine.company import Company
from obctl.errors import ConfigError, UnknownZone, UsageError


def current_settings(config: Config, environment: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every setting with its value in force and the layer it comes from."""
    content = toml_of(read_text(config.config_path))
    found = []
    for key, setting in SETTINGS.items():
        table, name = key.split(".", 1)
        if environment.get(variable_of(key)):
            value, origin = setting.parse(environment[variable_of(key)]), variable_of(key)
        elif name in content.get(table, {}):
            value, origin = setting.check(content[table][name]), "file"
        else:
            value, origin = setting.default, "default"
        found.append(
            {
                "key": key,
                "value": value,
                "from": origin,
                "meaning": setting.meaning,
                "default": setting.default,
            }
        )
    return found


def known_setting(key: str) -> Setting:
    """The setting with this key; raises `UsageError` with the likely one."""
    if key in SETTINGS:
        return SETTINGS[key]
    raise UsageError(
        f"unknown setting {key!r}",
        hint=meant(key, SETTINGS) or "`obctl config show` lists them",
        code="unknown-setting",
    )


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting before and after, and the file that says so: whole, and found to be right."""

    key: str
    before: Any
    after: Any
    text: str
    config: Config

    @property
    def told(self) -> str:
        """The change in words that others may read."""
        setting = SETTINGS[self.key]
        return f"{self.key}: {setting.told(self.before)} -> {setting.told(self.after)}"


def prepare_change(
    folder: Path, key: str, text: str | None, environment: Mapping[str, str]
) -> SettingChange:
    """`key` set to `text` in the file of a company's folder, or removed; nothing is written yet.

    What is wrong in the file now may be what this puts right; raises `ConfigError` with what would
    still be wrong.
    """
    setting = known_setting(key)
    try:
        after = setting.parse(text) if text else None
    except (ValueError, UnknownZone) as error:
        raise ConfigError(f"{key}: {error}", hint=f"it is: {setting.meaning}") from error
    path = folder / "config.toml"
    now = read_text(path)
    changed = with_setting(now, key, after)
    table, name = key.split(".", 1)
    section = toml_of(now).get(table)
    before = section.get(name, setting.default) if isinstance(section, dict) else setting.default
    content = toml_of(changed)
    parse_config(content, {}, folder=folder, origin="the changed configuration")
    config = parse_config(content, environment, folder=folder, origin=str(path))
    return SettingChange(key, before, setting.default if after is None else after, changed, config)


def save_change(company: Company, change: SettingChange) -> None:
    """Put the file in place, and the change into the company log."""
    with company.store.transaction():
        message = f"{change.told}, by {company.actor}"
        company.journal.note(Action.SETTING_CHANGED, message)
        write_private(company.config.config_path, change.text.encode())
