"""How a stack is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from local.stack.children import ROOT
from local.stack.hosts import HostProgram, embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything that can be chosen; by default all runs embedded, on free ports.

    Args:
        data: folder of all that is durable.
        logs: folder of the children's output.
        port: of the API; 0 takes a free one.
        sim_port: of the first simulator, the others follow it; 0 takes free ones.
        app: the function app to serve: the repository, or a staged package.
        host: the program that serves it.
        invoices: invoices and bills in each simulated organisation.
        rate_limit: whether the simulators keep their providers' limits.
        simulator: further flags for the simulators.
        store_url: SQLAlchemy URL of another store than SQLite in `data`; it is migrated.
        storage: connection string of a storage account for blobs and queues, such as Azurite's.
        environment: further settings, which win over those made here.
    """

    data: Path
    logs: Path
    port: int = 0
    sim_port: int = 0
    app: Path = ROOT
    host: HostProgram = embedded
    invoices: int = 1_000
    rate_limit: bool = True
    simulator: tuple[str, ...] = ()
    store_url: str | None = None
    storage: str | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> str:
        """SQLAlchemy URL of the store."""
        return self.store_url or f"sqlite:///{self.data / 'causeway.db'}"

    @property
    def vault_file(self) -> Path:
        """The vault's file."""
        return self.data / "vault.json"


def port_settings(options: Options) -> dict[str, str]:
    """Return the settings that choose and place the ports: store, blobs, queues, vault."""
    settings = {
        "CAUSEWAY_STORE_URL": options.store,
        "CAUSEWAY_VAULT_KIND": "file",
        "CAUSEWAY_VAULT_FILE": str(options.vault_file),
        "CAUSEWAY_BLOBS_KIND": "folder",
        "CAUSEWAY_BLOBS_FOLDER": str(options.data / "blobs"),
        "CAUSEWAY_QUEUE_KIND": "local",
        # Empty: the host's own queues, whatever local.settings.json says.
        "CAUSEWAY_QUEUE_CONNECTION": "",
    }
    if options.storage:
        settings |= {
            "CAUSEWAY_BLOBS_KIND": "azure",
            "CAUSEWAY_BLOBS_CONNECTION": options.storage,
            "CAUSEWAY_QUEUE_KIND": "azure",
            "CAUSEWAY_QUEUE_CONNECTION": options.storage,
        }
    return settings
