"""A provider's own script, which shows its consent in a frame and gives a public token."""

import secrets
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.providers.kit.asked import BadRequest, read_call
from local.providers.kit.auth import NO_END, Widget
from local.providers.oauth.grants import AccessToken, Grant
from local.providers.pages import TEMPLATES
from local.providers.simulation.simulator import Simulator

CONSENT = "/widget/consent"
_SCRIPT = """\
(() => {
  const base = new URL(document.currentScript.src).origin;
  const open = ({ token, onSuccess, onExit }) => {
    const frame = document.createElement("iframe");
    frame.src = `${base}%s?token=${encodeURIComponent(token)}`;
    frame.title = "Choose an account";
    frame.style = "position:fixed;inset:0;width:100%%;height:100%%;border:0;z-index:9";
    const hear = (event) => {
      if (event.origin !== base) return;
      window.removeEventListener("message", hear);
      frame.remove();
      if (event.data.publicToken) onSuccess(event.data.publicToken, {}); else onExit(null, {});
    };
    window.addEventListener("message", hear);
    document.body.append(frame);
  };
  window.%s = { create: (options) => ({ open: () => open(options) }) };
})();
"""


class WidgetRoutes:
    """The script, its frame, and the two calls of the application around it."""

    def __init__(self, widget: Widget, simulator: Simulator, title: str) -> None:
        self._widget, self._simulator, self._title = widget, simulator, title
        self._begun: set[str] = set()
        self._public: dict[str, Grant] = {}

    def routes(self) -> list[Route]:
        """List the routes."""
        at = self._widget
        return [
            Route(at.script, self.script, methods=["GET"]),
            Route(at.begin, self.begin, methods=["POST"]),
            Route(CONSENT, self.ask, methods=["GET"]),
            Route(CONSENT, self.decide, methods=["POST"]),
            Route(at.exchange, self.exchange, methods=["POST"]),
        ]

    async def script(self, _: Request) -> Response:
        """Give the script that a page of the application runs."""
        return Response(_SCRIPT % (CONSENT, self._widget.name), media_type="text/javascript")

    async def begin(self, request: Request) -> Response:
        """Give the token that opens the widget."""
        sent = await self._sent(request)
        if isinstance(sent, Response):
            return sent
        token = f"link-{secrets.token_urlsafe(24)}"
        self._begun.add(token)
        return JSONResponse({"link_token": token})

    async def ask(self, request: Request) -> Response:
        """Show the consent page within the frame."""
        if request.query_params.get("token") not in self._begun:
            return self._over(request, None)
        context = {
            "title": self._title,
            "many": False,
            "client": self._simulator.client.client_id,
            "scopes": ["see accounts and transactions"],
            "organisations": [each.organisation for each in self._simulator.world.companies],
            "message": None,
        }
        return TEMPLATES.TemplateResponse(request, "consent.html", context)

    async def decide(self, request: Request) -> Response:
        """Take the decision, and hand the public token to the page around the frame."""
        async with request.form() as form:
            company = self._simulator.world.find(str(form.get("organisation", "")))
            allowed = form.get("decision") == "allow"
        token = request.query_params.get("token", "")
        if token not in self._begun or company is None or not allowed:
            return self._over(request, None)
        self._begun.discard(token)
        simulator = self._simulator
        client, now = simulator.client.client_id, simulator.clock.now()
        public = f"public-{secrets.token_urlsafe(24)}"
        self._public[public] = simulator.grants.consent(Grant(client, (company.id,), "", now))
        return self._over(request, public)

    async def exchange(self, request: Request) -> Response:
        """Exchange a public token, once, for a lasting one."""
        sent = await self._sent(request)
        if isinstance(sent, Response):
            return sent
        grant = self._public.pop(sent.get("public_token", ""), None)
        if grant is None:
            return JSONResponse({"error": "invalid_public_token"}, 400)
        token = f"access-{secrets.token_urlsafe(24)}"
        ends = self._simulator.clock.now() + NO_END
        self._simulator.grants.access[token] = AccessToken(token, grant, ends)
        return JSONResponse({"access_token": token, self._widget.item: grant.tenants[0]})

    async def _sent(self, request: Request) -> Mapping[str, str] | Response:
        """Read what the application sent, or refuse one that is not registered."""
        try:
            sent = (await read_call(request, self._simulator.clock.now())).params
        except BadRequest as error:
            return JSONResponse({"error": str(error)}, 400)
        client = self._simulator.client
        secret = sent.get(self._widget.client_secret, "")
        if sent.get(self._widget.client_id) != client.client_id:
            return JSONResponse({"error": "invalid_client"}, 400)
        if not client.check_client_secret(secret):
            return JSONResponse({"error": "invalid_client"}, 400)
        return sent

    def _over(self, request: Request, public: str | None) -> Response:
        context = {"title": self._title, "public": public}
        return TEMPLATES.TemplateResponse(request, "widget.html", context)
