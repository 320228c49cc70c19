"""Make a service's app: routers inside, and around them what every service does alike."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from shared_code.errors import CausewayError
from shared_code.serve.edge import Edge
from shared_code.serve.errors import error_response
from shared_code.serve.keys import Authenticate, KeyRequired
from shared_code.serve.routing import (
    CanonicalRequest,
    RouteTable,
    Shortcut,
    parameter_names,
)


def service_app(
    name: str,
    routers: Sequence[APIRouter],
    *,
    authenticate: Authenticate,
    public: Sequence[APIRouter] = (),
) -> FastAPI:
    """Make the app of the service `name`; see the package for an example.

    Args:
        routers: served to callers with an API key.
        authenticate: tells whose key it is.
        public: served to everybody.
    """
    app = FastAPI(
        title="Causeway",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    # Not `include_router`, which makes every route again for a prefix that none has.
    for each in (*routers, *public):
        app.router.routes.extend(each.routes)
    for kind in (CausewayError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, error_response)
    open_to_all = RouteTable([route for each in public for route in each.routes])
    app.state.routes = RouteTable(app.routes)
    app.router.routes.insert(0, Shortcut(app.state.routes))
    app.user_middleware = [
        Middleware(Edge, service=name),
        Middleware(CanonicalRequest, routes=app.state.routes, names=parameter_names(app.routes)),
        Middleware(KeyRequired, authenticate=authenticate, public=open_to_all),
    ]
    return app
