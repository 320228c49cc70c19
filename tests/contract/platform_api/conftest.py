"""The platform API over a store of its own, called in memory or over a socket."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import Row, Table, select, update

from functions.platform_api.app import create_app
from functions.platform_api.platform import Platform
from shared_code.access import KeySeal, ensure_client, key_check
from shared_code.connect.addresses import Addresses
from shared_code.ports.vault.file import FileVault
from shared_code.serve.connectors import Connectors
from shared_code.store.database import Database
from shared_code.store.schema import connections
from shared_code.sync.requests import request_sync
from tests.support.asgi import app_client
from tests.support.clock import ManualClock
from tests.support.ports import wait_until
from tests.support.stores import empty_store

PUBLIC_URL = "https://api.example"
NOWHERE = "http://127.0.0.1:9"


@dataclass
class SentMessages:
    """A queue that keeps what is sent."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, queue: str, text: str) -> None:
        self.sent.append((queue, text))


@dataclass(frozen=True)
class Api:
    """The app with two clients, of whom `http` is the first."""

    platform: Platform
    http: httpx.Client
    other: httpx.Client
    key: str
    queue: SentMessages
    clock: ManualClock

    def create_company(self, name: str = "Acme", **body: object) -> dict[str, Any]:
        """Create a company of the first client."""
        return ok(self.http.post("/companies", json={"name": name, **body}))

    def create_connection(self, company_id: str) -> dict[str, Any]:
        """Create a connection that waits to be linked."""
        path = f"/companies/{company_id}/connections"
        return ok(self.http.post(path, json={"platformKey": "gbol"}))

    def link(self, company_id: str) -> dict[str, Any]:
        """Create a connection and link it, as a connector would."""
        connection = self.create_connection(company_id)
        self.change(connections, connection["id"], status="Linked", tenant_id="tenant")
        return connection

    def change(self, table: Table, row_id: str, **values: object) -> None:
        """Change a row, as somebody else's code would."""
        with self.platform.db.write() as tx:
            tx.execute(update(table).where(table.c.id == row_id).values(**values))

    def rows(self, table: Table) -> list[Row[Any]]:
        """Read all of a table."""
        with self.platform.db.read() as tx:
            return list(tx.execute(select(table)))

    def sync(self, connection_id: str, *types: str) -> list[str]:
        """Queue a run, as the schedule would."""
        with self.platform.work() as work:
            found = select(connections).where(connections.c.id == connection_id)
            return request_sync(work, work.tx.execute(found).one(), types, trigger="schedule")


def ok(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """Check that a request went well, and give its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert ":null" not in response.text
    body: dict[str, Any] = response.json()
    return body


def refused(response: httpx.Response, status: int) -> str:
    """Check that a request was refused with the contract's envelope, and give its sentence."""
    body = response.json()
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert set(body) - {"validation"} == {
        "statusCode", "service", "error", "correlationId", "canBeRetried", "detailedErrorCode"
    }  # fmt: skip
    assert (body["statusCode"], body["service"]) == (status, "platform_api")
    sentence: str = body["error"]
    return sentence


def basic(key: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}


def open_api(db: Database, folder: Path) -> Api:
    """Make the app over a store, with two clients."""
    vault, queue, clock = FileVault(folder / "vault.json"), SentMessages(), ManualClock()
    _, key = ensure_client(db, vault, clock, "Lender")
    _, other = ensure_client(db, vault, clock, "Other")
    platform = Platform(
        db, queue, clock, KeySeal(vault), Addresses(PUBLIC_URL), Connectors.at(NOWHERE)
    )
    app = create_app(platform, key_check(db))
    return Api(
        platform, app_client(app, basic(key)), app_client(app, basic(other)), key, queue, clock
    )


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def api(db: Database, tmp_path: Path) -> Api:
    return open_api(db, tmp_path)


@pytest.fixture
def url(api: Api) -> Iterator[str]:
    """Where the app listens."""
    app = create_app(api.platform, key_check(api.platform.db))
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
