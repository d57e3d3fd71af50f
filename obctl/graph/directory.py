"""Whose an address or an object id is, as the tenant's directory knows it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from kiota_abstractions.request_information import RequestInformation

from obctl.domain.directory import DirectoryEntry
from obctl.domain.foreign_text import decode
from obctl.errors import (
    CredentialRefused,
    GraphRefused,
    NotAuthorised,
    NotFound,
    ObctlError,
    defects_named,
)
from obctl.graph import request
from obctl.graph.batch import get_many
from obctl.graph.client import Graph, asking
from obctl.graph.failures import cut_short
from obctl.graph.paging import pages
from obctl.graph.read_many import read_many
from obctl.graph.request import Asked, Errand
from obctl.graph.sdk_builders import UserItemRequestBuilder, UsersRequestBuilder
from obctl.graph.wire import UserWire

# What `User.ReadBasic.All` covers. One more name, and all is refused.
_BASIC = ["id", "mail", "userPrincipalName", "displayName"]
_WITH_STATE = [*_BASIC, "accountEnabled"]
"""What `User.Read.All` covers."""
_AT_ONCE = 15
"""Ids in one filter: the directory refuses more clauses ("Max allowed: 15")."""
_GUEST = "#ext#"
"""Stands in the principal names that Entra makes for guests."""
_USER = msgspec.json.Decoder(UserWire)


async def look_up(graph: Graph, address: str) -> DirectoryEntry | None:
    """Whose an address or object id is.

    `/users/{…}` takes an id or a user principal name. An address that is neither is looked for
    among those under which mail is received.
    """
    entry = await _fetch_entry(graph, address, _BASIC)
    for condition in _conditions(address) if entry is None else ():
        found = await _fetch_owner(graph, address, condition, _BASIC)
        if isinstance(found, DirectoryEntry):
            return found
        if isinstance(found, CredentialRefused):
            raise found
    return entry


async def look_up_account(graph: Graph, address: str) -> DirectoryEntry | None:
    """`look_up`, and whether the account is enabled, where `User.Read.All` is granted.

    Raises what refuses an answer: nobody is gone because a question was not answered.
    """
    try:
        entry = await _fetch_entry(graph, address, _WITH_STATE)
    except CredentialRefused:
        raise
    except NotAuthorised:
        return await look_up(graph, address)
    found: DirectoryEntry | ObctlError | None = entry
    for condition in _conditions(address) if entry is None else ():
        found = await _fetch_owner(graph, address, condition, _WITH_STATE)
        if not (found is None or _is_refusal(found)):
            break
    if isinstance(found, ObctlError):
        raise found
    return found


async def look_up_accounts(
    graph: Graph, addresses: Sequence[str]
) -> dict[str, DirectoryEntry | ObctlError | None]:
    """`look_up_account` of many, by `$batch`."""
    found = await _ask_users_by_name(graph, addresses, _WITH_STATE)
    basic = [
        address
        for address, answer in found.items()
        if isinstance(answer, NotAuthorised) and not isinstance(answer, CredentialRefused)
    ]
    found = await _with_owners(graph, found, _WITH_STATE)
    return found | (await look_up_all(graph, basic) if basic else {})


async def _fetch_entry(graph: Graph, address: str, names: list[str]) -> DirectoryEntry | None:
    what = request.directory(address)
    try:
        return _read_entry(await graph.send(_ask_user(graph, address, names), what), address, what)
    except NotFound:
        return None


async def look_up_all(
    graph: Graph, addresses: Sequence[str]
) -> dict[str, DirectoryEntry | ObctlError | None]:
    """`look_up` of many, by `$batch`; one address's failure is no other's."""
    found = await _ask_users_by_name(graph, addresses, _BASIC)
    nobody = [address for address, entry in found.items() if entry is None]
    found = await _with_owners(graph, found, _BASIC)
    return found | {one: None for one in nobody if _is_refusal(found[one])}


async def _with_owners(
    graph: Graph, found: dict[str, DirectoryEntry | ObctlError | None], names: list[str]
) -> dict[str, DirectoryEntry | ObctlError | None]:
    """What was found, with those who receive mail at the addresses that are nobody's name."""
    nobody = [one for one, entry in found.items() if entry is None and _conditions(one)]
    owned: dict[str, DirectoryEntry | ObctlError | None] = {}
    for turn in range(len(_RECEIVED_AT)):
        unknown = [one for one in nobody if owned.get(one) is None or _is_refusal(owned[one])]
        errands = {
            one: graph.errand(
                _ask_users(graph, _conditions(one)[turn], names), request.directory(one)
            )
            for one in unknown
        }
        for one, body in (await get_many(graph, errands)).items():
            owned[one] = await _read_owner(graph, body, errands[one])
    return found | owned


def _is_refusal(answer: DirectoryEntry | ObctlError | None) -> bool:
    """Whether this one question was refused, not whoever asks."""
    refused = isinstance(answer, GraphRefused | NotAuthorised)
    return refused and not isinstance(answer, CredentialRefused)


async def _ask_users_by_name(
    graph: Graph, addresses: Sequence[str], names: list[str]
) -> dict[str, DirectoryEntry | ObctlError | None]:
    """Whose ids or principal names these are; `None` where they are nobody's."""
    errands = {
        address: graph.errand(_ask_user(graph, address, names), request.directory(address))
        for address in addresses
    }

    async def read(address: str, body: bytes) -> DirectoryEntry:
        return _read_entry(body, address, errands[address].asked)

    answers = await read_many(graph, errands, read)
    return {
        address: None if isinstance(answer, NotFound) else answer
        for address, answer in answers.items()
    }


_RECEIVED_AT = ("mail eq {0}", "proxyAddresses/any(p:p eq {1})")
"""Where a mailbox receives mail: at its address, and at the others that it has."""


def _conditions(address: str) -> list[str]:
    """The filters that find who receives mail at an address, the cheapest first; none for an id."""
    if "@" not in address:
        return []
    return [one.format(_quoted(address), _quoted(f"smtp:{address}")) for one in _RECEIVED_AT]


async def _fetch_owner(
    graph: Graph, address: str, condition: str, names: list[str]
) -> DirectoryEntry | ObctlError | None:
    info, what = _ask_users(graph, condition, names), request.directory(address)
    try:
        body: bytes | ObctlError = await graph.send(info, what)
    except (NotAuthorised, GraphRefused) as error:
        body = error
    return await _read_owner(graph, body, graph.errand(info, what))


async def _read_owner(
    graph: Graph, body: bytes | ObctlError, errand: Errand
) -> DirectoryEntry | ObctlError | None:
    """The one that was found; `None` where there is none, or more than one claims the address."""
    if isinstance(body, ObctlError):
        return body
    try:
        with defects_named():
            entries = await _read_entries(graph, body, errand)
    except ObctlError as error:
        return error
    return entries[0] if len(entries) == 1 else None


def _ask_user(graph: Graph, address: str, names: list[str]) -> RequestInformation:
    query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(select=names)
    return graph.client.users.by_user_id(address).to_get_request_information(asking(query))


def _read_entry(body: bytes, address: str, what: Asked) -> DirectoryEntry:
    try:
        user = decode(_USER, body)
    except ValueError as error:
        raise cut_short(what) from error
    return DirectoryEntry(
        object_id=user.id,
        address=user.mail or user.user_principal_name or address,
        display_name=user.display_name,
        enabled=user.account_enabled,
        guest=_GUEST in (user.user_principal_name or "").casefold(),
    )


async def look_up_ids(
    graph: Graph, object_ids: Sequence[str]
) -> dict[str, DirectoryEntry | ObctlError | None]:
    """Whose many object ids are; a failure is that of all ids of its question."""
    asked = {
        str(first): object_ids[first : first + _AT_ONCE]
        for first in range(0, len(object_ids), _AT_ONCE)
    }
    errands = {
        key: graph.errand(_ask_ids(graph, some), _entries_of(some)) for key, some in asked.items()
    }
    found: dict[str, DirectoryEntry | ObctlError | None] = {}
    for key, body in (await get_many(graph, errands)).items():
        found |= await _read_ids(graph, body, asked[key], errands[key])
    return found


def _ask_ids(graph: Graph, object_ids: Sequence[str]) -> RequestInformation:
    listed = ",".join(_quoted(one) for one in object_ids)
    return _ask_users(graph, f"id in ({listed})", _BASIC)


def _ask_users(graph: Graph, condition: str, names: list[str]) -> RequestInformation:
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        select=names, filter=condition
    )
    return graph.client.users.to_get_request_information(asking(query))


def _quoted(text: str) -> str:
    """An OData literal."""
    return "'" + text.replace("'", "''") + "'"


def _entries_of(object_ids: Sequence[str]) -> Asked:
    others = len(object_ids) - 1
    return request.directory(object_ids[0] + (f" and {others} more" if others else ""))


async def _read_ids(
    graph: Graph, body: bytes | ObctlError, object_ids: Sequence[str], errand: Errand
) -> dict[str, DirectoryEntry | ObctlError | None]:
    if isinstance(body, ObctlError):
        return dict.fromkeys(object_ids, body)
    try:
        with defects_named():
            entries = {
                entry.object_id.casefold(): entry
                for entry in await _read_entries(graph, body, errand)
            }
    except ObctlError as error:
        return dict.fromkeys(object_ids, error)
    return {one: entries.get(one.casefold()) for one in object_ids}


async def _read_entries(graph: Graph, first: bytes, errand: Errand) -> list[DirectoryEntry]:
    return [
        _read_entry(bytes(raw), "", errand.asked)
        async for page in pages(graph, first, errand)
        for raw in page.value
    ]
