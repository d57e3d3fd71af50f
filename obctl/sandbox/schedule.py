"""A story that a running sandbox acts out by itself, step by step as its clock runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from obctl.sandbox.actions import perform
from obctl.sandbox.exchange import Job
from obctl.sandbox.service import Service
from obctl.sandbox.steps import Listen, Obctl, ScenarioStep, StopListening, Wait
from obctl.sandbox.times import parse_duration

_STEP = "step"


def schedule(service: Service, steps: Sequence[ScenarioStep]) -> None:
    """Put every step of the sandbox's on the agenda; what obctl does is for a person to do."""
    exchange = service.exchange

    def act(job: Job) -> None:
        step = steps[job.key]
        if not isinstance(step, Obctl | Listen | StopListening):
            perform(service, step)

    exchange.actions[_STEP] = act
    due = timedelta()
    for position, step in enumerate(steps):
        due += parse_duration(step.after)
        if isinstance(step, Wait) and step.until is not None:
            until = datetime.fromisoformat(step.until) - exchange.clock.now()
            due = max(due, until)
        exchange.at(due, _STEP, "", position)
