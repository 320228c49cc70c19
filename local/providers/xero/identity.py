"""Xero's identity: connections to tenants, and access tokens."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import JsonValue, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.providers.kit.reach import Judge
from local.providers.oauth.grants import Grant, GrantStore
from local.providers.simulation.world import World
from local.providers.xero.answers import not_found

ISSUER = "https://identity.xero.com"
USER_ID = "7f5c1d0e-6a43-4f0b-9b0a-2c9c3f2d7e11"
_SECRET = OctKey.generate_key(256)


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

    def __init__(self, world: World) -> None:
        self._world = world
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

    def revoked(self, grant: Grant) -> None:
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

    def reaches(self, _: Grant, tenant: str) -> bool:
        """Tell whether a tenant is connected, by whichever consent."""
        return tenant in self._by_tenant

    def routes(self, judge: Judge) -> list[Route]:
        """List the routes of connections; Xero's specification spells them with a capital."""

        async def listed(request: Request) -> Response:
            """List the tenants that the token's user has connected."""
            grant = judge(request)
            if isinstance(grant, Response):
                return grant
            return JSONResponse(self.as_json(request.query_params.get("authEventId")))

        async def deleted(request: Request) -> Response:
            """Disconnect one tenant."""
            grant = judge(request)
            if isinstance(grant, Response):
                return grant
            found = self.disconnect(request.path_params["id"])
            return Response(None, 204) if found else not_found()

        return [
            Route(path, endpoint, methods=[method])
            for root in ("/connections", "/Connections")
            for path, endpoint, method in (
                (root, listed, "GET"),
                (f"{root}/{{id}}", deleted, "DELETE"),
            )
        ]

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


def mint(grant: Grant, store: GrantStore) -> str:
    """Make an access token, a JWT that names its authorisation event."""
    now = int(store.clock.now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": f"{ISSUER}/resources",
        "nbf": now,
        "exp": now + int(store.policy.access.total_seconds()),
        "client_id": grant.client_id,
        "sub": USER_ID,
        "xero_userid": USER_ID,
        "auth_time": int(grant.created_at.timestamp()),
        "jti": uuid4().hex.upper(),
        "authentication_event_id": grant.id,
        "scope": grant.scope.split(),
    }
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, _SECRET)
