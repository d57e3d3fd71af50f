"""`obctl doctor`: whether the coming night would succeed, and what to do where it would not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from obctl.cli.context import context_of
from obctl.cli.listing import Listing, lists
from obctl.cli.options import RoomsOption
from obctl.render import csv_fields
from obctl.render.output import Format

if TYPE_CHECKING:
    from obctl.engine.admin.doctor.finding import Finding

_SIGNS = {"ok": "✓", "problem": "✗", "warning": "!", "unproven": "?"}


@lists(csv_fields.FINDING)
def doctor(
    ctx: typer.Context,
    listing: Listing,
    room: RoomsOption = None,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what Graph answered, people and rooms masked, for `sandbox serve"
            " --recorded`.",
        ),
    ] = None,
) -> None:
    """Check configuration, store, credential, permissions and rooms.

    Asks Graph what a night asks of it, and writes nothing. Exit 0: a night would succeed; 3: there
    are problems; 4: permissions are missing. What cannot be proven is shown with a question mark.
    """
    from obctl.engine.admin.doctor.examine import World, examine
    from obctl.engine.admin.doctor.finding import exit_code
    from obctl.engine.admin.doctor.heard import Heard
    from obctl.graph.certificate import certificate_end
    from obctl.graph.handshake import shake_hands
    from obctl.render.progress import progress

    context = context_of(ctx)
    only = context.chosen_rooms(None, room) if room else None
    heard = context.heard = Heard(context.clock, keep=record is not None)
    with progress(len(_STEPS)) as shown:

        def step(words: str) -> None:
            shown.step(words)
            shown.advance()

        world = World(context.environment, heard, shake_hands, certificate_end, step, record)
        findings = context.run(lambda connect: examine(context.company, connect, world, only))
    _show(findings, listing)
    if code := exit_code(findings):
        raise typer.Exit(code)


_STEPS = range(9)
"""What `examine` tells of, one after the other."""


def _show(findings: Sequence[Finding], listing: Listing) -> None:
    from obctl.domain.values import replace
    from obctl.engine.admin.doctor.finding import finding_object
    from obctl.render.output import Column, message, show_list
    from obctl.render.pasting import to_paste

    def sign(item: Mapping[str, Any]) -> str:
        return _SIGNS[str(item["verdict"])]

    findings = [
        replace(
            one, hint=one.hint and to_paste(one.hint), remedy=one.remedy and to_paste(one.remedy)
        )
        for one in findings
    ]
    show_list(
        listing,
        [finding_object(one) for one in findings],
        [
            Column("", sign),
            Column("check", lambda o: o["check"], no_wrap=True),
            Column("finding", lambda o: o["message"], ratio=1),
        ],
    )
    if listing.format is not Format.TABLE:
        return
    # Below the table, so that a command stays on one line and can be pasted.
    for one in findings:
        todo = one.remedy or one.hint
        if one.verdict.value != "ok" and todo:
            message(f"{_SIGNS[one.verdict.value]} {one.check}: {one.hint or one.remedy}")
            if one.remedy and one.remedy != one.hint:
                message(f"    {one.remedy}")
