"""A company with all data types, filled by the generator as they are asked for, behind a server."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import select, update
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.data_api.app import Reach
from functions.data_api.app import create_app as data_app
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from functions.platform_api.app import create_app as platform_app
from functions.platform_api.platform import Platform
from local.generator.filling import Connection, publish_records
from local.generator.generated import generated
from shared_code.access import KeySeal, ensure_client, key_check
from shared_code.catalogue import CATALOGUE, XERO
from shared_code.connect.addresses import Addresses
from shared_code.model import DATA_TYPES, DataType, Record, Shape, decode, encode
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.clock import SystemClock
from shared_code.ports.vault.file import FileVault
from shared_code.serve.connectors import Connectors
from shared_code.store.database import Database
from shared_code.store.schema import connections, generations
from tests.contract.platform_api.conftest import PUBLIC_URL, SentMessages, basic
from tests.support.ports import wait_until
from tests.support.records import new_company, new_connection
from tests.support.samples import sample
from tests.support.stores import new_store

RECORDS = 20
"""How many of each type are generated; their ids have all the forms that the generator knows."""
FULL = "full record"
"""The id of the first of those that have every property."""
ACCOUNT = "account / 1"
_BANK = replace(XERO, platform="bank", source_type="Banking")


@dataclass(frozen=True)
class World:
    """A company of a client, with an accounting and a banking connection."""

    db: Database
    url: str
    authorization: str
    company_id: str
    accounting: Connection
    banking: Connection
    filled: dict[DataType, list[dict[str, Any]]] = field(default_factory=dict)

    def connection(self, data_type: DataType) -> Connection:
        """The connection that has a type."""
        return self.banking if data_type.startswith("banking-") else self.accounting

    def records(self, data_type: DataType) -> list[dict[str, Any]]:
        """What was written of a type, as it is served; written when it is first asked for."""
        if data_type not in self.filled:
            several = not DATA_TYPES[data_type].singular
            made = [*generated(data_type, RECORDS, templates=RECORDS)] if several else []
            made += _full(data_type, every_word=several)
            publish_records(self.db, self.connection(data_type), data_type, made)
            stamp = self._stamp(data_type)
            self.filled[data_type] = [decode(encode(record)) | stamp for record in made]
        return self.filled[data_type]

    def _stamp(self, data_type: DataType) -> dict[str, str]:
        """When the records were published, which is when they last changed here."""
        if not DATA_TYPES[data_type].has_modified_date:
            return {}
        connection, columns = self.connection(data_type), generations.c
        wanted = select(columns.published_at).where(
            columns.connection_id == connection.id, columns.data_type == data_type
        )
        with self.db.read() as tx:
            moment = tx.scalars(wanted).one()
        return {"modifiedDate": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"}

    def get(self, path: str, **params: object) -> Any:  # noqa: ANN401 - any JSON
        """Read what is on the wire."""
        headers = {"Authorization": self.authorization}
        given = {name: str(value) for name, value in params.items()}
        answer = httpx.get(self.url + path, params=given, headers=headers)
        return decode(answer.raise_for_status().content)


def _full(data_type: DataType, *, every_word: bool) -> Iterator[Shape]:
    """Make records with every property, as many as it takes for each word of each enum."""
    model = DATA_TYPES[data_type].model
    placed = {"account_id": ACCOUNT} if "account_id" in model.model_fields else {}
    identified = issubclass(model, Record)
    whole = sample(model, full=True, **placed, **({"id": FULL} if identified else {}))
    yield whole
    for turn in range(_longest(whole) if every_word and identified else 0):
        yield _turned(whole, turn).model_copy(update={"id": f"turned {turn}"})


def _longest(value: object) -> int:
    """How many words the longest enum within a value has."""
    if isinstance(value, Enum):
        return len(type(value))
    return max(map(_longest, _within(value)), default=0)


def _within(value: object) -> Sequence[object]:
    if isinstance(value, Shape):
        return [getattr(value, name) for name in type(value).model_fields]
    return value if isinstance(value, tuple) else ()


# A value of any kind that models hold, and another of the same.
def _turned(value: Any, turn: int) -> Any:  # noqa: ANN401
    """Put the word number `turn` into each enum."""
    if isinstance(value, Enum):
        return list(type(value))[turn % len(type(value))]
    if isinstance(value, Shape):
        turned = {name: _turned(getattr(value, name), turn) for name in type(value).model_fields}
        return value.model_copy(update=turned)
    return tuple(_turned(each, turn) for each in value) if isinstance(value, tuple) else value


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """Make the company and serve it."""
    db = new_store(folder)
    vault, clock = FileVault(folder / "vault.json"), SystemClock()
    client_id, key = ensure_client(db, vault, clock, "Lender")
    company_id = new_company(db, client_id)
    accounting = Connection(company_id, new_connection(db, company_id, client_id=client_id), "xero")
    banking = _bank(db, company_id, client_id)
    connectors = Connectors.at(PUBLIC_URL)
    platform = Platform(
        db, SentMessages(), clock, KeySeal(vault), Addresses(PUBLIC_URL), connectors
    )
    everything = replace(XERO, data_types=tuple(DataType))
    authenticate = key_check(db)
    data = data_app(
        db,
        authenticate,
        clock=clock,
        snapshots=Snapshots(lambda _: everything),
        reach=Reach(Files(FolderBlobs(folder / "blobs"), clock, PUBLIC_URL), connectors),
    )
    with _catalogued(), served(_both(data, platform_app(platform, authenticate))) as url:
        header = basic(key)["Authorization"]
        yield World(db, url, header, company_id, accounting, banking)
    db.close()


def _bank(db: Database, company_id: str, client_id: str) -> Connection:
    made = new_connection(db, company_id, client_id=client_id)
    with db.write() as tx:
        tx.execute(update(connections).where(connections.c.id == made).values(platform="bank"))
        row = tx.execute(select(connections).where(connections.c.id == made)).one()
    return Connection(row.company_id, row.id, row.platform)


@contextmanager
def _catalogued() -> Iterator[None]:
    """Have a bank in the catalogue, until there is one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("functions.data_api.scope.CATALOGUE", [*CATALOGUE, _BANK])
        yield


_OF_DATA = re.compile(r"/companies/[^/]+/(connections/[^/]+/)?(data|reports)/", re.IGNORECASE)


def _both(data: ASGIApp, platform: ASGIApp) -> ASGIApp:
    """Hand each request to the service that owns it, as the host's routes do."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reads = scope["method"] == "GET" and _OF_DATA.match(scope["path"])
        await (data if reads else platform)(scope, receive, send)

    return app


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an app on a free port; gives its URL."""
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
