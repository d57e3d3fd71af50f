"""What is said of a push: of a change saved here but not in Outlook, and of a doubtful one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from obctl.errors import (
    CancelledInOutlook,
    GraphRefused,
    NotFound,
    ObctlError,
    PartialRead,
    Refused,
    ResyncRequired,
    TryLater,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from obctl.domain.reservation import Reservation
    from obctl.domain.sync.run_report import Problem
    from obctl.store.database import Store


def unpushed(
    store: Store, failed: ObctlError, reservation: Reservation, some: str = ""
) -> ObctlError:
    """The error to end with: 6 where a person has to do something, 5 where waiting may help."""
    return _kind(failed)(
        f"saved here, but {some}not in Outlook yet: {failed.message}",
        hint=_what_next(store, failed, reservation),
        code=failed.code,
        graph=failed.graph,
    )


def warn_of(problems: Iterable[Problem]) -> None:
    """Say what a person has to know of writes that succeeded."""
    from obctl.render.output import warning

    for problem in problems:
        warning(f"{problem.code}: {problem.message}")
        if problem.hint:
            warning(f"  {problem.hint}")


def _kind(failed: ObctlError) -> type[ObctlError]:
    from obctl.engine.push.retry import is_final

    if isinstance(failed, PartialRead):
        return PartialRead  # what is made of an event says so in words of its own
    if not isinstance(failed, GraphRefused):
        return type(failed)
    return Refused if is_final(failed) or isinstance(failed, NotFound) else TryLater


def _what_next(store: Store, failed: ObctlError, reservation: Reservation) -> str:
    from obctl.engine.push.retry import is_final
    from obctl.store.cancellation_requests import open_request

    state = f"reservation {reservation.number} has external state {int(reservation.external_state)}"
    request = open_request(store, reservation.number)
    if request is not None:
        return (
            f"decide first: obctl cancellations show {request.id}, then approve or reject\n{state}"
        )
    if isinstance(failed, ResyncRequired):
        return f"{failed.hint}\n{state}"
    if is_final(failed) and not reservation.is_active:
        return f"{failed.hint}. {state[0].upper()}{state[1:]}" if failed.hint else state
    if is_final(failed):
        return (
            "Outlook will not take it like this: change or cancel it; a sync run tries again once a"
            f" day. {state[0].upper()}{state[1:]}"
        )
    if isinstance(failed, CancelledInOutlook) and not reservation.is_active:
        return f"it is cancelled here too, as Ignore Cancellation Requests is on; {state}"
    return f"every sync run tries again; {state}"
