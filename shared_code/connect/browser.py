"""What browsers send and get, and the cookie by which one is known while it links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

COOKIE_SECONDS = 3600
"""How long a browser is known; each start of a link renews it."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser sends: decoded parameters of the query and the form, and cookies."""

    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What the browser gets."""

    status: int
    headers: Mapping[str, str]
    body: str = ""


@dataclass(frozen=True, slots=True)
class BrowserCookie:
    """The cookie of a platform at `public_url`."""

    public_url: str

    @property
    def name(self) -> str:
        """What it is called."""
        # Browsers take the prefix only over TLS; it keeps other hosts from setting the cookie.
        return "__Host-causeway-link" if self._is_secure else "causeway-link"

    def of(self, request: Request) -> SecretStr | None:
        """Tell which browser sends a request; None for one that we have not met."""
        value = request.cookies.get(self.name, "")
        return SecretStr(value) if _TOKEN.fullmatch(value) else None

    def set(self, browser: SecretStr) -> str:
        """Write the header that sets it."""
        secure = "; Secure" if self._is_secure else ""
        return (
            f"{self.name}={browser.get_secret_value()}; Path=/; Max-Age={COOKIE_SECONDS}"
            f"; HttpOnly; SameSite=Lax{secure}"
        )

    @property
    def _is_secure(self) -> bool:
        return self.public_url.startswith("https://")
