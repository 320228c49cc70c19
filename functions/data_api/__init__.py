"""The data API: what syncs have brought, read by companies' clients.

It owns GET under `companies/{companyId}/data/`, under a connection's `data/` and under
`companies/{companyId}/reports/`, the history of pull operations included. It also carries exports
out: their commands have a queue of their own.
"""

from __future__ import annotations

from datetime import timedelta

import azure.durable_functions as df
from fastapi import FastAPI

from functions.data_api.app import Reach, create_app
from functions.data_api.exporting import register_exports
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from shared_code.access import key_check
from shared_code.connect.settings import PublicSettings, connectors_root
from shared_code.exports.job import Exporter
from shared_code.exports.settings import ExportSettings
from shared_code.health import health_trigger
from shared_code.once import Once
from shared_code.ports.blobs import open_blobs
from shared_code.ports.clock import SystemClock
from shared_code.ports.settings import BlobSettings
from shared_code.serve import LazyApp, asgi_trigger
from shared_code.serve.connectors import Connectors
from shared_code.settings import load_settings
from shared_code.store.settings import open_store

ROUTES = {
    "data_api_company": "companies/{companyId}/data/{*rest}",
    "data_api_connection": "companies/{companyId}/connections/{connectionId}/data/{*rest}",
    "data_api_downloads": "downloads/{*rest}",
    "data_api_reports": "companies/{companyId}/reports/{*rest}",
}

_store = Once(open_store)


def open_app() -> FastAPI:
    """Make the app from what the environment says."""
    db, clock = _store(), SystemClock()
    public_url = load_settings(PublicSettings).public_url
    return create_app(
        db,
        key_check(db),
        clock=clock,
        snapshots=Snapshots(),
        reach=Reach(
            Files(open_blobs(load_settings(BlobSettings)), clock, public_url),
            Connectors.at(connectors_root()),
        ),
    )


def open_exporter() -> Exporter:
    """Make what carries exports out, likewise."""
    kept = timedelta(hours=load_settings(ExportSettings).kept_hours)
    return Exporter(_store(), open_blobs(load_settings(BlobSettings)), SystemClock(), kept)


def _check() -> None:
    _app.open()
    _exporter()
    _store().ping()


bp = df.Blueprint()
_exporter = Once(open_exporter)
_app = LazyApp("data_api", open_app)
for _name, _route in ROUTES.items():
    asgi_trigger(bp, name=_name, route=_route, app=_app, methods=["GET"])
register_exports(bp, _exporter)
health_trigger(bp, "data_api", check=_check)
