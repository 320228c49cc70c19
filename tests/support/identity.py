"""Credentials that need no Entra tenant."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from azure.core.credentials import AccessToken

TENANT = "00000000-0000-0000-0000-00000000cafe"
IDENTITY = "00000000-0000-0000-0000-00000000f00d"
HOUR = 3_600


class FakeCredential:
    """A `TokenCredential` with unsigned tokens; it notes the scopes it was asked for."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - the SDK's options
        """Return a token for the first scope, good for an hour."""
        self.scopes.append(scopes[0])
        now = int(time.time())
        claims = {
            "aud": scopes[0].removesuffix("/.default"),
            "iss": f"https://sts.windows.net/{TENANT}/",
            "oid": IDENTITY,
            "tid": TENANT,
            "iat": now,
            "nbf": now,
            "exp": now + HOUR,
        }
        header = {"alg": "none", "typ": "JWT"}
        return AccessToken(".".join((_part(header), _part(claims), "c2ln")), now + HOUR)


def audience(token: str) -> str:
    """Return for whom the token is; raises ValueError for what is no token."""
    _, claims, _ = token.split(".")
    return str(json.loads(base64.urlsafe_b64decode(claims + "=="))["aud"])


def _part(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
