"""Xero's identity: connections to tenants, access tokens, who may call."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import JsonValue, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.providers.oauth.grants import AccessToken, Grant, GrantStore
from local.providers.simulation.world import World
from local.providers.xero.answers import forbidden, not_found, unauthorised

ISSUER = "https://identity.xero.com"
USER_ID = "7f5c1d0e-6a43-4f0b-9b0a-2c9c3f2d7e11"


@dataclass(frozen=True, slots=True)
class Connection:
    """The app's access to one tenant; `grant_id` is the authorisation that last gave it."""

    id: str
    tenant_id: str
    grant_id: str
    created_at: datetime
    updated_at: datetime


KEPT = TypeAdapter(list[Connection])


class Connections:
    """Which tenants the user has connected; all the user's tokens reach all of them."""

    def __init__(self, store: GrantStore, world: World) -> None:
        self._store, self._world = store, world
        self._by_tenant: dict[str, Connection] = {}

    def connect(self, grant: Grant) -> None:
        """Connect the tenants of a consent, or connect them again."""
        for tenant in grant.tenants:
            known = self._by_tenant.get(tenant)
            if known is not None:
                again = replace(known, grant_id=grant.id, updated_at=grant.created_at)
                self._by_tenant[tenant] = again
                continue
            self._by_tenant[tenant] = Connection(
                str(uuid4()), tenant, grant.id, grant.created_at, grant.created_at
            )

    def disconnect_grant(self, grant: Grant) -> None:
        """Disconnect what a revoked authorisation had connected."""
        for connection in list(self._by_tenant.values()):
            if connection.grant_id == grant.id:
                del self._by_tenant[connection.tenant_id]

    def disconnect(self, key: str) -> bool:
        """Disconnect one tenant, named by its own id or its connection's."""
        for connection in self._by_tenant.values():
            if key in (connection.id, connection.tenant_id):
                del self._by_tenant[connection.tenant_id]
                return True
        return False

    def reaches(self, tenant: str) -> bool:
        """Tell whether a tenant is connected."""
        return tenant in self._by_tenant

    def remember(self) -> JsonValue:
        """Give the connections as JSON's types."""
        kept: JsonValue = KEPT.dump_python(list(self._by_tenant.values()), mode="json")
        return kept

    def recall(self, kept: JsonValue) -> None:
        """Take back what `remember` gave."""
        self._by_tenant = {each.tenant_id: each for each in KEPT.validate_python(kept)}

    def as_json(self, grant_id: str | None = None) -> list[dict[str, str]]:
        """List the connections, or those of one authorisation, in Xero's shape."""
        return [
            self._tell(each)
            for each in self._by_tenant.values()
            if grant_id in (None, each.grant_id)
        ]

    def _tell(self, connection: Connection) -> dict[str, str]:
        company = self._world.find(connection.tenant_id)
        return {
            "id": connection.id,
            "authEventId": connection.grant_id,
            "tenantId": connection.tenant_id,
            "tenantType": "ORGANISATION",
            "tenantName": company.organisation.name if company else "",
            "createdDateUtc": _seven_digits(connection.created_at),
            "updatedDateUtc": _seven_digits(connection.updated_at),
        }


def _seven_digits(moment: datetime) -> str:
    """Write an instant as .NET does: ticks of 100 ns, no zone."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}0"


class Identity:
    """Mints access tokens and judges them."""

    def __init__(self, store: GrantStore, connections: Connections) -> None:
        self._store, self.connections = store, connections
        self._key = OctKey.generate_key(256)

    def mint(self, grant: Grant) -> str:
        """Make an access token, a JWT that names its authorisation event."""
        now = int(self._store.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": f"{ISSUER}/resources",
            "nbf": now,
            "exp": now + int(self._store.policy.access.total_seconds()),
            "client_id": grant.client_id,
            "sub": USER_ID,
            "xero_userid": USER_ID,
            "auth_time": int(grant.created_at.timestamp()),
            "jti": uuid4().hex.upper(),
            "authentication_event_id": grant.id,
            "scope": grant.scope.split(),
        }
        return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._key)

    def judge(self, request: Request) -> AccessToken | Response:
        """Give the call's token, or the refusal that it deserves."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._store.access.get(value.strip()) if scheme.lower() == "bearer" else None
        if token is None or token.grant.is_revoked:
            return unauthorised("AuthenticationUnsuccessful")
        if self._store.clock.now() >= token.expires_at:
            return unauthorised(
                f"TokenExpired: token expired at {token.expires_at:%m/%d/%Y %H:%M:%S}"
            )
        return token

    def routes(self) -> list[Route]:
        """List the routes of connections; Xero's specification spells them with a capital."""
        return [
            Route(path, endpoint, methods=[method])
            for root in ("/connections", "/Connections")
            for path, endpoint, method in (
                (root, self.list_connections, "GET"),
                (f"{root}/{{id}}", self.delete_connection, "DELETE"),
            )
        ]

    async def list_connections(self, request: Request) -> Response:
        """List the tenants that the token's user has connected."""
        token = self.judge(request)
        if isinstance(token, Response):
            return token
        return JSONResponse(self.connections.as_json(request.query_params.get("authEventId")))

    async def delete_connection(self, request: Request) -> Response:
        """Disconnect one tenant."""
        token = self.judge(request)
        if isinstance(token, Response):
            return token
        if not self.connections.disconnect(request.path_params["id"]):
            return not_found()
        return Response(None, 204)

    def admit(self, request: Request, scopes: frozenset[str]) -> Response | None:
        """Refuse a call whose token, scope or tenant will not do; else give nothing."""
        token = self.judge(request)
        if isinstance(token, Response):
            return token
        if not scopes & token.grant.scopes():
            return unauthorised("AuthorizationUnsuccessful")
        if not self.connections.reaches(request.headers.get("xero-tenant-id", "").lower()):
            return forbidden()
        return None
