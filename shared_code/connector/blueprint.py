"""The function app of a connector, made of its declaration."""

from __future__ import annotations

from collections.abc import Callable

import azure.durable_functions as df
import azure.functions as func

from shared_code.connect.addresses import Addresses
from shared_code.connect.settings import PublicSettings
from shared_code.connect.triggers import link_triggers
from shared_code.connector.assembly import ConnectorPorts, Parts, assemble
from shared_code.connector.authorization_function import register_authorization
from shared_code.connector.declaration import Connector
from shared_code.connector.document_functions import register_documents
from shared_code.connector.sync_functions import register_sync
from shared_code.health import health_trigger
from shared_code.mapping.collecting import collect_seldom
from shared_code.once import Once
from shared_code.opening import open_ports
from shared_code.ports.settings import VaultSettings
from shared_code.ports.vault import open_vault
from shared_code.settings import load_settings
from shared_code.sync.heap import share_one_heap
from shared_code.sync.settings import load_habits
from shared_code.sync.threads import take_turns_soon

UPKEEP = "0 7-57/10 * * * *"
"""Every ten minutes: a refresh that somebody began is to be settled within the provider's grace."""


def connector_blueprint(connector: Connector) -> df.Blueprint:
    """Register everything that a connector's function app does.

    Its ports open with the first use, so that a setting that is missing shows in the app's health
    and does not take the host's other functions along.
    """
    # Before there are threads: each keeps the heap that it began with.
    share_one_heap()

    def open_connector() -> Parts:
        connector.check_registration()
        addresses, habits = Addresses(load_settings(PublicSettings).public_url), load_habits()
        collect_seldom()
        take_turns_soon()
        return assemble(connector, _open_ports(), addresses, habits)

    parts = Once(open_connector)

    def check() -> None:
        parts().pipeline.db.ping()

    bp = df.Blueprint()
    link_triggers(bp, connector.platform, lambda: parts().link)
    register_sync(bp, connector.platform, parts)
    if connector.documents:
        register_documents(bp, connector.platform, lambda: parts().documents)
    register_authorization(bp, connector.platform, lambda: parts().authorization)
    _register_upkeep(bp, connector.platform, parts)
    health_trigger(bp, connector.platform, check=check)
    return bp


def _open_ports() -> ConnectorPorts:
    ports, vault = open_ports(), open_vault(load_settings(VaultSettings))
    return ConnectorPorts(ports.db, ports.blobs, ports.queue, ports.clock, vault)


def _register_upkeep(bp: df.Blueprint, platform: str, parts: Callable[[], Parts]) -> None:
    def upkeep(timer: func.TimerRequest) -> None:
        del timer
        parts().upkeep()

    upkeep.__name__ = f"{platform}_upkeep"
    bp.timer_trigger(arg_name="timer", schedule=UPKEEP, run_on_startup=False)(upkeep)
