"""The data API as a FastAPI app: what it needs is passed in."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI

from functions.data_api.aged import aged_router
from functions.data_api.documents import documents_router
from functions.data_api.exports import Files, downloads_router, exports_router
from functions.data_api.history import history_router
from functions.data_api.records import Records
from functions.data_api.routes import records_router
from functions.data_api.snapshots import Snapshots
from functions.data_api.statements import statements_router
from functions.data_api.tie_out import tie_out_router
from functions.data_api.tracking import tracking_router
from shared_code.ports.clock import Clock
from shared_code.serve import Authenticate, service_app
from shared_code.serve.connectors import Connectors
from shared_code.store.database import Database
from shared_code.store.records import Totals


@dataclass(frozen=True, slots=True)
class Reach:
    """What the data API reaches beside its store."""

    files: Files
    connectors: Connectors


def create_app(
    db: Database,
    authenticate: Authenticate,
    *,
    clock: Clock,
    snapshots: Snapshots,
    reach: Reach,
) -> FastAPI:
    """Make the app that reads `db`."""
    records = Records(db, Totals(), snapshots)
    routers = [
        history_router(db),
        exports_router(db, reach.files),
        statements_router(records),
        aged_router(records, clock),
        tie_out_router(records, clock),
        tracking_router(records),
        documents_router(records, reach.connectors),
        records_router(records),
    ]
    public = [downloads_router(reach.files)]
    return service_app("data_api", routers, authenticate=authenticate, public=public)
