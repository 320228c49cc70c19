"""The platform API: companies, connections, integrations, syncs, settings and the documentation.

It takes what no other service takes, one trigger per first path segment and all methods. The host
lets the first function by name win, so that `data_api_...` comes before it with what is its own.
"""

import azure.functions as func

from functions.platform_api.app import open_app
from shared_code.health import health_trigger
from shared_code.once import Once
from shared_code.serve import LazyApp, asgi_trigger
from shared_code.store.settings import open_store

_ROUTES = {
    "apikeys": "apiKeys/{*rest}",
    "companies": "companies/{*rest}",
    "docs": "docs/{*rest}",
    "integrations": "integrations/{*rest}",
    "openapi": "openapi.json",
    "profile": "profile/{*rest}",
}

bp = func.Blueprint()  # type: ignore[no-untyped-call] # the library leaves it untyped
_store = Once(open_store)
_app = LazyApp("platform_api", lambda: open_app(_store()))


def _check() -> None:
    _app.open()
    _store().ping()


for _name, _route in _ROUTES.items():
    asgi_trigger(bp, name=f"platform_api_{_name}", route=_route, app=_app)
health_trigger(bp, "platform_api", check=_check)
