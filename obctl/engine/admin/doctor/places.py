"""Graph's places: what `rooms discover` needs."""

from __future__ import annotations

from shlex import quote

from obctl.domain.counted import counted
from obctl.engine.admin.doctor.finding import Finding, ok, problem, refused, warning
from obctl.engine.admin.doctor.grants import Application, grant
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, NotAuthorised, ObctlError, PartialRead

_CHECK = "graph places"


async def examine_places(gateway: Gateway, application: Application) -> Finding:
    """The first of the tenant's rooms; raises `CredentialRefused`: nothing else can be asked."""
    try:
        found = await gateway.fetch_first_rooms()
    except CredentialRefused:
        raise
    except NotAuthorised as error:
        return refused(
            _CHECK,
            error,
            message="Graph forbids the tenant's rooms: Place.Read.All is missing",
            remedy=grant("Place.Read.All", application),
        )
    except PartialRead:
        return problem(
            _CHECK,
            "Graph's list of rooms is cut short or no list",
            "run the command again",
            remedy="obctl rooms discover",
        )
    except ObctlError as error:
        return refused(_CHECK, error, remedy="obctl rooms discover")
    if found.unreadable:
        listed = "; ".join(f"{one.named} ({one.wrong})" for one in found.unreadable)
        report = warning if found else problem
        return report(
            _CHECK,
            f"{counted(len(found), 'room')} on the first page,"
            f" and some that cannot be read: {listed}",
            "look at them as Graph sends them; `rooms discover` shows the others",
            remedy=f"obctl graph get {quote(found.unreadable[0].path)}",
        )
    return ok(_CHECK, f"{counted(len(found), 'room')} on the first page")
