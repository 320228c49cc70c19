"""Who may call: finds the token's grant, and the organisation that a call is about."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.providers.kit.auth import Shown, Tenancy
from local.providers.kit.declared import Problem, Simulated
from local.providers.oauth.grants import Grant
from local.providers.simulation.simulator import Simulator
from local.providers.simulation.world import Company


class Gate:
    """Judges calls; organisations may be cut off while the grants that reached them live on."""

    def __init__(self, simulated: Simulated, simulator: Simulator) -> None:
        self._shown: Shown = simulated.auth.shown
        self._tenancy: Tenancy = simulated.tenancy
        self._problem: Problem = simulated.problem
        self._store, self._world = simulator.grants, simulator.world
        self.cut_off: set[str] = set()

    def routes(self) -> list[Route]:
        """List the route that says what a grant reaches, if there is one."""
        at = self._tenancy.listed_at
        return [Route(at, self.list_tenants, methods=["GET"])] if at else []

    async def list_tenants(self, request: Request) -> Response:
        """List what the call's grant reaches."""
        grant = self._judge(request, {})
        if isinstance(grant, Response):
            return grant
        found = [self._world.find(each) for each in grant.tenants if each not in self.cut_off]
        told = [self._tenancy.shape(each.organisation) for each in found if each]
        return JSONResponse({self._tenancy.rows: told} if self._tenancy.rows else told)

    def admit(
        self, request: Request, params: Mapping[str, str], scopes: frozenset[str]
    ) -> Company | Response:
        """Give the organisation that a call is about, or the refusal that it deserves."""
        grant = self._judge(request, params)
        if isinstance(grant, Response):
            return grant
        if scopes and not scopes & grant.scopes():
            return self._problem(403, "scope", f"This needs one of: {', '.join(sorted(scopes))}")
        tenant = self._named(request) or grant.tenants[0]
        company = self._world.find(tenant)
        if company is None or tenant not in grant.tenants or tenant in self.cut_off:
            return self._problem(403, "tenant", "This organisation gave no access")
        return company

    def tenant_of(self, request: Request, root: str) -> str:
        """Name the organisation as far as header, path and token tell, for limits."""
        if self._tenancy.by == "path":
            before = root.partition("{tenant}")[0]
            return request.url.path.removeprefix(before).partition("/")[0]
        if named := self._named(request):
            return named
        token = self._store.access.get(self._shown.read(request, {}))
        return token.grant.tenants[0] if token else ""

    def _named(self, request: Request) -> str:
        if self._tenancy.by == "header":
            return request.headers.get(self._tenancy.header, "")
        return str(request.path_params.get("tenant", ""))

    def _judge(self, request: Request, params: Mapping[str, str]) -> Grant | Response:
        token = self._store.access.get(self._shown.read(request, params))
        if token is None or token.grant.is_revoked:
            return self._refused("token", "The token is not known")
        if self._store.clock.now() >= token.expires_at:
            return self._refused("expired", "The token has expired")
        return token.grant

    def _refused(self, code: str, message: str) -> Response:
        answer = self._problem(401, code, message)
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer
