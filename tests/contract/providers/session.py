"""A client that goes through consent and calls the Xero simulator, as a connector would."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

CALLBACK = "http://127.0.0.1:7071/connect/xero/oauth/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
SCOPE = (
    "offline_access accounting.transactions.read accounting.contacts.read accounting.settings.read"
)
AUTHORIZE, TOKEN, REVOCATION = (
    "/identity/connect/authorize",
    "/connect/token",
    "/connect/revocation",
)
CLIENT = ("causeway-demo", "causeway-demo-secret")
# An answer's JSON, read for its parts.
Json = Any


def request_parameters(**changes: str) -> dict[str, str]:
    """Give the parameters of an authorisation request in order."""
    return {
        "client_id": CLIENT[0],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPE,
        "state": "a-state",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes


def parameters_of(location: str) -> dict[str, str]:
    """Read the parameters with which the browser was sent back."""
    return dict(httpx.URL(location).params)


@dataclass
class Visitor:
    """One person's browser and the application behind it."""

    http: httpx.Client
    tokens: dict[str, Json] = field(default_factory=dict)
    tenant: str = ""

    def consent(self, *organisations: str, **changes: str) -> dict[str, str]:
        """Allow access to organisations; gives the parameters sent back."""
        answer = self.http.post(
            AUTHORIZE,
            params=request_parameters(**changes),
            data={"organisation": list(organisations), "decision": "allow"},
        )
        return parameters_of(answer.headers["location"])

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        """Exchange a code for tokens."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        } | changes
        return self.http.post(TOKEN, data=form, auth=CLIENT)

    def refresh(self, token: str) -> httpx.Response:
        """Exchange a refresh token for new ones."""
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self.http.post(TOKEN, data=form, auth=CLIENT)

    def link(self, *organisations: str, scope: str = SCOPE) -> None:
        """Go through consent and keep the tokens and the first tenant of this consent."""
        code = self.consent(*organisations or ("0",), scope=scope)["code"]
        self.tokens = self.exchange(code).json()
        self.tenant = self.connections()[-1]["tenantId"]

    def connections(self, **parameters: str) -> list[Json]:
        """List the connected tenants."""
        answer = self.http.get("/connections", params=parameters, headers=self.bearer())
        return list(answer.json())

    def bearer(self) -> dict[str, str]:
        """Give the header with the access token."""
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, **parameters: str
    ) -> httpx.Response:
        """Call the Accounting API."""
        usual = {"Accept": "application/json", "Xero-tenant-id": self.tenant, **self.bearer()}
        return self.http.get(
            f"/api.xro/2.0/{path}", params=parameters, headers=usual | dict(headers or {})
        )

    def order(self, control: str, /, **body: Json) -> Json:
        """Give an order to a control and take its answer."""
        answer = self.http.post(f"/_control/{control}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def books(self, **parameters: str) -> Json:
        """Read the truth about an organisation."""
        return self.http.get("/_books", params=parameters).json()

    def calls(self, **parameters: str) -> list[Json]:
        """Read the ledger of calls."""
        return list(self.http.get("/_calls", params=parameters).json()["calls"])
