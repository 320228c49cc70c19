"""Exports from both ends: ordered and read over HTTP, carried out by a job in between."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import ColumnElement, Row, Table, select, update

from functions.data_api.app import Reach
from functions.data_api.app import create_app as create_data_api
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from functions.platform_api.app import create_app as create_platform_api
from functions.platform_api.platform import Platform
from shared_code.access import KeySeal, Principal, Unauthorised
from shared_code.connect.addresses import Addresses
from shared_code.exports.job import Exporter, ExportRef
from shared_code.exports.parts import BOUNDS, Bounds
from shared_code.model import Shape
from shared_code.ports.blobs import Blobs
from shared_code.ports.vault.file import FileVault
from shared_code.serve.connectors import Connectors
from shared_code.store.database import Database
from shared_code.store.records import Dataset
from shared_code.store.schema import companies
from tests.support.asgi import app_client
from tests.support.clock import NOON, ManualClock
from tests.support.records import new_company, new_connection, new_dataset, sync

PUBLIC_URL = "https://api.example"
KEPT = timedelta(hours=24)


@dataclass
class SentMessages:
    """A queue that keeps what is sent."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send(self, queue: str, text: str) -> None:
        self.sent.append((queue, text))


@dataclass(frozen=True)
class Desk:
    """A company with a connection, both APIs, and the job that carries exports out."""

    db: Database
    blobs: Blobs
    clock: ManualClock
    queue: SentMessages
    platform_api: httpx.Client
    data_api: httpx.Client
    anybody: httpx.Client
    company_id: str
    connection_id: str

    @property
    def path(self) -> str:
        return f"/companies/{self.company_id}/connections/{self.connection_id}/data/exports"

    def synced(self, *records: Shape, data_type: str = "invoices", minutes: int = 0) -> Dataset:
        """Sync a type for the first time."""
        owner = {"company_id": self.company_id, "connection_id": self.connection_id}
        dataset = new_dataset(self.db, data_type, **owner)
        sync(self.db, dataset, records, minutes=minutes)
        return dataset

    def order(self, data_type: str = "invoices", **body: str) -> dict[str, Any]:
        """Ask for an export; gives what the API answers."""
        answer = self.platform_api.post(self.path, json={"dataType": data_type, **body})
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def exporter(self, bounds: Bounds = BOUNDS) -> Exporter:
        return Exporter(self.db, self.blobs, self.clock, KEPT, bounds)

    def claim(self) -> ExportRef:
        """Take the latest command."""
        ref = self.exporter().take(self.command())
        assert ref is not None
        return ref

    def command(self) -> str:
        """The latest command's id, from its wake-up call."""
        name, text = self.queue.sent[-1]
        assert name == "data-api-commands"
        return str(json.loads(text)["command"])

    def carry_out(self, bounds: Bounds = BOUNDS) -> None:
        """Do the latest command."""
        ref = self.claim()
        while self.exporter(bounds).work(ref) == "more":
            pass
        self.exporter().done(self.command())

    def read(self, export_id: str) -> dict[str, Any]:
        """The export as the API shows it."""
        answer = self.data_api.get(f"{self.path}/{export_id}")
        assert answer.status_code == 200, answer.text
        assert ":null" not in answer.text
        found: dict[str, Any] = answer.json()
        return found

    def export(self, data_type: str = "invoices", bounds: Bounds = BOUNDS, **body: str) -> Any:  # noqa: ANN401 - any JSON
        """Order an export, carry it out and read it."""
        ordered = self.order(data_type, **body)
        self.carry_out(bounds)
        return self.read(ordered["id"])

    def fetch(self, part: dict[str, Any]) -> list[bytes]:
        """Follow a link without a key, and take the file apart: its lines."""
        answer = self.anybody.get(part["href"])
        assert answer.status_code == 200, answer.text
        return lines(answer.content, part)

    def rows(self, table: Table) -> Sequence[Row[Any]]:
        """The company's rows of a table."""
        with self.db.read() as tx:
            return tx.execute(select(table).where(self._owned(table))).all()

    def change(self, table: Table, **values: object) -> None:
        """Change the company's rows, as somebody else's code would."""
        with self.db.write() as tx:
            tx.execute(update(table).where(self._owned(table)).values(**values))

    def _owned(self, table: Table) -> ColumnElement[bool]:
        owner = table.c.id if table is companies else table.c.company_id
        return owner == self.company_id


def lines(data: bytes, part: dict[str, Any]) -> list[bytes]:
    """The lines of a fetched file, which is what its part says."""
    assert (len(data), hashlib.sha256(data).hexdigest()) == (part["bytes"], part["sha256"])
    found = gzip.decompress(data).splitlines()
    assert len(found) == part["records"]
    return found


def _authenticate(header: str | None) -> Principal:
    """Take the client's name for its key."""
    if not header:
        raise Unauthorised("The request has no API key.")
    return Principal(header.removeprefix("Basic "), "key")


class Clock(ManualClock):
    """A clock that many tests share: each begins at noon."""

    def begin_again(self) -> None:
        with self._lock:
            self._now = NOON


@dataclass(frozen=True)
class Office:
    """Both apps over a store: they take seconds to make, and serve many desks."""

    db: Database
    blobs: Blobs
    clock: Clock
    queue: SentMessages
    platform_api: FastAPI
    data_api: FastAPI

    def open_desk(self) -> Desk:
        """Give a company of the client `client` its connection, at noon."""
        self.clock.begin_again()
        self.queue.sent.clear()
        key = {"Authorization": "Basic client"}
        company_id = new_company(self.db)
        return Desk(
            self.db,
            self.blobs,
            self.clock,
            self.queue,
            app_client(self.platform_api, key),
            app_client(self.data_api, key),
            app_client(self.data_api),
            company_id,
            new_connection(self.db, company_id),
        )


def open_office(db: Database, blobs: Blobs, folder: Path) -> Office:
    """Make both apps over a store and blobs."""
    clock, queue = Clock(), SentMessages()
    seal = KeySeal(FileVault(folder / "vault.json"))
    platform = Platform(db, queue, clock, seal, Addresses(PUBLIC_URL), Connectors.at(PUBLIC_URL))
    files = Files(blobs, clock, PUBLIC_URL)
    data_api = create_data_api(
        db,
        _authenticate,
        clock=clock,
        snapshots=Snapshots(),
        reach=Reach(files, Connectors.at(PUBLIC_URL)),
    )
    platform_api = create_platform_api(platform, _authenticate)
    return Office(db, blobs, clock, queue, platform_api, data_api)
