"""The data API over a store with a client's company, called in memory or over a socket."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Table, Update, update

from functions.data_api.app import Reach, create_app
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from shared_code.access import Principal, Unauthorised
from shared_code.catalogue import XERO
from shared_code.model import DataType
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.serve.connectors import Connectors
from shared_code.store.database import Database
from shared_code.store.schema import companies
from tests.support.asgi import app_client
from tests.support.clock import ManualClock
from tests.support.ports import wait_until
from tests.support.records import new_company, new_connection
from tests.support.stores import new_store

NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Books:
    """A company of the client `client` with its one accounting connection."""

    db: Database
    http: httpx.Client
    company_id: str
    connection_id: str

    def get(self, path: str) -> httpx.Response:
        """Ask for something below the company."""
        return self.http.get(f"/companies/{self.company_id}/{path}")

    def own(self, table: Table) -> Update:
        """Change the rows of a table that are the company's."""
        owner = table.c.id if table is companies else table.c.company_id
        return update(table).where(owner == self.company_id)


def authenticate(header: str | None) -> Principal:
    """Take the client's name for its key."""
    if not header:
        raise Unauthorised("The request has no API key.")
    return Principal(header.removeprefix("Basic "), "key")


@pytest.fixture(scope="session")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = new_store(tmp_path_factory.mktemp("store"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    blobs = FolderBlobs(tmp_path_factory.mktemp("blobs"))
    return Files(blobs, ManualClock(), "https://api.example")


@pytest.fixture(scope="session")
def app(db: Database, files: Files) -> FastAPI:
    return create_app(
        db,
        authenticate,
        clock=ManualClock(),
        snapshots=Snapshots(),
        reach=Reach(files, Connectors.at(NOWHERE)),
    )


@pytest.fixture(scope="session")
def wide_app(db: Database, files: Files) -> FastAPI:
    """The app on a platform that has all data types."""
    platform = replace(XERO, data_types=tuple(DataType))
    return create_app(
        db,
        authenticate,
        clock=ManualClock(),
        snapshots=Snapshots(lambda _: platform),
        reach=Reach(files, Connectors.at(NOWHERE)),
    )


@pytest.fixture
def whole(books: Books, wide_app: FastAPI) -> Books:
    """The company's books on a platform that has all data types."""
    return replace(books, http=app_client(wide_app, {"Authorization": "Basic client"}))


@pytest.fixture
def books(db: Database, app: FastAPI) -> Books:
    company_id = new_company(db)
    client = app_client(app, {"Authorization": "Basic client"})
    return Books(db, client, company_id, new_connection(db, company_id))


@pytest.fixture(scope="session")
def url(app: FastAPI) -> Iterator[str]:
    """Where the app listens."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        (listening,) = server.servers[0].sockets
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
