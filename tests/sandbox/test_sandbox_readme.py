"""The sandbox's README names everything there is."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

import obctl.sandbox
from obctl.sandbox.faults import KINDS, Fault
from obctl.sandbox.router import ROUTES
from obctl.sandbox.steps import ScenarioStep
from obctl.sandbox.words import Trigger

README = (Path(obctl.sandbox.__file__).parent / "README.md").read_text("utf-8")


@pytest.mark.parametrize("word", [*KINDS, *get_args(Trigger)])
def test_every_fault_and_trigger_is_named(word: str) -> None:
    assert f"`{word}`" in README


@pytest.mark.parametrize("step", get_args(ScenarioStep), ids=lambda step: step.__name__)
def test_every_step_is_named(step: type) -> None:
    assert f"`{step.__struct_config__.tag}`" in README  # type: ignore[attr-defined]


def test_every_route_is_named() -> None:
    last = {path.rpartition("/")[2] for _, path, _ in ROUTES} - {"*"}
    assert [word for word in last if word.lower() not in README.lower()] == []


def test_every_field_of_a_fault_is_named() -> None:
    known = {"mailbox": "room"}
    own = [known.get(one.name, one.name) for one in fields(Fault) if one.name != "calls"]
    assert [name for name in own if f'"{name}"' not in README] == []
