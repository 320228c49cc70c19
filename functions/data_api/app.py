"""The data API as a FastAPI app: what it needs is passed in."""

from __future__ import annotations

from fastapi import FastAPI

from functions.data_api.history import history_router
from functions.data_api.records import Records, records_router
from shared_code.serve import Authenticate, service_app
from shared_code.store.database import Database
from shared_code.store.records import Totals


def create_app(db: Database, authenticate: Authenticate) -> FastAPI:
    """Make the app that reads `db`."""
    routers = [history_router(db), records_router(Records(db, Totals()))]
    return service_app("data_api", routers, authenticate=authenticate)
