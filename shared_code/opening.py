"""What most services touch, opened as the settings say."""

from __future__ import annotations

from dataclasses import dataclass

from shared_code.ports.blobs import Blobs, open_blobs
from shared_code.ports.clock import Clock, SystemClock
from shared_code.ports.queue import Queue, open_queue
from shared_code.ports.settings import BlobSettings, QueueSettings
from shared_code.settings import load_settings
from shared_code.store.database import Database
from shared_code.store.settings import open_store


@dataclass(frozen=True, slots=True)
class Ports:
    """What a service may touch."""

    db: Database
    blobs: Blobs
    queue: Queue
    clock: Clock


def open_ports() -> Ports:
    """Open them; `Abort` names a setting that is missing or invalid."""
    return Ports(
        open_store(),
        open_blobs(load_settings(BlobSettings)),
        open_queue(load_settings(QueueSettings)),
        SystemClock(),
    )
