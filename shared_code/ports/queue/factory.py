"""Choose the queue adapter by settings."""

from __future__ import annotations

from shared_code.ports.queue.local import LocalQueue
from shared_code.ports.queue.port import Queue
from shared_code.ports.settings import MissingSetting, QueueSettings


def open_queue(settings: QueueSettings) -> Queue:
    """Return the adapter that the settings name; raises `MissingSetting`."""
    if settings.kind == "local":
        if not settings.local_url:
            raise MissingSetting("CAUSEWAY_QUEUE_KIND=local", "LOCAL_QUEUE_URL")
        return LocalQueue(settings.local_url)
    from shared_code.ports.queue.azure import AzureQueue  # noqa: PLC0415 - its import takes 0.3 s

    return AzureQueue.from_settings(settings)
