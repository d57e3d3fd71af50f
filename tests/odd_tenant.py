"""Where tenants differ, drawn by a seed: what one night finds, it has to find in any of them.

What Microsoft leaves open (`[quirks]`), what an administrator granted (`[permissions]`), and rooms
whose user principal name is not their address.
"""

from __future__ import annotations

from random import Random

_PLACES, _BASIC, _ALL = "Place.Read.All", "User.ReadBasic.All", "User.Read.All"


def odd_tenant(seed: int) -> str:
    """Tables of a tenant file; 0 is a tenant that grants everything and has no oddities."""
    if seed == 0:
        return ""
    draw = Random(seed)
    switches = {
        "cancel_without_attendees": draw.choice(("true", "false")),
        "longest_subscription_minutes": draw.choice(("10080", "4230")),
        "repeated_transaction": draw.choice(('"first"', '"conflict"')),
        "rewritten_link": draw.choice(('"gone"', '"bad-request"')),
    }
    text = "\n[quirks]\n" + "".join(f"{key} = {value}\n" for key, value in switches.items())
    # A directory that may not be read leaves rooms undecided on purpose: it has tests of its own.
    roles = draw.choice((None, (_PLACES, _BASIC), (_PLACES, _ALL)))
    if roles is not None:
        beyond = draw.choice(("refused", "absent"))
        named = ", ".join(f'"{role}"' for role in roles)
        text += f'\n[permissions]\nroles = [{named}]\nbeyond_basic = "{beyond}"\n'
    return text


def odd_principal(seed: int, address: str) -> str:
    """The line of a room whose user principal name is not its address; empty where it is."""
    if seed == 0 or Random(f"{seed} {address}").random() < 0.5:
        return ""
    name = address.partition("@")[0]
    return f'user_principal_name = "conf.{name}@contoso.onmicrosoft.example"\n'
