"""Who may call: finds the token's grant, and the organisation that a call is about."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.providers.kit.auth import Shown, Tenancy
from local.providers.kit.declared import Problem, Simulated
from local.providers.kit.reach import Consented
from local.providers.oauth.grants import Grant
from local.providers.simulation.simulator import Simulator
from local.providers.simulation.world import Company


class Gate:
    """Judges calls; `reach` knows which organisations the grants are good for."""

    def __init__(self, simulated: Simulated, simulator: Simulator) -> None:
        self._shown: Shown = simulated.auth.shown
        self._tenancy: Tenancy = simulated.tenancy
        self._problem: Problem = simulated.problem
        self._any_case = simulated.any_case
        self._store, self._world = simulator.grants, simulator.world
        make = simulated.reach
        self.reach = make(simulator) if make else Consented(simulated.tenancy, simulator.world)

    def routes(self) -> list[Route]:
        """List the routes that say what a grant reaches, if there are any."""
        return self.reach.routes(lambda request: self._judge(request, {}))

    def admit(
        self, request: Request, params: Mapping[str, str], scopes: frozenset[str]
    ) -> Company | Response:
        """Give the organisation that a call is about, or the refusal that it deserves."""
        grant = self._judge(request, params)
        if isinstance(grant, Response):
            return grant
        if scopes and not scopes & grant.scopes():
            return self._problem(403, "scope", f"This needs one of: {', '.join(sorted(scopes))}")
        tenant = grant.tenants[0] if self._tenancy.by == "grant" else self._named(request)
        company = self._world.find(tenant)
        if company is None or not self.reach.reaches(grant, company.id):
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
        told = self._tenancy.told_by(request.headers)
        named = told or str(request.path_params.get("tenant", ""))
        return named.lower() if self._any_case else named

    def _judge(self, request: Request, params: Mapping[str, str]) -> Grant | Response:
        token = self._store.access.get(self._shown.read(request, params))
        if token is None or token.grant.is_revoked:
            return self._refused("token", "The token is not known")
        if self._store.clock.now() >= token.expires_at:
            return self._refused("expired", f"The token expired at {token.expires_at:%c}")
        return token.grant

    def _refused(self, code: str, message: str) -> Response:
        answer = self._problem(401, code, message)
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer
