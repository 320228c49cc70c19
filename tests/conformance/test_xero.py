"""The Xero connector keeps its promises."""

from __future__ import annotations

from functions.xero import connector
from functions.xero.settings import XeroSettings
from local.conformance import Conformance, Simulator, simulator_of
from shared_code.connector import Connector


class TestXero(Conformance):
    simulator = staticmethod(simulator_of("xero"))

    def declare(self, simulator: Simulator) -> Connector:
        url = simulator.url
        settings = XeroSettings(
            client_id=simulator.client_id,
            journals=True,
            login_url=url,
            identity_url=url,
            api_url=url,
        )
        return connector(settings)
