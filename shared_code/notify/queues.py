"""The queues of wake-up calls: one for each service that takes commands."""

from __future__ import annotations

QUEUE_CONNECTION = "CAUSEWAY_QUEUE_CONNECTION"
"""The setting that says where queues are; without it, the embedded host's own."""


def command_queue(service: str) -> str:
    """The queue that a service listens on; queue names have no underscore."""
    return f"{service.replace('_', '-')}-commands"
