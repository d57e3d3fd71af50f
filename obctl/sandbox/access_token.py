"""A token in the shape of Entra's for an application: anybody can read it, and nobody signed it."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from obctl.sandbox.directory import Directory

_LIFE = timedelta(minutes=65)


def access_token(directory: Directory, application: UUID, now: datetime) -> str:
    """The claims that an application permission shows in: `roles`, and whose token it is."""
    issued = int(now.timestamp())
    claims = {
        "aud": "https://graph.microsoft.com",
        "iss": f"https://sts.windows.net/{directory.tenant_id}/",
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(_LIFE.total_seconds()),
        "app_displayname": "obctl",
        "appid": str(application),
        "idtyp": "app",
        "roles": list(directory.permissions.roles),
        "tid": str(directory.tenant_id),
        "ver": "1.0",
    }
    head = {"typ": "JWT", "alg": "none"}
    parts = [msgspec.json.encode(head), msgspec.json.encode(claims), b"sandbox"]
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts)
