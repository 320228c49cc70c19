"""A linked company: the data API before the connector's functions before the simulator."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import azure.functions as func
import httpx
import pytest
from sqlalchemy import delete, update
from structlog.testing import capture_logs
from structlog.typing import EventDict

from functions.data_api.app import Reach, create_app
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from functions.xero import connector
from functions.xero.settings import XeroSettings
from local.providers.books.files import files_of
from local.providers.books.model import Contact, Document, DocumentKind
from local.providers.simulation.calls import Match
from local.providers.simulation.faults import Fault
from local.providers.simulation.simulator import CLIENT_ID
from shared_code.access import ensure_client, key_check
from shared_code.connect.addresses import Addresses
from shared_code.connector.assembly import ConnectorPorts, assemble
from shared_code.connector.document_functions import DocumentHandler, register_documents
from shared_code.model import DATA_TYPES, DataType
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.serve.connectors import Connectors
from shared_code.store.records import Dataset
from shared_code.store.schema import budgets, companies, connections
from shared_code.sync.pipeline import Habits
from tests.support.asgi import app_client
from tests.support.clock import ManualClock
from tests.support.granting import COMPANY, CONNECTION, Rig, open_rig
from tests.support.records import sync
from tests.support.samples import sample
from tests.support.triggers import TriggerTransport

COMPANY_PATH = f"/companies/{COMPANY}"
CONNECTION_PATH = f"{COMPANY_PATH}/connections/{CONNECTION}"

KINDS = {
    "invoices": DocumentKind.INVOICE,
    "bills": DocumentKind.BILL,
    "directCosts": DocumentKind.SPENT,
    "directIncomes": DocumentKind.RECEIVED,
    "purchaseOrders": DocumentKind.ORDER,
}


@dataclass
class Office:
    """A linked company, and a client who reads its documents."""

    rig: Rig
    clock: ManualClock
    handler: DocumentHandler
    functions: TriggerTransport
    files: Files
    http: httpx.Client

    def get(self, path: str, *, root: str = CONNECTION_PATH) -> httpx.Response:
        """Ask the data API for something below the connection's data."""
        return self.http.get(f"{root}/data/{path}")

    def ask(self, kind: str, key: str | None, **query: str) -> httpx.Response:
        """Ask the connector's app itself."""
        headers = {} if key is None else {"Authorization": _authorization(key)}
        client = httpx.Client(transport=self.functions, base_url="http://connector")
        named = {"company_id": COMPANY, "connection_id": CONNECTION, **query}
        return client.get(f"/connect/xero/documents/{kind}", params=named, headers=headers)

    def publish(self, data_type: str, *record_ids: str) -> None:
        """Publish made-up records with these ids."""
        model = DATA_TYPES[DataType(data_type)].model
        dataset = Dataset(COMPANY, CONNECTION, data_type, "xero")
        sync(self.rig.db, dataset, [sample(model, full=False, id=each) for each in record_ids])

    def invoice(self) -> str:
        """Publish an invoice that has files; gives its id."""
        [first, *_] = self.documents(sale=True)
        self.publish("invoices", first.id)
        return first.id

    def documents(self, *, sale: bool) -> list[Document]:
        """The provider's invoices or bills that have files."""
        return [each for each in self.held("invoices" if sale else "bills") if files_of(each)]

    def held(self, data_type: str) -> list[Document]:
        """The provider's documents of a data type."""
        book = self.rig.simulator.world.companies[0].book
        every = (*book.invoices, *book.bank_transactions, *book.orders)
        return [each for each in every if each.kind is KINDS[data_type]]

    def contacts(self) -> list[Contact]:
        """The provider's contacts that have files."""
        book = self.rig.simulator.world.companies[0].book
        return [each for each in book.contacts if files_of(each)]

    def fault(self, **fault: object) -> None:
        """Have the provider misbehave, until further notice unless it says otherwise."""
        given = {"times": None, **fault}
        self.rig.simulator.script.add(Fault.model_validate(given))

    def provider_calls(self) -> list[str]:
        """What the provider's API was asked for."""
        return [each.path for each in self.rig.simulator.calls.matching(Match(path="/api.xro/*"))]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office of the test's own."""
    with _opened(tmp_path) as office:
        yield office


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with _opened(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def calm(common: Office) -> Office:
    """The office of the tests that change nothing: no faults, no calls, no limit used up."""
    with common.rig.db.write() as tx:
        tx.execute(delete(budgets))
    common.rig.simulator.script.clear()
    common.rig.simulator.calls.clear()
    common.functions.requests.clear()
    return common


@pytest.fixture(autouse=True)
def log() -> Iterator[list[EventDict]]:
    """What is logged; printing it with all that the stack holds would take seconds."""
    with capture_logs() as logged:
        yield logged


@contextmanager
def _opened(folder: Path) -> Iterator[Office]:
    clock = ManualClock()
    with open_rig(folder, clock) as rig:
        assert rig.browser().link("0").status == 200
        client_id, key = ensure_client(rig.db, rig.vault, clock, "ours")
        with rig.db.write() as tx:
            for table in (companies, connections):
                tx.execute(update(table).values(client_id=client_id))
        ports = ConnectorPorts(rig.db, FolderBlobs(folder / "blobs"), rig.queue, clock, rig.vault)
        settings = XeroSettings(
            client_id=CLIENT_ID, login_url=rig.url, identity_url=rig.url, api_url=rig.url
        )
        with closing(
            assemble(connector(settings), ports, Addresses(rig.public_url), Habits())
        ) as parts:
            yield _open(rig, ports, key, parts.documents)


def _open(rig: Rig, ports: ConnectorPorts, key: str, documents: DocumentHandler) -> Office:
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call] # the library leaves it untyped
    register_documents(blueprint, "xero", lambda: documents)
    functions = TriggerTransport(blueprint)
    files = Files(ports.blobs, ports.clock, rig.public_url)
    app = create_app(
        rig.db,
        key_check(rig.db),
        clock=ports.clock,
        snapshots=Snapshots(),
        reach=Reach(files, Connectors.at("http://connectors", functions)),
    )
    http = app_client(app, {"Authorization": _authorization(key)})
    assert isinstance(ports.clock, ManualClock)
    return Office(rig, ports.clock, documents, functions, files, http)


def _authorization(key: str) -> str:
    return f"Basic {base64.b64encode(key.encode()).decode()}"
