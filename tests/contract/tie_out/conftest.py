"""A company of Xero's that was synced, before a data API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
import pytest

from functions.data_api.app import Reach, create_app
from functions.data_api.exports import Files
from functions.data_api.snapshots import Snapshots
from functions.xero import connector
from functions.xero.settings import XeroSettings
from local.conformance import Simulator, simulator_of
from local.conformance.company import Company
from local.conformance.world import CLIENT, World, open_world
from shared_code.access import Principal
from shared_code.connector import Connector
from shared_code.serve.connectors import Connectors
from tests.support.asgi import app_client

Section = dict[str, Any]


class Xero:
    """Small books, and an app that may not ask for journals."""

    records: ClassVar[int] = 60
    page: ClassVar[int | None] = 5
    simulated = staticmethod(simulator_of("xero"))

    def declare(self, simulator: Simulator) -> Connector:
        url = simulator.url
        settings = XeroSettings(
            client_id=simulator.client_id, login_url=url, identity_url=url, api_url=url
        )
        return connector(settings)


@dataclass
class Books:
    """A company of Xero's that was synced, and the data API on its store."""

    world: World
    company: Company
    http: httpx.Client

    def section(self, report: str) -> Section:
        """A part of the tie-out."""
        answer = self.http.get(f"/companies/{self.company.id}/reports/tieOut")
        sections = answer.raise_for_status().json()["sections"]
        found: Section = next(each for each in sections if each["report"] == report)
        return found

    def tell(self, **asked: str) -> Any:  # noqa: ANN401 - its JSON
        """Have the simulator tell of the company's books."""
        asked["organisation"] = self.world.pristine
        url = f"{self.world.simulator.url}/_books"
        return httpx.get(url, params=asked, trust_env=False).raise_for_status().json()

    def order(self, control: str, **body: object) -> Any:  # noqa: ANN401 - its JSON
        """Give the simulator an order."""
        url = f"{self.world.simulator.url}/_control/{control}"
        return httpx.post(url, json=body, trust_env=False).raise_for_status().json()

    def open_invoice(self) -> dict[str, Any]:
        """An invoice that is partly or not at all paid."""
        found = self.company.live("invoices").values()
        return next(each for each in found if each["status"] == "Submitted" and each["amountDue"])


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    folder = tmp_path_factory.mktemp("world")
    with open_world(Xero(), folder) as world:
        app = create_app(
            world.db,
            lambda _: Principal(CLIENT, "key"),
            clock=world.clock,
            snapshots=Snapshots(),
            reach=Reach(
                Files(world.ports.blobs, world.clock, "https://api.example"),
                Connectors.at("http://127.0.0.1:9"),
            ),
        )
        company = world.company()
        company.sync_first()
        yield Books(world, company, app_client(app))
