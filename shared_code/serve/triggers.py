"""HTTP triggers: how a service's app hangs in the Functions host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

import azure.functions as func
from starlette.types import ASGIApp, Receive, Scope, Send

from shared_code.serve.edge import Edge


class LazyApp:
    """A service's app that is made when it is first needed.

    A module that fails while it is imported takes all functions of the host with it, and nobody
    answers any more. This way a setting that is missing makes the service, and its health, say so.
    """

    def __init__(self, service: str, make: Callable[[], ASGIApp]) -> None:
        self._service = service
        self._make = make
        self._lock = Lock()
        self._app: ASGIApp | None = None

    def open(self) -> ASGIApp:
        """Give the app, made once; raises what making it raises, each time anew."""
        with self._lock:
            if self._app is None:
                self._app = self._make()
            return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        app = self._app or Edge(self._open_and_serve, service=self._service)
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
