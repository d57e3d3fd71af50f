"""What an access token of Entra says of the application that carries it.

Nothing is verified: Graph alone has to trust the token. Graph's tokens are JSON Web Tokens (RFC
7519), which Microsoft does not promise; one that cannot be read tells nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """The application permissions granted for every mailbox, and whose token it is."""

    roles: tuple[str, ...]
    application: str | None = None
    tenant: str | None = None
    person: bool = False
    """It is a signed-in person's, which opens no room."""


def read_claims(token: str) -> TokenClaims | None:
    """The claims of a token, or `None` for one that is no readable JSON Web Token."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(claims, dict):
        return None
    roles = claims.get("roles")
    return TokenClaims(
        tuple(str(one) for one in roles) if isinstance(roles, list) else (),
        _text(claims.get("appid") or claims.get("azp")),
        _text(claims.get("tid")),
        person="scp" in claims,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
