"""The data API as a FastAPI app: what it needs is passed in."""

from __future__ import annotations

from fastapi import FastAPI

from functions.data_api.history import history_router
from functions.data_api.records import Records, records_router
from functions.data_api.snapshots import Snapshots
from shared_code.serve import Authenticate, service_app
from shared_code.store.database import Database
from shared_code.store.records import Totals


def create_app(
    db: Database, authenticate: Authenticate, snapshots: Snapshots | None = None
) -> FastAPI:
    """Make the app that reads `db`; `snapshots` may know other platforms than the catalogue's."""
    records = Records(db, Totals(), snapshots or Snapshots())
    routers = [history_router(db), records_router(records)]
    return service_app("data_api", routers, authenticate=authenticate)
