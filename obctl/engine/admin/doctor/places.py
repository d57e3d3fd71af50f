"""Graph's places: what `rooms discover` needs."""

from __future__ import annotations

import msgspec

from obctl.engine.admin.doctor.finding import Finding, ok, problem, refused
from obctl.engine.admin.doctor.grants import Application, grant
from obctl.engine.ports import Gateway
from obctl.errors import CredentialRefused, NotAuthorised, ObctlError


class _Page(msgspec.Struct):
    value: list[msgspec.Raw]


_PAGE = msgspec.json.Decoder(_Page)


async def examine_places(gateway: Gateway, application: Application) -> Finding:
    """The first of the tenant's rooms; raises `CredentialRefused`: nothing else can be asked."""
    try:
        page = await gateway.get("places/microsoft.graph.room?$top=100")
        found = _PAGE.decode(page).value
    except CredentialRefused:
        raise
    except NotAuthorised as error:
        return refused(
            "graph places",
            error,
            message="Graph forbids the tenant's rooms: Place.Read.All is missing",
            remedy=grant("Place.Read.All", application),
        )
    except ObctlError as error:
        return refused("graph places", error, remedy="obctl rooms discover")
    except msgspec.MsgspecError:
        return problem(
            "graph places",
            "Graph's list of rooms is cut short or no list",
            "run the command again",
            remedy="obctl rooms discover",
        )
    return ok("graph places", f"{len(found)} rooms on the first page")
