"""HTTP triggers: how a service's app hangs in the Functions host."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import azure.functions as func
from starlette.types import ASGIApp, Receive, Scope, Send

from shared_code.once import Once
from shared_code.serve.edge import Edge


class LazyApp:
    """A service's app that is made when it is first needed.

    This way a setting that is missing makes the service, and its health, say so.
    """

    def __init__(self, service: str, make: Callable[[], ASGIApp]) -> None:
        self._service = service
        self.open = Once(make)
        """Gives the app, made once; raises what making it raises, each time anew."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self.open.made or Edge(self._open_and_serve, service=self._service)
        await app(scope, receive, send)

    async def _open_and_serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.open()(scope, receive, send)


def asgi_trigger(
    blueprint: func.Blueprint,
    *,
    name: str,
    route: str,
    app: ASGIApp,
    methods: Sequence[str] | None = None,
) -> None:
    """Register the function `name` that hands requests for `route` to `app`.

    The host lets the first function by name win, whatever the templates: `name` must sort behind
    the functions with narrower routes. `methods` are all by default. The key is checked by the
    app, not by the host.
    """
    middleware = func.AsgiMiddleware(app)  # type: ignore[no-untyped-call]

    async def handle(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        response: func.HttpResponse = await middleware.handle_async(req, context)
        return response

    routed = blueprint.route(route=route, methods=methods, auth_level=func.AuthLevel.ANONYMOUS)
    blueprint.function_name(name)(routed(handle))
