"""The addresses of the authorisation server: consent page, token and revocation."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.providers.oauth.grants import Grant
from local.providers.oauth.protocol import OAuth2Error, OAuthServer
from local.providers.pages import TEMPLATES
from local.providers.simulation.calls import Call
from local.providers.simulation.world import World


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a provider has its endpoints, and how its consent page calls itself."""

    authorize: str
    token: str
    revocation: str | None
    title: str
    many: bool = True


class OAuthRoutes:
    """Starlette's routes for an authorisation server.

    The consent form posts `decision` (`allow` or `cancel`) and one `organisation` or, where the
    provider allows it, several: an id, a name, or a position from 0.
    """

    def __init__(self, server: OAuthServer, world: World, addresses: Addresses) -> None:
        self._server, self._world, self._addresses = server, world, addresses

    def routes(self) -> list[Route]:
        """List the routes."""
        at = self._addresses
        found = [
            Route(at.authorize, self.ask, methods=["GET"]),
            Route(at.authorize, self.decide, methods=["POST"]),
            Route(at.token, self.token, methods=["POST"]),
        ]
        if at.revocation:
            found.append(Route(at.revocation, self.revoke, methods=["POST"]))
        return found

    async def ask(self, request: Request) -> Response:
        """Show the consent page, or what is wrong with the request."""
        parameters = dict(request.query_params)
        try:
            self._server.check(parameters)
        except OAuth2Error as error:
            return self._refuse(request, error)
        return self._page(request, parameters)

    async def decide(self, request: Request) -> Response:
        """Take the decision and send the browser back."""
        parameters = dict(request.query_params)
        async with request.form() as form:
            chosen = [self._world.find(str(each)) for each in form.getlist("organisation")]
            allowed = form.get("decision") == "allow"
        try:
            self._server.check(parameters)
            if not allowed:
                return self._server.decide(parameters, None)
            tenants = tuple(company.id for company in chosen if company is not None)
            if not tenants or (len(tenants) > 1 and not self._addresses.many):
                return self._page(request, parameters, message="Choose an organisation first.")
            return self._server.decide(parameters, self._grant(parameters, tenants))
        except OAuth2Error as error:
            return self._refuse(request, error)

    async def token(self, request: Request) -> Response:
        """Exchange a code, or a refresh token."""
        form = await _fields(request)
        call: Call = request.scope["call"]
        call.detail["grantType"] = form.get("grant_type", "")
        return self._server.token(form, request.headers)

    async def revoke(self, request: Request) -> Response:
        """End the grant of a token."""
        return self._server.revocation(await _fields(request), request.headers)

    def _grant(self, parameters: Mapping[str, str], tenants: tuple[str, ...]) -> Grant:
        return Grant(
            client_id=parameters["client_id"],
            tenants=tenants,
            scope=parameters.get("scope", ""),
            created_at=self._server.store.clock.now(),
        )

    def _page(
        self, request: Request, parameters: Mapping[str, str], *, message: str | None = None
    ) -> Response:
        context = {
            "title": self._addresses.title,
            "many": self._addresses.many,
            "client": parameters["client_id"],
            "scopes": parameters.get("scope", "").split(),
            "organisations": [company.organisation for company in self._world.companies],
            "message": message,
        }
        status = 400 if message else 200
        return TEMPLATES.TemplateResponse(request, "consent.html", context, status)

    def _refuse(self, request: Request, error: OAuth2Error) -> Response:
        """Send the browser back with the error, or show it where its address is not trusted."""
        if error.redirect_uri:
            return self._server.refuse(dict(request.query_params), error)
        context = {
            "title": self._addresses.title,
            "error": error.error,
            "description": error.description,
        }
        return TEMPLATES.TemplateResponse(request, "refused.html", context, 400)


async def _fields(request: Request) -> dict[str, str]:
    """Read a form, or the JSON object that some providers take in its place."""
    if request.headers.get("content-type", "").startswith("application/json"):
        sent = await request.json()
        return {name: str(value) for name, value in sent.items()} if isinstance(sent, dict) else {}
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}
