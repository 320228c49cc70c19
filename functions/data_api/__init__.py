"""The data API: what syncs have brought, read by companies' clients.

It owns GET under `companies/{companyId}/data/`, under a connection's `data/` and under
`companies/{companyId}/reports/`, the history of pull operations included.
"""

from __future__ import annotations

import azure.functions as func
from fastapi import FastAPI

from functions.data_api.app import create_app
from functions.data_api.snapshots import Snapshots
from shared_code.access import key_check
from shared_code.health import health_trigger
from shared_code.ports.clock import SystemClock
from shared_code.serve import LazyApp, asgi_trigger
from shared_code.store.settings import open_store

ROUTES = {
    "data_api_company": "companies/{companyId}/data/{*rest}",
    "data_api_connection": "companies/{companyId}/connections/{connectionId}/data/{*rest}",
    "data_api_reports": "companies/{companyId}/reports/{*rest}",
}


def _open() -> FastAPI:
    db = open_store()
    return create_app(db, key_check(db), clock=SystemClock(), snapshots=Snapshots())


bp = func.Blueprint()  # type: ignore[no-untyped-call] # the library leaves it untyped
_app = LazyApp("data_api", _open)
for _name, _route in ROUTES.items():
    asgi_trigger(bp, name=_name, route=_route, app=_app, methods=["GET"])
health_trigger(bp, "data_api", check=_app.open)
