"""A provider small enough to see through, which can be asked in any of the ways that there are.

It is as strict as the strictest: what it is not asked as declared, it refuses.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx

from shared_code.ports.clock import Clock

CLIENT_ID, CLIENT_SECRET = "app-1", "canary-app-secret"


@dataclass
class Manner:
    """How the server wants to be asked, and how its tokens behave."""

    encoding: str = "form"
    client_auth: str = "basic"
    pkce: bool = True
    rotates: bool = True
    refreshes: bool = True
    life: int | None = 1800
    grace: timedelta = timedelta(0)
    early_refresh: bool = True
    names: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the first answer says beside its tokens."""
    client: tuple[str, str] = (CLIENT_ID, CLIENT_SECRET)


@dataclass
class AuthServer:
    """The server, its ledger of token calls, and where each call came in."""

    clock: Clock
    manner: Manner
    number: int = 0
    grants: list[str] = field(default_factory=list)
    """The grant type of each token call that was answered with tokens."""
    revoked: list[dict[str, str]] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    """What API calls carried as their token."""
    organisations: list[str] = field(default_factory=lambda: ["org-1"])
    accepts_keys: bool = True
    lock: Lock = field(default_factory=Lock)
    _challenge: str | None = None
    _spent_at: datetime | None = None
    _ends: datetime | None = None

    def consent(self, url: str, **more: str) -> dict[str, str]:
        """Say yes at the consent page; gives what the browser brings back."""
        query = dict(parse_qsl(urlsplit(url).query))
        assert query["client_id"] == self.manner.client[0]
        self._challenge = query.get("code_challenge")
        assert (self._challenge is not None) == self.manner.pkce
        return {"state": query["state"], "code": "canary-code", **more}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a call."""
        with self.lock:
            self.hosts.append(request.headers["host"])
            match request.url.path:
                case "/token" | "/exchange":
                    return self._token(request)
                case "/widget":
                    return httpx.Response(200, json={"link_token": "link-sandbox-1"})
                case "/revoke":
                    self.revoked.append(self._fields(request))
                    return httpx.Response(200, json={})
            return self._api(request)

    def _api(self, request: httpx.Request) -> httpx.Response:
        headers = request.headers
        self.shown.append(headers.get("authorization") or headers.get("x-access-token", ""))
        if not self.accepts_keys:
            return httpx.Response(401, json={})
        return httpx.Response(200, json=self.organisations)

    def _fields(self, request: httpx.Request) -> dict[str, str]:
        body, kind = request.content.decode(), request.headers["content-type"]
        if kind == "application/json":
            assert self.manner.encoding == "json"
            fields: dict[str, str] = json.loads(body)
        else:
            assert self.manner.encoding == "form"
            fields = {name: value for name, [value] in parse_qs(body).items()}
        standard = {other: name for name, other in self.manner.names.items()}
        return {standard.get(name, name): value for name, value in fields.items()}

    def _token(self, request: httpx.Request) -> httpx.Response:
        fields = self._fields(request)
        if self._client(request, fields) != self.manner.client:
            return httpx.Response(401, json={"error": "invalid_client"})
        kind = fields.get("grant_type", "none")
        problem = self._problem(kind, fields)
        if problem:
            return httpx.Response(400, json={"error": problem})
        self.grants.append(kind)
        if self.manner.rotates or kind != "refresh_token":
            self.number += 1
        self._spent_at = self.clock.now()
        return httpx.Response(200, json=self._tokens(first=kind != "refresh_token"))

    def _client(self, request: httpx.Request, fields: Mapping[str, str]) -> tuple[str, str]:
        if self.manner.client_auth == "basic":
            _, _, encoded = request.headers["authorization"].partition(" ")
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
            return name, secret
        assert "authorization" not in request.headers
        return fields["client_id"], fields["client_secret"]

    def _problem(self, kind: str, fields: Mapping[str, str]) -> str | None:
        if kind == "authorization_code":
            proof = fields.get("code_verifier")
            digest = base64.urlsafe_b64encode(sha256((proof or "").encode()).digest())
            expected = digest.decode().rstrip("=") if proof else None
            good = fields["code"] == "canary-code" and expected == self._challenge
            return None if good else "invalid_grant"
        if kind != "refresh_token":
            return None
        now = self.clock.now()
        if not self.manner.early_refresh and self._ends and now < self._ends:
            return "access_token_not_expired"
        if fields["refresh_token"] == f"canary-refresh-{self.number}":
            return None
        before = f"canary-refresh-{self.number - 1}" == fields["refresh_token"]
        within = self._spent_at is not None and now < self._spent_at + self.manner.grace
        return None if before and within else "invalid_grant"

    def _tokens(self, *, first: bool) -> dict[str, Any]:
        standard: dict[str, Any] = {"access_token": f"canary-access-{len(self.grants)}"}
        if self.manner.life is not None:
            standard["expires_in"] = self.manner.life
            self._ends = self.clock.now() + timedelta(seconds=self.manner.life)
        if self.manner.refreshes and (first or self.manner.rotates):
            standard["refresh_token"] = f"canary-refresh-{self.number}"
        named = {self.manner.names.get(name, name): value for name, value in standard.items()}
        return {**named, **(self.manner.extra if first else {})}
